# shellcheck shell=bash
# shellcheck disable=SC2154  # root is set by the script that sources this
# Configures and builds a preset of CMakePresets.json. Sourced by ./spranga and ./test, which set `root` and `say`.

# build_folder: where the build trees go: build/ in the checkout, or below the user's cache when that cannot be written.
build_folder() {
  local folder=$root/build
  if [[ -d $folder && -w $folder ]] || [[ ! -e $folder && -w $root ]]; then
    printf '%s\n' "$folder"
  else
    cache_folder
  fi
}

# cache_folder: the user's own place for the build trees of this checkout.
cache_folder() {
  printf '%s\n' "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/spranga/$(cksum <<<"$root" | tr ' ' -)"
}

# jobs: compilers at once: one a core, and no more than free memory carries (about 700 MB each).
jobs_here() {
  local cores free
  cores=$(nproc)
  free=$(awk '/^MemAvailable/ { print int($2 / 1024 / 700) }' /proc/meminfo)
  ((free >= 1)) || free=1
  echo $((cores < free ? cores : free))
}

# forget_moved TREE: a tree configured for a checkout that has moved since cannot be used again.
forget_moved() {
  local cache=$1/CMakeCache.txt
  [[ -e $cache ]] || return 0
  grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache" || rm -rf -- "$cache" "$1/CMakeFiles"
}

# build_tree PRESET TREE [CMAKE_ARGUMENT...] [-- TARGET...]: the log is TREE/build.log, its end is shown when it fails.
build_tree() {
  local preset=$1 tree=$2 log=$2/build.log arguments=() targets=()
  shift 2
  while (($#)) && [[ $1 != -- ]]; do arguments+=("$1"); shift; done
  (($#)) && shift
  (($#)) && targets=(--target "$@")
  mkdir -p -- "$tree" || return
  forget_moved "$tree"
  : >"$log" || return
  if ! (cd -- "$root" && cmake --preset "$preset" -B "$tree" "${arguments[@]}") >>"$log" 2>&1 </dev/null; then
    failed_build "$log" "configuring the $preset build"
    return 1
  fi
  if ! NINJA_STATUS='[%f/%t] ' logged "$log" "building ($preset)" \
      cmake --build "$tree" --parallel "$(jobs_here)" "${targets[@]}"; then
    failed_build "$log" "the $preset build"
    return 1
  fi
}

failed_build() {
  local log=$1 what=$2
  say "$what failed; the whole log is $log:"
  # The errors, each with what it points at; where none looks like one, the end of the log.
  { grep -E -A 3 '(error|CMake Error|undefined reference)' "$log" || tail -n 30 -- "$log"; } | head -n 40 >&2
  if grep -qiE 'Killed|out of memory|cannot allocate' "$log"; then
    say 'It looks as if memory ran out: close something large, or add swap, and try again.'
  fi
}

# give_back TREE: what root built in somebody's checkout belongs to that person, who must be able to build on.
give_back() {
  ((EUID == 0)) && [[ $1 == "$root"/* ]] || return 0
  [[ $(stat -c %u -- "$root") == 0 ]] || chown -R --reference="$root" -- "$root/build"
}
