import Checkpoints
import Foundation
import HTTPServer
import Storage
import Testing

@testable import InspectionService

/// A table of RFC 4180, read by a reader of its own.
private func readTable(_ text: String) -> [[String]] {
    var rows: [[String]] = [[]]
    var field = ""
    var isQuoted = false
    var characters = Array(text.unicodeScalars)[...]
    while let character = characters.popFirst() {
        switch character {
        case "\"" where isQuoted && characters.first == "\"":
            field.unicodeScalars.append("\"")
            characters = characters.dropFirst()
        case "\"": isQuoted.toggle()
        case "," where !isQuoted:
            rows[rows.count - 1].append(field)
            field = ""
        case "\r" where !isQuoted && characters.first == "\n":
            characters = characters.dropFirst()
            rows[rows.count - 1].append(field)
            field = ""
            rows.append([])
        default: field.unicodeScalars.append(character)
        }
    }
    #expect(rows.last == [] && field.isEmpty, "the last line ends like the others")
    return rows.dropLast()
}

@Suite("Export of results", .timeLimit(.minutes(2)))
struct ResultExportTests {
    /// Three results with different parts, cameras and metadata.
    private func inspect(_ service: Service, _ parts: [String], metadata: String? = nil) async throws -> [Answer] {
        try await service.put("cable", cable)
        var answers: [Answer] = []
        for part in parts {
            let path = "/inspect?product=cable&partId=\(PathSegment.encode(part))&camera=north"
            guard let metadata else {
                answers.append(try await service.send("POST", path, body: try Golden.png()))
                continue
            }
            let body = Form.body([
                ("image", "a.png", "image/png", try Golden.png()),
                ("metadata", nil, "application/json", Array(metadata.utf8)),
            ])
            answers.append(try await service.send("POST", path, ["Content-Type": Form.type], body: body))
        }
        return answers
    }

    @Test("as lines holds every answer, byte for byte, newest first", arguments: Transport.allCases)
    func lines(_ transport: Transport) async throws {
        try await withService(transport) { service in
            let answers = try await inspect(service, ["a", "b", "c"])
            let export = try await service.send("GET", "/results?product=cable", ["Accept": "application/x-ndjson"])
            #expect(export.status == 200)
            #expect(export["content-type"] == "application/x-ndjson")
            #expect(export["content-disposition"] == "attachment; filename=\"results.ndjson\"")
            #expect(export.text == answers.reversed().map { $0.text + "\n" }.joined())
            let one = try await service.send("GET", "/results?partId=b", ["Accept": "application/x-ndjson"])
            #expect(one.text == answers[1].text + "\n")
            let none = try await service.send("GET", "/results?partId=z", ["Accept": "application/x-ndjson"])
            #expect(none.status == 200 && none.body.isEmpty)
        }
    }

    @Test("as lines keeps a result on one line, whatever the metadata's own layout")
    func lineEnds() async throws {
        try await withService { service in
            _ = try await inspect(service, ["a"], metadata: "{\n  \"note\": \"two\\nlines\",\r\n  \"line\": 3\n}")
            let export = try await service.send("GET", "/results", ["Accept": "application/x-ndjson"])
            let lines = export.text.split(separator: "\n")
            #expect(lines.count == 1)
            let metadata = try JSON(Array(lines[0].utf8))["metadata"]
            #expect(metadata["note"].string == "two\nlines" && metadata["line"].int == 3)
        }
    }

