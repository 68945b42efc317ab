"""CrowdSec on a log from its beginning to its end: CPU seconds of the whole process, the start left out.

Its package brings its parsers and scenarios along; those for Postfix, Dovecot and sshd are switched on. Nothing is
asked of its central service, and the local one listens on a loopback address of a network namespace of its own.
"""

import re
import shutil
import subprocess
import tempfile

import plain
import rusage

LAYER = plain.fail2ban.LAYER.parent / "crowdsec"
HUB = LAYER / "usr/share/crowdsec/hub"
ON = {"parsers/s00-raw": ["syslog-logs"], "parsers/s01-parse": ["postfix-logs", "dovecot-logs", "sshd-logs"],
      "parsers/s02-enrich": ["dateparse-enrich"],
      "scenarios": ["postfix-spam", "dovecot-spam", "ssh-bf", "ssh-slow-bf"]}

CONFIG = """\
common: {{daemonize: false, log_media: stdout, log_level: info, log_dir: {0}/log/, working_dir: {0}}}
config_paths: {{config_dir: {0}/etc/, data_dir: {0}/data/, hub_dir: {1}/, index_path: {1}/.index.json,
  simulation_path: {0}/etc/simulation.yaml, plugin_dir: {0}/plugins/, notification_dir: {0}/etc/}}
crowdsec_service: {{acquisition_path: {0}/etc/acquis.yaml, parser_routines: 1}}
cscli: {{output: human}}
db_config: {{log_level: info, type: sqlite, db_path: {0}/data/crowdsec.db}}
plugin_config: {{user: nobody, group: nogroup}}
api:
  client: {{credentials_path: {0}/etc/credentials.yaml}}
  server: {{log_level: info, listen_uri: "127.0.0.1:8080", profiles_path: {0}/etc/profiles.yaml}}
prometheus: {{enabled: false}}
"""


def configuration(folder):
    for name in ("log", "data", "plugins", *(f"etc/{place}/" for place in ON)):
        (folder / name).mkdir(parents=True)
    for place, names in ON.items():
        for name in names:
            (folder / "etc" / place / f"{name}.yaml").symlink_to(HUB / place / f"crowdsecurity/{name}.yaml")
    (folder / "etc/patterns").symlink_to(LAYER / "etc/crowdsec/patterns")
    (folder / "etc/simulation.yaml").write_text("simulation: false\n")
    (folder / "etc/acquis.yaml").write_text("")
    (folder / "etc/credentials.yaml").write_text("url: http://127.0.0.1:8080\n")
    shutil.copy(LAYER / "etc/crowdsec/profiles.yaml", folder / "etc")
    for data in (LAYER / "usr/share/crowdsec/data").glob("*"):
        shutil.copy(data, folder / "data")
    config = folder / "config.yaml"
    config.write_text(CONFIG.format(folder, HUB))
    return config


def used_by(config, log):
    """CPU seconds, what it told, its peak memory in kB."""
    command = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", LAYER / "usr/bin/crowdsec", "-c", config,
               "-dsn", f"file://{log}", "-type", "syslog"]
    with tempfile.TemporaryFile() as out:
        code, cpu, peak = rusage.run(command, out=out, errors=out)
        out.seek(0)
        told = out.read().decode(errors="replace")
    if code != 0:
        raise SystemExit(f"crowdsec ended with {code}: {told[-2000:]}")
    return cpu, told, peak


def crowdsec(row, folder, log, one_line, lines):
    """`row`: what makes a row of a table."""
    config = configuration(folder)
    register = [LAYER / "usr/bin/cscli", "-c", config, "machines", "add", "bench", "--password", "bench", "--force",
                "--file", folder / "etc/credentials.yaml"]
    subprocess.run([str(word) for word in register], check=True, capture_output=True)
    start = used_by(config, one_line)[0]
    used, told, peak = used_by(config, log)
    banned = set(re.findall(r"Ip (\S+) performed", told))
    if not banned:
        raise SystemExit(f"crowdsec saw no attacker: {told[-2000:]}")
    return row("crowdsec, three services", lines, used, used - start, peak=peak)
