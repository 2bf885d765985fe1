import Testing

@testable import Tensors

@Suite("Choice of an arithmetic")
struct ArithmeticSelectionTests {
    @Test("every arithmetic that this machine offers passes its check")
    func offersPass() {
        for engine in MatrixEngine.allCases {
            for precision in Precision.allCases {
                do {
                    _ = try Arithmetic.select(engine: engine, precision: precision)
                } catch {
                    #expect(error.code == .unsupported, "\(error)")
                }
            }
        }
        #expect(ArithmeticCheck.fault(of: .reference) == nil)
    }

    @Test("deviations are those of rounding, well below what is allowed", arguments: Arithmetic.usable)
    func deviations(_ arithmetic: Arithmetic) throws {
        let check = ArithmeticCheck(arithmetic: arithmetic)
        let allowed = ArithmeticCheck.allowedDeviation(arithmetic.precision)
        for (name, deviation) in try check.linearMaps() + check.attentions() {
            #expect(deviation < allowed / 2, "\(arithmetic.description), \(name)")
            #expect(arithmetic.precision == .f32 || deviation > allowed / 100, "\(arithmetic.description), \(name)")
        }
    }

    /// Products of pairs of bytes added with saturation to 16 bits, as processors without VNNI do it.
    @Test("the check would notice sums of bytes that saturate, one wrong output in a hundred, and NaN")
    func noticesFaults() {
        let problem = ArithmeticProblem()
        let (rows, inputs, outputs) = (problem.rows, problem.inputs, problem.outputs)
        let normed = problem.normed.map(Float.init)
        func product(saturating: Bool) -> [Float] {
            (0..<rows * outputs).map { index in
                let (row, output) = index.quotientAndRemainder(dividingBy: outputs)
                let left = NaiveBytes.quantized(Array(normed[row * inputs..<(row + 1) * inputs]))
                let right = NaiveBytes.quantized(Array(problem.weight[output * inputs..<(output + 1) * inputs]))
                var sum = 0
                for first in stride(from: 0, to: inputs, by: 2) {
                    let pair = (first..<min(first + 2, inputs)).reduce(0) {
                        $0 + (Int(left.bytes[$1]) + 128) * Int(right.bytes[$1])
                    }
                    sum += saturating ? max(-32768, min(32767, pair)) : pair
                }
                sum -= 128 * right.bytes.reduce(0) { $0 + Int($1) }
                return Float(sum) * left.scale * right.scale + problem.bias[output]
            }
        }
        let allowed = ArithmeticCheck.allowedDeviation(.int8)
        #expect(ArithmeticProblem.deviation(product(saturating: false), from: problem.mapped) < allowed)
        #expect(ArithmeticProblem.deviation(product(saturating: true), from: problem.mapped) > allowed)
        var results = problem.mapped.map(Float.init)
        for index in stride(from: 0, to: results.count, by: 100) { results[index] = 0 }
        #expect(ArithmeticProblem.deviation(results, from: problem.mapped) > allowed)
        results[0] = .nan
        #expect(!(ArithmeticProblem.deviation(results, from: problem.mapped) <= allowed))
    }

    @Test("an engine that computes wrongly is passed over, and the selection says so")
    func passesOver() throws {
        let best = try Arithmetic.select(engine: nil, precision: nil)
        #expect(best.rejected.isEmpty)
        // Where OpenBLAS is all there is, nothing can take its place.
        if best.arithmetic != .reference {
            let next = try Arithmetic.select(engine: nil, precision: nil) {
                $0 == best.arithmetic ? "it is wrong" : nil
            }
            #expect(next.arithmetic != best.arithmetic)
            #expect(next.rejected == ["it is wrong"])
        }
        let none = #expect(throws: ArithmeticError.self) {
            try Arithmetic.select(engine: nil, precision: nil) { "\($0.engine) is wrong" }
        }
        #expect(none?.code == .wrongResult)
    }

    @Test("without AVX-512 wide towers are OpenBLAS's, narrow ones oneDNN's; what was asked for stays")
    func width() throws {
        for width in [nil, 192, Arithmetic.wideTower, 1024] {
            let chosen = try Arithmetic.select(engine: nil, precision: .f32, width: width).arithmetic.engine
            let expected: MatrixEngine =
                Tiles.supports(.f32)
                ? .tiles
                : OneDNN.offer == nil || !(OneDNN.offer?.avx512 ?? true) && width ?? 0 >= 384 ? .openblas : .onednn
            #expect(chosen == expected, "\(width ?? 0)")
            if OneDNN.offer != nil {
                let asked = try Arithmetic.select(engine: .onednn, precision: .f32, width: width)
                #expect(asked.arithmetic.engine == .onednn)
            }
        }
    }

    @Test("an engine that was asked for and computes wrongly is refused")
    func refuses() {
        let error = #expect(throws: ArithmeticError.self) {
            try Arithmetic.select(engine: .openblas, precision: .f32) { _ in "it is wrong" }
        }
        #expect(error?.code == .wrongResult)
        #expect(error?.description == "it is wrong")
    }

    @Test("the reason tells what was asked for from what was chosen")
    func reasons() throws {
        let asked = try Arithmetic.select(engine: .openblas, precision: .f32)
        #expect(asked.reason == "f32 as asked for; engine openblas, as asked for")
        let chosen = try Arithmetic.select(engine: .openblas, precision: nil)
        #expect(
            chosen.reason
                == "f32, because precision is auto and openblas has no bfloat16 products; engine openblas, as asked for"
        )
        let failing = try Arithmetic.select(engine: nil, precision: nil) { $0.precision == .bf16 ? "wrong" : nil }
        #expect(failing.arithmetic.precision == .f32)
        let hasBrainFloat = !failing.rejected.isEmpty
        #expect(failing.reason.contains("bf16 failed its test") == hasBrainFloat)
    }
}
