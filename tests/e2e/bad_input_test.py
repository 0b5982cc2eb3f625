#!/usr/bin/env python3
"""Bad input through the real collector and straight into the topics: each piece gets its clear error or dead letter, its
neighbours go through, nothing accepted is lost, no process dies."""
import json
import subprocess
import sys

from harness import House

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
STRAY = [  # topic, value: written by somebody who is not ours
    ("tracking.events", b"not json"),
    ("tracking.events", b'{"type":"pageview","messageId":"s1","userId":"u"}'),
    ("tracking.events", b'{"type":"page","messageId":"s2","userId":"u","context":{"page":{"path":"\\ud800"}}}'),
    ("crm.events", b'{"event":"note.added","messageId":"s3","leadId":"999999"}'),
    ("crm.events", b'{"event":"made.up","messageId":"s4","userId":"u"}'),
    ("erp.changes", b'{"source":"jtl","customer":"1","kind":"sermon","id":"1","version":1,"data":{}}'),
    ("erp.changes", b'{"source":"jtl","customer":"1","kind":"order","id":"1","version":1,"data":{"placedOn":"2026-02-30"}}'),
    ("lead.activities", b"hello"),
    ("lead.activities", b'{"kind":"nonsense","lead":"1"}'),
]


def produce(house, topic, value):
    subprocess.run(["kcat", "-P", "-b", house.bootstrap, "-t", topic, "-p", "0", "-D", "\x01"], input=value, check=True, stderr=subprocess.DEVNULL)


def dead_letters(house):
    found = json.loads(house.scoreline("--json", "status", check=False))["dead_letters"]
    return json.dumps(found), found


def main():
    with House(partitions=2) as house:
        for name in ("identity", "scoring"):
            house.start(name, "consume", name)
        house.start("collect", "collect")
        house.wait("the collector", house.collector_ready)

        for body, status, code in BROKEN:
            got, verdict = house.post("/v1/track", body)
            said = verdict.get("code") or (verdict.get("rejected") or [{}])[0].get("code")
            assert (got, said) == (status, code), f"{body[:60]!r}: {got} {verdict}, expected {status} {code}"
        status, verdict = house.post("/v1/track", {"event": "E", "userId": "u"}, key="no-such-key")
        assert status == 401, (status, verdict)

        batch = [{"type": "page", "userId": "good", "messageId": "g1"}, {"type": "page", "messageId": "bad"}, {"type": "track", "event": "E", "userId": "good", "messageId": "g2"}]
        status, verdict = house.post("/v1/batch", {"batch": batch}, key="server-key")
        assert status == 200 and verdict["accepted"] == 2 and [(r["index"], r["code"]) for r in verdict["rejected"]] == [(1, "missing_id")], verdict

        for topic, value in STRAY:
            produce(house, topic, value)
        status, verdict = house.post("/v1/page", {"userId": "good", "messageId": "g3"}, key="server-key")
        assert status == 200, verdict
        house.wait("the consumers to catch up", house.caught_up)
        rows = subprocess.run(["psql", "-qAt", house.dsn, "-c", "SELECT topic, code FROM dead_letters ORDER BY 1, 2"], check=True, text=True, stdout=subprocess.PIPE).stdout.split()
        assert len(rows) == len(STRAY), rows
        leads = house.lines("--json", "leads", "--limit", "0")
        assert [lead["identifiers"] for lead in leads] == [["user:good"]], leads
        shown = house.scoreline("lead", "user:good")
        assert shown.count("page") >= 2, shown
        for name in list(house.processes):
            house.stop(name)
        print(f"{len(BROKEN)} refused calls, {len(rows)} dead letters, all neighbours went through")


if __name__ == "__main__":
    sys.exit(main())
