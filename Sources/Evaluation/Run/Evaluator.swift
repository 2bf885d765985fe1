public import AnomalyDetection
import CLIP
import Checkpoints
public import Datasets
import Foundation
import Glibc
import Tensors

/// Evaluates a dataset product by product, keeping each product's result on disk as soon as it is there.
///
/// A run that was ended, by whatever, goes on with the next product; results of another evaluation are refused.
public struct Evaluator {
    let model: InspectionModel
    private let dataset: Dataset
    private let knowledge: KnowledgeBase
    let options: EvaluationOptions
    let subject: EvaluationRun.Subject
    let folder: String
    private let wording: EvaluationRun.Wording
    private let strayMasks: [String]
    /// Held as long as this lives: two runs in one folder would read each other's maps.
    private let claim: FolderClaim

    /// What is being done.
    public enum Event: Sendable {
        /// Pictures of a product done, and of the whole dataset.
        case evaluating(product: String, done: Int, total: Int, allDone: Int, allTotal: Int)
        /// A product's result was found on disk.
        case resumed(product: String, pictures: Int)
        /// A product is finished.
        case finished(ProductResult)
        /// A product cannot be measured and is left out, with so many pictures.
        case leftOut(LeftOutProduct, pictures: Int)
    }

    /// Gives the embeddings of an ensemble's states.
    public typealias Embed = (PromptEnsemble) throws -> StateEmbeddings

    /// Prepares an evaluation.
    ///
    /// - Parameters:
    ///   - model: With the adapters.
    ///   - modelName: For reports.
    ///   - program: Name and version of the program: another one's results are not gone on with.
    ///   - source: Dataset the adapters were trained on, where they do not record it; nil takes their record.
    ///   - dataset: What is evaluated.
    ///   - knowledge: Templates and normal states.
    ///   - wording: How the dataset's words were chosen, for reports.
    ///   - options: By which formulas.
    ///   - folder: Where results are kept; must exist, and hold nothing but results of this very evaluation.
    /// - Throws: ``EvaluationError`` with `.badShots`, `.noDefects`, `.tooFewReferences`, `.strayMask`, `.listedTwice`, `.otherSource`, `.otherResults`, or
    ///   `.cannotStore` also when another run is writing to the folder.
    public init(
        model: InspectionModel, modelName: String, program: String, source: String?, dataset: Dataset,
        knowledge: KnowledgeBase,
        wording: EvaluationRun.Wording = EvaluationRun.Wording(), options: EvaluationOptions, folder: String
    ) throws {
        self.model = model
        self.dataset = dataset
        self.knowledge = knowledge
        self.options = options
        self.folder = folder
        self.wording = wording
        subject = EvaluationRun.Subject(
            dataset: dataset.kind.rawValue, title: dataset.knowledge.title, products: dataset.products.map(\.name),
            source: try Self.source(named: source, recorded: model.adapter.metadata["source_dataset"]),
            model: modelName,
            modelDigest: model.clip.digest, adapterDigest: model.adapter.digest, stages: model.stages,
            activation: model.clip.configuration.activation.rawValue,
            precision: model.clip.arithmetic.precision.rawValue,
            engine: model.clip.arithmetic.engine.rawValue, program: program,
            inputDigest: Self.inputDigest(dataset, knowledge))
        strayMasks = try Self.strayMasks(of: dataset, skipsBad: options.skipsBadPictures)
        do { claim = try FolderClaim(folder) } catch {
            throw EvaluationError(.cannotStore, "\(folder): \(error.detail)")
        }
        try checkInput()
        try claimFolder()
    }

    /// Files of results, beside which each product has a folder.
    private static let reservedNames: Set<String> = ["report.html", "scores.csv", "evaluation.json", claimName]

    private func checkInput() throws {
        guard !options.shots.isEmpty, options.shots.allSatisfy({ $0 >= 0 }), options.seeds > 0 else {
            throw EvaluationError(
                .badShots, "expected numbers of shots from 0 up, found \(options.shots), with \(options.seeds) seeds")
        }
        guard dataset.samples(.test).contains(where: \.isAnomalous) else {
            throw EvaluationError(
                .noDefects, "\(dataset.root): expected test pictures with defects, found none")
        }
        for product in dataset.products {
            guard !Self.reservedNames.contains(product.name) else {
                throw EvaluationError(
                    .otherResults,
                    "\(dataset.root): expected products with names of their own, found \(product.name), which a file of results has"
                )
            }
            var pictures: Set<String> = []
            if let twice = product.test.first(where: { !pictures.insert($0.picture).inserted }) {
                throw EvaluationError(
                    .listedTwice,
                    "\(twice.picture): expected each test picture once, found it again; it would count twice")
            }
            _ = try ReferenceDraw.draw(from: product, shots: options.shots.max() ?? 0, seed: 0)
        }
    }

    /// Runs what is not done yet.
    ///
    /// - Parameters:
    ///   - embed: Encodes prompts; may keep them.
    ///   - report: Told what is being done.
    /// - Returns: The whole evaluation.
    /// - Throws: ``EvaluationError`` and what reading pictures and encoding throws. Finished products stay on disk.
    public func run(embed: Embed, report: (Event) -> Void = { _ in }) throws -> EvaluationRun {
        let work = try work()
        var results: [ProductResult] = []
        var leftOut = EvaluationRun.LeftOut()
        leftOut.masks = strayMasks
        let total = dataset.samples(.test).count
        var done = 0
        for (product, part) in zip(dataset.products, work) {
            do {
                switch part {
                case .known(let result):
                    report(.resumed(product: product.name, pictures: product.test.count))
                    results.append(result)
                case .unusable(let fault): throw fault
                case .open(let inputs):
                    let before = done
                    let result = try evaluator(product, embed).run { count, of in
                        report(
                            .evaluating(
                                product: product.name, done: count, total: of, allDone: before + count, allTotal: total)
                        )
                    }
                    try store(result, inputs: inputs)
                    report(.finished(result))
                    results.append(result)
                }
            } catch let fault as EvaluationError where options.skipsBadPictures && Self.concernsOneProduct(fault) {
                let left = LeftOutProduct(name: product.name, reason: fault.description)
                leftOut.products.append(left)
                report(.leftOut(left, pictures: product.test.count))
            }
            done += product.test.count
        }
        guard !results.isEmpty else {
            throw EvaluationError(
                .nothingLeft,
                "\(dataset.root): expected a product that can be measured, found none; \(leftOut.products[0].reason)")
        }
        return EvaluationRun(
            subject: subject, wording: wording, options: options, products: results, leftOut: leftOut)
    }

    /// What is to be done for a product.
    private enum Work {
        case known(ProductResult)
        case unusable(EvaluationError)
        /// Its files are in the state that the text stands for.
        case open(inputs: String)
    }

    /// One for every product; references are looked at here, so that a damaged one does not end a run after hours.
    private func work() throws -> [Work] {
        try dataset.products.map { product in
            let inputs = inputs(product)
            if let known = try stored(product.name, inputs: inputs) { return .known(known) }
            do {
                try ProductEvaluator.checkReferences(of: product, in: dataset, options: options)
            } catch let fault as EvaluationError where options.skipsBadPictures && Self.concernsOneProduct(fault) {
                return .unusable(fault)
            }
            return .open(inputs: inputs)
        }
    }

    /// Faults that leave the other products as they are.
    private static func concernsOneProduct(_ fault: EvaluationError) -> Bool {
        fault.code == .nothingLeft || fault.code == .badReference
    }

    private func evaluator(_ product: DatasetProduct, _ embed: Embed) throws -> ProductEvaluator {
        ProductEvaluator(
            model: model, dataset: dataset, product: product, options: options, states: try states(product, embed),
            folder: try productFolder(product.name))
    }

    // MARK: - Prompts

    private func states(_ product: DatasetProduct, _ embed: Embed) throws -> ProductEvaluator.ProductStates {
        let types = dataset.knowledge.defectTypes
        let own = types.filter { product.defectTypes.contains($0.name) }
        // A product without known types still has a binary map.
        let binary = options.filtersTypes && !own.isEmpty ? own : types
        let ensemble = try knowledge.promptEnsemble(
            noun: product.noun, defectTypes: binary, dataset: dataset.knowledge)
        let all = try embed(ensemble)
        let names = Set([PromptEnsemble.normalState] + own.map(\.name))
        return ProductEvaluator.ProductStates(
            binary: all, own: own.isEmpty ? all : try all.keeping { names.contains($0) })
    }

    /// Everything that prompts and pictures are chosen by, so that changed input is noticed.
    private static func inputDigest(_ dataset: Dataset, _ knowledge: KnowledgeBase) -> String {
        var lines = knowledge.templates.templates.map(\.text)
        lines += knowledge.normalPhrases(for: dataset.knowledge).map(\.text)
        for type in dataset.knowledge.defectTypes { lines += [type.name] + type.phrases.map(\.text) }
        for product in dataset.products {
            lines += [product.name, product.noun] + product.defectTypes
            for sample in product.train + product.test {
                lines.append("\(sample.split.rawValue) \(sample.picture) \(sample.isAnomalous)")
                lines += sample.masks.map { "\($0.path) \($0.type ?? "")" }
            }
        }
        return SHA256Digest.of(Array(lines.joined(separator: "\n").utf8)).hex
    }

    /// Size and time of every file of a product: one whose pictures or masks changed is evaluated again.
    private func inputs(_ product: DatasetProduct) -> String {
        let files = (product.train + product.test).flatMap { [$0.picture] + $0.masks.map(\.path) }
        return SHA256Digest.of(Array(files.map { "\($0) \(Self.stamp(dataset.absolute($0)))\n" }.joined().utf8)).hex
    }

    /// Size and time of the last change; empty where there is no such file.
    private static func stamp(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "" }
        return "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    }
}
