#!/usr/bin/env python3
"""Golden data for training adapters, computed with PyTorch's autograd and Adam.

  python Tools/golden/make_training_goldens.py

Random features, texts, labels and start weights (written as float32, computed in float64). For each variant of the loss: the
gradient of the first step, the maps after one step and after twenty, and the loss of every step.

Formulas: the MultiADS paper (ICCV 2025), section 4.1, and the descriptions in Sources/Training/SegmentationLoss.swift.
Written independently of any released code.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/Training/golden.safetensors"
WIDTH, EMBED, GRID, SIDE, CLASSES, STAGES = 24, 16, 5, 23, 4, 2
PICTURES, BATCH, STEPS = 5, 3, 20
EPSILON = 1e-5
# name: (factor of a stage's terms, dice target or None)
VARIANTS = {"paper": (1.0, 5.0), "averaged": (1 / (2 * STAGES), 5.0), "focal": (1.0, None), "plain-dice": (1.0, 1.0)}


def focal(p, labels):
    """p [B, C, S, S], labels [B, S, S]: mean of −(1 − u)² ln u with the clamped one-hot vector."""
    onehot = F.one_hot(labels, p.shape[1]).permute(0, 3, 1, 2).to(p.dtype)
    onehot = onehot.clamp(EPSILON / (p.shape[1] - 1), 1 - EPSILON)
    u = (onehot * p).sum(1) + EPSILON
    return (-((1 - u) ** 2) * u.log()).mean()


def dice(p, marks, target):
    """p [B, S, S] of any defect, marks [B, S, S] of 0 or 1."""
    t = target * marks
    d = (2 * (p * t).flatten(1).sum(1) + 1) / (p.flatten(1).sum(1) + t.flatten(1).sum(1) + 1)
    return 1 - d.mean()


def terms(maps, features, texts, labels, marks, dice_target):
    """Per stage (focal, dice)."""
    result = []
    for stage, (weight, bias) in enumerate(maps):
        z = features[:, stage] @ weight.T + bias
        scores = 100 * F.normalize(z, dim=-1) @ texts.transpose(1, 2)
        grid = scores.transpose(1, 2).reshape(-1, CLASSES, GRID, GRID)
        p = F.interpolate(grid, size=(SIDE, SIDE), mode="bilinear", align_corners=True).softmax(1)
        zero = torch.zeros((), dtype=p.dtype)
        result.append((focal(p, labels), zero if dice_target is None else dice(p[:, 1:].sum(1), marks, dice_target)))
    return result


def batches():
    """Which pictures each step sees: in order, wrapping around; every fourth step is a smaller last batch."""
    start, steps = 0, []
    for step in range(STEPS):
        count = BATCH if step % 4 != 3 else BATCH - 1
        steps.append([(start + i) % PICTURES for i in range(count)])
        start += count
    return steps


def main():
    rng = np.random.default_rng(20261125)
    as32 = lambda a: torch.from_numpy(np.asarray(a, dtype=np.float32))
    features = as32(rng.normal(0, 1, (PICTURES, STAGES, GRID * GRID, WIDTH)))
    texts = F.normalize(as32(rng.normal(0, 1, (PICTURES, CLASSES, EMBED))).double(), dim=-1).float()
    labels = torch.zeros(PICTURES, SIDE, SIDE, dtype=torch.long)
    marks = torch.zeros(PICTURES, SIDE, SIDE)
    labels[0, 3:9, 4:12], marks[0, 3:9, 4:12] = 2, 1
    labels[1, 0:5, 0:23], marks[1, 0:5, 0:23] = 1, 1
    labels[1, 15:23, 18:23], marks[1, 15:23, 18:23] = 3, 1
    # Picture 2 is normal. In 3 labels and marks disagree at the border, as separate resizing of both makes them.
    labels[3, 10:14, 2:20], marks[3, 9:15, 3:20] = 3, 1
    labels[4, 22, 22], marks[4, 22, 22] = 1, 1
    bound = WIDTH ** -0.5
    start = [(as32(rng.uniform(-bound, bound, (EMBED, WIDTH))), as32(rng.uniform(-bound, bound, EMBED)))
             for _ in range(STAGES)]

    tensors = {"features": features, "texts": texts, "labels": labels.float(), "marks": marks}
    for stage, (weight, bias) in enumerate(start):
        tensors[f"start.fc.{stage}.weight"], tensors[f"start.fc.{stage}.bias"] = weight, bias
    for name, (scale, target) in VARIANTS.items():
        maps = [tuple(t.double().clone().requires_grad_() for t in pair) for pair in start]
        optimiser = torch.optim.Adam([t for pair in maps for t in pair], lr=1e-3, betas=(0.5, 0.999), eps=1e-8)
        history = []
        for step, chosen in enumerate(batches(), 1):
            per_stage = terms(maps, features[chosen].double(), texts[chosen].double(), labels[chosen],
                              marks[chosen].double(), target)
            total = scale * sum(f + d for f, d in per_stage)
            optimiser.zero_grad()
            total.backward()
            history.append([sum(f.item() for f, _ in per_stage) / STAGES, sum(d.item() for _, d in per_stage) / STAGES])
            if step == 1:
                for stage, pair in enumerate(maps):
                    for kind, value in zip(("weight", "bias"), pair):
                        tensors[f"{name}.gradient.fc.{stage}.{kind}"] = value.grad.float().clone()
            optimiser.step()
            if step in (1, STEPS):
                for stage, pair in enumerate(maps):
                    for kind, value in zip(("weight", "bias"), pair):
                        tensors[f"{name}.step{step}.fc.{stage}.{kind}"] = value.detach().float().clone()
        tensors[f"{name}.losses"] = torch.tensor(history)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in tensors.items()}, str(OUT), metadata={
        "generator": "Tools/golden/make_training_goldens.py", "torch": torch.__version__,
        "grid": str(GRID), "side": str(SIDE), "batches": ";".join(",".join(map(str, b)) for b in batches())})
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {len(tensors)} tensors")


if __name__ == "__main__":
    main()
