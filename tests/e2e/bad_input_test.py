#!/usr/bin/env python3
"""Bad input through the real collector and straight into the topics: each piece gets its clear error or dead letter, its
neighbours go through, nothing accepted is lost, no process dies."""
import json
import random
import sys

from harness import House
from oracle import Partition
from story import day, publish

BROKEN = [  # body of POST /v1/track, status, code
    (b"{", 400, "invalid_json"),
    (b"[" * 20_000, 400, "too_deep"),
    (b'{"event":"E","userId":"u","properties":{"a":"\\u0000"}}', 400, "invalid_string"),
    (b'{"event":"E","userId":"u","properties":{"a":"\\udc00"}}', 400, "invalid_string"),
    (b'{"event":"E","userId":"u","properties":{"a":"\xff"}}', 400, "invalid_string"),
    (b'{"event":"E","userId":"u","properties":{"a":1,"a":2}}', 400, "duplicate_key"),
    (b'{"event":"E","userId":"u","properties":{"a":1e400}}', 400, "invalid_number"),
    (b'{"event":"E","userId":"u","properties":{"a":99999999999999999999}}', 400, "invalid_number"),
    (b'{"event":"E","properties":{}}', 400, "missing_id"),
    (b'{"event":"order.placed","userId":"u"}', 400, "reserved_name"),
    (b'{"event":"E","userId":"u","properties":{"a":"' + b"x" * 10_000 + b'"}}', 400, "too_large"),
    (b'{"event":"E","userId":"u","properties":{' + b",".join(b'"k%d":"%s"' % (n, b"x" * 7_000) for n in range(6)) + b"}}", 413, "too_large"),
]
def erp(kind="order", number="1", **data):
    return json.dumps({"source": "jtl", "customer": "1", "kind": kind, "id": number, "version": 1, "data": data})


def crm(event, message, **more):
    return json.dumps({"event": event, "messageId": message, **more})


STRAY = [  # topic, value: written by somebody who is not ours; code and place of the dead letter
    ("tracking.events", "not json", "invalid_json", ""),
    ("tracking.events", '{"type":"pageview","messageId":"s1","userId":"u"}', "unknown_type", "/type"),
    ("tracking.events", '{"type":"page","messageId":"s2","userId":"u","context":{"page":{"path":"\\ud800"}}}', "invalid_string", "/context/page/path"),
    ("crm.events", crm("note.added", "s3", leadId="999999"), "unknown_lead", "/leadId"),
    ("crm.events", crm("made.up", "s4", userId="u"), "unknown_event", "/event"),
    ("crm.events", crm("lead.erased", "s5", leadId="999999"), "unknown_lead", "/leadId"),
    ("crm.events", crm("activity.retracted", "s6", properties={}), "missing_value", "/properties/messageId"),
    ("crm.events", crm("email.clicked", "s7", email="nobody"), "missing_id", "/leadId"),
    ("erp.changes", erp("sermon"), "unknown_kind", "/kind"),
    ("erp.changes", erp(placedOn="2026-02-30"), "invalid_time", "/data/placedOn"),
    ("erp.changes", erp(netCents="12,50"), "invalid_value", "/data/netCents"),
    ("erp.changes", erp(netCents=12.5), "invalid_value", "/data/netCents"),
    ("erp.changes", erp(netCents=10**16), "invalid_value", "/data/netCents"),
    ("erp.changes", erp(currency=978), "invalid_value", "/data/currency"),
    ("erp.changes", erp(currency="Taler"), "invalid_value", "/data/currency"),
    ("erp.changes", erp(lines=[{"netCents": "much"}]), "invalid_value", "/data/lines"),
    ("erp.changes", erp("credit", issuedOn="2026-03-01", netCents=-1), "invalid_value", "/data/netCents"),
    ("erp.changes", erp("invoice", issuedOn="1.3.2026"), "invalid_time", "/data/issuedOn"),
    ("erp.changes", erp("payment", number=""), "missing_value", "/id"),
    ("lead.activities", "hello", "invalid_json", ""),
    ("lead.activities", '{"kind":"nonsense","lead":"1"}', "unknown_kind", "/kind"),
    ("lead.scores", '{"kind":"tier_changed","lead":"one"}', "invalid_value", "/lead"),
    ("lead.changes", "hello", "invalid_json", ""),
    ("lead.firings", '{"kind":"fired","lead":"1"}', "missing_value", "/cause"),
]
GOOD = [  # the neighbours of those
    ("erp.changes", erp("customer", "master", email="good@example.com", company="Good Ltd")),
    ("erp.changes", erp(number="A-1", placedOn=day(10), netCents=10_000, currency="EUR")),
    ("erp.changes", erp("payment", "p1", invoice="i1", paidOn=day(9), grossCents=11_900)),
    ("erp.changes", erp("invoice", "i1", issuedOn=day(10), dueOn=day(-4), netCents=10_000, grossCents=11_900)),
    ("crm.events", crm("deal.moved", "d1", userId="good", properties={"pipeline": "sales", "to": "moon"})),
    ("crm.events", crm("deal.moved", "d2", userId="good", properties={"pipeline": "sails", "to": "new"})),
    ("crm.events", crm("deal.moved", "d3", userId="good", properties={"pipeline": "sales", "to": "offer"})),
    ("crm.events", crm("booking.created", "d4", userId="good", email="Good@Example.com")),
]
MOVES = [("unknown_stage", "/properties/to"), ("unknown_pipeline", "/properties/pipeline")]  # counted all the same
READERS = {"lead.activities": ("customers", "scoring", "intent", "stages"), "lead.scores": ("stages",), "lead.changes": ("triggers", "sequences"), "lead.firings": ("sequences",)}


