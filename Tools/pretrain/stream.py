"""Reads pictures from the factory, `multiads synth --stream`, which runs as a child process."""

import fcntl
import json
import os
import shlex
import subprocess
from dataclasses import dataclass

import numpy as np

_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031  # Linux; fcntl names it from Python 3.10 on only where the platform's headers do


@dataclass
class Picture:
    """One picture: `image` [S, S, 3] 8-bit RGB, `labels` [S, S] with 0 normal, else 1 + index into the stream's types."""

    index: int
    family: str
    noun: str
    types: tuple
    severity: str
    image: np.ndarray
    labels: np.ndarray


class PictureStream:
    """Iterates over the pictures `start` … `start + count - 1` of a seed, in order; the factory waits for its reader.

    `factory` is the command that understands `synth --stream` ("path/to/multiads"), `options` what it gets besides.
    A picture depends on seed and index only, so a stream resumes wherever another one ended.
    """

    def __init__(self, factory, seed, start, count, side=256, options=()):
        command = [*shlex.split(factory), "synth", "--stream", "--seed", str(seed), "--start", str(start)]
        command += ["--count", str(count), "--side", str(side), *options]
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE)
        self._pipe = self._child.stdout
        try:
            fcntl.fcntl(self._pipe, _F_SETPIPE_SZ, _PIPE_BYTES)
        except OSError:
            pass  # a smaller pipe only means more turns
        header = self._line()
        if header is None or header.get("format") != "multiads-synth" or header.get("version") != 1:
            raise ValueError(f"{command}: expected a multiads-synth stream of version 1, found {header}")
        if header["side"] != side:
            raise ValueError(f"{command}: expected pictures of side {side}, found {header['side']}")
        self.side = side
        self.types = tuple(header["types"])
        self.families = {family["name"]: tuple(family["nouns"]) for family in header["families"]}

    def __iter__(self):
        return self

    def __next__(self):
        entry = self._line()
        if entry is None:
            if self._child.wait() != 0:
                raise RuntimeError(f"the factory ended with status {self._child.returncode}")
            raise StopIteration
        pixels = self.side * self.side
        image = np.frombuffer(self._exactly(3 * pixels), np.uint8).reshape(self.side, self.side, 3)
        labels = np.frombuffer(self._exactly(pixels), np.uint8).reshape(self.side, self.side)
        types = tuple(entry["types"])
        return Picture(entry["index"], entry["family"], entry["noun"], types, str(entry["severity"]), image, labels)

    def close(self):
        """Ends the factory."""
        self._pipe.close()
        self._child.terminate()
        self._child.wait()

    def _line(self):
        line = self._pipe.readline()
        return json.loads(line) if line else None

    def _exactly(self, count):
        data = bytearray(self._pipe.read(count))  # writable, as torch wants it
        if len(data) != count:
            raise RuntimeError(f"the factory's stream ended inside a picture: {len(data)} of {count} bytes")
        return data


def default_factory():
    """The release binary of this checkout, or what MULTIADS names."""
    here = os.path.dirname(os.path.abspath(__file__))
    return os.environ.get("MULTIADS", os.path.join(here, "..", "..", ".build", "release", "multiads"))
