"""The defect types. Each painter changes a scene's picture in place and returns the coverage it damaged."""

import numpy as np

from .canvas import Ink, any_color, blend, chance, cover, grid, noise, shade, turned, uniform


def _spot(rng, part, margin=0.5):
    """A random place (y, x) in units where the part is."""
    height, width = part.shape
    unit = 256.0 / min(height, width)
    for _ in range(40):
        row, column = int(rng.integers(4, height - 4)), int(rng.integers(4, width - 4))
        if part[row, column] > margin:
            break
    return (row + 0.5 - height / 2) * unit, (column + 0.5 - width / 2) * unit


def _stroke(rng, start, length, bend, jag, steps):
    """Points of a line that wanders smoothly (`bend`) or in jerks (`jag`)."""
    angle, points, p = uniform(rng, 0, 2 * np.pi), [start], np.array(start)
    turn = rng.normal(0, bend)
    for _ in range(steps):
        angle += turn / steps + rng.normal(0, jag)
        p = p + length / steps * np.array([np.sin(angle), np.cos(angle)])
        points.append((p[0], p[1]))
    return points


def _blob(rng, shape, cy, cx, size, roughness, stretch=1.0):
    """Signed distance-like field of an irregular blob."""
    y, x = grid(*shape)
    v, u = turned(y, x, uniform(rng, 0, np.pi), cy, cx)
    radius = np.sqrt(v * v * np.float32(stretch) + u * u / np.float32(stretch))
    return radius - size + noise(rng, shape, "cloud", 0.35 + size / 60) * (size * roughness)


def _contrast(rng, image, mask, low=0.16, high=0.5):
    """A color that differs from the surface under `mask`, brighter or darker."""
    weight = mask.sum() + 1e-6
    mean = (image * mask[..., None]).sum((0, 1)) / weight
    step = uniform(rng, low, high)
    up = mean.mean() < 0.3 or (mean.mean() < 0.7 and chance(rng, 0.5))
    return np.clip(mean + (step if up else -step), 0.01, 0.99).astype(np.float32)


def scratch(rng, scene, subtle):
    """Thin, nearly straight or gently curved marks, dull or bright, with a lit flank."""
    ink = Ink(scene.part.shape)
    start = _spot(rng, scene.part)
    width = uniform(rng, 1.2, 3.0)
    for _ in range(rng.choice([1, 1, 2, 3, 5])):
        at = (start[0] + rng.normal(0, 9), start[1] + rng.normal(0, 9))
        ink.line(_stroke(rng, at, uniform(rng, 35, 130), 0.5, 0.015, 14), width * uniform(rng, 0.7, 1.2))
    mask = ink.coverage() * scene.part
    dashes = np.clip(0.75 + 0.35 * noise(rng, mask.shape, "pink"), 0.25, 1)
    color = _contrast(rng, scene.image, mask, 0.14 if subtle else 0.25, 0.26 if subtle else 0.55)
    if chance(rng, 0.5):
        flank = np.roll(mask, 1, int(rng.integers(2)))
        scene.image *= (1 - 0.3 * flank * (color.mean() > 0.4))[..., None]
    blend(scene.image, color, mask * dashes)
    return mask


def crack(rng, scene, subtle):
    """Dark jagged lines that branch and thin out."""
    ink = Ink(scene.part.shape)
    start = _spot(rng, scene.part)
    trunk = _stroke(rng, start, uniform(rng, 45, 130), 0.4, 0.4, 16)
    width = uniform(rng, 1.2, 2.8)
    for index in range(len(trunk) - 1):
        ink.line(trunk[index : index + 2], width * (1.2 - 0.9 * index / len(trunk)))
    for _ in range(rng.integers(1, 5)):
        branch = _stroke(rng, trunk[rng.integers(2, len(trunk))], uniform(rng, 12, 45), 0.4, 0.45, 7)
        ink.line(branch, width * 0.6)
    mask = ink.coverage() * scene.part
    scene.image *= (1 - mask * uniform(rng, 0.35 if subtle else 0.6, 0.6 if subtle else 0.95))[..., None]
    return mask


def cut(rng, scene, subtle):
    """A slit: straight, wide in the middle, pointed at both ends, dark inside, one lip raised."""
    shape = scene.part.shape
    y, x = grid(*shape)
    v, u = turned(y, x, uniform(rng, 0, np.pi), *_spot(rng, scene.part))
    half, width = uniform(rng, 16, 48), uniform(rng, 2.2, 3.5 if subtle else 6)
    profile = np.clip(1 - (u / half) ** 2, 0, 1)
    distance = np.abs(v + 0.0015 * rng.normal() * u * u) - width * profile
    mask = cover(distance) * (np.abs(u) < half) * scene.part
    lip = np.exp(-((distance - 1.5) / 1.5) ** 2) * (np.abs(u) < half) * (v > 0) * scene.part
    scene.image += (lip * uniform(rng, 0.05, 0.25))[..., None]
    blend(scene.image, scene.image * uniform(rng, 0.05, 0.3), mask * uniform(rng, 0.75, 1))
    return np.maximum(mask, 0.6 * (lip > 0.5))


