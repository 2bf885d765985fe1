"""A small CLIP of the standard architecture with OpenCLIP's tensor names, and one linear adapter per stage."""

import math
import os

import torch
from torch import nn
from torch.nn import functional as F

SIDE = int(os.environ.get("SIDE", "256"))  # pixels that the tower sees
VISION = dict(image_size=SIDE, layers=8, width=192, patch_size=8, head_width=64)
TEXT = dict(context_length=48, width=128, heads=4, layers=4)
EMBED = 192
STAGES = (5, 6, 7, 8)  # the last blocks: in a shallow one of eight, a patch knows too little of its surroundings
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
TEMPERATURE = 100.0


def noisy_identity(width, identity, noise):
    """A multiple of the identity plus normal noise of variance noise² / width."""
    return identity * torch.eye(width) + noise * width**-0.5 * torch.randn(width, width)


class Attention(nn.Module):
    """Multi-head self-attention with one fused projection, rows in the order q, k, v."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        self.imitate(width, heads)

    @torch.no_grad()
    def imitate(self, width, heads):
        """Starts as trained transformers look (Trockman & Kolter 2023): queries like keys, outputs opposite to inputs.

        A token then first loses the mean of the tokens that are like it, and keeps how it differs from them.
        """
        size = width // heads
        for head in range(heads):
            rows = slice(head * size, (head + 1) * size)
            left, values, right = torch.linalg.svd(noisy_identity(width, 0.7, 0.7))
            root = values[:size].sqrt()
            self.in_proj_weight[rows] = (left[:, :size] * root).T
            self.in_proj_weight[width:][rows] = root[:, None] * right[:size]
        left, values, right = torch.linalg.svd(noisy_identity(width, -0.4, 0.4))
        self.in_proj_weight[2 * width :] = (left * values.sqrt()).T
        self.out_proj.weight.copy_((values.sqrt()[:, None] * right).T)

    def forward(self, x, causal):
        batch, length, width = x.shape
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = qkv.view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        out = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return self.out_proj(out.transpose(1, 2).reshape(batch, length, width))


class Norm(nn.LayerNorm):
    """Layer normalization that keeps the format of its input, under autocast too: the residual stream is half the traffic."""

    def forward(self, x):
        with torch.autocast(x.device.type, enabled=False):
            return F.layer_norm(x, self.normalized_shape, self.weight.to(x.dtype), self.bias.to(x.dtype), self.eps)


class Block(nn.Module):
    """Pre-norm transformer block with exact GELU."""

    def __init__(self, width, heads):
        super().__init__()
        self.ln_1 = Norm(width)
        self.attn = Attention(width, heads)
        self.ln_2 = Norm(width)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", nn.GELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))

    def forward(self, x, causal=False):
        x = x + self.attn(self.ln_1(x), causal)
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    """A stack of blocks, scaled at the start as CLIP does."""

    def __init__(self, width, layers, heads):
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        for block in self.resblocks:
            nn.init.normal_(block.mlp.c_fc.weight, std=(2 * width) ** -0.5)
            nn.init.normal_(block.mlp.c_proj.weight, std=width**-0.5 * (2 * layers) ** -0.5)


def waves(grid, width, amplitude=0.4):
    """[grid², width] sines and cosines of row and column: where the positional embedding starts from."""
    frequencies = math.pi / torch.logspace(math.log10(2.0), math.log10(2.0 * grid), width // 4)
    angles = torch.arange(grid)[:, None] * frequencies
    axis = torch.cat([angles.sin(), angles.cos()], 1)
    rows, columns = axis[:, None].expand(-1, grid, -1), axis[None].expand(grid, -1, -1)
    return amplitude * torch.cat([rows, columns], 2).flatten(0, 1)


class Vision(nn.Module):
    """The image tower: gives the patch tokens of every stage and the image embedding."""

    def __init__(self):
        super().__init__()
        width, patch = VISION["width"], VISION["patch_size"]
        grid = VISION["image_size"] // patch
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(width**-0.5 * torch.randn(width))
        self.positional_embedding = nn.Parameter(torch.cat([torch.zeros(1, width), waves(grid, width)]))
        self.ln_pre = Norm(width)
        self.transformer = Transformer(width, VISION["layers"], width // VISION["head_width"])
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(width**-0.5 * torch.randn(width, EMBED))

    def forward(self, images, rows=None):
        """`rows` [B, patches] names the grid positions of the patches when the pictures are crops, or those to look at."""
        x = self.conv1(images).flatten(2).transpose(1, 2)
        if rows is not None and rows.shape[1] < x.shape[1]:
            x = x.gather(1, rows[..., None].expand(-1, -1, x.shape[2]))
        places = self.positional_embedding[1:] if rows is None else self.positional_embedding[1:][rows]
        x = x + places.to(x.dtype)
        first = (self.class_embedding + self.positional_embedding[0]).to(x.dtype)
        x = self.ln_pre(torch.cat([first.expand(len(x), 1, -1), x], 1))
        stages = []
        for number, block in enumerate(self.transformer.resblocks, 1):
            x = block(x)
            if number in STAGES:
                stages.append(x[:, 1:])
        return stages, self.ln_post(x[:, 0]) @ self.proj


def anchors(states, spread=0.18):
    """[states, embed] unit targets: where the text tower puts each state and what patches are compared with.

    They share a direction, as the states of a real CLIP do. At temperature 100 orthogonal targets would turn a change of
    0.01 in a cosine into a whole logit, too sharp to learn; `spread` brings the logits' range to about ±13.
    """
    generator = torch.Generator().manual_seed(11)
    basis = torch.linalg.qr(torch.randn(EMBED, states + 1, generator=generator))[0].T
    return F.normalize(basis[0] + spread * basis[1:], dim=-1).contiguous()


def at_side(vision):
    """The image tower's tensors for pictures of SIDE: its positional embedding is resized as OpenCLIP and the engine do it."""
    embedding, grid = vision["positional_embedding"], SIDE // VISION["patch_size"]
    old = math.isqrt(len(embedding) - 1)
    if old == grid:
        return vision
    places = embedding[1:].T.reshape(1, -1, old, old)
    places = F.interpolate(places, size=(grid, grid), mode="bicubic", antialias=True, align_corners=False)
    return vision | dict(positional_embedding=torch.cat([embedding[:1], places[0].flatten(1).T]))


