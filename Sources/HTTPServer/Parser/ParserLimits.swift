/// Upper bounds the parser enforces while bytes arrive, before it stores them.
package struct ParserLimits: Sendable, Equatable {
    /// Longest request line without its CRLF, in bytes; beyond it the answer is 414.
    package var maxRequestLineBytes = 8 * 1024
    /// Longest header section (all field lines with their CRLFs), in bytes; beyond it the answer is 431.
    ///
    /// Trailers have the same bound.
    package var maxHeaderBytes = 32 * 1024
    /// Most field lines in a header or trailer section; beyond it the answer is 431.
    package var maxHeaderCount = 100
    /// Longest body, in bytes, unless another bound is set for a request; beyond it the answer is 413.
    package var maxBodyBytes = 32 * 1024 * 1024
    /// Longest chunk-size line with its extensions, without CRLF, in bytes.
    package var maxChunkLineBytes = 256
    /// All chunk extensions of one message together, in bytes: many tiny chunks must not carry unbounded ballast.
    package var maxChunkExtensionBytes = 4 * 1024

    /// The default limits.
    package init() {}
}
