#!/usr/bin/env python3
"""`spranga regex` beside fail2ban-regex as a person calls them: each option alone and in pairs, odd calls, own filters.

    tests/oracle/regex_usage.py --spranga PATH [-k WORD]

Compared are standard output, byte for byte but for elapsed times, and the exit code; `intended` has what is left out.
"""

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fail2ban

ZONE = "Europe/Zurich"
DATE = "2026-08-14 11:59:59"

# Runs calls of fail2ban-regex in one process; prints [exit code, standard output] of each as one line of JSON.
ORACLE = """
import contextlib, io, json, logging, os, sys
from fail2ban.client import fail2banregex
from fail2ban.server import strptime
from fail2ban.server.mytime import MyTime

log = logging.getLogger("fail2ban")
folder, calls = sys.argv[1], json.load(open(sys.argv[2]))
os.chdir(folder)
for call in calls:
    sys.argv = ["fail2ban-regex"]
    log.handlers, text, code = [], io.StringIO(), 0
    MyTime.setAlternateNow(None)
    strptime._updateTimeRE()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(io.StringIO()):
        try:
            fail2banregex.exec_command_line(call)
        except SystemExit as stop:
            code = stop.code or 0
        except Exception as error:
            code = 1
    print(json.dumps([code, text.getvalue()]), flush=True)
"""

