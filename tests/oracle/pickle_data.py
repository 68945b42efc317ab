#!/usr/bin/env python3
"""guard/pickle against Python's own pickle: generated values both ways in all protocols, and hostile pickles.

Python's pickle is read by us and written again, and Python must load the same value; what could do something
when Python loads it must be refused, and nothing else.
"""

import argparse
import math
import pickle
import pickletools
import random
import struct
import subprocess
import sys

import fail2ban as oracle

sys.path.insert(0, str(oracle.PACKAGES))
sys.dont_write_bytecode = True
del sys.modules["fail2ban"]  # from here on the real one
from fail2ban.exceptions import DuplicateJailException, UnknownJailException  # noqa: E402
from fail2ban.server.failregex import RegexException  # noqa: E402
from fail2ban.server.ipdns import IPAddr  # noqa: E402


class Probe:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, data, protocol=4):
        self.process.stdin.write(struct.pack("<IB", len(data), protocol) + data)
        self.process.stdin.flush()
        kind, size = struct.unpack("<cI", self.process.stdout.read(5))
        return kind == b"v", self.process.stdout.read(size)


TEXTS = ["", "sshd", "status", "é", "日本", "\U0001f600", "a\nb\\u0041\\\\u", "\x00\x1a\r", "\udcff/log", "x" * 300,
         "<F2B_END_COMMAND>", "192.0.2.1", "\\", "'\"", "\x80\xff"]


def number(rng):
    size = rng.choice([4, 8, 16, 31, 32, 33, 62, 63])
    return rng.choice([1, -1]) * rng.getrandbits(size)


def scalar(rng):
    return rng.choice([
        lambda: None, lambda: True, lambda: False, lambda: number(rng), lambda: rng.uniform(-1e9, 1e9),
        lambda: rng.choice([0.0, -0.0, 1e300, 5e-324, math.inf, -math.inf, math.nan, 0.1]),
        lambda: rng.choice(TEXTS), lambda: "".join(chr(rng.randrange(1, 0x2500)) for _ in range(rng.randrange(20))),
        lambda: bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 5, 300]))),
        lambda: (1 << 63) - 1, lambda: -(1 << 63),
    ])()


def hashable(rng, depth):
    if depth > 2 or rng.random() < 0.7:
        return scalar(rng)
    items = [hashable(rng, depth + 1) for _ in range(rng.randrange(5))]
    return tuple(items) if rng.random() < 0.6 else frozenset(items)


def value(rng, depth=0, pool=None):
    """A value; what was made before comes again sometimes, so that the memo is used."""
    pool = [] if pool is None else pool
    if pool and rng.random() < 0.15:
        return rng.choice(pool)
    count = rng.choice([0, 1, 2, 3, 4, 12])
    made = scalar(rng) if depth > 4 or rng.random() < 0.3 else rng.choice([
        lambda: [value(rng, depth + 1, pool) for _ in range(count)],
        lambda: tuple(value(rng, depth + 1, pool) for _ in range(count)),
        lambda: {hashable(rng, 0): value(rng, depth + 1, pool) for _ in range(count)},
        lambda: {hashable(rng, 0) for _ in range(count)},
        lambda: frozenset(hashable(rng, 0) for _ in range(count)),
    ])()
    pool.append(made)
    return made


def shape(thing):
    """What can be compared: types and contents, NaN and -0.0 included."""
    if isinstance(thing, (list, tuple)):
        return type(thing).__name__, [shape(item) for item in thing]
    if isinstance(thing, dict):
        return "dict", sorted(([shape(k), shape(v)] for k, v in thing.items()), key=repr)
    if isinstance(thing, (set, frozenset)):
        return type(thing).__name__, sorted((shape(item) for item in thing), key=repr)
    if isinstance(thing, BaseException):
        return type(thing).__name__, shape(thing.args), str(thing)
    return type(thing).__name__, repr(thing)


def data(probe, rng, count):
    wrong = 0
    for _ in range(count):
        made = value(rng)
        for protocol in range(6):
            good, answer = probe.ask(pickle.dumps(made, protocol), rng.randrange(2, 6))
            if not good or shape(pickle.loads(answer)) != shape(made):
                wrong += 1
                print(f"protocol {protocol}: {made!r:.300} became {answer!r:.200}")
        good, answer = probe.ask(pickletools.optimize(pickle.dumps(made, 4)))
        wrong += not good
    return wrong


def exceptions():
    yield UnknownJailException("sshd")
    yield DuplicateJailException("sshd")
    yield RegexException("Unable to compile regular expression")
    yield IndexError("list index out of range")
    yield from (Exception("Invalid command"), Exception(), ValueError("a", 1), KeyError("é"))
    for code in ("[].x", "int('x')", "{}[1]", "x", "1x", "open('/nonexistent/x')", "1/0", "import_",
                 "__import__('json').loads('{1')", "__import__('codecs').lookup('x')", "b'\\xff'.decode()"):
        try:
            eval(code)  # noqa: S307: Python's own exceptions
        except Exception as problem:  # noqa: BLE001
            yield problem


def replies(probe):
    wrong = 0
    for problem in exceptions():
        for protocol in range(2, 6):
            good, answer = probe.ask(pickle.dumps((1, problem), protocol), protocol)
            if not good or shape(pickle.loads(answer)) != shape((1, problem)):
                wrong += 1
                print(f"protocol {protocol}: {problem!r} became {answer!r:.200}")
    addresses = [IPAddr("192.0.2.1"), IPAddr("2001:db8::/32"), IPAddr(("192.0.2.1", "user"))]
    for protocol in range(6):
        good, answer = probe.ask(pickle.dumps(addresses, protocol))
        if not good or pickle.loads(answer) != [str(address) for address in addresses]:
            wrong += 1
            print(f"protocol {protocol}: addresses became {answer!r}")
    return wrong


