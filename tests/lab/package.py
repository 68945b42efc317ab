#!/usr/bin/env python3
"""The Debian packages: built from the release tree, checked by lintian, installed, used, upgraded, purged.

    tests/lab/package.py --spranga PATH      as root

Outside, packaging/build-deb.sh makes both from the folder of PATH; inside the lab (this machine's root, which nothing
written there reaches) dpkg installs them with their real maintainer scripts. Exit: 0 as expected, 1 not, 3 could not
be run, 77 not or not all looked at: a Debian package (tools/packages.txt, ci) is missing here.
"""

import argparse
import filecmp
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SKIPPED = 77
NEEDED = {"dpkg-shlibdeps": "dpkg-dev", "systemd-analyze": "systemd", "ucf": "ucf", "man": "man-db"}
EXPOSURE = 38  # ten times what systemd-analyze prints: a looser unit is a decision
UNIT = Path("/lib/systemd/system/spranga.service")
DEFAULTS, OURS = Path("/usr/share/spranga/etc"), Path("/etc/spranga")
ENABLED = Path("/etc/systemd/system/multi-user.target.wants/spranga.service")
ALIAS = Path("/etc/systemd/system/fail2ban.service")


class Test:
    def __init__(self, folder):
        self.folder, self.wrong = Path(folder), []

    def expect(self, holds, sentence):
        if not holds:
            self.wrong.append(sentence)

    def run(self, *command, exit_code=0):
        """What it wrote, both streams."""
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", MANWIDTH="80", NO_COLOR="1")
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                              env=environment, timeout=100, check=False)
        self.expect(done.returncode == exit_code, f"{' '.join(map(str, command))}: exit {done.returncode}: {done.stdout[-1500:]}")
        return done.stdout

    def deb(self, package):
        return next(self.folder.glob(f"{package}_*.deb"))

    def dpkg(self, *arguments):
        return self.run("dpkg", "--no-triggers", *arguments)


# ---------------------------------------------------------------- outside

def built(test, tree):
    test.run(ROOT / "packaging/build-deb.sh", tree, test.folder)
    debs = sorted(path.name for path in test.folder.glob("*.deb"))
    test.expect(len(debs) == 2, f"built: {debs}")
    fields = test.run("dpkg-deb", "-f", test.deb("spranga-fail2ban"), "Conflicts", "Replaces", "Provides")
    test.expect(fields.split() == ["Conflicts:", "fail2ban", "Replaces:", "fail2ban", "Provides:", "fail2ban"], fields)
    libraries = test.run("dpkg-deb", "-f", test.deb("spranga"), "Depends")
    test.expect("libc6 (>=" in libraries and "libssl3" in libraries, f"depends: {libraries}")


def lint(test):
    if shutil.which("lintian") is None:
        return False
    test.run("lintian", "--allow-root", "--fail-on", "error", *test.folder.glob("*.deb"))
    return True


# ---------------------------------------------------------------- inside

def installed_files():
    """All that the packages could leave behind."""
    out = set()
    for top in ("/etc", "/usr/bin", "/usr/lib/spranga", "/usr/lib/sysusers.d", "/usr/lib/tmpfiles.d", "/usr/lib/systemd/system",
                "/usr/share/bash-completion", "/usr/share/doc", "/usr/share/fish", "/usr/share/man", "/usr/share/spranga",
                "/usr/share/zsh", "/var/lib/spranga", "/var/log"):
        out.update(str(path) for path in Path(top).rglob("*") if path.is_file() or path.is_symlink())
    return out


def settings(path):
    return dict(re.findall(r"^(\w+) *= *(.*)$", path.read_text(), re.M))


def programs_run(test):
    test.expect(re.fullmatch(r"spranga [\d.]+\n", test.run("spranga", "--version")), "spranga --version")
    for program in [Path("/usr/bin/spranga"), *Path("/usr/lib/spranga").glob("*")]:
        test.expect("not found" not in test.run("ldd", program), f"{program} lacks a library")
    for shell, place in (("bash", "bash-completion/completions/spranga"), ("zsh", "zsh/vendor-completions/_spranga"),
                         ("fish", "fish/vendor_completions.d/spranga.fish")):
        test.expect(Path("/usr/share", place).read_text() == test.run("spranga", "completion", shell), f"completion for {shell}")


