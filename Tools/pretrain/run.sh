#!/bin/sh
# Trains, exports, checks and measures the bundled model: run.sh RUN_DIR [MODEL_DIR]. PYTHON names the interpreter.
set -eu
run=$1
here=$(cd "$(dirname "$0")" && pwd)
model=${2:-$here/../../Sources/BundledModel/model}
python=${PYTHON:-python3}
"$python" "$here/train.py" "$run" --pictures 50000
"$python" "$here/calibrate.py" "$run"
"$python" "$here/export.py" "$run" "$model"
"$python" "$here/verify.py" "$model"
"$python" "$here/evaluate.py" "$model" --pictures 600
