#!/bin/bash
# build-deb.sh TREE OUT: two Debian packages from a release build, spranga and spranga-fail2ban, into the folder OUT.
#
#   ./spranga --version && packaging/build-deb.sh build/release /tmp
#
# TREE holds the programs. Needs dpkg-dev and binutils, not root.
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8 LC_MESSAGES=C

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
(($# == 2)) || { sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 3; }
tree=$(cd -- "$1" && pwd -P)
out=$(mkdir -p -- "$2" && cd -- "$2" && pwd -P)
helpers=(spranga-warden spranga-guard spranga-firewall spranga-actions spranga-net)
[[ -x $tree/spranga ]] || { echo "build-deb.sh: no program spranga in $tree" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cp -r -- "$root/packaging/debian" "$work/debian"
cd -- "$work"
SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -S Timestamp)
export SOURCE_DATE_EPOCH
version=$(dpkg-parsechangelog -S Version)
[[ "$("$tree/spranga" --version)" == *" ${version%-*}"* ]] ||
  { echo "build-deb.sh: packaging/debian/changelog speaks of $version, the program of $("$tree/spranga" --version)" >&2; exit 1; }

# ---------------------------------------------------------------- what goes where

place() {  # MODE FILE PLACE
  install -D -m "$1" -- "$2" "$3"
}

page() {  # PLACE: a manual page from standard input, packed
  mkdir -p -- "${1%/*}"
  gzip -9n >"$1"
}

documents() {  # PACKAGE
  local folder=debian/$1/usr/share/doc/$1
  place 644 debian/copyright "$folder/copyright"
  gzip -9n <debian/changelog | place 644 /dev/stdin "$folder/changelog.Debian.gz"
}

# The manual: a page for each verb in both languages, and one that names them.
manual() {
  local man=debian/spranga/usr/share/man verbs verb
  mapfile -t verbs < <("$tree/spranga" help | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p')
  for verb in "${verbs[@]}"; do
    "$tree/spranga" man "$verb" | page "$man/man1/spranga-$verb.1.gz"
    "$tree/spranga" --lang it man "$verb" | page "$man/it/man1/spranga-$verb.1.gz"
  done
  {
    echo ".TH SPRANGA 1 \"$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)\" \"spranga ${version%-*}\" \"spranga manual\""
    printf '.SH NAME\nspranga \\- mail server check, and a guard against password guessing\n'
    printf '.SH SYNOPSIS\n\\fBspranga\\fR \\fIVERB\\fR [options]\n.SH DESCRIPTION\n'
    printf 'Each verb has a page of its own; \\fBspranga help\\fR says in a line each what they do.\n'
    printf '.SH "SEE ALSO"\n'
    printf '\\fBspranga\\-%s\\fR(1),\n' "${verbs[@]//-/\\-}" | sed '$s/,$//'
  } | page "$man/man1/spranga.1.gz"
}

completions() {
  local share=debian/spranga/usr/share
  "$tree/spranga" completion bash | place 644 /dev/stdin $share/bash-completion/completions/spranga
  "$tree/spranga" completion zsh | place 644 /dev/stdin $share/zsh/vendor-completions/_spranga
  "$tree/spranga" completion fish | place 644 /dev/stdin $share/fish/vendor_completions.d/spranga.fish
}

program() {  # NAME PLACE
  place 755 "$tree/$1" "$2"
  strip --remove-section=.comment --remove-section=.note -- "$2"
}

make_spranga() {
  local name file
  program spranga debian/spranga/usr/bin/spranga
  for name in "${helpers[@]}"; do
    if [[ -x $tree/$name ]]; then
      program "$name" "debian/spranga/usr/lib/spranga/$name"
    else
      echo "build-deb.sh: $tree has no $name, so the package has none" >&2
    fi
  done
  while read -r file; do
    place 644 "$root/etc/$file" "debian/spranga/usr/share/spranga/etc/$file"
  done < <(cd -- "$root/etc" && find . -name '*.conf' -printf '%P\n' | sort)
  place 644 "$root/packaging/systemd/spranga.service" debian/spranga/lib/systemd/system/spranga.service
  place 644 "$root/packaging/systemd/sysusers.conf" debian/spranga/usr/lib/sysusers.d/spranga.conf
  place 644 "$root/packaging/systemd/tmpfiles.conf" debian/spranga/usr/lib/tmpfiles.d/spranga.conf
  place 644 "$root/packaging/logrotate" debian/spranga/etc/logrotate.d/spranga
  echo /etc/logrotate.d/spranga >conffiles
  manual
  completions
  documents spranga
  gzip -9n <"$root/CHANGELOG.md" | place 644 /dev/stdin debian/spranga/usr/share/doc/spranga/changelog.gz
  for file in README.md docs/install.md docs/filters.md docs/compatibility.md; do
    place 644 "$root/$file" "debian/spranga/usr/share/doc/spranga/${file##*/}"
  done
}

make_spranga_fail2ban() {
  local bin=debian/spranga-fail2ban/usr/bin man=debian/spranga-fail2ban/usr/share/man/man1 pair
  mkdir -p "$bin" "$man"
  for pair in client:client server:guard regex:regex; do
    ln -s spranga "$bin/fail2ban-${pair%:*}"
    [[ ! -e debian/spranga/usr/share/man/man1/spranga-${pair#*:}.1.gz ]] ||
      ln -s "spranga-${pair#*:}.1.gz" "$man/fail2ban-${pair%:*}.1.gz"
  done
  place 644 "$root/packaging/systemd/tmpfiles-fail2ban.conf" debian/spranga-fail2ban/usr/lib/tmpfiles.d/spranga-fail2ban.conf
  documents spranga-fail2ban
}

# ---------------------------------------------------------------- the archives

pack() {  # PACKAGE SUBSTVARS
  local script place=debian/$1
  mkdir -p "$place/DEBIAN"
  for script in preinst postinst prerm postrm; do
    [[ ! -e debian/$1.$script ]] || place 755 "debian/$1.$script" "$place/DEBIAN/$script"
  done
  if [[ $1 == spranga ]]; then cp conffiles "$place/DEBIAN/conffiles"; fi
  (cd -- "$place" && find . -type f -not -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) >md5sums
  mv -- md5sums "$place/DEBIAN/md5sums"
  dpkg-gencontrol "-p$1" "-P$place" "-T$2" -nunused.deb -fdebian/files
  find "$place" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group --build "$place" "$out" >&2
}

make_spranga
make_spranga_fail2ban
mapfile -t programs < <(find debian/spranga/usr/bin debian/spranga/usr/lib/spranga -type f 2>/dev/null)
dpkg-shlibdeps -Tlibraries "${programs[@]}"
pack spranga libraries
pack spranga-fail2ban /dev/null
