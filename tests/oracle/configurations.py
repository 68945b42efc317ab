"""Configurations of ours, each about one thing of fail2ban's language; broken ones have BROKEN in their name.

A configuration is {path: text}; @DIR@ in a text stands for the folder it is written to. What a case does not
say comes from `base`.
"""

FILTER = """[Definition]
failregex = ^auth failed for <F-USER>\\S+</F-USER> from <HOST>$
"""
ACTION = """[Definition]
actionstart = start <name> <port>
actionban = ban <ip> in <name>
actionunban = unban <ip>
[Init]
port = 25
"""
JAIL = """[mail]
enabled = true
filter = mail
logpath = @DIR@/logs/mail.log
action = show
"""


def base(**files):
    out = {"fail2ban.conf": "[Definition]\nloglevel = INFO\nlogtarget = STDERR\ndbfile = None\n", "jail.conf": JAIL,
           "filter.d/mail.conf": FILTER, "action.d/show.conf": ACTION, "logs/mail.log": ""}
    for name, text in files.items():
        if text is None:
            out.pop(name)
        else:
            out[name] = text
    return out


def jail(text, **files):
    return base(**{"jail.conf": JAIL + text}, **files)


CASES = {
    # B1: files and layers
    "layers": base(**{
        "jail.local": "[DEFAULT]\nmaxretry = 4\n[mail]\nfindtime = 1h\n",
        "jail.d/b.conf": "[mail]\nmaxretry = 6\nbantime = 2h\n", "jail.d/a.conf": "[mail]\nmaxretry = 7\n",
        "jail.d/z.local": "[mail]\nbantime = 3h\n", "jail.d/not-read.txt": "nonsense",
        "filter.d/mail.local": "[Definition]\nignoreregex = ^harmless <HOST>\n",
        "filter.d/mail.d/more.conf": "[Definition]\nmaxlines = 3\n",
        "action.d/show.local": "[Init]\nport = 26\n", "fail2ban.d/x.conf": "[Definition]\nloglevel = DEBUG\n"}),
    "known_of_layers": base(**{
        "filter.d/mail.local": "[Definition]\nfailregex = %(known/failregex)s\n            ^more from <HOST>$\n",
        "jail.local": "[mail]\nignoreip = 192.0.2.1\n", "jail.d/x.local": "[mail]\nignoreip = %(known/ignoreip)s 192.0.2.2, 198.51.100.0/24\n"}),
    "includes": base(**{
        "filter.d/mail.conf": "[INCLUDES]\nbefore = common.conf\n  deep/first.conf\nafter = last.conf\n" + FILTER,
        "filter.d/common.conf": "[DEFAULT]\n_host = from <HOST>\n[Definition]\nfailregex = lost\n",
        "filter.d/common.local": "[DEFAULT]\n_host = by <HOST>\n",
        "filter.d/deep/first.conf": "[INCLUDES]\nbefore = second.conf\n[Definition]\ndatepattern = {^LN-BEG}\n",
        "filter.d/deep/second.conf": "[INCLUDES]\nbefore = first.conf\n[Definition]\nusedns = no\nmaxlines = 2\n",
        "filter.d/last.conf": "[Definition]\nfailregex = ^last %(_host)s$\n"}),
    "include_itself": base(**{"filter.d/mail.conf": "[INCLUDES]\nbefore = mail.conf\n" + FILTER}),
    "include_missing": base(**{"filter.d/mail.conf": "[INCLUDES]\nbefore = nowhere.conf\nafter = nor.local\n" + FILTER}),
    "ini_syntax": base(**{"jail.conf":
        "# comment\n; another\n[DEFAULT]\nMaxRetry : 3\n  ; indented comment\n[mail] ; tail ] here\nenabled=TRUE\n"
        "filter  =  mail\nlogpath = @DIR@/logs/mail.log\n   @DIR@/logs/two*.log tail\n\n   @DIR@/logs/none*\n"
        "action = show ; cut off\n   # no part of it\n   show[name=b] #kept\nignoreip : 192.0.2.1 ;cut\nfindtime = a;b = c\n"
        "bantime = 1h:2\n",
        "logs/two1.log": "", "logs/two2.log": ""}),
    "ini_blanks": base(**{"jail.conf":
        "[mail]\r\nenabled = 1\r\nfilter = mail\rlogpath = @DIR@/logs/mail.log\n\tignoreip = 192.0.2.1\n\u00a0\u00a0bantime = 1\naction =\n show\n"}),
    "conditional": base(**{"action.d/show.conf": ACTION +
        "set = a <family>\nblock = <set>-<name>\n[Init?family=inet6]\nset = b\nblock = six\n[Definition?family=inet6]\nactionban = lost\n"}),
    "conditional_local": base(**{"action.d/show.local": "[Init?family=inet6]\nport = 27\n[Init]\nport = 28\n",
                                 "action.d/show.d/x.conf": "[Init?family=inet6]\nport = 29\nother = %(known/other)s\n[DEFAULT]\nother = default\n"}),
    "several_jails": base(**{"jail.conf":
        "[DEFAULT]\nenabled = true\nlogpath = @DIR@/logs/mail.log\naction = show\nfilter = mail\n[z]\n[a]\nenabled = no\n[INCLUDES]\n"
        "[b]\nbackend = systemd\n[c]\nenabled = on\nbackend = systemd[journalflags=1]\n[KNOWN/x]\n"}),
    "nothing_enabled": base(**{"jail.conf": "[mail]\nfilter = mail\n"}),
    "no_jail_file": base(**{"jail.conf": None}),
    "no_server_file": base(**{"fail2ban.conf": None}),
    "server": base(**{"fail2ban.conf":
        "[DEFAULT]\nloglevel = debug\n[Definition]\nlogtarget = %(dir)s/log\ndir = /var\nsyslogsocket = /dev/log\nallowipv6 = no\n"
        "dbmaxmatches = 07\ndbpurgeage = 2d\nsocket = /s\npidfile = /p\n[Thread]\nstacksize = 32\n"}),
    "server_bad_numbers": base(**{"fail2ban.conf": "[Definition]\ndbmaxmatches = many\n[Thread]\nstacksize = big\n"}),
    "server_without_section": base(**{"fail2ban.conf": "[DEFAULT]\nloglevel = DEBUG\n[Thread]\n"}),
    # B2: interpolation
    "interpolation": base(**{"jail.conf":
        "[DEFAULT]\na = A\nb = %(a)sB\nbantime = 10%%\n[other]\na = O\nc = raw %(a)s\n[mail]\nenabled = true\nfilter = mail\n"
        "logpath = @DIR@/logs/mail.log\na = M\nignorecommand = %(b)s %(default/a)s %(other/c)s %(other/b)s %(known/a)s %(__name__)s\n"
        "findtime = %(B)s %(fail2ban_version)s\nlogencoding = %(fail2ban_confpath)s\naction = show\n"}),
    "known_filter_options": jail(
        "failregex = %(known/failregex)s\n   ^more %(known/word)s <HOST>$\nmaxretry = 3\nmaxlines = 4\nignoreregex = %(known/_x)s\n",
        **{"filter.d/mail.conf": FILTER + "word = of\n_x = x <word>\n[Init]\nmaxlines = 5\nword = at\n"}),
    "filter_in_jail": jail("prefregex = ^p <F-CONTENT>.+</F-CONTENT>$\ndatepattern = %%Y\nusedns = raw\njournalmatch = A=1 + B='x y'\n"
                           "failregex = ^one <HOST>\nmaxlines = x\n"),
    "tags": jail("", **{"filter.d/mail.conf":
        "[DEFAULT]\n_prefix = <lt_<logtype>/_p>\n[lt_file]\n_p = FILE\n[lt_journal]\n_p = JOURNAL\n[Definition]\n_re-one = one\n_re-two = two <default/_prefix>\n"
        "failregex = ^<_prefix> <_re-<mode>> <kind/of> <known/mode> <HOST> <nothing>\nmode = one\nignoreregex = <failregex>\n"
        "journalmatch = _UNIT=<mode>\n[Init]\nmode = two\n"}),
    "tags_journal": base(**{"jail.conf": "[mail]\nenabled = true\nbackend = systemd\nfilter = mail[mode=aggressive]\nlogpath = x\naction =\n",
        "filter.d/mail.conf": "[Definition]\nmode = normal\nfailregex = <re-<mode>> <logtype>\nre-normal = ^n <HOST>\nre-aggressive = ^a <HOST>\n  ^b <HOST>\njournalmatch = A=1\n  \"B=2 3\"\n"}),
    "logtype_fixed": jail("", **{"filter.d/mail.conf": FILTER + "logtype = short\nignoreregex = <logtype>\n"}),
    "known_layer_in_tags": jail("", **{"filter.d/mail.conf": FILTER + "word = first\nignoreregex = <known/word> <word>\n",
                                       "filter.d/mail.local": "[Definition]\nword = second\n"}),
    "filter_parameters": base(**{"jail.conf":
        "[mail]\nenabled = true\nfilter = mail[a=1, b=\"x, ]y\", c='q\"r', d = , e= plain text , maxlines=7][f=\"\" , failregex=\"^f <HOST> <a> <b> <g>\"]\n"
        "logpath = @DIR@/logs/mail.log\naction = show\ng = jail's\n"}),
    "action_parameters": jail("""action = show[name=x, port="1,2", actname=first]
  show[name=mail-tcp, port='3']
   show[name="other"
       ,port=4]  [protocol=udp]
   show[actionban="<port> <matches> <ip>", unknown=<name>, timeout=5, bantime=<port>]
   script.py[a="b c", d=e, actname=py]
   other/script.py
""".replace("action = ", "", 1).join(["[two]\nenabled=true\nfilter=mail\nlogpath=@DIR@/logs/mail.log\nmaxretry = 3\naction = ", ""])),
    "action_names": base(**{"jail.conf": "[a]\nenabled = 1\nfilter = mail\nlogpath = @DIR@/logs/mail.log\naction = show[name=a-tcp] show[name=b] show[name=a] show\n"}),
    "action_of_jail_options": jail("maxretry = 3\nbantime = 1h\nown = <maxretry>\n",
        **{"action.d/show.conf": "[Definition]\nactionban = %(maxretry)s %(enabled)s %(bantime)s <maxretry> <bantime> <own> <_own>\n"
           "norestored = yes\nactionstart_on_demand = 0\nactioncheck =\n_own = x\n[Init]\nname = def\ntimeout = <x>\nx = %(y)s\ny = 1\n"}),
    "bad_values": jail("maxretry = three\nmaxmatches = 0x1\nignoreself = maybe\nbantime.increment = TRUE\nbantime.overalljails = 0\nmaxlines = 1_0\n"),
    "all_options": jail("maxretry = +05\nmaxmatches=3\nfindtime = 1h 30m\nbantime = 1d12h\nbantime.increment = true\nbantime.factor = 2\n"
                        "bantime.formula = ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)\n"
                        "bantime.multipliers = 1 2 4\nbantime.maxtime = 5w\nbantime.rndtime = 2048\nbantime.overalljails = yes\n"
                        "ignorecommand = /bin/test <ip>\nignoreself = false\nignoreip = 127.0.0.1/8 ::1,  example.org\nignorecache = key=\"<ip>\", max-count=100\n"
                        "logtimezone = UTC+0200\nlogencoding = latin-1\nusedns = yes\ncounting = window\nipv6_prefix = 64\nweakregex = x\n"),
    "unicode": jail("ignorecommand = caf\u00e9 \u20ac \u0080 \u200b \U0001f600 'q' \"d\"\n\u00c4\u00d6 = x\nlogencoding = %(\u00e4\u00f6)s\t\u3000tab\\n\n",
                    **{"action.d/show.conf": ACTION + "\u00c9t\u00e9 = '\"\n"}),
    "no_filter": base(**{"jail.conf": JAIL.replace("filter = mail", "filter =")}),
    "no_action": base(**{"jail.conf": JAIL.replace("action = show", "")}),
    "filter_without_definition": jail("", **{"filter.d/mail.conf": "[Init]\nfailregex = x <HOST>\ndate = 1\npat = 2\n"}),
    "filter_init_wins": jail("", **{"filter.d/mail.conf": FILTER + "maxlines = 1\n[Init]\nfailregex = i <HOST>\nmaxlines = 2\nusedns = no\nprefregex = p\n"}),
    "long_texts": jail("ignorecommand = " + "word " * 400 + "\n", **{"action.d/show.conf": ACTION + "long = " + "x" * 1200 + " y\n  " + "z " * 700 + "\n"}),
    "empty_values": jail("ignoreip =\nfindtime =\nlogencoding:\nfailregex =\ndatepattern =\nprefregex =\n"),
    "logs": base(**{"jail.conf": JAIL.replace("mail.log", "[a-c]*.log") + "  @DIR@/logs/.h* head\n  @DIR@/*/e?.log\n  @DIR@/logs/[!a]b.log tail\n  @DIR@/logs/\n",
                    "logs/a.log": "", "logs/b1.log": "", "logs/c.log": "", "logs/d.log": "", "logs/.hid": "", "logs/ef.log": "", "logs/xb.log": ""}),
    # Broken ones
    "BROKEN_filter_missing": jail("[two]\nenabled = true\nfilter = none\naction = show\n"),
    "BROKEN_all_filters_missing": base(**{"filter.d/mail.conf": None}),
    "BROKEN_action_missing": jail("[two]\nenabled = true\nfilter = mail\nlogpath = @DIR@/logs/mail.log\naction = show\n  none[x=1]\n"),
    "BROKEN_action_garbage": jail("[two]\nenabled = true\nfilter = mail\naction = show[a=b]c\n"),
    "BROKEN_action_quotes": jail("[two]\nenabled = true\nfilter = mail\naction = show[a=\"b]\n  show[c='d\" e]\n"),
    "BROKEN_parameter": jail("[two]\nenabled = true\nfilter = mail[a=b, c]\naction = show\n[three]\nenabled = true\nfilter = mail[a=\"b\"x, c=d]\n"
                             "[four]\nenabled = true\nfilter = mail[a?family=inet6=b]\n[five]\nenabled=true\nfilter = [x=y]\n[six]\nenabled=true\nfilter = mail[\u00e9=\u00fc, \u20ac=1]\n"),
    "BROKEN_percent": jail("bantime = 10%\n"),
    "BROKEN_percent_in_filter": jail("", **{"filter.d/mail.conf": FILTER + "datepattern = %Y\n"}),
    "BROKEN_percent_known": jail("datepattern = %(known/datepattern)s\n", **{"filter.d/mail.conf": FILTER + "datepattern = %%Y\n"}),
    "BROKEN_unknown_name": jail("bantime = %(bantme)s\n"),
    "BROKEN_reference": jail("bantime = %(x\n"),
    "BROKEN_circle": jail("a = %(b)s\nb = %(a)s\nbantime = %(a)s\n"),
    "BROKEN_tag_circle": jail("", **{"filter.d/mail.conf": FILTER + "a = <b>\nb = <a>\n"}),
    "BROKEN_tag_itself": jail("", **{"filter.d/mail.conf": FILTER + "a = x <a>\n"}),
    "BROKEN_tag_circle_in_action": jail("", **{"action.d/show.conf": ACTION + "a = <b>\nb = <a>\n"}),
    "BROKEN_option_twice": jail("bantime = 1\nbantime = 2\n"),
    "BROKEN_section_twice": jail("[mail]\nbantime = 1\n"),
    "BROKEN_no_section": base(**{"jail.conf": "enabled = true\n" + JAIL}),
    "BROKEN_no_option": jail("this is no option\n"),
    "BROKEN_filter_syntax": jail("", **{"filter.d/mail.conf": "failregex = x\n" + FILTER}),
    "BROKEN_server_twice": base(**{"fail2ban.conf": "[Definition]\nloglevel = INFO\nloglevel = DEBUG\n"}),
    "BROKEN_server_section_twice": base(**{"fail2ban.conf": "[Definition]\n[Definition]\nloglevel = DEBUG\n"}),
    "BROKEN_server_syntax": base(**{"fail2ban.conf": "[Definition]\nloglevel\n = x\n\tpidfile\n'quoted\"\n"}),
    "BROKEN_server_no_section": base(**{"fail2ban.conf": "\u00e9 = 'x'\n[Definition]\n"}),
    "BROKEN_server_level": base(**{"fail2ban.conf": "[Definition]\nloglevel = LOUD\n"}),
    "BROKEN_server_percent": base(**{"fail2ban.conf": "[Definition]\nlogtarget = a%b\n"}),
    "BROKEN_server_name": base(**{"fail2ban.conf": "[Definition]\nlogtarget = %(nothing)s/x'\n"}),
    "BROKEN_server_reference": base(**{"fail2ban.conf": "[Definition]\nlogtarget = /a/%(nothing/x\n"}),
    "BROKEN_server_circle": base(**{"fail2ban.conf": "[Definition]\nlogtarget = %(socket)s\nsocket = %(logtarget)s\n"}),
    "BROKEN_server_include": base(**{"fail2ban.conf": "[INCLUDES]\nbefore = %(x)s\n[Definition]\n"}),
    "BROKEN_journalmatch": jail("", **{"filter.d/mail.conf": FILTER + "journalmatch = 'A=1\n"}),
    "BROKEN_known_number": jail("ignoreip = %(known/maxlines)s\n", **{"filter.d/mail.conf": FILTER + "maxlines = 3\n"}),
}
