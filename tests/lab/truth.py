"""What is true of the lab's servers, found with other clients (swaks, openssl, by hand), not with spranga.

One table a server and variant. A row: finding, port, then the status without a login and the status with
--user; `.` means the same as without. `a|b` allows either, `fail:likely` wants that confidence too, port
`any` speaks of all findings of that id, `25@ADDRESS` of one address. A `fail` that no row allows is a false alarm. The last row is the
verdict: the states of rules 1, 2 and 3, without and with --user.
"""

# True of every server here: STARTTLS takes no injected command and forgets the state before it, nobody
# relays for strangers, 587 and 465 want a login, nothing can be said of guessing or of a login not given.
EVERY = """
A1  587  pass              .
A1  465  pass              .
A5  25   pass              .
A5  587  pass              .
A6  25   pass              .
A6  587  pass              .
S1  25   pass              .
S4  587  pass              .
S4  465  pass              .
"""

# AUTH taken in clear, TLS 1.0 spoken, any sender for any login.
WEAK = """
A2  25   fail              .
A2  587  fail              .
A3  587  warn|fail         .
A4  587  fail              .
A4  465  fail              .
S2  587  not_tested        fail:likely
S2  465  not_tested        fail:likely
S2  25   not_tested        fail:likely
S3  25   not_tested|warn   warn
rules    no,unknown,unknown  no,no,unknown
"""

HARD = """
A2  25   pass              .
A2  587  pass              .
A3  587  pass              .
A4  587  pass              .
A4  465  pass              .
S2  587  not_tested        pass
S2  465  not_tested        pass
S2  25   not_tested        pass
S3  25   not_tested|warn   warn
rules    ok,unknown,unknown  ok,ok,unknown
"""

NO_LOGIN_ON_25 = "S2  25  -  -"


def rows(*tables):
    """{(id, port): (without, with)} of several tables; later ones override."""
    found = {}
    for line in "\n".join(tables).splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "rules":
            found["rules"] = (words[1], words[2])
            continue
        check, place, without, with_user = words
        port, _, address = place.partition("@")
        key = (check, None if port == "any" else int(port), *([address] if address else []))
        if without == "-":
            found.pop(key, None)
        else:
            found[key] = (without, without if with_user == "." else with_user)
    return found


TRUTH = {
    ("postfix", "weak"): rows(EVERY, WEAK),
    # reject_sender_login_mismatch also stops strangers who use an owned address: 553 not logged in
    ("postfix", "hard"): rows(EVERY, HARD, "S3  25  not_tested|warn  pass"),
    ("exim", "weak"): rows(EVERY, WEAK),
    ("exim", "hard"): rows(EVERY, HARD),
    ("sendmail", "weak"): rows(EVERY, WEAK),
    # confAUTH_OPTIONS `A p y` still offers CRAM-MD5 and DIGEST-MD5 before TLS, and takes them
    ("sendmail", "hard"): rows(EVERY, HARD, """
        A2  25   fail            .
        A2  587  fail            .
        A3  587  pass|warn|fail  .
        rules    no,unknown,unknown  no,ok,unknown"""),
    ("sendmail", "strict"): rows(EVERY, HARD),
    # OpenSMTPD takes AUTH only inside TLS 1.2 or later whatever is set: weak is the sender alone. It says the
    # same to an outside recipient and to an unknown one: without a known recipient nothing follows from that.
    ("opensmtpd", "weak"): rows(EVERY, HARD, """
        S1  25   not_tested  pass:likely
        A3  587  pass|warn  .
        S2  587  not_tested  fail:likely
        S2  465  not_tested  fail:likely
        S2  25   not_tested  fail:likely
        rules    ok,unknown,unknown  ok,no,unknown"""),
    ("opensmtpd", "hard"): rows(EVERY, HARD, "S1  25  not_tested  pass:likely"),
    # Dovecot's submission service on 587 and 465, Postfix on 25 for incoming mail only
    ("dovecot", "weak"): rows(EVERY, WEAK, NO_LOGIN_ON_25, "A2  25  pass  ."),
    ("dovecot", "hard"): rows(EVERY, HARD, NO_LOGIN_ON_25),
}

# An open relay: all else is as hardened. Exim's takes strangers on every port, in clear too.
RELAY = {
    "postfix": rows(EVERY, HARD, """
        S1  25  fail:likely  .
        S3  25  not_tested|warn  pass
        rules   ok,no,unknown  ok,no,unknown"""),
    "exim": rows(EVERY, HARD, """
        S1  25   fail:likely  .
        A3  587  fail  .
        S4  587  fail|fail:likely  .
        S4  465  fail|fail:likely  .
        rules    ok,no,unknown  ok,no,unknown"""),
    "sendmail": rows(EVERY, HARD, """
        S1  25  fail:likely  .
        rules   ok,no,unknown  ok,no,unknown"""),
    "opensmtpd": rows(EVERY, HARD, """
        S1  25  fail:likely  .
        rules   ok,no,unknown  ok,no,unknown"""),
}

