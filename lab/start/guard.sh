# spranga's guard over the lab's own logs: GUARD=PROGRAM. With FAIL2BAN="JAIL JAIL" on the configuration that
# fail2ban.sh makes, in fail2ban's place; else on GUARD_ETC (spranga's own etc/), with what GUARD_JAIL adds to it:
# lines of a jail.local.

if [ -n "${FAIL2BAN:-}" ]; then
  folder=/etc/fail2ban
else
  folder=/etc/spranga
  rm -rf /etc/spranga /var/lib/spranga  # the machine's own, which this private root only shows
  mkdir -p /etc/spranga
  cp -r "$GUARD_ETC/." /etc/spranga
  printf '%s\n' "${GUARD_JAIL:-}" >/etc/spranga/jail.local
  touch /var/log/mail.log
fi
# CLOCK=1: the guard takes the time from /etc/faketimerc ("+3h": three hours on; read again after ten seconds), but
# for what only counts how long something lasts. So does who is started with LD_PRELOAD=$CLOCK_LIBRARY.
if [ -n "${CLOCK:-}" ]; then
  echo +0 >/etc/faketimerc
  CLOCK_LIBRARY=$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)
  export CLOCK_LIBRARY DONT_FAKE_MONOTONIC=1
  echo "$CLOCK_LIBRARY" >/etc/ld.so.preload
fi
unit spranga.service "$GUARD" guard -b -c "$folder" >/run/spranga.start 2>&1 || cat /run/spranga.start >&2
rm -f /etc/ld.so.preload
