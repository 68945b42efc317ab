# shellcheck shell=bash
# One line of progress for a long command whose output goes to a log. Sourced by ./spranga and ./test,
# which set `say` (a function: one line to stderr).

progress_every=5  # seconds between two lines where stderr is no terminal

# logged LOG WHAT COMMAND...: runs COMMAND with its output in LOG and its progress on stderr; returns its status.
logged() {
  local log=$1 what=$2 started=$SECONDS status
  shift 2
  "$@" 2>&1 </dev/null | tee -a -- "$log" | progress "$what" >&2
  status=${PIPESTATUS[0]}
  if ((status == 0 && SECONDS - started > 1)); then say "$what: done in $((SECONDS - started)) s"; fi
  return "$status"
}

# progress WHAT: reads what ninja or apt-get print and tells how far they are.
# On a terminal one line is rewritten; elsewhere a line appears every few seconds.
progress() {
  local what=$1 line status done=0 where=''
  local started=$SECONDS told=$SECONDS shown=0
  while true; do
    status=0
    IFS= read -r -t "$progress_every" line || status=$?
    ((status == 0 || status > 128)) || break
    if ((status == 0)); then
      case $line in
        '['*/*']'*) where="${line%%]*}" where="${where#[}" ;;
        Get:*) where="fetched ${line#Get:}" where="${where%% http*}" ;;
        Unpacking*) done=$((done + 1)) where="$done unpacked" ;;
        'Setting up'*) line=${line#Setting up } where="setting up ${line%% *}" ;;
        *) continue ;;
      esac
    fi
    if [[ -t 1 ]]; then
      printf '\r\033[Kspranga: %s: %s, %d s' "$what" "${where:-…}" $((SECONDS - started))
      shown=1
    elif ((SECONDS - told >= progress_every)); then
      printf 'spranga: %s: %s, %d s\n' "$what" "${where:-…}" $((SECONDS - started))
      told=$SECONDS
    fi
  done
  if ((shown)); then printf '\r\033[K'; fi
}
