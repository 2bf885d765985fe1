import Checkpoints
import Images
import Tensors

extension VisionTower {
    /// Rounding noise, beside what differs between tokens, from which on a linear map stays in bfloat16.
    ///
    /// Weights' own rounding is about a hundredth; at a tenth a map's noise begins to show among the others'.
    static let largestRoundingNoise = 0.1

    /// Linear maps of an int8 tower that were found too sensitive and are computed in bfloat16, as "block.place".
    public var mapsInBrainFloat: [String] {
        guard transformer.arithmetic.precision == .int8 else { return [] }
        return transformer.blocks.enumerated().flatMap { index, block in
            ResidualAttentionBlock.Place.allCases.filter { block[$0].precision == .bf16 }.map { "\(index).\($0)" }
        }
    }

    /// Passes a synthetic picture through an int8 tower and puts maps whose operands it rounds too coarsely back to bfloat16.
    ///
    /// - Parameters:
    ///   - limit: Largest relative rounding noise of a map that stays int8.
    ///   - reader: Has the weights.
    /// - Throws: ``CLIPError`` when the engine fails or the weights cannot be read again.
    mutating func keepSensitiveMaps(
        limit: Double = largestRoundingNoise, reader: inout WeightReader
    ) throws(CLIPError) {
        guard transformer.arithmetic.precision == .int8 else { return }
        let side = configuration.patchSize * configuration.gridSize
        let observer = RoundingObserver(blocks: transformer.blocks.count)
        _ = try encode(
            SyntheticPicture.make(side: side), imageSide: side, stages: [configuration.layers], observer: observer)
        for index in transformer.blocks.indices {
            for place in ResidualAttentionBlock.Place.allCases where observer.noise(index, place) > limit {
                let map = transformer.blocks[index][place]
                transformer.blocks[index][place] = try reader.map(
                    .vision, block: index, place, from: map.inFeatures, to: map.outFeatures,
                    arithmetic: transformer.arithmetic.forSensitiveMaps, threads: threads)
            }
        }
        // The spare workspace is prepared for a picture of the synthetic one's size, which need not be the next one's.
        cache.clear()
    }
}
