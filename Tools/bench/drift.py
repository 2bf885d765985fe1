"""What drift monitoring notices: `python drift.py URL TREE...`, which changes of camera and light a service finds.

TREE as calibration.py takes it. Of each product the first pictures of `train/good` are references, the rest calibrates it;
then the good pictures of `test` are inspected as they are and as a changed camera would send them, each time the whole set,
and `GET /products/{id}/drift` is asked with a window of as many results and no defective parts.
"""

import argparse
import collections
import io
from pathlib import Path

from PIL import Image, ImageEnhance, ImageFilter

from calibration import call, form

CHANGES = {
    "none": lambda image: image,
    "light at 90 %": lambda image: ImageEnhance.Brightness(image).enhance(0.9),
    "light at 70 %": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "light at 40 %": lambda image: ImageEnhance.Brightness(image).enhance(0.4),
    "light at 150 %": lambda image: ImageEnhance.Brightness(image).enhance(1.5),
    "out of focus, 1 pixel": lambda image: image.filter(ImageFilter.GaussianBlur(1)),
    "out of focus, 3 pixels": lambda image: image.filter(ImageFilter.GaussianBlur(3)),
    "camera turned by 5 degrees": lambda image: image.rotate(5, Image.Resampling.BICUBIC),
}


def changed(path, change):
    """The picture as PNG after a change."""
    buffer = io.BytesIO()
    change(Image.open(path).convert("RGB")).save(buffer, "PNG")
    return buffer.getvalue()


def measure(url, folder, references, decision):
    """For each change: what drift says, how many of the good parts lie above the median, how many are refused."""
    train = sorted((folder / "train/good").iterdir())
    good = sorted((folder / "test/good").iterdir())
    types = [path.name for path in sorted((folder / "test").iterdir()) if path.name not in ("good", "combined")]
    product = f"drift-{folder.name}"
    address = f"{url}/products/{product}"
    call("PUT", address, json={"noun": folder.name.replace("_", " "), "defectTypes": types})
    call("POST", f"{address}/references", files=form(train[:references]))
    while call("GET", address)["status"] != "ready":
        pass
    call("POST", f"{address}/calibrate", params={"decision": decision}, files=form(train[references:]))
    outcomes = {}
    for name, change in CHANGES.items():
        refused = 0
        for path in good:
            result = call("POST", f"{url}/inspect", params={"product": product}, data=changed(path, change))
            refused += result["verdict"] == "notOk"
        drift = call("GET", f"{address}/drift", params={"window": len(good), "defectShare": 0})
        outcomes[name] = (drift["status"], drift["above"], refused)
    call("DELETE", address)
    return outcomes


def main():
    """Prints the outcome of each product, and over all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--references", type=int, default=4)
    parser.add_argument("--decision", default="references")
    options = parser.parse_args()
    found = {name: collections.Counter() for name in CHANGES}
    refused = collections.Counter()
    parts = 0
    for tree in options.trees:
        for folder in sorted(path for path in tree.iterdir() if path.is_dir()):
            outcomes = measure(options.url, folder, options.references, options.decision)
            print(f"{tree.name} {folder.name}: {outcomes}", flush=True)
            parts += len(list((folder / "test/good").iterdir()))
            for name, (status, _, count) in outcomes.items():
                found[name][status] += 1
                refused[name] += count
    for name, counts in found.items():
        print(f"{name}: {dict(counts)}, good parts refused {100 * refused[name] / parts:.1f} %")


if __name__ == "__main__":
    main()