# Asked from the server itself nothing can be said of strangers.
HERE = """
S1  any  not_tested  .
S3  any  not_tested  .
S4  any  not_tested  .
"""

# On 587 whoever writes as the own domain needs no login.
OWN_OR_LOGIN = (
    "'own_or_login=check_sender_access inline:{example.test=OK},permit_sasl_authenticated,reject'; "
    "postconf -Pe 'submission/inet/smtpd_client_restrictions=$own_or_login' "
    "'submission/inet/smtpd_relay_restrictions=$own_or_login'")

# Set-ups that mislead a careless tester: server, variant, knobs, more arguments, what is true.
SPECIAL = {
    # no plain-text mechanism without TLS, but CRAM-MD5: the user name and a crackable answer travel open
    "noplaintext": ("postfix", "hard", {
        "POSTCONF_EXTRA": "smtpd_tls_auth_only=no smtpd_sasl_security_options=noanonymous,noplaintext "
                          "smtpd_sasl_tls_security_options=noanonymous; "
                          "postconf -Pe submission/inet/smtpd_tls_security_level=may"}, [], """
        A1  587  pass  .
        A2  25   fail  .
        A2  587  fail  .
        A3  587  warn|fail  .
        S2  587  not_tested  pass
        rules  no,unknown,unknown  no,ok,unknown"""),
    # mail comes in, nobody logs in: 587 and 465 shut are no fault
    "pure-mx": ("postfix", "hard", {
        "WAITPORTS": "25",
        "POSTCONF_EXTRA": "smtpd_sasl_auth_enable=no smtpd_sender_restrictions=; "
                          "postconf -MX submission/inet submissions/inet"}, [], """
        A2  25  pass  .
        A5  25  pass  .
        S1  25  pass  .
        rules  ok,*,unknown  ok,*,unknown"""),
    # a relay for IPv6 only, as mynetworks often is
    "relay-ipv6": ("postfix", "hard", {"POSTCONF_EXTRA": "'mynetworks=127.0.0.0/8 [::]/0'"}, [], """
        S1  25@10.77.0.1  pass  .
        S1  25@fd77::1    fail:likely  .
        rules  ok,no,unknown  ok,no,unknown"""),
    # a relay for whoever writes as the server's own domain, each product in its own way
    "relay-own-postfix": ("postfix", "hard", {
        "POSTCONF_EXTRA": "'smtpd_relay_restrictions=permit_mynetworks,permit_sasl_authenticated,"
                          "check_sender_access inline:{example.test=OK},reject_unauth_destination'"}, [], """
        S1  25  fail:likely  .
        rules  ok,no,unknown  ok,no,unknown"""),
    # so on a submission port, where others are refused in words that guards count; there is no postmaster
    "submission-own-postfix": ("postfix", "hard", {"POSTCONF_EXTRA": OWN_OR_LOGIN}, [], """
        S1  25   pass  .
        S4  587  not_tested  fail:likely
        rules  ok,unknown,unknown  ok,no,unknown"""),
    # the same with lines to spare: strangers are refused for want of a login, the own domain for the mailbox alone
    "submission-own-alone-postfix": ("postfix", "hard", {"POSTCONF_EXTRA": OWN_OR_LOGIN}, ["--ports", "587"], """
        S1  any  info  .
        S4  587  not_tested  fail:likely
        rules  *,unknown,unknown  *,no,unknown"""),
    # who has not logged in is refused and cut off at once
    "submission-drops-exim": ("exim", "hard", {
        "EXIM_ACL_MAIL": "  drop condition = ${if eq{$received_port}{465}}\n  !authenticated = *\n"
                         "  message = Authentication required"}, [], "hard"),
    "relay-own-exim": ("exim", "hard", {"EXIM_ACL_RCPT": "  accept sender_domains = +local_domains"}, [], """
        S1  25  fail:likely  .
        S4  587  fail|fail:likely  .
        S4  465  fail|fail:likely  .
        rules  ok,no,unknown  ok,no,unknown"""),
    "relay-own-sendmail": ("sendmail", "strict", {"SM_FEATURES": "FEATURE(`relay_local_from')dnl"}, [], """
        S1  25  fail:likely  .
        rules  ok,no,unknown  ok,no,unknown"""),
    # a relay for strangers, while senders of its own are told to log in, in words that speak of relaying
    "relay-strangers-postfix": ("postfix", "hard", {
        "POSTCONF_EXTRA": "'mynetworks=10.0.0.0/8 [fd77::]/16' 'smtpd_sender_restrictions="
                          "reject_authenticated_sender_login_mismatch,permit_sasl_authenticated,"
                          "check_sender_access inline:{{example.test=REJECT You must log in to relay}}'"}, [], """
        S1  25  fail:likely  .
        rules  ok,no,unknown  ok,no,unknown"""),
    # two connections at a time are allowed, and two are enough
    "two-connections-exim": ("exim", "hard", {"EXIM_MAIN": "smtp_accept_max_per_host = 2"}, [], "hard"),
    "two-connections-postfix": ("postfix", "hard", {
        "POSTCONF_EXTRA": "smtpd_client_connection_count_limit=2 smtpd_client_event_limit_exceptions="}, [], "hard"),
    # greylisting: 451 to everybody at RCPT
    "greylist": ("exim", "hard", {"EXIM_ACL_RCPT": "  defer !authenticated = *\n  message = Greylisted, try again later"}, [], """
        S1  25  not_tested  .
        S3  25  not_tested  .
        S4  any  not_tested  .
        A2  25  pass  .
        A4  587  pass  .
        rules  ok,unknown,unknown  ok,unknown,unknown"""),
    # postscreen: greets late, and tells a stranger 450 at first; the second run is no stranger's
    "postscreen": ("postfix", "hard", {
        "POSTCONF_EXTRA": "postscreen_greet_wait=2s postscreen_bare_newline_enable=yes postscreen_pipelining_enable=yes "
                          "smtpd_sasl_auth_enable=no smtpd_sender_restrictions=; "
                          "postconf -MX smtp/inet; postconf -Me 'smtp/inet=smtp inet n - n - 1 postscreen' "
                          "'smtpd/pass=smtpd pass - - n - - smtpd' 'tlsproxy/unix=tlsproxy unix - - n - 0 tlsproxy' "
                          "'dnsblog/unix=dnsblog unix - - n - 0 dnsblog'; "
                          "postconf -Pe submission/inet/smtpd_sasl_auth_enable=yes submissions/inet/smtpd_sasl_auth_enable=yes "
                          "submission/inet/smtpd_sender_restrictions=reject_sender_login_mismatch "
                          "submissions/inet/smtpd_sender_restrictions=reject_sender_login_mismatch"}, [], """
        A1  587  pass  .
        A2  25   pass  .
        A2  587  pass  .
        A4  587  pass  .
        S1  25   not_tested  pass
        S2  587  not_tested  pass
        S4  587  pass  .
        rules  ok,unknown,unknown  ok,ok,unknown"""),
    # this network lets nobody out to port 25: what can be said is not enough, and no blame for the server
    "port-25-blocked": ("postfix", "hard", {"CLIENT_BLOCKED": "25"}, ["--timeout", "2"], """
        A1  587  pass  .
        A2  587  pass  .
        A4  587  pass  .
        S1  any  not_tested  .
        S2  587  not_tested  pass
        S4  587  pass  .
        rules  unknown,unknown,unknown  unknown,unknown,unknown"""),
    # a certificate for another name, and one from nobody known
    "wrong-name": ("postfix", "hard", {}, ["--name", "smtp.example.test"], """
        A4  587  fail  .
        A4  465  fail  .
        A2  587  pass  .
        rules  no,unknown,unknown  no,*,unknown"""),
}


