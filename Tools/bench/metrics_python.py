#!/usr/bin/env python3
"""Times the pixel metrics of one product in Python: scikit-learn for AUROC, AP and F1-max, scikit-image for AUPRO.

  python Tools/bench/metrics_python.py make pixels.safetensors --pictures 100 --side 518
  python Tools/bench/metrics_python.py time pixels.safetensors

AUPRO goes the way that published evaluation programs take: 200 equally spaced thresholds, and for each the coverage of
every region of every mask. Prints one JSON object like `multiads bench metrics --json`. Needs numpy, scikit-learn,
scikit-image and safetensors; run by Tools/bench/metrics.sh.
"""
import argparse
import json
import resource
import time

import numpy as np
from safetensors.numpy import load_file, save_file
from skimage.measure import label, regionprops
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_auc_score


def make(path, pictures, side):
    """Smooth maps as networks give them, masks with a few regions, a third of the pictures normal."""
    rng = np.random.default_rng(1)
    masks = np.zeros((pictures, side, side), np.float16)
    rows, columns = np.mgrid[0:side, 0:side]
    scores = np.empty((pictures, side, side), np.float32)
    for index in range(pictures):
        if index % 3:
            for _ in range(rng.integers(1, 5)):
                y, x = rng.integers(0, side, 2)
                a, b = rng.integers(max(2, side // 80), side // 8, 2)
                masks[index][((rows - y) / a) ** 2 + ((columns - x) / b) ** 2 < 1] = 1
        coarse = rng.standard_normal((side // 14 + 1, side // 14 + 1)).astype(np.float32)
        noise = np.kron(coarse, np.ones((14, 14), np.float32))[:side, :side]
        logits = 0.7 * noise + 0.3 * rng.standard_normal((side, side)).astype(np.float32) + 2.5 * masks[index] - 2
        scores[index] = 1 / (1 + np.exp(-logits))
    save_file({"scores": scores, "masks": masks}, path)


def aupro(scores, masks, limit=0.3, steps=200):
    low, high = scores.min(), scores.max()
    rates, overlaps = [], []
    normal = (masks == 0).sum()
    for threshold in np.arange(low, high, (high - low) / steps):
        found = scores > threshold
        coverages = []
        for prediction, mask in zip(found, masks):
            for region in regionprops(label(mask)):
                coverages.append(prediction[region.coords[:, 0], region.coords[:, 1]].sum() / region.area)
        overlaps.append(np.mean(coverages))
        rates.append((found & (masks == 0)).sum() / normal)
    rates, overlaps = np.array(rates), np.array(overlaps)
    kept = rates < limit
    rates, overlaps = rates[kept], overlaps[kept]
    return auc((rates - rates.min()) / (rates.max() - rates.min()), overlaps)


def measure(path):
    tensors = load_file(path)
    scores, masks = tensors["scores"], (tensors["masks"] > 0).astype(np.uint8)
    begin, processor = time.perf_counter(), time.process_time()
    truth, flat = masks.ravel(), scores.ravel()
    values = {"auroc": roc_auc_score(truth, flat), "ap": average_precision_score(truth, flat)}
    precision, recall, _ = precision_recall_curve(truth, flat)
    values["f1"] = np.nanmax(2 * precision * recall / np.maximum(precision + recall, 1e-300))
    middle = time.perf_counter()
    values["auproReference"] = aupro(scores, masks)
    end = time.perf_counter()
    print(
        json.dumps(
            {
                "seconds": [end - begin],
                "processorSeconds": time.process_time() - processor,
                "thresholdSeconds": middle - begin,
                "auproSeconds": end - middle,
                "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                **{key: float(value) for key, value in values.items()},
            }
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["make", "time"])
    parser.add_argument("file")
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--side", type=int, default=518)
    options = parser.parse_args()
    if options.what == "make":
        make(options.file, options.pictures, options.side)
    else:
        measure(options.file)