def refuse_calls(house):
    for body, status, code in BROKEN:
        got, verdict = house.post("/v1/track", body)
        said = verdict.get("code") or (verdict.get("rejected") or [{}])[0].get("code")
        assert (got, said) == (status, code), f"{body[:60]!r}: {got} {verdict}, expected {status} {code}"
    status, verdict = house.post("/v1/track", {"event": "E", "userId": "u"}, key="no-such-key")
    assert status == 401, (status, verdict)
    batch = [{"type": "page", "userId": "good", "messageId": "g1"}, {"type": "page", "messageId": "bad"}, {"type": "track", "event": "E", "userId": "good", "messageId": "g2"}]
    status, verdict = house.post("/v1/batch", {"batch": batch}, key="server-key")
    assert status == 200 and verdict["accepted"] == 2 and [(r["index"], r["code"]) for r in verdict["rejected"]] == [(1, "missing_id")], verdict


def check_letters(house):
    wanted = sorted([(consumer, topic, code, place) for topic, _, code, place in STRAY for consumer in READERS.get(topic, ("identity",))]
                    + [("stages", "lead.activities", code, place) for code, place in MOVES])
    rows = house.rows("SELECT consumer, topic, code, place, message, length(raw) AS bytes FROM dead_letters")
    got = sorted((row["consumer"], row["topic"], row["code"], row["place"]) for row in rows)
    assert got == wanted, f"missing {[row for row in wanted if row not in got]}, strange {[row for row in got if row not in wanted]}"
    assert all(row["message"] and "999999" not in row["message"] for row in rows), rows
    counts = house.status()["dead_letters"]
    assert sum(sum(codes.values()) for codes in counts.values()) == len(wanted), counts
    return len(rows)


def check_neighbours(house):
    leads = house.lines("--json", "leads", "--limit", "0")
    assert [lead["identifiers"] for lead in leads] == [["email:good@example.com", "erp:jtl:1", "user:good"]], leads
    lead = leads[0]
    figures = {name: lead["customer"][name] for name in ("orders", "order_revenue", "revenue_365", "days_to_pay", "open_amount")}
    assert figures == {"orders": 1, "order_revenue": 10_000, "revenue_365": 10_000, "days_to_pay": "1.00", "open_amount": 0}, figures
    assert lead["deals"] == [{"pipeline": "sales", "stage": "offer", "open": True}], lead["deals"]
    assert {"rule": "booked", "value": "15.00"} in lead["contributions"], lead["contributions"]
    shown = house.scoreline("lead", "user:good")
    assert shown.count("page") >= 2 and shown.count("deal.moved") == 3, shown


def main():
    with House(partitions=2) as house:
        house.start_all(instances=1)
        publish(house)
        refuse_calls(house)
        dice = random.Random(1)
        strange = [(topic, value) for topic, value, _, _ in STRAY]
        for topic, value in sorted(strange + GOOD, key=lambda _: dice.random()):
            house.produce(topic, [("key", value)], partition=0)
        status, verdict = house.post("/v1/page", {"userId": "good", "messageId": "g3"}, key="server-key")
        assert status == 200, verdict
        house.come_to_rest()
        letters = check_letters(house)
        check_neighbours(house)
        for number in range(house.partitions):
            Partition(house, number).compare_records()
        house.stop_all()
        print(f"{len(BROKEN)} refused calls, {letters} dead letters, all neighbours went through")


if __name__ == "__main__":
    sys.exit(main())
