"""A name server for the lab, on 127.0.0.1:53 of the namespace where it runs. A line of the zone file is
NAME TYPE DATA; a name that has no line does not exist."""

import ipaddress
import socket
import struct
import sys

TYPES = {"A": 1, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}


def packed_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label) + b"\0"


def packed_data(kind, data):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(data).packed
    if kind == "TXT":
        return bytes([len(data)]) + data.encode()
    *numbers, name = data.split()
    return struct.pack(f"!{len(numbers)}H", *map(int, numbers)) + packed_name(name)


def read_zone(path):
    zone = {}
    for line in open(path):
        name, kind, data = line.split(maxsplit=2)
        zone.setdefault(name.lower(), []).append((TYPES[kind], packed_data(kind, data.strip())))
    return zone


def answer(query, zone):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace"))
        at += 1 + query[at]
    name = ".".join(labels).lower()
    kind = struct.unpack("!H", query[at + 1:at + 3])[0]
    records = [data for its_kind, data in zone.get(name, []) if its_kind == kind]
    known = any(other == name or other.endswith("." + name) for other in zone)
    flags = 0x8580 if known else 0x8583  # authoritative; NXDOMAIN for a name that is not there
    head = query[:2] + struct.pack("!5H", flags, 1, len(records), 0, 0)
    body = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data for data in records)
    return head + query[12:at + 5] + body


def main():
    zone = read_zone(sys.argv[1])
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", 53))
    while True:
        query, client = door.recvfrom(4096)
        try:
            door.sendto(answer(query, zone), client)
        except (IndexError, struct.error):
            pass


main()