def manual(test):
    pages = sorted(Path("/usr/share/man").rglob("man1/spranga*.1.gz"))
    test.expect(len(pages) > 20, f"{len(pages)} manual pages")
    for path in pages:
        text = gzip.decompress(path.read_bytes()).decode()
        test.expect(text.startswith(".TH SPRANGA"), f"{path} begins {text[:30]!r}")
    for path in ("man1/spranga.1.gz", "man1/spranga-check.1.gz", "it/man1/spranga-check.1.gz"):
        shown = test.run("man", "--warnings", "-E", "UTF-8", "-l", Path("/usr/share/man", path))
        test.expect("spranga" in shown and "warning:" not in shown, f"{path} shows {shown[:500]}")


def configuration(test):
    """Our jails, where no fail2ban is; their paths are the unit's."""
    shipped = sorted(path.relative_to(DEFAULTS) for path in DEFAULTS.rglob("*") if path.is_file())
    same, differs, lacking = filecmp.cmpfiles(DEFAULTS, OURS, shipped, shallow=False)
    own, unit = settings(OURS / "fail2ban.conf"), settings(UNIT)
    test.expect(same and not differs and not lacking, f"/etc/spranga: differs {differs}, lacks {lacking}")
    Path(own["logtarget"]).touch()  # -t insists on logs, as fail2ban-client does
    test.run("spranga", "client", "-t")
    explained = test.run("spranga", "config", "explain", "postfix.maxretry")
    test.expect("/etc/spranga/jail.conf" in explained, explained)
    for key, folder in (("socket", f"/run/{unit['RuntimeDirectory']}/"), ("pidfile", f"/run/{unit['RuntimeDirectory']}/"),
                        ("dbfile", f"/var/lib/{unit['StateDirectory']}/")):
        test.expect(own[key].startswith(folder), f"{key} {own[key]} is not in the unit's {folder}")
    rotated = Path("/etc/logrotate.d/spranga").read_text()
    test.expect(rotated.startswith(own["logtarget"] + " {"), "another log is rotated")
    test.expect(own["socket"] in rotated, "logrotate asks another socket")


def accounts(test):
    names = [line.split(":")[0] for line in Path("/etc/passwd").read_text().splitlines()]
    test.expect({"spranga", "spranga-net"} <= set(names), f"accounts: {names}")
    journal = re.search(r"^systemd-journal:.*:(.*)$", Path("/etc/group").read_text(), re.M)
    test.expect(journal and "spranga" in journal[1].split(","), "spranga may not read the journal")


def unit(test):
    said = test.run("systemd-analyze", "verify", "--man=no", UNIT)
    ours = [line for line in said.splitlines() if "spranga" in line]
    test.expect(not ours, f"systemd-analyze verify: {ours}")
    test.run("systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE}", UNIT)
    test.expect(ENABLED.is_symlink(), "the unit is not enabled")
    for name in ("sysusers.d/spranga.conf", "tmpfiles.d/spranga.conf"):
        test.expect(Path("/usr/lib", name).is_file(), f"no {name}")
    test.run("systemd-tmpfiles", "--create", "spranga.conf")
    test.expect(Path("/run/spranga").stat().st_mode & 0o777 == 0o755, "/run/spranga")


def upgrade_and_purge(test, before):
    """What an admin wrote and changed outlives an upgrade; a purge leaves nothing but what he added."""
    own, changed = OURS / "jail.local", OURS / "filter.d/postfix.conf"
    own.write_text("[sshd]\nmaxretry = 3\n")
    changed.write_text(changed.read_text() + "# mine\n")
    (OURS / "jail.conf").unlink()  # a file that he has removed stays removed
    test.dpkg("-i", test.deb("spranga"))
    test.expect(changed.read_text().endswith("# mine\n"), "an upgrade overwrote a changed filter")
    test.expect(own.is_file(), "an upgrade removed jail.local")
    Path("/var/lib/spranga").mkdir(exist_ok=True)
    Path("/var/lib/spranga/spranga.sqlite3").touch()
    test.dpkg("--purge", "spranga")
    left = installed_files() - before - {str(own), "/var/log/dpkg.log", "/etc/.pwd.lock"}
    left = {path for path in left if not re.match(r"/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$", path)}
    test.expect(not left, f"a purge left {sorted(left)}")


