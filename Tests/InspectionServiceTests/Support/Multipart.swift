import Foundation
import Testing

/// A multipart body for requests.
enum Form {
    static let type = "multipart/form-data; boundary=----b0undary"

    static func body(_ parts: [(name: String, file: String?, type: String, bytes: [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        for part in parts {
            let file = part.file.map { "; filename=\"\($0)\"" } ?? ""
            bytes += Array(
                "------b0undary\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(file)\r\nContent-Type: \(part.type)\r\n\r\n"
                    .utf8)
            bytes += part.bytes
            bytes += [13, 10]
        }
        return bytes + Array("------b0undary--\r\n".utf8)
    }
}

extension Answer {
    /// Takes a `multipart/mixed` answer apart; any other, such as a refusal on a busy machine, fails the test here and not
    /// with a subscript of an empty list, which would end all tests.
    func parts() throws -> [Answer] {
        let type = try #require(self["content-type"])
        try #require(type.hasPrefix("multipart/mixed"), "\(status) \(text)")
        let boundary = try #require(type.components(separatedBy: "boundary=").last)
            .trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        let delimiter = Array("--\(boundary)".utf8)
        var parts: [Answer] = []
        var rest = body[...]
        while let start = rest.firstRange(of: delimiter) {
            rest = rest[start.upperBound...]
            if rest.starts(with: Array("--".utf8)) {
                try #require(!parts.isEmpty, "a multipart body without parts")
                return parts
            }
            let end = try #require(rest.firstRange(of: [13, 10] + delimiter))
            let part = rest[..<end.lowerBound].dropFirst(2)
            let head = try #require(part.firstRange(of: [13, 10, 13, 10]))
            let fields = String(decoding: part[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                .map { line -> (name: String, value: String) in
                    let pieces = line.components(separatedBy: ": ")
                    return (pieces[0], pieces.dropFirst().joined(separator: ": "))
                }
            parts.append(Answer(status: 200, fields: fields, body: Array(part[head.upperBound...])))
            rest = rest[end.lowerBound...]
        }
        throw LiveClient.Failure(description: "no closing boundary behind \(parts.count) parts")
    }
}
