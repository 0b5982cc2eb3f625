#!/usr/bin/env python3
"""The world breaks while events flow: PostgreSQL is stopped at once and comes back, an owner is frozen until others have
taken its lanes and then wakes, connections are cut in the middle of batches. Nothing is lost, nothing counts twice."""
import signal
import subprocess
import sys
import time

from harness import House
from story import compare, events, send, start


def cut_connections(house):
    subprocess.run(["psql", "-q", house.dsn, "-c", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'scoreline%'"],
                   check=True, stdout=subprocess.DEVNULL)


def main():
    with House(partitions=6) as house:
        book = start(house)
        made = events()

        send(house, made, 0, 2000)
        for _ in range(3):
            cut_connections(house)
            send(house, made, 2000, 2500)

        frozen = [house.processes["identity-1"], house.processes["scoring-2"]]
        for process in frozen:
            process.send_signal(signal.SIGSTOP)
        send(house, made, 2500, 6000)
        time.sleep(9)  # longer than the session timeout: the others own all lanes now
        send(house, made, 6000, 7000)
        for process in frozen:
            process.send_signal(signal.SIGCONT)
        send(house, made, 7000, 8000)

        house.restart_postgres()
        send(house, made, 8000, len(made))
        house.wait("the consumers to catch up", house.caught_up, limit_s=120)
        leads = compare(house, book, made)
        for name in list(house.processes):
            house.stop(name)
        print(f"{len(made)} events, {len(leads)} leads: equal to simulate after cut connections, frozen owners and a restart of PostgreSQL")


if __name__ == "__main__":
    sys.exit(main())
