#!/usr/bin/env python3
"""Times few-shot inspection over HTTP beside the published method in PyTorch float32, picture by picture in turn.

    swift build -c release --product multiads
    make test-full                             # once: makes full-size random weights (any ViT-L-14-336 with an adapter will do)
    Tools/bench/fewshot.py --threads 2         # a Python with torch, open_clip_torch, safetensors, numpy and Pillow

A service per precision is given a product with MVTec AD's 20 defect types and reference pictures; then each service and PyTorch get the
same picture in turn. Times are from sending the request to the last byte of the answer; `timings` in the answer says how much of it was the
image tower. PyTorch passes each picture through the tower twice, as the released program of the method does, starts from the same bytes and stops at
the maps and the score, without regions, pictures or a store. With --data the services' folders are kept, so that another run need not encode the prompts again.
"""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

PRODUCT = "fewshot"


class Service:
    """A running service with a prepared product."""

    def __init__(self, options, precision, folder):
        self.precision = precision
        command = [
            options.binary, "serve", "--port", "0", "--data", str(folder), "--model", str(options.model), "--precision",
            precision, "--threads", str(options.threads)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=open(folder / "log", "wb"), text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not found:
            self.stop()
            sys.exit(f"expected the service's address, found “{line.strip()}”; see {folder / 'log'}")
        self.port = int(found.group(1))

    def request(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, body, {"Content-Type": kind} if body else {})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.status >= 300:
            sys.exit(f"{self.precision}: {method} {path} answered {answer.status}: {data.decode()}")
        return json.loads(data)

    def prepare(self, types, references):
        """Makes the product, waits for its prompts and gives it its references."""
        settings = {"noun": "nut", "defectTypes": types, "imageSide": 518}
        self.request("PUT", f"/products/{PRODUCT}", json.dumps(settings))
        while self.request("GET", f"/products/{PRODUCT}")["status"] != "ready":
            time.sleep(0.2)
        for picture in references:
            self.request("POST", f"/products/{PRODUCT}/references", picture, "image/png")

    def inspect(self, picture):
        """Seconds over HTTP, and the answer."""
        began = time.perf_counter()
        answer = self.request("POST", f"/inspect?product={PRODUCT}", picture, "image/png")
        return time.perf_counter() - began, answer

    def stop(self):
        self.process.terminate()
        self.process.wait()


def pictures(options, folder):
    """Reference pictures and one with a defect, as PNG."""
    subprocess.run(
        [options.binary, "synth", str(folder), "--products", options.product, "--train", str(options.shots), "--good", "1",
         "--defects", "1", "--side", str(options.side)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    product = pathlib.Path(folder, options.product)
    references = [path.read_bytes() for path in sorted((product / "train/good").iterdir())]
    return references[: options.shots], (product / "test/scratch/000.png").read_bytes()


def report(name, seconds, tower, note=""):
    median = statistics.median(seconds)
    line = f"{name:10} median {median:.3f} s  least {min(seconds):.3f}  most {max(seconds):.3f}  ({len(seconds)})"
    if tower:
        share = statistics.median((total - encode) / encode for total, encode in zip(seconds, tower))
        line += f"  tower {statistics.median(tower):.3f} s, all else {100 * share:.1f} % of it"
    print(line + note)
    return median


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=".build/release/multiads")
    parser.add_argument("--model", type=pathlib.Path, default=pathlib.Path.home() / ".cache/multiads-golden/full")
    parser.add_argument("--precisions", default="f32,bf16,int8")
    parser.add_argument("--shots", type=int, default=4)
    parser.add_argument("--product", default="hex_nut", help="one of `multiads synth --list`")
    parser.add_argument("--side", type=int, default=1024, help="of the pictures in pixels")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=2, help="inspections of each service in a round")
    parser.add_argument("--no-pytorch", action="store_true")
    parser.add_argument("--data", type=pathlib.Path, help="folder for the services' data, kept afterwards")
    options = parser.parse_args()
    # So that the services are stopped whatever ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    knowledge = json.loads(pathlib.Path(__file__, "../../../Config/knowledge-base/mvtec-ad.json").resolve().read_text())
    types = [entry["name"] for entry in knowledge["defectTypes"]]

    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        references, picture = pictures(options, scratch / "pictures")
        services = []
        for precision in options.precisions.split(","):
            folder = (options.data or scratch) / f"{options.product}-{options.side}-{options.shots}-{precision}"
            folder.mkdir(parents=True, exist_ok=True)
            service = Service(options, precision, folder)
            stack.callback(service.stop)
            service.prepare(types, references)
            _, answer = service.inspect(picture)
            if answer["shots"] != options.shots:
                sys.exit(f"{precision}: expected {options.shots} references in use, found {answer['shots']}")
            services.append(service)
        pipeline = None
        if not options.no_pytorch:
            import torch

            from fewshot_pytorch import FewShotPipeline
            torch.set_num_threads(options.threads)
            stack.enter_context(torch.inference_mode())
            pipeline = FewShotPipeline(options.model, 518, len(types) + 1, [6, 12, 18, 24])
            pipeline.fill_bank(references[0], options.shots)

        seconds = {service.precision: [] for service in services}
        timings = {service.precision: [] for service in services}
        peer = []
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
            for service in services:
                for _ in range(options.repeat):
                    total, answer = service.inspect(picture)
                    seconds[service.precision].append(total)
                    timings[service.precision].append(answer["timings"])
            if pipeline:
                began = time.perf_counter()
                pipeline.inspect(picture)
                peer.append(time.perf_counter() - began)

        print(f"few-shot inspection, {options.shots} references, {len(types)} defect types, {options.side} × {options.side} "
              f"pixels in, 518 inside, {options.threads} threads")
        own = {}
        for precision, values in seconds.items():
            steps = {key: statistics.median(t[key] for t in timings[precision]) for key in timings[precision][0]}
            note = "  " + ", ".join(f"{key} {1000 * value:.0f}" for key, value in steps.items() if key != "total") + " ms"
            own[precision] = report(precision, values, [t["encode"] for t in timings[precision]], note)
        if peer:
            reference = report("PyTorch", peer, None, "  float32, two passes a picture")
            for precision, median in own.items():
                print(f"PyTorch / multiads {precision}: {reference / median:.1f}")


if __name__ == "__main__":
    main()
