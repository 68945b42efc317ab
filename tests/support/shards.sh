#!/bin/sh
# shards.sh N PROGRAM: the tests of a program in N processes at once, since most of them wait for a peer.
# Exit 1 where one of them failed; what the failed ones said is shown.
set -u
count=$1
program=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

i=0
while [ "$i" -lt "$count" ]; do
  GTEST_TOTAL_SHARDS=$count GTEST_SHARD_INDEX=$i "$program" --gtest_brief=1 >"$folder/$i" 2>&1 &
  eval "pid_$i=$!"
  i=$((i + 1))
done

status=0
i=0
while [ "$i" -lt "$count" ]; do
  eval "pid=\$pid_$i"
  if ! wait "$pid"; then
    status=1
    cat "$folder/$i"
  fi
  i=$((i + 1))
done
exit "$status"
