#!/usr/bin/env python3
"""Two instances of every consumer on a real broker, one of each killed in the middle: the final table equals
`scoreline simulate` of the same events, and each partition equals `simulate --activities` of its log."""
import sys

from harness import House
from story import compare, events, send, start


def main():
    with House(partitions=6) as house:
        book = start(house)
        made = events()
        send(house, made, 0, 4000)
        house.kill("identity-1")
        house.kill("scoring-2")
        send(house, made, 4000, 8000)
        house.start("identity-1", "consume", "identity")
        house.start("scoring-2", "consume", "scoring")
        house.kill("scoring-1")
        send(house, made, 8000, len(made))
        house.start("scoring-1", "consume", "scoring")
        house.wait("the consumers to catch up", house.caught_up)
        leads = compare(house, book, made)
        for name in list(house.processes):
            house.stop(name)
        print(f"{len(made)} events, {len(leads)} leads: equal to simulate, and per partition to simulate --activities")


if __name__ == "__main__":
    sys.exit(main())
