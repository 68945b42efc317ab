# Knob WORLD=1: the rest of the world. A name server in both namespaces, so that example.test is a mail
# domain with MX, SRV, SPF and DMARC records and the clients have names; and a mail server elsewhere,
# 10.77.0.40, that takes all mail for sink.test and keeps it in /run/sink. WORLD_DNS: more lines (NAME TYPE
# DATA). Needs python3.
cat >/run/zone <<'Z'
mail.example.test A 10.77.0.1
mail.example.test AAAA fd77::1
example.test MX 10 mail.example.test
example.test TXT v=spf1 mx -all
_dmarc.example.test TXT v=DMARC1; p=reject
_submission._tcp.example.test SRV 0 1 587 mail.example.test
_submissions._tcp.example.test SRV 0 1 465 mail.example.test
1.0.77.10.in-addr.arpa PTR mail.example.test
11.0.77.10.in-addr.arpa PTR good.client.test
12.0.77.10.in-addr.arpa PTR attacker.client.test
good.client.test A 10.77.0.11
attacker.client.test A 10.77.0.12
sink.test MX 10 mx.sink.test
sink.test A 10.77.0.40
mx.sink.test A 10.77.0.40
Z
printf '%s\n' "${WORLD_DNS:-}" | grep . >>/run/zone
sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf
for where in '' 'ip netns exec client'; do
  $where python3 /lab/start/dns.py /run/zone &
done
ip netns exec client python3 /lab/start/sink.py 10.77.0.40 /run/sink &
for where in '' 'ip netns exec client'; do
  for _ in $(seq 1 200); do [ -n "$($where ss -Hlun 'sport = :53')" ] && break; sleep 0.02; done
done
for _ in $(seq 1 200); do [ -n "$(ip netns exec client ss -Hltn 'sport = :25')" ] && break; sleep 0.02; done
