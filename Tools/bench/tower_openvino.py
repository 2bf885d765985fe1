#!/usr/bin/env python3
"""Times OpenCLIP's ViT-L-14-336 image tower in OpenVINO on the CPU, with random weights.

  python Tools/bench/tower_openvino.py --precision int8 --image-side 518 --repeat 5 --threads 2

f32 and bf16 are OpenVINO's inference precision for the same float32 graph. int8 is NNCF's post-training quantisation for transformers, calibrated
on random pictures, with bfloat16 for what stays floating-point. Converting and quantising take minutes: the graphs are kept in --cache. Prints one
JSON object like `multiads bench tower --json`. Needs openvino and, to make the graphs, torch and open_clip_torch (int8: nncf).
"""
import argparse
import json
import pathlib
import resource
import time

import numpy
import openvino


def make_tower(side):
    """OpenCLIP's image tower with positions for pictures of this side, as it resamples them when it loads a checkpoint."""
    import open_clip
    import torch
    from open_clip.model import resize_pos_embed

    torch.manual_seed(1)
    model = open_clip.create_model("ViT-L-14-336").eval()
    visual = model.visual
    grid = side // visual.patch_size[0]
    state = {"visual.positional_embedding": visual.positional_embedding.detach().clone()}
    visual.grid_size = (grid, grid)
    resize_pos_embed(state, model, interpolation="bicubic", antialias=True)
    visual.positional_embedding = torch.nn.Parameter(state["visual.positional_embedding"])
    return visual


def make_graph(side, quantized, cache):
    """The path of the graph, converted and quantised once."""
    plain, small = cache / f"tower-{side}.xml", cache / f"tower-{side}-int8.xml"
    cache.mkdir(parents=True, exist_ok=True)
    if not plain.exists():
        import torch

        # The fused attention of PyTorch's fast path has no counterpart in OpenVINO.
        torch.backends.mha.set_fastpath_enabled(False)
        picture = torch.rand(1, 3, side, side)
        with torch.no_grad():
            traced = torch.jit.trace(make_tower(side), picture, check_trace=False)
        graph = openvino.convert_model(traced, example_input=picture, input=[1, 3, side, side])
        openvino.save_model(graph, plain, compress_to_fp16=False)
    if quantized and not small.exists():
        import nncf

        random = numpy.random.default_rng(1)
        pictures = [random.standard_normal((1, 3, side, side), dtype=numpy.float32) for _ in range(2)]
        graph = nncf.quantize(
            openvino.Core().read_model(plain), nncf.Dataset(pictures), model_type=nncf.ModelType.TRANSFORMER,
            preset=nncf.QuantizationPreset.PERFORMANCE, subset_size=len(pictures))
        openvino.save_model(graph, small, compress_to_fp16=False)
    return small if quantized else plain


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--precision", choices=["f32", "bf16", "int8"], default="f32")
    parser.add_argument("--image-side", type=int, default=518)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path.home() / ".cache" / "multiads-openvino")
    parser.add_argument("--prepare", action="store_true", help="only make the graph")
    options = parser.parse_args()
    path = make_graph(options.image_side, options.precision == "int8", options.cache)
    if options.prepare:
        return
    compiled = openvino.Core().compile_model(path, "CPU", {
        "INFERENCE_PRECISION_HINT": "f32" if options.precision == "f32" else "bf16",
        "INFERENCE_NUM_THREADS": options.threads, "NUM_STREAMS": "1", "PERFORMANCE_HINT": "LATENCY"})
    picture = numpy.random.default_rng(2).standard_normal((1, 3, options.image_side, options.image_side), dtype=numpy.float32)
    request = compiled.create_infer_request()
    request.infer([picture])
    seconds = []
    for _ in range(options.repeat):
        start = time.perf_counter()
        request.infer([picture])
        seconds.append(time.perf_counter() - start)
    print(json.dumps({
        "imageSide": options.image_side, "threads": options.threads,
        "kernel": f"OpenVINO {openvino.__version__.split('-')[0]} {options.precision}", "seconds": seconds,
        "median": sorted(seconds)[len(seconds) // 2], "min": min(seconds), "max": max(seconds),
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
