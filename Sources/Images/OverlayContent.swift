/// One defect type to draw: where it is, its name and its colour.
public struct OverlayMask: Sendable {
    /// Shown in the legend; characters outside ASCII appear as boxes.
    public var name: String
    /// Marked pixels, of the picture's size.
    public var mask: RunMask
    /// Colour of tint, border and legend; nil takes the next of ``Overlay/palette``.
    public var color: RGBColor?
    /// Shown with two decimals in the legend.
    public var score: Float?
    /// The mask's regions if they are known already; nil lets the overlay find them.
    public var regions: [Region]?

    /// Makes one layer.
    public init(name: String, mask: RunMask, color: RGBColor? = nil, score: Float? = nil, regions: [Region]? = nil) {
        self.name = name
        self.mask = mask
        self.color = color
        self.score = score
        self.regions = regions
    }
}

/// A score map to lay over a picture.
public struct OverlayHeatMap: Sendable {
    /// [height, width] of the picture, row-major.
    public var map: [Float]
    /// Ties scores to colours.
    public var scale: HeatScale

    /// Makes a layer.
    public init(map: [Float], scale: HeatScale) {
        self.map = map
        self.scale = scale
    }
}

/// How an overlay looks.
public struct OverlayStyle: Sendable {
    /// How strongly a defect's colour covers the picture, 0…1.
    public var tintOpacity: Float
    /// How strongly the heat map covers the picture where it is above the threshold, 0…1.
    public var heatOpacity: Float
    /// Whether each region gets a rectangle.
    public var showsBoxes: Bool
    /// Whether the legend is drawn, in the corner where it covers least.
    public var showsLegend: Bool
    /// Regions of fewer pixels are tinted but get neither border nor box.
    public var minimumArea: Int

    /// Makes a style.
    public init(
        tintOpacity: Float = 0.3, heatOpacity: Float = 0.6, showsBoxes: Bool = true, showsLegend: Bool = true,
        minimumArea: Int = 1
    ) {
        self.tintOpacity = tintOpacity
        self.heatOpacity = heatOpacity
        self.showsBoxes = showsBoxes
        self.showsLegend = showsLegend
        self.minimumArea = minimumArea
    }
}
