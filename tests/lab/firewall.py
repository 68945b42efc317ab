#!/usr/bin/env python3
"""The firewall process against the kernel's own firewall, in namespaces of its own.

    tests/lab/firewall.py SCENARIO --program spranga-firewall --probe firewall_probe     (as root)
    tests/lab/firewall.py --list

The namespaces: network.py. Exit: 0 as expected, 1 not, 77 could not be run.
"""

import contextlib
import errno
import os
import select
import socket
import subprocess
import sys
import threading
import time

from network import CLIENT4, CLIENT6, HOST4, HOST6, MAIL, OPEN, OTHER4, OTHER6, PUBLISHED, Network, ended


class Firewall:
    """The probe in the host's namespace, with a real spranga-firewall."""

    def __init__(self, network, arguments, user=()):
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", network.names["host"], arguments["--probe"], arguments["--program"], *user],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()

    def ask(self, *words):
        """What is printed: {first word: [rest of the lines]}."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        out = {}
        while (line := self.process.stdout.readline()) not in (".\n", ""):
            first, _, rest = line.strip().partition(" ")
            out.setdefault(first, []).append(rest)
        return out

    def do(self, *words):
        answer = self.ask(*words)
        if "error" in answer or "gone" in answer:
            raise AssertionError(f"{' '.join(map(str, words))}: {answer}")
        return answer

    def held(self, door):
        """{entry: seconds, None for good}, and whether the rules are whole."""
        answer = self.do("list", door)
        pairs = [line.split() for line in answer.get("entry", [])]
        return ({entry: None if left == "-" else int(left) / 1000 for entry, left in pairs},
                answer["complete"] == ["1"])


class Test:
    def __init__(self, network, arguments):
        self.network, self.arguments, self.wrong = network, arguments, []

    def firewall(self, *doors, table="spranga", user=()):
        out = Firewall(self.network, self.arguments, user)
        out.ask("never", HOST4, HOST6, OTHER6)
        for door in doors:
            out.ask("door", *door.split())
        out.do("attach", table, os.getpid())
        return out

    def expect(self, what, condition):
        if not condition:
            self.wrong.append(what)
            print(f"  WRONG: {what}")

    def refused(self, source, target, port, where="client"):
        got, took = self.network.connect(source, target, port, where)
        self.expect(f"{source} -> {target}:{port} is {got} after {took:.3f} s, expected a refusal at once",
                    got == "ECONNREFUSED" and took < 0.5)

    def reaches(self, source, target, port, where="client"):
        got, _ = self.network.connect(source, target, port, where)
        self.expect(f"{source} -> {target}:{port}: {got}", not isinstance(got, str))
        return got

    def drops(self, source, target, port):
        got, _ = self.network.connect(source, target, port, wait=0.3)
        self.expect(f"{source} -> {target}:{port} is {got}, expected silence", got == "timeout")


def session(test, server, source, target, port):
    """An open connection: (the client's end, the server's)."""
    client = test.reaches(source, target, port)
    peer, address = server.accept()
    while address[1] != client.getsockname()[1]:  # of a connection before
        peer, address = server.accept()
    for end in (client, peer):
        end.settimeout(2)
    client.sendall(b"EHLO\r\n")
    peer.recv(100)
    return client, peer


def talk_on(end):
    with contextlib.suppress(OSError):
        for _ in range(20000):
            end.sendall(b"y")


def listen_on(end):
    """How it ends."""
    try:
        while end.recv(1000):
            pass
    except OSError as error:
        return "timeout" if isinstance(error, TimeoutError) else errno.errorcode[error.errno]
    return "closed"


DOOR = "1 nftables tcp 25,587,2525 standard -"


def ban(test):
    """A banned client is refused at once, its session ends at both ends, nobody else notices."""
    network = test.network
    mail, box = network.listen("host", MAIL), network.listen("box", MAIL)
    other = network.listen("host", OPEN)
    outside = network.listen("client", MAIL)
    with test.firewall(DOOR) as firewall:
        for client, target, inner in ((CLIENT4, HOST4, 4), (CLIENT6, HOST6, 6)):
            sessions = {"host": session(test, mail, client, target, MAIL),
                        "published": session(test, box, client, target, PUBLISHED)}
            spared = session(test, mail, OTHER4 if inner == 4 else OTHER6, target, MAIL)
            firewall.do("ban", 1, 600, client)
            test.refused(client, target, MAIL)
            test.refused(client, target, PUBLISHED)
            test.reaches(client, target, OPEN)
            for name, (near, far) in sessions.items():
                how = ended(near)
                test.expect(f"{name} ({client}): the client's end is {how}", how == "ECONNRESET")
                how = ended(far)
                test.expect(f"{name} ({client}): the server's end is {how}", how in ("ECONNRESET", "ECONNABORTED"))
            spared[0].sendall(b"still here")
            test.expect("the other's session goes on", spared[1].recv(100) == b"still here")
            test.reaches(OTHER4 if inner == 4 else OTHER6, target, MAIL)
            # The host delivers mail to whom it banned.
            out = test.reaches(target, client, MAIL, "host")
            peer, _ = outside.accept()
            peer.sendall(b"220 hello")
            out.settimeout(2)
            test.expect(f"{target} hears from {client}", out.recv(100) == b"220 hello")
            firewall.do("unban", 1, client)
            test.reaches(client, target, MAIL)
        held, whole = firewall.held(1)
        test.expect(f"all is unbanned and whole: {held} {whole}", not held and whole)
        answer = firewall.ask("ban", 1, 600, OTHER6, "203.0.113.77")
        test.expect(f"a never-ban address is refused: {answer}", "is never banned" in answer.get("error", [""])[0])
        test.reaches(OTHER6, HOST6, MAIL)
        test.refused("203.0.113.77", HOST4, MAIL)


def sessions(test):
    """Silent sessions end at the server's end too; what the host began itself goes on, behind all ports shut."""
    network = test.network
    mail, other = network.listen("host", MAIL), network.listen("host", OPEN)
    outside = network.listen("client", MAIL)

    def silent(end, wait):
        """How a session ends, or not, while nobody says anything."""
        end.settimeout(wait)
        try:
            return "closed" if end.recv(10) == b"" else "?"
        except OSError as error:
            return "open" if isinstance(error, TimeoutError) else errno.errorcode[error.errno]

    with test.firewall(DOOR, "2 nftables all - drop -") as firewall:
        for client, target in ((CLIENT4, HOST4), (CLIENT6, HOST6)):
            open_now = [session(test, mail, client, target, MAIL) for _ in range(3)]
            elsewhere = session(test, other, client, target, OPEN)
            firewall.do("ban", 1, 600, client)
            for near, far in open_now:
                how = silent(far, 1), silent(near, 1)
                test.expect(f"{client}: {how}", how == ("ECONNABORTED", "ECONNRESET"))
            test.expect("another port goes on", silent(elsewhere[1], 0.1) == "open")
            out = test.reaches(target, client, MAIL, "host")
            peer, _ = outside.accept()
            firewall.do("ban", 2, 600, client)
            test.expect("another port is shut", silent(elsewhere[1], 1) == "ECONNABORTED")
            test.expect("what the host began goes on", silent(out, 0.1) == "open" and silent(peer, 0.1) == "open")
            peer.sendall(b"250 queued")
            out.settimeout(2)
            test.expect("and is heard", out.recv(100) == b"250 queued")
        # The server talks just when its client is banned, and the client only listens.
        for turn in range(30):
            near, far = session(test, mail, "203.0.113.77", HOST4, MAIL)
            talk = threading.Thread(target=talk_on, args=(far,))
            talk.start()
            firewall.do("ban", 1, 600, "203.0.113.77")
            how = listen_on(near)
            talk.join()
            test.expect(f"turn {turn}: who listens hears of the end: {how}", how == "ECONNRESET")
            firewall.do("unban", 1, "203.0.113.77")
        # A network, and more peers than the kernel's filter takes.
        spared = session(test, mail, OTHER4, HOST4, MAIL)
        near, far = session(test, mail, "203.0.113.77", HOST4, MAIL)
        firewall.do("fill", 1, 50, 600, "203.0.113.70")
        test.expect("one of many", silent(far, 1) == "ECONNABORTED")
        test.expect("the others' sessions go on", silent(spared[1], 0.1) == "open")
        firewall.do("ban", 1, 600, "203.0.113.0/28")
        test.expect("a network's", silent(spared[1], 1) == "ECONNABORTED")
        del near


