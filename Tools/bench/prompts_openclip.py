#!/usr/bin/env python3
"""Times OpenCLIP's text tower in float32 on the CPU on a sample of the prompts that `multiads bench prompts` encoded.

  python Tools/bench/prompts_openclip.py embeddings.safetensors --model MODEL --sample 64 --threads 2

The file is what `--out` wrote: embeddings, and the prompts they belong to. Both programs take the weights from the same
folder, so the embeddings are compared too. Prints one JSON object; the time is that of the tower alone, without loading and
without making tokens. Needs torch, open_clip_torch and safetensors; run by Tools/bench/prompts.sh.
"""
import argparse
import json
import pathlib
import resource
import time

import open_clip
import torch
from open_clip.transformer import TextTransformer
from safetensors import safe_open


def text_tower(folder):
    """OpenCLIP's text transformer with the weights of a model folder."""
    model = json.loads((folder / "open_clip_config.json").read_text())["model_cfg"]
    assert not model.get("quick_gelu"), "the default activation is built here"
    tower = TextTransformer(output_dim=model["embed_dim"], **model["text_cfg"]).eval()
    with safe_open(folder / "open_clip_model.safetensors", "pt") as file:
        names = [name for name in file.keys() if name in tower.state_dict()]
        missing = tower.load_state_dict({name: file.get_tensor(name) for name in names}, strict=False).missing_keys
    assert not missing, missing
    return tower


def main():
    """Measures, compares and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embeddings", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--sample", type=int, default=64, help="prompts, evenly spread over all")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with safe_open(options.embeddings, "pt") as file:
        prompts = file.metadata()["prompts"].split("\n")
        ours = file.get_tensor("embeddings")
    chosen = [index * len(prompts) // options.sample for index in range(options.sample)]
    tower = text_tower(options.model)
    tokens = open_clip.tokenize([prompts[index] for index in chosen], context_length=tower.context_length)
    with torch.inference_mode():
        tower(tokens[:2])
        start = time.perf_counter()
        features = tower(tokens)
        seconds = time.perf_counter() - start
    cosine = torch.nn.functional.cosine_similarity(features.double(), ours[chosen].double())
    print(json.dumps({
        "prompts": len(chosen), "of": len(prompts), "threads": options.threads, "seconds": seconds,
        "promptsPerSecond": len(chosen) / seconds, "lowestCosine": cosine.min().item(),
        "kernel": f"PyTorch {torch.__version__}, open_clip {open_clip.__version__}",
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
