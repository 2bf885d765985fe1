#!/usr/bin/env bash
# Measures the encoding of one product's prompts beside OpenCLIP in float32, run by run, and compares the embeddings.
#
#   Tools/bench/prompts.sh
#
#   MODEL      model folder, by default the one that Tools/golden/test_full.sh makes (random weights will do)
#   PYTHON     a Python with torch, open_clip_torch and safetensors, default python3
#   THREADS    default: the processors this process may use
#   ROUNDS     rounds of runs, default 3
#   SAMPLE     prompts that OpenCLIP encodes, default 64; it computes each by itself, so its rate does not depend on their number
#   PRECISIONS default "f32 bf16"
set -euo pipefail
cd "$(dirname "$0")/../.."

binary=${BINARY:-.build/release/multiads}
model=${MODEL:-${MULTIADS_FULL_GOLDEN:-$HOME/.cache/multiads-golden/full}}
python=${PYTHON:-python3}
threads=${THREADS:-$(nproc)}
rounds=${ROUNDS:-3}
precisions=${PRECISIONS:-f32 bf16}

[ -x "$binary" ] || { echo "bench: expected the release binary at $binary; run make build" >&2; exit 1; }
[ -d "$model" ] || { echo "bench: expected a model folder at $model; run make test-full or set MODEL" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for round in $(seq "$rounds"); do
    echo "bench: round $round of $rounds" >&2
    for precision in $precisions; do
        "$binary" bench prompts --model "$model" --threads "$threads" --precision "$precision" \
            --out "$work/embeddings" --json >>"$work/$precision"
        "$python" Tools/bench/prompts_openclip.py "$work/embeddings" --model "$model" --threads "$threads" \
            --sample "${SAMPLE:-64}" >>"$work/openclip-$precision"
    done
done
"$python" - "$work" $precisions <<'PY'
import json, pathlib, statistics, sys

folder, precisions = pathlib.Path(sys.argv[1]), sys.argv[2:]
runs = {file.name: [json.loads(line) for line in file.read_text().splitlines()]
        for file in folder.iterdir() if file.name != "embeddings"}
peer = [run for precision in precisions for run in runs[f"openclip-{precision}"]]
rate = statistics.median(run["promptsPerSecond"] for run in peer)
first = runs[precisions[0]][0]
print(f"{first['prompts']} prompts, {first['computedTokens']} tokens computed of {first['tokens']}"
      f" ({first['prompts'] * first['contextLength']} padded), {first['threads']} threads")
print(f"  OpenCLIP f32  median {rate:7.2f} prompts/s  of {[round(run['promptsPerSecond'], 2) for run in peer]},"
      f" {peer[0]['prompts']} prompts each  ({peer[0]['kernel']})")
for precision in precisions:
    own = statistics.median(run["promptsPerSecond"] for run in runs[precision])
    cosine = min(run["lowestCosine"] for run in runs[f"openclip-{precision}"])
    seconds = statistics.median(run["seconds"][0] for run in runs[precision])
    print(f"  {precision:13} median {own:7.2f} prompts/s, all in {seconds:.1f} s: {own / rate:.1f} times as fast,"
          f" lowest cosine {cosine:.7f}  ({runs[precision][0]['kernel']})")
PY
