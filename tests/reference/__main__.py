"""python3 -m reference --rulebook DIR [--at TIME] [--report leads] < events.ndjson: the same as `scoreline simulate`."""
import argparse
import json
import sys

from . import model, rulebook, times


def main(arguments):
    if arguments[:1] == ["simulate"]:
        arguments = arguments[1:]
    parser = argparse.ArgumentParser(prog="reference")
    parser.add_argument("--rulebook", required=True)
    parser.add_argument("--at")
    parser.add_argument("--report", choices=["leads"], default="leads")
    options = parser.parse_args(arguments)
    at = None if options.at is None else times.read_instant(options.at)
    if options.at is not None and at is None:
        parser.error(f"--at {options.at} is no RFC 3339 time, like 2026-05-01T12:00:00Z")
    leads, errors = model.simulate(rulebook.load(options.rulebook), sys.stdin.buffer.read().split(b"\n"), at)
    for lead in leads:
        print(model.as_json(lead))
    for line, reason in errors:
        print(json.dumps({"line": line, "reason": reason}), file=sys.stderr)
    return 2 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
