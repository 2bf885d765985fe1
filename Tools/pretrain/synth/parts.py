"""Families of single parts on a backdrop: nuts, pills, bottles, gears, seals, housings."""

import numpy as np

from .canvas import (Ink, any_color, blend, box, chance, cover, fill, grid, noise, polygon_distance, tint, turned,
                     uniform)
from .surfaces import Scene, backdrop, marking

PART_DEFECTS = ("scratch", "stain", "crack", "contamination", "color", "cut", "dent", "broken", "missing", "hole")


def place(rng, shape, spread=14):
    """A random pose: coordinates (v, u), radius and angle about the part's center."""
    y, x = grid(*shape)
    v, u = turned(y, x, uniform(rng, 0, 2 * np.pi), rng.normal(0, spread), rng.normal(0, spread))
    return v, u, np.sqrt(v * v + u * u), np.arctan2(v, u)


def compose(rng, shape, body, distance, types=PART_DEFECTS, rim=True):
    """Lays a body on a backdrop with contact shadow and a lit or dark rim."""
    behind = backdrop(rng, shape)
    part = cover(distance)
    if rim:
        width = uniform(rng, 2, 8)
        edge = np.clip(1 + distance / width, 0, 1)
        body = body * (1 + rng.choice([-1, 1]) * uniform(rng, 0.05, 0.35) * edge)[..., None]
    image = behind.copy()
    reach, strength = uniform(rng, 3, 16), uniform(rng, 0, 0.5)
    image *= (1 - strength * np.clip(1 - distance / reach, 0, 1))[..., None]
    blend(image, body, part)
    return Scene(image, part, types, behind)


def metal_body(rng, shape, radius, angle):
    """Turned or milled metal: radial highlights, tool marks."""
    body = fill(shape, tint(rng, rng.choice([[0.62, 0.62, 0.64], [0.7, 0.58, 0.3], [0.35, 0.35, 0.37], [0.66, 0.42, 0.3]]), 0.04))
    body *= (1 + uniform(rng, 0.0, 0.2) * np.cos(rng.integers(1, 4) * angle + uniform(rng, 0, 6)))[..., None]
    if chance(rng, 0.5):
        body *= (1 + uniform(rng, 0.01, 0.06) * np.sin(radius * uniform(rng, 0.8, 2.5)))[..., None]
    body *= (1 + noise(rng, shape, rng.choice(["fine", "pink", "brush"])) * uniform(rng, 0.01, 0.08))[..., None]
    return body


def plain_body(rng, shape):
    """Molded, painted or pressed material."""
    body = fill(shape, any_color(rng))
    body *= (1 + noise(rng, shape, rng.choice(["fine", "pink", "cloud", "grain"])) * uniform(rng, 0.0, 0.08))[..., None]
    return body


def washer_nut(rng, shape):
    """Washers and hexagon nuts from above."""
    v, u, radius, angle = place(rng, shape)
    outer = uniform(rng, 68, 108)
    inner = outer * uniform(rng, 0.3, 0.6)
    contour = radius - outer if chance(rng, 0.5) else polygon_distance(radius, angle, 6, outer * 0.92)
    distance = np.maximum(contour, inner - radius)
    body = metal_body(rng, shape, radius, angle)
    chamfer = np.exp(-((radius - inner - 6) / 2.5) ** 2)
    body *= (1 + chamfer * uniform(rng, -0.35, 0.35))[..., None]
    if chance(rng, 0.4):
        marking(rng, body, shape)
    return compose(rng, shape, body, distance)


def pill_capsule(rng, shape):
    """Two-piece capsules and pressed tablets, with imprint and gloss."""
    v, u, radius, _ = place(rng, shape)
    half, length = uniform(rng, 36, 62), uniform(rng, 0, 52)
    distance = np.sqrt(np.maximum(np.abs(u) - length, 0) ** 2 + v * v) - half
    body = fill(shape, any_color(rng, 0.4, 0.95))
    if chance(rng, 0.6) and length > 15:
        blend(body, any_color(rng), cover(u))
        body *= (1 - 0.25 * np.exp(-((u - 1) / 1.5) ** 2))[..., None]
    if chance(rng, 0.4):
        specks = noise(rng, shape, "grain") > uniform(rng, 2.0, 2.8)
        blend(body, any_color(rng, 0.1, 0.6), specks * 0.5)
    height = np.sqrt(np.clip(-distance / half, 0, 1))
    body *= (0.55 + 0.5 * height)[..., None]
    gloss = np.exp(-(((v + half * 0.4) / (half * 0.18)) ** 2)) * (np.abs(u) < length + half * 0.3)
    body += (gloss * uniform(rng, 0, 0.35))[..., None]
    if chance(rng, 0.5):
        marking(rng, body, shape, cover(distance + 12))
    if length < 10 and chance(rng, 0.5):
        body *= (1 - 0.3 * np.exp(-((v / 2.0) ** 2)))[..., None]
    return compose(rng, shape, body, distance, rim=False)


