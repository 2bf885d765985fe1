"""Families that fill the frame: plates, boards, cloth and stone. Each returns a `Scene`."""

from dataclasses import dataclass, field

import numpy as np

from .canvas import (Ink, any_color, blend, box, chance, cover, fill, grid, noise, shade, tint, turned, uniform)

SURFACE_DEFECTS = ("scratch", "hole", "stain", "crack", "contamination", "color", "cut", "dent", "broken")


@dataclass
class Scene:
    """A clean picture before camera and light, and where its part lies."""

    image: np.ndarray  # [H, W, 3] reflectance
    part: np.ndarray  # [H, W] coverage of the part
    types: tuple = SURFACE_DEFECTS  # defect types that make sense here
    background: np.ndarray | None = None  # [H, W, 3] what shows where the part is gone
    parts_missing: list = field(default_factory=list)  # [H, W] masks of components left out on purpose


def backdrop(rng, shape):
    """What lies behind a part: paper, a belt, a dark cloth, brushed steel."""
    image = fill(shape, any_color(rng, 0.03, 0.97))
    image += (noise(rng, shape, "pink") * uniform(rng, 0.0, 0.05))[..., None]
    if chance(rng, 0.25):
        image += (noise(rng, shape, "brush") * uniform(rng, 0.01, 0.05))[..., None]
    if chance(rng, 0.1):
        y, x = grid(*shape)
        v, _ = turned(y, x, uniform(rng, 0, np.pi))
        image *= (1 - 0.12 * (np.mod(v, uniform(rng, 8, 30)) < 2))[..., None]
    return image


def sheet_edges(rng, image, shape, probability):
    """Sometimes shows the borders of a flat part, lying turned on a backdrop."""
    y, x = grid(*shape)
    if not chance(rng, probability):
        return Scene(image, np.ones(shape, np.float32))
    v, u = turned(y, x, rng.normal(0, 0.25), rng.normal(0, 8), rng.normal(0, 8))
    half = uniform(rng, 88, 118)
    distance = box(v, u, half * uniform(rng, 0.75, 1), half, uniform(rng, 0, 16))
    part = cover(distance)
    behind = backdrop(rng, shape)
    shadow = np.clip(1 - np.abs(distance) / 8, 0, 1) * uniform(rng, 0, 0.4)
    result = behind * (1 - shadow[..., None] * (distance > 0)[..., None])
    rim = 1 + rng.choice([-1, 1]) * uniform(rng, 0.03, 0.2) * np.clip(1 - np.abs(distance + 2) / 2, 0, 1)
    blend(result, image * rim[..., None], part)
    return Scene(result, part, SURFACE_DEFECTS + ("missing",), behind)


def drilled(rng, image, shape, radius, spots):
    """Drilled round holes with a chamfer at regular places: part of the design, no defect."""
    y, x = grid(*shape)
    depth = any_color(rng, 0.02, 0.2)
    for cy, cx in spots:
        r = np.sqrt((y - cy) ** 2 + (x - cx) ** 2)
        ring = np.clip(1 - np.abs(r - radius * 1.25) / (radius * 0.25), 0, 1)
        image *= (1 + 0.3 * ring * np.sign(x - cx + y - cy))[..., None]
        blend(image, depth, cover(r - radius))


def marking(rng, image, shape, part=None):
    """Printed or engraved marks of the design: text-like rows, frames, rules."""
    ink = Ink(shape)
    cy, cx, angle = uniform(rng, -70, 70), uniform(rng, -70, 70), rng.choice([0, 0, np.pi / 2]) + rng.normal(0, 0.05)
    c, s = np.cos(angle), np.sin(angle)

    def at(v, u):
        return (cy + c * v + s * u, cx - s * v + c * u)

    size = uniform(rng, 5, 14)
    for row in range(rng.integers(1, 4)):
        u = -uniform(rng, 20, 60)
        for _ in range(rng.integers(3, 10)):
            v = row * size * 1.7
            strokes = rng.integers(2, 4)
            points = [(v + size * rng.choice([0, 0.5, 1]), u + size * 0.6 * rng.choice([0, 0.5, 1])) for _ in range(strokes + 1)]
            ink.line([at(*p) for p in points], max(1.0, size * 0.16))
            u += size * 0.85
    if chance(rng, 0.3):
        h, w = uniform(rng, 15, 40), uniform(rng, 30, 80)
        ink.line([at(*p) for p in [(-h, -w), (-h, w), (h, w), (h, -w), (-h, -w)]], 1.5)
    mask = ink.coverage() * uniform(rng, 0.4, 0.95)
    blend(image, any_color(rng), mask if part is None else mask * part)


