#!/bin/bash
# record.sh SERVER VARIANT: plays the scenarios of attack_smtp.py against opensmtpd or sendmail and keeps what was
# written in tests/logs: the log in both formats, the truth and the dialogues. Needs root and the lab's layers.
set -euo pipefail
server=$1 variant=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
prefix=$(python3 -c 'import sys; print(sys.base_prefix)')
cat >"$out/play.sh" <<X
PYTHONDONTWRITEBYTECODE=1 C "$python" "$here/attack.py" smtp "$out" --log log=/var/log/mail.log
sleep 0.5
cp /var/log/mail.log "$out/log"
cp /var/log/mail3339.log "$out/rfc3339.log"
X
LAB_SHOW="$here $out $prefix" "$root/lab/lab" "$server" "$variant" --script "$out/play.sh"
for file in log rfc3339.log truth.tsv replies.txt; do
  install -m 644 "$out/$file" "$root/tests/logs/$server-$variant.$file"
done
