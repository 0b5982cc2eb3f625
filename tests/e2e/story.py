"""One story for several tests: events whose outcome does not depend on the order between partitions, a rule book, and the
comparison of what the live consumers decided with `scoreline simulate`."""
import collections
import json
import random
import subprocess
import tempfile

from harness import BINARY

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


def simulate(book, *more, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        with open(file.name) as stdin:
            done = subprocess.run([BINARY, "simulate", "--rulebook", book, *more], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def table(leads):
    return {tuple(lead["identifiers"]): (lead["score"], lead["tier"]) for lead in leads}


def start(house):
    """Two instances of every consumer, a collector, and the story's rule book, published. Returns its folder."""
    for n in (1, 2):
        house.start(f"identity-{n}", "consume", "identity")
        house.start(f"scoring-{n}", "consume", "scoring")
    house.start("collect", "collect")
    house.wait("the collector", house.collector_ready)
    book = house.folder / "book"
    book.mkdir()
    (book / "book.toml").write_text(RULEBOOK)
    house.scoreline("rulebook", "publish", str(book), "--note", "test")
    return str(book)


def send(house, made, begin, end):
    for first in range(begin, end, 100):
        status, verdict = house.post("/v1/batch", {"batch": made[first:min(first + 100, end)]}, key="server-key")
        assert status == 200 and not verdict["rejected"], (status, verdict)


def compare(house, book, made):
    """The final table equals simulate of the topic, each partition simulate --activities of its log. Returns the leads."""
    live = house.lines("--json", "leads", "--limit", "0")
    assert len(live) >= PEOPLE, len(live)
    raw = [json.loads(line) for line in house.scoreline("tail", "tracking.events", "--json").splitlines()]
    wanted_ids, ids = {event["messageId"] for event in made}, {json.loads(record["payload"])["messageId"] for record in raw}
    assert ids == wanted_ids, f"{len(wanted_ids - ids)} accepted events are not in the topic"
    raw.sort(key=lambda record: (record["ts"], record["partition"], record["offset"]))
    lines = [json.dumps({"topic": "tracking.events", "source": "server", "value": json.loads(record["payload"])}) for record in raw]
    wanted, got = table(simulate(book, lines=lines)), table(live)
    different = {key: (wanted.get(key), got.get(key)) for key in wanted.keys() | got.keys() if wanted.get(key) != got.get(key)}
    assert not different, f"{len(different)} of {len(wanted)} leads differ, such as {list(different.items())[:3]}"
    by_partition = collections.defaultdict(dict)
    for lead in live:
        by_partition[lead["partition"]][lead["lead"]] = (lead["score"], lead["tier"])
    for partition in range(house.partitions):
        lines = house.scoreline("tail", "lead.activities", "--partition", str(partition), "--json").splitlines()
        decided = {lead["lead"]: (lead["score"], lead["tier"]) for lead in simulate(book, "--activities", lines=lines)}
        stored = by_partition[partition]
        assert decided == stored, f"partition {partition}: {[(k, decided.get(k), stored.get(k)) for k in decided.keys() | stored.keys() if decided.get(k) != stored.get(k)][:3]}"
    return live
