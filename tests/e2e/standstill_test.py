#!/usr/bin/env python3
"""One consumer stands still for a minute while the others run: who depends on it waits in bounded memory, everybody else goes
on, and afterwards all is decided as if nothing had happened."""
import signal
import sys
import time

from harness import House
from oracle import compare
from story import Story, publish, send

STILL_S = 60
FIRST, MORE = 15_000, 10_000  # the first ones may wait in memory (50,000 records, over all inputs of a process), all others in the log
GROWTH_KB_MAX = 8 * 1024


def lag_of(house, consumer):
    return sum(lane["lag_records"] for lane in house.status()["lanes"] if lane["consumer"] == consumer)


def rss_kb(house):
    return {name: house.rss_kb(name) for name in house.processes}


def main():
    story = Story(seed=24)
    whole = story.part(0, 1)
    with House(partitions=6, clock_ms=1000) as house:
        house.start_all(instances=1)
        publish(house)
        send(house, whole[:len(whole) // 4])

        house.processes["intent-1"].send_signal(signal.SIGSTOP)
        begin = time.time()
        send(house, whole[len(whole) // 4:len(whole) // 2] + story.ballast(FIRST))
        flowing = lambda: all(lag_of(house, consumer) < 100 for consumer in ("identity", "customers", "scoring"))
        house.wait("those who need not wait", flowing)
        before = rss_kb(house)
        send(house, whole[len(whole) // 2:len(whole) * 3 // 4] + story.ballast(MORE))
        house.wait("those who need not wait", flowing)
        time.sleep(max(0, begin + STILL_S - time.time()))
        after = rss_kb(house)
        assert lag_of(house, "stages") > FIRST + MORE, f"stages does not wait: {house.scoreline('status')}"
        growth = {name: after[name] - before[name] for name in after if name.startswith(("stages", "triggers", "sequences"))}
        assert max(growth.values()) < GROWTH_KB_MAX, f"memory grows while a consumer waits, in kB: {growth}"

        house.processes["intent-1"].send_signal(signal.SIGCONT)
        send(house, whole[len(whole) * 3 // 4:])
        house.come_to_rest()
        print({name: f"{before[name] // 1024}, {after[name] // 1024}, then {rss // 1024} MB" for name, rss in rss_kb(house).items()})
        print(compare(house, story))
        house.stop_all()


if __name__ == "__main__":
    sys.exit(main())
