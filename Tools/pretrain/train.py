"""Trains the bundled model from scratch on synthetic pictures: `python train.py RUN_DIR [--pictures N]`.

Resumable: started again with the same folder it continues at the last checkpoint (written every two minutes).
"""

import argparse
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset

import bpe
import prompts
from model import MEAN, STAGES, STD, TEMPERATURE, TEXT, VISION, Adapters, CLIP
from synth import FAMILIES, TYPES, render

STATES = ("normal", *TYPES)
SEED = 7
MERGES = 1500
SHAPES = ((256, 256), (256, 256), (240, 320), (256, 256), (320, 240), (288, 288))


def corpus():
    """Texts the vocabulary is learned from."""
    nouns = [*prompts.GENERIC_NOUNS, *prompts.OTHER_NOUNS, *(noun for _, names in FAMILIES.values() for noun in names)]
    generator = random.Random(SEED)
    texts = [
        prompts.fill(generator.choice(prompts.TEMPLATES), phrase, noun)
        for state in STATES
        for phrase in prompts.training_phrases(state)
        for noun in generator.sample(nouns, 12)
    ]
    return texts + [noun for noun in nouns for _ in range(3)] + [template.replace("{}", "") for template in prompts.TEMPLATES]


class Pictures(IterableDataset):
    """An endless stream of rendered pictures with their soft patch labels."""

    def __init__(self, start):
        self.start = start

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        index = self.start + worker.id
        while True:
            image, masks, family = squashed(render(SEED, index, shape=SHAPES[index % len(SHAPES)]))
            yield image, patch_labels(masks), list(FAMILIES).index(family)
            index += worker.num_workers


def squashed(sample):
    """The picture and its masks at the model's side, resized as the engine resizes (bicubic, aspect not kept)."""
    side = VISION["image_size"]
    if sample.image.shape[:2] == (side, side):
        return sample.image.copy(), sample.masks, sample.family
    image = np.array(Image.fromarray(sample.image).resize((side, side), Image.Resampling.BICUBIC))
    masks = {
        name: np.asarray(Image.fromarray(mask).resize((side, side), Image.Resampling.NEAREST))
        for name, mask in sample.masks.items()
    }
    return image, masks, sample.family


def patch_labels(masks):
    """[grid, grid, states] targets: the share of each patch a defect covers, full from one quarter on."""
    patch = VISION["patch_size"]
    grid = VISION["image_size"] // patch
    target = np.zeros((grid, grid, len(STATES)), np.float32)
    for name, mask in masks.items():
        share = mask.reshape(grid, patch, grid, patch).mean((1, 3))
        target[..., STATES.index(name)] = np.minimum(1, 4 * share)
    total = target.sum(-1, keepdims=True)
    target /= np.maximum(total, 1)
    target[..., 0] = 1 - target.sum(-1)
    return target


def augment(images, labels, generator):
    """One of the eight symmetries of the square for the batch, and a per-picture change of gain and color."""
    if generator.random() < 0.5:
        images, labels = images.flip(2), labels.flip(2)
    if generator.random() < 0.5:
        images, labels = images.transpose(1, 2), labels.transpose(1, 2)
    if generator.random() < 0.5:
        images, labels = images.flip(1), labels.flip(1)
    return images, labels


def normalized(images):
    """8-bit pictures [B, S, S, 3] to the tower's input."""
    x = images.permute(0, 3, 1, 2).float().div_(255)
    mean, std = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(STD).view(3, 1, 1)
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


def state_matrix(model, tokenizer, nouns, generator, per_state=2):
    """[nouns, states, embed] unit columns, each the mean of a few randomly drawn prompts."""
    ids = []
    for noun in nouns:
        for state in STATES:
            phrases = prompts.training_phrases(state)
            for _ in range(per_state):
                text = prompts.fill(generator.choice(prompts.TEMPLATES), generator.choice(phrases), noun)
                ids.append(tokenizer.encode(text))
    rows = F.normalize(model.encode_text(ids).float(), dim=-1).view(len(nouns), len(STATES), per_state, -1)
    return F.normalize(rows.mean(2), dim=-1)


def draw_noun(families, generator):
    """A generic noun, a name of one of the pictures' families, another noun, or a made-up word."""
    kind = generator.random()
    if kind < 0.35:
        return generator.choice(prompts.GENERIC_NOUNS)
    if kind < 0.65:
        return generator.choice(FAMILIES[list(FAMILIES)[generator.choice(families)]][1])
    if kind < 0.85:
        return generator.choice(prompts.OTHER_NOUNS)
    letters = "abcdefghijklmnopqrstuvwxyz" * 6 + "0123456789_-éüñçøß漢字"
    return "".join(generator.choice(letters) for _ in range(generator.randint(2, 10)))


