#!/usr/bin/env python3
"""Random cases through the reference and through scoreline, lead by lead.

    python3 tests/reference/compare.py --binary PATH [--start N] [--runs N] [--focus PART] [--keep DIR] [--shrink]

A case is made from one start number, so that a failure can be repeated with --start N --runs 1. --keep writes failing cases
to DIR/N (rulebook/, events.ndjson, at.txt); --shrink first leaves out lines and tables as long as the same field differs.
Exit status 0 only if every case passes.
"""
import argparse
import copy
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from reference import generate, generate_book, model, rulebook, times  # noqa: E402

FIELDS = {
    "identity": ("identifiers", "traits"),
    "score": ("score", "tier", "categories", "contributions", "next_change_on"), "intents": ("intents",),
    "deals": ("deals",), "triggers": ("firings",), "sequences": ("emails",), "customers": ("customer",),
}
ALL_FIELDS = tuple(field for fields in FIELDS.values() for field in fields)


class Difference(Exception):
    """where: what differs, without numbers, to tell whether a smaller case fails in the same way."""

    def __init__(self, where, text):
        super().__init__(f"{where}: {text}")
        self.where = where


def binary_answer(binary, case):
    with tempfile.TemporaryDirectory() as directory:
        case.write(directory)
        with open(f"{directory}/events.ndjson", "rb") as events:
            done = subprocess.run([binary, "simulate", "--rulebook", f"{directory}/rulebook", "--at", case.at, "--report", "leads"],
                                  stdin=events, capture_output=True, timeout=60)
    errors = done.stderr.decode()
    if done.returncode not in (0, 2) or errors.startswith("error:"):
        raise Difference("refused", f"exit status {done.returncode}: {errors[:600]}")
    try:
        leads = [json.loads(line) for line in done.stdout.decode().splitlines() if line.strip()]
        lines = sorted(json.loads(line)["line"] for line in errors.splitlines() if line.startswith('{"line"'))
    except (ValueError, KeyError) as error:
        raise Difference("unreadable answer", f"{error}: {errors[:600]}") from None
    return leads, lines, done.returncode


def reference_answer(case):
    with tempfile.TemporaryDirectory() as directory:
        case.write(directory)
        leads, errors = model.simulate(rulebook.load(f"{directory}/rulebook"), [line.encode() for line in case.lines],
                                       times.read_instant(case.at))
    # Through text, so that numbers are read as those of the binary are.
    return json.loads(model.as_json(leads)), sorted(line for line, _ in errors), 2 if errors else 0


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def same(left, right, key=None):
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k], k) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(a, b, key) for a, b in zip(left, right))
    if key in ("at", "due_at") and isinstance(left, str) and isinstance(right, str):
        return instant(left) == instant(right)
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def compare(binary, case, fields, focus):
    """Raises Difference for the first one."""
    want, want_lines, want_status = reference_answer(case)
    got, got_lines, got_status = binary_answer(binary, case)
    if focus is None or focus == "identity":
        # A bad deal.moved is not identity's business.
        moved = {n for n, line in enumerate(case.lines, 1) if focus and '"deal.moved"' in line}
        want_lines, got_lines = [n for n in want_lines if n not in moved], [n for n in got_lines if n not in moved]
        if want_lines != got_lines:
            raise Difference("bad lines", f"reference {want_lines}, binary {got_lines}")
        if focus is None and want_status != got_status:
            raise Difference("exit status", f"reference {want_status}, binary {got_status}")
    who = [lead["identifiers"] for lead in want], [lead["identifiers"] for lead in got]
    if who[0] != who[1]:
        raise Difference("leads", f"reference {who[0]}\n     binary    {who[1]}")
    for mine, theirs in zip(want, got):
        for field in fields:
            if field not in theirs:
                raise Difference(field, "(absent)")
            if not same(mine[field], theirs[field], field):
                raise Difference(field, f"{mine['identifiers'][0]}\n     reference {json.dumps(mine[field])}\n     binary    {json.dumps(theirs[field])}")


def fails(binary, case, fields, focus, where=None):
    """The difference (of that kind), None if there is none."""
    try:
        compare(binary, case, fields, focus)
    except Difference as difference:
        return difference if where in (None, difference.where) else None
    except Exception:  # a table that something else names was left out
        if where is None:
            raise
        return None
    return None


def shrink(case, still_fails):
    """Leaves out lines, then tables and keys of the rule book, as long as it still fails."""
    smaller = True
    while smaller:
        smaller = False
        for chunk in (16, 8, 4, 2, 1):
            n = 0
            while n < len(case.lines):
                less = generate.Case(case.tables, case.lines[:n] + case.lines[n + chunk:], case.at, case.split)
                if still_fails(less):
                    case, smaller = less, True
                else:
                    n += chunk
        for tables in smaller_books(case.tables):
            less = generate.Case(tables, case.lines, case.at, case.split)
            if still_fails(less):
                case, smaller = less, True
                break
    return case


def smaller_books(tables):
    """The rule book with one entry, sub table or optional key less."""
    for name, entries in tables.items():
        if isinstance(entries, dict):
            yield {key: value for key, value in tables.items() if key != name}
            continue
        for n, entry in enumerate(entries):
            yield {**tables, name: entries[:n] + entries[n + 1:]}
            for key, value in entry.items():
                yield without(tables, name, n, key)
                for k in range(len(value)) if isinstance(value, list) else ():
                    less = copy.deepcopy(tables)
                    del less[name][n][key][k]
                    yield less


def without(tables, name, n, key):
    less = copy.deepcopy(tables)
    del less[name][n][key]
    return less


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--start", type=int, default=1)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--focus", choices=sorted(FIELDS))
    parser.add_argument("--keep")
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("--backwards", action="store_true", help="with lines whose time is before an earlier line's")
    options = parser.parse_args()
    fields, failed = FIELDS.get(options.focus, ALL_FIELDS), 0
    for start in range(options.start, options.start + options.runs):
        case = generate.generate(start, options.backwards)
        difference = fails(options.binary, case, fields, options.focus)
        if difference is None:
            continue
        failed += 1
        if options.shrink and difference.where != "refused":
            where = difference.where
            case = shrink(case, lambda less: fails(options.binary, less, fields, options.focus, where) is not None)
            difference = fails(options.binary, case, fields, options.focus)
        print(f"FAIL start {start} ({len(case.lines)} lines): {difference}", flush=True)
        if options.keep:
            case.write(pathlib.Path(options.keep) / str(start))
    print(f"{options.runs - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