def fresh(test):
    for path in ("/etc/fail2ban", OURS):
        shutil.rmtree(path, ignore_errors=True)
    for log in ("mail.log", "auth.log"):
        Path("/var/log", log).touch()
    before = installed_files()
    said = test.dpkg("-i", test.deb("spranga"))
    test.expect("spranga: " not in said, f"there is no fail2ban, but: {said}")
    if test.wrong:
        return
    for part in (programs_run, manual, configuration, accounts, unit):
        part(test)
    upgrade_and_purge(test, before)


def takeover(test):
    """fail2ban is there: nothing of it is touched, nothing is started; then the second package takes its names."""
    shutil.rmtree(OURS, ignore_errors=True)
    said = test.dpkg("-i", test.deb("spranga"))
    if test.wrong:
        return
    test.expect("will read /etc/fail2ban" in said and "not started" in said, f"not told: {said}")
    test.expect(not OURS.exists() and not ENABLED.is_symlink(), "our jails or our unit came in fail2ban's way")
    explained = test.run("spranga", "config", "explain", "sshd.maxretry")
    test.expect("/etc/fail2ban/jail.conf" in explained, explained)
    test.dpkg("-i", test.deb("spranga-fail2ban"))
    for name in ("client", "server", "regex"):
        test.expect(Path(f"/usr/bin/fail2ban-{name}").resolve() == Path("/usr/bin/spranga"), f"fail2ban-{name}")
    test.expect(test.run("fail2ban-client", "--version").startswith("Fail2Ban v1."), "fail2ban-client --version")
    tried = test.run("fail2ban-regex", "2026-11-29 12:00:00 no such user from 192.0.2.7", "from <HOST>$")
    test.expect("1 matched" in tried, f"fail2ban-regex: {tried}")
    test.expect(ALIAS.resolve() == UNIT.resolve() and ENABLED.is_symlink(), "fail2ban.service is not spranga's")
    test.expect(Path("/run/fail2ban").is_dir(), "no folder for fail2ban's socket")
    test.dpkg("-r", "spranga-fail2ban")
    test.expect(not ALIAS.is_symlink() and not Path("/usr/bin/fail2ban-client").is_symlink(), "names stayed behind")


# name: (function, knobs of the lab)
SCENARIOS = {"fresh": (fresh, {}), "takeover": (takeover, {"LAYERS": "fail2ban"})}


def outside(spranga):
    tree = Path(spranga).resolve().parent
    if os.geteuid() != 0 or not (tree / "spranga").is_file():
        print("needs root, and a spranga", file=sys.stderr)
        return 3
    lacking = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    if lacking:
        print(f"not looked at: not installed here: {', '.join(lacking)}")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="spranga-deb.") as folder:
        test = Test(folder)
        built(test, tree)
        linted = lint(test)
        codes = [conclude("packages", test.wrong)]
        for name, (_, knobs) in SCENARIOS.items() if codes == [0] else ():
            environment = dict(os.environ, LAB_SHOW=f"{ROOT} {folder} {sys.base_prefix}", **knobs)
            command = [ROOT / "lab/lab", "none", "hard", os.path.realpath(sys.executable), Path(__file__).resolve(), "--inside"]
            codes.append(subprocess.run([*command, name, folder], env=environment, check=False).returncode)
    if not any(codes) and not linted:
        print("lintian is not installed here: the packages were not checked by it")
        return SKIPPED
    return max(codes)


def conclude(name, wrong):
    for sentence in wrong:
        print(f"WRONG {sentence}")
    print(f"{name}: {'as expected' if not wrong else f'{len(wrong)} wrong'}")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", default=ROOT / "build/release/spranga")
    parser.add_argument("--inside", nargs=2, metavar=("SCENARIO", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not given.inside:
        return outside(given.spranga)
    name, folder = given.inside
    # The lab has accounts of its own: what this machine's files say of others is of no use.
    Path("/var/lib/dpkg/statoverride").write_text("")
    Path("/etc/gshadow").unlink(missing_ok=True)
    test = Test(folder)
    SCENARIOS[name][0](test)
    return conclude(name, test.wrong)


if __name__ == "__main__":
    sys.exit(main())
