#!/bin/bash
# bare-debian.sh FOLDER COMMAND...: runs COMMAND in a fresh clone of this checkout (what is committed) on a bare Debian.
#
#   sudo tools/bare-debian.sh /var/tmp/bare ./spranga tour
#
# FOLDER/base is made once with debootstrap (minbase: no compiler, no git, no sudo); each run works on a copy of it, in
# private mount, pid and uts namespaces, with the package sources of this machine, and the copy is removed afterwards
# (KEEP=1 keeps it and tells where). SUITE is the release to make (bookworm). Needs root, debootstrap, git.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
suite=${SUITE:-bookworm}

# sources: this machine's own Debian archives, as lines of sources.list.
sources() {
  apt-get indextargets --format "\$(ORIGIN) deb \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Identifier: Packages' |
    sed -n 's/^Debian //p' | sort -u
}

make_base() {  # FOLDER
  local mirror
  mirror=$(sources | awk -v suite="$suite" '$3 == suite && $4 == "main" { print $2; exit }')
  debootstrap --variant=minbase "$suite" "$1.new" ${mirror:+"$mirror"} >&2
  mv -- "$1.new" "$1"
}

# furnish PLACE: what a network installation would have left: sources, proxy, resolver, the clone.
furnish() {
  local place=$1 lines
  lines=$(sources | awk -v suite="$suite" 'index($3, suite) == 1')
  [[ -z $lines ]] || printf '%s\n' "$lines" >"$place/etc/apt/sources.list"
  apt-config dump 2>/dev/null | grep -E '^Acquire::https?::Proxy ' >"$place/etc/apt/apt.conf.d/proxy" || true
  cp -L -- /etc/resolv.conf "$place/etc/resolv.conf"
  # The copied lists would hide the first `apt-get update`.
  rm -rf -- "$place"/var/lib/apt/lists/* "$place"/var/cache/apt/archives/*.deb
  git clone -q --no-local -- "$root" "$place/root/spranga"
}

# inside PLACE COMMAND...: called in the new namespaces.
inside() {
  local place=$1 node
  shift
  mount --bind -- "$place" "$place"
  mount -t proc proc "$place/proc"
  mount -t sysfs sysfs "$place/sys"
  mount -t tmpfs -o mode=755 tmpfs "$place/dev"
  for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    mknod -m 666 "$place/dev/${node%%:*}" c "$(cut -d: -f2 <<<"$node")" "${node##*:}"
  done
  ln -s /proc/self/fd "$place/dev/fd"
  ln -s fd/0 "$place/dev/stdin"
  ln -s fd/1 "$place/dev/stdout"
  ln -s fd/2 "$place/dev/stderr"
  mkdir -m 1777 "$place/dev/shm"
  mkdir "$place/dev/pts"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$place/dev/pts"
  ln -s pts/ptmx "$place/dev/ptmx"
  hostname bare
  cd -- "$place"
  exec env -i HOME=/root TERM="${TERM:-dumb}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${CI:+CI="$CI"} \
    chroot . /bin/bash -c 'cd /root/spranga && exec "$@"' bash "$@"
}

if [[ ${1:-} == --inside ]]; then
  shift
  inside "$@"
fi
(($# >= 2)) || { sed -n '2,/^set /s/^# \{0,1\}//p' "$0"; exit 3; }
folder=$(mkdir -p -- "$1" && cd -- "$1" && pwd -P)
shift
base=$folder/base-$suite
[[ -d $base ]] || make_base "$base"
place=$(mktemp -d "$folder/run.XXXXXX")
if [[ -n ${KEEP:-} ]]; then trap 'echo "kept: $place" >&2' EXIT; else trap 'rm -rf -- "$place"' EXIT; fi
cp -a -- "$base/." "$place/"
furnish "$place"
unshare --mount --pid --uts --ipc --fork --kill-child=KILL --propagation private -- "${BASH_SOURCE[0]}" --inside "$place" "$@"
