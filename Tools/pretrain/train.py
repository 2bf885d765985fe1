"""Trains the image tower and its adapters from scratch: `python train.py RUN_DIR --minutes 13`.

Pictures come from the factory (`pool.py`) for as long as training runs. Resumable: started again with the same folder it goes on at the
last checkpoint. `log.csv` holds steps, views, pictures drawn, seconds and the five losses.
"""

import argparse
import itertools
import signal
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import distributed
from torch.nn import functional as F

import objectives
import prompts
import views
from model import VISION, Adapters, Vision, anchors, at_side
from muon import Muon
from pool import PIECES, Pool
from stream import default_factory

MEET_EVERY = 8  # steps of each process between two averages of their weights
LOG_EVERY = 48  # steps
BEGIN_WITH = 1024  # pictures in the pool before the first step
ALL, NEW_DESIGNS = "--except held-out", "--products turned_part,molded_part,radial_part"
PRODUCTS = (ALL, NEW_DESIGNS, NEW_DESIGNS, ALL, NEW_DESIGNS)  # what the readers draw, by turns; two readers draw some of each


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--factory", default=default_factory(), help="command that understands `synth --stream`")
    parser.add_argument(
        "--products", nargs="+", default=PRODUCTS, help="the factory's options for what it draws; readers take turns"
    )
    parser.add_argument("--seed", type=int, default=7, help="of pictures and chance; another one to train on with other pictures")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--processes", type=int, default=1, help="on processors: trainers of one thread each, whose weights are averaged")
    parser.add_argument("--readers", type=int, default=15, help="processes that draw pictures, for each trainer")
    parser.add_argument("--pool", type=int, default=200_000, help="pictures kept to look at again, a quarter of a megabyte each")
    parser.add_argument("--start-from", type=Path, help="model folder whose weights a new run begins with")
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--minutes", type=float, default=1e9, help="end after this long; the schedule fits itself to it")
    parser.add_argument("--save-every", type=float, default=60, help="seconds between checkpoints")
    parser.add_argument("--tokens", type=int, default=1 << 17, help="patches of a step, which sets the number of views")
    parser.add_argument("--windows-until", type=float, default=0.3, help="share of the run that looks at windows")
    parser.add_argument("--window", type=int, default=16, help="patches along a window's side")
    parser.add_argument("--busy-until", type=float, default=0.7, help="share of the run after which all patches are looked at")
    parser.add_argument("--busy", type=int, default=640, help="patches of a whole picture to look at until then")
    parser.add_argument("--full-share", type=float, default=0.5, help="a patch is wholly defective from this share on")
    parser.add_argument("--emphasis", type=float, default=5, help="extra weight of defective patches at the start")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    parser.add_argument("--optimizer", choices=("muon", "adamw"), default="muon", help="for the matrices of the blocks")
    parser.add_argument("--overall", type=float, default=0.5, help="weight of the global loss")
    parser.add_argument("--peak", type=float, default=0.5, help="weight of the peak loss")
    parser.add_argument("--few-shot", type=float, default=0.7, help="weight of the memory-bank loss of patches")
    parser.add_argument("--few-shot-peak", type=float, default=0.35, help="weight of the memory-bank loss of pictures")
    return parser.parse_args()


def phase(progress, options):
    """What a step looks at: the side of a window or none, and the number of patches of a view."""
    if progress < options.windows_until:
        return options.window, options.window**2
    return None, options.busy if progress < options.busy_until else views.GRID**2


