#!/usr/bin/env bash
# Uses the operator console as a person would, in headless Chromium, and keeps a picture of every page.
#
# usage: Tools/console/run.sh .build/release/multiads [FOLDER for pictures]     (PYTHON=… with Playwright; made if unset)
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${1:?the program to start}
shots=${2:-}
command -v chromium >/dev/null || { echo "needs Chromium: apt install chromium" >&2; exit 1; }
if [ -z "${PYTHON:-}" ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    python3 -m venv "$folder"
    "$folder/bin/pip" -q install -r Tools/console/requirements.txt
    PYTHON=$folder/bin/python
fi
"$PYTHON" Tools/console/check.py --program "$program" ${shots:+--shots "$shots"}
