#!/usr/bin/env bash
# Makes every committed golden file again.
#
#   Tools/golden/make_all.sh
#
#   PYTHON  a Python with the packages of Tools/requirements.txt, default python3
#
# Seeded: with the library versions that the files name, `git status` shows no change but the order of header entries.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=${PYTHON:-python3}
"$python" -c 'import torch, open_clip, safetensors, numpy, PIL, sklearn, skimage' 2>/dev/null || {
    echo "make_all: $python lacks packages; run: $python -m pip install -r Tools/requirements.txt (or set PYTHON)" >&2
    exit 1
}
"$python" Tools/golden/make_html_entities.py
"$python" Tools/golden/make_checkpoint_goldens.py
"$python" Tools/golden/make_image_goldens.py
"$python" Tools/golden/make_tokenizer_goldens.py
"$python" Tools/golden/make_clip_goldens.py tiny Tests/Fixtures/CLIP/tiny
"$python" Tools/golden/make_metric_goldens.py
"$python" Tools/golden/make_training_goldens.py
