extension Scene {
    /// Where the product lies in this picture: the designed place, a little off.
    ///
    /// - Parameters:
    ///   - random: Where the pose comes from.
    ///   - turn: Deviation of the rotation, radians; `.infinity` for any rotation.
    ///   - zoom: Smallest and largest size.
    ///   - shift: Deviation of the place, units.
    ///   - tilt: Largest slant of the camera; 0.12 is plainly visible.
    /// - Returns: The product's frame.
    func posed(
        _ random: inout Generator, turn: Float = 0.15, zoom: ClosedRange<Float> = 0.88...1.08, shift: Float = 6,
        tilt: Float = 0.07
    ) -> Frame {
        // The camera's distance and slant belong to the station, the rest to the piece.
        let scale = random.scale(zoom.lowerBound, zoom.upperBound)
        let slant = Point.polar(random.angle(), random.chance(0.7) ? random.uniform(0, tilt) : 0)
        var piece = random.piece()
        let angle = turn.isFinite ? piece.normal(turn) : piece.angle()
        let center = Point(piece.normal(shift), piece.normal(shift))
        return picture.tilted(slant.x, slant.y)
            .placed(at: center, angle: angle, scale: scale * piece.uniform(0.98, 1.02))
    }

    /// The frame of a texture that fills the picture: any of the four directions, a little off, at a random zoom.
    func spread(_ random: inout Generator, turn: Float = 0.12, zoom: ClosedRange<Float> = 0.75...1.35) -> Frame {
        let quarter = Float(random.integer(0...3)) * 1.570_796_4
        let frame = posed(&random, turn: turn, zoom: zoom, shift: 30)
        return frame.placed(angle: quarter)
    }
}
