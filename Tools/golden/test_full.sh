#!/usr/bin/env bash
# Compares the engine with OpenCLIP on a full-size random ViT-L-14-336 at 518 pixels, from float32 and float16 files.
#
#   Tools/golden/test_full.sh
#
# Makes the reference results first when they are missing (about 2.7 GB and some minutes, 8 GB of memory):
#   MULTIADS_FULL_GOLDEN  their folder, default ~/.cache/multiads-golden/full
#   PYTHON                a Python with the packages of Tools/requirements.txt, default python3
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=${MULTIADS_FULL_GOLDEN:-$HOME/.cache/multiads-golden/full}
python=${PYTHON:-python3}

if [ ! -f "$folder/float16/golden.safetensors" ]; then
    "$python" -c 'import torch, open_clip, safetensors, PIL' 2>/dev/null || {
        echo "test_full: $python lacks packages; run: $python -m pip install -r Tools/requirements.txt (or set PYTHON)" >&2
        exit 1
    }
    echo "test_full: making reference results in $folder"
    mkdir -p "$(dirname "$folder")"
    # Complete or not there: an interrupted run leaves only the .part folder.
    rm -rf "$folder.part"
    "$python" Tools/golden/make_clip_goldens.py full "$folder.part"
    rm -rf "$folder"
    mv "$folder.part" "$folder"
fi
# Debug builds have optimised kernels, see Package.swift.
MULTIADS_FULL_GOLDEN=$(realpath "$folder") swift test --filter FullSizeGoldenTests
