import AnomalyDetection
import Images

extension Inspector {
    /// Draws what was found onto a picture that is still encoded.
    ///
    /// It has a place in line for the memory it takes, and does not wait for one: inspections come first.
    ///
    /// - Parameters:
    ///   - found: What was found.
    ///   - image: The bytes of a JPEG or PNG.
    /// - Returns: A PNG of the picture's size.
    /// - Throws: `Problem` of kind `queueFull`, `ImageError`, or `CancellationError`.
    func overlay(_ found: ResultPictures, on image: [UInt8]) async throws -> [UInt8] {
        let header = try ImageDecoder.header(of: image, limits: limits)
        let place = try line.enter(bytes: header.drawingBytes)
        let overlay = try await pictures.run(.drawing) { [limits, threads = model.threads] in
            try found.overlayPNG(on: try ImageDecoder.decode(image, limits: limits), threads: threads)
        }
        withExtendedLifetime(place) {}
        return overlay
    }
}
