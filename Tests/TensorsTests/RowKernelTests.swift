import CVectorKernels
import RowKernelTwins
import Testing

/// The kernels in C are compiled once for each generation of processors; programs take the newest that runs.
@Suite("Row kernels of every processor generation")
struct RowKernelTests {
    /// Generations that this processor runs.
    static let generations = (0..<8).prefix { cvk_generation(Int32($0)) != nil }

    @Test(
        "equal their naive twins", arguments: generations,
        [1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 80, 100, 257, 1024, 2048])
    func twins(generation: Int, count: Int) throws {
        let kernels = try #require(cvk_generation(Int32(generation)))
        var message = [CChar](repeating: 0, count: 200)
        for seed in UInt64(1)...5 {
            let agree = twins_agree(kernels, Int32(count), seed, &message) == 1
            let text = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            #expect(agree, "\(String(cString: kernels.pointee.name)), seed \(seed): \(text)")
        }
    }

    @Test("there is always a baseline, and none beyond the last")
    func bounds() {
        #expect(!Self.generations.isEmpty && cvk_generation(-1) == nil && cvk_generation(99) == nil)
    }
}
