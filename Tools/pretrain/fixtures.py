"""Writes the evaluation pictures of the Swift tests from a tree of `multiads synth`: `python fixtures.py TREE OUT_DIR`.

    multiads synth TREE --products leather,foam,gear,metal_sheet,wood,tile --seed 4242 --side 320 --train 2 --good 1 --defects 2

Of every product: two references, a clean piece, and the second (moderate) piece with a scratch, a hole and a stain, as far as these can
happen to it. So the seed chooses them, never how a model scores them.
"""

import argparse
import json
import shutil
from pathlib import Path

from PIL import Image

HELD_OUT = ("leather", "wicker", "foam", "gear", "capsule", "screw")
ROLES = {
    "reference-1": "train/good/000",
    "reference-2": "train/good/001",
    "clean": "test/good/000",
    "scratch": "test/scratch/001",
    "hole": "test/hole/001",
    "stain": "test/stain/001",
}


def main():
    """Writes pictures, masks and index.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    entries = []
    for product in sorted(path for path in options.tree.iterdir() if path.is_dir()):
        for role, place in ROLES.items():
            picture = product / f"{place}.png"
            if not picture.exists():
                continue
            stem = f"{len(entries):02d}-{product.name}-{role}".replace("_", "-")
            name = f"{stem}.png" if len(entries) % 8 == 5 else f"{stem}.jpg"
            Image.open(picture).save(options.out / name, **({} if name.endswith("png") else {"quality": 92}))
            mask = None
            if role in ("scratch", "hole", "stain"):
                mask = f"{stem}.mask.png"
                shutil.copyfile(product / "ground_truth" / role / "001_mask.png", options.out / mask)
            entries.append({
                "file": name,
                "noun": product.name.replace("_", " "),
                "types": [role] if mask else [],
                "mask": mask,
                "family": product.name,
                "heldOutFamily": product.name in HELD_OUT,
                "isReference": role.startswith("reference"),
            })
    index = {
        "selection": "Tools/pretrain/fixtures.py, seed 4242: chosen by number before any score was known; the training seed is "
        "another, and families marked heldOutFamily were never trained on.",
        "pictures": entries,
    }
    (options.out / "index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