def expected_verdict(states):
    """(verdict, exit code) that follow from the three states."""
    if "no" in states:
        return "needs_upgrade", 1
    if all(state == "ok" for state in states):
        return "protected", 0
    return "not_proven", 2


def mismatches(report, table, with_user):
    """Sentences about what `report` says otherwise than `table`."""
    wrong = []
    column = 1 if with_user else 0
    findings = report["findings"]
    for key, cells in table.items():
        if key == "rules":
            continue
        check, port, *address = key
        seen = [f for f in findings if f["id"] == check and (port is None or f["where"]["port"] == port)
                and (not address or f["where"]["address"] == address[0])]
        if not seen and not with_user and cells[0] == "not_tested":  # may stand without a port
            seen = [f for f in findings if f["id"] == check]
        place = f"{check} on {port}" if port else check
        if not seen:
            wrong.append(f"{place}: no finding, expected {cells[column]}")
        for finding in seen:
            if not any(allows(cell, finding) for cell in cells[column].split("|")):
                wrong.append(f"{place}: expected {cells[column]}, got {said(finding)}")
    for finding in findings:
        check, port, address = finding["id"], finding["where"]["port"], finding["where"]["address"]
        cells = table.get((check, port)) or table.get((check, port, address)) or table.get((check, None))
        if finding["status"] == "fail" and not (cells and "fail" in cells[column]):
            wrong.append(f"false alarm: {said(finding)}")
    states = table["rules"][column].split(",")
    got = [report["rules"].get(number, {}).get("state") for number in "123"]
    if any(want not in ("*", state) for want, state in zip(states, got)):
        wrong.append(f"rules 1, 2, 3: expected {states}, got {got}")
    verdict, _ = expected_verdict(states)
    if report["verdict"] != verdict and ("*" not in states or "no" in states):
        wrong.append(f"verdict: expected {verdict}, got {report['verdict']}")
    return wrong


def allows(cell, finding):
    status, _, confidence = cell.partition(":")
    return finding["status"] == status and confidence in ("", finding["confidence"])


def said(finding):
    where = finding["where"]
    lines = [line.get("text", str(line)) if isinstance(line, dict) else str(line) for line in finding["evidence"]]
    place = f"{where['address']} port {where['port']}"
    return (f"{finding['id']} {finding['status']} ({finding['confidence']}) at {place}: "
            f"{finding['summary']}" + "".join(f"\n        {line}" for line in lines))
