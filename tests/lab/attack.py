#!/usr/bin/env python3
"""Plays scenarios of good and bad clients against the lab's server, and keeps what its log said of each.

    attack.py PROTOCOL OUT --log NAME=PATH... [--only WORD] [--quiet SECONDS]

Runs in the lab's client namespace. PROTOCOL: smtp, mailbox or ssh. Writes into the folder OUT truth.tsv (scenario,
client, label, lines of each log, what it did) and replies.txt (the dialogues); the logs themselves stay where
they are. Each scenario plays alone; its lines are those that come until the log has been quiet for a moment.
"""

import argparse
import importlib
import time
from pathlib import Path

from wire import Gone

MOST = 8  # seconds to wait for a log that is never quiet


def lines_of(path):
    return Path(path).read_bytes().count(b"\n") if Path(path).exists() else 0


class Logs:
    def __init__(self, named, quiet):
        self.paths, self.quiet = dict(word.split("=", 1) for word in named), quiet
        self.seen = {name: 0 for name in self.paths}

    def news(self):
        """Waits for quiet; the lines that are new, as "name:first-last"."""
        deadline, last, since = time.monotonic() + MOST, None, time.monotonic()
        while time.monotonic() < deadline:
            sizes = [lines_of(path) for path in self.paths.values()]
            if sizes != last:
                last, since = sizes, time.monotonic()
            if time.monotonic() - since >= self.quiet:
                break
            time.sleep(0.02)
        found = []
        for (name, before), now in zip(list(self.seen.items()), last):
            if now > before:
                found.append(f"{name}:{before + 1}-{now}")
            self.seen[name] = now
        return ",".join(found) or "-"


def address(client):
    return client if isinstance(client, str) else f"10.77.0.{client}"


def play(scenario, logs):
    name, client, label, what, how = scenario
    journal, began = [], time.monotonic()
    try:
        how(journal, address(client))
    except Gone:
        pass
    except OSError as error:
        journal.append(f"* {error.strerror or error}")
    took = time.monotonic() - began
    row = [name, address(client), label, logs.news(), what]
    head = f"### {name}  client={address(client)}  ({took:.1f}s)  {what}"
    return "\t".join(row), "\n".join([head, *journal, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("protocol", choices=["smtp", "mailbox", "ssh"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--log", action="append", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--quiet", type=float, default=0.35)
    arguments = parser.parse_args()
    logs = Logs(arguments.log, arguments.quiet)
    truth = ["scenario\tclient_ip\tlabel\tlines\twhat", f"(startup)\t-\tstartup\t{logs.news()}\tserver start"]
    replies = []
    for scenario in importlib.import_module(f"attack_{arguments.protocol}").SCENARIOS:
        if arguments.only in scenario[0]:
            row, dialogue = play(scenario, logs)
            truth.append(row)
            replies.append(dialogue)
    (arguments.out / "truth.tsv").write_text("\n".join(truth) + "\n")
    (arguments.out / "replies.txt").write_text("\n".join(replies) + "\n")


if __name__ == "__main__":
    main()
