/// What one worker thread owns while it computes: generated products and scratch memory.
public final class ComputeWorker: @unchecked Sendable {
    // Sound to send: a worker belongs to one thread at a time; passes hand worker i to thread i only.

    let arithmetic: Arithmetic
    let oneDNN: OneDNNWorker?
    private(set) var scores = RawBuffer(byteCount: 0)

    /// Makes a worker for one kind of arithmetic.
    ///
    /// - Throws: ``ArithmeticError`` when the engine cannot be used here.
    public init(_ arithmetic: Arithmetic) throws(ArithmeticError) {
        self.arithmetic = arithmetic
        oneDNN = arithmetic.engine == .onednn ? try OneDNNWorker() : nil
    }

    /// Makes room for attention scores.
    func reserveScores(bytes: Int) {
        if scores.byteCount < bytes { scores = RawBuffer(byteCount: bytes) }
    }

    /// Generates a product's code; nothing to do for the other engines.
    func prepare(_ spec: MatmulSpec) throws(ArithmeticError) { try oneDNN?.prepare(spec) }
}
