#!/usr/bin/env python3
"""Two instances of every consumer on a real broker, one of each killed in the middle: the final table equals
`scoreline simulate` of the same events, and each partition equals `simulate --activities` of its log."""
import collections
import json
import random
import subprocess
import sys
import tempfile

from harness import BINARY, House

RULEBOOK = """
[[category]]
id = "engagement"
max = 60
[[rule]]
id = "view"
category = "engagement"
points = 1.5
on = "page"
limit = 30
[[rule]]
id = "pricing"
category = "engagement"
points = 7
on = "page"
where = { "context.page.path" = { prefix = "/pricing" } }
max_per_day = 3
[[rule]]
id = "form"
points = 10
on = "Form Submitted"
once_per = "properties.form_id"
[[fit]]
id = "boss"
points = 20
when = { "traits.title" = { in = ["CEO", "CTO"] } }
[[tier]]
id = "cold"
min = 0
[[tier]]
id = "warm"
min = 20
[[tier]]
id = "hot"
min = 45
"""

PEOPLE, EVENTS = 400, 12_000


def events():
    """Nobody shares a device or a name, so that who is who does not depend on the order between partitions."""
    dice = random.Random(4711)
    made = []
    for n in range(EVENTS):
        person = dice.randrange(PEOPLE)
        device = f"device-{person}-{dice.randrange(3)}"
        event = {"messageId": f"m{n}", "anonymousId": device, "type": "page", "context": {"page": {"path": dice.choice(["/", "/pricing", "/pricing/pro", "/blog"])}}}
        kind = dice.random()
        if kind < 0.10:
            event.update(type="identify", userId=f"user-{person}", traits={"title": "CEO" if person % 5 == 0 else "Clerk", "email": f"p{person}@example.com"})
        elif kind < 0.2:
            event.update(type="track", event="Form Submitted", properties={"form_id": f"f{dice.randrange(3)}"})
        elif kind < 0.3:
            event["userId"] = f"user-{person}"
        made.append(event)
        if dice.random() < 0.03:
            made.append(dict(event))  # sent twice
    return made


def simulate(house, book, *more, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        with open(file.name) as stdin:
            done = subprocess.run([BINARY, "simulate", "--rulebook", book, *more], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def table(leads):
    return {tuple(lead["identifiers"]): (lead["score"], lead["tier"]) for lead in leads}


def main():
    with House(partitions=6) as house:
        book = house.folder / "book"
        book.mkdir()
        (book / "book.toml").write_text(RULEBOOK)
        for n in (1, 2):
            house.start(f"identity-{n}", "consume", "identity")
            house.start(f"scoring-{n}", "consume", "scoring")
        house.start("collect", "collect")
        house.wait("the collector", house.collector_ready)
        house.scoreline("rulebook", "publish", str(book), "--note", "test")

        made = events()
        for begin in range(0, len(made), 100):
            status, verdict = house.post("/v1/batch", {"batch": made[begin:begin + 100]}, key="server-key")
            assert status == 200 and not verdict["rejected"], (status, verdict)
            if begin == 4000:
                house.kill("identity-1")
                house.kill("scoring-2")
            if begin == 8000:
                house.start("identity-1", "consume", "identity")
                house.start("scoring-2", "consume", "scoring")
                house.kill("scoring-1")
        house.start("scoring-1", "consume", "scoring")
        house.wait("the consumers to catch up", house.caught_up)

        live = house.lines("--json", "leads", "--limit", "0")
        assert len(live) >= PEOPLE, len(live)
        raw = [json.loads(line) for line in house.scoreline("tail", "tracking.events", "--json").splitlines()]
        assert len(raw) == len(made), f"{len(made)} events accepted, {len(raw)} in the topic"
        raw.sort(key=lambda record: (record["ts"], record["partition"], record["offset"]))
        wanted = table(simulate(house, str(book), lines=[json.dumps({"topic": "tracking.events", "source": "server", "value": json.loads(record["payload"])}) for record in raw]))
        got = table(live)
        different = {key: (wanted.get(key), got.get(key)) for key in wanted.keys() | got.keys() if wanted.get(key) != got.get(key)}
        assert not different, f"{len(different)} of {len(wanted)} leads differ, such as {list(different.items())[:3]}"

        by_partition = collections.defaultdict(list)
        for lead in live:
            by_partition[lead["partition"]].append(lead)
        for partition in range(6):
            lines = house.scoreline("tail", "lead.activities", "--partition", str(partition), "--json").splitlines()
            decided = {lead["lead"]: (lead["score"], lead["tier"]) for lead in simulate(house, str(book), "--activities", lines=lines)}
            stored = {lead["lead"]: (lead["score"], lead["tier"]) for lead in by_partition[partition]}
            assert decided == stored, f"partition {partition}: {[(k, decided.get(k), stored.get(k)) for k in decided.keys() | stored.keys() if decided.get(k) != stored.get(k)][:3]}"
        for name in list(house.processes):
            house.stop(name)
        print(f"{len(made)} events, {len(live)} leads: equal to simulate, and per partition to simulate --activities")


if __name__ == "__main__":
    sys.exit(main())
