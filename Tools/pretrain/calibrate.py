"""Moves a checkpoint's decision to the default threshold: `python calibrate.py RUN_DIR`.

Training weighs defective patches more than clean ones, so that raw scores lean to "defective". Two numbers correct that:
a shift towards the normal anchor in every adapter's bias, and one in the image embedding (through ln_post's bias).
They are chosen on pictures of the training families with a seed of their own; the evaluation never sees those.
The result is written beside the checkpoint as `calibrated.pt`, which the export prefers.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from model import TEMPERATURE, Adapters, CLIP, anchors
from synth import render
from train import STATES, focused, normalized, squashed, type_list

SEED = 2003
SHIFTS = (-1.5, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5)


def towards_normal(targets):
    """Unit direction from the defects' anchors to the normal one."""
    return F.normalize(targets[0] - targets[1:].mean(0), dim=0)


def parts(model, adapters, pictures, types):
    """Adapted stage tokens, image embeddings and truth of the calibration pictures."""
    tokens, embeddings, truth = [], [], []
    for index in range(pictures):
        image, masks, _ = squashed(render(SEED, index, types=focused(index, types, 1.0)))
        stages, embedding = model.visual(normalized(torch.from_numpy(image)[None]))
        tokens.append(torch.cat(adapters(stages)))
        embeddings.append(embedding[0])
        truth.append(bool(masks))
    return torch.stack(tokens), torch.stack(embeddings), np.array(truth)


def defective(vectors, targets):
    """1 - p(normal) at the engine's temperature."""
    return 1 - (TEMPERATURE * F.normalize(vectors, dim=-1) @ targets.T).softmax(-1)[..., 0]


@torch.inference_mode()
def main():
    """Searches both shifts for the best balanced accuracy at 0.5, of the maps' peaks and of ½(max M + a_x) alike."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--types", type=type_list, default=STATES[1:], help="the default defect types")
    options = parser.parse_args()
    torch.set_num_threads(2)
    state = torch.load(options.run / "checkpoint.pt", weights_only=True)
    model, adapters = CLIP(len(state["model"]["token_embedding.weight"])), Adapters()
    model.load_state_dict(state["model"])
    adapters.load_state_dict(state["adapters"])
    targets = anchors(len(STATES))[[STATES.index(name) for name in ("normal", *options.types)]]
    direction = towards_normal(targets)
    tokens, embeddings, truth = parts(model, adapters, options.pictures, options.types)
    # Steps are relative to the length of a typical vector, which the cosine divides by.
    token_step = tokens.norm(dim=-1).median(-1).values.median(0).values
    image_step = embeddings.norm(dim=-1).median()
    scale = 0.1
    peaks = {}
    for shift in SHIFTS:
        moved = tokens + (shift * scale * token_step)[None, :, None, None] * direction
        peaks[shift] = defective(moved, targets).mean(1).amax(-1).numpy()
    overall = {s: defective(embeddings + s * scale * image_step * direction, targets).numpy() for s in SHIFTS}
    best = max(
        (
            (_balanced(0.5 * (peaks[a] + overall[b]), truth) + _balanced(peaks[a], truth), -abs(a) - abs(b), a, b)
            for a in SHIFTS
            for b in SHIFTS
        ),
    )
    print(f"balanced accuracy {best[0] / 2:.3f} with shifts {best[2]} (maps) and {best[3]} (image); "
          f"without {_balanced(0.5 * (peaks[0.0] + overall[0.0]), truth):.3f}")
    for layer, step in zip(adapters.fc, token_step, strict=True):
        layer.bias.add_(best[2] * scale * step * direction)
    back = torch.linalg.pinv(model.visual.proj, rtol=1e-2)
    model.visual.ln_post.bias.add_(best[3] * scale * image_step * direction @ back)
    torch.save(dict(model=model.state_dict(), adapters=adapters.state_dict()), options.run / "calibrated.pt")


def _balanced(scores, truth):
    """Mean of the rates at which clean parts pass and defective ones are caught."""
    return float((np.mean(scores[truth] > 0.5) + np.mean(scores[~truth] <= 0.5)) / 2)


if __name__ == "__main__":
    main()
