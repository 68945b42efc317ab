#!/bin/bash
# check_unity.sh: the release build compiles several .cpp files of a room as one, and which ones changes with every
# new file. So no two files of a room may define the same name in their unnamed namespaces: each room must compile as one.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
cd -- "$root/src"

while read -r room; do
  [ ! -d "$room" ] ||
    find "$room" -name '*.cpp' ! -path app/main.cpp | sort | sed 's/.*/#include "&"/' >"$scratch/${room//\//_}.cpp"
done < <(sed -n 's/^\([a-z_/]*\):.*/\1/p' "$root/tools/layers.txt")
find "$scratch" -size +0 -name '*.cpp' -print0 |
  xargs -0 -n 1 -P "$(nproc)" "${CXX:-c++}" -std=c++20 -fsyntax-only -I "$root/src" -DSPRANGA_VERSION='""' -fmax-errors=5
echo 'each room compiles as one file'
