#!/bin/sh
# Trains, exports, checks and measures the bundled model: run.sh RUN_DIR [MODEL_DIR].
# MINUTES bounds each of the image tower's two runs, PYTHON is the interpreter, MULTIADS the factory, TRAIN further options of train.py.
# START names a model folder for the second run to train on from, such as the one in the tree, instead of the first run's, which starts from
# random weights and is then left out. SIDE is the side in pixels that the tower sees (256); START may have another.
set -eu
run=$1
here=$(cd "$(dirname "$0")" && pwd)
model=${2:-$here/../../Sources/BundledModel/model}
python=${PYTHON:-python3}
MULTIADS=${MULTIADS:-$here/../../.build/release/multiads}
export MULTIADS
types=scratch,crack,hole,dent,stain,contamination # the default types of products that name none
"$python" "$here/text.py" "$run"
# shellcheck disable=SC2086 # options, split at spaces
if [ -z "${START:-}" ]; then
    START=$run/first/joint
    "$python" "$here/train.py" "$run/first" --minutes "${MINUTES:-12.2}" --few-shot-peak 0 ${TRAIN:-}
    cp "$run/text.pt" "$run/merges.txt" "$run/first/"
    "$python" "$here/export.py" "$run/first" "$START" --joint
fi
# shellcheck disable=SC2086
"$python" "$here/train.py" "$run" --minutes "${MINUTES:-10.9}" --seed 8 --start-from "$START" --rate 8e-4 \
    --windows-until 0 --busy-until 0.6 --peak 0.6 ${TRAIN:-}
"$python" "$here/export.py" "$run" "$run/joint" --joint
"$here/adapters.sh" "$run/joint" "$run/adapters"
"$python" "$here/calibrate.py" "$run" --adapter "$run/adapters/adapter.safetensors" --types $types
"$python" "$here/export.py" "$run" "$model" --types $types
"$python" "$here/verify.py" "$model"
for seed in 1009 1010 1011; do
    "$MULTIADS" synth "$run/held-out-$seed" --products held-out --seed $seed --side "${SIDE:-256}" --train 4 --good 16 --defects 4
done
"$python" "$here/evaluate.py" "$model" "$run"/held-out-* >"$run/held-out.json"
for seed in 31 32 33; do
    "$python" "$here/photographs.py" "$run/photographs-$seed" --seed $seed --each 4
done
"$python" "$here/evaluate.py" "$model" "$run"/photographs-* >"$run/photographs.json"
