#!/usr/bin/env python3
"""How Python's str sees characters beyond ASCII: writes src/text/printable_table.inc and
src/guard/config/unicode_tables.inc.
"""

from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src"


def ranges(has):
    out = []
    for code in range(0x80, 0x110000):
        if has(chr(code)):
            if out and out[-1][1] == code - 1:
                out[-1][1] = code
            else:
                out.append([code, code])
    return out


def lower_runs():
    """Runs of equal distance to their lower case: first, last, step, distance."""
    runs = []
    for code in range(0x80, 0x110000):
        small = chr(code).lower()
        if len(small) != 1 or ord(small) == code:
            continue
        distance = ord(small) - code
        last = runs[-1] if runs else None
        if last and last[3] == distance and last[0] == last[1] and code - last[1] in (1, 2):
            last[1], last[2] = code, code - last[1]
        elif last and last[3] == distance and last[0] != last[1] and code - last[1] == last[2]:
            last[1] = code
        else:
            runs.append([code, code, 1, distance])
    return runs


def table(kind, name, rows, columns):
    yield f"constexpr {kind} {name}[] = {{"
    for at in range(0, len(rows), columns):
        yield "    " + " ".join("{" + ", ".join(map(str, row)) + "}," for row in rows[at:at + columns])
    yield "};"


def write(path, *tables):
    lines = ["// Made by tools/unicode_tables.py; do not edit."] + [line for one in tables for line in one]
    (SRC / path).write_text("\n".join(lines) + "\n")


write("text/printable_table.inc", table("Range", "not_printable", ranges(lambda c: not c.isprintable()), 8))
write("guard/config/unicode_tables.inc",
      table("Range", "word_ranges", ranges(lambda c: c.isalnum()), 8),
      table("Lower", "lower_runs", lower_runs(), 6))
