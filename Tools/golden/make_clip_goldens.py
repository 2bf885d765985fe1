#!/usr/bin/env python3
"""Golden data for the CLIP towers and the MultiADS maps, computed with OpenCLIP and PyTorch.

  tiny (committed):  python Tools/golden/make_clip_goldens.py tiny Tests/Fixtures/CLIP/tiny
  full (not committed, about 3.5 GB, a few minutes):
                     python Tools/golden/make_clip_goldens.py full DIR      # used by `make test-full`

Needs torch, open_clip_torch, safetensors, numpy and pillow (see Tools/requirements.txt). Weights are random and seeded: the
goldens show that both programs compute the same function, not that the function is good at anything.

Formulas: the MultiADS paper (ICCV 2025), sections 3 and 4, with means over stages. Written independently of any released code.
"""
import gzip
import json
import pathlib
import sys

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg, resize_pos_embed
from open_clip.tokenizer import SimpleTokenizer, bytes_to_unicode
from PIL import Image
from safetensors.torch import save_file

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
TEMPLATES = ["a photo of a {}.", "a bad photo of the {}.", "there is a {} in the scene."]
STATES = [
    ["normal", ["{}", "flawless {}", "{} without defect"]],
    ["scratch", ["{} has a scratch defect", "visible scratches on {}"]],
    ["hole", ["a hole on {}"]],
    ["bent", ["{} with noticeable bending", "a bend found in {}"]],
]
NOUN = "cable"

CONFIGURATIONS = {
    # Head widths 24 and 16, an MLP width that is not a multiple of 16, and a side that is not the native one.
    "tiny": dict(
        embed_dim=40, vision=dict(image_size=32, layers=5, width=72, head_width=24, patch_size=8, mlp_ratio=2.75),
        text=dict(context_length=40, width=48, heads=3, layers=3), side=56, stages=[1, 2, 3, 5]),
    "full": dict(
        embed_dim=768, vision=dict(image_size=336, layers=24, width=1024, head_width=64, patch_size=14, mlp_ratio=4.0),
        text=dict(context_length=77, width=768, heads=12, layers=12), side=518, stages=[6, 12, 18, 24]),
}


def merges():
    """A small vocabulary of our own, in the layout of CLIP's merges file."""
    words = "photo defect scratch cable scene there without flawless noticeable visible found bend hole normal".split()
    seen, lines = set(), []
    for word in words:
        parts = list(word[:-1]) + [word[-1] + "</w>"]
        while len(parts) > 1:
            pair = (parts[0], parts[1])
            if pair not in seen:
                seen.add(pair)
                lines.append(" ".join(pair))
            parts = [parts[0] + parts[1]] + parts[2:]
    return lines


def picture(seed, width, height):
    """A textured picture with one bright stroke, so that neighbouring patches differ."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    base = 120 + 60 * np.sin(x / 5.0 + seed) + 40 * np.cos(y / 7.0)
    rgb = np.stack([base, base * 0.8 + 20, 255 - base], -1) + rng.normal(0, 12, (height, width, 3))
    rgb[height // 3: height // 3 + 3, width // 4: width // 2] = (250, 240, 30)
    return Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))


def preprocess(image, side):
    """Squash with Pillow's 8-bit bicubic filter, then normalise."""
    pixels = np.asarray(image.convert("RGB").resize((side, side), Image.BICUBIC), dtype=np.float32) / 255
    tensor = (torch.from_numpy(pixels) - torch.tensor(MEAN)) / torch.tensor(STD)
    return tensor.permute(2, 0, 1).unsqueeze(0).contiguous()


def record(module, store, key):
    return module.register_forward_hook(lambda _m, _i, out: store.__setitem__(key, out.detach().clone()))


def encode_image(model, image, side):
    """Every block's output (class token dropped), the input of the first block, and the unit embedding."""
    store, hooks = {}, []
    hooks.append(record(model.visual.ln_pre, store, "ln_pre"))
    for index, block in enumerate(model.visual.transformer.resblocks, 1):
        hooks.append(record(block, store, index))
    with torch.no_grad():
        embedding = F.normalize(model.visual(preprocess(image, side)), dim=-1)[0]
    for hook in hooks:
        hook.remove()
    blocks = {k: v[0, 1:] for k, v in store.items() if k != "ln_pre"}
    return store["ln_pre"][0], blocks, embedding


