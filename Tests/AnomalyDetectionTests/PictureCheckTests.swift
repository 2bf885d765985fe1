import Images
import TestSupport
import Testing

@testable import AnomalyDetection

@Suite("Pictures that cannot be judged")
struct PictureCheckTests {
    /// A textured picture: a checkerboard of soft squares with noise.
    private static func texture(_ seed: UInt64, side: Int = 64) -> [Float] {
        var random = SeededGenerator(seed: seed)
        return (0..<side * side).map { index in
            let (x, y) = (index % side, index / side)
            let square: Float = (x / 8 + y / 8).isMultiple(of: 2) ? 0.5 : 0.3
            return square + Float.random(in: -0.05..<0.05, using: &random)
        }
    }

    private static func picture(_ values: [Float]) -> RGBImage {
        let side = Int(Double(values.count).squareRoot())
        return RGBImage(
            width: side, height: side,
            pixels: values.flatMap { value in
                [UInt8](repeating: UInt8(min(max(value, 0), 1) * 255 + 0.5), count: 3)
            })
    }

    /// Means over (2·radius + 1)² pixels, those outside taken from the border.
    private static func blurred(_ values: [Float], radius: Int, side: Int = 64) -> [Float] {
        values.indices.map { index in
            var sum: Float = 0
            for y in -radius...radius {
                for x in -radius...radius {
                    let (column, row) = (
                        min(max(index % side + x, 0), side - 1), min(max(index / side + y, 0), side - 1)
                    )
                    sum += values[row * side + column]
                }
            }
            return sum / Float((2 * radius + 1) * (2 * radius + 1))
        }
    }

    private static let references = (1...4).map { PictureLook(picture(texture($0))) }

    private static func faults(_ values: [Float]) -> [PictureFault] {
        let picture = picture(values)
        return PictureCheck.references.faults(
            of: picture, seenAs: picture, PictureLook(picture), references: references)
    }

