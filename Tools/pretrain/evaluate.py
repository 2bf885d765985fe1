"""Measures an exported model on trees that `multiads synth` wrote: `python evaluate.py MODEL_DIR TREE…`.

Each tree is one seed; the numbers are means over its products, then mean and standard deviation over the trees.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

import metrics
import trees
from engine import Engine, image_score, memory_bank, reference_map


def measure(engine, product, noun, shots=(1, 4)):
    """All numbers of one product, zero-shot and with `shots` references."""
    columns = engine.columns(noun, product.types)
    references = [engine.features(image)[0] for image in product.references]
    banks = {count: memory_bank(references[:count]) for count in shots}
    truth = np.array([bool(example.masks) for example in product.tests])
    masks, numbers, states = [], [], []
    maps, scores = {0: [], **{count: [] for count in shots}}, {0: [], **{count: [] for count in shots}}
    for example in product.tests:
        number = np.zeros(example.image.shape[:2], np.uint8)
        for name, mask in example.masks.items():
            number[mask] = 1 + product.types.index(name)
        stages, embedding = engine.features(example.image)
        state = engine.states_map(stages, columns)
        overall = engine.global_score(embedding, columns)
        for count in maps:
            anomaly = 1 - state[0]
            if count:
                anomaly = 0.5 * (anomaly + reference_map(stages, banks[count]))
            maps[count].append(anomaly.numpy())
            scores[count].append(image_score(anomaly, overall))
        masks.append(number > 0)
        numbers.append(number[::2, ::2])  # every second pixel: a quarter of the memory, the same areas to 0.001
        states.append(state[:, ::2, ::2].numpy())
    masks = np.stack(masks)
    report = {"pictures": len(truth)}
    for count in maps:
        stack = np.stack(maps[count])
        report[f"{count}-shot"] = {
            "imageAUROC": metrics.auroc(truth, scores[count]),
            "pixelAUROC": metrics.auroc(masks, stack),
            "AUPRO": metrics.aupro(masks, stack),
        }
    zero = np.array(scores[0])
    report["cleanPassed"] = float((zero[~truth] <= 0.5).mean())
    report["defectiveCaught"] = float((zero[truth] > 0.5).mean())
    report["typesAUROC"], report["typesF1"] = metrics.multitype(np.stack(numbers), np.stack(states))
    return report


def flat(report, prefix=""):
    """Nested numbers as one level."""
    for name, value in report.items():
        yield from flat(value, f"{prefix}{name} ") if isinstance(value, dict) else [(prefix + name, value)]


def main():
    """Prints the means as a table on standard error, everything as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("trees", type=Path, nargs="+")
    parser.add_argument("--noun", help="instead of each product's own name")
    parser.add_argument("--limit", type=int, help="pictures of each test folder")
    options = parser.parse_args()
    engine = Engine(options.model)
    reports, means = {}, []
    for tree in options.trees:
        found = {
            p.name: dict(flat(measure(engine, p, options.noun or p.name.replace("_", " "))))
            for p in trees.products(tree, limit=options.limit)
        }
        reports[str(tree)] = found
        means.append({name: np.nanmean([numbers[name] for numbers in found.values()]) for name in next(iter(found.values()))})
    summary = {
        name: {"mean": float(np.mean([m[name] for m in means])), "deviation": float(np.std([m[name] for m in means]))}
        for name in means[0]
    }
    print(json.dumps({"summary": summary, "trees": reports}, indent=1))


if __name__ == "__main__":
    main()
