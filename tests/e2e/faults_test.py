#!/usr/bin/env python3
"""The world breaks while events flow: connections are cut in the middle of batches, owners are frozen (for a moment, and
until others have taken their lanes) and wake, PostgreSQL is stopped at once and comes back. Nothing is lost, nothing counts
twice, and everything is decided as if nothing had happened."""
import random
import signal
import subprocess
import sys
import time

from harness import CONSUMERS, House
from oracle import compare
from story import Story, publish, send


def cut_connections(house):
    subprocess.run(["psql", "-q", house.dsn, "-c", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'scoreline%'"],
                   check=True, stdout=subprocess.DEVNULL)


def blink(house, name, dice):
    """Stops for less than a session: its lanes stay its own, and what it has committed is published late."""
    house.processes[name].send_signal(signal.SIGSTOP)
    time.sleep(dice.uniform(0.2, 2))
    house.processes[name].send_signal(signal.SIGCONT)


def main():
    story = Story(seed=1848)
    dice = random.Random(story.dice.random())
    with House(partitions=6, clock_ms=1000) as house:
        house.start_all()
        publish(house)

        send(house, story.part(0, 0.1))
        for n in range(3):
            cut_connections(house)
            send(house, story.part(0.1 + n / 30, 0.1 + (n + 1) / 30))

        for n in range(6):
            send(house, story.part(0.2 + n / 20, 0.2 + (n + 1) / 20))
            blink(house, f"{dice.choice(('identity',) * 3 + CONSUMERS)}-{dice.randint(1, 2)}", dice)

        frozen = [house.processes[f"{consumer}-{dice.randint(1, 2)}"] for consumer in ("identity", "scoring", "stages", "sequences")]
        for process in frozen:
            process.send_signal(signal.SIGSTOP)
        send(house, story.part(0.5, 0.65))
        time.sleep(9)  # longer than the session timeout: the others own all lanes now
        send(house, story.part(0.65, 0.75))
        for process in frozen:
            process.send_signal(signal.SIGCONT)
        send(house, story.part(0.75, 0.9))

        house.restart_postgres()
        send(house, story.part(0.9, 1))
        house.come_to_rest()
        house.check_idle()
        print(compare(house, story))
        house.stop_all()


if __name__ == "__main__":
    sys.exit(main())