def kinds(test):
    """Networks, all ports, datagrams, verdicts, bans for good; who is never banned is spared in a network."""
    network = test.network
    keep = [network.listen("host", port) for port in (MAIL, 143, OPEN)]
    datagrams = network.listen("host", 53, socket.SOCK_DGRAM)

    def asked(source):
        with network.inside("client"):
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.settimeout(0.3)
        sender.bind((source, 0))
        sender.connect((HOST4, 53))
        sender.send(b"?")
        heard = bool(select.select([datagrams], [], [], 0.2)[0])
        if heard:
            datagrams.recv(10)
        try:
            sender.recv(10)
        except OSError as error:
            return heard, type(error)
        return heard, None

    doors = (DOOR, "2 nftables all - drop -", "3 nftables both 53,100:200 reject -", "4 nftables tcp 143 reset -",
             "5 nftables udp 53 standard -")
    with test.firewall(*doors) as firewall:
        firewall.do("ban", 1, "-", "203.0.113.0/24", "2001:db8:2::/64", "2001:db8:1::/48")
        test.refused(CLIENT4, HOST4, MAIL)
        test.refused(CLIENT6, HOST6, MAIL)
        test.reaches(OTHER6, HOST6, MAIL)  # on the never-ban list
        held, whole = firewall.held(1)
        test.expect(f"networks for good: {held}",
                    held == {"203.0.113.0/24": None, "2001:db8:2::/64": None, "2001:db8:1::/48": None} and whole)
        firewall.do("ban", 1, 100, "203.0.113.0/24")
        test.expect("a time in place of for good", 99 <= firewall.held(1)[0]["203.0.113.0/24"] <= 100)
        firewall.do("ban", 1, "-", "203.0.113.0/24")
        test.expect("for good again", firewall.held(1)[0]["203.0.113.0/24"] is None)
        firewall.do("ban", 1, 3_000_000_000, "198.51.100.1")
        test.expect("95 years", firewall.held(1)[0]["198.51.100.1"] > 2_999_999_000)
        firewall.do("flush", 1)
        test.reaches(CLIENT4, HOST4, MAIL)

        firewall.do("ban", 2, 600, CLIENT4)
        test.drops(CLIENT4, HOST4, MAIL)
        test.drops(CLIENT4, HOST4, OPEN)
        test.reaches(OTHER4, HOST4, OPEN)
        firewall.do("unban", 2, CLIENT4)

        test.expect("datagrams arrive", asked(CLIENT4)[0])
        firewall.do("ban", 3, 600, CLIENT4)
        heard, error = asked(CLIENT4)
        test.expect(f"refused by ICMP: {heard} {error}", not heard and error is ConnectionRefusedError)
        test.refused(CLIENT4, HOST4, 150)
        firewall.do("unban", 3, CLIENT4)
        firewall.do("ban", 5, 600, CLIENT4)
        test.expect("a datagram door", not asked(CLIENT4)[0])
        test.reaches(CLIENT4, HOST4, MAIL)

        firewall.do("ban", 4, 600, CLIENT6)
        test.refused(CLIENT6, HOST6, 143)
        # Another list of ports for the door: who is banned stays so.
        firewall.do("open", *"4 nftables tcp 143,8080 reset -".split())
        test.refused(CLIENT6, HOST6, 143)
        test.refused(CLIENT6, HOST6, OPEN)
        sets = network.run("nft list sets")
        test.expect("the door's old sets are gone", "tcp-143-8080-reset.ip6" in sets and "tcp-143-reset." not in sets)
        firewall.do("close", 4)
        test.reaches(CLIENT6, HOST6, 143)
        for door in (1, 2, 3, 5):
            firewall.do("close", door)
        test.expect("the table goes with its last door", "table inet spranga {" not in network.run("nft list ruleset"))
        firewall.do("open", *DOOR.split())
        firewall.do("ban", 1, 600, CLIENT4)
        test.refused(CLIENT4, HOST4, MAIL)
    del keep


