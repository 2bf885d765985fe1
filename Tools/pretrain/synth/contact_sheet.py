"""Draws a contact sheet: `python -m synth.contact_sheet OUT.png [--by family|type] [--seed N]`."""

import argparse

import numpy as np
from PIL import Image

from . import FAMILIES, TYPES, render


def outlined(sample):
    """The picture with the borders of its masks in magenta."""
    image = sample.image.copy()
    for mask in sample.masks.values():
        inner = mask & np.roll(mask, 1, 0) & np.roll(mask, -1, 0) & np.roll(mask, 1, 1) & np.roll(mask, -1, 1)
        image[mask & ~inner] = (255, 0, 255)
    return image


def main():
    """Rows are families (clean and random defects) or types (over all families)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--by", choices=("family", "type"), default="family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--columns", type=int, default=7)
    parser.add_argument("--plain", action="store_true", help="do not outline masks")
    options = parser.parse_args()
    rows = []
    for row, name in enumerate(FAMILIES if options.by == "family" else TYPES):
        cells = []
        for column in range(options.columns):
            index = row * 100 + column
            if options.by == "family":
                sample = render(options.seed, index, family=name, types=() if column < 2 else None)
            else:
                sample = render(options.seed, index, families=tuple(FAMILIES), types=(name,), subtle=column % 2 == 1)
            cells.append(sample.image if options.plain else outlined(sample))
        rows.append(np.concatenate(cells, 1))
    Image.fromarray(np.concatenate(rows, 0)).reduce(1).save(options.out)


if __name__ == "__main__":
    main()
