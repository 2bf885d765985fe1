import Testing

@testable import Storage

@Suite("Page tokens")
struct PageTokenTests {
    private let token = PageToken(list: 0x0123_4567_89ab_cdef, position: [1, 2, 3, 0xff])

    @Test("come back from their text")
    func roundTrip() throws {
        let again = try PageToken(token.text)
        #expect(again == token)
        #expect(try again.position(in: 0x0123_4567_89ab_cdef) == [1, 2, 3, 0xff])
        #expect(token.text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "f") ~= $0 })
    }

    @Test("are refused when any one digit is changed")
    func changedDigit() {
        let digits = Array(token.text)
        for index in digits.indices {
            for digit in "0123456789abcdef" where digit != digits[index] {
                var changed = digits
                changed[index] = digit
                let error = #expect(throws: StorageError.self) { try PageToken(String(changed)) }
                #expect(error?.code == .invalidPageToken)
            }
        }
    }

    @Test("are refused when cut at any place")
    func cut() {
        for length in 0..<token.text.count {
            #expect(throws: StorageError.self) { try PageToken(String(token.text.prefix(length))) }
            #expect(throws: StorageError.self) { try PageToken(String(token.text.suffix(length))) }
        }
    }

    @Test(
        "are refused when they are no tokens",
        arguments: ["", "x", "zz", "0", "é", String(repeating: "0", count: 5000)])
    func junk(text: String) {
        let error = #expect(throws: StorageError.self) { try PageToken(text) }
        #expect(error?.code == .invalidPageToken)
    }

    @Test("of a result are refused without a whole position", arguments: [0, 15, 17])
    func position(count: Int) {
        let error = #expect(throws: StorageError.self) {
            try ResultPosition(bytes: [UInt8](repeating: 0, count: count))
        }
        #expect(error?.code == .invalidPageToken)
    }

    @Test("hold positions at the ends of their range", arguments: [Int64.min, -1, 0, Int64.max])
    func extremes(number: Int64) throws {
        let position = ResultPosition(createdAt: Timestamp(microseconds: number), seq: number)
        #expect(try ResultPosition(bytes: position.bytes) == position)
    }
}
