# rsyslog with a private /dev/log, or behind journald: /var/log/mail.log as Debian's, mail3339.log with full time
# stamps.
if command -v rsyslogd >/dev/null; then
  cat >/etc/rsyslog.conf <<R
module(load="imuxsock" SysSock.RateLimit.Interval="0" SysSock.Name="$SYSLOG_SOCKET")
mail.*  action(type="omfile" file="/var/log/mail.log" template="RSYSLOG_TraditionalFileFormat")
mail.*  action(type="omfile" file="/var/log/mail3339.log" template="RSYSLOG_FileFormat")
auth,authpriv.*  action(type="omfile" file="/var/log/auth.log" template="RSYSLOG_TraditionalFileFormat")
R
  unit rsyslog.service rsyslogd -i /run/rsyslogd.pid
  wait_file "$SYSLOG_SOCKET"
fi
