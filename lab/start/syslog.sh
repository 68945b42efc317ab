# rsyslog with a private /dev/log: /var/log/mail.log as Debian's, mail3339.log with full time stamps.
if command -v rsyslogd >/dev/null; then
  cat >/etc/rsyslog.conf <<'R'
module(load="imuxsock" SysSock.RateLimit.Interval="0")
mail.*  action(type="omfile" file="/var/log/mail.log" template="RSYSLOG_TraditionalFileFormat")
mail.*  action(type="omfile" file="/var/log/mail3339.log" template="RSYSLOG_FileFormat")
auth,authpriv.*  action(type="omfile" file="/var/log/auth.log" template="RSYSLOG_TraditionalFileFormat")
R
  rsyslogd -i /run/rsyslogd.pid
  wait_file /dev/log
fi
