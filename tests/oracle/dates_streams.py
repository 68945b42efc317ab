"""Generated log lines with dates of all formats, for dates.py."""

from datetime import datetime, timedelta, timezone

DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

# Around these: summer time begins and ends, leap day, year's turn, a day that Apia skipped, ordinary days.
MOMENTS = [datetime(2005, 8, 14, 10), datetime(2024, 3, 31, 2), datetime(2024, 10, 27, 2), datetime(2024, 3, 10, 2),
           datetime(2024, 11, 3, 1), datetime(2024, 2, 29, 0), datetime(2023, 2, 28, 23), datetime(2023, 12, 31, 23),
           datetime(2024, 1, 1, 0), datetime(2024, 4, 7, 2), datetime(2024, 10, 6, 2), datetime(2011, 12, 30, 0),
           datetime(2026, 8, 1, 12), datetime(2023, 3, 26, 2), datetime(2023, 10, 29, 3), datetime(2010, 9, 26, 0)]


def fraction(r):
    return "".join(r.choice("0123456789") for _ in range(r.choice([1, 3, 3, 6, 6, 9])))


def zone(r):
    return r.choice(["Z", "UTC", "GMT", "+0200", "-05:30", "+01", "-0000", "+1400", "CET", "EDT", "+2", "XYZ", "utc"])


def maybe(r, text, chance=0.5):
    return text if r.random() < chance else ""


def asctime(r, t, year=None):
    year = maybe(r, f" {t.year}", 0.4) if year is None else year
    day = maybe(r, DAYS[t.weekday()] + " ", 0.4)
    pad = r.choice([f"{t.day:2d}", f"{t.day:02d}", f"{t.day:2d}", str(t.day)])
    hour = r.choice([f"{t.hour:02d}", f"{t.hour:2d}", f"{t.hour:02d}"])
    clock = f"{hour}:{t.minute:02d}:{t.second:02d}"
    return f"{day}{MONTHS[t.month - 1]} {pad} {clock}{maybe(r, '.' + fraction(r), 0.2)}{year}"


def tai(t):
    seconds = int(t.replace(tzinfo=timezone.utc).timestamp())
    return f"@4{seconds:015x}0{12345678:07x}"


def iso(r, t):
    s = r.choice("-/.--")
    joint = r.choice(["T", " ", "  ", "", " ", "T"])
    return (f"{t.year}{s}{t.month:02d}{s}{t.day:02d}{joint}{t.hour:02d}:{t.minute:02d}:{t.second:02d}"
            f"{maybe(r, r.choice('.,') + fraction(r))}{maybe(r, r.choice(['', ' ', '  ', chr(9)]) + zone(r))}")


def epoch(r, t):
    number = f"{int(t.replace(tzinfo=timezone.utc).timestamp())}{maybe(r, '.' + fraction(r))}"
    return r.choice([number, f"[{number}]", f"type=X msg=audit({number}:69)", f"<{number}>"])


