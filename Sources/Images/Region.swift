/// One pixel position: column `x` and row `y`, both counted from 0 at the top left.
public struct PixelPoint: Sendable, Hashable {
    /// Column.
    public var x: Int
    /// Row.
    public var y: Int

    /// Makes a position.
    public init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }
}

/// An upright rectangle of whole pixels.
public struct PixelBox: Sendable, Hashable {
    /// Leftmost column.
    public var x: Int
    /// Topmost row.
    public var y: Int
    /// Number of columns.
    public var width: Int
    /// Number of rows.
    public var height: Int

    /// Makes a rectangle.
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}

/// Marked pixels of one row, from `start` up to but not including `end`.
public struct PixelRun: Sendable, Hashable {
    /// Row.
    public let y: Int
    /// First column.
    public let start: Int
    /// The column behind the last.
    public let end: Int

    /// Marks `start..<end` of row `y`.
    package init(y: Int, start: Int, end: Int) {
        self.y = y
        self.start = start
        self.end = end
    }
}

/// One connected part of a mask.
public struct Region: Sendable, Equatable {
    /// Smallest rectangle around the region.
    public let box: PixelBox
    /// Number of marked pixels, holes left out.
    public let areaPixels: Int
    /// Largest value of the score map inside the region; nil without a map, or when every value is NaN.
    public let peak: Float?
    /// Outer border, a closed polygon through the centres of border pixels, anticlockwise on screen.
    ///
    /// The first point is not repeated. A single pixel gives one point; thin parts are walked out and back; holes have
    /// no border of their own.
    public let contour: [PixelPoint]
}
