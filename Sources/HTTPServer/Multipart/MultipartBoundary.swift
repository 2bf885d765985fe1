/// The syntax of boundaries (RFC 2046, section 5.1.1).
enum MultipartBoundary {
    /// 1 to 70 of the allowed characters, not ending with a space.
    static func isValid(_ boundary: String) -> Bool {
        let bytes = Array(boundary.utf8)
        return (1...70).contains(bytes.count) && bytes.last != ASCII.space && bytes.allSatisfy(isAllowed)
    }

    /// `bchars`.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x27...0x29, 0x2B...0x2F, 0x3A, 0x3D, 0x3F, 0x5F: true
        default: byte.isAlphanumeric
        }
    }
}
