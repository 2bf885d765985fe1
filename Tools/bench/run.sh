#!/usr/bin/env bash
# Measures the float32 image tower of ViT-L-14-336 at 518 pixels beside PyTorch, run by run, so that both meet the same machine.
#
#   Tools/bench/run.sh
#
#   MODEL      folder with full-size weights, default the one that Tools/golden/test_full.sh makes (random weights will do)
#   PYTHON     a Python with torch and open_clip_torch, default python3
#   THREADS    default: the processors this process may use
#   ROUNDS     pairs of runs, default 5; each run times one pass after one to warm up
#   IMAGE_SIDE default 518
set -euo pipefail
cd "$(dirname "$0")/../.."

binary=${BINARY:-.build/release/multiads}
model=${MODEL:-${MULTIADS_FULL_GOLDEN:-$HOME/.cache/multiads-golden/full}}
python=${PYTHON:-python3}
threads=${THREADS:-$(nproc)}
rounds=${ROUNDS:-5}
side=${IMAGE_SIDE:-518}

[ -x "$binary" ] || { echo "bench: expected the release binary at $binary; run make build" >&2; exit 1; }
[ -d "$model" ] || { echo "bench: expected a model folder at $model; run make test-full or set MODEL" >&2; exit 1; }
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

for round in $(seq "$rounds"); do
    echo "bench: round $round of $rounds" >&2
    "$binary" bench tower --model "$model" --image-side "$side" --repeat 1 --threads "$threads" --json >>"$results/multiads"
    "$python" Tools/bench/tower_pytorch.py --image-side "$side" --repeat 1 --threads "$threads" >>"$results/pytorch"
done
"$python" - "$results" "$side" "$threads" <<'PY'
import json, pathlib, statistics, sys

folder, side, threads = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
runs = {name: [json.loads(line) for line in (folder / name).read_text().splitlines()] for name in ("multiads", "pytorch")}
seconds = {name: [s for run in all_runs for s in run["seconds"]] for name, all_runs in runs.items()}
print(f"ViT-L-14-336 image tower, {side} pixels, float32, {threads} threads")
for name, values in seconds.items():
    peak = max(run["peakBytes"] for run in runs[name]) / 1e9
    print(f"  {name:9} median {statistics.median(values):.3f} s  min {min(values):.3f}  max {max(values):.3f}"
          f"  {len(values)} runs  peak memory {peak:.2f} GB  ({runs[name][0]['kernel']})")
rate = statistics.median(run["gemmGigaflopsPerSecond"] for run in runs["multiads"])
work = runs["multiads"][0]["gigaOperations"]
print(f"  multiads runs at {work / statistics.median(seconds['multiads']):.0f} GFLOP/s; one large matrix product: {rate:.0f}")
print(f"  ratio PyTorch / multiads: {statistics.median(seconds['pytorch']) / statistics.median(seconds['multiads']):.2f}")
PY
