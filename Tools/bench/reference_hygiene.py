"""Counts how often an upload of a reference is warned of: `python reference_hygiene.py URL DATASET [--shots N]`.

DATASET has the layout of MVTec AD, for example from `multiads synth`. For each product N good pictures become its
references; then other pictures are added one by one and taken out again: good ones of the same product, the same pictures
as JPEG and a pixel aside, good ones of another product, and ones with a defect.
"""

import argparse
import io
from collections import Counter, defaultdict
from pathlib import Path

import requests
from PIL import Image


def jpeg(path, quality=85):
    """The picture in another file."""
    out = io.BytesIO()
    Image.open(path).convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def shifted(path):
    """The picture moved by one pixel."""
    picture = Image.open(path).convert("RGB")
    moved = picture.copy()
    moved.paste(picture, (1, 1))
    out = io.BytesIO()
    moved.save(out, "PNG")
    return out.getvalue()


def main():
    """Prints one line per kind of picture."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--shots", type=int, default=8)
    parser.add_argument("--limit", type=int, default=12, help="pictures of each kind and product")
    options = parser.parse_args()
    products = sorted(path.name for path in options.dataset.iterdir() if (path / "train/good").is_dir())
    warned, figures = defaultdict(Counter), defaultdict(list)
    for number, product in enumerate(products):
        base = f"{options.url}/products/hygiene-{product}"
        requests.put(base, json={"noun": product.replace("_", " "), "defectTypes": ["scratch"]}).raise_for_status()
        folder = options.dataset / product
        train = sorted((folder / "train/good").iterdir())
        for path in train[: options.shots]:
            requests.post(f"{base}/references", data=path.read_bytes()).raise_for_status()
        other = sorted((options.dataset / products[number - 1] / "train/good").iterdir())
        kinds = {
            "good": [path.read_bytes() for path in sorted((folder / "test/good").iterdir())],
            "same picture as JPEG": [jpeg(path) for path in train[: options.shots]],
            "same picture, a pixel aside": [shifted(path) for path in train[: options.shots]],
            "another product": [path.read_bytes() for path in other],
            "defect": [
                path.read_bytes()
                for kind in sorted((folder / "test").iterdir()) if kind.name != "good" for path in sorted(kind.iterdir())
            ],
        }
        for kind, pictures in kinds.items():
            step = max(1, len(pictures) // options.limit)
            for picture in pictures[::step][: options.limit]:
                item = requests.post(f"{base}/references", data=picture).json()["items"][0]
                warned[kind].update([warning["type"] for warning in item["warnings"]] or ["none"])
                similarity, typical = item["similarity"], item["similarity"]["typical"]
                if typical:
                    figures[kind].append((
                        similarity["nearest"]["meanDistance"] / typical["meanDistance"],
                        similarity["peakDistance"] / typical["peakDistance"],
                    ))
                requests.delete(f"{base}/references/{item['id']}").raise_for_status()
        requests.delete(base).raise_for_status()
    for kind, counts in warned.items():
        total = sum(counts.values())
        shares = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        ranges = []
        for column in zip(*figures[kind]):
            column = sorted(column)
            ranges.append(f"{column[0]:.2f} … {column[len(column) // 2]:.2f} … {column[-1]:.2f}")
        print(f"{kind}: {total} pictures: {shares}; mean / typical {ranges[0]}; peak / typical {ranges[1]}")


if __name__ == "__main__":
    main()
