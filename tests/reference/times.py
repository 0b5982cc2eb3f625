"""Instants are integers: microseconds since 1970 (UTC). Days are integers: days since 1970."""
import datetime
import re

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_EPOCH_ORDINAL = datetime.date(1970, 1, 1).toordinal()
_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:([Zz])|([+-])(\d\d):(\d\d))\Z", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z", re.ASCII)


def day_of(instant):
    return instant // DAY


def read_instant(text):
    """The instant of an RFC 3339 text, None if it is none."""
    found = _RFC3339.match(text) if isinstance(text, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second = (int(found.group(n)) for n in range(1, 7))
    try:
        ordinal = datetime.date(year, month, day).toordinal()
    except ValueError:
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    offset = 0
    if not found.group(8):
        if int(found.group(10)) > 23 or int(found.group(11)) > 59:
            return None
        offset = int(found.group(10)) * HOUR + int(found.group(11)) * MINUTE
        offset = -offset if found.group(9) == "-" else offset
    fraction = int((found.group(7) or ".")[1:7].ljust(6, "0"))
    return (ordinal - _EPOCH_ORDINAL) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + fraction - offset


def write_instant(instant):
    day, rest = divmod(instant, DAY)
    second, fraction = divmod(rest, SECOND)
    text = f"{write_day(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return text + (f".{fraction:06}".rstrip("0") if fraction else "") + "Z"


def read_day(text):
    """The day of a text like 2026-05-01, None if it is none."""
    found = _DATE.match(text) if isinstance(text, str) else None
    try:
        return datetime.date(*map(int, found.groups())).toordinal() - _EPOCH_ORDINAL if found else None
    except ValueError:
        return None


def write_day(day):
    return datetime.date.fromordinal(day + _EPOCH_ORDINAL).isoformat()
