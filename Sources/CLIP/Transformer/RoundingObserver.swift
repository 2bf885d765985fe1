import Synchronization
import Tensors

/// Measures, while a calibration picture passes, how coarsely int8 rounds the operands of each linear map.
///
/// What counts is rounding noise beside what differs from token to token: an outlier that all tokens share widens a
/// row's range, and with it the noise, but says nothing about the picture.
final class RoundingObserver: Sendable {
    private let moments: Mutex<[ChannelMoments]>

    /// Observes a transformer of so many blocks.
    init(blocks: Int) {
        let maps = blocks * ResidualAttentionBlock.Place.allCases.count
        moments = Mutex([ChannelMoments](repeating: ChannelMoments(), count: maps))
    }

    /// Takes some rows of a map's operands into account.
    func add(
        _ block: Int, _ place: ResidualAttentionBlock.Place, _ map: LinearMap, _ operands: UnsafeRawPointer, rows: Int
    ) {
        moments.withLock { map.addMoments(of: operands, rows: rows, to: &$0[Self.index(block, place)]) }
    }

    /// Rounding noise relative to what differs between tokens, both as root mean squares; 0 where nothing was rounded.
    func noise(_ block: Int, _ place: ResidualAttentionBlock.Place) -> Double {
        moments.withLock { $0[Self.index(block, place)].relativeNoise }
    }

    private static func index(_ block: Int, _ place: ResidualAttentionBlock.Place) -> Int {
        block * ResidualAttentionBlock.Place.allCases.count + place.rawValue
    }
}
