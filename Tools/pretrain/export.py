"""Writes the model folder from a run: `python export.py RUN_DIR MODEL_DIR [--joint] [--types …]`."""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

import bpe
import prompts
from model import EMBED, MEAN, STAGES, STD, TEXT, VISION, at_side


def configuration(vocabulary):
    """The model's description in OpenCLIP's layout."""
    return {
        "model_cfg": {
            "embed_dim": EMBED,
            "vision_cfg": dict(VISION),
            "text_cfg": {**TEXT, "vocab_size": vocabulary},
        },
        "preprocess_cfg": {"mean": list(MEAN), "std": list(STD)},
    }


def metadata(types):
    """What the adapter file says about itself."""
    return {
        "source_dataset": "multiads-synthetic",
        "stages": ",".join(map(str, STAGES)),
        "activation": "gelu",
        "image_side": str(VISION["image_size"]),
        "defect_types": ",".join(types),
        "map_refinement": "guided-places",
    }


def main():
    """Exports float16 towers, float32 adapters, the vocabulary and the configuration."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--joint", action="store_true", help="as train.py left it, not calibrated")
    parser.add_argument("--types", type=prompts.type_list, default=prompts.TYPES, help="the default defect types")
    options = parser.parse_args()
    options.model.mkdir(parents=True, exist_ok=True)
    image = torch.load(options.run / ("checkpoint.pt" if options.joint else "calibrated.pt"), weights_only=True)
    text = torch.load(options.run / "text.pt", weights_only=True)
    towers = {**text, **{f"visual.{name}": tensor for name, tensor in at_side(image["vision"]).items()}}
    half = {name: tensor.to(torch.float16).contiguous() for name, tensor in towers.items()}
    save_file(half, options.model / "open_clip_model.safetensors")
    adapters = {name: tensor.float().contiguous() for name, tensor in image["adapters"].items()}
    save_file(adapters, options.model / "adapter.safetensors", metadata(options.types))
    for weights in options.model.glob("*.safetensors"):
        weights.chmod(0o644)
    merges = bpe.load(options.run / "merges.txt")
    bpe.save(options.model / "merges.txt", merges)
    vocabulary = bpe.Tokenizer(merges, TEXT["context_length"]).size
    text = json.dumps(configuration(vocabulary), indent=2)
    (options.model / "open_clip_config.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