def lives(test):
    """Bans outlive the process and end by themselves; another life takes them over; two guards do not fight."""
    network = test.network
    keep = network.listen("host", MAIL)
    with test.firewall(DOOR, "2 nftables tcp 143 standard -") as firewall:
        firewall.do("ban", 1, 2, CLIENT4)
        firewall.do("ban", 1, 600, CLIENT6, "198.51.100.0/24")
        firewall.do("ban", 2, 600, CLIENT4)
        begun = time.monotonic()
        with Firewall(network, test.arguments) as second:
            second.ask("door", *DOOR.split())
            answer = second.ask("attach", "spranga", 4711)
            test.expect(f"a second guard is told of the first: {answer}",
                        "table spranga belongs to another guard: process " in answer.get("error", [""])[0])
            answer = second.ask("ban", 1, 600, OTHER4)
            test.expect(f"and bans nobody: {answer}", "error" in answer)
            second.ask("kill")
            second.ask("door", *DOOR.split())
            test.expect("unless it has a table of its own", "ok" in second.ask("attach", "another", 4711))
            second.do("ban", 1, 600, OTHER4)
            test.refused(OTHER4, HOST4, MAIL)
            second.do("close", 1)
        test.expect("the first is whole", firewall.held(1)[1])
        # nft 1.0.6 writes broken JSON where one has.
        test.expect("no table has flags", "flags owner" not in network.run("nft list tables"))
        firewall.do("kill")
        test.refused(CLIENT4, HOST4, MAIL)
        while time.monotonic() < begun + 4 and isinstance(network.connect(CLIENT4, HOST4, MAIL)[0], str):
            pass
        took = time.monotonic() - begun
        test.expect(f"the kernel ended the ban of 2 s after {took:.1f} s", 1.5 < took < 3)
        test.refused(CLIENT6, HOST6, MAIL)
    # Who is not root cannot keep a guard from its table.
    with network.inside("host"):
        squatter = socket.socket(socket.AF_UNIX)
    os.seteuid(65534)
    squatter.bind("\0spranga-firewall/spranga")
    squatter.listen()
    os.seteuid(0)
    # Another life, with other numbers and one door less.
    with test.firewall("7 nftables tcp 25,587,2525 standard -") as firewall:
        refusals = Refusals(network, CLIENT6, HOST6)
        for _ in range(20):
            firewall.do("open", *"8 nftables tcp 993 standard -".split())
            firewall.do("close", 8)
        tries = refusals.stop()
        test.expect(f"no gap while rules were made anew ({tries} tries): {refusals.others}", not refusals.others)
        held, whole = firewall.held(7)
        test.expect(f"bans were taken over: {held}", set(held) == {CLIENT6, "198.51.100.0/24"} and whole)
        test.expect("with their time", 500 < held[CLIENT6] < 600)
        test.expect("what no door has is gone", "tcp-143" not in network.run("nft list sets"))
        rules = network.run("nft list table inet spranga")
        test.expect("no rule is there twice", rules.count("@tcp-25-587-2525.ip6 goto ban-standard") == 1)
    squatter.close()
    # A table of our name that is nothing like ours.
    network.run("nft delete table inet spranga")
    network.run("nft -f -", input="table inet spranga {\nset never4 { type inet_service; }\n"
                                  "chain pre { type filter hook input priority 0; }\nchain mine { }\n}\n")
    with test.firewall(DOOR) as firewall:
        firewall.do("ban", 1, 600, CLIENT4)
        test.refused(CLIENT4, HOST4, MAIL)
    del keep