def hole(rng, scene, subtle):
    """A punched or burst opening with a ragged border; what lies below is dark or the backdrop."""
    shape = scene.part.shape
    cy, cx = _spot(rng, scene.part, 0.9)
    size = uniform(rng, 4.5, 9) if subtle else uniform(rng, 7, 19)
    distance = _blob(rng, shape, cy, cx, size, uniform(rng, 0.02, 0.16), uniform(rng, 0.8, 1.25))
    mask = cover(distance) * scene.part
    y, x = grid(*shape)
    light = uniform(rng, 0, 2 * np.pi)
    side = ((y - cy) * np.sin(light) + (x - cx) * np.cos(light)) / size
    rim = np.exp(-((distance - 1.5) / 1.8) ** 2)
    scene.image *= (1 + uniform(rng, 0.0, 0.4) * rim * side * scene.part)[..., None]
    below = np.full(3, uniform(rng, 0.0, 0.12), np.float32)
    if scene.background is not None and chance(rng, 0.3):
        below = scene.background * 0.6
    inner = blend(np.zeros((*shape, 3), np.float32) + below, np.float32(0), 0.5 * np.clip(-side, 0, 1))
    blend(scene.image, inner, mask)
    return mask


def stain(rng, scene, subtle):
    """A dried or oily spot: the texture shows through, the border is darker."""
    shape = scene.part.shape
    cy, cx = _spot(rng, scene.part)
    mask = np.zeros(shape, np.float32)
    tone = np.array([[0.45, 0.3, 0.15], [0.2, 0.18, 0.15], [0.35, 0.33, 0.3], [0.5, 0.42, 0.2], [0.3, 0.15, 0.1]])[rng.integers(5)]
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        size = uniform(rng, 9, 34)
        distance = _blob(rng, shape, cy + rng.normal(0, 14), cx + rng.normal(0, 14), size, uniform(rng, 0.1, 0.3), uniform(rng, 0.7, 1.4))
        body = cover(distance, uniform(rng, 2, 7)) * scene.part
        border = np.exp(-((distance + 2) / 2.5) ** 2) * scene.part
        opacity = uniform(rng, 0.25, 0.42) if subtle else uniform(rng, 0.4, 0.8)
        scene.image *= 1 - (body * opacity)[..., None] * (1 - tone).astype(np.float32)
        if scene.image.mean() < 0.3:
            scene.image += (body * opacity * 0.3)[..., None] * tone.astype(np.float32)
        scene.image *= (1 - uniform(rng, 0.05, 0.3) * border)[..., None]
        mask = np.maximum(mask, body)
    return mask


def color(rng, scene, subtle):
    """The surface's own texture in a wrong color, with a clean or faded border."""
    shape = scene.part.shape
    cy, cx = _spot(rng, scene.part)
    distance = _blob(rng, shape, cy, cx, uniform(rng, 14, 42), uniform(rng, 0.05, 0.2), uniform(rng, 0.6, 1.6))
    mask = cover(distance, uniform(rng, 1, 6)) * scene.part
    hue = rng.random(3).astype(np.float32)
    hue = (hue - hue.min()) / (np.ptp(hue) + 1e-6)
    grey = scene.image.mean(-1, keepdims=True)
    target = grey * (0.35 + 1.1 * hue) + 0.06 * hue
    blend(scene.image, target, mask * (uniform(rng, 0.35, 0.6) if subtle else uniform(rng, 0.6, 1)))
    return mask


def contamination(rng, scene, subtle):
    """Foreign matter lying on the part: grains, flakes and fibers with their own shadow."""
    ink = Ink(scene.part.shape)
    cy, cx = _spot(rng, scene.part)
    spread = uniform(rng, 6, 26)
    for _ in range(rng.integers(4, 10) if subtle else rng.integers(7, 32)):
        py, px = cy + rng.normal(0, spread), cx + rng.normal(0, spread)
        size = uniform(rng, 1.0, 2.2 if subtle else 3.6)
        corners = np.sort(rng.random(6)) * 2 * np.pi
        reach = size * (0.6 + 0.7 * rng.random(6))
        ink.polygon([(py + r * np.sin(a), px + r * np.cos(a)) for a, r in zip(corners, reach)])
    if chance(rng, 0.3):
        ink.line(_stroke(rng, (cy, cx), uniform(rng, 15, 50), 3.0, 0.15, 16), 1.3)
    mask = ink.coverage() * scene.part
    shadow = np.roll(mask, (2, 1), (0, 1)) * scene.part
    scene.image *= (1 - 0.4 * shadow)[..., None]
    matter = _contrast(rng, scene.image, mask, 0.25, 0.6) if chance(rng, 0.6) else any_color(rng)
    blend(scene.image, matter * (1 + 0.15 * noise(rng, mask.shape, "fine"))[..., None], mask)
    return mask


