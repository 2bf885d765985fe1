#!/usr/bin/env bash
# Installs the packages given as arguments when they are missing, and checks for Swift. Safe to run again.
set -euo pipefail

missing=()
for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "setup: these packages are missing and need root to install: ${missing[*]}" >&2
            exit 1
        }
        as_root=(sudo)
    fi
    echo "setup: installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! command -v swift >/dev/null; then
    cat >&2 <<'TXT'
setup: Swift is not installed. This project needs the Swift 6.3 toolchain (or newer) for Linux:
  1. open https://www.swift.org/install/linux/ and follow "Swiftly" (the toolchain manager), or download the Debian 12 archive;
  2. make sure that `swift --version` answers;
  3. run this command again.
TXT
    exit 1
fi
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
if [ "$(printf '%s\n6.3\n' "$version" | sort -V | head -n 1)" != 6.3 ]; then
    echo "setup: expected Swift 6.3 or newer, found ${version:-an unknown version} ($(command -v swift))" >&2
    exit 1
fi