def bottle_rim(rng, shape):
    """A bottle's mouth from above: rings of glass with highlights around a dark bore."""
    v, u, radius, angle = place(rng, shape, 8)
    outer = uniform(rng, 85, 112)
    glass = tint(rng, rng.choice([[0.25, 0.17, 0.08], [0.15, 0.3, 0.18], [0.55, 0.6, 0.62], [0.1, 0.12, 0.15]]), 0.04)
    body = fill(shape, glass)
    for _ in range(rng.integers(3, 7)):
        ring, width = outer * uniform(rng, 0.4, 0.98), uniform(rng, 1.5, 7)
        arc = 0.5 + 0.5 * np.cos(angle * rng.integers(0, 4) + uniform(rng, 0, 6))
        body += (np.exp(-((radius - ring) / width) ** 2) * arc * uniform(rng, -0.2, 0.5))[..., None]
    blend(body, glass * uniform(rng, 0.1, 0.6), cover(radius - outer * uniform(rng, 0.3, 0.5), 4))
    body *= (1 + noise(rng, shape, "pink") * 0.03)[..., None]
    return compose(rng, shape, body, radius - outer)


def gear(rng, shape):
    """Spur gears of metal or plastic with a hub, a bore and lightening holes."""
    v, u, radius, angle = place(rng, shape)
    teeth, outer = int(rng.integers(10, 26)), uniform(rng, 80, 110)
    depth = outer * uniform(rng, 0.09, 0.16)
    wave = np.clip(np.cos(angle * teeth) * uniform(rng, 1.5, 3), -1, 1)
    lost = None
    contour = radius - (outer - depth + depth * wave)
    body = metal_body(rng, shape, radius, angle) if chance(rng, 0.6) else plain_body(rng, shape)
    hub = outer * uniform(rng, 0.15, 0.26)
    distance = np.maximum(contour, hub - radius)
    if chance(rng, 0.5):
        web = int(rng.integers(3, 7))
        sector = np.mod(angle, 2 * np.pi / web) - np.pi / web
        ring = outer * 0.52
        hole = np.sqrt((radius * np.cos(sector) - ring) ** 2 + (radius * np.sin(sector)) ** 2) - outer * uniform(rng, 0.08, 0.14)
        distance = np.maximum(distance, -hole)
    body *= (1 + uniform(rng, -0.3, 0.3) * cover(np.abs(radius - hub * 1.5) - 1.5))[..., None]
    scene = compose(rng, shape, body, distance)
    pick = rng.integers(teeth) * 2 * np.pi / teeth
    delta = np.mod(angle - pick + np.pi, 2 * np.pi) - np.pi
    lost = cover(np.abs(delta) * outer - np.pi * outer / teeth) * cover(outer - 2 * depth - radius) * scene.part
    scene.parts_missing.append(lost)
    return scene


def seal_ring(rng, shape):
    """Rubber rings and gaskets, round or rounded rectangles."""
    v, u, radius, _ = place(rng, shape)
    middle, half = uniform(rng, 62, 92), uniform(rng, 10, 22)
    if chance(rng, 0.5):
        path = np.abs(radius - middle)
    else:
        path = np.abs(box(v, u, middle * uniform(rng, 0.6, 1), middle, uniform(rng, 20, 36)))
    body = fill(shape, any_color(rng, 0.04, 0.4))
    roundness = np.sqrt(np.clip(1 - (path / half) ** 2, 0, 1))
    body *= (0.5 + 0.6 * roundness)[..., None]
    body += (np.exp(-((path - half * 0.2) / (half * 0.2)) ** 2) * uniform(rng, 0, 0.25))[..., None]
    body *= (1 + noise(rng, shape, "fine") * uniform(rng, 0.01, 0.08))[..., None]
    return compose(rng, shape, body, path - half, rim=False)


