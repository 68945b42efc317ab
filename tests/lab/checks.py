"""What the tests of the whole guard share: sentences that hold or not, waiting until one does, and main()."""

import os
import shutil
import time

from scenarios import command_line


def until(what, wait=15.0):
    """Asks again and again until it is so; whether it came to be."""
    end = time.monotonic() + wait
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class Checks:
    def __init__(self):
        self.wrong = []

    def that(self, good, sentence, more=""):
        """`more`: what is to be seen where it does not hold."""
        print(("  ok    " if good else "  WRONG ") + sentence + ("" if good or not more else f"\n{more}"), flush=True)
        if not good:
            self.wrong.append(sentence)

    def exit_code(self):
        return 1 if self.wrong else 0


def can_run(*programs):
    """As root, with these installed; else it says what is needed."""
    if os.geteuid() == 0 and all(map(shutil.which, programs)):
        return True
    print("needs " + ", ".join(("root", *programs)))
    return False


def main(about, run, programs=("nft",), scenarios=None, **options):
    """`run(given, checks)` with the command line; `scenarios` and `options` as in command_line(). The exit code."""
    given = command_line(about, scenarios, **options)
    if given is None:
        return 0
    if not can_run(*programs):
        return 77
    checks = Checks()
    run(given, checks)
    return checks.exit_code()