    @Test("as a table has a head and a line for each result, with what spreadsheets would run made text")
    func table() async throws {
        try await withService { service in
            let parts = ["=1+1", "a,\"b\"", "plain"]
            let answers = try await inspect(service, parts, metadata: #"{"line":3}"#)
            let export = try await service.send("GET", "/results", ["Accept": "text/csv"])
            #expect(export["content-type"] == "text/csv; charset=utf-8; header=present")
            let rows = readTable(export.text)
            try #require(rows.count == 4 && rows.allSatisfy { $0.count == 18 })
            #expect(
                rows[0] == [
                    "id", "createdAt", "product", "verdict", "score", "threshold", "mode", "shots", "referencesVersion",
                    "partId", "camera", "defects", "imageWidth", "imageHeight", "imageSha256", "metadata", "label",
                    "reviewThreshold",
                ])
            #expect(rows.dropFirst().map { $0[9] } == ["plain", "a,\"b\"", "'=1+1"])
            for (row, answer) in zip(rows.dropFirst(), answers.reversed()) {
                let result = try answer.json()
                #expect(row[0] == result["id"].string)
                #expect(row[1] == result["createdAt"].string)
                #expect(row[3] == result["verdict"].string)
                #expect(Double(row[4]) == result["score"].double)
                #expect(row[8].isEmpty && row[10] == "north")
                #expect(
                    Set(row[11].split(separator: ";").map(String.init))
                        == Set(result["defects"].items.compactMap { $0["type"].string }))
                #expect(row[12] == "61" && row[13] == "45")
                #expect(row[14] == result["image"]["sha256"].string)
                #expect(row[15] == #"{"line":3}"#)
            }
        }
    }

    @Test(
        "makes text of what begins like a formula",
        arguments: [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), (" =1", "' =1"),
            ("\t=1", "'\t=1"), ("＝1", "'＝1"), ("a=1", "a=1"), ("1", "1"), ("", ""), ("a\"b", "\"a\"\"b\""),
            ("a,b", "\"a,b\""), ("a\r\nb", "\"a\r\nb\""), ("=a,b", "\"'=a,b\""), (" a", "\" a\""), ("ä", "ä"),
        ])
    func field(text: String, expected: String) {
        var row = CSVRow()
        row.add(text: "x")
        row.add(text: text)
        row.end()
        #expect(String(decoding: row.bytes, as: UTF8.self) == "x,\(expected)\r\n")
    }

    @Test("reads in pieces, and no further once the client is gone")
    func pieces() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            let id = try #require(try answer.json()["id"].string)
            let record = try #require(try await service.store.result(id))
            // A document of 200 kB each, so that three of them are a piece.
            for number in 0..<12 {
                var copy = record
                copy.id = "copy-\(number)"
                copy.document = Array(
                    "{\"number\":\(number),\"pad\":\"\(String(repeating: "x", count: 200_000))\"}".utf8)
                try await service.store.insertResult(NewResult(record: copy, defects: [], files: []))
            }
            let stream = ResultExportStream(ResultFilter(), as: .lines, from: service.store)
            var sizes: [Int] = []
            while let piece = try await stream.next() { sizes.append(piece.count) }
            #expect(sizes.count >= 4)
            #expect(sizes.allSatisfy { $0 < 900_000 })

            let cancelled = ResultExportStream(ResultFilter(), as: .lines, from: service.store)
            _ = try await cancelled.next()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await cancelled.next()
            }
            await #expect(throws: StorageError.self) { try await task.value }
        }
    }

    @Test("of which the client read the beginning only is not read to its end")
    func hungUp() async throws {
        try await withDataFolder { folder in
            let log = LogCapture()
            try await withService(.socket, in: folder, log: log) { service in
                try await service.put("cable", cable)
                let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
                let id = try #require(try answer.json()["id"].string)
                let record = try #require(try await service.store.result(id))
                // More than all socket buffers hold.
                for number in 0..<100 {
                    var copy = record
                    copy.id = "copy-\(number)"
                    copy.document = [UInt8](repeating: 0x20, count: 500_000)
                    try await service.store.insertResult(NewResult(record: copy, defects: [], files: []))
                }
                let connection = try service.connect(receiveBufferBytes: 1 << 16)
                try connection.send(
                    Array("GET /results HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n".utf8))
                _ = try await onOwnThread { try connection.receive(until: Array("\r\n\r\n".utf8)) }
                connection.close()
                await service.eventually { !log.lines("answer not delivered").isEmpty }
                let line = try #require(log.lines("answer not delivered").first)
                #expect(line.fields["route"] == "/results")
                #expect(try #require(line.fields["bytes"].flatMap { Int($0) }) < 40_000_000)
            }
        }
    }
}