FORMATS = {
    "iso": iso,
    "asctime": asctime,
    "asctime-year": lambda r, t: f"{maybe(r, DAYS[t.weekday()] + ' ')}{MONTHS[t.month - 1]} {t.day:02d} {t.year} "
                                 f"{t.hour:02d}:{t.minute:02d}:{t.second:02d}{maybe(r, '.' + fraction(r))}",
    "day-month": lambda r, t: t.strftime(r.choice(["%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%d/%m/%y %H:%M:%S"])),
    "apache": lambda r, t: t.strftime(r.choice(["%d/%b/%Y:%H:%M:%S", "%d-%b-%Y %H:%M:%S", "%d/%b/%Y %H:%M:%S"])) +
                           maybe(r, "." + fraction(r), 0.3) + maybe(r, " " + zone(r)),
    "cpanel": lambda r, t: t.strftime("%m/%d/%Y:%H:%M:%S"),
    "month-day": lambda r, t: t.strftime("%m-%d-%Y %H:%M:%S") + maybe(r, "." + fraction(r)),
    "epoch": epoch,
    "time": lambda r, t: t.strftime("%H:%M:%S"),
    "angle": lambda r, t: t.strftime("<%m/%d/%y@%H:%M:%S>"),
    "mysql": lambda r, t: t.strftime(r.choice(["%y%m%d %H:%M:%S", "%y%m%d  %-H:%M:%S"])),
    "tomcat": lambda r, t: t.strftime("%b %d, %Y %I:%M:%S %p"),
    "assp": lambda r, t: t.strftime("%b-%d-%y %H:%M:%S"),
    "compact": lambda r, t: t.strftime(r.choice(["%Y%m%dT%H%M%S", "%Y%m%d %H%M%S", "%Y%m%d%H%M%S"])) +
                            maybe(r, "." + fraction(r), 0.3) + maybe(r, zone(r), 0.3),
    "monit": lambda r, t: r.choice(["PDT", "CEST", "Z", "FROM", "from", "UTC", "zzzz"]) + " " + asctime(r, t),
    "offset": lambda r, t: r.choice(["+00:00", "-0530", "+02", "Z"]) + " " + asctime(r, t),
    "tai64n": lambda r, t: tai(t),
}

BEFORE = ["", "", "", "", "[", "<", "(", "- ", "host app: ", "[x] ", "é ", "Grüße ", "\"", "   ", "\t", "a", "ſ", "1",
          "pid 123 ", "日本 ", "[[", "{\"t\":\"", "=="]
AFTER = [" sshd[12]: Failed password for root from 192.0.2.1", "] client 192.0.2.1", ": x", "", " - -", ">", "\"}", "x",
         " é", "1", "_", " 2024 y", " +0200 z", ".5 z", " Jan 12 10:00:00", " at 2024-02-29 10:00:00 too", " 12:00:00",
         " [1700000000] x", "  ", ", AM", " PM x", "\t2001:db8::1 200"]
NOISE = ["", " ", "no date here", "Feb 30 10:00:00 x", "2023-02-29 10:00:00 leap", "2024-13-01 10:00:00", "99:99:99 x",
         "Apr 31 10:00:00 2024 x", "24:00:00 x", "Jan 1 29:00:00 x", "2024-01-01 10:00:60 leap second", "٢٠٢٤",
         "20٢4-01-01 10:00:00 arabic", "Jan 12, 2024 13:00:00 PM", "é", "2024-01-01T10:00", "Feb 29 10:00:00 none",
         "SEP 12 10:00:00 upper", "ſep 12 10:00:00 long s", "frİ Jan 12 10:00:00 dotted", "1999-01-01 10:00:00 old",
         "31/12/99 10:00:00 y", "Dec 31 23:59:59 x", "Jan  1 00:00:01 x", "11223344556677 long", "1234567890123456 x",
         "message of Jan 12 10:00:00 and 2024-01-01 10:00:00", "[Jan 12 10:00:00] 2024-01-01 10:00:00 x"]

