/// The numbers that tables of the field show.
public enum MetricName: String, Sendable, CaseIterable {
    /// Pixel AUROC.
    case pixelAUROC
    /// Best pixel F1.
    case pixelF1
    /// Pixel average precision.
    case pixelAP
    /// Exact AUPRO up to the limit.
    case aupro
    /// AUPRO as widespread evaluation programs compute it.
    case auproReference
    /// Image AUROC.
    case imageAUROC
    /// Best image F1.
    case imageF1
    /// Image average precision.
    case imageAP
    /// Multi-type: macro one-vs-rest AUROC.
    case typesAUROC
    /// Multi-type: macro F1.
    case typesF1
    /// Multi-type: macro average precision.
    case typesAP

    /// Those of binary maps and image scores.
    public static let binary: [MetricName] = [
        .pixelAUROC, .pixelF1, .pixelAP, .aupro, .auproReference, .imageAUROC, .imageF1, .imageAP,
    ]
    /// Those of the paper's multi-type table.
    public static let types: [MetricName] = [.typesAUROC, .typesF1, .typesAP]

    /// Short heading.
    public var title: String {
        switch self {
        case .pixelAUROC, .imageAUROC, .typesAUROC: "AUROC"
        case .pixelF1, .imageF1: "F1-max"
        case .typesF1: "F1"
        case .pixelAP, .imageAP, .typesAP: "AP"
        case .aupro: "AUPRO"
        case .auproReference: "AUPRO-ref"
        }
    }

    /// What it is measured on.
    public var group: String {
        switch self {
        case .pixelAUROC, .pixelF1, .pixelAP, .aupro, .auproReference: "pixel"
        case .imageAUROC, .imageF1, .imageAP: "image"
        case .typesAUROC, .typesF1, .typesAP: "types"
        }
    }

    /// The metric of one product under one setting; multi-type metrics take no references, so only zero-shot has them.
    public func value(_ result: SettingResult, _ product: ProductResult) -> Double? {
        switch self {
        case .pixelAUROC: result.pixel.auroc
        case .pixelF1: result.pixel.f1Max
        case .pixelAP: result.pixel.averagePrecision
        case .aupro: result.pixel.aupro
        case .auproReference: result.pixel.auproReference
        case .imageAUROC: result.image.auroc
        case .imageF1: result.image.f1Max
        case .imageAP: result.image.averagePrecision
        case .typesAUROC: types(result, product)?.macroAUROC
        case .typesF1: types(result, product)?.macroF1
        case .typesAP: types(result, product)?.macroAveragePrecision
        }
    }

    private func types(_ result: SettingResult, _ product: ProductResult) -> MultiTypeMetrics? {
        result.setting.shots == 0 ? product.multiType : nil
    }
}
