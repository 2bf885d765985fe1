"""Moves a run's decision to the default threshold: `python calibrate.py RUN_DIR [--adapter FILE]` writes `calibrated.pt`.

Training weighs defective patches more than clean ones, so that raw scores lean to "defective". Two numbers correct that:
a shift towards the normal anchor in every adapter's bias, and one in the image embedding (through ln_post's bias).
They are the smallest whose decisions are, on pictures of the training families with a seed of their own, within a standard error of the
best ones (a shift that gains nothing costs order: it moves one part of a score against the other); the evaluation never sees those.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

import metrics
import prompts
from model import TEMPERATURE, VISION, Adapters, Vision, anchors, at_side
from stream import PictureStream, default_factory
from views import normalized

SEED = 2003
SHIFTS = (-2.0, -1.5, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
STEP = 0.1  # a shift of 1 moves by this share of a typical vector's length, which the cosine divides by


def averaged(before, after):
    """Halfway from the run's adapters to those trained on: what tuning gains, without what families it never saw lose (Wortsman et al. 2022)."""
    return {name: (tensor.cpu() + after[name]) / 2 for name, tensor in before.items()}


def towards_normal(targets):
    """Unit direction from the defects' anchors to the normal one."""
    return F.normalize(targets[0] - targets[1:].mean(0), dim=0)


def logits(vectors, targets):
    """100 · cosine with every state."""
    return TEMPERATURE * F.normalize(vectors, dim=-1) @ targets.T


def peak(tokens, targets):
    """Highest patch of a picture's map: tokens [stages, patches, embed]."""
    return float((1 - logits(tokens, targets).softmax(-1)[..., 0].mean(0)).amax())


def balanced(scores, truth):
    """Mean of the rates at which clean parts pass and defective ones are caught."""
    return float((np.mean(scores[truth] > 0.5) + np.mean(scores[~truth] <= 0.5)) / 2)


def observe(vision, adapters, options):
    """Adapted tokens [stages, patches, embed] and image embedding of every picture, and whether it is defective."""
    tokens, embeddings, truth = [], [], []
    stream = PictureStream(options.factory, SEED, 0, options.pictures, VISION["image_size"], options.products.split())
    for picture in stream:
        image = torch.from_numpy(picture.image)[None].to(options.device)
        with torch.autocast(options.device, torch.bfloat16, enabled=options.device != "cpu"):
            stages, embedding = vision(normalized(image))
        tokens.append(torch.cat(adapters([stage.float() for stage in stages])))
        embeddings.append(embedding[0].float())
        truth.append(bool(picture.labels.any()))
    return tokens, torch.stack(embeddings), np.array(truth)


@torch.inference_mode()
def main():
    """Searches both shifts for a balanced accuracy at 0.5, of the maps' peaks and of ½(max M + a_x) alike, that is near the best."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--adapter", type=Path, help="adapters by `multiads train`, averaged with those of the run")
    parser.add_argument("--pictures", type=int, default=480)
    parser.add_argument("--factory", default=default_factory())
    parser.add_argument("--products", default="--except held-out")
    parser.add_argument("--types", type=prompts.type_list, default=prompts.TYPES, help="the default defect types")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    state = torch.load(options.run / "checkpoint.pt", weights_only=True, map_location=options.device)
    vision, adapters = Vision().to(options.device), Adapters().to(options.device)
    vision.load_state_dict(at_side(state["vision"]))
    adapters.load_state_dict(averaged(state["adapters"], load_file(options.adapter)) if options.adapter else state["adapters"])
    targets = anchors(len(prompts.STATES))[[prompts.STATES.index(name) for name in ("normal", *options.types)]]
    targets = targets.to(options.device)
    direction = towards_normal(targets)
    tokens, embeddings, truth = observe(vision, adapters, options)
    token_step = STEP * torch.stack([t.norm(dim=-1).median(-1).values for t in tokens]).median(0).values
    image_step = STEP * embeddings.norm(dim=-1).median()
    maps = {s: np.array([peak(t + (s * token_step)[:, None, None] * direction, targets) for t in tokens]) for s in SHIFTS}
    overall = {
        s: 1 - logits(embeddings + s * image_step * direction, targets).softmax(-1)[:, 0].cpu().numpy() for s in SHIFTS
    }
    areas = [metrics.auroc(truth, scores) for scores in (maps[0.0], overall[0.0], maps[0.0] + overall[0.0])]
    print("image AUROC {:.3f} by the map's peak, {:.3f} by the embedding, {:.3f} by both".format(*areas))
    decided = {
        (a, b): (balanced(0.5 * (maps[a] + overall[b]), truth) + balanced(maps[a], truth)) / 2 for a in SHIFTS for b in SHIFTS
    }
    best = max(decided.values())
    error = (best * (1 - best) / len(truth)) ** 0.5
    first, second = min(
        (shifts for shifts, share in decided.items() if share >= best - error),
        key=lambda shifts: (sum(map(abs, shifts)), -decided[shifts]),
    )
    print(f"balanced accuracy {decided[first, second]:.3f} with shifts {first} (maps) and {second} (image); ", end="")
    print(f"{decided[0.0, 0.0]:.3f} without, {best:.3f} ± {error:.3f} with the best")
    for layer, step in zip(adapters.fc, token_step, strict=True):
        layer.bias.add_(first * step * direction)
    back = torch.linalg.pinv(vision.proj, rtol=1e-2)
    vision.ln_post.bias.add_(second * image_step * direction @ back)
    torch.save(dict(vision=vision.cpu().state_dict(), adapters=adapters.cpu().state_dict()), options.run / "calibrated.pt")


if __name__ == "__main__":
    main()