# Pattern, and the formats that make sense with it.
PATTERNS = [
    ("{DEFAULT}", None), ("{^LN-BEG}", None), ("{NONE}", None), ("{DATE}", None), ("^{DATE}", None), ("{date}", None),
    ("{^LN-BEG}{DATE}", None), (r"\[{DATE}\]", None), ("{UNB}{DATE}", None), ("**{DATE}**", None),
    ("EPOCH", ["epoch", "iso"]), ("^EPOCH", ["epoch"]), ("{^LN-BEG}epoch", ["epoch"]), ("LEPOCH", ["epoch"]),
    (r"^\[{LEPOCH}\]", ["epoch"]), (r"\({EPOCH}", ["epoch"]), (r"{^LN-BEG}\[{EPOCH}", ["epoch"]), ("^LEPOCH", ["epoch"]),
    ("TAI64N", ["tai64n"]), ("^tai64n", ["tai64n"]), ("{^LN-BEG}TAI64N", ["tai64n"]),
    ("%Y-%m-%d %H:%M:%S", ["iso"]), ("^%Y-%m-%d %H:%M:%S", ["iso"]), ("{UNB}%Y-%m-%d[T ]%H:%M:%S", ["iso"]),
    ("**%Y-%m-%d %H:%M:%S**", ["iso"]), ("%ExY%Exm%Exd%ExH%ExM%ExS", ["compact"]), ("%H:%M:%S$", ["time", "mysql"]),
    ("%b %d %H:%M:%S", ["asctime"]), ("{^LN-BEG}%b %d %k:%M:%S(?: %ExY)?", ["asctime", "asctime-year"]),
    (r"%d/%b/%Y:%H:%M:%S %z", ["apache"]), (r"^[^\[]*\[({DATE})", None), (r"\[%d/%b/%Y:%H:%M:%S %Exz\]", ["apache"]),
    ("%ExZ %b %d %H:%M:%S", ["monit"]), ("%Exz %b %d %H:%M:%S", ["offset", "monit"]), ("%b %d, %Y %l:%M:%S %p", ["tomcat"]),
    ("%b %d, %Y %I:%M:%S(?: %p)?", ["tomcat"]), ("%b %d, %Y %I:%M:%S", ["tomcat"]), ("%Y-%m-%d", ["iso"]),
    ("%H:%M:%S", ["time", "iso"]), ("%d", ["iso"]), ("%Y-%m", ["iso"]), ("%Y %b", ["iso"]), ("%Y", ["iso"]),
    ("%y%m%d %H:%M:%S\n%Y-%m-%d %H:%M:%S\n{DEFAULT}", None), ("%Y-%m-%d %H:%M:%S\nEPOCH\n%b %d %H:%M:%S", None),
    (r"^\s*%a %b %d %H:%M:%S %Y", ["asctime"]), ("%c", ["asctime"]), ("%x %X", ["day-month"]), ("%X", ["time"]),
    (r"(?i)%d %Y", ["asctime"]), ("(?:%B|%b) %d", ["asctime"]), ("%A, %B", ["asctime"]), ("%%%Y", ["iso"]), (r"(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", ["iso"]),
    (r"(%Y-%m-%d) (?P<H>\S+?):", ["iso"]), (r"(?:foo)?|%Y-%m-%d", ["iso"]), ("", None), ("{^LN-BEG}%Y-%m-%d\n{^LN-BEG}", None),
    (r"%Y-%m-%d(?:T| )%H:%M:%S(?:\.%f)?(?: %z)?\b", ["iso"]), (r"^\W?%m/%d/%y@%H:%M:%S", ["angle"]),
    ("%Y-%j %H:%M:%S\n%Y%m%d", ["iso", "compact"]), ("%U %w %Y\n%W %a %Y", ["iso"]), ("%G-%V-%u", ["iso"]),
    (r"^(?:[\w.]+ )?{DATE}", None), (r"{DATE} \S+", None), ("%d/%m/%Exy %Exk:%M:%S", ["day-month"]), ("(?m)^%Y", ["iso"]),
]
BAD = ["%Y-%q", "(?i)%B %d", "100%", "%Y %Y", "[%Y", "(%Y", "%Y-%m-%d\n%Y-%m-%d", r"\{DATE}", "%", "%ExB", "%Y)", "*%Y**x("]


def around(r, moment):
    step = r.choice([timedelta(minutes=20), timedelta(hours=3), timedelta(days=2), timedelta(days=400)])
    return moment + (r.random() * 2 - 1) * step


def line(r, names, moment):
    if r.random() < 0.08:
        return r.choice(NOISE)
    name = r.choice(names)
    text = FORMATS[name](r, around(r, moment).replace(microsecond=0))
    before = r.choice(BEFORE) if r.random() < 0.5 else ""
    return before + text + r.choice(AFTER)


