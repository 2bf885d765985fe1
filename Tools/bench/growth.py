#!/usr/bin/env python3
"""Measures how an inspection's time grows, over HTTP, and draws it: docs/images/growth-*.svg.

    swift build -c release --product multiads
    make test-full                               # once, for the curves of the full-size model
    Tools/bench/growth.py                        # all curves; three minutes
    Tools/bench/growth.py --curves clients       # one of them, beside the others measured before
    Tools/bench/growth.py --curves ''            # only draws what was measured before

Curves: side, shots, states, clients with the bundled model in float32; large with a full-size model in bfloat16 at several sides; each at
one and two threads where the time allows. What was measured is kept in .build/growth.json. The pictures also show what the model
of `predicted` says, which knows only the times at one thread.
"""

import argparse
import contextlib
import http.client
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import chart
from server import percentile

PARTS = ("decode", "encode", "score", "store")


class Service:
    """A running service and one connection to it."""

    def __init__(self, binary, model, precision, threads, folder):
        command = [binary, "serve", "--port", "0", "--data", folder, "--precision", precision, "--threads", str(threads)]
        if model:
            command += ["--model", model]
        environment = dict(os.environ, MULTIADS_INSPECTION_QUEUE_LENGTH="256", MULTIADS_LOG_LEVEL="error")
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        if " at http://" not in ready:
            raise SystemExit(f"{binary} did not start: {ready}")
        self.port = int(ready.split("http://127.0.0.1:")[1].split()[0])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def close(self):
        self.process.terminate()
        self.process.wait()

    def call(self, method, path, body=None, connection=None):
        connection = connection or self.connection
        connection.request(method, path, body)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text)

    def product(self, name, states=7, side=None, references=()):
        """Makes a product with states − 1 defect types and some references, and waits until it is ready."""
        types = [{"name": f"type-{n}", "phrases": [f"{{}} with defect {n}"]} for n in range(1, states)]
        form = {"noun": "part", "defectTypes": types, "threshold": 1} | ({"imageSide": side} if side else {})
        self.call("PUT", f"/products/{name}", json.dumps(form))
        while self.call("GET", f"/products/{name}")["status"] != "ready":
            time.sleep(0.02)
        for picture in references:
            self.call("POST", f"/products/{name}/references", picture)

    def inspect(self, name, picture, seconds, least=3):
        """Median times in seconds of inspections one after the other: the client's as "total", the parts as the service has them.

        One goes before to warm up, unless a single one is asked for.
        """
        path = f"/inspect?product={name}&dryRun=true"
        if least > 1:
            self.call("POST", path, picture)
        times = []
        until = time.monotonic() + seconds
        while len(times) < least or time.monotonic() < until:
            began = time.perf_counter()
            timings = self.call("POST", path, picture)["timings"]
            times.append({part: timings[part] for part in PARTS} | {"total": time.perf_counter() - began})
        return {part: statistics.median(t[part] for t in times) for part in times[0]}

    def clients(self, name, picture, count, seconds):
        """Rate and latencies while `count` clients inspect without a pause."""
        path, times, stop = f"/inspect?product={name}&dryRun=true", [], threading.Event()

        def work():
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
            while not stop.is_set():
                began = time.perf_counter()
                self.call("POST", path, picture, connection)
                times.append((time.perf_counter(), time.perf_counter() - began))

        workers = [threading.Thread(target=work) for _ in range(count)]
        began = time.perf_counter()
        for worker in workers:
            worker.start()
        time.sleep(seconds)
        stop.set()
        for worker in workers:
            worker.join()
        latencies = sorted(t for _, t in times)
        elapsed = max(at for at, _ in times) - began
        return {"rate": len(times) / elapsed, "median": percentile(latencies, 0.5), "p99": percentile(latencies, 0.99)}


@contextlib.contextmanager
def service(options, threads, data, large=False):
    running = Service(
        options.binary, options.model if large else "", "bf16" if large else "f32", threads, os.path.join(data, str(large)))
    try:
        yield running
    finally:
        running.close()


def bandwidth(processes):
    """Bytes a second that some processes together read from and write to memory, by copying 256 MB each."""
    code = ("import sys, time\na, b = bytearray(2 ** 28), bytearray(2 ** 28)\nb[:] = a\nprint(flush=True)\nsys.stdin.readline()\n"
            "began = time.perf_counter()\nfor _ in range(5): b[:] = a\nprint(10 * len(a) / (time.perf_counter() - began))")
    children = [subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                for _ in range(processes)]
    for child in children:
        child.stdout.readline()
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    return sum(float(child.communicate()[0]) for child in children)


