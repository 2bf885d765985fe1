#!/bin/sh
# Trains a model's adapters with the product's own `multiads train`: adapters.sh MODEL_DIR OUT_DIR writes OUT_DIR/adapter.safetensors.
# MULTIADS is the program. The data set, about 7,000 pictures in OUT_DIR/parts, has every family but the held-out ones, and eight more
# designs of those in which every seed is another part, each under a name of its own; all are kept for the next time.
set -eu
model=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)
MULTIADS=${MULTIADS:-$here/../../.build/release/multiads}
parts=$out/parts

draw() { # draw DIR SEED PRODUCTS…
    directory=$1 seed=$2
    shift 2
    "$MULTIADS" synth "$directory" "$@" --seed "$seed" --side "${SIDE:-256}" --train 4 --good 24 --defects 6
}

draw_parts() { # draw_parts DIR
    rm -rf "$1" "$out/designs" # left by a run that was ended
    draw "$1" 60012 --except held-out
    seed=60301
    for names in bolt:case:disc pin:cover:flange plunger:component:rotor shaft:device:sprocket \
        nozzle:item:turbine spacer:product:wheel tool:workpiece:lid button:assembly:unit; do
        draw "$out/designs" $seed --products turned_part,molded_part,radial_part
        mv "$out/designs/turned_part" "$1/${names%%:*}"
        mv "$out/designs/radial_part" "$1/${names##*:}"
        names=${names%:*}
        mv "$out/designs/molded_part" "$1/${names#*:}"
        rm -r "$out/designs"
        seed=$((seed + 1))
    done
}

if [ ! -d "$parts" ]; then
    draw_parts "$parts.drawing"
    mv "$parts.drawing" "$parts"
fi
"$MULTIADS" train "$parts" --variant bundled-model --model "$model" --from-adapter model --out "$out" \
    --mosaic-rate 0 --epochs 1 --learning-rate 1e-5 --precision auto --resume