def stream(r, names, count, moment):
    """Lines with a few frames each, so that places repeat; the clock moves on, sometimes by far."""
    now = int(moment.replace(tzinfo=timezone.utc).timestamp())
    lines, clock = [], now
    frame, after, name = "", r.choice(AFTER), r.choice(names)
    for _ in range(count):
        if r.random() < 0.15:
            frame, after, name = r.choice(BEFORE), r.choice(AFTER), r.choice(names)
        if r.random() < 0.05:
            clock += r.choice([1, 10, 299, 301, 4000])
            now += r.choice([0, 0, 3600, -3600, 86400])
            lines.append([now, clock])
        if r.random() < 0.2:
            lines.append(line(r, names, moment))
        else:
            lines.append(frame + FORMATS[name](r, around(r, moment).replace(microsecond=0)) + after)
    return lines


def steady_stream(r, name, count, moment):
    """As a log is written: one format, seconds apart, and now and then something else."""
    now = int(moment.replace(tzinfo=timezone.utc).timestamp())
    t, lines, frame, after = moment - timedelta(hours=3), [], r.choice(BEFORE[:6]), r.choice(AFTER[:5])
    state = r.getstate()
    for number in range(count):
        t += timedelta(seconds=r.choice([0, 0, 1, 1, 7, 40, 300]))
        if r.random() < 0.03:
            frame, after = r.choice(BEFORE), r.choice(AFTER)
        odd = r.choice(AFTER + [" ug", " utc x", " gmx", " am", " 3x", "  x", ",5", ".7", "]", " Z", " zz", " é"])
        if r.random() < 0.5:
            fixed, kept = type(r)(), r.getstate()
            fixed.setstate(state)  # the same variant of the format as the line before
            text = FORMATS[name](fixed, t)
            r.setstate(kept)
        else:
            text = FORMATS[name](r, t)
        if r.random() < 0.03:
            text = text.replace(r.choice("0123456789"), r.choice("0123456789٣ "), 1)
        lines.append(frame + text + (odd if r.random() < 0.1 else after))
    return now, lines


def make_streams(r, count):
    jobs = []

    def job(pattern, names, lines, logtimezone=None):
        moment = r.choice(MOMENTS)
        now = int(moment.replace(tzinfo=timezone.utc).timestamp())
        jobs.append({"pattern": pattern, "zone": logtimezone, "now": now, "lines": stream(r, names, lines, moment)})

    everything = list(FORMATS)
    for _ in range(8):
        job(None, everything, count)
        job(None, r.sample(everything, 2), count)
        job(None, r.sample(everything, 4), count)
    for name in everything:
        job(None, [name], count // 2)
    plain = [("%Y-%m-%d %H:%M:%S", "iso"), ("{^LN-BEG}%b %d %H:%M:%S", "asctime"), ("^%H:%M:%S", "time"),
             ("%d/%m/%Y %H:%M", "day-month"), ("%ExY-%Exm-%ExdT%ExH:%ExM:%ExS", "iso"), ("%m/%d/%Y:%H:%M:%S", "cpanel")]
    for pattern, name in [(None, name) for name in everything] * 3 + plain:
        moment = r.choice(MOMENTS)
        now, lines = steady_stream(r, name, count, moment)
        jobs.append({"pattern": pattern, "zone": r.choice([None, None, "CET"]), "now": now, "lines": lines})
    for pattern, names in PATTERNS:
        job(pattern, names or everything, count // 4)
    for logtimezone in ["UTC", "CET", "EDT", "+0530", "UTC-0930", "Z", "GMT+02:00", "A", "NPT"]:
        job(None, everything, count // 4, logtimezone)
    for pattern in BAD:
        jobs.append({"pattern": pattern, "zone": None, "now": 0, "lines": ["x"], "bad": True})
    return jobs


def sample_streams(folder):
    """Each sample log is a stream, and all of them together are one."""
    jobs, everything = [], []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            lines = path.read_bytes().decode("utf-8", "replace").replace("\r", "").split("\n")
            lines = [text for text in lines if not text.startswith("#")]
            jobs.append({"pattern": None, "zone": None, "now": 1124013600, "lines": lines})
            everything += lines
    jobs.append({"pattern": None, "zone": None, "now": 1124013600, "lines": everything})
    return jobs
