"""Sequences of mails (section 7): enrolments, exits, and when a step is due in the lead's time zone."""
import datetime
import zoneinfo

from . import conditions, flow, times
from .lead import Enrolment, Mail

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS_EXITS = ("email.unsubscribed", "email.complained")


def zone_of(lead, sequence):
    return valid_zone(lead.trait_values().get("timezone")) or valid_zone(sequence.get("timezone")) or zoneinfo.ZoneInfo("UTC")


def valid_zone(name):
    if not isinstance(name, str) or name not in zoneinfo.available_timezones():
        return None
    return zoneinfo.ZoneInfo(name)


def to_local(instant, zone):
    """The local time, naive."""
    aware = (EPOCH + instant * MICROSECOND).replace(tzinfo=datetime.timezone.utc).astimezone(zone)
    return aware.replace(tzinfo=None, fold=0)


def offset_at(instant, zone):
    return (to_local(instant, zone) - (EPOCH + instant * MICROSECOND)) // MICROSECOND


def instants_of(local, zone):
    """The instants that have this local time, in order; if it does not exist, the first existing instant after it."""
    as_utc = (local - EPOCH) // MICROSECOND
    candidates = sorted({as_utc - offset_at(as_utc + around * times.DAY, zone) for around in (-1, 0, 1)})
    exact = [instant for instant in candidates if to_local(instant, zone) == local]
    if exact:
        return exact
    # In a gap: search the change between an instant that is locally before it and one that is locally after it.
    low, high = as_utc - 2 * times.DAY, as_utc + 2 * times.DAY
    while high - low > 1:
        middle = (low + high) // 2
        if to_local(middle, zone) < local:
            low = middle
        else:
            high = middle
    return [high]


def due_instant(step, enrolled_at, window, zone):
    number, unit = int(step["after"][:-1]), step["after"][-1]
    if unit == "d":
        due = enrolled_at
        if number > 0:
            due = instants_of(to_local(enrolled_at, zone) + datetime.timedelta(days=number), zone)[0]
    else:
        due = enrolled_at + number * (times.HOUR if unit == "h" else times.MINUTE)
    return due if window is None else into_window(due, window, zone)


def into_window(due, window, zone):
    local = to_local(due, zone)
    if inside(local, window):
        return due
    opens = datetime.time.fromisoformat(window["from"])
    day = local.date() if local.time() < opens else local.date() + datetime.timedelta(days=1)
    while True:
        if is_allowed(day, window):
            instants = instants_of(datetime.datetime.combine(day, opens), zone)
            instant = next((instant for instant in instants if instant >= due), instants[-1])
            # A clock put forward can leave nothing of the day's window.
            if inside(to_local(instant, zone), window):
                return instant
        day += datetime.timedelta(days=1)


def inside(local, window):
    opens, closes = (datetime.time.fromisoformat(window[key]) for key in ("from", "to"))
    return is_allowed(local.date(), window) and opens <= local.time() < closes


def is_allowed(day, window):
    return WEEKDAYS[day.weekday()] in window["days"]


def handle(model, lead, occasions, cause):
    """Occasion by occasion: its exits, then its enrolments."""
    for occasion in occasions:
        for sequence in model.book.sequences:
            reason = exit_reason(model, lead, sequence, occasion, cause.now)
            for enrolment in lead.enrolments:
                if reason is not None and enrolment.sequence is sequence and counts(reason, occasion, enrolment):
                    enrolment.cancel(cause.now, reason[0])
        for sequence in model.book.sequences:
            if enrols(sequence, occasion, model.book):
                enrol(model, lead, sequence, occasion, cause)


def exit_reason(model, lead, sequence, occasion, now):
    """(reason, whether it counts whenever it is dated), None if the occasion is no exit of this sequence."""
    kind, what = occasion
    if kind == "activity" and always_exit(what):
        return what.name, True
    for on in sequence.get("exit_on", []):
        if flow.occasion_matches(on, occasion, model.book):
            if kind == "activity":
                return what.name, False
            return f"{kind}:{on[kind]}", True
    return None


def always_exit(activity):
    if activity.name == "email.bounced":
        return activity.properties.get("hard") is True
    if activity.name == "email.replied":
        return activity.properties.get("auto") is not True
    return activity.name in ALWAYS_EXITS


def counts(reason, occasion, enrolment):
    return reason[1] or occasion[1].at >= enrolment.dated


def enrols(sequence, occasion, book):
    if occasion[0] == "request":
        return occasion[1] == sequence["id"]
    return "enrol_on" in sequence and flow.occasion_matches(sequence["enrol_on"], occasion, book)


def enrol(model, lead, sequence, occasion, cause):
    now = cause.now
    if cause.suppressed is not None or not conditions.lead_holds(sequence.get("when", {}), lead, model.book, now):
        return
    earlier = [enrolment for enrolment in lead.enrolments if enrolment.sequence is sequence]
    if any(enrolment.active(now) for enrolment in earlier):
        return
    if earlier:
        days = times.day_of(now) - times.day_of(max(enrolment.at for enrolment in earlier))
        if "re_enrol_after_days" not in sequence or days < sequence["re_enrol_after_days"]:
            return
    dated = min(now, occasion[1].at) if occasion[0] == "activity" else now
    zone = zone_of(lead, sequence)
    mails = [Mail(step, due_instant(step, now, sequence.get("window"), zone)) for step in sequence["step"]]
    lead.enrolments.append(Enrolment(model.next_order(), sequence, now, dated, mails))
