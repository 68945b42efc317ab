# What `spranga tour` shows of the guard, beside the server and spranga's guard (GUARD): commands and what they say.
# Behind a line "=== report" comes the ban test's report as JSON. The attacker is 10.77.0.12, the tester 10.77.0.11.
# What follows "spranga check" is in TOUR_CHECK, one word a line; the language in TOUR_LANG.

attacker=10.77.0.12
trap '' PIPE
mkfifo /run/words

answered() {  # PATTERN PID: waits until a line of the server's is like that, or the connection is gone
  until grep -q "$1" /run/answers || ! kill -0 "$2" 2>/dev/null; do sleep 0.02; done
}

guess() {  # USER PASSWORD: what comes of one login on 587, inside TLS, from the attacker
  : >/run/answers
  ip netns exec client openssl s_client -quiet -crlf -bind "$attacker" -starttls smtp -connect 10.77.0.1:587 \
    </run/words >/run/answers 2>/run/errors &
  local pid=$! words
  exec {words}>/run/words
  echo "EHLO attacker.client.test" >&"$words"
  answered '^250 ' "$pid"
  echo "AUTH PLAIN $(printf '\0%s\0%s' "$1" "$2" | openssl base64 -A)" >&"$words"
  answered '^[45]' "$pid"
  echo QUIT >&"$words"
  exec {words}>&-
  wait "$pid"
  { grep -h '^[45]' /run/answers || grep -h -o 'Connection refused\|timed out\|reset by peer' /run/errors; } |
    head -n 1 | tr -d '\r'
}

show() {  # a command, and what it says
  printf '\n  $ %s\n\n' "$*"
  "$@" 2>&1
}

spranga() { "$GUARD" "$@" --lang "$TOUR_LANG"; }

guess_on() {
  local word
  for word in 123456 password qwerty letmein welcome1 secret; do
    printf '  %-16s%s\n' "alice $word" "$(guess alice "$word")"
  done
}

# From its own address, while the attacker is at work from his.
mapfile -t words <<<"$TOUR_CHECK"
ip netns exec client "$GUARD" "${words[@]}" --format json >/run/report &
tester=$!
guess_on 2>/dev/null
for _ in $(seq 1 100); do  # the set that the ban is in
  door=$(nft -n list table inet spranga | awk -v who="$attacker" '/^\tset /{set = $2} index($0, who){print set; exit}')
  [ -z "$door" ] || break
done
show nft list set inet spranga "${door:-none}"
show spranga why "$attacker"
show spranga status
wait "$tester"
printf '\n=== report\n'
cat /run/report
