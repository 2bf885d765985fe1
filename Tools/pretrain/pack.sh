#!/bin/sh
# Packs the factory for a training machine that has neither Swift nor the libraries: pack.sh OUT.tar.xz. Unpacked anywhere on a Linux of the
# same architecture, the file `multiads/multiads` is the program, for MULTIADS. MULTIADS names the program to pack, by default the release binary.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
program=${MULTIADS:-$here/../../.build/release/multiads}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
libraries=$folder/multiads/lib
mkdir -p "$libraries"
strip -o "$libraries/multiads" "$program"
# What the loader finds, its own file included, which a line of its own names without an arrow.
ldd "$program" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | while read -r library; do
    cp -L "$library" "$libraries/"
done
loader=$(basename "$libraries"/ld-linux-*)
cat >"$folder/multiads/multiads" <<SCRIPT
#!/bin/sh
lib=\$(dirname "\$(readlink -f "\$0")")/lib
exec "\$lib/$loader" --library-path "\$lib" "\$lib/multiads" "\$@"
SCRIPT
chmod +x "$folder/multiads/multiads"
tar -C "$folder" -c multiads | xz -T0 -6 >"$out.partial"
mv "$out.partial" "$out"
ls -l "$out"
