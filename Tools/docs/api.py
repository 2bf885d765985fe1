#!/usr/bin/env python3
"""Runs the commands of docs/api.md against a fresh server and writes what they really answer below them.

A command stands in a ```console block behind "$ ", on as many lines as a trailing backslash makes it; the lines below it,
up to the next command, are its output. Commands run in order, in a folder that holds part.jpg, other.jpg, good.jpg,
covered.png (black), notes.txt and good/ with 19 pictures of good parts, with a server of the bundled model that nothing was sent to before. $RESULT is the id of the last result.

Answers are shortened, for people: JSON is broken into lines, contours and lists keep their first entries, digests their
first digits. Needs only Python's standard library, curl, and a built `multiads`.

usage: Tools/docs/api.py [--check] [--program .build/release/multiads]
  --check  changes nothing; fails when an answer has another form than the one shown (numbers, ids and times may differ)
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/api.md"
PICTURES = {
    "part.jpg": "32-wood-hole.jpg", "other.jpg": "33-wood-stain.jpg", "good.jpg": "30-wood-clean.jpg",
}
SHOWN = "127.0.0.1:8080"
WIDTH = 140


def compact(value, indent=0):
    """JSON on as few lines as fit, members of an object kept together."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if len(text) + indent <= WIDTH or not isinstance(value, (dict, list)):
        return text
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        parts = [json.dumps(k, ensure_ascii=False) + ":" + compact(v, indent + 1) for k, v in value.items()]
        opening, closing = "{", "}"
    else:
        parts = [compact(v, indent + 1) for v in value]
        opening, closing = "[", "]"
    lines, line = [], ""
    for index, part in enumerate(parts):
        part += "," if index + 1 < len(parts) else closing
        if line and ("\n" in part or "\n" in line or len(pad) + len(line) + len(part) > WIDTH):
            lines.append(line)
            line = ""
        line += part
    lines.append(line)
    return opening + ("\n" + pad).join(lines)


def shorten(value, key=""):
    """Lists keep their first entries; an ellipsis stands for the others."""
    if isinstance(value, dict):
        return {k: shorten(v, k) for k, v in value.items()}
    if isinstance(value, list):
        keep = 3 if key == "contour" else 2 if key in ("regions", "items", "errors", "scores") else 40
        entries = [shorten(v) for v in value[:keep]]
        return entries + ["…"] if len(value) > keep else entries
    return value


def show(output):
    """What people read of an output."""
    lines = []
    for line in output.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        if line[:1] in "{[":
            try:
                line = compact(shorten(json.loads(line))).replace('"…"', "…")
            except ValueError:
                pass
        lines.append(line.rstrip())
    text = "\n".join(lines).strip("\n")
    return re.sub(r"\b([0-9a-f]{8})[0-9a-f]{56}\b", r"\1…", text)


def form(text):
    """What has to stay the same of an output: everything but numbers, ids and times."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"\b[0-9a-f]{8}…", "DIGEST", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)
    text = re.sub(r"Date: .*", "Date: D", text)
    text = re.sub(r'"r\d+\.[^"]*"', "TAG", text)
    text = re.sub(r"-?\d+(\.\d+)?(e-?\d+)?", "N", text)
    return re.sub(r"\s+", "", re.sub(r"\[N,N\],?", "", text))


def black_picture(side):
    """A PNG file."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side + 1) * side))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Server:
    """A fresh server with a folder to work in."""

    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="api-docs-")
        work = pathlib.Path(self.folder, "work")
        work.mkdir()
        for name, picture in PICTURES.items():
            shutil.copy(ROOT / "Tests/Fixtures/BundledModel" / picture, work / name)
        (work / "covered.png").write_bytes(black_picture(64))
        (work / "notes.txt").write_text("not a picture\n")
        subprocess.run(
            [program, "synth", "tree", "--products", "wood", "--side", "256", "--train", "19", "--good", "1", "--defects", "1"],
            cwd=work, check=True, capture_output=True)
        shutil.move(work / "tree/wood/train/good", work / "good")
        self.work = work
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = open(pathlib.Path(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            [program, "serve", "--host", "127.0.0.1", "--port", str(self.port), "--data", self.folder + "/data"],
            stdout=self.log, stderr=self.log)
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("the server did not start:\n" + pathlib.Path(self.folder, "log").read_text())
                time.sleep(0.1)
        sys.exit("the server is not ready after a minute")

    def run(self, command, result):
        """The output of one command."""
        environment = dict(os.environ, RESULT=result, LC_ALL="C.UTF-8")
        command = command.replace(SHOWN, f"127.0.0.1:{self.port}")
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.work, env=environment, capture_output=True, timeout=120)
        return (done.stdout + done.stderr).replace(f"127.0.0.1:{self.port}".encode(), SHOWN.encode())

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.folder)


def commands(lines):
    """Commands with their outputs, as they stand in a block."""
    found, index = [], 0
    while index < len(lines):
        command = [lines[index]]
        while command[-1].endswith("\\"):
            index += 1
            command.append(lines[index])
        index += 1
        output = []
        while index < len(lines) and not lines[index].startswith("$ "):
            output.append(lines[index])
            index += 1
        found.append(("\n".join(command), "\n".join(output)))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--program", default=str(ROOT / ".build/release/multiads"))
    options = parser.parse_args()
    text = DOCUMENT.read_text()
    server = Server(os.path.abspath(options.program))
    result, failures, count = "", [], 0

    def block(match):
        nonlocal result, count
        shown = []
        for command, output in commands(match.group(1).strip("\n").split("\n")):
            raw = server.run(command[2:].replace("\n", "\n"), result)
            new = show(raw)
            for found in re.finditer(rb'"id":"([0-9a-f-]{36})","product"', raw):
                result = found.group(1).decode()
            count += 1
            if form(new) != form(output):
                failures.append(f"{command}\n--- shown\n{output}\n--- answered\n{new}\n")
            shown.append(command + ("\n" + new if new else ""))
        return "```console\n" + "\n".join(shown) + "\n```"

    try:
        new = re.sub(r"```console\n(.*?)\n```", block, text, flags=re.S)
    finally:
        server.stop()
    if options.check:
        print("\n".join(failures), end="")
        print(f"{count} commands, {len(failures)} answered in another form than shown", file=sys.stderr)
        sys.exit(1 if failures else 0)
    DOCUMENT.write_text(new)
    print(f"{count} commands, {len(failures)} outputs in a new form", file=sys.stderr)


if __name__ == "__main__":
    main()
