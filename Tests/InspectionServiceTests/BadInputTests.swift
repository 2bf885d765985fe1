import Foundation
import Images
import Storage
import Testing

@testable import InspectionService

/// One bad request and what it is answered.
struct BadRequest: Sendable, CustomTestStringConvertible {
    let name: String
    var method = "POST"
    var path = "/inspect?product=cable"
    var fields: [String: String] = [:]
    var body: @Sendable () throws -> [UInt8] = { try Golden.png() }
    let status: Int
    let kind: String
    /// Must occur in the detail.
    let says: String

    var testDescription: String { name }

    static let all: [BadRequest] = [
        BadRequest(name: "no body", body: { [] }, status: 400, kind: "empty-body", says: "found 0 bytes"),
        BadRequest(
            name: "text", fields: ["Content-Type": "image/jpeg"], body: { Array("hello, world".utf8) }, status: 415,
            kind: "not-an-image", says: "beginning with 68 65"),
        BadRequest(
            name: "a cut JPEG", body: { Array(try Golden.jpeg().dropLast(300)) }, status: 422, kind: "unusable-image",
            says: "JPEG"),
        BadRequest(
            name: "a cut PNG", body: { Array(try Golden.png().prefix(400)) }, status: 422, kind: "unusable-image",
            says: "PNG"),
        BadRequest(
            name: "too many pixels",
            body: {
                try PNGEncoder.encode(GrayImage(width: 200, height: 100, pixels: Array(repeating: 0, count: 20_000)))
            },
            status: 413, kind: "image-too-large", says: "200×100"),
        BadRequest(
            name: "too many bytes", body: { Array(repeating: 0, count: 70_000) }, status: 413, kind: "body-too-large",
            says: "65536"),
        BadRequest(
            name: "multipart without a boundary", fields: ["Content-Type": "multipart/form-data"], status: 400,
            kind: "malformed-multipart", says: "boundary"),
        BadRequest(
            name: "multipart cut short", fields: ["Content-Type": Form.type],
            body: { Form.body([("image", "a.png", "image/png", try Golden.png())]).dropLast(30) }, status: 400,
            kind: "malformed-multipart", says: "found the end of the body"),
        BadRequest(
            name: "a part of another name", fields: ["Content-Type": Form.type],
            body: { Form.body([("picture", "a.png", "image/png", try Golden.png())]) }, status: 400,
            kind: "malformed-multipart", says: "“picture”"),
        BadRequest(
            name: "two pictures", fields: ["Content-Type": Form.type],
            body: {
                let part = (name: "image", file: String?.none, type: "image/png", bytes: try Golden.png())
                return Form.body([part, part])
            }, status: 400, kind: "malformed-multipart", says: "found 2"),
        BadRequest(
            name: "metadata that is no object", fields: ["Content-Type": Form.type],
            body: {
                Form.body([
                    ("metadata", nil, "application/json", Array("[1]".utf8)),
                    ("image", nil, "image/png", try Golden.png()),
                ])
            }, status: 422, kind: "invalid-metadata", says: "an object"),
        BadRequest(
            name: "an unknown product", path: "/inspect?product=cabel", status: 404, kind: "unknown-product",
            says: "“cabel”"),
        BadRequest(
            name: "an unknown mode", path: "/inspect?mode=both", status: 400, kind: "invalid-parameter",
            says: "multitype, binary"),
        BadRequest(
            name: "a mistyped parameter", path: "/inspect?prodct=cable", status: 400, kind: "invalid-parameter",
            says: "“prodct”"),
        BadRequest(
            name: "a parameter twice", path: "/inspect?mode=binary&mode=multitype", status: 400,
            kind: "invalid-parameter", says: "once"),
        BadRequest(
            name: "an unacceptable Accept", fields: ["Accept": "text/html"], status: 406, kind: "not-acceptable",
            says: "multipart/mixed"),
        BadRequest(
            name: "another method", method: "GET", body: { [] }, status: 405, kind: "method-not-allowed", says: "POST"),
        BadRequest(
            name: "another path", path: "/inspekt", status: 404, kind: "not-found", says: "nothing"),
        BadRequest(
            name: "a damaged page token", method: "GET", path: "/results?pageToken=00ff", body: { [] }, status: 400,
            kind: "invalid-parameter", says: "page token"),
        BadRequest(
            name: "a page that is too large", method: "GET", path: "/results?pageSize=5000", body: { [] }, status: 400,
            kind: "invalid-parameter", says: "1 to 1000"),
        BadRequest(
            name: "a time without a zone", method: "GET", path: "/results?since=2026-01-01T00:00:00", body: { [] },
            status: 400, kind: "invalid-parameter", says: "2026-01-31T08:00:00Z"),
        BadRequest(
            name: "an unknown result", method: "GET", path: "/results/none", body: { [] }, status: 404,
            kind: "unknown-result", says: "“none”"),
        BadRequest(
            name: "a reference that is no digest", method: "DELETE", path: "/products/cable/references/7",
            body: { [] }, status: 404, kind: "unknown-reference", says: "SHA-256"),
    ]
}

