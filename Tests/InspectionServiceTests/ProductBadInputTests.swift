import Images
import Testing

@testable import InspectionService

/// One bad request on a product or its references, and what it is answered.
struct BadProductRequest: Sendable, CustomTestStringConvertible {
    let method: String
    let path: String
    var fields: [String: String] = [:]
    var body = ""
    let status: Int
    let kind: String
    /// Must occur in the detail.
    let says: String

    var testDescription: String { "\(method) \(path) \(body.prefix(40))" }

    private static let references = "/products/cable/references"
    private static let digest = String(repeating: "ab", count: 32)

    static let all: [BadProductRequest] = products + uploads + versions

    private static let products: [BadProductRequest] = [
        .init(
            method: "GET", path: "/products?pageSize=0", status: 400, kind: "invalid-parameter",
            says: "from 1 to 1000, found “0”"),
        .init(
            method: "GET", path: "/products?pageSize=%2B5", status: 400, kind: "invalid-parameter", says: "found “+5”"),
        .init(
            method: "GET", path: "/products?pageToken=zz", status: 400, kind: "invalid-parameter", says: "page token"),
        .init(method: "GET", path: "/products?noun=cable", status: 400, kind: "invalid-parameter", says: "“noun”"),
        .init(method: "GET", path: "/products/none", status: 404, kind: "unknown-product", says: "“none”"),
        .init(
            method: "GET", path: "/products/cable?verbose", status: 400, kind: "invalid-parameter",
            says: "no query parameters"),
        .init(method: "GET", path: "/products/%FF", status: 400, kind: "malformed-request", says: ""),
        .init(method: "PUT", path: "/products/cable", status: 400, kind: "malformed-json", says: "at byte 0"),
        .init(
            method: "PUT", path: "/products/a%2Fb", body: "{}", status: 400, kind: "malformed-request",
            says: "encoded slashes"),
        .init(
            method: "PUT", path: "/products/cable", body: #"{"noun":"\u0000"}"#, status: 422, kind: "invalid-product",
            says: "control characters"),
        .init(
            method: "PUT", path: "/products/cable", body: #"{"noun":1e999}"#, status: 422, kind: "invalid-product",
            says: "found 1e999"),
        .init(
            method: "PUT", path: "/products/cable", body: #"{"noun":"x","pictureCheck":"dark"}"#, status: 422,
            kind: "invalid-product", says: "none, blank, references"),
        .init(
            method: "PUT", path: "/products/cable", body: #"{"noun":"x","threshold":1e999}"#, status: 422,
            kind: "invalid-product", says: "0 to 1, found 1e999"),
        .init(
            method: "PUT", path: "/products/cable", body: #"{"noun":"x","ignore":[[[0,0],[1,1],[2,1e7]]]}"#,
            status: 422, kind: "invalid-product", says: "a coordinate in pixels"),
        .init(
            method: "PUT", path: "/products/cable", body: #"{"noun":"x","mmPerPixel":-1}"#, status: 422,
            kind: "invalid-product", says: "from 0.000001 to 1000000, found -1"),
        .init(
            method: "PUT", path: "/products/cable", body: #"{"noun":"x","imageSide":8.0}"#, status: 422,
            kind: "invalid-product", says: "multiple of 8"),
        .init(
            method: "PUT", path: "/products/cable", body: #"{"noun":"x","maxBankRows":1e3}"#, status: 422,
            kind: "invalid-product", says: "from 16 to 1000000, found 1e3"),
        .init(
            method: "PUT", path: "/products/cable", fields: ["If-Match": "1"], body: "{\"noun\":\"x\"}", status: 400,
            kind: "invalid-parameter", says: "If-Match"),
        .init(
            method: "PATCH", path: "/products/cable", fields: ["Content-Type": "application/json"], body: "{}",
            status: 415, kind: "unsupported-media-type", says: "application/merge-patch+json"),
        .init(
            method: "PATCH", path: "/products/cable?x=1", fields: ["Content-Type": "application/merge-patch+json"],
            body: "{}", status: 400, kind: "invalid-parameter", says: "“x”"),
        .init(method: "DELETE", path: "/products/none", status: 404, kind: "unknown-product", says: "“none”"),
        .init(
            method: "DELETE", path: "/products/cable?force=true", status: 400, kind: "invalid-parameter",
            says: "“force”"),
        .init(
            method: "POST", path: "/products/cable", body: "{}", status: 405, kind: "method-not-allowed", says: "PATCH"),
    ]

