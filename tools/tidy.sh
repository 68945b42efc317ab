#!/bin/bash
# tidy.sh TREE all | changed [SECONDS]: clang-tidy with the checks of .clang-tidy, as many files at once as there are cores.
#
# "changed" is what differs from the main branch, or on the main branch itself the last 20 commits, newest first; a
# header stands for the .cpp beside it. After SECONDS no further file is begun, and the rest is counted.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
tree=$1
what=$2
seconds=${3:-100000}
cd -- "$root"

# range: which commits count, for git log.
range() {
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null || true)
  if [[ -z $base || $base == "$(git rev-parse HEAD)" ]]; then
    printf '%s\n' --max-count=20
  else
    printf '%s\n' "$base..HEAD"
  fi
}

changed() {
  { git diff --name-only HEAD; git ls-files --others --exclude-standard
    git log --name-only --pretty=format: "$(range)"; } |
    sed -n 's/\.h$/.cpp/; /\.cpp$/p'
}

all() { find src tests fuzz bench -name '*.cpp'; }

# Only what the compile database knows: a file removed since, or one of another preset, is not there.
files() {
  local file
  { if [[ $what == all ]]; then all; else changed; fi; } | awk '!seen[$0]++' | while read -r file; do
    if [[ -e $file ]] && grep -qF "\"$root/$file\"" "$tree/compile_commands.json"; then printf '%s\n' "$file"; fi
  done
}

# one FILE: keeps its complaints, one line each. Called by xargs below, which ShellCheck cannot see.
# shellcheck disable=SC2317
one() {
  local output
  if (($(date +%s) >= deadline)); then
    printf '%s\n' "$1" >>"$tree/left-out"
    return 0
  fi
  output=$(clang-tidy --quiet -p "$tree" "$1" 2>&1) && return
  grep -E ' (error|warning): ' <<<"${output//$PWD\//}" >>"$tree/complaints" || printf '%s: %s\n' "$1" "$output" >>"$tree/complaints"
  return 1
}

mkdir -p -- "$tree"
cmake --preset tidy -B "$tree" >"$tree/configure.log" 2>&1 || { tail -n 20 "$tree/configure.log"; exit 1; }
deadline=$(($(date +%s) + seconds))
export -f one
export tree deadline
mapfile -t list < <(files)
: >"$tree/left-out"
: >"$tree/complaints"
status=0
if ((${#list[@]})); then
  # shellcheck disable=SC2016  # expanded by the inner shell
  printf '%s\0' "${list[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'one "$0"' || status=$?
fi
sort -u "$tree/complaints"
printf '%d files, of which no time was left for %d\n' "${#list[@]}" "$(wc -l <"$tree/left-out")"
exit "$status"