class Reduced:
    def __init__(self, *how):
        self.how = how

    def __reduce__(self):
        return self.how


class Appended:
    """What is made by a call and then added to."""

    def __init__(self, what):
        self.what = what

    def __reduce__(self):
        return self.what, (), None, iter([1])


def recursive():
    inner = []
    inner.append(inner)
    return inner


def deep(levels):
    out = []
    for _ in range(levels):
        out = [out]
    return out


def laughs():
    out = ["ha"]
    for _ in range(12):
        out = [out] * 10
    return out


def hostile():
    import builtins
    import os
    import types
    for what in (os.system, eval, exec, print, getattr, open, __import__, type, object, bytearray, complex, range,
                 os.popen, types.FunctionType, map, subprocess.Popen, IPAddr, builtins.compile):
        yield Reduced(what, ("id",))
        yield what
    yield Reduced(str, (b"id", "utf-8"))
    yield Reduced(set, ("abc",))
    yield Reduced(set, ([1], [2]))
    yield Reduced(ValueError, ("x",), {"y": Reduced(os.system, ("id",))})
    yield Reduced(ValueError, ("x",), ("not", "a dict"))
    yield Reduced(str, ("x",), {"y": 1})
    yield Appended(list)
    yield Appended(UnknownJailException)
    yield [Reduced(object.__reduce_ex__, (1, 2))]
    yield ValueError
    yield str
    yield 1 << 64
    yield -(1 << 63) - 1
    yield "\ud800"
    yield recursive()
    yield deep(40)
    yield laughs()
    yield bytearray(b"x")
    yield 1j
    yield types.SimpleNamespace(a=1)
    yield ["x" * 1_000_000] * 20


def raw_hostile():
    yield from (b"", b".", b"N", b"NN.", b"(.", b"N.N.", b"cos\nsystem\n.", b"cos\nsystem\n(S'id'\ntR.",
                b"(S'id'\nios\nsystem\n.", b"(cos\nsystem\nS'id'\no.", b"cbuiltins\nstr.join\n.",
                b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.", b"\x80\x06N.", b"Pid\n.", b"NQ.",
                b"\x82\x01.", b"\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", b"X\xff\xff\xff\xffabc.",
                b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc.", b"\x8b\xff\xff\xff\xffabc.", b"g0\n.", b"h\x00.",
                b"p-1\n.", b"Np99999999999\n.", b"]Nb.", b"R.", b"0.", b"1.", b"2.", b"a.", b"e.", b"s.", b"u.",
                b"\x93.", b"\x85.", b"\x91.", b"\x90.", b"I\n.", b"Iabc\n.", b"Fabc\n.", b"V\\u12\n.", b"Sx\n.",
                b"\x97.", b"\x98.", b"c__builtin__\nset\n(Vx\ntR.", b"c\n\n.", b"cfail2ban.exceptions\nos\n."
                b"ccopy_reg\n_reconstructor\n.", b"c__main__\nReduced\n.", b"\x80\x02c_codecs\nencode\nX\x01\0\0\0a"
                b"X\x03\0\0\0hex\x86R.")


def refused(probe, rng):
    wrong = 0
    for made in hostile():
        for protocol in range(6):
            try:
                bytes_of_it = pickle.dumps(made, protocol)
            except (pickle.PicklingError, TypeError, AttributeError):
                continue
            good, answer = probe.ask(bytes_of_it)
            if good:
                wrong += 1
                print(f"protocol {protocol}: {bytes_of_it!r:.200} was read as {answer!r:.200}")
    for bytes_of_it in raw_hostile():
        good, answer = probe.ask(bytes_of_it)
        if good:
            wrong += 1
            print(f"{bytes_of_it!r} was read as {answer!r:.200}")
    # What Python itself does not read is not read by us, wherever it is cut or changed.
    for _ in range(3000):
        bytes_of_it = bytearray(pickle.dumps(value(rng), rng.randrange(6)))
        for _ in range(rng.randrange(1, 4)):
            bytes_of_it[rng.randrange(len(bytes_of_it))] = rng.randrange(256)
        bytes_of_it = bytes(bytes_of_it[:rng.randrange(len(bytes_of_it) + 1)]) if rng.random() < 0.3 else bytes(
            bytes_of_it)
        good, answer = probe.ask(bytes_of_it)
        if not good:
            continue
        try:
            loaded = Careful(bytes_of_it).load()
        except Exception as problem:  # noqa: BLE001
            wrong += 1
            print(f"{bytes_of_it!r:.300}: Python says {problem!r}, we read {answer!r:.200}")
            continue
        if shape(pickle.loads(answer)) != shape(loaded):
            wrong += 1
            print(f"{bytes_of_it!r:.300}: Python reads {loaded!r:.200}, we {answer!r:.200}")
    return wrong


class Careful(pickle._Unpickler):  # noqa: SLF001: Python's own, which can be told what to import
    def __init__(self, data):
        import io
        super().__init__(io.BytesIO(data))

    def find_class(self, module, name):
        if (module, name) not in (("__builtin__", "set"), ("__builtin__", "frozenset"), ("__builtin__", "bytes"),
                                  ("_codecs", "encode"), ("builtins", "set"), ("builtins", "frozenset"),
                                  ("__builtin__", "str")):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spranga")
    parser.add_argument("--probe", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1500)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    probe = Probe(options.probe)
    wrong = data(probe, rng, options.count) + replies(probe) + refused(probe, rng)
    print(f"{options.count} values in six protocols: {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