FILES = {
    "plain.log": "".join(
        f"{DATE} host app[{n}]: fail from 192.0.2.{n % 250} user u{n}\n" for n in range(1, 24))
        + f"{DATE} host app[9]: fail from 192.0.2.9 ignored\n# a comment\n\nno date here\n",
    "few.log": f"{DATE} host app[1]: fail from 192.0.2.1 user anna\n{DATE} host app[1]: fine from 192.0.2.1\n"
               f"{DATE} host app[2]: fail from 2001:db8::7 ignored\n{DATE} host app[2]: fail from host.invalid user b\n"
               f"{DATE} host app[2]: fail from 198.51.100.0/24 user c  \n",
    "multi.log": f"{DATE} a start 192.0.2.1\n{DATE} a end\n{DATE} b start 192.0.2.2\n{DATE} b x\n{DATE} b end\nlast",
    "session.log": f"{DATE} s[1]: hello 192.0.2.1\n{DATE} s[1]: user=anna\n{DATE} s[1]: failed\n"
                   f"{DATE} s[2]: failed\n{DATE} s[2]: hello 2001:db8::1\n{DATE} s[1]: bye\n{DATE} s[3]: ignored failed\n",
    "cr.log": f"{DATE} app: fail from 192.0.2.1 user a\n{DATE} app: fail from 192.0.2.2 user b\r",
    "crlf.log": f"{DATE} app: fail from 192.0.2.1 user a\r\n{DATE} app: fail from 192.0.2.2 user b\r\n",
    "crs.log": f"{DATE} app: fail from 192.0.2.1 user a\r{DATE} app: fail from 192.0.2.2 user b\r\n\r",
    "open.log": f"{DATE} app: fail from 192.0.2.1 user a\n{DATE} app: fail from 192.0.2.2 user b",
    "empty.log": "",
    "ids.log": "".join(f"{DATE} id={name} end\n" for name in
                       ["2001:db8::/32", "::ffff:192.0.2.5", "::ffff:192.0.2.0/120", "010.1.2.3", "1.2.3", "host.example", "2001:DB8::A",
                        "1.2.3.4/33", "1.2.3.4/0", "1.2.3.4/255.255.255.0", "[2001:db8::1]", "fe80::1%eth0", "::", "300.1.1.1", "192.0.2.7/32", "1.2.3.4:55",
                        "ü.example", "-", "''", "2001:db8::1/129"]),
    "etc/filter.d/mine.conf": """[INCLUDES]
before = common.conf
[Definition]
failregex = ^\\s*\\S+ app\\[\\d+\\]: fail from <HOST>(?: user <F-USER>\\S+</F-USER>)?
            ^\\s*\\S+ app\\[\\d+\\]: fail from <HOST> user u1
ignoreregex = ignored$
a = 1
b = 2
""",
    "etc/filter.d/common.conf": "[DEFAULT]\n_daemon = app\n",
    "etc/filter.d/dated.conf": """[Definition]
failregex = fail from <HOST>
ignoreregex = ignored
              ^never$
datepattern = ^%%Y-%%m-%%d %%H:%%M:%%S
              {^LN-BEG}
""",
    "etc/filter.d/one.conf": "[Definition]\nfailregex = fail from <ADDR>\ndatepattern = ^%%Y-%%m-%%d %%H:%%M:%%S\n",
    "etc/filter.d/more.conf": """[Init]
maxlines = 3
[Definition]
failregex = ^ (\\S+) start <HOST>$<SKIPLINES>^ \\1 end$
""",
    "etc/filter.d/session.conf": """[Definition]
prefregex = ^ s\\[<F-MLFID>\\d+</F-MLFID>\\]: <F-CONTENT>.+</F-CONTENT>$
failregex = ^<F-NOFAIL>hello</F-NOFAIL> <HOST>$
            ^<F-NOFAIL>user</F-NOFAIL>=<F-USER>\\S+</F-USER>$
            ^failed$
            ^ignored <F-ID>failed</F-ID>$
            ^<F-MLFFORGET>bye</F-MLFFORGET>$
ignoreregex = ^ignored
""",
    "etc/filter.d/tuple.conf": """[Definition]
prefregex = ^ (?:s|host app|host)\\[?<F-MLFID>\\d*</F-MLFID>\\]?: <F-CONTENT>.+</F-CONTENT>$
failregex = ^<F-MLFGAINED>user</F-MLFGAINED>=<F-ALT_USER>\\S+</F-ALT_USER>$
            ^fail from <F-TUPLE_ID><ADDR></F-TUPLE_ID> user <F-TUPLE_ID><F-USER>\\S+</F-USER></F-TUPLE_ID>
            ^<F-NOFAIL>hello</F-NOFAIL> <ADDR>$
            ^failed$
""",
    "etc/filter.d/early.conf": """[Definition]
prefregex = ^ (?:s|host app)\\[<F-MLFID>\\d+</F-MLFID>\\]: <F-CONTENT>.+</F-CONTENT>$
failregex = ^fail from <ADDR>
            ^fails from <ADDR>
            ^failed from <ADDR>
            ^failing from <ADDR>
ignoreregex = user u?[137]|a comment|bye
""",
    "etc/filter.d/nolines.conf": "[Definition]\nfailregex = fail from <HOST>\n[Init]\nmaxlines = 0\n",
    "etc/filter.d/wordlines.conf": "[Definition]\nfailregex = fail from <HOST>\n[Init]\nmaxlines = many\n",
    "etc/filter.d/broken.conf": "[Definition]\nfailregex = fail (from <HOST>\n",
    "etc/filter.d/noid.conf": "[Definition]\nfailregex = fail from\n",
    "etc/filter.d/nothing.conf": "[Definition]\nignoreregex = x\n",
    "etc/filter.d/badprefix.conf": "[Definition]\nprefregex = ^(x\nfailregex = fail from <HOST>\n",
    "etc/filter.d/prefix.conf": "[Definition]\nprefregex = ^ host app\nfailregex = fail from <HOST>\n",
    "etc/filter.d/badignore.conf": "[Definition]\nfailregex = fail from <HOST>\nignoreregex = (\n",
    "etc/filter.d/baddate.conf": "[Definition]\nfailregex = fail from <HOST>\ndatepattern = ^(\n",
    "etc/filter.d/loop.conf": "[Definition]\nfailregex = %(x)s <HOST>\nx = %(y)s\ny = %(x)s\n",
    "etc/filter.d/unknown.conf": "[Definition]\nfailregex = %(nowhere)s <HOST>\n",
    "etc/filter.d/garbage.conf": "failregex = x\n",
    "etc/filter.d/twice.conf": "[Definition]\nfailregex = x <HOST>\nfailregex = y <HOST>\n",
    "etc/filter.d/locale.local": "[Definition]\nfailregex = fail from <HOST>\n",
    "etc/filter.d/types.conf": "[Definition]\n_l = <lt_<logtype>>\nlt_file = fail\nlt_journal = fine\nfailregex = %(_l)s from <HOST>\n"
                               "[Init]\nlogtype = file\ndatepattern = %%Y-%%m-%%d\n",
    "etc/jail.conf": "[onlyjail]\nenabled = true\nfilter = mine\nlogpath = /x\n",
    "other/foreign.conf": "[INCLUDES]\nbefore = part.conf\n[Definition]\nfailregex = %(_p)s from <HOST>\n",
    "other/part.conf": "[DEFAULT]\n_p = fail\n",
    "other/text.txt": "fail from <HOST>\n",
}

