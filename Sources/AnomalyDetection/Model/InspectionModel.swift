public import CLIP
public import Images
public import Tensors

/// A CLIP model with the adapters trained for it: all that inspecting a picture needs but the product.
public struct InspectionModel: Sendable {
    /// The frozen CLIP model.
    public let clip: CLIPModel
    /// One linear map per stage.
    public let adapter: Adapter
    /// 1-based block numbers whose tokens the adapter was trained on.
    public let stages: [Int]
    /// What is done to maps before places are marked, unless told otherwise: what the adapter's file says, else nothing.
    public let refinement: MapRefinement
    /// Workers used per picture.
    public let threads: ComputeThreads
    /// Each stage's adapter prepared for comparing patches with states, beside a tower that is not float32.
    let fastScores: [MappedCosines]

    /// Joins a model and an adapter.
    ///
    /// - Parameters:
    ///   - clip: The frozen model.
    ///   - adapter: Its adapter.
    ///   - stages: Block numbers; nil takes the adapter's own record, else quarters of the tower's blocks. Some of the
    ///     recorded ones leave the other stages out.
    ///   - threads: Workers used per picture.
    /// - Throws: ``InspectionModelError`` with `.badStages` when the counts differ or a stage is not a block, `.badAdapter`
    ///   when it names a refinement of maps that there is not.
    public init(
        clip: CLIPModel, adapter: Adapter, stages: [Int]? = nil, threads: ComputeThreads
    ) throws(InspectionModelError) {
        let chosen = stages ?? adapter.stages ?? clip.configuration.vision.defaultStages
        let adapter = adapter.selecting(chosen)
        let layers = clip.configuration.vision.layers
        let ascending = zip(chosen, chosen.dropFirst()).allSatisfy(<)
        guard chosen.count == adapter.weights.count, ascending, chosen.allSatisfy({ (1...layers).contains($0) }) else {
            let expected =
                adapter.stages.map {
                    "ascending stages among the adapter's \($0.map(String.init).joined(separator: ", "))"
                }
                ?? "\(adapter.weights.count) ascending stages between 1 and \(layers)"
            throw InspectionModelError(.badStages, "expected \(expected), found \(chosen)")
        }
        refinement = try adapter.refinement() ?? .none
        self.clip = clip
        self.adapter = adapter
        self.stages = chosen
        self.threads = threads
        fastScores =
            clip.arithmetic.precision == .f32
            ? []
            : zip(adapter.weights, adapter.biases).compactMap {
                MappedCosines(weight: $0, bias: $1, threads: threads)
            }
    }

    /// The side that pictures are squashed to unless a product says otherwise: the one the adapter was trained at.
    public var defaultImageSide: Int {
        let native = clip.configuration.vision.imageSize
        guard let recorded = adapter.metadata["image_side"].flatMap({ Int($0) }), recorded > 0,
            recorded % clip.configuration.vision.patchSize == 0
        else { return native }
        return recorded
    }

    /// Encodes a picture once; the result serves maps, global score, bank search and new references alike.
    ///
    /// - Throws: ``InspectionModelError`` with `.badImage`, or `.notFinite`: a NaN would compare as less than any
    ///   threshold and pass for a good part.
    public func features(of image: RGBImage, imageSide: Int) throws(InspectionModelError) -> VisionTower.Features {
        let features: VisionTower.Features
        do {
            features = try clip.vision.encode(image, imageSide: imageSide, stages: stages)
        } catch {
            throw InspectionModelError(.badImage, error.description)
        }
        for (stage, tokens) in zip(stages, features.stageTokens) where tokens.firstNonFinite != nil {
            throw InspectionModelError(.notFinite, "expected finite tokens at stage \(stage), found NaN or infinity")
        }
        guard features.embedding.firstNonFinite == nil else {
            throw InspectionModelError(.notFinite, "expected a finite image embedding, found NaN or infinity")
        }
        return features
    }

    /// What refines the maps of a picture with these features.
    ///
    /// - Parameters:
    ///   - features: From ``features(of:imageSide:)``.
    ///   - refinement: Instead of the model's own.
    /// - Returns: nil where nothing is done.
    public func refiner(for features: VisionTower.Features, _ refinement: MapRefinement? = nil) -> MapRefiner? {
        MapRefiner(refinement ?? self.refinement, features: features, threads: threads)
    }

    /// What the memory bank keeps of a picture with these features.
    public func reference(from features: VisionTower.Features) -> ReferenceFeatures {
        ReferenceFeatures(stageTokens: features.stageTokens, threads: threads)
    }

