"""Runs inside fail2ban's Python (actions.py starts it): scenarios of actions and tickets through fail2ban's own
Jail, Actions and CommandAction. JSON lines in, JSON lines out: for each step what was logged, and the values that a
command could have asked for.
"""

import json
import logging
import os
from pathlib import Path

from fail2ban.server.action import CommandAction
from fail2ban.server.actions import Actions
from fail2ban.server.ipdns import DNSUtils
from fail2ban.server.jail import Jail
from fail2ban.server.mytime import MyTime
from fail2ban.server.ticket import BanTicket

LINES = []


class Keep(logging.Handler):
    def emit(self, record):
        LINES.append([record.levelno, record.name.removeprefix("fail2ban."), record.getMessage()])


def set_up():
    logger = logging.getLogger("fail2ban")
    logger.handlers = [Keep()]
    logger.propagate = False
    logger.setLevel(logging.INFO)
    DNSUtils.setIPv6IsAllowed(True)
    MyTime.setTime(1700000000)
    DNSUtils.ipToName = staticmethod(lambda ip: None)


def ticket_of(data):
    ticket = BanTicket(data["id"], data.get("time", 1700000000), data.get("matches", []), data.get("data", {}))
    ticket.setAttempt(data.get("failures", 3))
    ticket.setBanTime(data.get("bantime", 600))
    ticket.setBanCount(data.get("bancount", 0))
    ticket.restored = data.get("restored", False)
    return ticket


def values_of(jail, ticket):
    info = Actions.ActionInfo(ticket, jail)
    tags = {name: str(info[name]) for name in Actions.ActionInfo.AI_DICT if name not in ("F-*", "family", "ip-rev")}
    return tags, {name: str(value) for name, value in ticket.getData().items()}


def guarded(jail, doing, name, call):
    """As Actions.run() and others wrap what they call."""
    try:
        call()
    except Exception as e:  # pylint: disable=broad-except
        logging.getLogger("fail2ban.actions").error("Failed to %s jail '%s' action '%s': %s", doing, jail.name, name, e)


def set_options(action, options):
    for name, value in options:
        setattr(action, name, value)


def step(jail, name, verb, data, tickets):
    actions = jail.actions
    action = actions._actions.get(name)
    if verb == "break":
        Path("sane").unlink(missing_ok=True)
    elif verb == "start":
        guarded(jail, "start", name, action.start)
    elif verb == "stop":
        actions.stopActions()
    elif verb == "ban":
        tickets[data["id"]] = ticket_of(data)
        actions._Actions__checkBan([tickets[data["id"]]])
    elif verb == "reban":
        actions._Actions__reBan(tickets[data["id"]])
    elif verb == "prolong":
        actions._prolongBan(tickets[data["id"]])
    elif verb == "unban":
        actions.removeBannedIP(data["id"], db=False)
    elif verb == "flush":
        actions._Actions__flushBan(stop=True)
        tickets.clear()
    elif verb == "check":
        guarded(jail, "check", name, action.consistencyCheck)
    elif verb == "reload":
        actions.reload(begin=True)
        actions.add(name, reload=True)
        set_options(action, data["options"])
        guarded(jail, "reload", name, lambda: actions.reload(begin=False))


def scenario(data):
    jail = Jail(data["jail"], backend="polling", db=None)
    jail.actions.setBanTime(600)
    name = data["action"]
    jail.actions.add(name)
    set_options(jail.actions._actions[name], data["options"])
    tickets = {}
    out = []
    for verb, what in data["steps"]:
        LINES.clear()
        ticket = tickets.get(what.get("id")) if what else None
        step(jail, name, verb, what, tickets)
        ticket = ticket or (tickets.get(what.get("id")) if what else None)
        tags, fields = values_of(jail, ticket) if ticket else ({}, {})
        out.append({"lines": list(LINES), "tags": tags, "fields": fields})
        with open(os.environ["REC_OUT"], "ab") as mark:
            mark.write(b"=" + verb.encode() + b"\0")
    return out


def ignores(data):
    """ignorecommand, as the filter runs it."""
    jail = Jail("j", backend="polling", db=None)
    LINES.clear()
    ticket = ticket_of(data["ticket"])
    info = Actions.ActionInfo(ticket, jail)
    command = CommandAction.replaceDynamicTags(data["command"], info)
    good, code = CommandAction.executeCmd(command, success_codes=(0, 1))
    tags, fields = values_of(jail, ticket)
    return {"lines": list(LINES), "tags": tags, "fields": fields, "good": good, "code": code}


def main():
    set_up()
    rows = os.fdopen(os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # commands inherit it
    for line in rows:
        data = json.loads(line)
        os.environ["REC_OUT"] = data["record"]
        answer = ignores(data) if "command" in data else scenario(data)
        print(json.dumps(answer), flush=True)


main()
