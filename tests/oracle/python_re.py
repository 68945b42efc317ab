#!/usr/bin/env python3
"""guard/regex against Python's own `re`: every stock failregex, prefregex and ignoreregex on all lines of the
package's sample logs, and generated expressions on generated texts. Places of all groups must be the same, and
what one refuses the other must refuse.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import warnings

import fail2ban

# Runs beside fail2ban's modules: all stock expressions, with fail2ban's tags expanded as its server does it.
EXPRESSIONS = r"""
import json, sys, glob, os, logging
logging.disable(logging.CRITICAL)
from fail2ban.client.filterreader import FilterReader
from fail2ban.server.failregex import FailRegex, Regex
found = {}
stock = sys.argv[1]
for path in sorted(glob.glob(stock + "/filter.d/*.conf")):
    name = os.path.basename(path)[:-5]
    for mode in (None, "normal", "ddos", "extra", "aggressive", "more", "auth", "errors", "lenient"):
        for logtype in ("file", "journal"):
            given = {"logtype": logtype}
            if mode:
                given["mode"] = mode
            reader = FilterReader(name, "j", given, share_config=None, basedir=stock)
            try:
                reader.read(); reader.getOptions(None); commands = reader.convert()
            except Exception:
                continue
            for command in commands:
                if command[0] == "multi-set" and command[2] in ("addfailregex", "addignoreregex"):
                    texts = command[3]
                elif command[0] == "set" and command[2] in ("addfailregex", "addignoreregex", "prefregex"):
                    texts = command[3:4]
                else:
                    continue
                lines = any(c[0] == "set" and c[2] == "maxlines" and int(c[3]) > 1 for c in commands)
                for text in texts:
                    try:
                        regex = Regex(text, multiline=lines)
                    except Exception:
                        continue
                    found[regex._regexObj.pattern] = lines
print(json.dumps(sorted(found.items())))
"""

PIECES = ["a", "b", "i", "K", "s", "é", ".", r"\d", r"\w", r"\s", r"\S", r"\W", r"\D", r"\b", r"\B", "^", "$", r"\Z", r"\A",
          "[a-z]", "[^a-z]", r"[\w.-]", r"[^\s]", r"[\S ]", "[[:a]", "[]a]", r"[\b]", r"[^\W_]", r"\.", r"\x41", r"\u00e9",
          r"\n", r"\t", r"\v", r"\101", r"\0", " ", "-", ":", "{", "}", "]", "a{,2}", "{2}", "{1,}", "(?#x)", r"\1", r"\2",
          "(?P=n)", "[a-", r"\q", "İ", "ſ", r"\x1c", "[\x1c-\x1f]", "(?(1)a|b)", "(?(n)a)", "|", "|"]
OPEN = ["(", "(?:", "(?P<n>", "(?P<m>", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?-i:", "(?s:", "(?x: "]
REPEATS = ["", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{,2}", "{1,3}?", "++", "?+", "**"]
LETTERS = "aabbiIıİKk\u212asSſéÉ .-:_0193\n\t\x0b\x1c\x1f\u0085\u00a0\u180e\u2028{}]A٣ßẞμµ\u0301"


def expression(r, depth=0):
    out = ""
    for _ in range(r.randint(1, 4)):
        if depth < 3 and r.random() < 0.3:
            # A repeated look-around, and what a possessive group holds, are quirks of the engines.
            opening = r.choice(OPEN)
            look = opening in ("(?=", "(?!", "(?<=", "(?<!")
            out += opening + expression(r, depth + 1) + ")" + ("" if look else r.choice(REPEATS[:-3]))
        else:
            # A condition that asks for the group it stands in is answered by chance.
            out += r.choice([piece for piece in PIECES if not (depth and piece.startswith("(?("))]) + r.choice(REPEATS)
    return out


def generated(r, count):
    for _ in range(count):
        flags = r.choice(["-", "-", "i", "m", "mi"])
        pattern = r.choice(["", "", "", "(?i)", "(?iu)", "(?s)", "(?m)", "(?x)", "(?a)", "(?ai)"]) + expression(r)
        letters = LETTERS
        if any(piece in pattern for piece in (r"\1", r"\2", "(?P=n)")):
            letters = re.sub("[^\0-\x7f]", "", LETTERS)  # Python's back-references fold less than the rest of it
        texts = ["".join(r.choice(letters) for _ in range(r.randint(0, 12))) for _ in range(8)]
        yield flags, pattern, texts


def stock_jobs(lines):
    done = fail2ban.python(EXPRESSIONS, str(fail2ban.STOCK))
    if done.returncode:
        sys.exit(done.stderr.decode())
    for pattern, multiline in json.loads(done.stdout):
        yield ("m" if multiline else "-"), pattern, lines


def sample_lines(r, most):
    lines = []
    for path in sorted(fail2ban.SAMPLES.rglob("*")):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace").replace("\r", "")
            lines += [line for line in text.split("\n") if line and not line.startswith("#")]
    return [line[15:] + "\n" for line in r.sample(lines, min(most, len(lines)))] + [line + "\n" for line in lines[::7]]


def expected(regex, text):
    found = regex.search(text)
    if not found:
        return "no"
    place = [len(text[:at].encode()) for at in range(len(text) + 1)]
    return "".join("- " if found.start(n) < 0 else f"{place[found.start(n)]},{place[found.end(n)]} "
                   for n in range(regex.groups + 1))


def compile_theirs(flags, pattern):
    try:
        return re.compile(pattern, (re.M if "m" in flags else 0) | (re.I if "i" in flags else 0))
    except (re.error, OverflowError, ValueError, RecursionError):
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spranga")
    parser.add_argument("--probe", required=True)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--generated", type=int, default=15000)
    parser.add_argument("--lines", type=int, default=350)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    r = random.Random(options.seed)
    stock = list(stock_jobs(sample_lines(r, options.lines)))
    jobs = stock + list(generated(r, options.generated))
    commands = []
    for flags, pattern, texts in jobs:
        commands.append(f"R {flags} {pattern.encode().hex()}")
        commands += ["S " + text.encode().hex() for text in texts]
    done = subprocess.run([options.probe], input="\n".join(commands).encode() + b"\n", capture_output=True, check=True)
    answers = iter(done.stdout.decode("utf-8", "replace").splitlines())
    searches, matches, refused, different = 0, 0, 0, []
    for flags, pattern, texts in jobs:
        made, theirs = next(answers), compile_theirs(flags, pattern)
        if made.startswith("error") != (theirs is None):
            different.append((flags, pattern, made, "refused" if theirs is None else "compiles"))
        refused += theirs is None
        for text in texts:
            answer = next(answers)
            if theirs is None or made.startswith("error"):
                continue
            other = expected(theirs, text)
            searches += 1
            matches += other != "no"
            if answer != other:
                different.append((flags, pattern, repr(text), answer, other))
    for one in different[:25]:
        print("DIFFERENT", *one, sep="\n   ")
    print(f"{len(stock)} stock and {options.generated} generated expressions ({refused} refused), "
          f"{searches} searches, {matches} matches, {len(different)} differ")
    return 1 if different or not matches or len(stock) < 200 else 0


if __name__ == "__main__":
    sys.exit(main())