OPTIONS = [["-d", "^%Y-%m-%d %H:%M:%S"], ["-d", "{NONE}"], ["-d", "{DEFAULT}"], ["--datepattern=%d.%m"], ["-d", ""],
           ["--timezone", "UTC+0200"], ["--TZ", "EST"], ["-e", "latin-1"], ["-e", "utf-8"], ["-r"],
           ["--usedns", "no"], ["--usedns", "raw"], ["--usedns=yes"], ["-L", "2"], ["-L3"], ["--maxlines", "25"],
           ["-L", "1"], ["-L", "0"], ["-L", "-1"], ["-m", "A=b"], ["-v"], ["-vv"], ["--verbosity", "2"], ["--verbose-date"], ["--VD", "-v"],
           ["--no-check-all"], ["-o", "id"], ["-o", "ip"], ["-o", "msg"], ["-o", "row"], ["-o", "user"],
           ["-o", "<ip> | <F-USER>"], ["--print-no-missed"], ["--print-no-ignored"], ["--print-all-matched"],
           ["--print-all-missed"], ["--print-all-ignored"], ["-l", "critical"], ["-t"], ["--full-traceback"]]
ALONE = [["-o", "fid"], ["-o", "host"], ["-o", "ip4"], ["-o", "ip6"], ["-o", "dns"], ["-o", "matches"], ["-o", "nope"], ["-o", ""],
         ["-o", "<matches>"], ["-o", "<msg>\\t<ip>"], ["-o", "<family> <ip-rev> <fid> <F-ID> <F-NOPE>"], ["-o", "<time> <failures> <br> <sp>"],
         ["-o", "<ip> <F-USER> <msg>"], ["-o", "<"], ["-o", "a <b"], ["-o", "<<ip>>"], ["-o", "<F-user> <x y> <ip>"], ["-o", "<Ip>"], ["-o", "<bantime>"],
         ["-o", "<restored> <bancount> <F-MLFID>"], ["-o", "<raw-ticket>"], ["-o", "mlfid"], ["-o", "nofail"],
         ["--usedns", "nonsense"], ["--timezone", "Nowhere/There"], ["-e", "nonsense"], ["-d", "("], ["-d", "%Y %Z("],
         ["--verbosity", "4"], ["--verbosity", "-1"], ["-D"], ["-D", "--print-all-matched"], ["-l", "foo"], ["-l", "error"], ["-l", "debug2"],
         ["-L", "x"], ["-L"], ["--maxlines=1e3"], ["-L", "0x3"], ["-L", " 3"], ["-L", "1_0"], ["--nonsense"], ["-x"], ["-a"], ["-vvv"], ["--verb"], ["--print"],
         ["--print-all-matche"], ["--raw=x"], ["-V"], ["-vV"], ["--version"], ["-h"], ["--help"], ["-m", "a 'b"], ["-m", ""], ["-c"],
         ["--print-no-missed", "--print-all-missed"], ["--print-no-ignored", "--print-all-ignored"],
         ["-vo", "id"], ["-oid"], ["-vL2"], ["--out=ip"], ["--"], ["-"]]
LOGS = [("few.log", "mine"), ("plain.log", "mine"), ("session.log", "session"), ("multi.log", "more")]
FILTERS = ["mine", "early", "mine[b=2, a=1]", "mine[b=1,a='2', \"c\"=x]", "mine[a=1", "mine[]", "mine[a]", "mine.conf", "filter.d/mine", "dated", "one", "more",
           "session", "session[x=y]", "nolines", "wordlines", "broken", "noid", "nothing", "badprefix", "prefix", "badignore", "baddate", "loop", "unknown",
           "garbage", "twice", "locale", "locale.local", "types", "types[logtype=journal]", "types[logtype=journal, datepattern='^%%Y']",
           "onlyjail", "nosuch", "nosuch[a=b]", "nosuch.conf", "", " ", "etc/filter.d/mine.conf", "etc/filter.d/mine", "./etc/filter.d/mine.conf[a=1]",
           "other/foreign.conf", "other/foreign", "other/foreign.conf[_p=fine]", "other/text.txt", "other", "fail from <HOST>", "fail from <HOST", "(",
           "fail from", "fail from <IP4>", "fail from (?P<host>\\S+)", "fail from <F-ID>\\S+</F-ID>", "^<HOST>$", "fail from <ADDR>|fine from <ADDR>",
           "fail\nfrom <HOST>", "fail from <HOST> " + "x" * 60 + "?", "fail from <SUBNET>", "fail from <CIDR> user (?P<user>\\S+)", "[a]", "mine,one", "mine one"]
