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
        var training: Set<String> = []
        for sample in dataset.samples(.train) {
            if !training.insert(sample.picture).inserted {
                add(.listedTwice, sample, "expected each training picture once, found it again")
            }
            if sample.isAnomalous {
                add(.anomalousReference, sample, "expected training pictures without defects, found one that has some")
            }
        }
        var tests: Set<String> = []
        for sample in dataset.samples(.test) {
            if !tests.insert(sample.picture).inserted {
                add(.listedTwice, sample, "expected each test picture once, found it again")
            } else if training.contains(sample.picture) {
                add(.inBothSplits, sample, "expected test pictures that are not trained with, found it under train")
            }
            if sample.isAnomalous, let name = sample.rawNames.first(where: names.isNormal) {
                add(.contradictoryType, sample, "expected the type of a defect, found “\(name)”")
            }
        }
        return issues
    }

    /// Faults of trees; none where a layout is made of lists.
    func layoutIssues() -> [DatasetIssue] {
        guard let reader = dataset.treeReader else { return [] }
        let samples = dataset.products.flatMap { $0.train + $0.test }
        let known = Set(samples.flatMap { [$0.picture] + $0.masks.map(\.path) })
        return (try? reader.layoutIssues(known: known, except: dataset.leftOut)) ?? []
    }

    /// Masks of whole pictures that mark pixels which no mask of a type does.
    func unreadMasks() -> [DatasetIssue] {
        guard depth == .pixels, let reader = dataset.treeReader else { return [] }
        return ((try? reader.passedOverMasks(except: dataset.leftOut)) ?? []).compactMap { pair in
            // Masks that cannot be read, or differ in size, are faults of their own.
            guard let whole = try? dataset.mask(pair.whole) else { return nil }
            var rest = whole.pixels
            for path in pair.typed {
                guard let mask = try? dataset.mask(path), mask.pixels.count == rest.count else { return nil }
                for index in rest.indices where mask.pixels[index] != 0 { rest[index] = 0 }
            }
            let count = rest.count { $0 != 0 }
            guard count > 0 else { return nil }
            return DatasetIssue(
                code: .unreadMask, subject: pair.whole,
                detail: "expected its pixels in the masks of the types beside it, which alone are read, found "
                    + "\(count) that none of them has")
        }
    }
}
