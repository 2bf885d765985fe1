import KnowledgeBaseData

extension KnowledgeBase {
    /// The knowledge base that the binary carries.
    ///
    /// - Throws: ``KnowledgeBaseError`` if the embedded files were edited into something invalid before the build.
    public static func builtIn() throws(KnowledgeBaseError) -> KnowledgeBase {
        var joined = KnowledgeBase()
        for index in 0..<multiads_knowledge_file_count() {
            let file = multiads_knowledge_file_at(index)
            let bytes = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
            try joined.merge(try KnowledgeBaseFile(parsing: bytes, name: String(cString: file.name)))
        }
        try joined.checkCompleteness()
        return joined
    }
}
