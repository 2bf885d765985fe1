import Foundation
import Images
import Tensors
import Testing

@Suite("Heat maps")
struct HeatMapTests {
    /// Relative luminance (IEC 61966-2-1), 0…1.
    private func luminance(_ color: RGBColor) -> Double {
        func linear(_ value: UInt8) -> Double {
            let encoded = Double(value) / 255
            return encoded <= 0.04045 ? encoded / 12.92 : pow((encoded + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    }

    @Test("colours grow lighter all the way")
    func lightnessRises() {
        let steps = (0...64).map { luminance(ColorMap.color(at: Float($0) / 64)) }
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("values outside the map take its ends and NaN takes the dark one")
    func outside() {
        #expect(ColorMap.color(at: -3) == ColorMap.color(at: 0))
        #expect(ColorMap.color(at: .nan) == ColorMap.color(at: 0))
        #expect(ColorMap.color(at: 7) == ColorMap.color(at: 1))
        #expect(ColorMap.color(at: .infinity) == ColorMap.color(at: 1))
    }

    @Test("the threshold always has the middle colour", arguments: [0.02, 0.37, 0.5, 0.99] as [Float])
    func thresholdColor(threshold: Float) throws {
        let image = try HeatMap.render(
            map: [0, threshold, 1, threshold * 2], width: 2, height: 2, threshold: threshold)
        #expect(image[0, 0] == ColorMap.color(at: 0))
        #expect(image[1, 0] == ColorMap.color(at: 0.5))
        #expect(image[0, 1] == ColorMap.color(at: 1))
    }

    @Test(
        "the PNG of an enlarged map has the colours of the enlarged map, whatever the number of workers",
        arguments: [(1, 1), (7, 3), (40, 25), (700, 900)])
    func enlarged(width: Int, height: Int) throws {
        let map: [Float] = [0.1, 0.9, 0.45, 0.3, .nan, 0.55]
        for scale in [try HeatScale(threshold: 0.5), try HeatScale(threshold: 0.3), try HeatScale(threshold: 2)] {
            let scaled = ScaledMap(map, width: 3, height: 2, scale: scale)
            let file = try PNGEncoder.encode(scaled, width: width, height: height)
            let expected = try HeatMap.render(
                map: MapResize.bilinear(map, width: 3, height: 2, toWidth: width, toHeight: height, corners: .edges),
                width: width, height: height, scale: scale)
            #expect(file[24] == 8 && file[25] == 3)
            #expect(try ImageDecoder.decode(file) == expected)
            let threads = ComputeThreads(count: 3)
            #expect(try PNGEncoder.encode(scaled, width: width, height: height, threads: threads) == file)
            #expect(throws: ImageError.self) { try PNGEncoder.encode(scaled, width: 0, height: 4) }
        }
    }

    @Test("a score has the same colour whatever else is in the picture")
    func noPerImageScaling() throws {
        let quiet = try HeatMap.render(map: [0.1, 0.2], width: 2, height: 1, threshold: 0.5)
        let loud = try HeatMap.render(map: [0.1, 0.99], width: 2, height: 1, threshold: 0.5)
        #expect(quiet[0, 0] == loud[0, 0])
        #expect(quiet[1, 0] == ColorMap.color(at: 0.2))
    }

    @Test("positions rise with the score, above the threshold too")
    func positions() throws {
        let scale = try HeatScale(threshold: 0.25, maximum: 2)
        #expect([0, 0.125, 0.25, 1.125, 2, 3].map(scale.position(of:)) == [0, 0.25, 0.5, 0.75, 1, 1])
        #expect(scale.position(of: .nan) == 0 && scale.position(of: -1) == 0)
        let narrow = try HeatScale(threshold: 1.5, maximum: 1)
        #expect([0.75, 1.5, 1.6].map(narrow.position(of:)) == [0.25, 0.5, 1])
    }

    @Test(
        "a scale that is not one is an error",
        arguments: [(0, 1), (-1, 1), (.nan, 1), (.infinity, 1), (0.5, 0)] as [(Float, Float)])
    func badScale(threshold: Float, maximum: Float) {
        let error = #expect(throws: ImageError.self) { try HeatScale(threshold: threshold, maximum: maximum) }
        #expect(error?.code == .invalidArgument)
    }

    @Test("a map of the wrong size is an error")
    func wrongSize() {
        #expect(throws: ImageError.self) { try HeatMap.render(map: [1, 2, 3], width: 2, height: 2, threshold: 0.5) }
    }
}
