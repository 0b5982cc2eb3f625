"""Scores, tiers and intents (sections 4 and 5), from the list of a lead's counted activities, integers only."""
import fractions
import json

from . import conditions, rulebook, times

MILLION = 1_000_000
TRACKING_TYPES = ("track", "page", "screen", "identify", "group", "alias")
SIGNS_OF_LIFE = ("email.clicked", "email.replied", "booking.created", "order.placed")


def canonical(value):
    """Equal for equal values of once_per: 1 = 1.0; a number, a string and a boolean differ."""
    if value is conditions.MISSING:
        return "missing"
    return json.dumps(plain(value), sort_keys=True)


def plain(value):
    if isinstance(value, bool) or value is None:
        return value
    if conditions.is_number(value):
        return {"number": str(fractions.Fraction(value))}
    if isinstance(value, dict):
        return {"object": {key: plain(inner) for key, inner in value.items()}}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def tally(rule, activities):
    """Section 4.2: how much each day counts."""
    matching = [a for a in activities if conditions.event_holds(rule["on"], rule.get("where", {}), a)]
    counts = {}
    for activity in matching:
        day = times.day_of(activity.at)
        counts[day] = counts.get(day, 0) + 1
    if "min_per_day" in rule:
        counts = {day: n for day, n in counts.items() if n >= rule["min_per_day"]}
    once_per = rule.get("once_per")
    if once_per == "day":
        counts = {day: 1 for day in counts}
    elif once_per is not None:
        earliest = {}
        for activity in matching:
            value = "lead" if once_per == "lead" else canonical(conditions.lookup(activity.seen, once_per))
            day = times.day_of(activity.at)
            if day in counts:
                earliest[value] = min(day, earliest.get(value, day))
        counts = {}
        for day in earliest.values():
            counts[day] = counts.get(day, 0) + 1
    if "max_per_day" in rule:
        counts = {day: min(n, rule["max_per_day"]) for day, n in counts.items()}
    return counts