class Refusals:
    """Connects again and again in the background."""

    def __init__(self, network, source, target):
        self.network, self.source, self.target = network, source, target
        self.others, self.count, self.goes_on = set(), 0, True
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        while self.goes_on:
            got, _ = self.network.connect(self.source, self.target, MAIL)
            self.count += 1
            if got != "ECONNREFUSED":
                self.others.add(str(got))

    def stop(self):
        self.goes_on = False
        self.thread.join()
        return self.count


def losses(test):
    """What others delete is noticed within a second and made again; hostile messages end the process."""
    network = test.network
    keep = network.listen("host", MAIL)
    with test.firewall(DOOR) as firewall:
        for command, word in (("nft flush ruleset", "table"), ("nft flush chain inet spranga v4", "rule"),
                              ("nft delete table inet spranga", "table"),
                              ("nft flush set inet spranga tcp-25-587-2525.ip4", "element"),
                              (f"nft delete element inet spranga tcp-25-587-2525.ip4 {{ {CLIENT4} }}", "element")):
            firewall.do("ban", 1, 600, CLIENT4)
            test.refused(CLIENT4, HOST4, MAIL)
            begun = time.monotonic()
            network.run(command)
            answer = firewall.ask("await", 3000)
            took = time.monotonic() - begun
            test.expect(f"{command} is noticed after {took:.2f} s: {answer}",
                        took < 1 and f"{word}" in answer.get("lost", [""])[0])
            _, whole = firewall.held(1)
            test.expect(f"{command}: the doors are made again", whole)
            firewall.do("open", *DOOR.split())
            firewall.do("ban", 1, 600, CLIENT4)
            test.refused(CLIENT4, HOST4, MAIL)
        for command in ("nft add table inet foreign", "nft delete table inet foreign",
                        "nft add element inet spranga tcp-25-587-2525.ip4 { 198.51.100.9 }"):
            network.run(command)
        firewall.do("ban", 1, 0.1, "198.51.100.10")
        firewall.do("ban", 1, 600, "198.51.100.11")
        firewall.do("unban", 1, "198.51.100.11")
        firewall.do("fill", 1, 20_000, 600, "10.0.0.0")
        firewall.do("flush", 1)
        test.expect("what is not ours, or our own doing, or over, is no loss", firewall.ask("await", 1500) == {})
        firewall.do("ban", 1, 600, CLIENT4)
        firewall.do("kill")
        for message in ("00", "ff" * 100, "01" + "00" * 7 + "04" + "ffffffff"):
            test.expect(f"{message[:20]} ends the process", firewall.ask("raw", message) == {"exit": ["1"]})
        test.refused(CLIENT4, HOST4, MAIL)
    del keep


