"""Trains the image tower and its adapters from scratch: `python train.py RUN_DIR --minutes 60`.

Pictures come from the factory (`stream.py`). Resumable: started again with the same folder it goes on at the last
checkpoint, written every two minutes. `log.csv` holds steps, pictures drawn, seconds and the four losses.
"""

import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import distributed
from torch.nn import functional as F

import objectives
import prompts
import views
from model import VISION, Adapters, Vision, anchors
from stream import PictureStream, default_factory

SEED = 7
RANK_STRIDE = 10**8  # each process draws its own range of indices
MEET_EVERY = 8  # steps of each process between two averages of their weights
SAVE_EVERY = 120  # seconds
STORE = 1500  # scenes each process keeps to look at again, half a megabyte each
PIECES = 2  # pieces of a scene: each is the other's reference


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--factory", default=default_factory(), help="command that understands `synth --stream`")
    parser.add_argument("--products", default="--except held-out", help="the factory's options for what it draws")
    parser.add_argument("--start-from", type=Path, help="model folder whose weights a new run begins with")
    parser.add_argument("--steps", type=int, default=10**9, help="steps of each process")
    parser.add_argument("--minutes", type=float, default=1e9, help="end after this long; the schedule fits itself to it")
    parser.add_argument("--processes", type=int, default=2, help="one thread each; weights are averaged every few steps")
    parser.add_argument("--scenes", type=int, default=4, help="designs per process and step, a window of each of their pieces")
    parser.add_argument("--whole-scenes", type=int, default=2, help="the same while it looks at whole pictures")
    parser.add_argument("--fresh", type=float, default=0.5, help="of these, how many on average were never seen before")
    parser.add_argument("--windows-until", type=float, default=0.45, help="share of the run that looks at windows")
    parser.add_argument("--window", type=int, default=8, help="patches along a window's side")
    parser.add_argument("--patches", type=int, default=160, help="patches of a whole picture to look at, but in the last fifth of a run")
    parser.add_argument("--full-share", type=float, default=0.25, help="a patch is wholly defective from this share on")
    parser.add_argument("--emphasis", type=float, default=5, help="extra weight of defective patches at the start")
    parser.add_argument("--rate", type=float, default=2.5e-4, help="peak learning rate")
    parser.add_argument("--optimizer", choices=("muon", "adamw"), default="adamw", help="for the matrices of the blocks")
    parser.add_argument("--overall", type=float, default=0.3, help="weight of the global loss")
    parser.add_argument("--peak", type=float, default=0.3, help="weight of the peak loss")
    parser.add_argument("--few-shot", type=float, default=0.5, help="weight of the memory-bank loss")
    return parser.parse_args()


def main():
    """Runs or resumes training."""
    options = arguments()
    options.run.mkdir(parents=True, exist_ok=True)
    meeting = options.run.resolve() / "meeting"
    meeting.unlink(missing_ok=True)
    torch.multiprocessing.spawn(work, (options, meeting), options.processes)


class Scenes:
    """Batches of scenes: some fresh from the factory, the others seen before. A scene is two pieces of one design."""

    def __init__(self, options, rank, drawn):
        start = rank * RANK_STRIDE + drawn
        products = [*options.products.split(), "--pieces", str(PIECES)]
        self.stream = PictureStream(
            options.factory, SEED, start, RANK_STRIDE - drawn, VISION["image_size"], products
        )
        names = [prompts.canonical(name) for name in self.stream.types]
        self.lookup = torch.tensor([0, *(prompts.STATES.index(name) for name in names)])
        self.store, self.drawn, self.options = [], drawn, options

    def fresh(self):
        """The factory's next pieces with their patch labels."""
        scene = []
        for _ in range(PIECES):
            picture = next(self.stream)
            self.drawn += 1
            labels = torch.from_numpy(picture.labels)
            target = views.patch_labels(labels, len(prompts.STATES), self.lookup, self.options.full_share)
            scene.append((torch.from_numpy(picture.image), target))
        return scene

    def batch(self, count, generator):
        """`count` scenes."""
        wanted = self.options.fresh + generator.random() if self.store else count
        new = [self.fresh() for _ in range(min(int(wanted), count))]
        old = [generator.choice(self.store) for _ in range(count - len(new))]
        self.store += new
        if len(self.store) > STORE:
            for place in generator.sample(range(len(self.store)), len(self.store) - STORE):
                self.store[place] = self.store[-1]
                self.store.pop()
        return new + old


