#!/usr/bin/env python3
"""Measures the HTTP server: rate of /livez beside nginx and Hummingbird, its latency under inspections, idle connections.

    apt-get install nginx-light wrk
    swift build -c release --product multiads
    swift build -c release --package-path Tools/bench/hummingbird
    Tools/bench/server.py                      # about two minutes

The three answer the same bytes; wrk asks them in turn, so that all meet the same machine. nginx and Hummingbird run with
their defaults, a worker for each processor, nginx without its access log.
"""

import argparse
import contextlib
import http.client
import json
import multiprocessing
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BODY = '{"status":"alive"}'
NGINX = """
worker_processes auto;
daemon off;
pid {folder}/pid;
error_log stderr;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location = /livez {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command, port):
    """A server that answers on its port, ended afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/livez")
                body = connection.getresponse().read().decode()
                if json.loads(body) != json.loads(BODY):
                    sys.exit(f"{command[0]}: expected {BODY}, found {body}")
                break
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended with status {process.returncode}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(port):
    """Alive is not ready: a full-size model takes seconds to load."""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/readyz")
        if connection.getresponse().status == 200:
            return
        time.sleep(0.1)


def rate(port, connections, seconds):
    """Requests a second and the 99th percentile of wrk's latencies, in milliseconds."""
    text = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/livez"],
        check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(text)
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    scale = {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), float(value) * scale


def resident(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) * 1024


def inspect_until(stop, port, picture, times):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while not stop.is_set():
        began = time.perf_counter()
        connection.request("POST", "/inspect", picture, {"Content-Type": "image/jpeg"})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            times.append(1000 * (time.perf_counter() - began))


def ask(port, seconds):
    """Milliseconds of /livez, a hundred a second."""
    quick = []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("GET", "/livez")
        connection.getresponse().read()
        quick.append(1000 * (time.perf_counter() - began))
        time.sleep(0.01)
    return quick


def latencies_under_load(port, picture, clients, seconds):
    """Milliseconds of /livez while `clients` inspect without a pause; and those of the inspections.

    Who asks is a process of its own: one of Python's threads waits for another up to 5 ms.
    """
    stop, inspections = threading.Event(), []
    threads = [threading.Thread(target=inspect_until, args=(stop, port, picture, inspections)) for _ in range(clients)]
    with multiprocessing.Pool(1) as other:
        for thread in threads:
            thread.start()
        time.sleep(1)
        quick = other.apply(ask, (port, seconds))
    stop.set()
    for thread in threads:
        thread.join()
    return sorted(quick), sorted(inspections)


def idle_connections(process, port, count):
    """Bytes of memory that open connections cost, each having answered a request."""
    before = resident(process)
    connections = []
    for _ in range(count):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/livez")
        connection.getresponse().read()
        connections.append(connection)
    grown = resident(process) - before
    for connection in connections:
        connection.close()
    return grown


def percentile(values, share):
    return values[int(share * (len(values) - 1))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=".build/release/multiads")
    parser.add_argument("--hummingbird", default="Tools/bench/hummingbird/.build/release/peer")
    parser.add_argument("--model", default="", help="model folder; the bundled model by default")
    parser.add_argument("--precision", default="f32")
    parser.add_argument("--picture", default="docs/images/part.jpg")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=5, help="of each of wrk's runs")
    parser.add_argument("--rounds", type=int, default=3, help="of wrk's runs; 0 leaves the peers out")
    options = parser.parse_args()
    picture = pathlib.Path(options.picture).read_bytes()

    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ports = {name: free_port() for name in ("multiads", "nginx", "Hummingbird")}
        configuration = pathlib.Path(folder, "nginx.conf")
        configuration.write_text(NGINX.format(folder=folder, port=ports["nginx"], body=BODY))
        serve = [options.binary, "serve", "--port", str(ports["multiads"]), "--data", os.path.join(folder, "data"),
                 "--precision", options.precision]
        service = stack.enter_context(
            running(serve + (["--model", options.model] if options.model else []), ports["multiads"]))
        wait_until_ready(ports["multiads"])
        stack.enter_context(running(["nginx", "-c", str(configuration)], ports["nginx"]))
        if os.path.exists(options.hummingbird):
            stack.enter_context(running([options.hummingbird, str(ports["Hummingbird"])], ports["Hummingbird"]))
        else:
            print(f"no Hummingbird at {options.hummingbird}: see the head of this file")
            del ports["Hummingbird"]

        rates = {name: [] for name in ports}
        for _ in range(options.rounds):
            for name, port in ports.items():
                rates[name].append(rate(port, options.connections, options.seconds))
        own = statistics.median(r for r, _ in rates["multiads"]) if options.rounds else 0
        for name, values in rates.items() if options.rounds else ():
            median = statistics.median(r for r, _ in values)
            print(f"/livez, {options.connections} connections: {name:12} {median:9,.0f} requests/s, "
                  f"p99 {statistics.median(p for _, p in values):.2f} ms, multiads / {name} {own / median:.2f}")

        quick, inspections = latencies_under_load(ports["multiads"], picture, 4, 10)
        print(f"/livez while 4 clients inspect: median {percentile(quick, 0.5):.2f} ms, p99 {percentile(quick, 0.99):.2f}, "
              f"max {quick[-1]:.2f} ({len(quick)}); inspections: median {percentile(inspections, 0.5):.0f} ms, "
              f"p99 {percentile(inspections, 0.99):.0f} ({len(inspections)})")
        grown = idle_connections(service, ports["multiads"], 1000)
        print(f"1000 idle connections: {grown / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
