#!/bin/sh
# Trains, exports, checks and measures the bundled model: run.sh RUN_DIR [MODEL_DIR]. PYTHON names the interpreter.
set -eu
run=$1
here=$(cd "$(dirname "$0")" && pwd)
model=${2:-$here/../../Sources/BundledModel/model}
python=${PYTHON:-python3}
focus=scratch,hole,stain # the default types: the second phase shows them most
"$python" "$here/train.py" "$run/first" --pictures 30000
mkdir -p "$run/second"
cp "$run/first/merges.txt" "$run/second/"
"$python" "$here/train.py" "$run/second" --pictures 15000 --start-from "$run/first" --peak 3e-4 --emphasis 3 --focus "$focus"
"$python" "$here/calibrate.py" "$run/second" --types "$focus"
"$python" "$here/export.py" "$run/second" "$model" --types "$focus"
"$python" "$here/verify.py" "$model"
"$python" "$here/evaluate.py" "$model" --pictures 126
