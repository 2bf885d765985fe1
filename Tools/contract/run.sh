#!/usr/bin/env bash
# Holds a running service against what it says of itself: the OpenAPI document against the standard, the answers against the
# document with thousands of made-up requests (schemathesis), and streamed results against ordinary clients.
#
# usage: Tools/contract/run.sh .build/release/multiads     (PYTHON=… with the packages of requirements.txt; made if unset)
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${1:?the program to start}
folder=$(mktemp -d)
if [ -z "${PYTHON:-}" ]; then
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" -q install -r Tools/contract/requirements.txt
    PYTHON=$folder/venv/bin/python
fi
port=$("$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
base=http://127.0.0.1:$port
"$program" serve --host 127.0.0.1 --port "$port" --data "$folder/data" >"$folder/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 600); do
    curl -sf "$base/readyz" >/dev/null && break
    kill -0 $server || { cat "$folder/log"; exit 1; }
    sleep 0.1
done

curl -sf "$base/openapi.json" >"$folder/openapi.json"
"$PYTHON" -m openapi_spec_validator "$folder/openapi.json"
"$PYTHON" Tools/contract/stream.py "$base" docs/images/part.jpg
"$(dirname "$PYTHON")/schemathesis" run "$base/openapi.json" --url "$base" --max-examples "${EXAMPLES:-50}" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance
