#!/bin/bash
# tidy.sh TREE all | changed [SECONDS]: clang-tidy with the checks of .clang-tidy, as many files at once as there are cores.
#
# "changed" is what differs from the main branch, or on the main branch itself the last 20 commits, newest first; a
# header stands for the .cpp beside it. After SECONDS no further file is begun, and the rest is named.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
tree=$1
what=$2
seconds=${3:-100000}
cd -- "$root"

# base: the commit to compare with; empty when there is none.
base() {
  local found
  found=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null || true)
  if [[ -z $found || $found == "$(git rev-parse HEAD)" ]]; then
    found=$(git rev-list --max-count=21 HEAD | tail -n 1)
  fi
  printf '%s\n' "$found"
}

changed() {
  { git diff --name-only HEAD; git ls-files --others --exclude-standard
    git log --name-only --pretty=format: "$(base)..HEAD"; } |
    sed -n 's/\.h$/.cpp/; /\.cpp$/p'
}

all() { find src tests fuzz bench -name '*.cpp'; }

# Only what the compile database knows: a file removed since, or one of another preset, is not there.
files() {
  local file
  "$what" | awk '!seen[$0]++' | while read -r file; do
    if [[ -e $file ]] && grep -qF "\"$root/$file\"" "$tree/compile_commands.json"; then printf '%s\n' "$file"; fi
  done
}

one() {  # FILE: its complaints, or nothing
  if (($(date +%s) >= deadline)); then
    printf 'no time left for %s\n' "$1"
    return 0
  fi
  clang-tidy --quiet -p "$tree" "$1" 2>&1 | grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header-filter' >&2
  return "${PIPESTATUS[0]}"
}

mkdir -p -- "$tree"
cmake --preset tidy -B "$tree" >"$tree/configure.log" 2>&1 || { tail -n 20 "$tree/configure.log"; exit 1; }
deadline=$(($(date +%s) + seconds))
export -f one
export tree deadline
mapfile -t list < <(files)
printf '%d files\n' "${#list[@]}"
# shellcheck disable=SC2016  # expanded by the inner shell
((${#list[@]} == 0)) || printf '%s\0' "${list[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'one "$0"'
