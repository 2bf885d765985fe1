"""Measures an exported model on pictures and families it never saw: `python evaluate.py MODEL_DIR [--pictures N]`.

The formulas are those of the engine: 100 · cosine, logits upsampled (bilinear, corners aligned) before the softmax,
the mean of the stages, image score ½(max M + a_x).
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file
from torch.nn import functional as F

import bpe
import prompts
from model import CLIP, STAGES, TEMPERATURE, TEXT, VISION, Adapters
from synth import FAMILIES, HELD_OUT_FAMILIES, TRAINING_FAMILIES, render
from train import normalized

SEED = 1009  # training uses another seed; no picture is shared


class Engine:
    """The exported model in float32, with the engine's formulas."""

    def __init__(self, folder):
        folder = Path(folder)
        self.tokenizer = bpe.Tokenizer(bpe.load(folder / "merges.txt"), TEXT["context_length"])
        self.model, self.adapters = CLIP(self.tokenizer.size), Adapters()
        weights = {name: tensor.float() for name, tensor in load_file(folder / "open_clip_model.safetensors").items()}
        self.model.load_state_dict(weights)
        adapters = load_file(folder / "adapter.safetensors")
        self.adapters.load_state_dict({name: tensor.float() for name, tensor in adapters.items()})
        self.columns = {}
        with safe_open(folder / "adapter.safetensors", "pt") as file:
            self.types = tuple(file.metadata()["defect_types"].split(","))
        self.state_names = ("normal", *self.types)

    @torch.inference_mode()
    def states(self, noun):
        """[states, embed] unit columns of the full prompt ensembles."""
        if noun not in self.columns:
            rows = []
            for state in self.state_names:
                phrases = prompts.NORMAL if state == "normal" else prompts.DEFECTS[state]
                ids = [self.tokenizer.encode(text) for text in prompts.ensemble(phrases, noun)]
                embeddings = F.normalize(self.model.encode_text(ids), dim=-1)
                rows.append(F.normalize(embeddings.mean(0), dim=-1))
            self.columns[noun] = torch.stack(rows)
        return self.columns[noun]

    @torch.inference_mode()
    def inspect(self, image, noun):
        """(image score, a_x, probabilities [states, S, S]) of an 8-bit picture of any size."""
        side, columns = VISION["image_size"], self.states(noun)
        if image.shape[:2] != (side, side):
            image = np.array(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))
        stages, embedding = self.model.visual(normalized(torch.from_numpy(image)[None]))
        mean = 0
        for tokens in self.adapters(stages):
            logits = TEMPERATURE * F.normalize(tokens, dim=-1) @ columns.T
            grid = side // VISION["patch_size"]
            logits = logits.transpose(1, 2).view(1, len(columns), grid, grid)
            logits = F.interpolate(logits, size=(side, side), mode="bilinear", align_corners=True)
            mean = mean + logits.softmax(1)[0] / len(STAGES)
        overall = 1 - float((TEMPERATURE * F.normalize(embedding, dim=-1) @ columns.T).softmax(-1)[0, 0])
        return 0.5 * (float((1 - mean[0]).max()) + overall), overall, mean.numpy()


def auroc(scores, positive):
    """Area under the ROC curve, ties counted half."""
    values, inverse = np.unique(scores, return_inverse=True)
    bad, good = np.bincount(inverse, positive, len(values)), np.bincount(inverse, ~positive, len(values))
    below = np.cumsum(good) - good
    return float(((below + good / 2) * bad).sum() / (bad.sum() * good.sum()))


def marked(probabilities):
    """Per pixel the most probable defect type (from 1), 0 where the map stays below 0.5: the engine's masks."""
    return np.where(probabilities[0] <= 0.5, 1 + probabilities[1:].argmax(0), 0)


def measure(engine, families, pictures, seed=SEED, generic=False):
    """All numbers over `pictures` pictures: half clean, half with one defect type, types in turn."""
    scores, truth, pixels, marks, verdicts = [], [], [], [], {name: [] for name in engine.state_names}
    found, names = {name: [] for name in engine.types}, {name: [] for name in engine.types}
    for index in range(pictures):
        # Every family meets every type: pairs of a clean and a defective picture go through the families, then the types.
        turn, position = divmod(index // 2, len(families))
        family = families[position]
        kind = () if index % 2 == 0 else (engine.types[turn % len(engine.types)],)
        sample = render(seed, index, family=family, types=kind)
        if kind and not sample.masks:
            continue
        noun = "object" if generic else FAMILIES[family][1][0]
        score, _, probabilities = engine.inspect(sample.image, noun)
        scores.append(score)
        truth.append(bool(kind))
        anomaly = (1 - probabilities[0])[::2, ::2]
        pixels.append(anomaly.ravel())
        mask = np.zeros(sample.image.shape[:2], bool)
        for name, area in sample.masks.items():
            mask |= area
            labels, number = marked(probabilities), 1 + engine.types.index(name)
            counts = np.bincount(labels.ravel(), minlength=len(engine.types) + 1)[1:]
            names[name].append(bool(counts.any()) and int(counts.argmax()) + 1 == number)
            found[name].append(bool(((labels == number) & area).any()))
        marks.append(mask[::2, ::2].ravel())
        verdicts[kind[0] if kind else "normal"].append((score > 0.5) == bool(kind))
    scores, truth = np.array(scores), np.array(truth)
    return {
        "pictures": len(scores),
        "imageAUROC": auroc(scores, truth),
        "pixelAUROC": auroc(np.concatenate(pixels).astype(np.float32), np.concatenate(marks)),
        "accuracyAtHalf": float(((scores > 0.5) == truth).mean()),
        "cleanPassed": float(np.mean(verdicts["normal"])),
        "defectiveCaught": float((scores[truth] > 0.5).mean()),
        "caughtPerType": {name: round(float(np.mean(v)), 3) for name, v in verdicts.items() if v and name != "normal"},
        "namedFirst": {name: round(float(np.mean(v)), 3) for name, v in names.items() if v},
        "typeWinsInsideMask": {name: round(float(np.mean(v)), 3) for name, v in found.items() if v},
    }


def main():
    """Prints the numbers as JSON for trained and for held-out families, named and by a generic noun."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--pictures", type=int, default=600)
    options = parser.parse_args()
    torch.set_num_threads(2)
    engine = Engine(options.model)
    report = {
        "heldOutFamilies": measure(engine, HELD_OUT_FAMILIES, options.pictures),
        "heldOutFamiliesGenericNoun": measure(engine, HELD_OUT_FAMILIES, options.pictures, generic=True),
        "trainedFamilies": measure(engine, TRAINING_FAMILIES, options.pictures),
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
