"""Checks an exported model folder against OpenCLIP itself: `python verify.py MODEL_DIR`.

OpenCLIP must load the weights strictly, tokenize alike, and give the same embeddings and stage tokens.
"""

import argparse
import json
from pathlib import Path

import open_clip
import torch
from open_clip.tokenizer import SimpleTokenizer
from safetensors.torch import load_file
from torch.nn import functional as F

import prompts
from engine import Engine
from model import STAGES, VISION
from views import normalized


@torch.inference_mode()
def main():
    """Raises when anything differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    folder = parser.parse_args().model
    engine = Engine(folder, half=False)
    config = json.loads((folder / "open_clip_config.json").read_text())["model_cfg"]
    reference = open_clip.CLIP(config["embed_dim"], config["vision_cfg"], config["text_cfg"]).eval()
    weights = load_file(folder / "open_clip_model.safetensors")
    reference.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, strict=True)

    longest = 0
    texts = [prompts.fill(t, p, "toothbrush") for s in prompts.TYPES for p in prompts.DEFECTS[s] for t in prompts.TEMPLATES[:3]]
    theirs = SimpleTokenizer(bpe_path=str(_as_clip_file(folder)), context_length=config["text_cfg"]["context_length"])
    for text in texts + ["metal_nut über 42-fold's «naïve» 漢字 🙂"]:
        ids = engine.tokenizer.encode(text)
        longest = max(longest, len(ids))
        assert theirs(text)[0][: len(ids)].tolist() == ids, text
    ids = [engine.tokenizer.encode(text) for text in texts[:40]]
    padded = torch.stack([theirs(text)[0] for text in texts[:40]])
    difference = (reference.encode_text(padded) - engine.model.encode_text(ids)).abs().max()

    side = VISION["image_size"]
    coarse = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    picture = F.interpolate(coarse, size=(side, side), mode="bicubic").clamp(0, 1)
    image = normalized((picture[0].permute(1, 2, 0) * 255).byte()[None])
    stages, embedding = engine.model.visual(image)
    captured = []
    for number in STAGES:
        reference.visual.transformer.resblocks[number - 1].register_forward_hook(
            lambda _, __, out: captured.append(out[:, 1:])
        )
    apart = (reference.encode_image(image) - embedding).abs().max()
    worst = max(float((a - b).abs().max()) for a, b in zip(captured, stages, strict=True))
    print(f"text {difference:.2e}  image {apart:.2e}  stages {worst:.2e}  longest prompt {longest} tokens")
    assert max(float(difference), float(apart), worst) < 1e-3


def _as_clip_file(folder):
    """OpenCLIP's tokenizer reads a gzip and a fixed number of merges; give it exactly ours."""
    import gzip

    target = Path("/tmp") / "bundled-merges.txt.gz"
    target.write_bytes(gzip.compress((folder / "merges.txt").read_bytes()))
    return target


if __name__ == "__main__":
    main()
