"""Namespaces to guard, attack and publish from: three of a test's own, or those of the lab.

`host` is guarded, `client` is outside (with several addresses), `box` is a container of the host behind DNAT. Servers
and clients are sockets of this program that were made inside.
"""

import contextlib
import ctypes
import errno
import os
import socket
import subprocess
import time

CLIENT4, OTHER4, HOST4, BOX4 = "203.0.113.2", "203.0.113.3", "203.0.113.1", "192.0.2.2"
CLIENT6, OTHER6, HOST6, BOX6 = "2001:db8:1::2", "2001:db8:2::2", "2001:db8:1::1", "2001:db8:3::2"
MAIL, PUBLISHED, OPEN = 25, 2525, 8080
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def sh(command, **options):
    return subprocess.run(command, shell=True, check=True, capture_output=True, text=True, **options).stdout


class Network:
    """The namespaces, named after this process so that two runs do not meet."""

    def __init__(self):
        self.names = {name: f"spr{os.getpid()}{name}" for name in ("host", "client", "box")}

    def __enter__(self):
        try:
            self.build()
        except subprocess.CalledProcessError as error:
            print(error.stderr)
            self.__exit__()
            raise
        return self

    def build(self):
        host, client, box = self.names.values()
        for name in self.names.values():
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)  # of a killed run with this number
            sh(f"ip netns add {name} && ip -n {name} link set lo up")
            sh(f"ip netns exec {name} sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0")
        sh(f"ip -n {host} link add outer type veth peer name eth0 netns {client} &&"
           f"ip -n {host} link add inner type veth peer name eth0 netns {box}")
        for name, link, addresses in (
                (host, "outer", (f"{HOST4}/24", f"{HOST6}/64", "2001:db8:2::1/64")),
                (host, "inner", ("192.0.2.1/24", "2001:db8:3::1/64")),
                (client, "eth0", (f"{CLIENT4}/24", f"{OTHER4}/24", "203.0.113.77/24", f"{CLIENT6}/64",
                                  f"{OTHER6}/64")),
                (box, "eth0", (f"{BOX4}/24", f"{BOX6}/64"))):
            sh(f"ip -n {name} link set {link} up")
            for address in addresses:
                sh(f"ip -n {name} address add {address} dev {link} {'nodad' if ':' in address else ''}")
        sh(f"ip -n {client} route add default via {HOST4} && ip -n {client} -6 route add default via {HOST6}")
        sh(f"ip -n {box} route add default via 192.0.2.1 && ip -n {box} -6 route add default via 2001:db8:3::1")
        self.run("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
        # As Docker publishes a port: translated after mangle, before the filter.
        self.run("nft -f -", input=f"""
            table inet docker {{
                chain pre {{
                    type nat hook prerouting priority dstnat;
                    meta nfproto ipv4 meta l4proto tcp tcp dport {PUBLISHED} dnat ip to {BOX4}:{MAIL}
                    meta nfproto ipv6 meta l4proto tcp tcp dport {PUBLISHED} dnat ip6 to [{BOX6}]:{MAIL}
                }}
            }}
            """)

    def __exit__(self, *_):
        for name in self.names.values():
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)

    def command(self, where):
        """Put before a command, it runs there."""
        return ["ip", "netns", "exec", self.names[where]]

    def run(self, command, where="host", **options):
        return sh(f"ip netns exec {self.names[where]} {command}", **options)

    @contextlib.contextmanager
    def inside(self, where):
        """This thread is there meanwhile."""
        with open("/proc/thread-self/ns/net") as here, open(f"/run/netns/{self.names[where]}") as there:
            if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                libc.setns(here.fileno(), CLONE_NEWNET)

    def listen(self, where, port, kind=socket.SOCK_STREAM):
        with self.inside(where):
            out = socket.socket(socket.AF_INET6, kind)
        out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        out.bind(("::", port))
        if kind == socket.SOCK_STREAM:
            out.listen(50)
        out.settimeout(3)
        return out

    def connect(self, source, target, port, where="client", wait=1.0):
        """A connected socket, or the error, and how long it took."""
        with self.inside(where):
            out = socket.socket(socket.AF_INET6 if ":" in target else socket.AF_INET)
        out.settimeout(wait)
        out.bind((source, 0))
        begun = time.monotonic()
        try:
            out.connect((target, port))
        except OSError as error:
            out.close()
            return ("timeout" if isinstance(error, TimeoutError) else errno.errorcode[error.errno],
                    time.monotonic() - begun)
        return out, time.monotonic() - begun


class Lab(Network):
    """The lab's namespaces; the host's is where this runs."""

    def __init__(self):
        self.names = {"client": "client"}

    def command(self, where):
        return [] if where == "host" else super().command(where)

    def run(self, command, where="host", **options):
        return sh(command, **options) if where == "host" else super().run(command, where, **options)

    def inside(self, where):
        return contextlib.nullcontext() if where == "host" else super().inside(where)


def ended(end):
    """The error by which a session ends at this side, within its time."""
    try:
        for _ in range(3):
            end.sendall(b"x")
            if end.recv(100) == b"":
                return "closed"
    except OSError as error:
        return "timeout" if isinstance(error, TimeoutError) else errno.errorcode[error.errno]
    return "open"
