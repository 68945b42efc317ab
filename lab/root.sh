#!/bin/bash
# Called by `lab` in fresh namespaces. Builds the private root: this machine's / below, the layers above
# it in memory, its own /dev, /proc, /run, /tmp, /var/log and /var/spool. Then goes on inside (start.sh).
# Nothing is written to the machine: the mounts are seen in this mount namespace only and end with it.
set -euo pipefail
SERVER=$1

# A command given by path, a script, and LAB_SHOW="PATH PATH" must be visible inside at the same place.
read -ra shown <<<"${LAB_SHOW:-}"
[ -z "${GUARD:-}" ] || shown+=("${GUARD%/*}")
[ -z "${GUARD_ETC:-}" ] || shown+=("$GUARD_ETC")
for word in "${@:3:2}"; do
  if [[ $word == */* && -e $word ]]; then shown+=("$(realpath -s "$word")"); fi
done
# shellcheck disable=SC2206  # a relative command is found from the folder where lab was called
[[ ${3:-} == */* ]] && set -- "$1" "$2" "$(realpath -s "$3")" "${@:4}"
[[ ${3:-} == --script ]] && set -- "$1" "$2" --script "$(realpath -s "$4")"

# Any empty place will do for the mounts, as long as nothing that is needed lies below it.
for place in /mnt /media /srv /opt; do
  [ -d "$place" ] || continue
  printf '%s\n' "$LAB" "$CACHE" "${shown[@]}" | grep -q "^$place/" || break
done
mount -t tmpfs -o size=1g,mode=755 lab "$place"
up=$place/up root=$place/root
mkdir "$up" "$place/work" "$root"

# The layers are copied (0.1 s): overlayfs refuses a lower folder that lies inside another, here /.
layers=(base tools syslog dovecot mailbox client)
[ "$SERVER" = dovecot ] && layers+=(postfix) || layers+=("$SERVER")
[ -z "${FAIL2BAN:-}${CLIENT_BLOCKED:-}${GUARD:-}" ] || layers+=(fail2ban)
[ -z "${PEERS:-}" ] || layers+=(peers)
read -ra more <<<"$MORE_LAYERS"
layers+=("${more[@]}")
{
  flock -s 9
  for layer in "${layers[@]}"; do
    [ ! -d "$CACHE/layers/$layer" ] || cp -a "$CACHE/layers/$layer/." "$up/"
  done
} 9>"$CACHE/lock"
mount -t overlay overlay -o "lowerdir=/,upperdir=$up,workdir=$place/work" "$root"
if mountpoint -q /usr; then
  mkdir -p "$up/usr" "$place/work-usr"
  mount -t overlay overlay -o "lowerdir=/usr,upperdir=$up/usr,workdir=$place/work-usr" "$root/usr"
fi

mount -t tmpfs -o mode=755 tmpfs "$root/dev"
while read -r name major minor; do mknod -m 666 "$root/dev/$name" c "$major" "$minor"; done <<'D'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
D
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
mkdir -m 1777 "$root/dev/shm"
mkdir "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys" 2>/dev/null || true
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
for folder in /var/log /var/spool /var/mail; do  # never the machine's own logs, queues and mail
  mkdir -p "$root$folder"
  mount -t tmpfs -o mode=755 tmpfs "$root$folder"
  [ ! -d "$up$folder" ] || cp -a "$up$folder/." "$root$folder/"
done
mkdir -p "$root/run/lock" "$root/lab"
mount --bind "$LAB" "$root/lab"
for path in "${shown[@]}"; do
  [ ! -e "$root$path" ] || continue
  if [ -d "$path" ]; then mkdir -p "$root$path"; else mkdir -p "$root${path%/*}"; : >"$root$path"; fi
  mount --bind "$path" "$root$path"
done

hostname mail.example.test
echo mail.example.test >"$root/etc/hostname"
echo example.test >"$root/etc/mailname"
rm -f "$root/etc/resolv.conf" "$root/etc/hosts"  # either may be a link to elsewhere
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$root/etc/resolv.conf"
cat >"$root/etc/hosts" <<'H'
127.0.0.1 localhost
::1 localhost
10.77.0.1 mail.example.test mail
fd77::1 mail.example.test mail
10.77.0.11 good.client.test
10.77.0.12 attacker.client.test
fd77::11 good6.client.test
H
for map in hosts passwd group shadow services protocols networks; do echo "$map: files"; done >"$root/etc/nsswitch.conf"
chroot "$root" /bin/bash /lab/start.sh "$@"
