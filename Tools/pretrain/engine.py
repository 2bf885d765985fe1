"""The exported model with the engine's formulas; the image tower in bfloat16 unless told otherwise."""

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
from views import normalized

SIDE = VISION["image_size"]
GRID = SIDE // VISION["patch_size"]


def upsampled(patches):
    """[C, patches] to [C, S, S]: bilinear, corners aligned."""
    grid = patches.reshape(1, len(patches), GRID, GRID)
    return F.interpolate(grid, size=(SIDE, SIDE), mode="bilinear", align_corners=True)[0]


class Engine:
    """Zero-shot and few-shot maps and scores of the model in a folder."""

    def __init__(self, folder, half=True):
        folder, self.half = Path(folder), half
        self.tokenizer = bpe.Tokenizer(bpe.load(folder / "merges.txt"), TEXT["context_length"])
        self.model, self.adapters = CLIP(self.tokenizer.size), Adapters()
        weights = {name: tensor.float() for name, tensor in load_file(folder / "open_clip_model.safetensors").items()}
        self.model.load_state_dict(weights)
        adapters = load_file(folder / "adapter.safetensors")
        self.adapters.load_state_dict({name: tensor.float() for name, tensor in adapters.items()})
        with safe_open(folder / "adapter.safetensors", "pt") as file:
            self.types = tuple(file.metadata()["defect_types"].split(","))
        self._columns = {}

    @torch.inference_mode()
    def columns(self, noun, types):
        """[states, embed] unit columns of the full prompt ensembles; normal first."""
        rows = []
        for state in ("normal", *types):
            if (noun, state) not in self._columns:
                phrases = prompts.NORMAL if state == "normal" else prompts.DEFECTS[state]
                ids = [self.tokenizer.encode(text) for text in prompts.ensemble(phrases, noun)]
                embeddings = F.normalize(self.model.encode_text(ids), dim=-1)
                self._columns[noun, state] = F.normalize(embeddings.mean(0), dim=-1)
            rows.append(self._columns[noun, state])
        return torch.stack(rows)

    @torch.inference_mode()
    def features(self, image):
        """Stage tokens [patches, width] and the image embedding of an 8-bit picture of any size."""
        if image.shape[:2] != (SIDE, SIDE):
            image = np.array(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            stages, embedding = self.model.visual(normalized(torch.from_numpy(image)[None]))
        return [tokens[0].float() for tokens in stages], embedding[0].float()

    @torch.inference_mode()
    def states_map(self, stages, columns):
        """[states, S, S] mean over the stages of the softmax of the upsampled logits."""
        total = 0
        for adapter, tokens in zip(self.adapters.fc, stages, strict=True):
            logits = TEMPERATURE * columns @ F.normalize(adapter(tokens), dim=-1).T
            total = total + upsampled(logits).softmax(0)
        return total / len(STAGES)

    @torch.inference_mode()
    def global_score(self, embedding, columns):
        """a_x = 1 - p(normal) of the image embedding."""
        return 1 - float((TEMPERATURE * F.normalize(embedding, dim=-1) @ columns.T).softmax(-1)[0])


def memory_bank(references):
    """Per stage the unit tokens of all references' stages."""
    return [F.normalize(torch.cat(tokens), dim=-1) for tokens in zip(*references, strict=True)]


@torch.inference_mode()
def reference_map(stages, bank):
    """[S, S] mean over the stages of the distance to the nearest token of the bank."""
    total = 0
    for tokens, rows in zip(stages, bank, strict=True):
        total = total + upsampled((1 - (F.normalize(tokens, dim=-1) @ rows.T).amax(1))[None])[0]
    return total / len(bank)


def image_score(anomaly, overall):
    """½(max of the map + a_x)."""
    return 0.5 * (float(anomaly.max()) + overall)
