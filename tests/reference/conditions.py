"""Conditions on an event and on a lead (sections 2.1 and 2.2)."""
import decimal
import re

from . import customers, times

MISSING = object()


def is_number(value):
    return isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool)


def equal(left, right):
    if is_number(left) and is_number(right):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return isinstance(left, bool) and isinstance(right, bool) and left == right
    return isinstance(left, str) and isinstance(right, str) and left == right


def lookup(value, path):
    """What stands at the dotted path; null counts as missing."""
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return MISSING if value is None else value


def operator_holds(operator, operand, value):
    if operator == "exists":
        return operand == (value is not MISSING)
    if value is MISSING:
        return operator == "is_not"
    if operator == "is":
        return equal(value, operand)
    if operator == "is_not":
        return not equal(value, operand)
    if operator == "in":
        return any(equal(value, one) for one in operand)
    if operator in ("contains", "prefix", "suffix", "matches"):
        return isinstance(value, str) and text_holds(operator, operand, value)
    if operator in ("gt", "gte", "lt", "lte"):
        return is_number(value) and {"gt": value > operand, "gte": value >= operand,
                                     "lt": value < operand, "lte": value <= operand}[operator]
    raise ValueError(f"unknown operator {operator}")


def text_holds(operator, operand, value):
    if operator == "contains":
        return operand in value
    if operator == "prefix":
        return value.startswith(operand)
    if operator == "suffix":
        return value.endswith(operand)
    return re.search(operand, value) is not None


def value_holds(condition, value):
    """One entry: `<path>` = <value> or { <operator> = <operand>, ... }."""
    if isinstance(condition, dict):
        return all(operator_holds(operator, operand, value) for operator, operand in condition.items())
    return operator_holds("is", condition, value)


def table_holds(table, entry_holds):
    """All entries hold; any, all and none take lists of such tables."""
    for key, condition in table.items():
        if key in ("any", "all", "none"):
            inner = [table_holds(one, entry_holds) for one in condition]
            if not {"any": any(inner), "all": all(inner), "none": not any(inner)}[key]:
                return False
        elif not entry_holds(key, condition):
            return False
    return True


def names(on):
    return [on] if isinstance(on, str) else on


def event_holds(on, where, activity):
    """`on` and `where` of a rule, a trigger, ... for one activity."""
    if activity.name not in names(on):
        return False
    return table_holds(where, lambda path, condition: value_holds(condition, lookup(activity.seen, path)))


def lead_holds(when, lead, rulebook, now):
    return table_holds(when, lambda key, condition: fact_holds(key, condition, lead, rulebook, now))


def fact_holds(key, condition, lead, rulebook, now):
    kind, _, rest = key.partition(".")
    if kind == "traits":
        return value_holds(condition, lookup({"traits": lead.trait_values()}, key))
    if kind == "tier":
        return rank_holds(condition, lead.tier, rulebook.tier_index)
    if kind == "intent":
        return rank_holds(condition, lead.levels[rest], lambda level: rulebook.level_index(rest, level))
    if kind == "stage":
        deal = lead.newest_deal(rest)
        return rank_holds(condition, deal and deal.stage, lambda stage: rulebook.stage_index(rest, stage))
    if kind == "did":
        return did_holds(condition, lead, now)
    if kind == "customer":
        figures = customers.figures(lead, times.day_of(now))
        if figures is None:
            return False
        value = customers.numbers(figures).get(rest)
        return value_holds(condition, MISSING if value is None else value)
    raise ValueError(f"unknown fact {key}")


def rank_holds(condition, rank, index_of):
    """at_least / is over tiers, levels and stages; whoever has none does not hold, whatever the operator."""
    if rank is None:
        return False
    if isinstance(condition, str):
        condition = {"is": condition}
    return all(rank >= index_of(operand) if operator == "at_least" else rank == index_of(operand)
               for operator, operand in condition.items())


def did_holds(condition, lead, now):
    if isinstance(condition, (str, list)):
        condition = {"on": condition}
    within = condition.get("within_days")
    for activity in lead.activities:
        age = times.day_of(now) - times.day_of(activity.at)
        if age >= 0 and (within is None or age < within) and event_holds(condition["on"], condition.get("where", {}), activity):
            return True
    return False
