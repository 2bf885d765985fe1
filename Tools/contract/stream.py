#!/usr/bin/env python3
"""Reads a streamed result with ordinary client libraries, and slowly.

Checks against a running service that a multipart/mixed answer is what RFC 2046 says: `requests` and `requests-toolbelt`
take it apart; a client that reads byte by byte has the JSON whole before the first PNG begins to arrive; curl's output is the
same parts; and every part equals what its Content-Location gives.

usage: Tools/contract/stream.py http://127.0.0.1:8080 picture.jpg    (needs requests and requests-toolbelt, see requirements.txt beside it)
"""
import http.client
import json
import subprocess
import sys
import time
import urllib.parse

import requests
from requests_toolbelt.multipart import decoder

PNG = b"\x89PNG\r\n\x1a\n"


def check(holds, what):
    print(("ok    " if holds else "WRONG ") + what)
    if not holds:
        sys.exit(1)


def with_toolbelt(base, picture):
    answer = requests.post(base + "/inspect", data=picture, headers={"Accept": "multipart/mixed"}, timeout=120)
    answer.raise_for_status()
    check(answer.headers.get("Transfer-Encoding") == "chunked", "the answer is chunked")
    parts = decoder.MultipartDecoder.from_response(answer).parts
    check(parts[0].headers[b"Content-Type"] == b"application/json", "the first part is JSON")
    result = json.loads(parts[0].content)
    check(len(parts) == len(result["defects"]) + 2, f"{len(parts)} parts for {len(result['defects'])} defect types")
    check(all(part.content.startswith(PNG) for part in parts[1:]), "the others are PNG")
    for part in parts:
        address = part.headers[b"Content-Location"].decode()
        same = requests.get(base + address, timeout=120).content == part.content
        check(same, f"{address.split('/', 3)[-1]} is what its address gives")


def slowly(base, picture):
    """Reads in small pieces and notes when the JSON was whole."""
    where = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=120)
    connection.request("POST", "/inspect", picture, {"Accept": "multipart/mixed"})
    answer = connection.getresponse()
    boundary = answer.getheader("Content-Type").split("boundary=")[1].strip('"').encode()
    received = b""
    while received.count(b"--" + boundary) < 2:
        received += answer.read1(64)
    check(PNG not in received, "the JSON and its delimiter come before any PNG")
    json.loads(received.split(b"\r\n\r\n", 1)[1].split(b"\r\n--" + boundary)[0])
    started = time.monotonic()
    while piece := answer.read1(256):
        received += piece
        time.sleep(0.0005)
    check(received.endswith(b"--" + boundary + b"--\r\n"), f"a slow reader gets all {len(received)} bytes")
    print(f"      in {time.monotonic() - started:.1f} s")


def with_curl(base, path):
    done = subprocess.run(
        ["curl", "-sS", "-i", "-H", "Accept: multipart/mixed", "--data-binary", "@" + path, base + "/inspect"],
        capture_output=True, timeout=120, check=True)
    head, body = done.stdout.split(b"\r\n\r\n", 1)
    boundary = head.split(b"boundary=")[1].split(b"\r\n")[0].strip(b'"')
    check(body.startswith(b"--" + boundary) and body.endswith(b"--" + boundary + b"--\r\n"), "curl gets it whole")


def hang_up(base, picture):
    """Takes the JSON and leaves; the service must go on as if nothing had been."""
    where = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=120)
    connection.request("POST", "/inspect", picture, {"Accept": "multipart/mixed"})
    connection.getresponse().read1(64)
    connection.close()
    check(requests.get(base + "/readyz", timeout=120).status_code == 200, "a client that hangs up does no harm")


def main():
    base, path = sys.argv[1].rstrip("/"), sys.argv[2]
    with open(path, "rb") as file:
        picture = file.read()
    with_toolbelt(base, picture)
    slowly(base, picture)
    with_curl(base, path)
    hang_up(base, picture)


if __name__ == "__main__":
    main()
