# shellcheck shell=bash
# shellcheck disable=SC2154  # root and yes are set by the script that sources this
# Installs the Debian packages that tools/packages.txt names. Sourced by ./spranga, ./test and .ci/run,
# which set `root` (the checkout), `yes` (1: do not ask) and `say` (a function: one line to stderr), and
# source tools/progress.sh too.
# Never removes a package, and asks before it installs when there is somebody to ask.

somebody=0  # 1: there is a person at a terminal, whom apt's question or sudo's can be put to
[[ ! -t 0 || ! -t 2 ]] || somebody=1

# choices GROUP...: a line for each entry of those groups, alternatives separated by spaces.
choices() {
  local group name rest
  while read -r group name rest; do
    [[ " $* " == *" $group "* ]] && printf '%s\n' "$name ${rest//|/ }"
  done < <(grep -E '^[a-z]+ ' "$root/tools/packages.txt")
  return 0
}

# installed NAME...: those of them that dpkg has installed.
installed() {
  # dpkg-query fails when it does not know one of the names; that is an answer, not an error.
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true
}

# missing GROUP...: the entries of which no alternative is installed, a line each.
missing() {
  local have=' ' entry name found
  mapfile -t entries < <(choices "$@")
  # shellcheck disable=SC2068  # an entry is one or more names
  while read -r name; do have+="$name "; done < <(installed ${entries[@]})
  for entry in "${entries[@]}"; do
    found=
    for name in $entry; do [[ $have == *" $name "* ]] && found=1; done
    [[ -n $found ]] || printf '%s\n' "$entry"
  done
}

# chosen: of each entry on stdin, the first alternative that apt can get, else the first.
chosen() {
  local entry name pick
  while read -r entry; do
    pick=${entry%% *}
    for name in $entry; do
      if apt-cache show --no-all-versions "$name" >/dev/null 2>&1; then
        pick=$name
        break
      fi
    done
    printf '%s\n' "$pick"
  done
}

# as_root COMMAND...: with nobody there sudo must not wait for a password.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif ((somebody)); then
    sudo -- "$@"
  else
    sudo -n -- "$@"
  fi
}

# root_apt WHAT ARGUMENT...: apt-get as root; WHAT names it in the progress. Its output is shown when it fails.
root_apt() {
  local what=$1 log
  shift
  log=$(mktemp) || return
  if logged "$log" "$what" as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
      apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"; then
    rm -f -- "$log"
    return
  fi
  tail -n 15 -- "$log" >&2
  rm -f -- "$log"
  return 1
}

have_lists() { compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; }

update_lists() {
  say "fetching apt's package lists: $1"
  if ! root_apt 'fetching package lists' update; then
    say 'apt could not fetch its package lists (see above). Is there a network, and may you run apt-get?'
    return 1
  fi
}

# plan NAME...: what apt would do, in its own words; fails when apt cannot do it. Needs no rights, changes nothing:
# with --print-uris apt-get stops before it fetches. (--assume-no is no substitute: it installs what needs no question.)
plan() {
  local text status=0
  text=$(LC_ALL=C apt-get -o Debug::NoLocking=1 -o APT::Get::HideAutoRemove=1 --print-uris \
    --no-remove --no-install-recommends install "$@" 2>&1) || status=$?
  # Left out: what it read, the lists of suggestions and of what is named again below, and the addresses.
  awk -v quote="'" '
    /^[^ ]/ { skipped = /^(Reading|Building|Suggested|Recommended|The following additional)/ || index($0, quote) == 1 }
    !skipped' <<<"$text"
  return "$status"
}

# serves_mail: something listens here on port 25, 465 or 587 (0019, 01D1, 024B; state 0A is LISTEN).
serves_mail() {
  grep -qsE '^ *[0-9]+: [0-9A-F]+:(0019|01D1|024B) [0-9A-F]+:[0-9A-F]{4} 0A ' /proc/net/tcp /proc/net/tcp6
}

# agreed: yes when told so, when asked and answered, or when there is nobody to ask.
agreed() {
  local answer
  ((yes)) && return
  if ((!somebody)); then
    say 'no terminal to ask on: installing them'
    return
  fi
  read -r -p 'spranga: install these packages? [Y/n] ' answer || return 1
  [[ ${answer:-y} == [Yy]* ]]
}

# cannot_install WHY ENTRY...: says what a person with the rights would have to type.
cannot_install() {
  local why=$1
  shift
  say "these Debian packages are missing: $(printf '%s\n' "$@" | chosen | tr '\n' ' ')"
  say "$why"
  say "As root: apt-get install --no-remove --no-install-recommends $(printf '%s\n' "$@" | chosen | tr '\n' ' ')"
  return 1
}

# by_hand: without dpkg nothing can be looked up; go on when the tools themselves are there.
by_hand() {
  local tool
  for tool in cmake ninja c++; do
    if ! command -v "$tool" >/dev/null; then
      say "this is no Debian (no dpkg), and $tool is missing. tools/packages.txt lists what spranga is built from."
      return 1
    fi
  done
}

# ensure_packages GROUP...: afterwards the packages of those groups are installed, or it fails and has said why.
ensure_packages() {
  local entries=() names=()
  command -v dpkg-query >/dev/null || { by_hand; return; }
  mapfile -t entries < <(missing "$@")
  ((${#entries[@]})) || return 0
  command -v apt-get >/dev/null || { cannot_install 'There is no apt-get here to install them.' "${entries[@]}"; return; }
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    cannot_install 'You are not root and there is no sudo.' "${entries[@]}"
    return
  fi
  have_lists || update_lists 'there are none yet' || return
  mapfile -t names < <(printf '%s\n' "${entries[@]}" | chosen)
  if ! plan "${names[@]}" >/dev/null; then
    update_lists 'those here do not have what is needed' || return
    mapfile -t names < <(printf '%s\n' "${entries[@]}" | chosen)
  fi
  install_packages "${names[@]}"
}

# install_packages NAME...: shows apt's plan, asks, installs; fresh lists and once more when an archive is gone.
install_packages() {
  local how=('installing packages' -y --no-remove --no-install-recommends install "$@")
  say 'these Debian packages are missing; this is what apt will do:'
  plan "$@" >&2 || { say 'apt cannot install them (see above); nothing was changed.'; return 1; }
  if serves_mail; then
    say 'note: this host itself serves mail (port 25, 465 or 587). Nothing is removed or configured,'
    say '      but you may prefer to build elsewhere and copy the file that ./spranga --where names.'
  fi
  agreed || { say 'nothing was installed.'; return 1; }
  root_apt "${how[@]}" && return
  update_lists 'the installation failed, perhaps because they are old' && root_apt "${how[@]}" && return
  say 'apt could not install them (see above).'
  return 1
}
