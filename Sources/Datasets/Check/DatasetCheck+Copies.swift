// Copies of pictures where none may be.
import Checkpoints

extension DatasetCheck {
    /// Test pictures with the very bytes of a training picture, and anomalous ones with those of a normal one.
    ///
    /// Only files of the same size are read for it. Pictures that cannot be read are told elsewhere.
    func copyIssues() -> [DatasetIssue] {
        guard depth == .pixels else { return [] }
        var seen: Set<String> = []
        let samples = (dataset.samples(.train) + dataset.samples(.test)).filter { seen.insert($0.picture).inserted }
        let sizes = samples.map { FolderListing.size(ofFile: dataset.absolute($0.picture)) }
        let shared = Dictionary(sizes.compactMap { $0.map { ($0, 1) } }, uniquingKeysWith: +).filter { $0.value > 1 }
        var firsts: [SHA256Digest: [DatasetSample]] = [:]
        return zip(samples, sizes).compactMap { sample, size in
            guard let size, shared[size] != nil,
                let digest = try? SHA256Digest.ofFile(dataset.absolute(sample.picture))
            else { return nil }
            let others = firsts[digest, default: []]
            firsts[digest, default: []].append(sample)
            if sample.split == .test, let other = others.first(where: { $0.split == .train }) {
                return DatasetIssue(
                    code: .copiedPicture, subject: sample.picture,
                    detail: "expected a test picture that is not trained with, found the same file as \(other.picture)")
            }
            guard let other = others.first(where: { $0.isAnomalous != sample.isAnomalous }) else { return nil }
            let (expected, found) = sample.isAnomalous ? ("a defect", "without") : ("no defect", "with")
            return DatasetIssue(
                code: .copiedPicture, subject: sample.picture,
                detail: "expected \(expected), found the same file as \(other.picture), which is listed \(found) one")
        }
    }
}
