"""What the picture check and drift monitoring notice: `python drift.py URL TREE...`, which changes of camera and light.

TREE as calibration.py takes it. Of each product the first pictures of `train/good` are references, the rest calibrates it;
then the good pictures of `test` are inspected as they are and as a changed camera would send them, each time the whole set,
and `GET /products/{id}/drift` is asked with a window of as many results and no defective parts. Pictures that are not judged are
counted apart; drift does not see them. At last the defective pictures of `test`, of which all should be judged.
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
    "light at 200 %": lambda image: ImageEnhance.Brightness(image).enhance(2),
    "lens covered": lambda image: ImageEnhance.Brightness(image).enhance(0.01),
    "fogged lens, 50 %": lambda image: Image.blend(image, Image.new("RGB", image.size, (200, 200, 200)), 0.5),
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
    """For each change: what drift says, how many of the good parts lie above the median, are refused, are not judged."""
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
        verdicts = collections.Counter(
            call("POST", f"{url}/inspect", params={"product": product}, data=changed(path, change))["verdict"]
            for path in good
        )
        judged = len(good) - verdicts["undecidable"]
        drift = {"status": "not judged", "above": 0}
        if judged > len(good) / 2:
            drift = call("GET", f"{address}/drift", params={"window": judged, "defectShare": 0})
        outcomes[name] = (drift["status"], drift["above"], verdicts["notOk"], verdicts["undecidable"])
    defective = [path for kind in (folder / "test").iterdir() if kind.name != "good" for path in kind.iterdir()]
    found = [
        call("POST", f"{url}/inspect", params={"product": product, "dryRun": "true"}, data=path.read_bytes())["verdict"]
        for path in defective
    ]
    call("DELETE", address)
    return outcomes, (found.count("undecidable"), len(defective))


def main():
    """Prints the outcome of each product, and over all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--references", type=int, default=4)
    parser.add_argument("--decision", default="references")
    options = parser.parse_args()
    found = {name: collections.Counter() for name in CHANGES}
    refused, unjudged = collections.Counter(), collections.Counter()
    parts, defective = 0, [0, 0]
    for tree in options.trees:
        for folder in sorted(path for path in tree.iterdir() if path.is_dir()):
            outcomes, lost = measure(options.url, folder, options.references, options.decision)
            print(f"{tree.name} {folder.name}: {outcomes}, defective not judged {lost[0]} of {lost[1]}", flush=True)
            defective = [total + more for total, more in zip(defective, lost)]
            parts += len(list((folder / "test/good").iterdir()))
            for name, (status, _, no, unsure) in outcomes.items():
                found[name][status] += 1
                refused[name] += no
                unjudged[name] += unsure
    for name, counts in found.items():
        shares = (100 * refused[name] / parts, 100 * unjudged[name] / parts)
        print(f"{name}: {dict(counts)}, good parts refused {shares[0]:.1f} %, not judged {shares[1]:.1f} %")
    print(f"defective pictures not judged: {defective[0]} of {defective[1]}")


if __name__ == "__main__":
    main()
