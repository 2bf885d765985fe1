#!/usr/bin/env python3
"""Checkpoint fixtures and the values that every reader must find in them.

Run from the repository root with torch, open_clip_torch, safetensors and numpy (see Tools/requirements.txt):

    python Tools/golden/make_checkpoint_goldens.py

Writes Tests/Fixtures/Checkpoints. Each NAME.ref lists what a file must yield: a text header (format and library versions, then
one line `name type shape...` per tensor, sorted) and, after a line `data`, the little-endian float32 values in that order. The
references are written by numpy from the tensors themselves, so they share no code with the formats under test.
Weights are random and seeded. Not needed to build or test.
"""
import os
import pathlib
import struct
import warnings
import zipfile

import numpy
import open_clip
import safetensors
import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg, CustomTextCLIP, convert_to_custom_text_state_dict
from safetensors.torch import save_file

ROOT = pathlib.Path("Tests/Fixtures/Checkpoints")
SEED = 20250802
VERSIONS = (
    f"make_checkpoint_goldens.py seed {SEED}, torch {torch.__version__}, open_clip {open_clip.__version__}, "
    f"safetensors {safetensors.__version__}, numpy {numpy.__version__}"
)
TYPES = {
    torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}


def write_reference(name, tensors, types=None):
    """The values as float32; integers and float64 are listed without data, since they are not weights."""
    lines, data = [], []
    for key in sorted(tensors):
        tensor = tensors[key].detach()
        kind = TYPES[(types or {}).get(key, tensor.dtype)]
        lines.append(" ".join([key, kind] + [str(extent) for extent in tensor.shape]))
        if kind in ("F32", "F16", "BF16"):
            data.append(numpy.ascontiguousarray(tensor.float().numpy()).astype("<f4").tobytes())
    text = "\n".join([f"# multiads-reference 1: {VERSIONS}"] + lines + ["data", ""])
    (ROOT / f"{name}.ref").write_bytes(text.encode() + b"".join(data))


def randomize(model, seed=SEED):
    """Every parameter random, biases and norms too, so that a permutation or a missing transpose cannot hide."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return model.eval()


VISION = dict(image_size=8, layers=2, width=24, head_width=12, patch_size=4)
TEXT = dict(context_length=8, vocab_size=40, width=16, heads=2, layers=2)
EMBED = 16  # equal to the text width: text_projection is square, so only values can show a missing transpose


def tiny_clip():
    return randomize(CLIP(EMBED, CLIPVisionCfg(**VISION), CLIPTextCfg(**TEXT), quick_gelu=True))


def to_hugging_face(state):
    """OpenCLIP's names and layouts to those of transformers' CLIPModel."""
    out = {}
    plain = {
        "visual.class_embedding": "vision_model.embeddings.class_embedding",
        "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
        "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
        "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
        "positional_embedding": "text_model.embeddings.position_embedding.weight",
        "logit_scale": "logit_scale",
    }
    norms = {
        "visual.ln_pre": "vision_model.pre_layrnorm", "visual.ln_post": "vision_model.post_layernorm",
        "ln_final": "text_model.final_layer_norm",
    }
    parts = {
        "ln_1": "layer_norm1", "ln_2": "layer_norm2", "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2",
        "attn.out_proj": "self_attn.out_proj",
    }
    for name, value in state.items():
        value = value.detach().clone()
        head, _, parameter = name.rpartition(".")
        if name in plain:
            out[plain[name]] = value
        elif name == "visual.proj":
            out["visual_projection.weight"] = value.t().contiguous()
        elif name == "text_projection":
            out["text_projection.weight"] = value.t().contiguous()
        elif head in norms:
            out[f"{norms[head]}.{parameter}"] = value
        else:
            tower = "vision_model" if name.startswith("visual.") else "text_model"
            index, rest = name.split("resblocks.")[1].split(".", 1)
            block = f"{tower}.encoder.layers.{index}"
            if rest.startswith("attn.in_proj_"):
                for letter, third in zip("qkv", value.chunk(3)):
                    out[f"{block}.self_attn.{letter}_proj.{rest[13:]}"] = third.clone()
            else:
                out[f"{block}.{parts[rest.rpartition('.')[0]]}.{parameter}"] = value
    for tower, count in (("vision_model", 5), ("text_model", 8)):
        out[f"{tower}.embeddings.position_ids"] = torch.arange(count)[None]
    return out


class Adapter(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.ModuleList([torch.nn.Linear(24, EMBED) for _ in range(4)])


class Scripted(torch.nn.Module):
    """A module tree with OpenAI's names: float16 weights, three integer buffers, and a shared submodule."""

    def __init__(self, clip):
        super().__init__()
        self.visual = clip.visual
        self.transformer = clip.transformer
        self.token_embedding = clip.token_embedding
        self.ln_final = clip.ln_final
        self.positional_embedding = clip.positional_embedding
        self.text_projection = clip.text_projection
        self.logit_scale = clip.logit_scale
        for name, value in (("input_resolution", 8), ("context_length", 8), ("vocab_size", 40)):
            self.register_buffer(name, torch.tensor(value))

    def forward(self, image):
        return self.visual(image)


