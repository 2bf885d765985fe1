"""Writes the model folder from a training checkpoint: `python export.py RUN_DIR MODEL_DIR`."""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

import bpe
from model import EMBED, MEAN, STAGES, STD, TEXT, VISION
from train import STATES, type_list


def configuration(vocabulary):
    """The model's description in OpenCLIP's layout."""
    text = {key: TEXT[key] for key in ("context_length", "width", "heads", "layers")}
    return {
        "model_cfg": {
            "embed_dim": EMBED,
            "vision_cfg": dict(VISION),
            "text_cfg": {**text, "vocab_size": vocabulary},
        },
        "preprocess_cfg": {"mean": list(MEAN), "std": list(STD)},
    }


def main():
    """Exports float16 weights, the adapters, the vocabulary and the configuration."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--types", type=type_list, default=STATES[1:], help="the default defect types")
    options = parser.parse_args()
    options.model.mkdir(parents=True, exist_ok=True)
    calibrated = options.run / "calibrated.pt"
    state = torch.load(calibrated if calibrated.exists() else options.run / "checkpoint.pt", weights_only=True)
    merges = bpe.load(options.run / "merges.txt")
    tokenizer = bpe.Tokenizer(merges, TEXT["context_length"])
    half = {name: tensor.to(torch.float16).contiguous() for name, tensor in state["model"].items()}
    save_file(half, options.model / "open_clip_model.safetensors")
    adapters = {name: tensor.float().contiguous() for name, tensor in state["adapters"].items()}
    metadata = {
        "source_dataset": "multiads-synthetic",
        "stages": ",".join(map(str, STAGES)),
        "activation": "gelu",
        "image_side": str(VISION["image_size"]),
        "defect_types": ",".join(options.types),
    }
    save_file(adapters, options.model / "adapter.safetensors", metadata)
    text = json.dumps(configuration(tokenizer.size), indent=2)
    for weights in options.model.glob("*.safetensors"):
        weights.chmod(0o644)
    (options.model / "open_clip_config.json").write_text(text + "\n", encoding="utf-8")
    bpe.save(options.model / "merges.txt", merges)


if __name__ == "__main__":
    main()
