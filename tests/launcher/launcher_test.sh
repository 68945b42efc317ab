#!/bin/bash
# launcher_test.sh: ./spranga with a stand-in for CMake, dpkg and apt, in a copy of the checkout whose path has blanks.
# The stand-in for CMake "builds" a script that prints its arguments; every call of a stand-in is written down.
set -uo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
export calls=$scratch/calls
copy="$scratch/a check out"
wrong=0
output='' errors='' status=0

mkdir -p "$copy"/{src/app,lab} "$scratch/bin"
cp -r -- "$root"/{spranga,tools,CMakeLists.txt,CMakePresets.json} "$copy/"
cp -r -- "$root"/lab/{lab,packages,start} "$root"/lab/*.sh "$copy/lab/"
echo 'int main() {}' >"$copy/src/app/main.cpp"

cat >"$scratch/bin/cmake" <<'STANDIN'
#!/bin/bash
echo "cmake $*" >>"$calls"
[[ $1 == --build ]] || exit 0
sleep "${SLOW:-0}"
if [[ -n ${BROKEN:-} ]]; then echo 'main.cpp:1: error: broken on purpose'; exit 1; fi
printf '#!/bin/bash\nprintf "<%%s>" "$PWD" "$@"\nexit 2\n' >"$2/spranga"
chmod +x "$2/spranga"
STANDIN
cat >"$scratch/bin/dpkg-query" <<'STANDIN'
#!/bin/bash
for name in "${@:4}"; do [[ -n ${MISSING:-} && $name == "$MISSING" ]] || echo "installed $name"; done
STANDIN
cat >"$scratch/bin/apt-get" <<'STANDIN'
#!/bin/bash
echo "apt-get $*" >>"$calls"
[[ " $* " != *" --print-uris "* ]] || echo 'The following NEW packages will be installed:'
STANDIN
cat >"$scratch/bin/sudo" <<'STANDIN'
#!/bin/bash
while [[ $1 == -* ]]; do shift; done
exec "$@"
STANDIN
printf '#!/bin/bash\n' | tee "$scratch/bin/apt-cache" >"$scratch/bin/ninja"
chmod +x "$scratch"/bin/*
export PATH=$scratch/bin:$PATH

# launch ARGUMENT...: sets output, errors, status. The working folder is the scratch folder.
launch() {
  output=$(cd -- "$scratch" && "$copy/spranga" "$@" 2>"$scratch/errors" </dev/null)
  status=$?
  errors=$(<"$scratch/errors")
}

builds() { grep -c '^cmake --build' "$calls" 2>/dev/null || true; }

# expect SENTENCE CONDITION...: CONDITION is a command, usually `test` or `same`.
expect() {
  local sentence=$1
  shift
  if "$@"; then return; fi
  echo "not so: $sentence"
  printf '  output: %s\n  errors: %s\n  status: %s\n' "$output" "$errors" "$status"
  wrong=1
}

# shellcheck disable=SC2317  # called through expect
same() { [[ $1 == "$2" ]]; }
# shellcheck disable=SC2317
holds() { [[ $1 == *"$2"* ]]; }
# shellcheck disable=SC2317
lacks() { [[ $1 != *"$2"* ]]; }

launch a 'b c'
expect 'the program gets the arguments and runs in the folder of the caller' same "$output" "<$scratch><a><b c>"
expect 'the exit status is that of the program' same "$status" 2
expect 'the first launch builds' same "$(builds)" 1

launch x
expect 'a second launch builds nothing' same "$(builds)" 1
expect 'and says nothing' same "$errors" ''

launch --yes check --yes --where
expect 'only a --yes in front is the launcher'"'"'s' same "$output" "<$scratch><check><--yes><--where>"

launch --where
expect '--where prints the path of the program' same "$output" "$copy/build/release/spranga"

touch "$copy/src/app/main.cpp"
launch
expect 'a changed source is built' same "$(builds)" 2
touch "$copy/src/app/more.cpp"
launch
expect 'a new source is built' same "$(builds)" 3
rm "$copy/src/app/more.cpp"
launch
expect 'so is one that was deleted' same "$(builds)" 4

touch "$copy/src/app/main.cpp"
BROKEN=1 launch
expect 'a broken build ends the launch' same "$status" 69
expect 'the program of before does not run' same "$output" ''
expect 'the error is shown' holds "$errors" 'error: broken on purpose'
expect 'with the place of the log' holds "$errors" "$copy/build/release/build.log"
launch
expect 'the next launch builds again' same "$status" 2

touch "$copy/src/app/main.cpp"
before=$(builds)
export SLOW=0.5
launch one &
launch two
wait
unset SLOW
expect 'of two launches at once one builds' same "$(builds)" $((before + 1))

mv "$copy" "$scratch/elsewhere"
copy=$scratch/elsewhere
launch
expect 'a checkout that moved is built anew' same "$(builds)" $((before + 2))

touch "$copy/src/app/main.cpp"
MISSING=ninja-build launch
expect 'the plan of apt is shown' holds "$errors" 'The following NEW packages'
expect 'what is missing is installed, nothing removed' \
  grep -qE '^apt-get .*-y --no-remove --no-install-recommends install ninja-build$' "$calls"
expect 'nothing else is' lacks "$(grep ' -y ' "$calls")" 'g++'
expect 'where nobody can be asked, that is said' holds "$errors" 'no terminal to ask on'

((wrong == 0)) && echo 'the launcher keeps its promises'
exit "$wrong"
