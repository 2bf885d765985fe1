#!/usr/bin/env bash
# Measures the pixel metrics of one product beside scikit-learn and scikit-image, on the same maps, run by run.
#
#   Tools/bench/metrics.sh
#
#   PYTHON    a Python with numpy, scikit-learn, scikit-image and safetensors, default python3
#   THREADS   default: the processors this process may use
#   ROUNDS    pairs of runs, default 3
#   PICTURES  default 100
#   SIDE      default 518
set -euo pipefail
cd "$(dirname "$0")/../.."

binary=${BINARY:-.build/release/multiads}
python=${PYTHON:-python3}
threads=${THREADS:-$(nproc)}
rounds=${ROUNDS:-3}

[ -x "$binary" ] || { echo "bench: expected the release binary at $binary; run make build" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" Tools/bench/metrics_python.py make "$work/pixels.safetensors" --pictures "${PICTURES:-100}" --side "${SIDE:-518}"
for round in $(seq "$rounds"); do
    echo "bench: round $round of $rounds" >&2
    "$binary" bench metrics "$work/pixels.safetensors" --repeat 1 --threads "$threads" --json >>"$work/multiads"
    "$python" Tools/bench/metrics_python.py time "$work/pixels.safetensors" >>"$work/python"
done
"$python" - "$work" "$threads" "${PICTURES:-100}" "${SIDE:-518}" <<'PY'
import json, pathlib, statistics, sys

folder, threads, pictures, side = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
runs = {name: [json.loads(line) for line in (folder / name).read_text().splitlines()] for name in ("multiads", "python")}
seconds = {name: [s for run in all_runs for s in run["seconds"]] for name, all_runs in runs.items()}
print(f"all pixel metrics of {pictures} pictures at {side}×{side} ({pictures * side * side:,} pixels), {threads} threads")
for name, values in seconds.items():
    peak = max(run["peakBytes"] for run in runs[name]) / 1e9
    print(f"  {name:9} median {statistics.median(values):7.2f} s  min {min(values):7.2f}  max {max(values):7.2f}"
          f"  processor {statistics.median(run['processorSeconds'] for run in runs[name]):7.2f} s  peak memory {peak:.2f} GB")
first = runs["python"][0]
print(f"  in Python: AUROC, AP, F1-max {first['thresholdSeconds']:.1f} s, AUPRO {first['auproSeconds']:.1f} s")
processor = {name: statistics.median(run["processorSeconds"] for run in runs[name]) for name in runs}
print(f"  Python / multiads: {statistics.median(seconds['python']) / statistics.median(seconds['multiads']):.1f} by the clock, "
      f"{processor['python'] / processor['multiads']:.1f} by processor time")
for metric in ("auroc", "ap", "f1", "auproReference"):
    print(f"  {metric:15} multiads {runs['multiads'][0][metric]:.9f}  Python {first[metric]:.9f}")
PY