def weight(rule, age):
    """Section 4.3, parts per million."""
    if age < 0 or age >= rule.get("expires_after_days", age + 1):
        return 0
    decay = rule.get("decay")
    if decay is None:
        return MILLION
    if "zero_after_days" in decay:
        zero = decay["zero_after_days"]
        return MILLION * (zero - age) // zero if age < zero else 0
    factor = rulebook.exactly(decay["factor"], MILLION)
    w = MILLION
    for _ in range(age // decay["every_days"]):
        w = w * factor // MILLION
        if w == 0:
            break
    return w


def clamp(value, low, high):
    if low is not None:
        value = max(value, low)
    return value if high is None else min(value, high)


def rule_sum(rule, counts, today):
    points = rulebook.hundredths(rule["points"])
    total = sum(points * n * weight(rule, today - day) for day, n in counts.items())
    limit = bound(rule, "limit")
    return total if limit is None else clamp(total, -limit, limit)


def bound(table, key):
    """A limit, min or max in units of 1e-8 points; None where there is none."""
    return rulebook.hundredths(table[key]) * MILLION if key in table else None


def last_sign_of_life(lead):
    """The day of the latest sign of life, None if there never was one."""
    return max((times.day_of(a.at) for a in lead.activities if a.type in TRACKING_TYPES or a.name in SIGNS_OF_LIFE), default=None)


class Scorer:
    """The score of one lead as it is now, on any day."""

    def __init__(self, book, lead):
        self.book = book
        self.tallies = {rule["id"]: tally(rule, lead.activities) for rule in book.rules}
        self.sign = last_sign_of_life(lead)
        self.fits = {fit["id"] for fit in book.fits if conditions.lead_holds(fit["when"], lead, book, None)}

    def contributions(self, today):
        """Every rule, fit and inactivity by id as (its table, value after its limit)."""
        values = {rule["id"]: (rule, rule_sum(rule, self.tallies[rule["id"]], today)) for rule in self.book.rules}
        for fit in self.book.fits:
            holds = fit["id"] in self.fits
            values[fit["id"]] = fit, rulebook.hundredths(fit["points"]) * MILLION if holds else 0
        for rule in self.book.inactivities:
            holds = self.sign is not None and today - self.sign >= rule["days"]
            values[rule["id"]] = rule, rulebook.hundredths(rule["points"]) * MILLION if holds else 0
        return values

    def categories(self, today):
        sums = {category["id"]: 0 for category in self.book.categories}
        for table, value in self.contributions(today).values():
            if "category" in table:
                sums[table["category"]] += value
        return {category["id"]: clamp(sums[category["id"]], bound(category, "min"), bound(category, "max"))
                for category in self.book.categories}

    def total(self, today):
        loose = sum(value for table, value in self.contributions(today).values() if "category" not in table)
        return clamp(loose + sum(self.categories(today).values()), self.book.score_min * MILLION, self.book.score_max * MILLION)

    def next_change(self, today):
        """The first later day on which the exact score differs, None if there is none."""
        score = self.total(today)
        for day in range(today + 1, self.horizon(today) + 1):
            if self.total(day) != score:
                return day
        return None

    def horizon(self, today):
        """From this day on nothing changes by itself."""
        last = today
        for rule in self.book.rules:
            for day in self.tallies[rule["id"]]:
                last = max(last, day + life(rule))
        if self.sign is not None:
            last = max([last] + [self.sign + rule["days"] for rule in self.book.inactivities])
        return last


def life(rule):
    """After so many days the weight does not change any more."""
    ends = [rule["expires_after_days"]] if "expires_after_days" in rule else []
    decay = rule.get("decay", {})
    if "zero_after_days" in decay:
        ends.append(decay["zero_after_days"])
    elif "factor" in decay:
        steps, w, factor = 0, MILLION, rulebook.exactly(decay["factor"], MILLION)
        while w > 0:
            w, steps = w * factor // MILLION, steps + 1
        ends.append(steps * decay["every_days"])
    return min(ends, default=0)


def intent_value(book, intent, lead, today):
    sums = [rule_sum(signal, tally(signal, lead.activities), today) for signal in book.signals[intent["id"]]]
    if sum(1 for value in sums if value > 0) < intent.get("min_signals", 0):
        return 0
    return clamp(sum(sums), 0, 100 * 100 * MILLION)


def evaluate(levels, current, score, lowest):
    """Section 4.4 for tiers (`lowest` 0) and levels (`lowest` -1, below the first level): the new position."""
    def threshold(position, key):
        level = levels[position]
        return rulebook.hundredths(level.get(key, level["min"])) * MILLION

    new = current
    while new + 1 < len(levels) and score >= threshold(new + 1, "min"):
        new += 1
    if new == current:
        while new > lowest and score < threshold(new, "leave"):
            new -= 1
    return new


def evaluate_lead(book, lead, now):
    """Brings tier and levels up to date: the tier change (from, to) or None, and the intent changes (id, from, to)."""
    today = times.day_of(now)
    tier_change, intent_changes = None, []
    if book.tiers:
        new = evaluate(book.tiers, lead.tier, Scorer(book, lead).total(today), 0)
        if new != lead.tier:
            tier_change, lead.tier = (lead.tier, new), new
    for intent in book.intents:
        id = intent["id"]
        old = -1 if lead.levels[id] is None else lead.levels[id]
        new = evaluate(intent.get("level", []), old, intent_value(book, intent, lead, today), -1)
        if new != old:
            lead.levels[id] = None if new < 0 else new
            intent_changes.append((id, old, new))
    return tier_change, intent_changes


def shown(value):
    """Units of 1e-8 points (or an integer of such) as text with two decimals, half away from zero, never -0.00."""
    cents = half_away(value, MILLION)
    return ("-" if cents < 0 else "") + f"{abs(cents) // 100}.{abs(cents) % 100:02}"


def half_away(numerator, denominator):
    """The quotient (denominator > 0) rounded to an integer, half away from zero."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded
