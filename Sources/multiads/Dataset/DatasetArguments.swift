import AnomalyDetection
public import ArgumentParser  // public, because the conformance of a public type is
public import Datasets

extension DatasetKind: ExpressibleByArgument {
    /// Reads a kind's name in the spellings people use.
    public init?(argument: String) { self.init(name: argument) }
}

/// Which dataset, and how its lists and names are read; the same for every command that uses one.
struct DatasetArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("Folder of the dataset.", valueName: "dir"), completion: .directory)
    var folder: String

    @Option(
        name: [.long, .customLong("kind")],
        help: ArgumentHelp("Layout and names of the dataset; by default it is recognised.", valueName: "kind"))
    var dataset: DatasetKind?

    @Option(
        help: ArgumentHelp(
            "JSON list of pictures to use, such as meta_wo_md.json; by default the dataset's own list or its folders.",
            valueName: "file"), completion: .file(extensions: ["json"]))
    var list: String?

    @Flag(help: "Read the folders even where a list lies beside them.")
    var folders = false

    @Option(
        help: ArgumentHelp(
            "Named change to the dataset's types, such as single-phrase; see Config/knowledge-base.", valueName: "name")
    )
    var variant: String?

    @Option(
        help: ArgumentHelp(
            "Your own defect types and folder names, in the form of Config/knowledge-base; repeatable.",
            valueName: "file"), completion: .file(extensions: ["json"]))
    var knowledgeBase: [String] = []

    @Option(
        help: ArgumentHelp(
            "Dataset of the knowledge base whose types and folder names are used; by default that of the kind.",
            valueName: "name"))
    var types: String?

    func validate() throws {
        if list != nil, folders {
            throw ValidationError("expected either --list or --folders, found both")
        }
    }

    /// The words of the built-in knowledge base and the files given.
    func knowledge() throws -> KnowledgeBase {
        var knowledge = try KnowledgeBase.builtIn()
        for path in knowledgeBase {
            try knowledge.merge(file: path, bytes: InputFile.read(path, maximumBytes: InputFile.maximumTextBytes))
        }
        return knowledge
    }

    /// Opens the dataset.
    ///
    /// - Throws: ``CommandFailure`` when the kind is neither given nor recognised, `DatasetError`, `KnowledgeBaseError`.
    func open(_ knowledge: KnowledgeBase) throws -> Dataset {
        guard let kind = try dataset ?? Dataset.detect(root: folder, knowledge: knowledge) else {
            throw CommandFailure(
                "\(folder): expected a dataset of a known layout, found none; name it with --dataset "
                    + DatasetKind.allCases.map(\.rawValue).joined(separator: "|"))
        }
        var names = try knowledge.dataset(named: types ?? kind.knowledgeBaseName)
        if let variant { names = try names.variant(named: variant) }
        let listing: Dataset.Listing = list.map { .file($0) } ?? (folders ? .folders : .automatic)
        return try Dataset(root: folder, kind: kind, knowledge: names, listing: listing)
    }
}
