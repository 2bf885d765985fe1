/// The `form-data` disposition of a part (RFC 7578, section 4.2).
struct ContentDisposition {
    let name: String
    let filename: String?

    /// Reads the one `Content-Disposition` among a part's fields.
    ///
    /// - Parameters:
    ///   - fields: The part's fields.
    ///   - offset: Where the part begins, for the error.
    /// - Throws: `MultipartError` with `.invalidContentDisposition`.
    init(in fields: [MultipartPart.Field], at offset: Int) throws(MultipartError) {
        let values = fields.filter { $0.name == "content-disposition" }.map(\.value)
        guard values.count == 1, let read = Self.read(values[0]) else {
            let found = values.isEmpty ? "none" : values.map { "\"\($0)\"" }.joined(separator: " and ")
            throw MultipartError(
                .invalidContentDisposition, at: offset,
                "expected one Content-Disposition of the form form-data; name=\"…\", found \(found)")
        }
        (name, filename) = read
    }

    private static func read(_ value: String) -> (String, String?)? {
        var scanner = FieldScanner(value.utf8)
        guard scanner.token()?.lowercased() == "form-data",
            let parameters = scanner.parameters(keepsBackslashes: true), scanner.isAtEnd,
            let name = parameters.first(where: { $0.name == "name" })?.value
        else { return nil }
        // `filename*` is not used in forms (RFC 7578, 4.2) and ignored.
        return (name, parameters.first { $0.name == "filename" }?.value)
    }
}
