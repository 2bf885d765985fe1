import ArgumentParser

/// A comma-separated list of names.
struct NameList: ExpressibleByArgument, Equatable {
    let names: [String]

    init(_ names: [String]) { self.names = names }

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.drop(while: \.isWhitespace) }
            .map { String($0.reversed().drop(while: \.isWhitespace).reversed()) }
        guard !names.isEmpty, names.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.names = names
    }
}

/// What is inspected and what can be wrong with it.
struct ProductArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What prompts call the product, such as cable; by default the word “object”.", valueName: "noun"))
    var productNoun: String?

    @Option(
        help: ArgumentHelp(
            "Defect types to look for, such as bent,cut; by default those the adapter was trained on.",
            valueName: "list"))
    var defects: NameList?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Pictures of good parts, one or many, repeatable: few-shot inspection.", valueName: "image"),
        completion: .file())
    var reference: [String] = []

    @Option(
        help: ArgumentHelp(
            "JSON file with the noun and the phrases of every state, instead of --product-noun and --defects.",
            valueName: "file"), completion: .file(extensions: ["json"]))
    var states: String?

    @Option(
        help: ArgumentHelp(
            "Your own templates, normal states or defect types, in the form of Config/knowledge-base; repeatable.",
            valueName: "file"), completion: .file(extensions: ["json"]))
    var knowledgeBase: [String] = []

    func validate() throws {
        if states != nil, productNoun != nil || defects != nil {
            throw ValidationError(
                "expected either --states or --product-noun with --defects, found both: a states file brings its own "
                    + "noun and defect types")
        }
        if productNoun?.contains(where: { !$0.isWhitespace }) == false {
            throw ValidationError("expected a word for --product-noun, found “\(productNoun ?? "")”")
        }
        if let names = defects?.names, Set(names).count < names.count {
            throw ValidationError("expected each name in --defects once, found \(names.joined(separator: ","))")
        }
    }
}
