import CLIP
import HTTPServer
import InspectionService
import Logging
import Storage
import Tensors

extension Setting {
    /// Every key there is, in the order of `Config/service.yaml`.
    static func all() -> [Setting] {
        [dataSetting] + model + log + [accessSetting] + server + limits + deadlines + inspection + retention
    }

    private static var dataSetting: Setting { .text("data", \.data) }

    private static var model: [Setting] {
        [
            .custom("model.folder", .text) { $0.model = $1 },
            .custom("model.adapter", .text) { $0.adapter = $1 },
            .custom("model.activation", .choice(Activation.allCases.map(\.rawValue))) {
                $0.activation = Activation(rawValue: $1)
            },
            .list("model.stages", .blocks) { $0.stages = StageList(argument: $1.joined(separator: ",")) },
            .custom("model.precision", .choice(ArithmeticChoice.Format.allCases.map(\.rawValue))) {
                $0.arithmetic.format = .init(rawValue: $1) ?? .auto
            },
            .custom("model.engine", .choice(ArithmeticChoice.Engine.allCases.map(\.rawValue))) {
                $0.arithmetic.engine = .init(rawValue: $1) ?? .auto
            },
            .optionalInteger("model.threads", 1...ComputeThreads.maximum, \.threads),
            .list("model.knowledgeBase") { $0.knowledgeBase = $1 },
        ]
    }

    private static var log: [Setting] {
        [
            .custom("log.format", .choice(LogFormat.allCases.map(\.rawValue))) {
                $0.logFormat = LogFormat(rawValue: $1) ?? .text
            },
            .custom("log.level", .choice(Logger.Level.allCases.map(\.rawValue))) {
                $0.logLevel = Logger.Level(rawValue: $1) ?? .info
            },
        ]
    }

    private static var accessSetting: Setting { .custom("access.keys", .text) { $0.accessKeys = $1 } }

    private static var server: [Setting] {
        [
            .text("server.host", \.service.server.host),
            .integer("server.port", 0...65_535, \.service.server.port),
            .list("server.hostNames") { $0.service.hostNames = $1 },
            .integer("server.eventLoops", 1...64, \.service.server.eventLoops),
            .integer("server.responseThreads", 1...64, \.service.server.responseThreads),
        ]
    }

    private static var limits: [Setting] {
        [
            .count("server.limits.maxRequestLineBytes", atLeast: 1, \.service.server.limits.maxRequestLineBytes),
            .count("server.limits.maxHeaderBytes", atLeast: 1, \.service.server.limits.maxHeaderBytes),
            .count("server.limits.maxHeaderCount", atLeast: 1, \.service.server.limits.maxHeaderCount),
            .count("server.limits.maxBufferedBodyBytes", atLeast: 0, \.service.server.limits.maxBufferedBodyBytes),
            .count(
                "server.limits.maxBufferedResponseBytes", atLeast: 0, \.service.server.limits.maxBufferedResponseBytes),
            .count("server.limits.maxConnections", atLeast: 1, \.service.server.limits.maxConnections),
            .count("server.limits.maxDiscardedBytes", atLeast: 0, \.service.server.limits.maxDiscardedBytes),
            .count("server.limits.maxLingerBytes", atLeast: 0, \.service.server.limits.maxLingerBytes),
            .count("server.limits.minBytesPerSecond", atLeast: 1, \.service.server.limits.minBytesPerSecond),
        ]
    }

    private static var deadlines: [Setting] {
        [
            .seconds("server.deadlines.header", \.service.server.deadlines.header),
            .seconds("server.deadlines.body", \.service.server.deadlines.body),
            .seconds("server.deadlines.idle", \.service.server.deadlines.idle),
            .seconds("server.deadlines.write", \.service.server.deadlines.write),
            .seconds("server.deadlines.linger", \.service.server.deadlines.linger),
            .seconds("server.deadlines.drain", \.service.server.deadlines.drain),
        ]
    }

    private static var inspection: [Setting] {
        [
            .text("inspection.defaultProductNoun", \.service.defaultProductNoun),
            .list("inspection.defaultDefectTypes") { $0.defaultDefectTypes = $1 },
            .seconds("inspection.defaultProductWait", \.service.defaultProductWait),
            .number("inspection.defaultThreshold", 0...1, \.service.defaultThreshold),
            .count("inspection.maxImagePixels", atLeast: 1, \.service.maxImagePixels),
            .integer("inspection.maxImageSide", 1...VisionTower.maximumSide, \.service.maxImageSide),
            .count("inspection.maxBodyBytes", atLeast: 1, \.service.maxBodyBytes),
            .count("inspection.maxBatchBodyBytes", atLeast: 1, \.service.maxBatchBodyBytes),
            .count("inspection.maxReferenceBodyBytes", atLeast: 1, \.service.maxReferenceBodyBytes),
            .count("inspection.queueLength", atLeast: 1, \.service.queueLength),
            .count("inspection.queueBytes", atLeast: 1, \.service.queueBytes),
            .integer("inspection.pictureThreads", 1...64, \.service.pictureThreads),
            .count("inspection.drawingQueueLength", atLeast: 1, \.service.drawingQueueLength),
            .custom("inspection.keepImages", .choice(KeepImages.allCases.map(\.rawValue))) {
                $0.service.defaultKeepImages = KeepImages(rawValue: $1) ?? .none
            },
            .custom("inspection.requireIfMatch", .choice(["false", "true"])) {
                $0.service.requiresIfMatch = $1 == "true"
            },
            .count("inspection.maxReferences", atLeast: 1, \.service.maxReferences),
            .count("inspection.maxReferenceBankBytes", atLeast: 1, \.service.maxReferenceBankBytes),
            .custom("inspection.bankElement", .choice(["f16", "i8"])) {
                $0.service.bankElement = CompactRows.Element(rawValue: $1) ?? .float16
            },
            .count("inspection.maxLoadedBankBytes", atLeast: 1, \.service.maxLoadedBankBytes),
            .count("inspection.maxPreparedProducts", atLeast: 1, \.service.maxPreparedProducts),
        ]
    }

    private static var retention: [Setting] {
        let days = 0.001...36_500.0
        return [
            .optionalNumber("retention.ok.maxAgeDays", days, \.service.retention.ok.maxAgeDays),
            .optionalInteger("retention.ok.maxBytes", 0...Int.max, \.service.retention.ok.maxBytes),
            .optionalNumber("retention.notOk.maxAgeDays", days, \.service.retention.notOk.maxAgeDays),
            .optionalInteger("retention.notOk.maxBytes", 0...Int.max, \.service.retention.notOk.maxBytes),
            .optionalNumber("retention.undecidable.maxAgeDays", days, \.service.retention.undecidable.maxAgeDays),
            .optionalInteger("retention.undecidable.maxBytes", 0...Int.max, \.service.retention.undecidable.maxBytes),
            .optionalInteger("retention.maxBytes", 0...Int.max, \.service.retention.maxBytes),
            .seconds("retention.interval", atLeast: 0.01, \.service.retention.interval),
        ]
    }
}