def scene_views(scene, window, generator, draws):
    """One view of each piece, all turned the same way; windows near each other when `window` is a side in patches."""
    turn, lead = generator.randrange(8), generator.randrange(PIECES)
    pieces = [views.symmetry(*piece, turn) for piece in scene]
    corner = views.window_corner(pieces[lead][1], window, 0.85, draws) if window else None
    for image, target in pieces:
        rows = None
        if window:
            image, target, rows = views.window(image, target, views.nudged(corner, window, generator), window)
        yield image, target, rows


def make_batch(scenes, window, patches, generator, draws):
    """The tower's input [2B, 3, S, S], soft labels [2B, patches, states] and grid positions (None for whole pictures)."""
    images, targets, rows = zip(*(view for s in scenes for view in scene_views(s, window, generator, draws)), strict=True)
    lit = views.lit(torch.stack(images).float().div_(255), draws)
    positions = torch.stack(rows) if window else None
    images, labels = views.standardized(lit).contiguous(), torch.stack(targets).flatten(1, 2)
    if patches < labels.shape[1]:
        positions = views.busy_patches(images, labels, patches, draws)
        labels = labels.gather(1, positions[..., None].expand(-1, -1, labels.shape[2]))
    return images, labels, positions


def losses(vision, adapters, batch, targets, emphasis):
    """The four objectives of one batch."""
    images, labels, rows = batch
    stages, embedding = vision(images, rows)
    dense, anomaly = objectives.dense(adapters(stages), labels, targets, emphasis)
    return torch.stack([
        dense,
        objectives.overall(embedding, labels, targets),
        objectives.peak(anomaly, labels),
        objectives.few_shot(stages, labels),
    ])  # fmt: skip


def optimizers(modules, options):
    """Muon or AdamW for the matrices of the blocks, AdamW for everything else."""
    named = [(n, p) for module in modules for n, p in module.named_parameters()]
    matrices = [p for n, p in named if p.ndim == 2 and "resblocks" in n]
    others = [p for n, p in named if p.ndim >= 2 and "resblocks" not in n and "embedding" not in n]
    plain = [p for n, p in named if p.ndim < 2 or "embedding" in n]
    groups = [dict(params=others, weight_decay=0.05), dict(params=plain, weight_decay=0)]
    if options.optimizer == "adamw":
        groups[0]["params"] = others + matrices
        return [torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)]
    muon = torch.optim.Muon(matrices, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")
    return [muon, torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)]


def learning_rate(step, progress, peak, warm=50):
    """Warm-up counted in steps, then linear over the whole run to nothing."""
    return peak * min(1, (step + 1) / warm) * max(0.0, 1 - progress)


def average(modules, processes):
    """Averages the weights of all processes."""
    parameters = [p.data for module in modules for p in module.parameters()]
    flat = torch.cat([p.flatten() for p in parameters])
    distributed.all_reduce(flat)
    flat /= processes
    for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
        parameter.copy_(part.view_as(parameter))


class Run:
    """The state of one process's training, and its checkpoint."""

    def __init__(self, options, rank):
        self.options, self.rank = options, rank
        self.path = options.run / f"checkpoint-{rank}.pt"
        torch.manual_seed(SEED)
        self.vision, self.adapters = Vision(), Adapters()
        self.step, self.spent, drawn = 0, 0.0, 0
        self.optimizers = optimizers((self.vision, self.adapters), options)
        state = torch.load(self.path, weights_only=True) if self.path.exists() else None
        start = exported(options.start_from) if options.start_from else None
        if state or start:
            self.vision.load_state_dict((state or start)["vision"])
            self.adapters.load_state_dict((state or start)["adapters"])
        if state:
            for optimizer, values in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(values)
            self.step, self.spent, drawn = state["step"], state["spent"], state["drawn"]
        self.scenes = Scenes(options, rank, drawn)
        if not (state or start):
            first = torch.stack([image for _ in range(24) for image, _ in self.scenes.fresh()])
            self.vision.conv1.weight.data = whitened_filters(first, VISION["width"])
        average((self.vision, self.adapters), options.processes)  # all start from the first process's filters or alike

    def save(self):
        """Writes the checkpoint beside the old one, then replaces it."""
        state = dict(
            vision=self.vision.state_dict(),
            adapters=self.adapters.state_dict(),
            optimizers=[optimizer.state_dict() for optimizer in self.optimizers],
            step=self.step,
            spent=self.spent,
            drawn=self.scenes.drawn,
        )
        torch.save(state, self.path.with_suffix(".new"))
        self.path.with_suffix(".new").replace(self.path)


