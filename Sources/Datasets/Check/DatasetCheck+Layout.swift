// Faults that show in names, places and lists, without looking into pictures; and masks that nobody reads.
import Images

extension DatasetCheck {
    /// Faults of lists: each picture belongs to one part of the dataset, once, and its entries do not contradict each other.
    func listIssues() -> [DatasetIssue] {
        var issues: [DatasetIssue] = []
        func add(_ code: DatasetIssue.Code, _ sample: DatasetSample, _ detail: String) {
            issues.append(DatasetIssue(code: code, subject: sample.picture, detail: detail))
        }
        let names = TypeNames(dataset.knowledge)
        func addContradiction(_ sample: DatasetSample) {
            if sample.isAnomalous, let name = sample.rawNames.first(where: names.isNormal) {
                add(.contradictoryType, sample, "expected the type of a defect, found “\(name)”")
            } else if !sample.isAnomalous, let name = sample.rawNames.first {
                add(.contradictoryType, sample, "expected no type of a picture without defects, found “\(name)”")
            }
        }
        var training: Set<String> = []
        for sample in dataset.samples(.train) {
            if !training.insert(sample.picture).inserted {
                add(.listedTwice, sample, "expected each training picture once, found it again")
            }
            if sample.isAnomalous {
                add(.anomalousReference, sample, "expected training pictures without defects, found one that has some")
            }
            addContradiction(sample)
        }
        var tests: Set<String> = []
        for sample in dataset.samples(.test) {
            if !tests.insert(sample.picture).inserted {
                add(.listedTwice, sample, "expected each test picture once, found it again")
            } else if training.contains(sample.picture) {
                add(.inBothSplits, sample, "expected test pictures that are not trained with, found it under train")
            }
            addContradiction(sample)
        }
        return issues
    }

    /// Faults of trees, and files in them that nobody uses; none where a list says what belongs to the dataset.
    func layoutIssues() -> [DatasetIssue] {
        guard let reader = dataset.treeReader else { return [] }
        do {
            return try reader.layoutIssues(except: dataset.leftOut) + dataset.strays() + unreadMasks(reader)
        } catch {
            return [DatasetIssue(code: .unreadableFolder, subject: error.path, detail: error.detail)]
        }
    }

    /// Masks of whole pictures that mark pixels which no mask of a type does, or cannot be compared with those.
    private func unreadMasks(_ reader: TreeReader) throws(DatasetError) -> [DatasetIssue] {
        guard depth == .pixels else { return [] }
        return try reader.passedOverMasks(except: dataset.leftOut).compactMap { pair -> DatasetIssue? in
            // Faults of typed masks are told with their pictures.
            let typed = pair.typed.compactMap { try? dataset.mask($0) }
            guard let first = typed.first, typed.count == pair.typed.count else { return nil }
            do throws(DatasetError) {
                return unreadMask(
                    pair.whole, try dataset.mask(pair.whole), typed: typed, size: (first.width, first.height))
            } catch {
                return DatasetIssue(code: .unreadableMask, subject: pair.whole, detail: error.detail)
            }
        }
    }

    private func unreadMask(
        _ path: String, _ whole: BinaryMask, typed: [BinaryMask], size: (width: Int, height: Int)
    ) -> DatasetIssue? {
        guard (whole.width, whole.height) == size else {
            return DatasetIssue(
                code: .sizeMismatch, subject: path,
                detail: "expected \(size.width)×\(size.height) pixels, as the masks of the types beside it have, found "
                    + "\(whole.width)×\(whole.height)")
        }
        var rest = whole.pixels
        for mask in typed where (mask.width, mask.height) == size {
            for index in rest.indices where mask.pixels[index] != 0 { rest[index] = 0 }
        }
        let count = rest.count { $0 != 0 }
        guard count > 0 else { return nil }
        return DatasetIssue(
            code: .unreadMask, subject: path,
            detail: "expected its pixels in the masks of the types beside it, which alone are read, found "
                + "\(count) that none of them has")
    }
}