def text_matrix(model, tokenizer):
    """[C, E]: per state the unit mean of unit prompt embeddings; phrase-major prompts."""
    columns, prompts = [], []
    for _name, phrases in STATES:
        texts = [t.format(p.format(NOUN)) for p in phrases for t in TEMPLATES]
        prompts += texts
        with torch.no_grad():
            unit = F.normalize(model.encode_text(tokenizer(texts)), dim=-1)
        columns.append(F.normalize(unit.mean(0), dim=0))
    return torch.stack(columns), prompts


def upsample(grid, side):
    return F.interpolate(grid.unsqueeze(0), size=(side, side), mode="bilinear", align_corners=True)[0]


def golden(kind, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    cfg = CONFIGURATIONS[kind]
    torch.manual_seed(20261123)
    torch.set_grad_enabled(False)
    if kind == "tiny":
        lines = merges()
        (out / "merges.txt").write_text("#version: 0.2\n" + "\n".join(lines) + "\n", encoding="utf-8")
        packed = out / "merges.tmp.gz"
        packed.write_bytes(gzip.compress(("#version: 0.2\n" + "\n".join(lines)).encode()))
        tokenizer = SimpleTokenizer(bpe_path=str(packed), context_length=cfg["text"]["context_length"])
        packed.unlink()
    else:
        tokenizer = SimpleTokenizer(context_length=77)
        bpe = pathlib.Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz"
        (out / "merges.txt").write_text(
            "\n".join(gzip.decompress(bpe.read_bytes()).decode().split("\n")[:48895]) + "\n", encoding="utf-8")
    vocab = tokenizer.vocab_size
    assert len(bytes_to_unicode()) == 256
    model = CLIP(
        embed_dim=cfg["embed_dim"], vision_cfg=CLIPVisionCfg(**cfg["vision"]),
        text_cfg=CLIPTextCfg(vocab_size=vocab, **cfg["text"])).eval()
    # OpenCLIP leaves biases and norms at 0/1; random values show a forgotten or swapped parameter.
    for name, p in model.named_parameters():
        if name.endswith("bias"):
            p.add_(torch.randn_like(p) * 0.05)
        elif ".ln_" in name or name.startswith("ln_"):
            p.add_(torch.randn_like(p) * 0.1)

    def save_weights(path, dtype):
        save_file({k: v.to(dtype).contiguous() for k, v in model.state_dict().items() if k != "attn_mask"}, str(path))

    save_weights(out / "open_clip_model.safetensors", torch.float32)
    if kind == "full":
        half = out / "float16"
        half.mkdir(exist_ok=True)
        save_weights(half / "open_clip_model.safetensors", torch.float16)
    vision_json = {k: v for k, v in cfg["vision"].items()}
    config = {
        "model_cfg": {"embed_dim": cfg["embed_dim"], "vision_cfg": vision_json,
                      "text_cfg": dict(vocab_size=vocab, **cfg["text"])},
        "preprocess_cfg": {"mean": list(MEAN), "std": list(STD)}}
    text = json.dumps(config, indent=2) + "\n"
    (out / "open_clip_config.json").write_text(text)
    if kind == "full":
        (half / "open_clip_config.json").write_text(text)
        (half / "merges.txt").write_text((out / "merges.txt").read_text(encoding="utf-8"), encoding="utf-8")

    D, E, side, stages = cfg["vision"]["width"], cfg["embed_dim"], cfg["side"], cfg["stages"]
    bound = D ** -0.5
    adapter = {}
    for i in range(len(stages)):
        adapter[f"fc.{i}.weight"] = torch.empty(E, D).uniform_(-bound, bound)
        adapter[f"fc.{i}.bias"] = torch.empty(E).uniform_(-bound, bound)
    adapter_meta = {"stages": ",".join(map(str, stages)), "activation": "gelu", "image_side": str(side),
                    "source_dataset": "random"}
    save_file(adapter, str(out / "adapter.safetensors"), metadata=adapter_meta)

    size = (61, 45) if kind == "tiny" else (800, 600)
    query = picture(1, *size)
    references = [picture(s, *size) for s in ((2, 3) if kind == "tiny" else (2,))]
    reference_values(kind, cfg, model, tokenizer, adapter, query, references, out)
    if kind == "full":
        # The same from weights rounded to float16, so that a float16 file is held to the same tolerances.
        for p in model.parameters():
            p.copy_(p.half().float())
        save_file(adapter, str(half / "adapter.safetensors"), metadata=adapter_meta)
        reference_values(kind, cfg, model, tokenizer, adapter, query, references, half)


def reference_values(kind, cfg, model, tokenizer, adapter, query, references, out):
    """Computes everything that the tests compare and writes it with the pictures to `out`."""
    side, stages = cfg["side"], cfg["stages"]
    (out / "states.json").write_text(json.dumps({"cls": NOUN, "states": STATES}, indent=1) + "\n")
    (out / "templates.json").write_text(json.dumps(TEMPLATES, indent=1) + "\n")
    g = {}
    matrix, prompts = text_matrix(model, tokenizer)
    ids = tokenizer(prompts)
    lengths = (ids == ids.max()).int().argmax(-1) + 1
    g["prompt_ids"] = ids.to(torch.int32).float()
    g["prompt_lengths"] = lengths.float()
    g["prompt_embeddings"] = F.normalize(model.encode_text(ids), dim=-1)
    g["text"] = matrix.T
    if kind == "tiny":
        # Intermediate text tensors of the first prompt, every block, up to its end-of-text token.
        store, hooks = {}, []
        for index, block in enumerate(model.transformer.resblocks, 1):
            hooks.append(record(block, store, index))
        model.encode_text(ids[:1])
        for hook in hooks:
            hook.remove()
        for index, value in store.items():
            g[f"text_block_{index}"] = value[0, : int(lengths[0])]

    # At another side than the native one, positions are resampled as OpenCLIP does at load.
    native, native_grid = model.visual.positional_embedding, model.visual.grid_size
    if side != cfg["vision"]["image_size"]:
        grid = side // cfg["vision"]["patch_size"]
        state = {"visual.positional_embedding": native.clone()}
        model.visual.grid_size = (grid, grid)
        resize_pos_embed(state, model, interpolation="bicubic", antialias=True)
        model.visual.positional_embedding = torch.nn.Parameter(state["visual.positional_embedding"])
        g["positions"] = state["visual.positional_embedding"]

    query.save(out / "query.png")
    for index, image in enumerate(references):
        image.save(out / f"reference_{index}.png")

    ln_pre, blocks, embedding = encode_image(model, query, side)
    if kind == "tiny":
        g["pixels"] = preprocess(query, side)[0]
        g["ln_pre"] = ln_pre
        for index, value in blocks.items():
            g[f"block_{index}"] = value
    g["global_embedding"] = embedding
    g["global_probabilities"] = torch.softmax(100 * matrix @ embedding, dim=0)
    banks = [encode_image(model, image, side)[1] for image in references]
    model.visual.positional_embedding, model.visual.grid_size = native, native_grid

    h = side // cfg["vision"]["patch_size"]
    types, distances, indexwise = [], [], []
    for i, stage in enumerate(stages):
        tokens = blocks[stage]
        g[f"stage_{i}"] = tokens
        z = F.normalize(tokens @ adapter[f"fc.{i}.weight"].T + adapter[f"fc.{i}.bias"], dim=-1)
        logits = 100 * z @ matrix.T
        types.append(torch.softmax(upsample(logits.T.reshape(-1, h, h), side), dim=0))
        unit = F.normalize(tokens, dim=-1)
        bank = F.normalize(torch.cat([b[stage] for b in banks]), dim=-1)
        distances.append(upsample((1 - unit @ bank.T).min(dim=1).values.reshape(1, h, h), side)[0])
        same = torch.stack([1 - (unit * F.normalize(b[stage], dim=-1)).sum(-1) for b in banks]).min(0).values
        indexwise.append(upsample(same.reshape(1, h, h), side)[0])
    multitype = torch.stack(types).mean(0)
    anomaly = 1 - multitype[0]
    reference = torch.stack(distances).mean(0)
    final = (anomaly + reference) / 2
    a_x = 1 - g["global_probabilities"][0]
    g["multitype_map"], g["anomaly_map"] = multitype, anomaly
    g["reference_map"], g["final_map"] = reference, final
    g["reference_map_indexwise"] = torch.stack(indexwise).mean(0)
    g["image_score_zero_shot"] = ((a_x + anomaly.max()) / 2).reshape(1)
    g["image_score"] = ((a_x + final.max()) / 2).reshape(1)
    versions = {"generator": "make_clip_goldens.py", "torch": torch.__version__, "open_clip": open_clip.__version__,
                "numpy": np.__version__, "pillow": Image.__version__, "side": str(side),
                "stages": ",".join(map(str, stages)), "references": str(len(references))}
    save_file({k: v.to(torch.float32).contiguous().clone() for k, v in g.items()}, str(out / "golden.safetensors"), metadata=versions)
    for name, value in sorted(g.items()):
        print(f"{name:28s} {tuple(value.shape)} min {value.min():.5f} max {value.max():.5f}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in CONFIGURATIONS:
        sys.exit(__doc__)
    golden(sys.argv[1], sys.argv[2])
