/// Finds the masks of pictures by their names.
///
/// `000.png` has `000.png` or `000_mask.png`, one mask for the whole picture, or `000_scratch.png` and the like, one for
/// each type. Names are compared, not positions: one absent mask must not shift the others.
struct MaskPairing {
    /// Mask files of one picture.
    struct Masks: Equatable {
        /// A mask that covers all defects of the picture.
        var whole: String?
        /// Masks of single types.
        var typed: [(rawName: String, file: String)] = []

        static func == (a: Masks, b: Masks) -> Bool {
            a.whole == b.whole && a.typed.elementsEqual(b.typed) { $0 == $1 }
        }
    }

    private var masks: [String: Masks] = [:]
    /// Files whose names begin with no picture's name: masks that nobody would see.
    private(set) var strays: [String] = []
    /// Files that are a whole picture's mask as another is, which is the one that counts.
    private(set) var doubles: [(file: String, beside: String)] = []

    /// Pairs the files of two folders.
    ///
    /// - Parameters:
    ///   - pictures: File names.
    ///   - files: File names of masks, sorted.
    init(pictures: [String], files: [String]) {
        let stems = Set(pictures.map(FolderListing.stem))
        for file in files {
            let name = FolderListing.stem(file)
            guard let stem = Self.longestStem(of: name, in: stems) else {
                strays.append(file)
                continue
            }
            let suffix = name.dropFirst(stem.count + 1)
            if suffix.isEmpty || suffix == "mask" {
                if let first = masks[stem]?.whole {
                    doubles.append((file, first))
                } else {
                    masks[stem, default: Masks()].whole = file
                }
            } else {
                masks[stem, default: Masks()].typed.append((String(suffix), file))
            }
        }
    }

    /// The masks of a picture.
    func masks(of picture: String) -> Masks { masks[FolderListing.stem(picture)] ?? Masks() }

    /// The longest picture's name that the mask's name begins with, ending at its end or an underscore.
    private static func longestStem(of name: String, in stems: Set<String>) -> String? {
        var candidate = Substring(name)
        while true {
            if stems.contains(String(candidate)) { return String(candidate) }
            guard let underscore = candidate.lastIndex(of: "_") else { return nil }
            candidate = candidate[..<underscore]
        }
    }
}
