# spranga's guard over the lab's own logs: GUARD=PROGRAM. With FAIL2BAN="JAIL JAIL" on the configuration that
# fail2ban.sh makes, in fail2ban's place; else on GUARD_ETC (spranga's own etc/), with what GUARD_JAIL adds to it:
# lines of a jail.local.

if [ -n "${FAIL2BAN:-}" ]; then
  folder=/etc/fail2ban
else
  folder=/etc/spranga
  mkdir -p /etc/spranga
  cp -r "$GUARD_ETC/." /etc/spranga
  printf '%s\n' "${GUARD_JAIL:-}" >/etc/spranga/jail.local
  touch /var/log/mail.log
fi
unit spranga.service "$GUARD" guard -b -c "$folder" >/run/spranga.start 2>&1 || cat /run/spranga.start >&2