def make_batch(pool, window, patches, options, generator):
    """The tower's input [B, 3, S, S], soft labels [B, patches, states] and grid positions (None for whole pictures)."""
    scenes = max(1, options.tokens // patches // PIECES)
    pictures, positions = pool.sample(scenes, generator), None
    pictures = views.zoomed(views.turned(pictures, generator), generator)
    if window:
        pictures, positions = views.windows(pictures, window, generator)
    images = views.standardized(views.lit(pictures[..., :3].float() / 255, generator)).contiguous()
    labels = views.patch_labels(pictures[..., 3], len(prompts.STATES), options.full_share)
    if patches < labels.shape[1]:
        positions = views.busy_patches(images, labels, patches, generator)
        labels = labels.gather(1, positions[..., None].expand(-1, -1, labels.shape[2]))
    return images, labels, positions


def losses(stages, embedding, adapters, labels, targets, emphasis):
    """The five objectives of one batch."""
    dense, anomaly = objectives.dense(adapters(stages), labels, targets, emphasis)
    return torch.stack([
        dense,
        objectives.overall(embedding, labels, targets),
        objectives.peak(anomaly, labels),
        *objectives.few_shot(stages, labels),
    ])  # fmt: skip


def optimizers(modules, kind):
    """Muon or AdamW for the matrices of the blocks, AdamW for everything else."""
    named = [(n, p) for module in modules for n, p in module.named_parameters()]
    matrices = [p for n, p in named if p.ndim == 2 and "resblocks" in n]
    others = [p for n, p in named if p.ndim >= 2 and "resblocks" not in n and "embedding" not in n]
    plain = [p for n, p in named if p.ndim < 2 or "embedding" in n]
    groups = [dict(params=others, weight_decay=0.05), dict(params=plain, weight_decay=0)]
    if kind == "adamw":
        groups[0]["params"] = others + matrices
    adamw = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
    return [adamw] if kind == "adamw" else [Muon(matrices), adamw]


def learning_rate(step, progress, peak, warm=200):
    """Warm-up counted in steps, then linear over the whole run to nothing."""
    return peak * min(1, (step + 1) / warm) * max(0.0, 1 - progress)


def exported(folder):
    """The image tower, at the side that is trained at, and the adapters of a model folder."""
    towers = load_file(folder / "open_clip_model.safetensors")
    vision = {name.removeprefix("visual."): t.float() for name, t in towers.items() if name.startswith("visual.")}
    return dict(vision=at_side(vision), adapters=load_file(folder / "adapter.safetensors"))


def whitened_filters(pictures, filters):
    """First weights of the patch embedding: the leading principal components of patches, partly whitened."""
    patch = VISION["patch_size"]
    patches = F.unfold(views.normalized(pictures[..., :3]), patch, stride=patch).transpose(1, 2).flatten(0, 1)
    values, vectors = torch.linalg.eigh(torch.cov(patches.T))
    values, vectors = values[-filters:].clamp(min=1e-4), vectors[:, -filters:]
    vectors = vectors * vectors.sum(0).sign()
    leading = vectors * values**-0.3
    return leading.T.reshape(filters, 3, patch, patch) / (values**0.4).mean().sqrt()


class Run:
    """The state of one process's training, and its checkpoint."""

    def __init__(self, options, rank=0):
        self.options, self.rank, self.path = options, rank, options.run / "checkpoint.pt"
        torch.manual_seed(options.seed)
        vision, adapters = Vision(), Adapters()
        self.vision, self.adapters = vision.to(options.device), adapters.to(options.device)
        self.optimizers = optimizers((self.vision, self.adapters), options.optimizer)
        self.step, self.views, self.spent, drawn = 0, 0, 0.0, 0
        state = torch.load(self.path, weights_only=True, map_location=options.device) if self.path.exists() else None
        start = state or (exported(options.start_from) if options.start_from else None)
        if start:
            self.vision.load_state_dict(start["vision"])
            self.adapters.load_state_dict(start["adapters"])
        if state:
            for optimizer, values in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(values)
            self.step, self.views, self.spent, drawn = (state[name] for name in ("step", "views", "spent", "drawn"))
        self.pool = Pool(options, options.seed, VISION["image_size"], options.device, rank, drawn)
        self.generator = torch.Generator(options.device).manual_seed(options.seed + 1000 * rank + self.step)
        while self.pool.drawn < drawn + min(BEGIN_WITH, len(self.pool.pictures)):
            self.pool.take(wait=True)
        if not start:
            self.vision.conv1.weight.data = whitened_filters(self.pool.pictures[:192], VISION["width"])
        self._saved = time.time()

    def parameters(self):
        """Everything that is learned."""
        return list(itertools.chain(self.vision.parameters(), self.adapters.parameters()))

    @torch.no_grad()
    def meet(self):
        """Averages the weights of all processes, saves now and then; gives the share of the run that is done.

        The first process's clock decides for all, so that they turn and stop at the same step.
        """
        progress = torch.tensor(max(self.step / self.options.steps, self.spent / (self.options.minutes * 60)))
        if self.options.processes > 1:
            distributed.broadcast(progress, 0)
            for parameter in self.parameters():
                distributed.all_reduce(parameter.data)
                parameter.data /= self.options.processes
        if self.rank == 0 and (progress >= 1 or time.time() - self._saved > self.options.save_every):
            self._save()
        return float(progress)

    def _save(self):
        """Writes the checkpoint beside the old one, then replaces it."""
        state = dict(
            vision=self.vision.state_dict(),
            adapters=self.adapters.state_dict(),
            optimizers=[optimizer.state_dict() for optimizer in self.optimizers],
            step=self.step,
            views=self.views,
            spent=self.spent,
            drawn=self.pool.drawn,
        )
        torch.save(state, self.path.with_suffix(".new"))
        self.path.with_suffix(".new").replace(self.path)
        self._saved = time.time()


class Log:
    """Mean losses, written every few steps; read from the device no more often than that."""

    def __init__(self, run):
        self._run, self._sums, self._count = run, 0, 0
        self._file = open(run.options.run / "log.csv", "a", buffering=1) if run.rank == 0 else None

    def add(self, values):
        """One step's five losses."""
        self._sums, self._count = self._sums + values.detach(), self._count + 1
        if self._count == LOG_EVERY:
            numbers = ",".join(f"{value / LOG_EVERY:.4f}" for value in self._sums.tolist())
            if self._file:
                self._file.write(f"{self._run.step},{self._run.views},{self._run.pool.drawn},{self._run.spent:.0f},{numbers}\n")
            self._sums, self._count = 0, 0


def train(run, options):
    """Steps until the run is over."""
    targets = anchors(len(prompts.STATES)).to(options.device)
    weights = torch.tensor([1, options.overall, options.peak, options.few_shot, options.few_shot_peak], device=options.device)
    parameters, log, began = run.parameters(), Log(run), time.time()
    while (progress := run.meet()) < 1:
        for group in itertools.chain.from_iterable(optimizer.param_groups for optimizer in run.optimizers):
            group["lr"] = learning_rate(run.step, progress, options.rate)
        for _ in range(MEET_EVERY):
            run.pool.take()
            images, labels, rows = make_batch(run.pool, *phase(progress, options), options, run.generator)
            with torch.autocast(options.device, torch.bfloat16):
                stages, embedding = run.vision(images, rows)
                emphasis = options.emphasis * (1 - 0.7 * progress)
                values = losses(stages, embedding, run.adapters, labels, targets, emphasis)
            for parameter in parameters:
                parameter.grad = None
            (values @ weights).backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            for optimizer in run.optimizers:
                optimizer.step()
            run.step, run.views = run.step + 1, run.views + len(images)
            log.add(values)
        now = time.time()
        run.spent, began = run.spent + now - began, now


def work(rank, options, meeting):
    """One process of the training."""
    if options.processes > 1:
        # By which torch ends this process with its parent; a script that starts training with & has it ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        torch.set_num_threads(1)
        distributed.init_process_group("gloo", f"file://{meeting}", rank=rank, world_size=options.processes)
    run = Run(options, rank)
    try:
        train(run, options)
    finally:
        run.pool.close()


def main():
    """Runs or resumes training."""
    options = arguments()
    options.run.mkdir(parents=True, exist_ok=True)
    meeting = options.run.resolve() / "meeting"
    meeting.unlink(missing_ok=True)
    if options.processes > 1:
        torch.multiprocessing.spawn(work, (options, meeting), options.processes)
    else:
        work(0, options, meeting)


if __name__ == "__main__":
    main()