def metal_plate(rng, shape):
    """Brushed or cast metal, perhaps drilled, stamped or grooved."""
    y, x = grid(*shape)
    image = fill(shape, tint(rng, [uniform(rng, 0.35, 0.75)] * 3, 0.02))
    texture = noise(rng, shape, rng.choice(["brush", "brush", "fine", "pink"]))
    if chance(rng, 0.5):
        texture = noise(rng, shape[::-1], "brush").T
    image *= (1 + texture * uniform(rng, 0.02, 0.1))[..., None]
    v, u = turned(y, x, uniform(rng, 0, np.pi))
    image *= (1 + uniform(rng, 0, 0.25) * np.sin(u / uniform(rng, 30, 90) + uniform(rng, 0, 6)))[..., None]
    if chance(rng, 0.3):
        for _ in range(rng.integers(1, 4)):
            at, width = uniform(rng, -100, 100), uniform(rng, 1.5, 4)
            axis = y if chance(rng, 0.5) else x
            image *= (1 - uniform(rng, 0.15, 0.5) * cover(np.abs(axis - at) - width))[..., None]
    scene = sheet_edges(rng, image, shape, 0.4)
    if chance(rng, 0.35):
        d, r = uniform(rng, 55, 78), uniform(rng, 4, 9)
        drilled(rng, scene.image, shape, r, [(a * d, b * d) for a in (-1, 1) for b in (-1, 1)])
    if chance(rng, 0.35):
        marking(rng, scene.image, shape, scene.part)
    return scene


def wood_board(rng, shape):
    """Sawn wood: year rings, fibers, board seams, sometimes a grown knot."""
    y, x = grid(*shape)
    v, u = turned(y, x, rng.choice([0, np.pi / 2]) + rng.normal(0, 0.1))
    rings = v + noise(rng, shape, "cloud", 2) * uniform(rng, 4, 18)
    if chance(rng, 0.12):
        ky, kx = uniform(rng, -90, 90), uniform(rng, -90, 90)
        pull = np.exp(-(((v - ky) / 14) ** 2 + ((u - kx) / 26) ** 2))
        rings = rings + pull * 40 * np.sign(v - ky)
    lines = np.sin(rings * (2 * np.pi / uniform(rng, 9, 32)))
    light, dark = np.array([0.82, 0.64, 0.42]), np.array([0.45, 0.27, 0.14])
    tone = tint(rng, light + (dark - light) * rng.random(), 0.05)
    image = fill(shape, tone)
    fibers = noise(rng, shape, "fiber")
    fibers = fibers if np.ptp(u[0]) > np.ptp(u[:, 0]) else noise(rng, shape[::-1], "fiber").T
    image *= (1 + uniform(rng, 0.03, 0.12) * lines + uniform(rng, 0.02, 0.07) * fibers)[..., None]
    if chance(rng, 0.3):
        pitch = uniform(rng, 60, 120)
        seam = np.abs(np.mod(v + uniform(rng, 0, 100), pitch) - pitch / 2) < 1
        image *= (1 - 0.5 * seam)[..., None]
    return sheet_edges(rng, image, shape, 0.25)


def textile(rng, shape):
    """Woven cloth with two thread systems, plain, striped or checked."""
    y, x = grid(*shape)
    v, u = turned(y, x, rng.normal(0, 0.3), 0, 0)
    v = v + noise(rng, shape, "cloud", 2) * uniform(rng, 0, 1.5)
    pitch = uniform(rng, 4.5, 14)
    a, b = np.sin(2 * np.pi * u / pitch), np.sin(2 * np.pi * v / pitch)
    over = (a * b > 0).astype(np.float32)
    relief = over * np.abs(b) + (1 - over) * np.abs(a)
    first = any_color(rng, 0.2, 0.9)
    second = tint(rng, first, uniform(rng, 0.0, 0.12))
    image = first + (second - first) * over[..., None]
    if chance(rng, 0.35):
        period = uniform(rng, 30, 90)
        stripes = (np.mod(u, period) < period * uniform(rng, 0.2, 0.6)).astype(np.float32)
        if chance(rng, 0.5):
            stripes = 0.5 * stripes + 0.5 * (np.mod(v, period) < period * 0.4)
        blend(image, any_color(rng, 0.1, 0.9), stripes * uniform(rng, 0.3, 0.9))
    image *= (1 - uniform(rng, 0.15, 0.5) * (1 - relief))[..., None]
    image *= (1 + noise(rng, shape, "fine") * uniform(rng, 0.01, 0.06))[..., None]
    return sheet_edges(rng, image.astype(np.float32), shape, 0.1)


