"""What must hold after any story: the live consumers decided what `scoreline simulate` decides from the same log, record by
record and row by row, and nothing was lost or done twice."""
import base64
import collections
import datetime
import json
import subprocess
import tempfile

from harness import BINARY
from story import BOOK, CRM, ERP, TRACKING

REFUSED = ("unknown_stage", "unknown_pipeline", "unknown_lead", "unknown_kind", "invalid_json")  # what stories hold of that kind
DERIVED = ("lead.customers", "lead.scores", "lead.intents", "lead.changes", "lead.firings")


def simulate(*more, lines, book=BOOK, refused=()):
    """`refused`: codes that lines may be complained about with."""
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        file.write("".join(line + "\n" for line in lines))
        file.flush()
        with open(file.name) as stdin:
            done = subprocess.run([BINARY, "simulate", "--rulebook", str(book), *more], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    complaints = [json.loads(line) for line in done.stderr.splitlines()] if done.returncode in (0, 2) else []
    assert done.returncode in (0, 2) and all(complaint["code"] in refused for complaint in complaints), done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def headers_of(record):
    flat = record.get("headers") or []
    return dict(zip(flat[::2], flat[1::2]))


def applied(records):
    """Each record of a consumer once, as readers take them: the next of its stream, nothing that was sent again, nothing beyond
    a gap."""
    last = collections.defaultdict(int)
    for record in records:
        headers = headers_of(record)
        stream, sequence = headers.get("ce_source"), int(headers.get("ce_sequence") or 0)
        if sequence and sequence == last[stream] + 1:
            last[stream] = sequence
            yield record


def first_difference(wanted, got):
    for place, (one, other) in enumerate(zip(wanted, got)):
        if one != other:
            return f"record {place}:\n  simulated {json.dumps(one)}\n  live      {json.dumps(other)}"
    longer, who = (wanted, "simulate") if len(wanted) > len(got) else (got, "live")
    return f"only {who} has record {min(len(wanted), len(got))}: {json.dumps(longer[min(len(wanted), len(got))])}"


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def kept(payload):
    """What is handed over for a merged lead, without the versions of the rule books that it was counted by."""
    data, place = base64.b64decode(payload), 0

    def number():
        nonlocal place
        shift = result = 0
        while True:
            byte = data[place]
            place += 1
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return result

    def text():
        nonlocal place
        size = number()
        place += size
        return data[place - size:place].hex()

    form, parts = number(), []
    for _ in range(number()):
        parts.append((text(), text(), text()))
        number()
    return form, parts, data[place:].hex()


def settled(topic, value):
    """Without what live records cannot have in common with simulated ones."""
    value = dict(value)
    value.pop("rulebook", None)  # its version: simulate has one book from the start
    if topic == "lead.firings":  # an offset in lead.changes, where the marks count, too
        value["cause"] = {name: part for name, part in value["cause"].items() if name != "offset"}
        if value["kind"] == "part":  # firings on their way to another lead: such offsets again, and versions
            value.pop("personal")
    elif value["kind"] in ("part", "merged") and "parts" not in value:
        value["personal"] = kept(value["personal"]["payload"])
    return value


class Partition:
    """One partition of all lead.* topics, and what simulate makes of its log."""

    def __init__(self, house, number):
        self.house, self.number = house, number
        self.log = house.scoreline("tail", "lead.activities", "--partition", str(number), "--json").splitlines()
        self.activities = [(headers_of(record)["ce_source"], json.loads(record["payload"])) for record in applied(json.loads(line) for line in self.log)
                           if headers_of(record)["ce_type"] == "scoreline.lead.activity.v1"]
        self.firings = []

    def compare_records(self):
        simulated = collections.defaultdict(list)
        for line in simulate("--activities", "--report", "log", lines=self.log, refused=REFUSED):
            simulated[line["topic"]].append((milliseconds(line["time"]), line["key"], line["type"], settled(line["topic"], line["value"])))
        counts = {}
        for topic in DERIVED:
            live = []
            for record in applied(json.loads(line) for line in self.house.scoreline("tail", topic, "--partition", str(self.number), "--json").splitlines()):
                value = json.loads(record["payload"])
                if value["kind"] == "mark":
                    continue
                live.append((record["ts"], record["key"], headers_of(record)["ce_type"], settled(topic, value)))
                if topic == "lead.firings" and value["kind"] == "fired":
                    self.firings.append(value)
            assert simulated[topic] == live, f"partition {self.number} of {topic}: {first_difference(simulated[topic], live)}"
            counts[topic] = len(live)
        return counts

    def compare_leads(self, live):
        """`live`: reports of the leads that the database has for this lane."""
        wanted = {lead["lead"]: lead for lead in simulate("--activities", lines=self.log, refused=REFUSED)}
        assert wanted.keys() == live.keys(), f"partition {self.number}: leads {sorted(wanted.keys() ^ live.keys())[:5]} are on one side only"
        for number, lead in wanted.items():
            for name in lead.keys() - {"partition", "identifiers", "traits"}:
                one, other = lead[name], live[number][name]
                if name == "firings":  # of one instant in any order: after a merge they come from two partitions
                    one, other = sorted_rows(one), sorted_rows(other)
                assert one == other, f"lead {number}, {name}:\n  simulated {json.dumps(one)}\n  live      {json.dumps(other)}"
        return list(wanted.values())


def rows_by_lead(rows):
    found = collections.defaultdict(list)
    for row in rows:
        found[row.pop("lead_id")].append(row)
    return found


def sorted_rows(rows):
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def same_rows(what, wanted, got, leads):
    """Rows of surviving leads, in no order."""
    for lead in leads:
        one, other = sorted_rows(wanted.get(lead, [])), sorted_rows(got.get(lead, []))
        assert one == other, f"{what} of lead {lead}: {first_difference(one, other)}"


def zulu(column):
    """Instants as reports have them: a fraction only where there is one."""
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || rtrim(rtrim(to_char({column}, '.US'), '0'), '.') || 'Z'"""


def compare_tables(house, leads):
    """Firings, mails and deals in PostgreSQL against the simulated reports of all partitions."""
    numbers = [lead["lead"] for lead in leads]
    wanted = lambda name: {lead["lead"]: [dict(row) for row in lead[name]] for lead in leads}
    firings = house.rows(f"SELECT lead_id, trigger, {zulu('at')} AS at, nullif(suppressed, '') AS suppressed, retracted FROM firings")
    same_rows("firings", wanted("firings"), rows_by_lead(firings), numbers)
    deals = house.rows("SELECT lead_id, pipeline, stage, open FROM deals WHERE NOT merged")
    same_rows("deals", wanted("deals"), rows_by_lead(deals), numbers)
    emails = wanted("emails")
    for mails in emails.values():
        for mail in mails:
            mail["status"] = "queued" if mail["status"] == "sent" else mail["status"]  # by its due instant: the mailer's business
    mails = house.rows(f"SELECT lead_id, sequence, step, {zulu('due_at')} AS due_at, status, nullif(reason, '') AS reason FROM email_queue")
    same_rows("mails", emails, rows_by_lead(mails), numbers)
    lanes = {lead["lead"]: lead["partition"] for lead in leads}
    for table in ("firings", "actions", "enrolments", "email_queue", "deals"):
        strays = [row for row in house.rows(f"SELECT lead_id, lane FROM {table}") if row["lead_id"] in lanes and lanes[row["lead_id"]] != row["lane"]]
        assert not strays, f"{table}: rows in lanes that are not their lead's: {strays[:3]}"
    return {"firings": len(firings), "deals": len(deals), "mails": len(mails)}


def check_effects(house, firings):
    """Each decision once, with each of its actions, and each enrolment with each of its mails."""
    keys = collections.Counter(firing["key"] for firing in firings)
    assert max(keys.values(), default=1) == 1, f"fired twice: {keys.most_common(3)}"
    stored = {row["key"].replace("-", "") for row in house.rows("SELECT key FROM firings")}
    assert stored == set(keys), f"{len(set(keys) - stored)} firings of the topic are not in the table, {len(stored - set(keys))} only there"
    actions = house.rows("SELECT firing, number, trigger, kind, state FROM actions")
    by_firing = collections.defaultdict(list)
    for action in actions:
        by_firing[action["firing"].replace("-", "")].append((action["number"], action["kind"]))
    kinds = {}
    for firing in firings:
        got = sorted(by_firing.pop(firing["key"], []))
        assert kinds.setdefault(firing["trigger"], got) == got and got, f"firing {firing['key']} of {firing['trigger']} has actions {got}, another one {kinds[firing['trigger']]}"
    assert not by_firing, f"actions without a firing: {list(by_firing.items())[:3]}"
    steps = house.rows("SELECT e.sequence, e.suppressed <> '' AS suppressed, count(m.key) AS mails, count(DISTINCT m.step) AS steps FROM enrolments e "
                       "LEFT JOIN email_queue m ON m.enrolment = e.key GROUP BY e.key, 1, 2")
    by_sequence = collections.defaultdict(set)
    for row in steps:
        by_sequence[row["sequence"]].add((0, 0) if row["suppressed"] else (row["mails"], row["steps"]))
        assert row["mails"] == row["steps"] and bool(row["mails"]) != row["suppressed"], row
    for sequence, found in by_sequence.items():
        assert len(found - {(0, 0)}) <= 1, f"enrolments of {sequence} have different numbers of mails: {found}"
    return {"actions": len(actions), "enrolments": len(steps)}


def traces(house, texts):
    """Those of the texts that PostgreSQL holds, in whatever table and encoding of ours."""
    dump = subprocess.run(["pg_dump", "--data-only", house.dsn], check=True, stdout=subprocess.PIPE).stdout
    return [text for text in texts if text.encode() in dump or text.encode().hex().encode() in dump]


def input_lines(house):
    """What was accepted, in the order of log time, as `scoreline simulate` reads it."""
    lines = [line for topic in (TRACKING, CRM, ERP) for line in house.scoreline("tail", topic, "--values").splitlines()]
    return sorted(lines, key=lambda line: milliseconds(json.loads(line)["time"]))


def check_input(house, story):
    """All that was acknowledged is in the topics, and became an activity exactly once where it should."""
    sent = {(topic, value.get("messageId") or ":".join(str(value[part]) for part in ("source", "customer", "kind", "id", "version"))) for topic, _, value in story.inputs}
    lines = input_lines(house)
    parsed = [json.loads(line) for line in lines]
    there = {(line["topic"], line["value"].get("messageId") or ":".join(str(line["value"][part]) for part in ("source", "customer", "kind", "id", "version"))) for line in parsed}
    assert there == sent, f"{len(sent - there)} accepted inputs are not in the topics, {len(there - sent)} strange ones are"
    return lines


def compare_people(live, lines, story):
    """Whatever came in whatever order over whatever partitions: the same people, scores, figures and sums as in one row."""
    def table(leads):
        return {tuple(lead["identifiers"]): {"intents": {name: intent["value"] for name, intent in lead["intents"].items()},
                                             **{name: lead[name] for name in ("score", "tier", "categories", "contributions", "customer", "traits")}}
                for lead in leads if not story.is_gone(lead["identifiers"])}
    now = json.loads(lines[-1])["time"]
    wanted, got = table(simulate("--at", now, lines=lines, refused=REFUSED)), table(live)
    known = [text for identifiers in got for text in identifiers if text.startswith("user:")]
    assert len(known) == len(set(known)) == story.people, f"{len(known)} people instead of {story.people}"
    for person in wanted.keys() | got.keys():
        assert wanted.get(person) == got.get(person), f"{person}:\n  simulated {json.dumps(wanted.get(person))}\n  live      {json.dumps(got.get(person))}"


def accepted(activity):
    return activity.get("topic", TRACKING), activity["message_id"], activity["personal"].get("record_key")


def check_activities(house, partitions, lines):
    """Each accepted input became one activity, in the log and in the table. (What identity gave to a lead that was merged
    away meanwhile stands in the log once more, sent on by scoring.)"""
    wanted = {accepted(line["value"]) for line in simulate("--report", "log", lines=lines, refused=REFUSED) if line["type"] == "scoreline.lead.activity.v1"}
    written, sent_on = collections.Counter(), 0
    for partition in partitions:
        for stream, record in partition.activities:
            if stream.startswith("/scoreline/identity/"):
                written[accepted(record)] += 1
            else:
                sent_on += 1
    assert set(written) == wanted, f"{len(wanted - set(written))} activities are missing, {len(set(written) - wanted)} are strange"
    assert max(written.values()) == 1, f"twice in the log: {written.most_common(3)}"
    stored = house.rows("SELECT count(*) AS rows FROM activities")[0]["rows"]
    assert stored == len(wanted), f"{stored} rows instead of {len(wanted)}"
    return {"activities": len(wanted), "sent on": sent_on}


def compare(house, story):
    """All of it. Returns numbers to be proud of."""
    status = house.status()
    assert status["lag_records"] == 0 and status["halted"] == 0, status
    live = house.lines("--json", "leads", "--limit", "0")
    by_partition = collections.defaultdict(dict)
    for lead in live:
        by_partition[lead["partition"]][lead["lead"]] = lead
    counts, leads = collections.Counter(), []
    partitions = [Partition(house, number) for number in range(house.partitions)]
    for partition in partitions:
        counts.update(partition.compare_records())
        for lead in partition.compare_leads(by_partition[partition.number]):
            leads.append(dict(lead, partition=partition.number))
    firings = [firing for partition in partitions for firing in partition.firings]
    counts.update(compare_tables(house, leads))
    counts.update(check_effects(house, firings))
    lines = check_input(house, story)
    counts.update(check_activities(house, partitions, lines))
    compare_people(live, lines, story)
    return dict(counts, inputs=len(lines), leads=len(live), seed=story.seed)
