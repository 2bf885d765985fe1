"""Reference values of the evaluation metrics, from scikit-learn, scikit-image and brute force.

usage: make_metric_goldens.py [OUT]      (default: Tests/Fixtures/Evaluation/metrics.safetensors)

AUROC, AP, F1-max and the macro values of the multi-type metrics come from scikit-learn. AUPRO is computed here in the
plainest way: every distinct score as a threshold, coverage of every region counted anew. Both ways share no code with
the Swift implementation. Expected values are in the file's metadata, as JSON with all digits.
"""
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from skimage.measure import label
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve, roc_auc_score

LIMIT = 0.3


def regions(masks):
    """Boolean masks of all 8-connected regions of all pictures, over the flattened pixels."""
    found = []
    for index, mask in enumerate(masks):
        labels = label(mask, connectivity=2)
        for number in range(1, labels.max() + 1):
            whole = np.zeros(masks.shape, bool)
            whole[index] = labels == number
            found.append(whole.ravel())
    return found


def overlap_at(predicted, truth, parts):
    rate = (predicted & ~truth).sum() / (~truth).sum()
    return rate, np.mean([predicted[part].mean() for part in parts])


def aupro(scores, masks):
    """Area to LIMIT, linear between all distinct thresholds, interpolated at the limit, divided by it."""
    flat, truth, parts = scores.ravel(), masks.ravel(), regions(masks)
    points = [(0.0, 0.0)] + [overlap_at(flat >= t, truth, parts) for t in np.unique(flat)[::-1]]
    x, y = np.array(points).T
    inside = x <= LIMIT
    x_cut, y_cut = list(x[inside]), list(y[inside])
    if x_cut[-1] < LIMIT:
        nxt = np.argmax(~inside)
        share = (LIMIT - x[nxt - 1]) / (x[nxt] - x[nxt - 1])
        x_cut.append(LIMIT)
        y_cut.append(y[nxt - 1] + share * (y[nxt] - y[nxt - 1]))
    return np.trapezoid(y_cut, x_cut) / LIMIT


def aupro_reference(scores, masks, steps=200):
    """200 equally spaced thresholds, strictly above, rates strictly below LIMIT and stretched to 0…1."""
    flat, truth, parts = scores.ravel().astype(np.float64), masks.ravel(), regions(masks)
    delta = (flat.max() - flat.min()) / steps
    points = [overlap_at(flat > flat.min() + j * delta, truth, parts) for j in range(steps)]
    kept = [p for p in points if p[0] < LIMIT]
    if len(kept) < 2:
        return 0.0
    x, y = np.array(kept).T
    x = (x - x.min()) / (x.max() - x.min())
    return np.trapezoid(y[::-1], x[::-1])


def f1_max(truth, scores):
    precision, recall, _ = precision_recall_curve(truth, scores)
    with np.errstate(invalid="ignore"):
        return np.nanmax(2 * precision * recall / (precision + recall))


def threshold_metrics(truth, scores):
    return {
        "auroc": roc_auc_score(truth, scores),
        "ap": average_precision_score(truth, scores),
        "f1": f1_max(truth, scores),
    }


def blobs(rng, count, side):
    """Masks with regions of many sizes, some touching by a corner, some pictures without any."""
    masks = np.zeros((count, side, side), bool)
    for index in range(count):
        for _ in range(rng.integers(0, 4)):
            y, x = rng.integers(0, side - 2, 2)
            h, w = rng.integers(1, side // 3, 2)
            masks[index, y : y + h, x : x + w] = True
    masks[0, 2, 2] = masks[0, 3, 3] = True
    masks[-1] = False
    return masks


def pixel_cases(rng):
    side = 24
    masks = blobs(rng, 6, side)
    noise = rng.standard_normal(masks.shape).astype(np.float32)
    yield "continuous", noise + 1.5 * masks.astype(np.float32), masks
    yield "ties", np.round(noise + masks, 1).astype(np.float32), masks
    yield "few values", np.round(np.clip(noise + masks, -1, 1)).astype(np.float32), masks
    yield "worse than chance", noise - masks.astype(np.float32), masks
    yield "perfect", (masks + 0.1 * rng.random(masks.shape)).astype(np.float32), masks
    skewed = np.exp(3 * (noise + masks)).astype(np.float32)
    yield "skewed", skewed, masks
    yield "mostly defective", noise + 0.7 * masks.astype(np.float32), ~blobs(rng, 6, side)


def main():
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/Fixtures/Evaluation/metrics.safetensors")
    rng = np.random.default_rng(20251125)
    tensors, metadata = {}, {}
    for name, scores, masks in pixel_cases(rng):
        expected = threshold_metrics(masks.ravel(), scores.ravel())
        expected["aupro"] = aupro(scores, masks)
        expected["aupro-reference"] = aupro_reference(scores, masks)
        tensors[f"pixel.{name}.scores"] = scores
        tensors[f"pixel.{name}.masks"] = masks.astype(np.float16)
        metadata[f"pixel.{name}"] = json.dumps({key: float(value) for key, value in expected.items()})
    for name, digits in [("continuous", 6), ("ties", 1)]:
        truth = rng.random(60) < 0.6
        scores = np.round(rng.standard_normal(60) + truth, digits).astype(np.float32)
        tensors[f"image.{name}.scores"] = scores
        tensors[f"image.{name}.labels"] = truth.astype(np.float16)
        metadata[f"image.{name}"] = json.dumps({k: float(v) for k, v in threshold_metrics(truth, scores).items()})
    # Multi-type: four classes, the last one never true, as a product's list may hold.
    classes, pixels = 4, 5000
    truth = rng.choice(3, pixels, p=[0.9, 0.07, 0.03])
    logits = rng.standard_normal((classes, pixels)) + 1.2 * (np.arange(classes)[:, None] == truth)
    scores = (np.exp(logits) / np.exp(logits).sum(0)).astype(np.float32)
    predicted = scores.argmax(0)
    per_class = {
        "auroc": [roc_auc_score(truth == c, scores[c]) for c in range(3)],
        "ap": [average_precision_score(truth == c, scores[c]) for c in range(3)],
        "f1": list(f1_score(truth, predicted, average=None, labels=range(classes), zero_division=0)),
    }
    tensors["types.scores"] = scores
    tensors["types.truth"] = truth.astype(np.float16)
    metadata["types"] = json.dumps(
        {
            **{key: [float(v) for v in values] for key, values in per_class.items()},
            "macro": [float(np.mean(per_class[key])) for key in ("auroc", "ap")]
            + [float(f1_score(truth, predicted, average="macro"))],
        }
    )
    metadata["generator"] = "Tools/golden/make_metric_goldens.py, " + ", ".join(
        f"{package} {version(package)}" for package in ("numpy", "scikit-learn", "scikit-image")
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out, metadata=metadata)
    print(f"{out}: {out.stat().st_size} bytes, {len(tensors)} tensors")


if __name__ == "__main__":
    main()
