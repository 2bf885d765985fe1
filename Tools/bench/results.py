#!/usr/bin/env python3
"""Measures lists, summaries, exports, retention and start-up over a large store, over HTTP, with Python's own library.

    swift build -c release --product multiads
    Tools/bench/results.py                     # a million results; some minutes and 3 GB in --data

The store is filled by `multiads bench results` when the folder does not exist, and kept for the next time.
Memory is the server's largest resident size (VmHWM) since it was ready, model included.
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time


class Service:
    """A running `multiads serve`."""

    def __init__(self, binary, data, model, variables=None):
        command = [binary, "serve", "--port", "0", "--data", data, "--log-level", "warning"]
        if model:
            command += ["--model", model]
        began = time.monotonic()
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(variables or {})})
        line = self.process.stdout.readline()
        self.start_seconds = time.monotonic() - began
        match = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not match:
            sys.exit(f"expected the service's address, found {line!r}")
        self.port = int(match.group(1))

    def status(self, key):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
        return 0

    def reset_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port))

    def request(self, connection, path, accept="application/json", method="GET", body=b""):
        connection.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.receive(connection)
        head, _, rest = received.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if length:
            while len(rest) < int(length.group(1)):
                rest += self.receive(connection)
        return status, rest

    @staticmethod
    def receive(connection):
        piece = connection.recv(1 << 20)
        if not piece:
            raise ConnectionError("the service closed the connection")
        return piece

    def get(self, connection, path):
        status, body = self.request(connection, path)
        assert status == 200, (path, status, body[:300])
        return json.loads(body)

    def stop(self, with_signal=signal.SIGTERM):
        self.process.send_signal(with_signal)
        self.process.wait()


def export(service, accept):
    """Reads an export to its end; lines, bytes and seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    began = time.monotonic()
    connection.request("GET", "/results", headers={"Accept": accept})
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    lines, size = 0, 0
    while piece := answer.read(1 << 20):
        lines += piece.count(b"\n")
        size += len(piece)
    return lines, size, time.monotonic() - began


def pages(service, count, repeat):
    """Milliseconds per first and following page for each filter."""
    base = 1767225600  # 2026-01-01, as in SyntheticResult.swift; a result every three seconds
    def moment(number):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(base + 3 * number))
    filters = {
        "all": "", "product": "product=product7", "verdict": "verdict=notOk", "product, verdict": "product=product7&verdict=notOk",
        "defect": "defect=hole", "product, defect": "product=product7&defect=hole", "camera": "camera=camera1",
        "part": f"partId=part-{count // 4}", "metadata": "metadata.line=3", "metadata, rare": f"metadata.lot=L{count // 10000}",
        "metadata, product, verdict": "metadata.line=3&product=product7&verdict=undecidable",
        "two of metadata": "metadata.line=3&metadata.shift=late", "high score": "minScore=0.9999", "common score": "minScore=0.2",
        "an hour": f"since={moment(count // 2)}&until={moment(count // 2 + 1200)}",
        "an hour, camera, defect": f"since={moment(count // 2)}&until={moment(count // 2 + 1200)}&camera=camera1&defect=hole",
        "camera, product, defect, score": "camera=camera1&product=product7&defect=bent&minScore=0.8",
        "nothing matches": "camera=camera1&product=product7&verdict=ok&minScore=0.499999",
    }
    connection = service.connect()
    for name, query in filters.items():
        milliseconds, found = [], 0
        for _ in range(repeat):
            path = f"/results?pageSize=50&{query}"
            token = ""
            for _ in range(3):
                began = time.perf_counter()
                page = service.get(connection, path + token)
                milliseconds.append(1000 * (time.perf_counter() - began))
                found = max(found, len(page["items"]))
                if not page["nextPageToken"]:
                    break
                token = f"&pageToken={page['nextPageToken']}"
        milliseconds.sort()
        yield name, statistics.median(milliseconds), milliseconds[int(0.99 * (len(milliseconds) - 1))], milliseconds[-1], found