def losses(model, adapters, images, labels, columns):
    """Dense patch-text loss over all stages, and the global image-text loss."""
    groups, batch = len(columns), len(images)
    stages, embedding = model.visual(normalized(images))
    labels = labels.flatten(1, 2)
    weight = 1 + 2 * (1 - labels[..., 0])
    dense = 0
    for tokens in adapters(stages):
        z = F.normalize(tokens.float(), dim=-1).view(groups, batch // groups, *tokens.shape[1:])
        logits = TEMPERATURE * torch.einsum("gbpe,gce->gbpc", z, columns).flatten(0, 1)
        entropy = -(labels * F.log_softmax(logits, -1)).sum(-1)
        dense = dense + (entropy * weight).mean()
    present = (labels[..., 1:] > 0.3).any(1).float()
    clean = (present.sum(1, keepdim=True) == 0).float()
    target = torch.cat([clean, present / present.sum(1, keepdim=True).clamp(min=1)], 1)
    z = F.normalize(embedding.float(), dim=-1).view(groups, batch // groups, -1)
    logits = TEMPERATURE * torch.einsum("gbe,gce->gbc", z, columns).flatten(0, 1)
    overall = -(target * F.log_softmax(logits, -1)).sum(-1).mean()
    return dense / len(STAGES), overall


def learning_rate(done, total, peak=1e-3, warm=1500):
    """Warm-up, then a cosine to 2 % of the peak; counted in pictures."""
    if done < warm:
        return peak * done / warm
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, (done - warm) / (total - warm)))))


def main():
    """Runs or resumes training."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--pictures", type=int, default=60000, help="pictures to train on")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after this long, schedule fitted to it")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(SEED)
    options.run.mkdir(parents=True, exist_ok=True)
    merges_file = options.run / "merges.txt"
    if not merges_file.exists():
        bpe.save(merges_file, bpe.learn(corpus(), MERGES))
    tokenizer = bpe.Tokenizer(bpe.load(merges_file), TEXT["context_length"])
    model, adapters = CLIP(tokenizer.size), Adapters()
    named = [(n, p) for module in (model, adapters) for n, p in module.named_parameters() if p.requires_grad]
    decay = [p for n, p in named if p.ndim >= 2 and "embedding" not in n]
    rest = [p for n, p in named if p.ndim < 2 or "embedding" in n]
    optimizer = torch.optim.AdamW(
        [dict(params=decay, weight_decay=0.05), dict(params=rest, weight_decay=0)], betas=(0.9, 0.98)
    )
    done, spent = 0, 0.0
    checkpoint = options.run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        adapters.load_state_dict(state["adapters"])
        optimizer.load_state_dict(state["optimizer"])
        done, spent = state["done"], state["spent"]
    generator = random.Random(SEED + done)
    loader = iter(DataLoader(Pictures(done), options.batch // 2, num_workers=options.workers, prefetch_factor=8))
    store, log = [], open(options.run / "log.csv", "a", buffering=1)
    began = saved = time.time()
    sums = np.zeros(3)
    while done < options.pictures and spent < options.minutes * 60:
        fresh = next(loader)
        if len(store) < 64:
            store.append(fresh)
            old = fresh if len(store) < 2 else store[generator.randrange(len(store) - 1)]
        else:
            slot = generator.randrange(64)
            old, store[slot] = store[slot], fresh
        new, old = augment(fresh[0], fresh[1], generator), augment(old[0], old[1], generator)
        images, labels = torch.cat([new[0], old[0]]), torch.cat([new[1], old[1]])
        nouns = [draw_noun(fresh[2].tolist(), generator) for _ in range(2)]
        order = torch.tensor(generator.sample(range(len(images)), len(images)))
        progress = max(done / options.pictures, spent / (options.minutes * 60))
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(max(done, 1) if done < 1500 else progress * options.pictures, options.pictures)
        with torch.autocast("cpu", torch.bfloat16):
            columns = state_matrix(model, tokenizer, nouns, generator)
            dense, overall = losses(model, adapters, images[order], labels[order], columns)
        loss = dense + 0.25 * overall
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(decay + rest, 1.0)
        optimizer.step()
        done += len(images)
        now = time.time()
        spent, began = spent + now - began, now
        sums += [dense.item(), overall.item(), float(norm)]
        if done % (options.batch * 50) == 0:
            log.write(f"{done},{spent:.0f},{','.join(f'{v / 50:.4f}' for v in sums)}\n")
            sums[:] = 0
        if now - saved > 120:
            save(checkpoint, model, adapters, optimizer, done, spent)
            saved = now
    save(checkpoint, model, adapters, optimizer, done, spent)


def save(path, model, adapters, optimizer, done, spent):
    """Writes the checkpoint beside the old one, then replaces it."""
    state = dict(model=model.state_dict(), adapters=adapters.state_dict(), optimizer=optimizer.state_dict())
    torch.save(dict(state, done=done, spent=spent), path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


if __name__ == "__main__":
    main()
