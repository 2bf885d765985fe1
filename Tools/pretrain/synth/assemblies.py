"""Families made of components: circuit boards, connectors, cables and printed labels."""

import numpy as np

from .canvas import Ink, any_color, blend, box, chance, cover, fill, grid, noise, tint, turned, uniform
from .parts import PART_DEFECTS, compose, place
from .surfaces import Scene, backdrop

ASSEMBLY_DEFECTS = ("scratch", "stain", "crack", "contamination", "color", "cut", "dent", "broken", "missing", "hole")


def circuit_board(rng, shape):
    """Traces, pads, vias, chips and passives on solder mask; one component may be left out."""
    y, x = grid(*shape)
    masks = [[0.05, 0.32, 0.14], [0.06, 0.16, 0.4], [0.45, 0.08, 0.08], [0.08, 0.08, 0.09], [0.75, 0.75, 0.72]]
    board = tint(rng, masks[rng.choice(5, p=[0.5, 0.2, 0.1, 0.12, 0.08])], 0.03)
    image = fill(shape, board)
    image *= (1 + noise(rng, shape, "fine") * 0.04)[..., None]
    traces = Ink(shape)
    for _ in range(rng.integers(6, 22)):
        p = [rng.integers(-15, 16) * 8.0, rng.integers(-15, 16) * 8.0]
        points = [tuple(p)]
        for _ in range(rng.integers(2, 5)):
            step, direction = rng.integers(2, 8) * 8.0, rng.integers(8) * np.pi / 4
            p = [p[0] + step * np.round(np.sin(direction), 1), p[1] + step * np.round(np.cos(direction), 1)]
            points.append(tuple(p))
        traces.line(points, uniform(rng, 1.2, 3))
    blend(image, np.clip(board * 1.5 + 0.05, 0, 1), traces.coverage() * 0.8)
    vias, bores = Ink(shape), Ink(shape)
    for _ in range(rng.integers(4, 24)):
        cy, cx = rng.integers(-15, 16) * 8.0, rng.integers(-15, 16) * 8.0
        vias.disk(cy, cx, 3)
        bores.disk(cy, cx, 1.3)
    blend(image, tint(rng, [0.8, 0.72, 0.45], 0.04), vias.coverage())
    blend(image, np.float32(0.05), bores.coverage())
    scene = Scene(image, np.ones(shape, np.float32), ASSEMBLY_DEFECTS)
    solder = tint(rng, [0.72, 0.72, 0.72], 0.03)
    count = rng.integers(4, 11)
    left_out = rng.integers(count)
    bare = image.copy()
    for index in range(count):
        _component(rng, scene, bare, solder, index == left_out)
    scene.background = bare
    return scene


def _component(rng, scene, bare, solder, removable):
    """One chip or passive part with its pads; the removable one is remembered as a possible missing part."""
    shape = scene.part.shape
    cy, cx = rng.integers(-12, 13) * 8.0, rng.integers(-12, 13) * 8.0
    chip = chance(rng, 0.4)
    half_h, half_w = (uniform(rng, 9, 24), uniform(rng, 9, 24)) if chip else (uniform(rng, 3.5, 6), uniform(rng, 7, 12))
    if chance(rng, 0.5):
        half_h, half_w = half_w, half_h
    pads, body = Ink(shape), Ink(shape)
    if chip:
        for k in range(int(2 * half_h / 5)):
            at = cy - half_h + 4 + 5 * k
            pads.line([(at, cx - half_w - 4), (at, cx - half_w + 2)], 2.2)
            pads.line([(at, cx + half_w - 2), (at, cx + half_w + 4)], 2.2)
    else:
        dy, dx = (half_h, 0) if half_h > half_w else (0, half_w)
        pads.disk(cy - dy, cx - dx, 4.2)
        pads.disk(cy + dy, cx + dx, 4.2)
    body.polygon([(cy - half_h, cx - half_w), (cy - half_h, cx + half_w), (cy + half_h, cx + half_w), (cy + half_h, cx - half_w)])
    pad_mask, body_mask = pads.coverage(), body.coverage()
    blend(scene.image, solder, pad_mask)
    blend(bare, solder, pad_mask)
    shadow = np.roll(body_mask, 2, (0, 1))
    scene.image *= (1 - 0.35 * shadow)[..., None]
    color = tint(rng, [0.1, 0.1, 0.11] if chip or chance(rng, 0.5) else [0.62, 0.48, 0.3], 0.03)
    blend(scene.image, color, body_mask)
    if chip:
        y, x = grid(*shape)
        dot = cover(np.sqrt((y - cy + half_h - 4) ** 2 + (x - cx + half_w - 4) ** 2) - 1.5)
        blend(scene.image, np.float32(0.5), dot)
    if removable:
        scene.parts_missing.append(np.maximum(body_mask, shadow * 0.999))


