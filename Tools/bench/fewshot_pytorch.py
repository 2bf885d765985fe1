"""Few-shot inspection as the MultiADS paper and its released program do it, in PyTorch float32: the peer of Tools/bench/fewshot.py.

Written from the formulas (docs/adr/0006-formulas.md). Every picture passes the image tower twice, once for the maps from text and once
for the tokens that are compared with the memory bank, as the released program has it.
"""
import io
import json
import pathlib

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from open_clip.model import resize_pos_embed
from PIL import Image
from safetensors.torch import load_file

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


class FewShotPipeline:
    """A model folder's image tower and adapters, text embeddings of random values (they do not change the time), and a bank."""

    def __init__(self, folder: pathlib.Path, side: int, states: int, stages: list[int]):
        config = json.loads((folder / "open_clip_config.json").read_text())["model_cfg"]
        model = open_clip.create_model("ViT-L-14-336").eval()
        visual = {k: v for k, v in load_file(folder / "open_clip_model.safetensors").items() if k.startswith("visual.")}
        missing = [name for name in model.load_state_dict(visual, strict=False).missing_keys if name.startswith("visual.")]
        assert not missing, missing
        self.visual, self.side, self.stages = model.visual, side, stages
        self.grid = side // config["vision_cfg"]["patch_size"]
        state = {"visual.positional_embedding": self.visual.positional_embedding.detach().clone()}
        self.visual.grid_size = (self.grid, self.grid)
        # Positions for another side, as OpenCLIP resamples them when it loads a checkpoint.
        resize_pos_embed(state, model, interpolation="bicubic", antialias=True)
        self.visual.positional_embedding = torch.nn.Parameter(state["visual.positional_embedding"])
        del model.transformer
        self.adapters = load_file(folder / "adapter.safetensors")
        self.text = F.normalize(torch.randn(states, config["embed_dim"], generator=torch.Generator().manual_seed(1)), dim=-1)
        self.bank: list[torch.Tensor] = []

    def encode(self, pixels: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """One pass: the global embedding and each stage's tokens without the class token."""
        tokens: dict[int, torch.Tensor] = {}
        hooks = [
            self.visual.transformer.resblocks[stage - 1].register_forward_hook(
                lambda _module, _input, output, stage=stage: tokens.__setitem__(stage, output))
            for stage in self.stages]
        embedding = F.normalize(self.visual(pixels), dim=-1)[0]
        for hook in hooks:
            hook.remove()
        return embedding, [tokens[stage][0, 1:] for stage in self.stages]

    def pixels(self, picture: bytes) -> torch.Tensor:
        image = Image.open(io.BytesIO(picture)).convert("RGB").resize((self.side, self.side), Image.BICUBIC)
        values = torch.from_numpy(np.asarray(image, dtype=np.float32)) / 255
        return ((values - torch.tensor(MEAN)) / torch.tensor(STD)).permute(2, 0, 1).unsqueeze(0).contiguous()

    def fill_bank(self, picture: bytes, count: int):
        """A bank as large as that of `count` references; what the rows are does not change the time."""
        self.bank = [F.normalize(tokens, dim=-1).repeat(count, 1) for tokens in self.encode(self.pixels(picture))[1]]

    def enlarge(self, grid: torch.Tensor) -> torch.Tensor:
        """[C, h, h] to [C, side, side]."""
        return F.interpolate(grid[None], size=(self.side, self.side), mode="bilinear", align_corners=True)[0]

    def inspect(self, picture: bytes) -> tuple[torch.Tensor, torch.Tensor, float]:
        """Types per pixel, the deciding map and the score."""
        pixels = self.pixels(picture)
        embedding, stages = self.encode(pixels)
        anomalous = 1 - torch.softmax(100 * self.text @ embedding, dim=0)[0]
        types = torch.zeros(len(self.text), self.side, self.side)
        for i, tokens in enumerate(stages):
            units = F.normalize(F.linear(tokens, self.adapters[f"fc.{i}.weight"], self.adapters[f"fc.{i}.bias"]), dim=-1)
            scores = (100 * units @ self.text.T).T.reshape(-1, self.grid, self.grid)
            types += torch.softmax(self.enlarge(scores), dim=0) / len(stages)
        _, stages = self.encode(pixels)
        reference = torch.zeros(self.side, self.side)
        for tokens, bank in zip(stages, self.bank):
            nearest = (1 - F.normalize(tokens, dim=-1) @ bank.T).amin(dim=1)
            reference += self.enlarge(nearest.reshape(1, self.grid, self.grid))[0] / len(stages)
        final = (1 - types[0] + reference) / 2
        return types.argmax(dim=0), final, float((anomalous + final.max()) / 2)
