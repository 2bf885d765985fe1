extension BPEVocabulary {
    /// Reads a list of merges and numbers the symbols as CLIP does.
    ///
    /// Ids: 512 byte symbols, one per merge, start, end. A merge that spells an earlier symbol takes over its spelling,
    /// as in OpenCLIP.
    ///
    /// - Parameters:
    ///   - bytes: A line with `#version`, then lines `left right`.
    ///   - file: Name for error messages.
    ///   - size: Number of ids; as many merges are used as it takes.
    /// - Throws: ``CLIPError`` with `.badVocabulary`, naming the line.
    init(mergeList bytes: UnsafeRawBufferPointer, file: String, size: Int) throws(CLIPError) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw CLIPError(.badVocabulary, "\(file): expected text in UTF-8, found other bytes")
        }
        let wanted = size - Self.fixedSymbols
        // OpenAI's list has five times as many lines as are used; the last piece holds the rest.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: wanted + 1, omittingEmptySubsequences: false)
        let marker = Array("#version".utf8)
        guard let header = lines.first, header.contains(marker) else {
            throw CLIPError(.badVocabulary, "\(file): expected a first line with “#version”, found none")
        }
        var pairs: [Pair] = []
        pairs.reserveCapacity(wanted)
        for (index, line) in lines.dropFirst().prefix(wanted).enumerated() {
            let content = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if content.isEmpty, index + 2 == lines.count { break }  // the newline that ends the file
            let parts = content.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw CLIPError(
                    .badVocabulary,
                    "\(file): expected two symbols with one space between them, found "
                        + "“\(String(decoding: content, as: UTF8.self))” in line \(index + 2)")
            }
            pairs.append(Pair(left: Spelling(parts[0]), right: Spelling(parts[1])))
        }
        guard pairs.count == wanted else {
            throw CLIPError(
                .badVocabulary,
                "\(file): expected \(wanted) merges for a vocabulary of \(size), found \(pairs.count)")
        }
        var ids: [Spelling: Int32] = [:]
        ids.reserveCapacity(size)
        var next: Int32 = 0
        for spelling in Spelling.inOrderOfIDs + pairs.map({ $0.left + $0.right }) {
            ids[spelling] = next
            next += 1
        }
        try self.init(ids: ids, pairs: pairs, special: (next, next + 1), size: size, file: file)
    }
}
