import AnomalyDetection
import HTTPServer
import HTTPTypes

/// `GET /defect-types`: which defect types products may name, from the knowledge base.
struct DefectTypeEndpoint {
    let core: ServiceCore

    func register(in table: inout RouteTable) {
        let items = core.knowledgeBase.namedDefectTypes.map { dataset, type -> JSONTree in
            [
                "name": .string(type.name), "title": .string(type.title), "dataset": .string(dataset.name),
                "phrases": .array(type.phrases.map { .string($0.text) }),
            ]
        }
        let answer = JSONTree.page(items, next: nil)
        table.add(.get, "/defect-types", for: .line) { request, _ in
            _ = try QueryReader(request, known: [])
            return .json(answer)
        }
    }
}
