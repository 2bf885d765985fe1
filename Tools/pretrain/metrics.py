"""Image and pixel metrics of a product, as `Sources/Evaluation` defines them; AUROC and F1 are scikit-learn's."""

import numpy as np
from scipy import ndimage
from sklearn.metrics import f1_score, roc_auc_score

FPR_LIMIT = 0.3


def auroc(truth, scores):
    """Area under the ROC curve; ties count half; nan with one class only."""
    truth = np.asarray(truth).ravel()
    return float(roc_auc_score(truth, np.asarray(scores).ravel())) if 0 < truth.sum() < truth.size else float("nan")


def aupro(masks, maps, limit=FPR_LIMIT):
    """Area under the per-region overlap curve up to a false-positive rate of `limit`, divided by it.

    `masks` and `maps` are [N, S, S]. Exact: every distinct score is a threshold, the last segment is interpolated.
    """
    weights = np.zeros(masks.shape, np.float64)
    regions = 0
    for mask, weight in zip(masks, weights, strict=True):
        labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
        sizes = np.bincount(labels.ravel())
        weight[mask] = 1 / sizes[labels[mask]]
        regions += count
    if regions == 0:
        return float("nan")
    order = np.argsort(-maps, axis=None, kind="stable")
    scores, weights, normal = maps.ravel()[order], weights.ravel()[order], ~masks.ravel()[order]
    last = np.append(np.flatnonzero(np.diff(scores)), scores.size - 1)  # one point per distinct score
    overlap = np.append(0, np.cumsum(weights)[last] / regions)
    false = np.append(0, np.cumsum(normal)[last] / max(1, normal.sum()))
    inside = false <= limit
    x, y = np.append(false[inside], limit), np.append(overlap[inside], np.interp(limit, false, overlap))
    return float(np.trapezoid(y, x) / limit)


def multitype(numbers, maps):
    """Macro AUROC, one state against the rest, and macro F1 of the arg max.

    `numbers` [N, S, S] are true states, `maps` [N, states, S, S] their scores; states that do not occur are left out.
    """
    states = [state for state in range(maps.shape[1]) if (numbers == state).any()]
    areas = [auroc(numbers == state, maps[:, state]) for state in states]
    return float(np.mean(areas)), float(f1_score(numbers.ravel(), maps.argmax(1).ravel(), average="macro"))
