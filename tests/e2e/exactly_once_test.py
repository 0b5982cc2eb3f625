#!/usr/bin/env python3
"""Two instances of every consumer on a real broker, some killed in the middle: what was decided equals what `scoreline simulate`
decides from the same log, in every topic and every table, and nothing was lost or done twice."""
import random
import sys

from harness import CONSUMERS, House
from oracle import compare, traces
from story import CRM, Story, publish, send

PARTS = 8


def main():
    story = Story(seed=4711)
    dice = random.Random(story.dice.random())
    with House(partitions=6, clock_ms=1000) as house:
        house.start_all()
        publish(house)
        for n in range(PARTS):
            send(house, story.part(n / PARTS, (n + 1) / PARTS))
            for consumer in dice.sample(CONSUMERS, 3):
                house.restart(f"{consumer}-{dice.randint(1, 2)}")
        house.come_to_rest()
        house.check_idle()
        print(compare(house, story))
        personal = ["p3@example.com", "P3@Example.com", "c3 Ltd", "Ac3-0"]
        assert traces(house, personal) == personal, "the story's third person has left no traces"
        house.produce(CRM, [("user-3", {"event": "lead.erased", "messageId": "last", "userId": "user-3"})])
        house.wait("the erasure", house.caught_up)
        assert not traces(house, personal), f"of who was erased there still is {traces(house, personal)}"
        house.stop_all()


if __name__ == "__main__":
    sys.exit(main())
