# shellcheck shell=bash
# Sourced inside the lab by bench/check.sh. Connections are counted by the server's kernel.

opened() { awk '/^Tcp:/ && $2 ~ /^[0-9]/ { print $7 }' /proc/net/snmp; }

# measure NAME COMMAND...: wall time in ms and connections of one run
measure() {
  local name=$1 begin end before
  shift
  before=$(opened)
  begin=$(date +%s%N)
  C "$@" >/tmp/bench.out 2>&1 || true  # exit codes are verdicts here
  end=$(date +%s%N)
  MS=$(((end - begin) / 1000000)) CONNECTIONS=$(($(opened) - before))
  printf '%-44s %8d ms %6d connections\n' "$name" "$MS" "$CONNECTIONS"
}


export SPRANGA_PASSWORD=alicepw
echo "one audit of $SERVER (hardened), IPv4, ports 25 465 587:"
audit=("$SPRANGA" check mail.example.test -4 --ca-file /etc/lab/ca.crt --domain example.test
  --user alice --address alice@example.test --format json)
best=
for _ in 1 2 3 4 5; do
  measure 'spranga check --user' "${audit[@]}"
  [ -n "$best" ] && ((best <= MS)) || best=$MS
done
grep -oE '"(elapsed_ms|connections)": ?[0-9]+' /tmp/bench.out | tr '\n' ' '
echo
if [ -z "$QUICK" ]; then
  measure 'nmap (ssl-enum-ciphers, smtp-*)' nmap -Pn -n -p 25,465,587 10.77.0.1 \
    --script 'ssl-enum-ciphers,ssl-cert,smtp-commands,smtp-open-relay,smtp-ntlm-info'
  echo "  $((MS / best)) times as long"
  total=0
  for port in 25 587 465; do
    starttls=(--starttls smtp)
    [ "$port" != 465 ] || starttls=()
    measure "testssl.sh, port $port" testssl "${starttls[@]}" --warnings batch --color 0 "10.77.0.1:$port"
    total=$((total + MS))
  done
  echo "  $((total / best)) times as long"
fi