TEXTS = [f"{DATE} app: fail from 192.0.2.1 user x", "fail from 192.0.2.1", "", " ", "#fail from 192.0.2.1", f"{DATE} fail from 192.0.2.1\n{DATE} fail from 2001:db8::1",
         f"a\n\nb\nfail from 192.0.2.1\n#e\nf\ng\n", "nosuch.log", "/", ".", "x" * 80, "fail from 192.0.2.1\r\nfail from 192.0.2.2\r\n", "fail from 192.0.2.1\n",
         "fail from ünï 192.0.2.1 " + "ü" * 60, "systemd-journa"]
IDS = ["id=<F-ID>\\S+</F-ID> end", "id=<SUBNET> end", "id=<HOST> end", "id=<ADDR> end", "id=<CIDR> end", "id=<F-ID>(<ADDR>|\\S+)</F-ID> end"]
IGNORE = ["ignored", "(", "mine", "etc/filter.d/mine.conf", "", "192.0.2.1", "<HOST>", "user <F-USER>anna</F-USER>"]
ENCODINGS = ["utf-8-sig", "mac-roman", "utf-16", "utf_16_le", "utf-16be", "utf-32", "cp1252", "koi8-r", "big5",
             "iso-8859-15", "Latin_1", "ASCII", "us-ascii", "UTF8", "U8", "cp437", "shift_jis", "euc-jp", "gb18030", "hex", "base64", "rot13", "punycode",
             "auto", "", "utf", "mbcs", "cp65001", "l1", "iso-ir-100", "mac_cyrillic", "maccyrillic", "cp850", "ptcp154", "hp-roman8", "utf 8", "UTF_8_SIG"]
BYTES = b"\xef\xbb\xbf" + f"{DATE} app: fail from 192.0.2.1 user ".encode() + bytes(range(0x80, 0x100)) + b"\n" + \
    f"{DATE} app: fail from 192.0.2.2 user \\u00e4\\x41 ä€\n".encode() + b"\xef\xbb\xbf" + f"{DATE} app: fail from 192.0.2.3 user +AOQ-\n".encode()


def calls():
    """Every call as a list of arguments; the folder of FILES is where it runs."""
    config = ["-c", "etc"]
    for log, name in LOGS:
        yield [*config, log, name]
        for option in [*OPTIONS, *ALONE]:
            yield [*config, *option, log, name]
    for one, two in itertools.combinations(OPTIONS, 2):
        for log, name in LOGS[:1] if one[0].startswith("-o") and two[0].startswith("-o") else LOGS[::2]:
            yield [*config, *one, *two, log, name]
    for name in FILTERS:
        for option in [[], ["-vv"], ["-d", "^%Y-%m-%d %H:%M:%S"], ["-L", "2"], ["-o", "id"]]:
            yield [*config, *option, "few.log", name]
    for text in TEXTS:
        for option in [[], ["-v", "--print-all-matched"], ["-L", "5"], ["-o", "row"]]:
            yield [*config, *option, text, "fail from <HOST>"]
        yield [*config, text, "more"]
    for ignore in IGNORE:
        for name in ["fail from <HOST>", "mine", "dated"]:
            yield [*config, "few.log", name, ignore]
            yield [*config, "-d", "^%Y-%m-%d %H:%M:%S", "-v", "-L2", "few.log", name, ignore]
    for log in FILES:
        if log.endswith(".log"):
            for option in [[], ["-L", "2"], ["-o", "msg"]]:
                yield [*config, *option, "--print-all-matched", log, "fail from <HOST>"]
    for expression in IDS:
        for option in [[], ["-o", "id"], ["-o", "ip"], ["-o", "row"], ["-o", "<family> <ip-rev> <ip> <fid> <time>"], ["-r", "-o", "ip"]]:
            yield [*config, "--usedns", "no", *option, "ids.log", expression]
    for encoding in ENCODINGS:
        for log in ["few.log"] if encoding in ("big5", "euc-jp") else ["bytes.log", "few.log"]:  # invalid bytes are one or two there
            yield [*config, "-e", encoding, "--print-all-matched", log, "fail from <HOST> user <F-USER>.*</F-USER>"]
    yield from ([], ["few.log"], ["a", "b", "c", "d"], [*config], ["-c", "nowhere", "few.log", "mine"], ["-c", "etc/filter.d", "few.log", "mine"],
                ["-c", "etc/", "few.log", "mine"], ["few.log", "fail from <HOST>", "-c", "etc"], ["-c", "etc", "--", "few.log", "-x"])