    @Test("a look is made of means over the pixels, light does not change its sharpness")
    func figures() {
        // Two pixels of 0.2 and two of 0.6, in columns.
        let small = RGBImage(width: 2, height: 2, pixels: [51, 51, 51, 153, 153, 153, 51, 51, 51, 153, 153, 153])
        let look = PictureLook(small)
        #expect(abs(look.brightness - 0.4) < 1e-6 && abs(look.contrast - 0.2) < 1e-6)
        // Of four neighbours one is in the other column: each pixel differs by a quarter of 0.4 from their mean.
        #expect(abs(look.sharpness - 0.1 / 0.4) < 1e-5)
        let color = PictureLook(RGBImage(width: 3, height: 1, fill: RGBColor(red: 200, green: 100, blue: 50)))
        #expect(abs(color.brightness - (0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 255) < 1e-6)
        #expect(color.contrast < 1e-3 && color.sharpness < 1e-3)
        #expect(
            PictureLook(RGBImage(width: 1, height: 1, pixels: [0, 0, 0]))
                == PictureLook(brightness: 0, contrast: 0, sharpness: 0))
        let (bright, dim) = (
            PictureLook(Self.picture(Self.texture(1))), PictureLook(Self.picture(Self.texture(1).map { $0 * 0.7 }))
        )
        #expect(abs(dim.brightness / bright.brightness - 0.7) < 0.01)
        #expect(abs(dim.sharpness / bright.sharpness - 1) < 0.02)
    }

    @Test("good parts in the usual light pass, and so does light that ages")
    func usual() {
        for seed in UInt64(10)...30 { #expect(Self.faults(Self.texture(seed)).isEmpty) }
        for light in [Float(0.75), 0.9, 1.1, 1.3] {
            #expect(Self.faults(Self.texture(7).map { $0 * light }).isEmpty, "\(light)")
        }
        // A large defect changes the part, not the picture.
        var defective = Self.texture(8)
        for index in 0..<64 * 16 { defective[index] = 0.05 }
        #expect(Self.faults(defective).isEmpty)
    }

    @Test("lamp and lens show in a picture as a whole, with what was expected and found")
    func camera() throws {
        func kinds(_ values: [Float]) -> [PictureFault.Kind] { Self.faults(values).map(\.kind) }
        #expect(kinds(Self.texture(7).map { $0 * 0.55 }) == [.dark])
        #expect(kinds(Self.texture(7).map { $0 * 0.3 }) == [.dark, .flat])
        #expect(kinds(Self.texture(7).map { $0 * 1.6 }) == [.bright])
        #expect(kinds(Self.texture(7).map { 0.75 * 0.4 + 0.25 * $0 }) == [.flat, .blurred])
        #expect(kinds(Self.blurred(Self.texture(7), radius: 2)) == [.blurred])
        #expect(kinds([Float](repeating: 0, count: 4096)) == [.blank])
        let fault = try #require(Self.faults(Self.texture(7).map { $0 * 0.55 }).first)
        #expect(fault.detail == "expected a brightness of at least 0.266 by the references, found 0.22")
    }

    @Test("a camera that sends nothing shows on a plain surface too, whose references have hardly any contrast")
    func plainSurface() {
        var random = SeededGenerator(seed: 6)
        func sheet() -> RGBImage {
            Self.picture((0..<4096).map { _ in Float.random(in: 0.69..<0.73, using: &random) })
        }
        let looks = (0..<3).map { _ in PictureLook(sheet()) }
        func kinds(_ picture: RGBImage) -> [PictureFault.Kind] {
            PictureCheck.references.faults(
                of: picture, seenAs: picture, PictureLook(picture), references: looks
            ).map(\.kind)
        }
        #expect(kinds(sheet()).isEmpty)
        for level in [UInt8(255), 181, 0] {
            #expect(
                kinds(RGBImage(width: 64, height: 64, fill: RGBColor(red: level, green: level, blue: level))) == [
                    .blank
                ],
                "\(level)")
        }
    }

    @Test("without references only pictures that show nothing are refused")
    func blank() throws {
        func kinds(_ picture: RGBImage, _ check: PictureCheck = .references) -> [PictureFault.Kind] {
            check.faults(of: picture, seenAs: picture, PictureLook(picture), references: []).map(\.kind)
        }
        func filled(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> RGBImage {
            RGBImage(width: 40, height: 40, fill: RGBColor(red: red, green: green, blue: blue))
        }
        for picture in [filled(0, 0, 0), filled(8, 0, 3), filled(255, 250, 247), filled(0, 200, 10)] {
            #expect(kinds(picture) == [.blank] && kinds(picture, .blank) == [.blank])
            #expect(kinds(picture, .none).isEmpty)
        }
        let covered = try #require(
            PictureCheck.blank.faults(
                of: filled(0, 0, 0), seenAs: filled(0, 0, 0), PictureLook(filled(0, 0, 0)), references: []
            ).first)
        #expect(covered.detail.contains("found a black picture"))
        #expect(kinds(Self.picture(Self.texture(7).map { $0 * 0.2 })).isEmpty)
        // A hot pixel in the dark is no part; a lit spot is.
        var dark = [Float](repeating: 0.01, count: 4096)
        for index in 0..<4 { dark[index] = 1 }
        #expect(kinds(Self.picture(dark)) == [.blank])
        for index in 4..<9 { dark[index] = 1 }
        #expect(kinds(Self.picture(dark)).isEmpty)
        // A plain surface is not of one colour: a camera has noise.
        var random = SeededGenerator(seed: 4)
        let plain = Self.picture((0..<4096).map { _ in Float.random(in: 0.49..<0.51, using: &random) })
        #expect(kinds(plain).isEmpty)
        // In the square that the network sees it may be averaged away.
        let gray = filled(127, 127, 127)
        #expect(PictureCheck.blank.faults(of: plain, seenAs: gray, PictureLook(gray), references: []).isEmpty)
    }

    @Test("references that show nothing themselves make such pictures welcome")
    func blackFilm() {
        var random = SeededGenerator(seed: 5)
        let film = (0..<5).map { _ in
            Self.picture((0..<4096).map { _ in Float.random(in: 0..<0.012, using: &random) })
        }
        let looks = film.dropLast().map { PictureLook($0) }
        #expect(
            PictureCheck.references.faults(of: film[4], seenAs: film[4], PictureLook(film[4]), references: looks)
                .isEmpty)
        #expect(
            PictureCheck.blank.faults(of: film[4], seenAs: film[4], PictureLook(film[4]), references: looks).map(\.kind)
                == [.blank])
        let black = RGBImage(width: 64, height: 64, fill: RGBColor(red: 0, green: 0, blue: 0))
        #expect(PictureCheck.references.faults(of: black, seenAs: black, PictureLook(black), references: looks).isEmpty)
        // Light falls in.
        let lit = Self.picture(Self.texture(7))
        #expect(
            PictureCheck.references.faults(of: lit, seenAs: lit, PictureLook(lit), references: looks).map(\.kind) == [
                .bright
            ])
    }
}