def exported(folder):
    """The image tower and the adapters of a model folder."""
    towers = load_file(folder / "open_clip_model.safetensors")
    vision = {name.removeprefix("visual."): t.float() for name, t in towers.items() if name.startswith("visual.")}
    return dict(vision=vision, adapters=load_file(folder / "adapter.safetensors"))


def whitened_filters(images, filters):
    """First weights of the patch embedding: the leading principal components of patches, partly whitened."""
    patch = VISION["patch_size"]
    patches = F.unfold(views.normalized(images), patch, stride=patch).transpose(1, 2).flatten(0, 1)
    values, vectors = torch.linalg.eigh(torch.cov(patches.T))
    values, vectors = values[-filters:].clamp(min=1e-4), vectors[:, -filters:]
    vectors = vectors * vectors.sum(0).sign()  # a sign of their own, so that processes agree
    leading = vectors * values**-0.3
    return leading.T.reshape(filters, 3, patch, patch) / (values**0.4).mean().sqrt()


def work(rank, options, meeting):
    """One process of the training: draws its own pictures, steps together with the others."""
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", f"file://{meeting}", rank=rank, world_size=options.processes)
    run, targets = Run(options, rank), anchors(len(prompts.STATES))
    weights = torch.tensor([1, options.overall, options.peak, options.few_shot])
    generator = random.Random(1000 * run.step + rank)
    draws = torch.Generator().manual_seed(1000 * run.step + rank)
    log = open(options.run / "log.csv", "a", buffering=1) if rank == 0 else None
    began = saved = time.time()
    sums, counted = np.zeros(4), 0
    while True:
        # The first process's clock decides for all, so that they stop, turn and save at the same step.
        shared = torch.tensor([max(run.step / options.steps, run.spent / (options.minutes * 60)), time.time() - saved])
        distributed.broadcast(shared, 0)
        progress, unsaved = shared.tolist()
        average((run.vision, run.adapters), options.processes)
        for optimizer in run.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(run.step, progress, options.rate)
        if progress >= 1 or unsaved > SAVE_EVERY:
            saved = time.time()
            run.save()
        if progress >= 1:
            break
        window = options.window if progress < options.windows_until else 0
        count = options.scenes if window else options.whole_scenes
        patches = views.GRID**2 if window or progress > 0.8 else options.patches
        for _ in range(MEET_EVERY):
            batch = make_batch(run.scenes.batch(count, generator), window, patches, generator, draws)
            with torch.autocast("cpu", torch.bfloat16):
                values = losses(run.vision, run.adapters, batch, targets, options.emphasis * (1 - 0.7 * progress))
            for optimizer in run.optimizers:
                optimizer.zero_grad()
            (values @ weights).backward()
            torch.nn.utils.clip_grad_norm_([p for m in (run.vision, run.adapters) for p in m.parameters()], 1.0)
            for optimizer in run.optimizers:
                optimizer.step()
            sums, counted = sums + values.detach().numpy(), counted + 1
            run.step += 1
        now = time.time()
        run.spent, began = run.spent + now - began, now
        if log and counted >= 64:
            numbers = ",".join(f"{value:.4f}" for value in sums / counted)
            log.write(f"{run.step},{run.scenes.drawn},{run.spent:.0f},{numbers}\n")
            sums, counted = np.zeros(4), 0
    run.scenes.stream.close()
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