# What is measured.


def measure_side(options, threads, data):
    with service(options, threads, data) as running:
        for side in (224, 336, 512, 768, 1024):
            running.product(f"side-{side}", side=side)
            yield side, running.inspect(f"side-{side}", options.bytes, options.seconds)


def measure_large(options, threads, data):
    with service(options, threads, data, large=True) as running:
        # Beyond 518 pixels a single inspection takes long enough.
        for side in (224, 336, 518, 700, 1036) if threads > 1 else (224, 336, 518):
            running.product(f"side-{side}", states=2, side=side)
            yield side, running.inspect(f"side-{side}", options.bytes, 0 if side > 518 else options.seconds, least=1 if side > 518 else 2)


def measure_shots(options, threads, data):
    """References and the inspected picture show one product, but no two are alike: how a bank is searched depends on what is in it."""
    folder = pathlib.Path(data, f"washer-{threads}")
    subprocess.run([options.binary, "synth", str(folder), "--products", "washer", "--side", "320", "--train", "64", "--good", "1",
                    "--defects", "0"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    good = [path.read_bytes() for path in sorted(folder.glob("washer/train/good/*"))]
    part = next(folder.glob("washer/test/good/*")).read_bytes()
    with service(options, threads, data) as running:
        for shots in (0, 1, 2, 4, 8, 16, 32, 64):
            running.product(f"shots-{shots}", references=good[:shots])
            yield shots, running.inspect(f"shots-{shots}", part, options.seconds)


def measure_states(options, threads, data):
    with service(options, threads, data) as running:
        for states in (2, 4, 8, 16, 32, 64):
            running.product(f"states-{states}", states=states)
            yield states, running.inspect(f"states-{states}", options.bytes, options.seconds)


def measure_clients(options, threads, data):
    if threads == 1:
        return
    with service(options, threads, data) as running:
        running.product("clients")
        yield 0, running.inspect("clients", options.bytes, options.seconds)
        for count in (1, 2, 4, 8, 16, 32, 64):
            yield count, running.clients("clients", options.bytes, count, 2 * options.seconds)


CURVES = {name.removeprefix("measure_"): value for name, value in list(globals().items()) if name.startswith("measure_")}


# What is expected.


def serial_and_shared(one):
    """Seconds of an inspection that one thread does whatever their number, and seconds that are shared out, from times at one thread."""
    shared = one["encode"] + one["score"]
    return one["total"] - shared, shared


def predicted(one, threads, rows, serial_share=0.0):
    """Seconds with some threads, from the times at one.

    Amdahl's law, with two things added: rows are dealt out in blocks of at least twelve, so more threads than blocks are of no use, and a
    share of what should be dealt out may turn out to be serial.
    """
    serial, shared = serial_and_shared(one)
    blocks = math.ceil(rows / 12)
    return serial + shared * (serial_share + (1 - serial_share) * math.ceil(blocks / threads) / blocks)


def serial_share(one, two):
    """The share of the work meant to be shared out that was not, by what two threads took."""
    serial, shared = serial_and_shared(one)
    return max(0.0, 2 * (two["total"] - serial) / shared - 1)


def rows_of(curve, side):
    return (side // (14 if curve == "large" else 8)) ** 2 + 1


# What is shown.


def milliseconds(points):
    return [(x, 1000 * y) for x, y in points]


def draw(results, folder):
    def points(curve, threads, what="total"):
        values = results.get(f"{curve}-{threads}", {})
        return [(int(x), value[what]) for x, value in values.items() if what in value and int(x) >= (curve == "clients")]

    def lines(*curves):
        return [(name, milliseconds(points(curve, threads, what)), "line")
                for name, curve, threads, what in curves if points(curve, threads, what)]

    def chart_of(name, title, label, ticks, lines, log):
        every = [y for _, values, _ in lines for _, y in values]
        if every:
            y = chart.Axis("milliseconds", chart.decades(every) if log else chart.rounds(every), log)
            chart.line_chart(folder / f"growth-{name}.svg", title, chart.Axis(label, ticks, log), y, lines)

    chart_of("side", "One inspection by image side", "image side in pixels", [224, 336, 518, 768, 1036], lines(
        ("bundled, f32 · 1 thread", "side", 1, "total"), ("bundled, f32 · 2 threads", "side", 2, "total"),
        ("ViT-L, bf16 · 1 thread", "large", 1, "total"), ("ViT-L, bf16 · 2 threads", "large", 2, "total")), True)
    chart_of("shots", "One inspection by references", "references (shots)", [0, 8, 16, 32, 48, 64], lines(
        ("1 thread", "shots", 1, "total"), ("2 threads", "shots", 2, "total"), ("tower · 2 threads", "shots", 2, "encode")), False)
    chart_of("states", "One inspection by states", "states: normal and defect types", [0, 8, 16, 32, 48, 64], lines(
        ("1 thread", "states", 1, "total"), ("2 threads", "states", 2, "total"), ("tower · 2 threads", "states", 2, "encode")), False)
    clients = lines(("p99", "clients", 2, "p99"), ("median", "clients", 2, "median"))
    if clients:
        alone = results["clients-2"]["0"]
        wait = alone["encode"] + alone["score"]
        clients.append(("model", milliseconds([(n, max(alone["total"], n * wait)) for n in (1, 2, 4, 8, 16, 32, 64)]), "model"))
    chart_of("clients", "Latency by concurrent clients", "clients without a pause", [1, 2, 4, 8, 16, 32, 64], clients, True)
    threads = []
    for name, curve, side in (("ViT-L, 518", "large", 518), ("bundled, 512", "side", 512), ("bundled, 224", "side", 224)):
        one, two = (results.get(f"{curve}-{count}", {}).get(str(side)) for count in (1, 2))
        if one and two:
            counts, rows, share = (1, 2, 4, 8, 16, 32, 64), rows_of(curve, side), serial_share(one, two)
            threads += [(name, milliseconds([(1, one["total"]), (2, two["total"])]), "line"),
                        (name + " · ideal", milliseconds([(n, predicted(one, n, rows)) for n in counts]), "model"),
                        (name + " · Amdahl", milliseconds([(n, predicted(one, n, rows, share)) for n in counts]), "model")]
    chart_of("threads", "One inspection by threads: measured up to 2, modelled beyond", "threads",
             [1, 2, 4, 8, 16, 32, 64], threads, True)


def report(results):
    for key, values in results.items():
        if key.startswith("bandwidth"):
            print(f"memory, {key.split('-')[1]} copying: {values / 1e9:.1f} GB/s")
            continue
        print(f"\n{key}: milliseconds")
        for x, value in values.items():
            print(f"  {x:>5} " + ", ".join(f"{k} {v:.1f}" if k == "rate" else f"{k} {1000 * v:.2f}" for k, v in value.items()))
    for curve in ("side", "large"):
        for side, one in results.get(f"{curve}-1", {}).items():
            two = results.get(f"{curve}-2", {}).get(side)
            if two:
                expected = predicted(one, 2, rows_of(curve, int(side)))
                print(f"{curve} {side}: two threads expected {1000 * expected:.1f} ms, found {1000 * two['total']:.1f} "
                      f"({100 * (two['total'] / expected - 1):+.0f} %), serial share {100 * serial_share(one, two):.1f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=".build/release/multiads")
    parser.add_argument("--model", default=str(pathlib.Path.home() / ".cache/multiads-golden/full"), help="full-size model")
    parser.add_argument("--picture", default="docs/images/part.jpg")
    parser.add_argument("--curves", default=",".join(CURVES), help="which to measure")
    parser.add_argument("--threads", default="2,1")
    parser.add_argument("--seconds", type=float, default=1, help="for each point of a curve")
    parser.add_argument("--results", default=".build/growth.json")
    parser.add_argument("--images", default="docs/images")
    options = parser.parse_args()
    options.bytes = pathlib.Path(options.picture).read_bytes()
    file = pathlib.Path(options.results)
    results = json.loads(file.read_text()) if file.exists() else {}
    names = [name for name in options.curves.split(",") if name]
    with tempfile.TemporaryDirectory() as data:
        for name in names:
            if name == "large" and not os.path.isdir(options.model):
                print(f"no full-size model at {options.model}: see make test-full")
                continue
            for threads in map(int, options.threads.split(",")):
                values = {str(x): value for x, value in CURVES[name](options, threads, data)}
                if values:
                    results[f"{name}-{threads}"] = values
                    file.write_text(json.dumps(results, indent=1))
    if names:
        results |= {f"bandwidth-{count}": bandwidth(count) for count in (1, 2)}
        file.write_text(json.dumps(results, indent=1))
    report(results)
    draw(results, pathlib.Path(options.images))


if __name__ == "__main__":
    main()
