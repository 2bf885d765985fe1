#!/usr/bin/env python3
"""Times OpenCLIP's ViT-L-14-336 image tower in float32 on the CPU, with random weights.

  python Tools/bench/tower_pytorch.py --image-side 518 --repeat 5 --threads 2

Prints one JSON object like `multiads bench tower --json`. Weights do not matter for time. Needs torch and open_clip_torch; run
by Tools/bench/run.sh.
"""
import argparse
import json
import resource
import time

import open_clip
import torch
from open_clip.model import resize_pos_embed


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image-side", type=int, default=518)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    model = open_clip.create_model("ViT-L-14-336").eval()
    visual = model.visual
    # Positions for another side, as OpenCLIP resamples them when it loads a checkpoint.
    grid = options.image_side // visual.patch_size[0]
    state = {"visual.positional_embedding": visual.positional_embedding.detach().clone()}
    visual.grid_size = (grid, grid)
    resize_pos_embed(state, model, interpolation="bicubic", antialias=True)
    visual.positional_embedding = torch.nn.Parameter(state["visual.positional_embedding"])
    del model.transformer
    picture = torch.rand(1, 3, options.image_side, options.image_side)
    seconds = []
    with torch.inference_mode():
        visual(picture)
        for _ in range(options.repeat):
            start = time.perf_counter()
            visual(picture)
            seconds.append(time.perf_counter() - start)
    print(json.dumps({
        "imageSide": options.image_side, "threads": options.threads, "kernel": f"PyTorch {torch.__version__}",
        "seconds": seconds, "median": sorted(seconds)[len(seconds) // 2], "min": min(seconds), "max": max(seconds),
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