def ours(spranga, folder, call):
    done = subprocess.run([spranga, "regex", *call], capture_output=True, check=False, cwd=folder, env=fail2ban.environment(TZ=ZONE))
    return [done.returncode, done.stdout.decode(errors="replace")]


def theirs(folder, work):
    plan = folder / "calls.json"
    plan.write_text(json.dumps(work))
    done = fail2ban.python(ORACLE, folder, plan, TZ=ZONE)
    if done.returncode != 0:
        sys.exit(done.stderr.decode(errors="replace"))
    return [json.loads(line) for line in done.stdout.splitlines()]


def lines_of(text):
    """Without what differs from run to run, and where in a compiled expression an error stands."""
    text = re.sub(r"^\[processed in .*", "[processed]", text, flags=re.M)
    text = re.sub(rf"({time.strftime('%a %b %d')}) [0-9:]{{8}} ", r"\1 now ", text)
    return re.sub(r"at position \d+", "at position N", text).split("\n")


def intended(call, got, wanted):
    """The differences that docs/compatibility.md tells of."""
    if wanted[0] == 1:  # fail2ban-regex died of an error in itself: any end in good order is better
        return got[0] in (0, 255)
    if wanted[0] != got[0]:
        return False
    own_words = wanted[1].startswith("Usage:") or "--version" in call or "-D" in call or "<raw-ticket>" in call
    own_log = re.search(r"^Traceback|CRITI", wanted[1], re.M) and got[0] == 255
    beside_its_own = len(call) > 4 and call[-2] in ("mine", "dated") and call[-3] == "few.log"  # a second ignoreregex
    return own_words or own_log or beside_its_own


def difference(call, got, wanted):
    """What differs, for a person; empty where nothing does."""
    if intended(call, got, wanted):
        return ""
    title = " ".join(map(repr, call))
    if got[0] != wanted[0]:
        return f"{title}: exit {wanted[0]} of fail2ban, {got[0]} of spranga\n    fail2ban {wanted[1][-200:]!r}\n    spranga  {got[1][-200:]!r}"
    for other, mine in itertools.zip_longest(lines_of(wanted[1]), lines_of(got[1])):
        if mine != other:
            return f"{title}: first difference:\n    fail2ban {other!r}\n    spranga  {mine!r}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spranga", required=True)
    parser.add_argument("-k", default="", help="only calls that contain this")
    asked = parser.parse_args()
    os.environ["TZ"] = ZONE
    time.tzset()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in FILES.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(text.encode())
        (folder / "bytes.log").write_bytes(BYTES)
        version = fail2ban.run("regex", "-V").stdout.decode().strip()
        (folder / "etc/spranga.conf").write_text(f"[Definition]\ncompat = {version}\n")
        work = [call for call in calls() if asked.k in " ".join(call)]
        answers = theirs(folder, work)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            got = list(pool.map(lambda call: ours(os.path.abspath(asked.spranga), folder, call), work))
    bad = [found for call, mine, wanted in zip(work, got, answers, strict=True) if (found := difference(call, mine, wanted))]
    print("\n".join(bad))
    print(f"{len(work)} calls, {len(bad)} differ")
    sys.exit(1 if bad or not work else 0)


if __name__ == "__main__":
    main()
