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
from torch import distributed
from torch.nn import functional as F

import bpe
import prompts
from model import MEAN, STAGES, STD, TEMPERATURE, TEXT, VISION, Adapters, CLIP, anchors
from synth import FAMILIES, TYPES, render

STATES = ("normal", *TYPES)
SEED = 7
MERGES = 1500
CROP_UNTIL = 0.65  # share of the run that looks at windows instead of whole pictures
MEET_EVERY = 8  # steps of each process between two averages of their weights
EASY_UNTIL = 0.35  # share of the run without faint defects
FULL_SHARE = 0.1  # a patch counts as wholly defective from this share on: thin scratches cover a tenth of a patch
TEXT_EVERY = 4  # steps; the text tower learns much sooner than the image tower
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


def type_list(text):
    """Defect types from a list on the command line."""
    return tuple(text.split(","))


def focused(index, focus, share=0.75):
    """The defects of a picture in a second phase: mostly none or one or two of the types in focus, else anything."""
    generator = random.Random(index)
    if not focus or generator.random() > share:
        return None
    if generator.random() < 0.4:
        return ()
    return tuple(generator.sample(focus, 2 if generator.random() < 0.2 and len(focus) > 1 else 1))


def fresh_pictures(first, count, subtle=None, focus=()):
    """Renders pictures first … first + count - 1: images, soft patch labels, families."""
    images, labels, families = [], [], []
    for index in range(first, first + count):
        image, masks, family = squashed(render(SEED, index, types=focused(index, focus), shape=SHAPES[index % len(SHAPES)], subtle=subtle))
        images.append(torch.from_numpy(image))
        labels.append(torch.from_numpy(patch_labels(masks)))
        families.append(family)
    return torch.stack(images), torch.stack(labels), families


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
    """[grid, grid, states] targets: the share of each patch a defect covers, full from `FULL_SHARE` on."""
    patch = VISION["patch_size"]
    grid = VISION["image_size"] // patch
    target = np.zeros((grid, grid, len(STATES)), np.float32)
    for name, mask in masks.items():
        share = mask.reshape(grid, patch, grid, patch).mean((1, 3))
        target[..., STATES.index(name)] = np.minimum(1, share / FULL_SHARE)
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


def whitened_filters(filters):
    """First weights of the patch embedding: the leading principal components of rendered patches, partly whitened."""
    patch = VISION["patch_size"]
    images = normalized(fresh_pictures(10**9, 64)[0])
    patches = F.unfold(images, patch, stride=patch).transpose(1, 2).flatten(0, 1)
    values, vectors = torch.linalg.eigh(torch.cov(patches.T))
    values, vectors = values[-filters:].clamp(min=1e-4), vectors[:, -filters:]
    leading = vectors * values**-0.3
    return leading.T.reshape(filters, 3, patch, patch) / (values**0.4).mean().sqrt()


def text_loss(model, tokenizer, noun, generator, targets, per_state=2):
    """How far prompts of every state are from the state's anchor, alone and as an ensemble."""
    ids = []
    for state in STATES:
        phrases = prompts.training_phrases(state)
        for _ in range(per_state):
            text = prompts.fill(generator.choice(prompts.TEMPLATES), generator.choice(phrases), noun)
            ids.append(tokenizer.encode(text))
    rows = F.normalize(model.encode_text(ids).float(), dim=-1)
    cosine = rows @ targets.T
    truth = torch.arange(len(STATES)).repeat_interleave(per_state)
    return F.cross_entropy(TEMPERATURE * cosine, truth) + 50 * (1 - cosine[torch.arange(len(rows)), truth]).mean()


def draw_noun(families, generator):
    """A generic noun, a name of one of the pictures' families, another noun, or a made-up word."""
    kind = generator.random()
    if kind < 0.35:
        return generator.choice(prompts.GENERIC_NOUNS)
    if kind < 0.65:
        return generator.choice(FAMILIES[generator.choice(families)][1])
    if kind < 0.85:
        return generator.choice(prompts.OTHER_NOUNS)
    letters = "abcdefghijklmnopqrstuvwxyz" * 6 + "0123456789_-éüñçøß漢字"
    return "".join(generator.choice(letters) for _ in range(generator.randint(2, 10)))


