// Products.
extension APIOperations {
    static var products: [APIOperation] { [types, list, show, put, patch, delete] }

    static let productID = APIParameter(
        "id", in: .path, ["type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"], "The product's id.")
    static let ifMatch = APIParameter(
        "If-Match", in: .header, APISchema.string, "The ETag of what is changed, or `*`; 412 when it is another by now."
    )
    static let ifNoneMatch = APIParameter(
        "If-None-Match", in: .header, APISchema.string, "ETags that are known already, or `*`.")
    static let pages = [
        APIParameter("pageSize", ["type": "integer", "minimum": 1, "maximum": 1000], "50 when absent."),
        APIParameter("pageToken", APISchema.string, "The `nextPageToken` of the page before."),
    ]
    private static let answer = APIContent.json(APISchema.reference("Product"), APIExamples.product)
    private static let changes: [ProblemKind] = [
        .preconditionFailed, .preconditionRequired, .notReady, .draining, .storeFull, .storeUnavailable, .overloaded,
    ]
    private static let bodies: [ProblemKind] = [.malformedJSON, .invalidProduct, .bodyTooLarge, .requestTimeout]

    private static var types: APIOperation {
        APIOperation(
            method: "get", path: "/defect-types", id: "listDefectTypes", tag: "Products",
            summary: "List the defect types that products may name",
            description:
                "All of them, in the order in which names are looked up; where datasets share a name, the first counts.",
            responses: [APIResponse(200, "All.", [.json(APISchema.reference("DefectTypePage"))])])
    }

    private static var list: APIOperation {
        APIOperation(
            method: "get", path: "/products", id: "listProducts", tag: "Products", summary: "List products by id",
            parameters: pages,
            responses: [APIResponse(200, "A page.", [.json(APISchema.reference("ProductPage"))])],
            problems: [.storeUnavailable])
    }

    private static var show: APIOperation {
        APIOperation(
            method: "get", path: "/products/{id}", id: "getProduct", tag: "Products", summary: "Show a product",
            parameters: [productID, ifNoneMatch],
            responses: [
                APIResponse(200, "The product.", [answer], headers: ["ETag"]),
                APIResponse(304, "Nothing that the answer shows has changed.", headers: ["ETag"]),
            ], problems: [.unknownProduct, .storeUnavailable])
    }

    private static var put: APIOperation {
        APIOperation(
            method: "put", path: "/products/{id}", id: "putProduct", tag: "Products",
            summary: "Make or replace a product",
            description: "Prompts that are new are encoded in the background; `status` says how far that is.",
            parameters: [productID, ifMatch, ifNoneMatch],
            body: [.json(APISchema.reference("ProductSettings"), APIExamples.settings)],
            responses: [
                APIResponse(200, "Replaced.", [answer], headers: ["ETag"]),
                APIResponse(201, "Made.", [answer], headers: ["ETag", "Location"]),
            ], problems: changes + bodies)
    }

    private static var patch: APIOperation {
        APIOperation(
            method: "patch", path: "/products/{id}", id: "patchProduct", tag: "Products",
            summary: "Change some settings of a product", parameters: [productID, ifMatch, ifNoneMatch],
            body: [
                APIContent(
                    "application/merge-patch+json", APISchema.reference("ProductPatch"),
                    example: ["threshold": .number(0.6)])
            ],
            responses: [APIResponse(200, "Changed.", [answer], headers: ["ETag"])],
            problems: changes + bodies + [.unknownProduct, .unsupportedMediaType])
    }

    private static var delete: APIOperation {
        APIOperation(
            method: "delete", path: "/products/{id}", id: "deleteProduct", tag: "Products",
            summary: "Remove a product with its references; its results stay",
            parameters: [productID, ifMatch, ifNoneMatch],
            responses: [APIResponse(204, "Removed.")], problems: changes + [.unknownProduct])
    }
}