def leather(rng, shape):
    """Grained hide: wrinkled cells between creases, slow changes of tone."""
    zoom = uniform(rng, 1.2, 3)
    cells = np.minimum(np.abs(noise(rng, shape, "grain", zoom)), np.abs(noise(rng, shape, "grain", zoom)))
    creases = np.exp(-cells * uniform(rng, 4, 9))
    tones = [[0.42, 0.25, 0.14], [0.62, 0.42, 0.24], [0.12, 0.11, 0.1], [0.5, 0.16, 0.12], [0.75, 0.66, 0.55]]
    image = fill(shape, tint(rng, tones[rng.integers(len(tones))], 0.05))
    image *= (1 - uniform(rng, 0.15, 0.5) * creases + uniform(rng, 0.02, 0.06) * noise(rng, shape, "cloud"))[..., None]
    image += shade(cells, uniform(rng, 0, 6.28), uniform(rng, 0.02, 0.08))[..., None]
    scene = sheet_edges(rng, image, shape, 0.1)
    if chance(rng, 0.25):
        y, x = grid(*shape)
        v, u = turned(y, x, uniform(rng, 0, np.pi), uniform(rng, -60, 60), uniform(rng, -60, 60))
        stitches = cover(np.abs(v) - 1.2) * (np.mod(u, 9) < 6)
        blend(scene.image, any_color(rng), stitches * 0.8)
    return scene


def stone_tile(rng, shape):
    """Granite, terrazzo or glazed tiles with joints."""
    kind = rng.integers(3)
    base = any_color(rng, 0.25, 0.85)
    image = fill(shape, base)
    if kind == 0:
        for _ in range(rng.integers(2, 5)):
            grains = noise(rng, shape, "grain", uniform(rng, 0.8, 2.2)) > uniform(rng, 0.5, 1.3)
            blend(image, any_color(rng), grains * uniform(rng, 0.3, 0.8))
    elif kind == 1:
        image *= (1 + noise(rng, shape, "cloud") * uniform(rng, 0.02, 0.12))[..., None]
        veins = np.exp(-np.abs(noise(rng, shape, "cloud", 1.5)) * uniform(rng, 15, 40))
        blend(image, tint(rng, base, 0.2), veins * uniform(rng, 0, 0.25))
    else:
        image *= (1 + noise(rng, shape, "pink") * uniform(rng, 0.01, 0.06))[..., None]
    if chance(rng, 0.4):
        y, x = grid(*shape)
        v, u = turned(y, x, rng.normal(0, 0.15), uniform(rng, -60, 60), uniform(rng, -60, 60))
        pitch, gap = uniform(rng, 70, 160), uniform(rng, 1.5, 4)
        near = np.minimum(np.abs(np.mod(v, pitch) - pitch / 2), np.abs(np.mod(u, pitch) - pitch / 2))
        blend(image, any_color(rng, 0.3, 0.8), cover(near - gap))
    return Scene(image, np.ones(shape, np.float32))


def carpet(rng, shape):
    """Tufted pile: rough at every scale, with a pattern now and then."""
    image = fill(shape, any_color(rng, 0.15, 0.7))
    if chance(rng, 0.4):
        pattern = noise(rng, shape, "cloud") > uniform(rng, -0.5, 0.8)
        blend(image, any_color(rng, 0.15, 0.7), pattern * uniform(rng, 0.2, 0.8))
    y, x = grid(*shape)
    tufts = np.sin(x * 2 * np.pi / uniform(rng, 5, 9)) * np.sin(y * 2 * np.pi / uniform(rng, 5, 9))
    pile = noise(rng, shape, "grain", uniform(rng, 0.8, 1.6)) + uniform(rng, 0, 0.7) * tufts
    image *= (1 + uniform(rng, 0.08, 0.25) * pile)[..., None]
    image *= (1 + uniform(rng, 0.0, 0.08) * noise(rng, shape, "cloud"))[..., None]
    return Scene(image, np.ones(shape, np.float32))


def cast_surface(rng, shape):
    """Concrete, cast iron, painted sheet or paper: 1/f roughness of any slope, possibly embossed."""
    image = fill(shape, any_color(rng, 0.15, 0.85))
    relief = noise(rng, shape, rng.choice(["pink", "fine", "grain", "cloud"]), uniform(rng, 0.7, 2.5))
    image *= (1 + relief * uniform(rng, 0.0, 0.14))[..., None]
    if chance(rng, 0.5):
        image += shade(relief, uniform(rng, 0, 6.28), uniform(rng, 0.0, 0.1))[..., None]
    if chance(rng, 0.25):
        y, x = grid(*shape)
        v, u = turned(y, x, uniform(rng, 0, np.pi))
        pitch = uniform(rng, 8, 30)
        dots = np.sqrt((np.mod(v, pitch) - pitch / 2) ** 2 + (np.mod(u, pitch) - pitch / 2) ** 2)
        image *= (1 + rng.choice([-1, 1]) * uniform(rng, 0.1, 0.35) * cover(dots - pitch * 0.25, 2))[..., None]
    scene = sheet_edges(rng, image, shape, 0.3)
    if chance(rng, 0.3):
        marking(rng, scene.image, shape, scene.part)
    return scene
