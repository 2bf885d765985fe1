"""Writes the evaluation pictures of the Swift tests and the README's picture: `python fixtures.py OUT_DIR [PART.jpg]`.

Which pictures they are is fixed by the seed and the lists below, never by how a model scores them.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from synth import FAMILIES, HELD_OUT_FAMILIES, render

SEED = 4242
CHOICE = ("leather", "gear", "pill_capsule", "metal_plate", "housing", "wood_board")
KINDS = ((), ("scratch",), ("hole",), ("stain",))
SHAPES = ((320, 320), (300, 400))


def picture(number):
    """Picture `number`: its family, kind and shape follow from the number; a defect too faint to see moves on."""
    family, kind = CHOICE[number // len(KINDS)], KINDS[number % len(KINDS)]
    shape = SHAPES[(number + number // len(KINDS)) % len(SHAPES)]
    for attempt in range(100):
        sample = render(SEED, number * 100 + attempt, family=family, types=kind, shape=shape)
        if bool(sample.masks) == bool(kind):
            return sample
    raise ValueError(f"no {kind} can be seen on {family}")


def main():
    """Writes pictures, masks and index.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("part", type=Path, nargs="?", help="where to write the README's scratched plate")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.part:
        part = render(777, 6, family="metal_plate", types=("scratch",), shape=(480, 640), subtle=False)
        Image.fromarray(part.image).save(options.part, quality=92)
    entries = []
    for number in range(len(CHOICE) * len(KINDS)):
        sample = picture(number)
        types = sorted(sample.masks)
        stem = f"{number:02d}-{sample.family}-{'-'.join(types) or 'clean'}".replace("_", "-")
        name = f"{stem}.png" if number % 8 == 5 else f"{stem}.jpg"
        Image.fromarray(sample.image).save(options.out / name, **({} if name.endswith("png") else {"quality": 90}))
        mask = None
        if types:
            mask = f"{stem}.mask.png"
            union = np.any(list(sample.masks.values()), axis=0)
            Image.fromarray(union.astype(np.uint8) * 255).save(options.out / mask, optimize=True)
        entries.append({
            "file": name,
            "noun": FAMILIES[sample.family][1][0],
            "types": types,
            "mask": mask,
            "family": sample.family,
            "heldOutFamily": sample.family in HELD_OUT_FAMILIES,
        })
    index = {
        "selection": f"Tools/pretrain/fixtures.py, seed {SEED}; chosen by number before any score was known; "
        "the training seed is another, and the families marked heldOutFamily were never trained on.",
        "pictures": entries,
    }
    (options.out / "index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
