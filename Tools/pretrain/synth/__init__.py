"""A deterministic factory of synthetic inspection pictures with one mask per defect type.

`render(seed, index, …)` depends on nothing but its arguments, so any picture can be made again alone.
"""

from dataclasses import dataclass

import numpy as np

from . import assemblies, parts, surfaces
from .camera import expose, illuminate
from .canvas import chance
from .defects import PAINTERS

TYPES = tuple(PAINTERS)

# family: (painter, nouns)
FAMILIES = {
    "metal_plate": (surfaces.metal_plate, ("metal plate", "steel sheet", "metal", "plate", "bracket")),
    "wood_board": (surfaces.wood_board, ("wood", "wood board", "plank", "wooden panel")),
    "textile": (surfaces.textile, ("textile", "fabric", "cloth", "woven fabric", "grid")),
    "stone_tile": (surfaces.stone_tile, ("tile", "granite", "stone", "ceramic tile")),
    "carpet": (surfaces.carpet, ("carpet", "rug", "felt")),
    "cast_surface": (surfaces.cast_surface, ("concrete", "casting", "painted sheet", "paper", "panel")),
    "washer_nut": (parts.washer_nut, ("washer", "nut", "metal_nut", "hexagon nut")),
    "bottle_rim": (parts.bottle_rim, ("bottle", "glass", "jar", "bottle rim")),
    "seal_ring": (parts.seal_ring, ("seal", "rubber ring", "gasket", "o-ring")),
    "housing": (parts.housing, ("housing", "cover", "plastic part", "case")),
    "random_part": (parts.random_part, ("part", "component", "workpiece", "object", "product")),
    "fastener_row": (parts.fastener_row, ("tray", "caps", "tablets", "buttons", "candle")),
    "circuit_board": (assemblies.circuit_board, ("pcb", "circuit board", "board", "pcb1")),
    "connector": (assemblies.connector, ("connector", "plug", "terminal", "socket")),
    "cable": (assemblies.cable, ("cable", "wire", "cable end")),
    "printed_label": (assemblies.printed_label, ("label", "printed label", "package", "box")),
    "leather": (surfaces.leather, ("leather", "hide")),
    "gear": (parts.gear, ("gear", "cog wheel")),
    "pill_capsule": (parts.pill_capsule, ("pill", "capsule", "tablet")),
}

HELD_OUT_FAMILIES = ("leather", "gear", "pill_capsule")
TRAINING_FAMILIES = tuple(name for name in FAMILIES if name not in HELD_OUT_FAMILIES)


@dataclass
class Sample:
    """One picture: 8-bit RGB and, per defect type present, a boolean mask."""

    image: np.ndarray
    masks: dict
    family: str


def _visible(before, after, mask):
    """Whether a defect can be seen: large enough, and different enough from what it replaced."""
    if mask.sum() < 12:
        return False
    return float(np.abs(after[mask] - before[mask]).max(-1).mean()) > 0.05


def render(seed, index, family=None, types=None, shape=(256, 256), families=TRAINING_FAMILIES, subtle=None):
    """Renders picture `index` of the stream `seed`; `types` fixes the defects, `()` asks for a clean part."""
    rng = np.random.default_rng([seed, index])
    family = family or families[int(rng.integers(len(families)))]
    scene = FAMILIES[family][0](rng, shape)
    if types is None:
        types = ()
        if chance(rng, 0.55):
            count = int(rng.choice([1, 1, 1, 1, 2, 3]))
            allowed = [name for name in TYPES if name in scene.types]
            types = tuple(rng.choice(allowed, size=count, replace=False))
    masks = {}
    for name in types:
        mild = chance(rng, 0.35) if subtle is None else subtle
        before = scene.image.copy()
        for _ in range(4):
            mask = PAINTERS[name](rng, scene, mild) >= 0.4
            if _visible(before, scene.image, mask):
                masks[str(name)] = mask
                break
            scene.image = before.copy()
    image = expose(rng, illuminate(rng, np.ascontiguousarray(scene.image, np.float32)))
    return Sample(image, masks, family)