def connector(rng, shape):
    """Rows of metal contacts in a molded body."""
    v, u, radius, _ = place(rng, shape, 8)
    rows, columns = int(rng.integers(1, 4)), int(rng.integers(4, 10))
    pitch = min(180 / columns, uniform(rng, 18, 30))
    half_h, half_w = rows * pitch / 2 + 8, columns * pitch / 2 + 8
    body = fill(shape, any_color(rng, 0.05, 0.9))
    body *= (1 + noise(rng, shape, "fine") * uniform(rng, 0.0, 0.05))[..., None]
    column = np.clip(np.floor(u / pitch + columns / 2), 0, columns - 1)
    row = np.clip(np.floor(v / pitch + rows / 2), 0, rows - 1)
    lv, lu = v - (row - rows / 2 + 0.5) * pitch, u - (column - columns / 2 + 0.5) * pitch
    size = pitch * uniform(rng, 0.2, 0.32)
    well = box(lv, lu, size * 1.35, size * 1.35, 1.5)
    body *= (1 - uniform(rng, 0.3, 0.6) * cover(well))[..., None]
    empty = body.copy()
    pin = box(lv, lu, size, size * uniform(rng, 0.5, 1), 1)
    metal = fill(shape, tint(rng, rng.choice([[0.75, 0.65, 0.35], [0.7, 0.7, 0.72]]), 0.04))
    metal *= (1 + 0.3 * lv / size)[..., None]
    blend(body, metal, cover(pin))
    distance = box(v, u, half_h, half_w, uniform(rng, 2, 10))
    scene = compose(rng, shape, body, distance)
    lost = cover(pin, 2) * (row == rng.integers(rows)) * (column == rng.integers(columns))
    scene.parts_missing.append(lost * scene.part)
    scene.background = scene.background * (1 - scene.part[..., None]) + empty * scene.part[..., None]
    return scene


def cable(rng, shape):
    """A cable's cross-section: sheath, filler, insulated wires of copper strands."""
    v, u, radius, angle = place(rng, shape, 8)
    outer = uniform(rng, 88, 112)
    sheath = outer * uniform(rng, 0.08, 0.16)
    body = fill(shape, any_color(rng, 0.05, 0.8))
    filler = any_color(rng, 0.3, 0.9)
    blend(body, filler, cover(radius - (outer - sheath)))
    count = int(rng.choice([1, 2, 3, 3, 4, 5]))
    if count == 1:
        wire, ring = (outer - sheath) * 0.9, 0.0
    else:
        ring = (outer - sheath) / (1 + np.sin(np.pi / count)) * 0.98
        wire = ring * np.sin(np.pi / count) * 0.93
    empty = body.copy()
    turn = uniform(rng, 0, 6)
    lost = rng.integers(count)
    pitch = uniform(rng, 6, 13)
    for index in range(count):
        a = turn + index * 2 * np.pi / count
        lv, lu = v - ring * np.sin(a), u - ring * np.cos(a)
        lr = np.sqrt(lv * lv + lu * lu)
        blend(body, any_color(rng, 0.15, 0.95), cover(lr - wire))
        odd = np.mod(np.floor(lv / (pitch * 0.87)), 2) * pitch / 2
        dv = np.mod(lv, pitch * 0.87) - pitch * 0.435
        du = np.mod(lu + odd, pitch) - pitch / 2
        strand = np.sqrt(dv * dv + du * du)
        core = cover(lr - wire * 0.68)
        copper = tint(rng, [0.78, 0.48, 0.3], 0.05)
        blend(body, copper * 0.35, core)
        blend(body, copper, core * cover(strand - pitch * 0.46, 2) * np.clip(1.25 - strand / pitch, 0, 1))
        if index == lost:
            gone = cover(lr - wire)
    body *= (1 + noise(rng, shape, "fine") * 0.04)[..., None]
    scene = compose(rng, shape, body, radius - outer)
    if count > 1:
        scene.parts_missing.append(gone * scene.part)
        scene.background = scene.background * (1 - scene.part[..., None]) + (empty * 0.6) * scene.part[..., None]
    return scene


def printed_label(rng, shape):
    """A paper or film label: text rows, a bar code, a logo, on a box or a can."""
    v, u, radius, _ = place(rng, shape, 6)
    v, u = (turned(*grid(*shape), rng.normal(0, 0.15), rng.normal(0, 8), rng.normal(0, 8)))
    distance = box(v, u, uniform(rng, 60, 105), uniform(rng, 80, 115), uniform(rng, 0, 14))
    paper = any_color(rng, 0.6, 0.97) if chance(rng, 0.75) else any_color(rng)
    body = fill(shape, paper)
    ink = any_color(rng, 0.02, 0.3) if paper.mean() > 0.5 else any_color(rng, 0.75, 0.98)
    y0, size = -80.0, 0.0
    while y0 < 70:
        size = uniform(rng, 5, 18)
        if chance(rng, 0.75):
            letters = noise(rng, shape, "grain", size / 7) > 0.1
            body_row = cover(np.abs(v - y0 - size / 2) - size / 2) * (np.abs(u + uniform(rng, -20, 20)) < uniform(rng, 30, 90))
            cells = np.mod(u, size * 0.7) < size * 0.55
            blend(body, ink, body_row * letters * cells * 0.9)
        elif chance(rng, 0.5):
            blend(body, any_color(rng), cover(np.abs(v - y0 - size / 2) - size / 2))
        y0 += size * uniform(rng, 1.4, 2.2)
    if chance(rng, 0.6):
        bars = np.sin(u * 1.1) + np.sin(u * 0.67 + 2) + np.sin(u * 1.73 + 1) > uniform(rng, -0.3, 0.6)
        window = box(v - uniform(rng, -40, 60), u - uniform(rng, -40, 40), uniform(rng, 12, 22), uniform(rng, 25, 45))
        blend(body, paper, cover(window - 3))
        blend(body, np.float32(0.08), cover(window) * bars)
    body *= (1 + noise(rng, shape, "pink") * uniform(rng, 0.0, 0.03))[..., None]
    return compose(rng, shape, body, distance, PART_DEFECTS, rim=False)
