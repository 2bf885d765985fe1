"""Keeps scenes of the factory on the training's device and lets it look at them again and again.

A scene is two pieces of one design. Child processes read the factory's streams and hand over blocks in shared memory.
"""

import os

import torch
from torch import multiprocessing

import prompts
from stream import PictureStream

PIECES = 2  # pieces of a scene: each is the other's reference
BLOCK = 32  # pictures handed over at once
_RANGE = 10**6  # each child draws its own range of indices, the most of one stream


def _read(number, options, seed, drawn, side, block, emptied, ready, slot):
    """A child: fills its block whenever the trainer has emptied it, until the trainer is no more, however it ended."""
    torch.set_num_threads(1)
    os.nice(10)  # training goes first where both share processors
    products = [*options.products[number % len(options.products)].split(), "--pieces", str(PIECES), "--threads", "1"]
    stream = PictureStream(options.factory, seed, number * _RANGE + drawn, _RANGE - drawn, side, products)
    names = [prompts.canonical(name) for name in stream.types]
    states = torch.tensor([0, *(prompts.STATES.index(name) for name in names)], dtype=torch.uint8)
    while _received(emptied):
        for place in block:
            picture = next(stream)
            place[..., :3] = torch.from_numpy(picture.image)
            place[..., 3] = states[torch.from_numpy(picture.labels).int()]
        ready.put(slot)
    stream.close()


def _received(pipe):
    """Waits for a message; false when nobody is left to send one."""
    try:
        pipe.recv()
    except EOFError:
        return False
    return True


class Pool:
    """Pictures [N, S, S, 4]: 8-bit RGB and the state of each pixel. The oldest give way when it is full."""

    def __init__(self, options, seed, side, device, rank=0, drawn=0):
        capacity = options.pool // BLOCK * BLOCK
        self.pictures = torch.empty(capacity, side, side, 4, dtype=torch.uint8, device=device)
        self.held, self.drawn, self.device = 0, drawn, torch.device(device)
        self._blocks = torch.empty(options.readers, BLOCK, side, side, 4, dtype=torch.uint8).share_memory_()
        context = multiprocessing.get_context("spawn")
        self._ready = context.SimpleQueue()
        emptied, self._emptied = zip(*(context.Pipe(duplex=False) for _ in range(options.readers)))
        each = -(-drawn // (options.readers * BLOCK)) * BLOCK
        self._children = [
            context.Process(
                target=_read,
                args=(rank * options.readers + n, options, seed, each, side, self._blocks[n], pipe, self._ready, n),
                daemon=True,
            )
            for n, pipe in enumerate(emptied)
        ]
        self._side = torch.cuda.Stream(device) if self.device.type == "cuda" else None
        for child in self._children:
            child.start()
        for pipe in emptied:
            pipe.close()
        for pipe in self._emptied:
            pipe.send(True)

    def take(self, wait=False):
        """Copies every block that is ready; with `wait` there is at least one."""
        while wait or not self._ready.empty():
            slot = self._ready.get()
            self._store(self._blocks[slot])
            self._emptied[slot].send(True)
            wait = False

    def _store(self, block):
        """Copies on a stream of its own, so that it waits for no training step but where pictures give way."""
        capacity = len(self.pictures)
        place = self.drawn % capacity
        if self._side is None:
            self.pictures[place : place + BLOCK] = block
        else:
            if self.drawn >= capacity:
                self._side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self._side):
                self.pictures[place : place + BLOCK].copy_(block)
        self.drawn += BLOCK
        self.held = min(capacity, max(self.held, place + BLOCK))

    def sample(self, scenes, generator):
        """[2 · scenes, S, S, 4]: whole scenes, piece beside piece."""
        first = PIECES * torch.randint(self.held // PIECES, (scenes, 1), generator=generator, device=self.device)
        return self.pictures[(first + torch.arange(PIECES, device=self.device)).flatten()]

    def close(self):
        """Ends the children and with them the factory."""
        for child in self._children:
            child.terminate()