def crops(images, labels, generator, side=8, each=2):
    """Windows of `side` patches, mostly around a defect: more signal for the same work. Also their grid positions."""
    patch, grid = VISION["patch_size"], labels.shape[1]
    positions = torch.arange(grid * grid).view(grid, grid)
    out = []
    for image, label in zip(images, labels):
        bad = (label[..., 0] < 0.6).nonzero().tolist()
        for _ in range(each):
            top, left = generator.randint(0, grid - side), generator.randint(0, grid - side)
            if bad and generator.random() < 0.85:
                row, column = generator.choice(bad)
                top = min(max(row - generator.randrange(side), 0), grid - side)
                left = min(max(column - generator.randrange(side), 0), grid - side)
            window = image[top * patch : (top + side) * patch, left * patch : (left + side) * patch]
            area = (slice(top, top + side), slice(left, left + side))
            out.append((window, label[area], positions[area].flatten()))
    return tuple(torch.stack(parts) for parts in zip(*out))


def losses(model, adapters, images, labels, targets, emphasis, rows=None):
    """Dense patch-state loss over all stages, and the global loss on the image embedding."""
    stages, embedding = model.visual(normalized(images), rows)
    labels = labels.flatten(1, 2)
    weight = 1 + emphasis * (1 - labels[..., 0])
    dense = 0
    for tokens in adapters(stages):
        logits = TEMPERATURE * F.normalize(tokens.float(), dim=-1) @ targets.T
        entropy = -(labels * F.log_softmax(logits, -1)).sum(-1)
        dense = dense + (entropy * weight).mean()
    present = (labels[..., 1:] > 0.3).any(1).float()
    clean = (present.sum(1, keepdim=True) == 0).float()
    share = torch.cat([clean, present / present.sum(1, keepdim=True).clamp(min=1)], 1)
    logits = TEMPERATURE * F.normalize(embedding.float(), dim=-1) @ targets.T
    overall = -(share * F.log_softmax(logits, -1)).sum(-1).mean()
    return dense / len(STAGES), overall


def learning_rate(done, progress, peak, warm=800):
    """Warm-up counted in pictures, then a cosine over the whole run to 2 % of the peak."""
    return peak * min(1, (done + 16) / warm) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--pictures", type=int, default=60000, help="pictures to train on")
    parser.add_argument("--minutes", type=float, default=1e9, help="end after this long; the schedule is fitted to it")
    parser.add_argument("--start-from", type=Path, help="run whose weights this one begins with: a second phase")
    parser.add_argument("--focus", type=type_list, default=(), help="types shown most in a second phase")
    parser.add_argument("--emphasis", type=float, default=6, help="extra weight of defective patches at the start")
    parser.add_argument("--peak", type=float, default=1e-3, help="largest learning rate; 3e-4 for a second phase")
    parser.add_argument("--processes", type=int, default=2, help="one thread each; weights are averaged every few steps")
    parser.add_argument("--batch", type=int, default=4, help="pictures per process and step; three in four are seen again")
    return parser.parse_args()


def main():
    """Runs or resumes training."""
    options = arguments()
    options.run.mkdir(parents=True, exist_ok=True)
    merges_file = options.run / "merges.txt"
    if not merges_file.exists():
        bpe.save(merges_file, bpe.learn(corpus(), MERGES))
    meeting = options.run / "meeting"
    meeting.unlink(missing_ok=True)
    torch.multiprocessing.spawn(work, (options, meeting), options.processes)


def average(modules, processes):
    """Averages the weights of all processes."""
    parameters = [p.data for module in modules for p in module.parameters()]
    flat = torch.cat([p.flatten() for p in parameters])
    distributed.all_reduce(flat)
    flat /= processes
    for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
        parameter.copy_(part.view_as(parameter))