    private static let uploads: [BadProductRequest] = [
        .init(method: "POST", path: references, status: 400, kind: "empty-body", says: "found 0 bytes"),
        .init(method: "POST", path: references, body: "hello", status: 415, kind: "not-an-image", says: "68 65"),
        .init(
            method: "POST", path: references + "?atomic=1", body: "hello", status: 400, kind: "invalid-parameter",
            says: "true or false, found “1”"),
        .init(
            method: "POST", path: references + "?atomic=true&atomic=true", body: "hello", status: 400,
            kind: "invalid-parameter", says: "once"),
        .init(
            method: "POST", path: "/products/none/references", body: "hello", status: 404, kind: "unknown-product",
            says: "“none”"),
        .init(
            method: "POST", path: references, fields: ["Content-Type": "multipart/form-data; boundary=x"],
            body: "--x--\r\n", status: 400, kind: "malformed-multipart", says: ""),
        .init(
            method: "POST", path: references, fields: ["Content-Type": Form.type],
            body: String(decoding: Form.body([("metadata", nil, "application/json", Array("{}".utf8))]), as: UTF8.self),
            status: 400, kind: "malformed-multipart", says: "“metadata”"),
        .init(
            method: "POST", path: references, fields: ["Content-Type": Form.type],
            body: String(decoding: Form.body([("image", "a.txt", "text/plain", Array("text".utf8))]), as: UTF8.self),
            status: 422, kind: "unusable-image", says: "the picture cannot be a reference"),
        .init(method: "GET", path: references + "/\(digest)", status: 404, kind: "unknown-reference", says: "SHA-256"),
        .init(method: "GET", path: references + "/xyz", status: 404, kind: "unknown-reference", says: "SHA-256"),
        .init(
            method: "GET", path: "/products/none/references/\(digest)", status: 404, kind: "unknown-product",
            says: "“none”"),
        .init(
            method: "DELETE", path: references + "/\(digest)", status: 404, kind: "unknown-reference", says: "SHA-256"),
        .init(
            method: "DELETE", path: "/products/none/references/\(digest)", status: 404, kind: "unknown-product",
            says: "“none”"),
        .init(method: "DELETE", path: references, status: 405, kind: "method-not-allowed", says: "POST"),
    ]

    private static let versions: [BadProductRequest] = [
        .init(
            method: "GET", path: references + "?version=0", status: 400, kind: "invalid-parameter",
            says: "at least 1, found “0”"),
        .init(
            method: "GET", path: references + "?version=99999999999999999999", status: 400, kind: "invalid-parameter",
            says: "found “9999"),
        .init(
            method: "GET", path: references + "?version=7", status: 404, kind: "unknown-reference-version",
            says: "has none yet), found 7"),
        .init(method: "GET", path: "/products/none/references", status: 404, kind: "unknown-product", says: "“none”"),
        .init(
            method: "GET", path: references + "/versions?pageSize=2000", status: 400, kind: "invalid-parameter",
            says: "found “2000”"),
        .init(
            method: "GET", path: references + "/versions?pageToken=00", status: 400, kind: "invalid-parameter",
            says: "page token"),
        .init(
            method: "GET", path: "/products/none/references/versions", status: 404, kind: "unknown-product",
            says: "“none”"),
        .init(method: "POST", path: references + ":rollback", status: 400, kind: "malformed-json", says: "at byte 0"),
        .init(
            method: "POST", path: references + ":rollback", body: "{}", status: 422, kind: "invalid-body",
            says: "at /version: expected a value, found none"),
        .init(
            method: "POST", path: references + ":rollback", body: #"{"version":"1"}"#, status: 422,
            kind: "invalid-body", says: "1 or more, found “1”"),
        .init(
            method: "POST", path: references + ":rollback", body: #"{"version":1,"to":2}"#, status: 422,
            kind: "invalid-body", says: "“to”"),
        .init(
            method: "POST", path: references + ":rollback", body: #"{"version":3}"#, status: 404,
            kind: "unknown-reference-version", says: "found 3"),
        .init(
            method: "POST", path: "/products/none/references:rollback", body: #"{"version":3}"#, status: 404,
            kind: "unknown-product", says: "“none”"),
        .init(method: "GET", path: references + ":rollback", status: 405, kind: "method-not-allowed", says: "POST"),
        .init(method: "POST", path: references + ":restore", body: "{}", status: 404, kind: "not-found", says: ""),
    ]
}

@Suite("Bad input of products and references", .timeLimit(.minutes(3)))
struct ProductBadInputTests {
    @Test("is refused with its status, kind, and what was expected and found", arguments: Transport.allCases)
    func refused(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let before = try await service.send("GET", "/products/cable")
            for request in BadProductRequest.all {
                let answer = try await service.send(
                    request.method, request.path, request.fields, body: Array(request.body.utf8))
                let problem = try answer.expectProblem(request.status, request.kind)
                #expect(
                    problem["detail"].string?.contains(request.says) ?? false || request.says.isEmpty,
                    "\(request): \(answer.text)")
            }
            // Nothing of all this did anything.
            #expect(try await service.send("GET", "/products/cable").body == before.body)
            #expect(try await service.rowCounts()["reference_images"] == 0)
            #expect(service.core.references.picturesEncoded == 0)
        }
    }

    @Test("of too many bytes or pixels is refused before anything is decoded")
    func tooLarge() async throws {
        try await withService(
            .inProcess,
            {
                $0.maxReferenceBodyBytes = 4000
                $0.maxImagePixels = 10_000
            }
        ) { service in
            try await service.put("cable", cable)
            let path = "/products/cable/references"
            let long = try await service.send("POST", path, body: [UInt8](repeating: 0, count: 4001))
            try long.expectProblem(413, "body-too-large")
            let large = try PNGEncoder.encode(
                GrayImage(width: 200, height: 100, pixels: [UInt8](repeating: 0, count: 20_000)))
            try await service.send("POST", path, body: large).expectProblem(413, "image-too-large")
            let answer = try await service.send(
                "PUT", "/products/cable", body: [UInt8](repeating: 0x20, count: 600_000))
            try answer.expectProblem(413, "body-too-large")
        }
    }
}
