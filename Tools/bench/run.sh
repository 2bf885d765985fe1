#!/usr/bin/env bash
# Measures the image tower of ViT-L-14-336 at 518 pixels beside PyTorch and OpenVINO, run by run in turn, so that all meet the same machine.
#
#   Tools/bench/run.sh
#
#   MODEL      folder with full-size weights, default the one that Tools/golden/test_full.sh makes (random weights will do)
#   PYTHON     a Python with torch and open_clip_torch, default python3
#   OPENVINO   a Python with openvino, nncf and the former two; without it OpenVINO is left out
#   PRECISIONS default "f32 bf16 int8"; PyTorch runs in f32 only
#   PYTORCH    0 leaves PyTorch out
#   THREADS    default: the processors this process may use
#   ROUNDS     rounds of all programs, default 5; each run times REPEAT passes (default 1) after one to warm up
#   IMAGE_SIDE default 518
set -euo pipefail
cd "$(dirname "$0")/../.."

binary=${BINARY:-.build/release/multiads}
model=${MODEL:-${MULTIADS_FULL_GOLDEN:-$HOME/.cache/multiads-golden/full}}
python=${PYTHON:-python3}
openvino=${OPENVINO:-}
precisions=${PRECISIONS:-f32 bf16 int8}
pytorch=${PYTORCH:-1}
threads=${THREADS:-$(nproc)}
rounds=${ROUNDS:-5}
repeat=${REPEAT:-1}
side=${IMAGE_SIDE:-518}

[ -x "$binary" ] || { echo "bench: expected the release binary at $binary; run make build" >&2; exit 1; }
[ -d "$model" ] || { echo "bench: expected a model folder at $model; run make test-full or set MODEL" >&2; exit 1; }
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
common=(--image-side "$side" --repeat "$repeat" --threads "$threads")

if [ -n "$openvino" ]; then
    for precision in $precisions; do
        # Converting and quantising take minutes, once; the graphs are kept.
        "$openvino" Tools/bench/tower_openvino.py --precision "$precision" --image-side "$side" --prepare
    done
fi
for round in $(seq "$rounds"); do
    echo "bench: round $round of $rounds" >&2
    for precision in $precisions; do
        "$binary" bench tower --model "$model" "${common[@]}" --precision "$precision" --json >>"$results/$precision.multiads"
        [ -z "$openvino" ] \
            || "$openvino" Tools/bench/tower_openvino.py "${common[@]}" --precision "$precision" >>"$results/$precision.openvino"
        if [ "$precision" = f32 ] && [ "$pytorch" != 0 ]; then
            "$python" Tools/bench/tower_pytorch.py "${common[@]}" >>"$results/f32.pytorch"
        fi
    done
done
"$python" - "$results" "$side" "$threads" $precisions <<'PY'
import json, pathlib, statistics, sys

folder, side, threads, precisions = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
print(f"ViT-L-14-336 image tower, {side} pixels, {threads} threads")
for precision in precisions:
    print(f"{precision}:")
    runs = {
        path.suffix[1:]: [json.loads(line) for line in path.read_text().splitlines()]
        for path in sorted(folder.glob(f"{precision}.*"))}
    seconds = {name: [s for run in all_runs for s in run["seconds"]] for name, all_runs in runs.items()}
    for name, values in seconds.items():
        peak = max(run["peakBytes"] for run in runs[name]) / 1e9
        print(f"  {name:9} median {statistics.median(values):.3f} s  min {min(values):.3f}  max {max(values):.3f}"
              f"  {len(values)} passes  peak memory {peak:.2f} GB  ({runs[name][0]['kernel']})")
    ours = statistics.median(seconds["multiads"])
    rate = statistics.median(run["gemmGigaflopsPerSecond"] for run in runs["multiads"])
    work = runs["multiads"][0]["gigaOperations"]
    print(f"  multiads runs at {work / ours:.0f} G/s, {100 * work / ours / rate:.0f} % of one large matrix product's {rate:.0f}")
    for name in seconds:
        if name != "multiads":
            print(f"  multiads / {name}: {ours / statistics.median(seconds[name]):.3f} by the medians, "
                  f"{min(seconds['multiads']) / min(seconds[name]):.3f} by the minima")
PY
