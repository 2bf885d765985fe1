/// Draws what was found onto the picture that was inspected.
public enum Overlay {
    /// Colours for defect types in order of their use: bright, far apart, none of them grey like most parts.
    public static let palette: [RGBColor] = [
        0xFF4D3D, 0x1EC8FF, 0xFFD21F, 0xFF4FC3, 0x6FE04A, 0xA97BFF, 0xFF9A1F, 0x19D6A8, 0x5B8CFF, 0xD6F05A,
    ].map { RGBColor(hex: $0) }

    /// Regions of one mask that get border and box, largest first; more would only hide the picture.
    static let maximumRegions = 300

    /// Draws the picture with heat map, tinted and outlined defects, boxes and a legend.
    ///
    /// Lines and text grow with the picture, so it looks alike at 400 and at 4000 pixels. The result has the picture's
    /// size: its pixels are where they were.
    ///
    /// - Parameters:
    ///   - image: The picture that was inspected.
    ///   - heatMap: Scores, drawn below the masks; nil for none.
    ///   - masks: One for each defect type found.
    ///   - title: First line of the legend, such as a verdict.
    ///   - style: How it looks.
    /// - Returns: A picture of the same size.
    /// - Throws: `ImageError` with `.invalidArgument` when a mask or the map is not of the picture's size.
    public static func render(
        image: RGBImage, heatMap: OverlayHeatMap? = nil, masks: [OverlayMask], title: String? = nil,
        style: OverlayStyle = OverlayStyle()
    ) throws(ImageError) -> RGBImage {
        var canvas = Canvas(image)
        if let heatMap {
            guard heatMap.map.count == image.width * image.height else {
                throw ImageError(
                    .invalidArgument, expected: "a heat map of \(image.width)×\(image.height) values",
                    found: "\(heatMap.map.count) values")
            }
            tint(&canvas, heatMap, opacity: style.heatOpacity)
        }
        for layer in masks where layer.mask.width != image.width || layer.mask.height != image.height {
            throw ImageError(
                .invalidArgument, expected: "masks of \(image.width)×\(image.height)",
                found: "one of \(layer.mask.width)×\(layer.mask.height) for \(layer.name)")
        }
        let unit = strokeUnit(width: image.width, height: image.height)
        let colors = masks.indices.map { masks[$0].color ?? palette[$0 % palette.count] }
        for (layer, color) in zip(masks, colors) { tint(&canvas, layer.mask, color, opacity: style.tintOpacity) }
        for (layer, color) in zip(masks, colors) {
            let regions =
                layer.regions
                ?? ConnectedRegions.find(
                    in: layer.mask, minimumArea: style.minimumArea, maximumCount: maximumRegions,
                    tolerance: max(0.5, Double(unit) / 5))
            let drawn = regions.lazy.filter { $0.areaPixels >= style.minimumArea }.prefix(maximumRegions)
            stroke(&canvas, color, thickness: 1.4 * unit, unit: unit) { canvas, thickness in
                for region in drawn { addBorder(&canvas, region.contour, thickness) }
            }
            guard style.showsBoxes else { continue }
            stroke(&canvas, color, thickness: max(1, 0.8 * unit), unit: unit) { canvas, thickness in
                for region in drawn { addBox(&canvas, region.box, margin: 4 * unit, thickness) }
            }
        }
        if style.showsLegend {
            let rows = zip(masks, colors).map { Legend.Row(name: $0.name, score: $0.score, color: $1) }
            Legend(title: title, rows: rows).draw(on: &canvas, avoiding: masks.map(\.mask), unit: unit)
        }
        return canvas.image
    }

    /// Thickness of a fine line for a picture of this size, at least one pixel.
    static func strokeUnit(width: Int, height: Int) -> Float {
        max(1, (Float(width) * Float(height)).squareRoot() / 500)
    }

    private static func tint(_ canvas: inout Canvas, _ mask: RunMask, _ color: RGBColor, opacity: Float) {
        let weight = Int(max(0, min(1, opacity)) * 256)
        for run in mask.runs {
            for position in run.y * mask.width + run.start..<run.y * mask.width + run.end {
                canvas.blend(color, into: position, weight: weight)
            }
        }
    }

    /// Far below the threshold the picture stays as it is; from there the heat map fades in up to the threshold.
    private static func tint(_ canvas: inout Canvas, _ heatMap: OverlayHeatMap, opacity: Float) {
        let full = max(0, min(1, opacity)) * 256
        let weights = (0...ColorMap.steps).map { step in
            let position = Float(step) / Float(ColorMap.steps)
            return Int(full * max(0, min(1, (position - 0.2) / 0.3)))
        }
        for position in heatMap.map.indices {
            let index = ColorMap.index(of: heatMap.scale.position(of: heatMap.map[position]))
            if weights[index] > 0 { canvas.blend(ColorMap.table[index], into: position, weight: weights[index]) }
        }
    }

    /// Draws lines twice: a soft dark edge first, so that they stand out on any background.
    private static func stroke(
        _ canvas: inout Canvas, _ color: RGBColor, thickness: Float, unit: Float, _ add: (inout Canvas, Float) -> Void
    ) {
        add(&canvas, thickness + 1.2 * unit)
        canvas.paint(RGBColor(red: 0, green: 0, blue: 0), opacity: 0.45)
        add(&canvas, thickness)
        canvas.paint(color)
    }

    private static func addBorder(_ canvas: inout Canvas, _ contour: [PixelPoint], _ thickness: Float) {
        guard var previous = contour.last else { return }
        for point in contour {
            canvas.addLine(
                from: .init(x: Float(previous.x) + 0.5, y: Float(previous.y) + 0.5),
                to: .init(x: Float(point.x) + 0.5, y: Float(point.y) + 0.5), thickness: thickness)
            previous = point
        }
    }

    private static func addBox(_ canvas: inout Canvas, _ box: PixelBox, margin: Float, _ thickness: Float) {
        // Through pixel centres, so that a line of one pixel stays sharp.
        func center(_ position: Float, below limit: Int) -> Float {
            max(0, min(Float(limit - 1), position.rounded(.down))) + 0.5
        }
        let left = center(Float(box.x) - margin, below: canvas.width)
        let top = center(Float(box.y) - margin, below: canvas.height)
        let right = center(Float(box.x + box.width - 1) + margin, below: canvas.width)
        let bottom = center(Float(box.y + box.height - 1) + margin, below: canvas.height)
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        for (start, end) in zip(corners, corners.dropFirst()) {
            canvas.addLine(
                from: .init(x: start.0, y: start.1), to: .init(x: end.0, y: end.1), thickness: thickness)
        }
    }
}