def many(test):
    """100,000 bans in batches, prolonged, listed; older kernels; a full set is told as such."""
    with test.firewall(DOOR, user=("61184", "61184")) as firewall:
        def micros(*words):
            return f"{int(firewall.do(*words)['took'][0]) / 1000:.0f} ms"
        print("  100,000 addresses:", micros("fill", 1, 100_000, 3600, "10.0.0.0"))
        print("  once more:", micros("fill", 1, 100_000, 7200, "10.0.0.0"))
        print("  IPv6:", micros("fill", 1, 100_000, 3600, "2001:db8:5::"))
        times = sorted(int(firewall.do("ban", 1, 60, f"198.51.100.{i}")["took"][0]) for i in range(200))
        print(f"  one more: p50 {times[100]} us, p99 {times[197]} us")
        end = time.monotonic() + 20
        held, whole = firewall.held(1)
        while len(held) != 200_200 and time.monotonic() < end:  # a set that grows yet is listed with holes by the kernel
            held, whole = firewall.held(1)
        test.expect(f"all are there: {len(held)} {whole}", len(held) == 200_200 and whole)
        test.expect("prolonged", held["10.0.0.0"] > 3600 and held["10.1.134.159"] > 3600)
        print("  flush:", micros("flush", 1))
        firewall.do("kill")
    with test.firewall(DOOR) as firewall:
        firewall.do("kill")
        answer = firewall.ask("old", "spranga", CLIENT4)
        test.expect(f"on older kernels: {answer}",
                    answer["entry"] == [f"{CLIENT4} -", *(f"{CLIENT4} {time}000" for time in (600, 1200, 900))])
        test.expect("a full set is told as such", answer["full"] == ["banning: the set is full"])
        test.expect("bans of a full set can be taken out", answer["left"] == ["6"] and "ok" in answer)


