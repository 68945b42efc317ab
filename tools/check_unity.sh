#!/bin/bash
# check_unity.sh: the release build compiles several .cpp files of a room as one, and which ones changes with every
# new file. So no two files of a room may define the same name in their unnamed namespaces: each room must compile as one.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
cd -- "$root/src"

for room in */; do
  find "${room%/}" -name '*.cpp' ! -path app/main.cpp | sort | sed 's/.*/#include "&"/' >"$scratch/${room%/}.cpp"
done
find "$scratch" -size +0 -name '*.cpp' -print0 |
  xargs -0 -n 1 -P "$(nproc)" "${CXX:-c++}" -std=c++20 -fsyntax-only -I "$root/src" -DSPRANGA_VERSION='""' -fmax-errors=5
echo 'each room compiles as one file'