class TextTower(nn.Module):
    """The text tower; its tensors sit at the top level, as in OpenCLIP."""

    def __init__(self, vocabulary):
        super().__init__()
        width = TEXT["width"]
        self.transformer = Transformer(width, TEXT["layers"], TEXT["heads"])
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(0.01 * torch.randn(TEXT["context_length"], width))
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(width**-0.5 * torch.randn(width, EMBED))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(TEMPERATURE)), requires_grad=False)
        nn.init.normal_(self.token_embedding.weight, std=0.02)

    def encode_text(self, ids):
        """Embeddings, not normalized. `ids` are lists of unequal length; zero padding cannot be seen (causal)."""
        length = max(len(row) for row in ids)
        tokens = torch.tensor([row + [0] * (length - len(row)) for row in ids])
        x = self.token_embedding(tokens) + self.positional_embedding[:length]
        for block in self.transformer.resblocks:
            x = block(x, causal=True)
        x = self.ln_final(x)[torch.arange(len(ids)), tokens.argmax(1)]
        return x @ self.text_projection


class CLIP(TextTower):
    """Both towers."""

    def __init__(self, vocabulary):
        super().__init__(vocabulary)
        self.visual = Vision()


class Adapters(nn.Module):
    """One affine map from stage tokens to the joint space per stage."""

    def __init__(self):
        super().__init__()
        self.fc = nn.ModuleList(nn.Linear(VISION["width"], EMBED) for _ in STAGES)

    def forward(self, stages):
        return [layer(tokens) for layer, tokens in zip(self.fc, stages)]