def work(rank, options, meeting):
    """One process of the training: renders its own pictures, steps together with the others."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    distributed.init_process_group("gloo", f"file://{meeting}", rank=rank, world_size=options.processes)
    tokenizer = bpe.Tokenizer(bpe.load(options.run / "merges.txt"), TEXT["context_length"])
    model, adapters, targets = CLIP(tokenizer.size), Adapters(), anchors(len(STATES))
    model.visual.conv1.weight.data = whitened_filters(VISION["width"])
    named = [(n, p) for module in (model, adapters) for n, p in module.named_parameters() if p.requires_grad]
    decay = [p for n, p in named if p.ndim >= 2 and "embedding" not in n]
    rest = [p for n, p in named if p.ndim < 2 or "embedding" in n]
    optimizer = torch.optim.AdamW(
        [dict(params=decay, weight_decay=0.05), dict(params=rest, weight_decay=0)],
        betas=(0.9, 0.98),
        fused=True,
    )
    done, spent = 0, 0.0
    checkpoint = options.run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        adapters.load_state_dict(state["adapters"])
        optimizer.load_state_dict(state["optimizer"])
        done, spent = state["done"], state["spent"]
    elif options.start_from:
        state = torch.load(options.start_from / "checkpoint.pt", weights_only=True)
        model.load_state_dict(state["model"])
        adapters.load_state_dict(state["adapters"])
        optimizer.load_state_dict(state["optimizer"])
    generator = random.Random(SEED + done * options.processes + rank)
    # A second phase looks at pictures that no first phase reached.
    first_picture = 10**7 if options.start_from else 0
    step_size, store, sums, steps = options.batch * options.processes, [], np.zeros(3), 0
    log = open(options.run / "log.csv", "a", buffering=1)
    began = saved = time.time()
    while True:
        progress = torch.tensor(max(done / options.pictures, spent / (options.minutes * 60)))
        distributed.broadcast(progress, 0)
        average((model, adapters), options.processes)
        if rank == 0 and time.time() - saved > 120:
            saved = time.time()
            save(checkpoint, model, adapters, optimizer, done, spent)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(done, float(progress), options.peak)
        for turn in range(MEET_EVERY):
            fresh = max(1, options.batch // 4)
            easy = False if progress < EASY_UNTIL else None
            new = fresh_pictures(first_picture + done // options.batch * fresh + rank * fresh, fresh, easy, options.focus)
            seen = [store[generator.randrange(len(store))] if store else new for _ in range(options.batch // fresh - 1)]
            store.append(new)
            del store[:-1000]
            parts = [augment(*pair[:2], generator) for pair in (new, *seen)]
            images, labels = torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])
            rows = None
            if progress < CROP_UNTIL:
                images, labels, rows = crops(images, labels, generator)
            with torch.autocast("cpu", torch.bfloat16):
                dense, overall = losses(
                    model, adapters, images, labels, targets, options.emphasis * (1 - 0.67 * float(progress)), rows)
                words = torch.zeros(())
                if turn % TEXT_EVERY == 0:
                    words = text_loss(model, tokenizer, draw_noun(new[2], generator), generator, targets)
            optimizer.zero_grad()
            (dense + 0.5 * overall + words).backward()
            torch.nn.utils.clip_grad_norm_([p for p in decay + rest if p.grad is not None], 1.0)
            optimizer.step()
            done += step_size
            sums += [dense.item(), overall.item(), words.item() * TEXT_EVERY]
            steps += 1
        now = time.time()
        spent, began = spent + now - began, now
        if rank == 0 and steps >= 64:
            log.write(f"{done},{spent:.0f},{','.join(f'{value / steps:.4f}' for value in sums)}\n")
            steps, sums = 0, np.zeros(3)
    if rank == 0:
        save(checkpoint, model, adapters, optimizer, done, spent)
    distributed.destroy_process_group()


def save(path, model, adapters, optimizer, done, spent):
    """Writes the checkpoint beside the old one, then replaces it."""
    state = dict(model=model.state_dict(), adapters=adapters.state_dict(), optimizer=optimizer.state_dict())
    torch.save(dict(state, done=done, spent=spent), path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


if __name__ == "__main__":
    main()
