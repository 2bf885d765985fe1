#!/usr/bin/env python3
"""Measures how long the service takes from the start of its process until /readyz answers 200, and the memory it then holds.

    make test-full                             # once: makes full-size random weights
    swift build -c release --product multiads
    Tools/bench/startup.py                     # MODEL's weights in every precision, half a minute

Each precision is started once with an empty data folder and then, a few times, with the one it left. Weights come from the page
cache: all files of the model are read once beforehand. Memory is that of the kernel's books (VmRSS, VmHWM), when ready and
after one inspection.
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib

MODEL = os.environ.get("MULTIADS_FULL_GOLDEN", "~/.cache/multiads-golden/full")
SECONDS_BAR = 6.0
# 1.15 times the weights in the chosen precision, and 500 MB.
WEIGHTS_FACTOR, MEMORY_EXTRA = 1.15, 500e6
BYTES = {"f32": 4, "bf16": 2, "int8": 1}


def parameters(folder):
    """Numbers in the model's weights file, from its header."""
    with open(folder / "open_clip_model.safetensors", "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    total = 0
    for name, tensor in header.items():
        if name != "__metadata__":
            count = 1
            for extent in tensor["shape"]:
                count *= extent
            total += count
    return total


def picture(side):
    """A PNG of a gradient."""
    rows = b"".join(
        b"\0" + bytes(value for x in range(side) for value in (x % 256, y % 256, (x ^ y) % 256)) for y in range(side))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def ask(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


class Service:
    """One start of the program."""

    def __init__(self, program, arguments):
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", "--log-format", "json", *arguments], stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        os.set_blocking(self.process.stderr.fileno(), False)
        self.port, self.steps, self.rest = None, [], b""

    def read_log(self, patience):
        select.select([self.process.stderr], [], [], patience)
        self.rest += self.process.stderr.read() or b""
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            event = json.loads(line)
            if event["message"] != "request":
                self.steps.append((time.monotonic() - self.began, event["message"]))
            if "url" in event and self.port is None:
                self.port = int(event["url"].rsplit(":", 1)[1].strip("/"))
            if event["level"] in ("error", "critical"):
                sys.exit(f"startup: {event}")

    def wait_until_ready(self):
        """Seconds from the start of the process to the first 200 of /readyz."""
        while True:
            if self.process.poll() is not None:
                sys.exit(f"startup: the service ended with status {self.process.returncode}: {self.steps}{self.rest}")
            time.sleep(0.02)  # Often enough, and next to no work for the processors that are being measured.
            self.read_log(0)
            if self.port is not None and ask(self.port, "GET", "/readyz")[0] == 200:
                return time.monotonic() - self.began

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return tuple(int(re.search(rf"{key}:\s+(\d+)", status).group(1)) * 1024 for key in ("VmRSS", "VmHWM"))

    def inspect(self, body):
        """Seconds that an inspection takes once the product is prepared."""
        while True:
            began = time.monotonic()
            status, answer = ask(self.port, "POST", "/inspect", body, {"Content-Type": "image/png"})
            if status == 200:
                return time.monotonic() - began
            if json.loads(answer)["type"].rsplit("/", 1)[1] != "product-preparing":
                sys.exit(f"startup: {answer.decode()}")
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.communicate()


def measure(options, folder, precision, data, body):
    service = Service(
        options.program,
        ["--data", data, "--model", str(folder), "--precision", precision, "--engine", options.engine])
    ready = service.wait_until_ready()
    at_ready = service.memory()
    inspection = service.inspect(body)
    first = time.monotonic() - service.began
    service.read_log(0)
    verbose = json.loads(ask(service.port, "GET", "/readyz?verbose")[1])
    after = service.memory()
    service.stop()
    if options.steps:
        for seconds, message in service.steps:
            print(f"    {seconds:7.3f}  {message}")
    return {
        "ready": ready, "first": first, "inspection": inspection, "at_ready": at_ready, "after": after,
        "kernel": verbose["kernel"]}


def main():
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--program", default=".build/release/multiads")
    reader.add_argument("--model", default=MODEL, help="a model folder with open_clip_model.safetensors and an adapter")
    reader.add_argument("--precisions", default="f32,bf16,int8")
    reader.add_argument("--engine", default="auto")
    reader.add_argument("--repeat", type=int, default=3, help="starts with the data folder that the first one left")
    reader.add_argument("--steps", action="store_true", help="print when which log line came")
    reader.add_argument("--check", action="store_true", help="fail when a bar is missed")
    options = reader.parse_args()
    folder = pathlib.Path(options.model).expanduser()
    for file in folder.iterdir():
        if file.is_file():
            with open(file, "rb", buffering=0) as content:
                while content.read(1 << 24):
                    pass
    count, body, missed = parameters(folder), picture(518), []
    print(f"{folder}: {count / 1e6:.0f} million parameters; seconds from the start of the process, memory in MB")
    print("precision  start    ready  first answer  inspection   RSS  peak  after one: RSS  peak   bars")
    for precision in options.precisions.split(","):
        with tempfile.TemporaryDirectory() as data:
            runs = [measure(options, folder, precision, data, body) for _ in range(1 + options.repeat)]
        bar = WEIGHTS_FACTOR * count * BYTES[precision] + MEMORY_EXTRA
        for name, group in (("first", runs[:1]), ("later", runs[1:])):
            if not group:
                continue
            median = {key: statistics.median(run[key] for run in group) for key in ("ready", "first", "inspection")}
            memory = [max(run[key][place] for run in group) for key in ("at_ready", "after") for place in (0, 1)]
            print(f"{precision:9}  {name:5}  {median['ready']:7.2f}  {median['first']:12.2f}  {median['inspection']:10.2f}"
                  f"  {memory[0] / 1e6:4.0f}  {memory[1] / 1e6:4.0f}  {memory[2] / 1e6:14.0f}  {memory[3] / 1e6:4.0f}"
                  f"   {SECONDS_BAR:.0f} s, {bar / 1e6:.0f} MB  ({group[0]['kernel']})")
            if median["ready"] > SECONDS_BAR:
                missed.append(f"{precision}, {name} start: {median['ready']:.2f} s")
            if memory[2] > bar:
                missed.append(f"{precision}, {name} start: {memory[2] / 1e6:.0f} MB")
    for text in missed:
        print(f"missed: {text}")
    sys.exit(1 if missed and options.check else 0)


main()