@Suite("Bad input", .timeLimit(.minutes(3)))
struct BadInputTests {
    @Test("is refused with its status, kind and reason, over every transport", arguments: Transport.allCases)
    func refused(_ transport: Transport) async throws {
        try await withService(transport) {
            $0.maxImagePixels = 10_000
            $0.maxBodyBytes = 65_536
        } _: { service in
            try await service.put("cable", cable)
            for request in BadRequest.all {
                let answer = try await service.send(
                    request.method, request.path, request.fields, body: try request.body())
                let problem = try answer.expectProblem(request.status, request.kind)
                #expect(problem["detail"].string?.contains(request.says) == true, "\(request.name): \(answer.text)")
                if request.status == 405 { #expect(answer["allow"]?.contains("POST") == true) }
            }
            // Nothing of all this was stored.
            #expect(try await service.send("GET", "/results").json()["items"].count == 0)
        }
    }

    @Test("that is not HTTP is answered with problem+json too")
    func malformed() async throws {
        try await withService(.socket) { service in
            let answer = try await service.exchange(Array("GET /livez HTTP/1.1\r\nHost : x\r\n\r\n".utf8))
            try answer.expectProblem(400, "malformed-request")
            let long =
                "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + String(repeating: "a", count: 60_000) + "\r\n\r\n"
            try await service.exchange(Array(long.utf8)).expectProblem(431, "malformed-request")
        }
    }

    @Test(
        "of a product is refused with the place of every fault",
        arguments: [
            (#"{"defectTypes":["bent"]}"#, ["/noun"]),
            (#"{"noun":"  "}"#, ["/noun"]),
            (#"{"noun":"cable","colour":"red"}"#, ["/colour"]),
            (#"{"noun":"cable","id":"other"}"#, ["/id"]),
            (#"{"noun":"cable","defectTypes":[]}"#, ["/defectTypes"]),
            (#"{"noun":"cable","defectTypes":["bent","bent"]}"#, ["/defectTypes/1"]),
            (#"{"noun":"cable","defectTypes":["scrath"]}"#, ["/defectTypes/0"]),
            (#"{"noun":"cable","defectTypes":[{"name":"kink"}]}"#, ["/defectTypes/0/phrases"]),
            (#"{"noun":"cable","defectTypes":[{"name":"kink","phrases":[]}]}"#, ["/defectTypes/0/phrases"]),
            (
                #"{"noun":"cable","defectTypes":[{"name":"kink","phrases":["{} ok","no gap"]}]}"#,
                ["/defectTypes/0/phrases/1"]
            ),
            (#"{"noun":"cable","defectTypes":[{"name":"Big Kink","phrases":["{}"]}]}"#, ["/defectTypes/0/name"]),
            (
                #"{"noun":"cable","defectTypes":[{"name":"kink","phrases":["{} \#(String(repeating: "é", count: 300))"]}]}"#,
                ["/defectTypes/0/phrases/0"]
            ),
            (#"{"noun":"cable","defectTypes":[{"name":"normal","phrases":["{}"]}]}"#, ["/defectTypes/0"]),
            (
                #"{"noun":"cable","threshold":1.5,"imageSide":33,"mmPerPixel":0}"#,
                ["/threshold", "/imageSide", "/mmPerPixel"]
            ),
            (#"{"noun":"cable","imageSide":72}"#, ["/imageSide"]),
            (#"{"noun":"cable","ignore":[[[0,0],[1,1]]]}"#, ["/ignore/0"]),
            (#"{"noun":"cable","include":[[[0,0],[1,1],[2]]]}"#, ["/include/0/2"]),
            (#"{"noun":"cable","keepImages":"some"}"#, ["/keepImages"]),
            (#"[]"#, [""]),
        ])
    func product(_ json: String, _ pointers: [String]) async throws {
        try await withService { service in
            let answer = try await service.send("PUT", "/products/cable", body: Array(json.utf8))
            let problem = try answer.expectProblem(422, "invalid-product")
            #expect(problem["errors"].items.compactMap { $0["pointer"].string } == pointers, "\(answer.text)")
            #expect(try await service.store.product("cable") == nil)
        }
    }

    @Test("names the nearest defect type")
    func nearest() async throws {
        try await withService { service in
            let body = Array(#"{"noun":"cable","defectTypes":["scrath"]}"#.utf8)
            let answer = try await service.send("PUT", "/products/cable", body: body)
            #expect(answer.text.contains("did you mean “scratch”?"), "\(answer.text)")
        }
    }

    @Test(
        "of a product's id or JSON is refused",
        arguments: [
            ("/products/-cable", "{}", "invalid-parameter"), ("/products/a%20b", "{}", "invalid-parameter"),
            ("/products/\(String(repeating: "a", count: 65))", "{}", "invalid-parameter"),
            ("/products/cable", #"{"noun":"a","noun":"b"}"#, "malformed-json"),
            ("/products/cable", "{", "malformed-json"),
        ])
    func productID(_ path: String, _ json: String, _ kind: String) async throws {
        try await withService { service in
            try await service.send("PUT", path, body: Array(json.utf8)).expectProblem(400, kind)
        }
    }
}