def iptables(test):
    """The backend ipset with iptables' rules: shut for the host and for a published port, taken away again."""
    network = test.network
    keep = [network.listen("host", MAIL), network.listen("box", MAIL), network.listen("host", OPEN)]
    outside = network.listen("client", MAIL)
    door, everything = "3 ipset tcp 25,587,2525 standard mail".split(), "4 ipset all - reject all".split()
    with test.firewall(" ".join(door)) as firewall:
        for _ in range(2):
            answer = firewall.ask("rules", "start", "INPUT", *door)
            test.expect(f"rules are made: {answer}", "error" not in answer)
        test.expect("all rules are there", "error" not in firewall.ask("rules", "check", "INPUT", *door))
        rules = network.run("iptables -S INPUT")
        test.expect(f"one jump, where admins look: {rules}", rules.count("-j f2b-mail") == 1)
        firewall.do("ban", 3, 600, CLIENT4, CLIENT6, "2001:db8:9::/64")
        firewall.do("ban", 3, 10_000_000, "198.51.100.7")
        firewall.do("ban", 3, "-", "198.51.100.8")
        for source, target in ((CLIENT4, HOST4), (CLIENT6, HOST6)):
            test.refused(source, target, MAIL)
            test.drops(source, target, PUBLISHED)
            test.reaches(source, target, OPEN)
        test.reaches(OTHER4, HOST4, MAIL)
        test.reaches(HOST4, CLIENT4, MAIL, "host")
        held, whole = firewall.held(3)
        test.expect(f"held: {held}", whole and set(held) == {CLIENT4, CLIENT6, "2001:db8:9::/64", "198.51.100.7", "198.51.100.8"}
                    and held["198.51.100.8"] is None and 2_147_480 < held["198.51.100.7"] <= 2_147_483
                    and 590 < held[CLIENT4] <= 600)
        firewall.do("ban", 3, 900, CLIENT4)
        test.expect("prolonged", firewall.held(3)[0][CLIENT4] > 890)
        answer = firewall.ask("ban", 3, 600, "203.0.113.0/24")
        test.expect(f"a network around the host: {answer}", "is never banned" in answer.get("error", [""])[0])
        firewall.do("unban", 3, CLIENT4, "198.51.100.99")
        test.reaches(CLIENT4, HOST4, MAIL)
        firewall.do("fill", 3, 1000, 600, "10.0.0.0")
        firewall.do("flush", 3)
        test.expect("flushed", firewall.held(3)[0] == {})
        answer = firewall.ask("close", 3)
        test.expect(f"sets in use stay: {answer}", "a rule looks into it" in answer.get("error", [""])[0])
        firewall.do("ban", 3, 1, CLIENT4)
        firewall.do("kill")
        test.refused(CLIENT4, HOST4, MAIL)
        while not isinstance(network.connect(CLIENT4, HOST4, MAIL, wait=0.2)[0], socket.socket):
            pass  # until the kernel lets it go
        firewall.ask("door", *door)
        firewall.do("attach", "spranga", 1)
        firewall.ask("await", 1)  # that it was started anew
        firewall.do("ban", 3, 600, CLIENT4)
        test.refused(CLIENT4, HOST4, MAIL)
        test.expect("what we empty ourselves is no loss", firewall.ask("await", 800) == {})
        for command, word in (("ipset flush f2b-mail", "emptied"), ("ipset del f2b-mail " + CLIENT4, "emptied"),
                              ("iptables -F", "rules of iptables")):
            begun = time.monotonic()
            network.run(command)
            answer = firewall.ask("await", 3000)
            took = time.monotonic() - begun
            test.expect(f"{command} is noticed after {took:.2f} s: {answer}",
                        took < 1 and word in answer.get("lost", [""])[0])
            firewall.ask("rules", "start", "INPUT", *door)
            firewall.do("ban", 3, 600, CLIENT4)
            test.refused(CLIENT4, HOST4, MAIL)
        for command in ("iptables -A OUTPUT -p udp -j ACCEPT", "iptables -D OUTPUT -p udp -j ACCEPT"):
            network.run(command)
        test.expect("others' rules are none of ours", firewall.ask("await", 300) == {})
        test.expect("rules are taken away", "error" not in firewall.ask("rules", "stop", "INPUT", *door))
        firewall.ask("await", 1)
        firewall.do("close", 3)
        test.reaches(CLIENT4, HOST4, MAIL)

        firewall.do("open", *everything)
        test.expect("rules for all", "error" not in firewall.ask("rules", "start", "INPUT", *everything))
        firewall.do("ban", 4, 600, CLIENT4)
        test.refused(CLIENT4, HOST4, OPEN)
        out = test.reaches(HOST4, CLIENT4, MAIL, "host")
        peer = outside.accept()[0]
        while peer.getpeername()[1] != out.getsockname()[1]:
            peer = outside.accept()[0]
        peer.sendall(b"220 hello")
        out.settimeout(2)
        test.expect("the host hears from whom it banned", out.recv(100) == b"220 hello")
        firewall.do("ban", 4, 600, CLIENT6)
        network.run("ip neigh flush dev outer")
        test.reaches(HOST6, CLIENT6, MAIL, "host")
        for program, source, target in (("iptables", CLIENT4, HOST4), ("ip6tables", CLIENT6, HOST6)):
            network.run(f"{program} -t raw -A PREROUTING -p tcp --dport {OPEN} -j NOTRACK")
            network.run(f"{program} -t raw -A OUTPUT -p tcp --sport {OPEN} -j NOTRACK")
            firewall.do("ban", 4, 600, source)
            got = network.connect(source, target, OPEN)[0]
            test.expect(f"what is not tracked is shut: {got}", isinstance(got, str))
        test.reaches(OTHER4, HOST4, OPEN)
        test.expect("all rules are there", "error" not in firewall.ask("rules", "check", "INPUT", *everything))
        network.run("iptables -D INPUT ! -p ipv6-icmp -m conntrack --ctstate INVALID,UNTRACKED -m comment --comment f2b-all:untracked -j f2b-all")
        answer = firewall.ask("rules", "check", "INPUT", *everything)
        test.expect(f"the rule for what is not tracked is missed: {answer}", "error" in answer)
        test.expect("all is removed", "error" not in firewall.ask("rules", "stop", "INPUT", *everything))
        firewall.do("close", 4)
        left = network.run("iptables-save") + network.run("ip6tables-save") + network.run("ipset list -n")
        test.expect(f"nothing is left: {left}", "f2b" not in left)
    del keep


SCENARIOS = {scenario.__name__: scenario for scenario in (ban, sessions, kinds, lives, losses, many, iptables)}


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(SCENARIOS))
        return 0
    arguments = dict(zip(sys.argv[2::2], sys.argv[3::2]))
    if os.geteuid() != 0:
        print("needs root")
        return 77
    begun = time.monotonic()
    with Network() as network:
        test = Test(network, arguments)
        SCENARIOS[sys.argv[1]](test)
    print(f"{sys.argv[1]}: {'; '.join(test.wrong) or 'as expected'} ({time.monotonic() - begun:.1f} s)")
    return 1 if test.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
