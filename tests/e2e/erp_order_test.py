#!/usr/bin/env python3
"""The same ERP documents in another order - payments before invoices, later versions before earlier ones, all customers at
once - through a second installation: every customer has the same figures. Both are run by `scoreline up`."""
import random
import sys

from harness import House
from oracle import Partition
from story import ERP, Documents, publish

CUSTOMERS = 60


def figures(house):
    return {tuple(lead["identifiers"]): lead["customer"] for lead in house.lines("--json", "leads", "--limit", "0")}


def main():
    dice = random.Random(8)
    made = [document for n in range(CUSTOMERS) for document in Documents(dice, f"c{n}", f"P{n}@example.com", history=n % 2 == 0, orders=8).all]
    shuffled = dice.sample(made, len(made))
    with House(partitions=3) as one, House(partitions=3, beside=one, prefix="other.") as other:
        for house in (one, other):
            house.start("up", "up")
        for house in (one, other):
            house.wait("the collector", house.collector_ready)
            publish(house)
        for house, order in ((one, made), (other, shuffled)):
            house.produce(ERP, [(f"jtl:{document['customer']}", document) for document in order])
        for house in (one, other):
            house.wait("the consumers to catch up", house.caught_up)
        wanted, got = figures(one), figures(other)
        assert len(wanted) == CUSTOMERS and all(wanted.values()), f"{len(wanted)} customers"
        for customer in wanted.keys() | got.keys():
            assert wanted.get(customer) == got.get(customer), f"{customer}:\n  in order {wanted.get(customer)}\n  shuffled {got.get(customer)}"
        for field in ("orders", "channel", "revenue_90", "trend", "days_to_pay", "open_amount", "payment_score", "churn_risk"):
            assert len({customer[field] for customer in wanted.values()}) > 1, f"all customers have the same {field}"
        for house in (one, other):
            for number in range(house.partitions):
                Partition(house, number).compare_records()
            house.stop_all()
        print(f"{len(made)} documents of {CUSTOMERS} customers in two orders: the same figures")


if __name__ == "__main__":
    sys.exit(main())