def housing(rng, shape):
    """Molded covers with ribs, bosses, screw holes and a marking."""
    v, u, radius, angle = place(rng, shape, 8)
    half_h, half_w = uniform(rng, 60, 95), uniform(rng, 75, 110)
    distance = box(v, u, half_h, half_w, uniform(rng, 4, 30))
    body = plain_body(rng, shape)
    if chance(rng, 0.5):
        pitch = uniform(rng, 14, 40)
        ribs = np.abs(np.mod(u, pitch) - pitch / 2) - uniform(rng, 1, 4)
        body *= (1 + rng.choice([-1, 1]) * uniform(rng, 0.1, 0.3) * cover(ribs, 2) * (np.abs(v) < half_h * 0.7))[..., None]
    if chance(rng, 0.5):
        inset = np.abs(box(v, u, half_h * 0.72, half_w * 0.72, 8)) - uniform(rng, 1, 3)
        body *= (1 + rng.choice([-1, 1]) * uniform(rng, 0.1, 0.35) * cover(inset, 2))[..., None]
    if chance(rng, 0.6):
        bore = np.sqrt((np.abs(v) - half_h * 0.82) ** 2 + (np.abs(u) - half_w * 0.85) ** 2)
        body *= (1 + 0.3 * cover(np.abs(bore - 6) - 1.5, 2))[..., None]
        blend(body, any_color(rng, 0.02, 0.25), cover(bore - 4.5))
    if chance(rng, 0.5):
        marking(rng, body, shape, cover(distance + 10))
    return compose(rng, shape, body, distance)


def random_part(rng, shape):
    """Anything: unions and differences of simple solids of any material, so that unseen parts look familiar."""
    v, u, radius, angle = place(rng, shape)
    distance = np.full(shape, 1e3, np.float32)
    for _ in range(rng.integers(1, 5)):
        cy, cx = rng.normal(0, 35), rng.normal(0, 35)
        kind = rng.integers(3)
        if kind == 0:
            solid = np.sqrt((v - cy) ** 2 + ((u - cx) * uniform(rng, 0.6, 1.4)) ** 2) - uniform(rng, 30, 75)
        elif kind == 1:
            solid = box(v - cy, u - cx, uniform(rng, 20, 70), uniform(rng, 20, 90), uniform(rng, 0, 18))
        else:
            solid = polygon_distance(np.sqrt((v - cy) ** 2 + (u - cx) ** 2), angle, rng.integers(3, 9), uniform(rng, 30, 70))
        distance = np.minimum(distance, solid)
    if chance(rng, 0.4):
        distance = np.maximum(distance, uniform(rng, 8, 30) - radius)
    body = metal_body(rng, shape, radius, angle) if chance(rng, 0.4) else plain_body(rng, shape)
    if chance(rng, 0.4):
        height = np.sqrt(np.clip(-distance / uniform(rng, 10, 50), 0, 1))
        body *= (0.6 + 0.45 * height)[..., None]
    for _ in range(rng.integers(0, 4)):
        level, width = -uniform(rng, 3, 40), uniform(rng, 0.8, 5)
        body *= (1 + uniform(rng, -0.35, 0.35) * cover(np.abs(distance - level) - width, 1.5))[..., None]
    if chance(rng, 0.3):
        blend(body, any_color(rng), cover(v - uniform(rng, -40, 40)) * uniform(rng, 0.3, 1))
    if chance(rng, 0.4):
        marking(rng, body, shape, cover(distance + 6))
    return compose(rng, shape, body, distance)


def fastener_row(rng, shape):
    """Several equal small parts laid out in a tray: tablets, caps, studs."""
    y, x = grid(*shape)
    v, u = turned(y, x, rng.normal(0, 0.2), rng.normal(0, 10), rng.normal(0, 10))
    rows, columns = rng.integers(2, 5), rng.integers(2, 5)
    pitch = 200 / max(rows, columns)
    iv = np.clip(np.floor(v / pitch + rows / 2), 0, rows - 1)
    iu = np.clip(np.floor(u / pitch + columns / 2), 0, columns - 1)
    lv, lu = v - (iv - rows / 2 + 0.5) * pitch, u - (iu - columns / 2 + 0.5) * pitch
    size = pitch * uniform(rng, 0.3, 0.44)
    radius, angle = np.sqrt(lv * lv + lu * lu), np.arctan2(lv, lu)
    distance = radius - size if chance(rng, 0.6) else polygon_distance(radius, angle, rng.integers(4, 8), size)
    body = metal_body(rng, shape, radius, angle) if chance(rng, 0.5) else plain_body(rng, shape)
    height = np.sqrt(np.clip(-distance / size, 0, 1))
    body *= (0.6 + 0.5 * height)[..., None]
    scene = compose(rng, shape, body, distance)
    row, column = rng.integers(rows), rng.integers(columns)
    scene.parts_missing.append(scene.part * (iv == row) * (iu == column))
    return scene