def _warped(image, dy, dx, weight_mask):
    """Samples the picture at displaced pixels where the displacement is not zero."""
    rows, columns = np.nonzero(weight_mask)
    y = np.clip(rows + dy[rows, columns], 0, image.shape[0] - 1.001)
    x = np.clip(columns + dx[rows, columns], 0, image.shape[1] - 1.001)
    y0, x0 = y.astype(np.int64), x.astype(np.int64)
    fy, fx = (y - y0)[:, None].astype(np.float32), (x - x0)[:, None].astype(np.float32)
    top = image[y0, x0] * (1 - fx) + image[y0, x0 + 1] * fx
    bottom = image[y0 + 1, x0] * (1 - fx) + image[y0 + 1, x0 + 1] * fx
    out = image.copy()
    out[rows, columns] = top * (1 - fy) + bottom * fy
    return out


def dent(rng, scene, subtle):
    """A dent, bulge or kink: the picture is displaced and the slope catches the light."""
    shape = scene.part.shape
    y, x = grid(*shape)
    size, stretch = uniform(rng, 13, 26), uniform(rng, 1, 2.6)
    v, u = turned(y, x, uniform(rng, 0, np.pi), *_spot(rng, scene.part))
    bump = np.exp(-((v / size) ** 2 + (u / (size * stretch)) ** 2))
    angle, push = uniform(rng, 0, 2 * np.pi), size * uniform(rng, 0.2, 0.5) * min(shape) / 256
    near = bump > 0.02
    scene.image = _warped(scene.image, bump * push * np.sin(angle), bump * push * np.cos(angle), near)
    slope = shade(bump, uniform(rng, 0, 2 * np.pi), 1.0)
    slope /= np.abs(slope).max() + 1e-6
    strength = uniform(rng, 0.18, 0.3) if subtle else uniform(rng, 0.3, 0.6)
    scene.image *= (1 + strength * slope * np.maximum(scene.part, bump > 0.3))[..., None]
    return cover((0.3 - bump) * 20, 4) * np.maximum(scene.part, bump > 0.5)


def broken(rng, scene, subtle):
    """A piece broken off: an angular notch, rough and lighter where it broke, the backdrop where it went through."""
    shape = scene.part.shape
    part = scene.part
    edge = (part > 0.2) & (part < 0.8)
    rows, columns = np.nonzero(edge)
    unit = 256.0 / min(shape)
    if len(rows) > 20 and chance(rng, 0.85):
        pick = rng.integers(len(rows))
        cy, cx = (rows[pick] - shape[0] / 2) * unit, (columns[pick] - shape[1] / 2) * unit
    else:
        cy, cx = _spot(rng, part)
    size = uniform(rng, 9, 15) if subtle else uniform(rng, 14, 30)
    outline = Ink(shape)
    corners = np.sort(rng.random(9)) * 2 * np.pi
    reach = size * (0.55 + 0.7 * rng.random(9))
    outline.polygon([(cy + r * np.sin(a), cx + r * np.cos(a)) for a, r in zip(corners, reach)])
    mask = outline.coverage() * part
    facets = noise(rng, shape, "pink", 0.8)
    face = scene.image.mean(-1, keepdims=True) * uniform(rng, 0.6, 1.5) * (1 + 0.18 * facets)[..., None]
    face = face + shade(facets, uniform(rng, 0, 6.28), 0.12)[..., None]
    rim = np.clip(mask - np.roll(mask, (2, 2), (0, 1)), -1, 1)
    before = scene.image.copy()
    blend(scene.image, np.clip(face, 0, 1), mask)
    if scene.background is not None and len(rows) > 20:
        through = Ink(shape)
        through.polygon([(cy + 0.72 * r * np.sin(a), cx + 0.72 * r * np.cos(a)) for a, r in zip(corners, reach)])
        blend(scene.image, scene.background, through.coverage() * part)
    scene.image += (before * 0.35 * rim[..., None] * mask[..., None])
    return mask


def missing(rng, scene, subtle):
    """A component left out, or a whole region of the part gone along a clean line; what is behind shows."""
    part = scene.part
    if scene.parts_missing:
        mask = scene.parts_missing[int(rng.integers(len(scene.parts_missing)))]
    else:
        y, x = grid(*part.shape)
        rows, columns = np.nonzero((part > 0.2) & (part < 0.8))
        if len(rows) < 20:
            return np.zeros_like(part)
        pick, unit = rng.integers(len(rows)), 256.0 / min(part.shape)
        cy, cx = (rows[pick] - part.shape[0] / 2) * unit, (columns[pick] - part.shape[1] / 2) * unit
        v, u = turned(y, x, uniform(rng, 0, np.pi), cy, cx)
        size = uniform(rng, 14, 22) if subtle else uniform(rng, 20, 40)
        field = np.maximum(np.abs(v), np.abs(u)) if chance(rng, 0.5) else np.sqrt(v * v + u * u)
        mask = cover(field - size) * part
    blend(scene.image, scene.background, mask)
    return mask


PAINTERS = {
    "scratch": scratch,
    "hole": hole,
    "stain": stain,
    "crack": crack,
    "contamination": contamination,
    "color": color,
    "cut": cut,
    "dent": dent,
    "broken": broken,
    "missing": missing,
}
