/// A picture in linear light, [3][side, side].
struct LinearPicture: Sendable {
    var red: Plane
    var green: Plane
    var blue: Plane

    init(side: Int) {
        let rect = PixelRect(x: 0, y: 0, width: side, height: side)
        red = Plane(rect)
        green = red
        blue = red
    }
}

extension Scene {
    /// What the camera would see in perfect focus: diffuse light by Lambert's law plus the mirrored surroundings.
    func rendered() -> LinearPicture {
        var picture = LinearPicture(side: side)
        render(rect, into: &picture)
        return picture
    }

    /// Renders a rectangle again, after a change inside it.
    func render(_ area: PixelRect, into picture: inout LinearPicture) {
        let area = area.intersection(rect)
        guard !area.isEmpty else { return }
        let side = side
        let units = 256 / Float(side)
        let slope = 0.5 / units
        let lamps = light.lamps
        let main = lamps[0]
        let second = lamps.count > 1 ? lamps[1] : Light.Lamp(x: 0, y: 0, z: 1, intensity: 0)
        let ambient = light.ambient
        let gx = light.gradient.x / 128
        let gy = light.gradient.y / 128
        let tilt = light.viewTilt / 128
        let n = Light.environmentSide
        let half = Float(n - 1) / 2
        let inputs = [red, green, blue, height, gloss, metal, exposure].map(\.values) + [light.environment]
        picture.red.values.withUnsafeMutableBufferPointer { outRed in
            picture.green.values.withUnsafeMutableBufferPointer { outGreen in
                picture.blue.values.withUnsafeMutableBufferPointer { outBlue in
                    withPointers(to: inputs[...], []) { pointers in
                        let (red, green, blue, height) = (pointers[0], pointers[1], pointers[2], pointers[3])
                        let (gloss, metal, exposure, environment) = (pointers[4], pointers[5], pointers[6], pointers[7])
                        for y in area.y..<area.y + area.height {
                            let up = max(y - 1, 0) * side
                            let down = min(y + 1, side - 1) * side
                            let v = (Float(y) + 0.5) * units - 128
                            for x in area.x..<area.x + area.width {
                                let i = y * side + x
                                let u = (Float(x) + 0.5) * units - 128
                                var nx =
                                    (height[y * side + max(x - 1, 0)] - height[y * side + min(x + 1, side - 1)]) * slope
                                var ny = (height[up + x] - height[down + x]) * slope
                                let nz = 1 / (1 + nx * nx + ny * ny).squareRoot()
                                nx *= nz
                                ny *= nz
                                let lit =
                                    main.intensity * max(0, nx * main.x + ny * main.y + nz * main.z)
                                    + second.intensity * max(0, nx * second.x + ny * second.y + nz * second.z)
                                    + ambient * (0.6 + 0.4 * nz)
                                let falloff = exposure[i] * (1 + gx * u + gy * v)
                                // What the mirror sees, between four samples.
                                let ex = clamped((nx + (u - light.viewCenter.x) * tilt + 1) * half, 0, Float(n) - 1.001)
                                let ey = clamped((ny + (v - light.viewCenter.y) * tilt + 1) * half, 0, Float(n) - 1.001)
                                let ix = Int(ex)
                                let iy = Int(ey)
                                let tx = ex - Float(ix)
                                let ty = ey - Float(iy)
                                let g = gloss[i]
                                let at = (iy * n + ix) * 2
                                func between(_ k: Int) -> Float {
                                    let top = environment[at + k] * (1 - tx) + environment[at + 2 + k] * tx
                                    let bottom =
                                        environment[at + 2 * n + k] * (1 - tx) + environment[at + 2 * n + 2 + k] * tx
                                    return top * (1 - ty) + bottom * ty
                                }
                                let mirrored = between(1) + (between(0) - between(1)) * g
                                let m = metal[i]
                                // Fresnel reflectance of paint and plastic, grown towards grazing angles (Schlick 1994).
                                let rim = 1 - nz
                                let dielectric = (1 - m) * g * (0.045 + 0.5 * rim * rim * rim) * 1.6 * mirrored
                                let diffuse = lit * (1 - 0.78 * m) + m * mirrored * (0.5 + 0.45 * g)
                                outRed[i] = (red[i] * diffuse + dielectric) * falloff
                                outGreen[i] = (green[i] * diffuse + dielectric) * falloff
                                outBlue[i] = (blue[i] * diffuse + dielectric) * falloff
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Borrows several arrays at once.
private func withPointers(
    to arrays: ArraySlice<[Float]>, _ gathered: [UnsafePointer<Float>], _ body: ([UnsafePointer<Float>]) -> Void
) {
    guard let next = arrays.first else { return body(gathered) }
    next.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        withPointers(to: arrays.dropFirst(), gathered + [start], body)
    }
}
