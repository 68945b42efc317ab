"""What one whole process needs: CPU seconds and peak memory. Who starts a process counts as its memory until it is
another program, so it is started by a small one: this file, as a program of its own.
"""

import json
import os
import subprocess
import sys
import tempfile

LEAST = 12_000  # kB: what the small one holds itself, below which nothing can be told


def run(command, source=None, out=None, errors=None, env=None):
    """Exit status as subprocess has it, CPU seconds, peak memory in kB (None: below LEAST)."""
    with tempfile.NamedTemporaryFile("r") as told:
        subprocess.run([sys.executable, "-I", "-S", __file__, told.name, *map(str, command)], stdin=source or subprocess.DEVNULL,
                       stdout=out, stderr=errors, env=env, check=False)
        code, cpu, peak = json.load(told)
    return code, cpu, peak if peak > LEAST else None


def main():
    told, *command = sys.argv[1:]
    child = os.fork()
    if child == 0:
        os.execvp(command[0], command)
    _, status, usage = os.wait4(child, 0)
    with open(told, "w") as out:
        json.dump([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss], out)


if __name__ == "__main__":
    main()
