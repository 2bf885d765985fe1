#!/usr/bin/env bash
# Shows that the release binary needs no more than x86-64-v2, and that the kernels in C are right on arm64, by emulation.
#
#     apt-get install qemu-user gcc-aarch64-linux-gnu
#     make portability                      # PYTHON names a Python with safetensors and numpy; about three minutes
#
# The same picture is inspected here, on a Nehalem (x86-64-v2: no AVX, no FMA) and on a Haswell (x86-64-v3); every tensor of the computation must
# be equal to rounding. Swift for arm64 is not built here: only the C kernels run there.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${1:-.build/release/multiads}
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for cpu in Nehalem-v1 Haswell-v4; do
    # The emulator lists what it cannot emulate; none of it is arithmetic.
    qemu-x86_64 -cpu "$cpu" "$binary" doctor --data "$folder/data" 2>"$folder/log" | sed "s/^/$cpu: /" | grep -E 'self-test|kernel' || { cat "$folder/log"; exit 1; }
done
inspect=(inspect docs/images/part.jpg --no-cache --defects scratch,cut --json --maps)
# 1 only says that the part is not ok.
"$binary" "${inspect[@]}" "$folder/here.safetensors" >/dev/null || [ $? -eq 1 ]
for cpu in Nehalem-v1 Haswell-v4; do
    qemu-x86_64 -cpu "$cpu" "$binary" "${inspect[@]}" "$folder/$cpu.safetensors" >/dev/null 2>"$folder/log" || [ $? -eq 1 ] || { cat "$folder/log"; exit 1; }
    "$python" - "$folder/here.safetensors" "$folder/$cpu.safetensors" "$cpu" <<'PYTHON'
import sys
import numpy
from safetensors.numpy import load_file

here, there = load_file(sys.argv[1]), load_file(sys.argv[2])
worst = {name: float(numpy.abs(here[name] - there[name]).max()) for name in here}
print(f"{sys.argv[3]}: largest differences:", ", ".join(f"{name} {value:.1e}" for name, value in sorted(worst.items())))
# Stage tokens are numbers around 10, all others at most 1.
late = [name for name, value in worst.items() if not value <= (1e-3 if name.startswith("stage") else 1e-5)]
sys.exit(f"too far apart: {late}" if late or here.keys() != there.keys() else 0)
PYTHON
done

kernels=Sources/CVectorKernels
includes=(-I"$kernels/include" -ITests/RowKernelTwins/include)
for source in $kernels/*.c Tests/RowKernelTwins/*.c; do
    clang --target=aarch64-linux-gnu -I/usr/aarch64-linux-gnu/include "${includes[@]}" -O2 -Wall -Werror -DTWINS_MAIN -c "$source" \
        -o "$folder/$(basename "$source" .c).o"
done
aarch64-linux-gnu-gcc "$folder"/*.o -lm -o "$folder/twins"
echo "arm64: $(qemu-aarch64 -L /usr/aarch64-linux-gnu "$folder/twins")"