    /// Computes all maps and the image score of a picture.
    ///
    /// - Parameters:
    ///   - features: From ``features(of:imageSide:)`` with the same side.
    ///   - imageSide: Side of the maps in pixels.
    ///   - states: Text embeddings made with this model.
    ///   - references: Normal pictures of the product; empty for zero-shot.
    ///   - validity: Where defects count, [imageSide²] of 0 or 1, row-major; nil for everywhere.
    ///   - options: Which variant of each formula.
    /// - Returns: Maps of `imageSide` × `imageSide` pixels.
    /// - Throws: ``InspectionModelError``: `.badStates` or `.badReferences` when something was made with another model,
    ///   `.badImage` when `validity` has the wrong size.
    public func maps(
        features: VisionTower.Features, imageSide: Int, states: StateEmbeddings, references: ReferenceBank = .none,
        validity: [Float]? = nil, options: MapOptions = MapOptions()
    ) throws(InspectionModelError) -> AnomalyMaps {
        let distances =
            references.isEmpty ? nil : try self.distances(of: features, to: references, options: options)
        return try maps(
            features: features, imageSide: imageSide, states: states, distances: distances, validity: validity,
            options: options)
    }

    /// Computes all maps and the image score of a picture whose distances to the references are known.
    ///
    /// - Parameters:
    ///   - features: From ``features(of:imageSide:)`` with the same side.
    ///   - imageSide: Side of the maps in pixels.
    ///   - states: Text embeddings made with this model.
    ///   - distances: From ``distances(of:to:options:)`` for the same features; nil for zero-shot.
    ///   - validity: Where defects count, [imageSide²] of 0 or 1, row-major; nil for everywhere.
    ///   - options: Which variant of each formula.
    /// - Returns: Maps of `imageSide` × `imageSide` pixels.
    /// - Throws: ``InspectionModelError`` as ``maps(features:imageSide:states:references:validity:options:)``.
    public func maps(
        features: VisionTower.Features, imageSide: Int, states: StateEmbeddings, distances: ReferenceDistances?,
        validity: [Float]? = nil, options: MapOptions = MapOptions()
    ) throws(InspectionModelError) -> AnomalyMaps {
        guard states.matrix.shape[1] == clip.configuration.embedDim else {
            throw InspectionModelError(
                .badStates,
                "expected text embeddings of length \(clip.configuration.embedDim), found \(states.matrix.shape[1])")
        }
        let patches = features.gridSize * features.gridSize
        if let distances, distances.stages.map(\.count) != stages.map({ _ in patches }) {
            throw InspectionModelError(
                .badReferences,
                "expected distances of \(patches) patches at \(stages.count) stages, found "
                    + "\(distances.stages.map(\.count))")
        }
        if let validity, validity.count != imageSide * imageSide {
            throw InspectionModelError(
                .badImage, "expected \(imageSide * imageSide) validity values, found \(validity.count)")
        }
        return try mapper(options).maps(
            features: features, side: imageSide, states: states, distances: distances, validity: validity)
    }

    /// Distances of a picture's patches to references, for joining with others before maps are made.
    ///
    /// - Parameters:
    ///   - features: Of the picture.
    ///   - references: At least one.
    ///   - options: Says what is compared with what.
    /// - Returns: One list for every stage.
    /// - Throws: ``InspectionModelError`` with `.badReferences` when they were made with another model or are none.
    public func distances(
        of features: VisionTower.Features, to references: ReferenceBank, options: MapOptions = MapOptions()
    ) throws(InspectionModelError) -> ReferenceDistances {
        guard !references.isEmpty else {
            throw InspectionModelError(.badReferences, "expected at least one reference, found none")
        }
        try check(references, features: features, options: options)
        return mapper(options).distances(features, references: references)
    }

    private func mapper(_ options: MapOptions) -> AnomalyMapper {
        AnomalyMapper(
            scores: StateScores(adapter: adapter, fast: fastScores, threads: threads), options: options,
            precision: clip.arithmetic.precision, threads: threads)
    }

    private func check(
        _ references: ReferenceBank, features: VisionTower.Features, options: MapOptions
    ) throws(InspectionModelError) {
        let patches = features.gridSize * features.gridSize
        let width = clip.configuration.vision.width
        if case .indexed(let indices) = references.form {
            guard options.referenceMatching == .nearest else {
                throw InspectionModelError(
                    .badReferences,
                    "expected pictures' own rows for comparing same places, found an index over all of them")
            }
            guard indices.count == stages.count, indices.allSatisfy({ $0.width == width }) else {
                throw InspectionModelError(
                    .badReferences,
                    "expected \(stages.count) stages of width \(width), found widths \(indices.map(\.width)) in an index"
                )
            }
        }
        for (index, reference) in references.pictures.enumerated() {
            let fits =
                reference.stages.count == stages.count
                && reference.stages.allSatisfy {
                    $0.width == width && (options.referenceMatching == .nearest || $0.rows == patches)
                }
            guard fits else {
                throw InspectionModelError(
                    .badReferences,
                    "expected \(stages.count) stages of width \(width) (\(patches) patches), found "
                        + "\(reference.stages.map { [$0.rows, $0.width] }) in reference \(index)")
            }
        }
    }
}
