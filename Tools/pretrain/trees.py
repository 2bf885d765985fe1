"""Reads products in the MVTec layout, as `multiads synth` writes them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image


@dataclass
class Example:
    """A test picture: 8-bit RGB, and the mask of each defect type on it."""

    image: np.ndarray
    masks: dict


@dataclass
class Product:
    """A product's references and test pictures; `types` are those that occur."""

    name: str
    references: list
    tests: list
    types: tuple


def pixels(path):
    """8-bit RGB of a file."""
    return np.array(Image.open(path).convert("RGB"))


def read_masks(folder, kind, stem):
    """The mask of each type on a picture; those with several types have a file for each."""
    truth = folder / "ground_truth" / kind
    files = {kind: truth / f"{stem}_mask.png"}
    if kind == "combined":
        files = {path.stem.removeprefix(f"{stem}_"): path for path in truth.glob(f"{stem}_*.png")}
        files.pop("mask")
    return {name: np.array(Image.open(path).convert("L")) > 0 for name, path in files.items()}


def products(root, references=4, limit=None):
    """Every product below `root`, with at most `limit` pictures of each test folder."""
    for folder in sorted(path for path in Path(root).iterdir() if (path / "test").is_dir()):
        tests = []
        kinds = sorted(path.name for path in (folder / "test").iterdir() if path.is_dir())
        for kind in kinds:
            for path in sorted((folder / "test" / kind).glob("*.png"))[:limit]:
                masks = {} if kind == "good" else read_masks(folder, kind, path.stem)
                tests.append(Example(pixels(path), masks))
        good = [pixels(path) for path in sorted((folder / "train" / "good").glob("*.png"))[:references]]
        types = tuple(kind for kind in kinds if kind not in ("good", "combined"))
        yield Product(folder.name, good, tests, types)