def views():
    """Tensors that share storages, and all the shapes that views can have."""
    generator = torch.Generator().manual_seed(SEED + 1)
    base = torch.randn(6, 8, generator=generator)
    half = torch.randn(5, 7, generator=generator).half()
    brain = torch.randn(4, 6, 3, generator=generator).bfloat16()
    return {
        "base": base, "transposed": base.t(), "slice": base[1:5:2, 2:7:3], "row": base[3], "column": base[:, 5],
        "flattened": base.view(-1)[7:31], "broadcast": base[2].expand(4, 8), "scalar": base[4, 4], "single": base[2:3, 1:2],
        "empty": base[:0], "emptyInside": base[:, 3:3], "half.whole": half, "half.transposed": half.t(),
        "half.odd": half.view(-1)[3:20], "brain.permuted": brain.permute(2, 0, 1), "brain.step": brain[::2, 1::3],
        "special": torch.tensor([float("inf"), -0.0, 1e-40, 65504.0, float("nan")]),
        "specialHalf": torch.tensor([float("inf"), -0.0, 6e-8, 65504.0, float("nan")]).half(),
        "double": torch.ones(3, dtype=torch.float64), "long": torch.arange(3), "int": torch.arange(3, dtype=torch.int32),
        "short": torch.arange(3, dtype=torch.int16), "char": torch.arange(3, dtype=torch.int8),
        "byte": torch.arange(3, dtype=torch.uint8), "bool": torch.tensor([True, False]),
    }


def zip64(source, target):
    """The same archive with every 32-bit size and offset saturated and moved to ZIP64 fields, as for files above 4 GiB."""
    body, directory, count = b"", b"", 0
    with zipfile.ZipFile(source) as archive:
        for info in archive.infolist():
            data, name = archive.read(info), info.filename.encode()
            offset = len(body)
            extra = struct.pack("<HHQQ", 1, 16, len(data), len(data))
            pad = -(offset + 30 + len(name) + len(extra) + 4) % 64
            extra += struct.pack("<HH", 0x4246, pad) + b"Z" * pad
            body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 0, info.CRC, 2**32 - 1, 2**32 - 1, len(name), len(extra))
            body += name + extra + data
            wide = struct.pack("<HH", 0x7777, 2) + b"??" + struct.pack("<HHQQQ", 1, 24, len(data), len(data), offset)
            directory += struct.pack(
                "<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0, info.CRC, 2**32 - 1, 2**32 - 1, len(name), len(wide), 0, 0,
                0, 0, 2**32 - 1)
            directory += name + wide
            count += 1
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, len(directory), len(body))
    locator = struct.pack("<IIQI", 0x07064B50, 0, len(body) + len(directory), 1)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 7) + b"comment"
    (ROOT / target).write_bytes(body + directory + record + locator + end)


class Shell:
    """Unpickled by Python, this would run a command."""

    def __reduce__(self):
        return os.system, ("echo this must never run",)


def main():
    warnings.filterwarnings("ignore")
    ROOT.mkdir(parents=True, exist_ok=True)
    clip = tiny_clip()
    state = {name: value.detach().clone() for name, value in clip.state_dict().items()}
    for kind in (torch.float32, torch.float16, torch.bfloat16):
        tensors = {name: value.to(kind).contiguous() for name, value in state.items()}
        label = TYPES[kind].lower()
        save_file(tensors, ROOT / f"openclip-{label}.safetensors", metadata={"format": "pt"})
        write_reference(f"openclip-{label}", tensors)

    hugging_face = to_hugging_face(state)
    save_file(hugging_face, ROOT / "huggingface.safetensors", metadata={"format": "pt"})
    half = {name: value.half() if value.is_floating_point() else value for name, value in hugging_face.items()}
    torch.save(half, ROOT / "huggingface-f16.bin")

    custom = CustomTextCLIP(EMBED, CLIPVisionCfg(**VISION), CLIPTextCfg(**TEXT), quick_gelu=True)
    custom.load_state_dict(convert_to_custom_text_state_dict(dict(state)))
    save_file({k: v.half().contiguous() for k, v in custom.state_dict().items()}, ROOT / "customtext-f16.safetensors")

    # As a data-parallel training run leaves it.
    wrapped = {f"module.{name}": value.bfloat16() for name, value in state.items()}
    optimizer = {"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 1e-3, "params": [0]}]}
    torch.save({"epoch": 3, "name": "tiny", "state_dict": wrapped, "optimizer": optimizer}, ROOT / "training-bf16.pt")

    scripted = Scripted(tiny_clip())
    traced = torch.jit.trace(scripted, torch.zeros(1, 3, 8, 8), check_trace=False).half()
    traced.save(str(ROOT / "openai-f16.pt"))

    adapter = randomize(Adapter(), SEED + 2)
    torch.save({"trainable_linearlayer": adapter.state_dict()}, ROOT / "adapter.pth")
    write_reference("adapter", adapter.state_dict())
    torch.save(adapter.state_dict(), ROOT / "adapter-protocol4.pt", pickle_protocol=4)
    zip64(ROOT / "adapter.pth", "adapter-zip64.pth")
    with zipfile.ZipFile(ROOT / "adapter.pth") as source:
        with zipfile.ZipFile(ROOT / "adapter-deflated.pth", "w", zipfile.ZIP_DEFLATED) as target:
            for info in source.infolist():
                stored = info.filename.endswith("data.pkl")
                target.writestr(info.filename, source.read(info), zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    torch.save(adapter.state_dict(), ROOT / "adapter-legacy.pth", _use_new_zipfile_serialization=False)

    torch.save(views(), ROOT / "views.pt")
    write_reference("views", views())
    torch.save({"weight": torch.ones(2), "extra": Shell()}, ROOT / "hostile-shell.pt")
    for path in ROOT.iterdir():
        path.chmod(0o644)


if __name__ == "__main__":
    main()
