import AnomalyDetection
import Storage

/// How references look as a whole: kept since they were encoded, or measured now where they were encoded before looks were kept.
struct ReferenceLooks: Sendable {
    let store: any ReferenceStore
    let encoder: ReferenceEncoder

    /// The looks of a version's pictures, in the set's order.
    ///
    /// - Throws: `StorageError`, or `CancellationError`.
    func looks(of name: BankName) async throws -> [PictureLook] {
        let members = try await store.referenceSet(of: name.product, version: name.version)?.members.map(\.id) ?? []
        let known = try await store.looks(of: members, product: name.product, encodedWith: name.key)
        var looks: [PictureLook] = []
        for id in members {
            if let look = known[id] {
                looks.append(PictureLook(look))
            } else if let picture = try await store.referencePicture(id, of: name.product) {
                let look = try await encoder.look(of: picture.bytes, key: name.key)
                try await store.saveLook(
                    ReferenceLook(look), of: id, product: name.product, encodedWith: name.key)
                looks.append(look)
            }
        }
        return looks
    }
}

extension PictureLook {
    /// A look as the store has it.
    init(_ look: ReferenceLook) {
        self.init(brightness: look.brightness, contrast: look.contrast, sharpness: look.sharpness)
    }
}

extension ReferenceLook {
    /// A look as the engine measures it.
    init(_ look: PictureLook) {
        self.init(brightness: look.brightness, contrast: look.contrast, sharpness: look.sharpness)
    }
}
