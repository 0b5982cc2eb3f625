#!/usr/bin/env python3
"""Forty days in a minute: midnights, decay, silence, churn, deals that time moves, mails that fall due, on the real broker and
the real tables, with consumers killed in the middle of sweeps. All of it is what simulate decides from the same log."""
import collections
import datetime
import json
import random
import sys
import time

from harness import CONSUMERS, House
from oracle import DERIVED, compare
from story import CRM, ERP, TRACKING, Story, instant, now, publish
from timed import TimedProducer

DAYS = 40


def own_date(document):
    data = document["data"]
    return data.get("placedOn") or data.get("issuedOn") or data.get("paidOn")


def laid_out(story, dice):
    """Each input with how many days before the end it comes: documents soon after their date, the past at the beginning."""
    for topic, key, value in story.inputs:
        ago = dice.uniform(0.01, DAYS)
        if topic == ERP:
            date = own_date(value)
            dated = (story.end.date() - datetime.date.fromisoformat(date)).days if date else dice.randrange(DAYS)
            ago = min(DAYS, max(0.01, dated - dice.uniform(0, 2)))
            value["timestamp"] = instant(ago, story.end)
        elif "timestamp" in value:
            value["timestamp"] = instant(ago + dice.uniform(0, 3), story.end)
        yield ago, topic, key or value["anonymousId"], value


def live_days(house, producer, story, inputs):
    """One day of log time after the other."""
    dice = random.Random(1)
    end_ms = int(story.end.timestamp() * 1000)
    for day in range(DAYS, -1, -1):
        while inputs and inputs[0][0] >= day:
            ago, topic, key, value = inputs.pop(0)
            producer.send(topic, json.dumps(value), end_ms - int(ago * 86_400_000), key)
        for partition in range(house.partitions):
            tick = {"event": "time.tick", "messageId": f"tick:{day}", "timestamp": instant(day, story.end)}
            producer.send(CRM, json.dumps(tick), end_ms - day * 86_400_000, partition=partition, kind="scoreline.time.tick.v1")
        producer.flush()
        if day % 4 == 2:
            house.restart(f"{dice.choice(CONSUMERS)}-{dice.randint(1, 2)}")
        time.sleep(0.5)


def changes_at_midnight(house):
    counts = collections.Counter()
    for topic in DERIVED:
        for line in house.scoreline("tail", topic, "--json").splitlines():
            counts[topic] += "day" in json.loads(json.loads(line)["payload"])["cause"]
    return counts


def main():
    story = Story(seed=40, end=now() + datetime.timedelta(days=DAYS, minutes=2))
    inputs = sorted(laid_out(story, random.Random(2)), key=lambda one: -one[0])
    with House(partitions=4) as house:
        producer = TimedProducer(house.bootstrap)
        for topic in (TRACKING, CRM, ERP, "lead.activities") + DERIVED:
            producer.trust_writers(topic)
        house.start_all(clock=False)
        publish(house)
        live_days(house, producer, story, inputs)
        house.come_to_rest(150)
        house.check_idle()
        print(compare(house, story))
        found = changes_at_midnight(house)
        assert all(found[topic] > 20 for topic in ("lead.customers", "lead.scores", "lead.intents", "lead.changes")), f"too little happened at midnight: {found}"
        print(f"at midnight: {dict(found)}")
        producer.close()
        house.stop_all()


if __name__ == "__main__":
    sys.exit(main())
