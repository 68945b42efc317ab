#!/bin/bash
# How long one audit of a real server takes, and how many connections it makes, beside testssl.sh and nmap
# on the same server. Printed, never asserted. Needs root.
#   bench/check.sh [--quick] [--spranga PATH] [SERVER]     --quick: spranga alone; SERVER: postfix
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
SPRANGA=$ROOT/build/release/spranga QUICK='' SERVER=postfix
while (($#)); do
  case $1 in
    --quick) QUICK=1; shift ;;
    --spranga) SPRANGA=$(realpath "$2"); shift 2 ;;
    *) SERVER=$1; shift ;;
  esac
done
[ -x "$SPRANGA" ] || { echo "no spranga at $SPRANGA: build the release first" >&2; exit 3; }
"$ROOT/lab/setup.sh"
[ -n "$QUICK" ] || "$ROOT/lab/setup.sh" --only peers
[ -n "$QUICK" ] || export PEERS=1
export SPRANGA QUICK LAB_SHOW="$SPRANGA $ROOT/bench"
exec "$ROOT/lab/lab" "$SERVER" hard --script "$ROOT/bench/check_inside.sh"
