/// A reflectance in linear light, each part 0…1.
struct Color: Sendable, Equatable {
    var red: Float
    var green: Float
    var blue: Float

    init(_ red: Float, _ green: Float, _ blue: Float) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A grey.
    init(_ value: Float) { self.init(value, value, value) }

    /// A colour as painters know it, such as 0xB87333 (sRGB), in linear light.
    init(hex: UInt32) {
        func part(_ shift: UInt32) -> Float { power(Float((hex >> shift) & 255) / 255, 2.2) }
        self.init(part(16), part(8), part(0))
    }

    var luminance: Float { 0.2126 * red + 0.7152 * green + 0.0722 * blue }

    /// Print of this colour where it can be read (brightness as it is seen differs by a fifth of the scale from the
    /// ground's), else black on a bright ground and gray of brightness `light` on a dark one.
    func readable(on ground: Color, light: Float) -> Color {
        let isReadable = abs(power(luminance, 0.45) - power(ground.luminance, 0.45)) > 0.2
        return isReadable ? self : Color(ground.luminance > 0.2 ? 0.02 : light)
    }

    static func * (color: Color, k: Float) -> Color { Color(color.red * k, color.green * k, color.blue * k) }

    /// From this colour (t = 0) to another (t = 1).
    func mixed(_ other: Color, _ t: Float) -> Color {
        Color(mix(red, other.red, t), mix(green, other.green, t), mix(blue, other.blue, t))
    }

    /// Limited to what real surfaces reflect.
    var limited: Color { Color(clamped(red, 0.008, 0.95), clamped(green, 0.008, 0.95), clamped(blue, 0.008, 0.95)) }

    /// This colour, a little different in brightness and hue.
    func varied(_ random: inout Generator, by spread: Float = 0.12) -> Color {
        let k = exponential(random.normal(spread))
        func part(_ value: Float) -> Float { value * k * exponential(random.normal(spread * 0.5)) }
        return Color(part(red), part(green), part(blue)).limited
    }

    /// Any colour: grey nearly half of the time, else of any hue and saturation.
    ///
    /// - Parameters:
    ///   - random: Where it comes from.
    ///   - low: Darkest, as a painter's (sRGB) value in 0…1.
    ///   - high: Lightest.
    /// - Returns: The colour in linear light.
    static func any(_ random: inout Generator, _ low: Float = 0.08, _ high: Float = 0.92) -> Color {
        let value = power(random.uniform(low, high), 2.2)
        guard random.chance(0.6) else { return Color(value).varied(&random, by: 0.04) }
        let hue = random.angle()
        let saturation = 0.08 + 0.87 * power(random.unit(), 1.6)
        func part(_ shift: Float) -> Float { value * mix(1, 0.5 + 0.75 * cosine(hue + shift), saturation) }
        return Color(part(0), part(2.094_395), part(4.188_79)).limited
    }
}

/// What a surface is made of.
struct Material: Sendable, Equatable {
    /// Reflectance (for metals: of the mirror image).
    var color: Color
    /// 0 matte (cloth, paper) … 1 polished.
    var gloss: Float
    /// 0 for paint, plastic, wood, stone; 1 for bare metal.
    var metal: Float

    init(_ color: Color, gloss: Float = 0.2, metal: Float = 0) {
        self.color = color
        self.gloss = gloss
        self.metal = metal
    }

    /// A bare metal: steel, aluminium, brass, copper, zinc, gunmetal or gold.
    static func anyMetal(_ random: inout Generator) -> Material {
        let colors: [UInt32] = [0xC3C5C8, 0xC3C5C8, 0xA9ACB0, 0xD6D8DA, 0xE3C57A, 0xD9996F, 0x777A80, 0xEBCB7F]
        return Material(
            Color(hex: random.pick(colors)).varied(&random, by: 0.05), gloss: random.uniform(0.25, 0.95), metal: 1)
    }

    /// A plastic or paint of any colour.
    static func anyPlastic(_ random: inout Generator) -> Material {
        Material(.any(&random, 0.1, 0.95), gloss: random.uniform(0.08, 0.9))
    }
}