def inspections(service, picture, seconds):
    """Milliseconds of inspections sent one after the other."""
    connection, milliseconds = service.connect(), []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        status, body = service.request(connection, "/inspect", method="POST", body=picture)
        assert status == 200, body[:300]
        milliseconds.append(1000 * (time.perf_counter() - began))
    return sorted(milliseconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=".build/release/multiads")
    parser.add_argument("--data", default=str(pathlib.Path(tempfile.gettempdir()) / "multiads-bench-results"))
    parser.add_argument("--model", default="Tests/Fixtures/CLIP/tiny", help="a small model: none of this needs a large one")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--picture", default="Tests/Fixtures/CLIP/tiny/query.png")
    parser.add_argument("--skip", default="", help="parts to leave out: pages, summaries, exports, retention, crash")
    options = parser.parse_args()
    skip = set(options.skip.split(","))

    if not pathlib.Path(options.data, "multiads.sqlite").exists():
        subprocess.run(
            [options.binary, "bench", "results", "--data", options.data, "--count", str(options.count)], check=True)
    service = Service(options.binary, options.data, options.model)
    print(f"start: ready after {service.start_seconds:.2f} s")
    connection = service.connect()
    details = service.get(connection, "/readyz?verbose")
    total = details["results"]["all"]["count"]
    print(f"store: {total:,} results, {details['store']['databaseBytes'] / 1e9:.2f} GB")

    if "pages" not in skip:
        print(f"{'page of 50':34} {'median':>8} {'p99':>8} {'max':>8} ms")
        for name, median, p99, worst, found in pages(service, total, options.repeat):
            print(f"{name:34} {median:8.1f} {p99:8.1f} {worst:8.1f}    {found} found")
    if "summaries" not in skip:
        for query in ["by=product", "by=defect", "by=hour", "by=hour&product=product7", "by=product&camera=camera1",
                      "by=product&since=2026-01-10T00:00:00Z&until=2026-01-11T00:00:00Z"]:
            times = []
            for _ in range(3):
                began = time.perf_counter()
                groups = len(service.get(connection, f"/results/summary?{query}")["items"])
                times.append(1000 * (time.perf_counter() - began))
            print(f"summary {query:70} {statistics.median(times):8.1f} ms  {groups} groups")
    if "exports" not in skip:
        for accept in ["application/x-ndjson", "text/csv"]:
            service.reset_peak()
            before = service.status("VmRSS")
            lines, size, seconds = export(service, accept)
            assert lines == total + (accept == "text/csv"), (lines, total)
            print(f"export {accept}: {total / seconds:,.0f} rows/s, {size / seconds / 1e6:.0f} MB/s, {seconds:.1f} s, "
                  f"peak memory {service.status('VmHWM') / 1e6:.0f} MB ({before / 1e6:.0f} MB before)")
    picture = pathlib.Path(options.picture).read_bytes()
    if "retention" not in skip:
        quiet = inspections(service, picture, 5)
        service.stop()
        # A tenth of the results go, while inspections are stored.
        limit = int(0.9 * details["results"]["all"]["bytes"])
        service = Service(
            options.binary, options.data, options.model,
            {"MULTIADS_RETENTION_MAX_BYTES": str(limit), "MULTIADS_RETENTION_INTERVAL": "0.5"})
        busy = inspections(service, picture, 15)
        done = service.get(service.connect(), "/readyz?verbose")["retention"]
        for name, times in [("without retention", quiet), ("with retention", busy)]:
            print(f"inspection {name}: median {statistics.median(times):.1f} ms, p99 {times[int(0.99 * len(times))]:.1f} ms, "
                  f"max {times[-1]:.1f} ms, {len(times)} inspections")
        print(f"retention removed {sum(done['removed'].values()):,} results, {done['removedBytes'] / 1e6:.0f} MB in 15 s")
    if "crash" not in skip:
        starts = []
        for _ in range(5):
            threads = [threading.Thread(target=hammer, args=(service, picture), daemon=True) for _ in range(3)]
            for thread in threads:
                thread.start()
            time.sleep(1.5)
            log = pathlib.Path(options.data, "multiads.sqlite-wal")
            size = log.stat().st_size if log.exists() else 0
            service.stop(signal.SIGKILL)
            for thread in threads:
                thread.join()
            service = Service(options.binary, options.data, options.model)
            starts.append((service.start_seconds, size))
        for seconds, size in starts:
            print(f"start after kill -9 with a log of {size / 1e6:.1f} MB: ready after {seconds:.2f} s")
    service.stop()


def hammer(service, picture):
    try:
        inspections(service, picture, 60)
    except OSError:
        pass


if __name__ == "__main__":
    main()
