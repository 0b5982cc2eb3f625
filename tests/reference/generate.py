"""Random cases from a start number: a rule book, an event file, an instant. python3 -m reference.generate --start N --to DIR"""
import argparse
import json
import pathlib
import random

from . import generate_book, times
from .generate_book import EVENTS, FORMS, MAILS, PATHS, STAGES, TRAITS, ZONES

STARTS = ("2026-05-01T08:00:00Z", "2026-03-27T22:00:00Z", "2026-10-23T20:00:00Z", "2026-04-03T10:00:00Z", "2024-02-27T23:30:00Z")
BAD = ("not json", "{\"value\": 1}", "[]", "{\"topic\": \"nonsense\", \"value\": {\"receivedAt\": \"%s\"}}")
NOBODY = ("null", " Anonymous ", "0", "N/A", "", None, "[object Object]")


class Case:
    """split: the rule book is two files, so that their name order matters."""

    def __init__(self, tables, lines, at, split=False):
        self.tables, self.lines, self.at, self.split = tables, lines, at, split

    def write(self, directory):
        directory = pathlib.Path(directory)
        (directory / "rulebook" / "templates").mkdir(parents=True, exist_ok=True)
        (directory / "rulebook" / "templates" / "t.html").write_text("<p>Hello</p>\n")
        lists = {name: entries for name, entries in self.tables.items() if isinstance(entries, list)}
        files = {"book.toml": self.tables}
        if self.split:
            files = {"10.toml": {**self.tables, **{name: entries[:1] for name, entries in lists.items()}},
                     "9.toml": {name: entries[1:] for name, entries in lists.items()}}
        for name, tables in files.items():
            (directory / "rulebook" / name).write_text(generate_book.toml(tables))
        (directory / "events.ndjson").write_text("".join(line + "\n" for line in self.lines))
        (directory / "at.txt").write_text(self.at + "\n")


# What a case is mostly about; every other kind of line stays possible.
PROFILES = {
    "mixed": {},
    "identity": {"identify": 10, "call": 3, "page": 2, "erp": 2, "erasure": 0.5},
    "sequences": {"track": 10, "page": 2, "identify": 2, "mail": 1, "sales": 1, "erp": 0},
    "deals": {"track": 6, "page": 4, "moved": 4, "sales": 3, "identify": 2},
    "customers": {"erp": 20, "identify": 1, "track": 1, "page": 1, "moved": 0.3},
}


class Person:
    def __init__(self, dice, number):
        def some(kind, counts):
            return [f"{kind}{number}{letter}" for letter in "xyz"[:dice.choice(counts)]]

        self.anons, self.users = some("a", (0, 1, 1, 2)), some("u", (0, 1, 1, 1, 2))
        self.emails = [f"{id}@example.com" for id in some("e", (0, 1, 1, 2))]
        self.customers = [(dice.choice(["jtl", "sage"]), f"{number}{n}") for n in range(dice.choice([0, 1, 1, 1, 2]))]
        if not (self.anons or self.users):
            self.users = [f"u{number}x"]


class Events:
    """One event file. Every kind of line has a method; `emit` adds times and flags and writes it."""

    def __init__(self, dice, book, backwards=False):
        self.dice, self.book = dice, book
        self.people = [Person(dice, number) for number in range(1, dice.choice([2, 2, 3, 3, 4]))]
        self.now = times.read_instant(dice.choice(STARTS)) + dice.choice([0, 0, 1_500_000])
        self.pace = dice.choice([0.05, 0.15, 0.3, 0.6])      # how often much time passes between two lines
        self.rates = {kind: dice.choice([0, 0.05, 0.15])
                      for kind in ("machine", "history", "late", "mixed", "duplicate", "bad", "untrusted")}
        self.rates["backwards"] = 0.1 if backwards and dice.random() < 0.3 else 0
        self.weights = {kind: dice.choice(choices) for kind, choices in (
            ("track", (3, 6)), ("page", (1, 4)), ("identify", (1, 4)), ("call", (0, 1)), ("mail", (0, 2)), ("sales", (0, 2)),
            ("moved", (0, 1, 3)), ("erp", (0, 0, 4, 10)), ("retraction", (0, 1)), ("erasure", (0, 0, 0.3)))}
        self.weights.update(PROFILES[dice.choice(sorted(PROFILES))])
        self.versions, self.invoices, self.message_ids, self.lines = {}, {}, [], []
        self.bases = [times.day_of(self.now) - back for back in (0, 0, 5, 10, 29, 30, 31, 59, 60, 61, 89, 90, 364, 365)]
        if dice.random() < 0.005:
            self.crowd()

    def crowd(self):
        """A lead at the limit of 100 identifiers, or nearly there."""
        user = self.people[0].users[0] if self.people[0].users else "u1x"
        for n in range(self.dice.randint(95, 99)):
            self.emit({"type": "identify", "userId": user, "anonymousId": f"c{n}", "messageId": self.message_id()})

    def chance(self, probability):
        return self.dice.random() < probability

    def make(self, count):
        count += len(self.lines)
        while len(self.lines) < count:
            self.pass_time()
            if self.lines and self.chance(self.rates["duplicate"]):
                self.repeat()
            elif self.chance(self.rates["bad"]):
                self.bad()
            else:
                kind = self.dice.choices(list(self.weights), list(self.weights.values()))[0]
                getattr(self, kind)()
        return [line if isinstance(line, str) else json.dumps(line) for line in self.lines]

    def pass_time(self):
        midnight = (times.day_of(self.now) + 1) * times.DAY
        if self.chance(self.pace):
            self.now = self.dice.choice([
                self.now + times.DAY, self.now + 2 * times.DAY, midnight, midnight - 1000,
                midnight + self.dice.randint(0, 20) * times.HOUR, self.now + times.DAY - 1000,
                self.now + self.dice.randint(1, 9) * times.HOUR, self.now + self.dice.randint(2, 12) * times.DAY])
        elif self.chance(0.8):
            self.now += self.dice.choice([self.dice.randint(1, 90) * times.MINUTE, times.HOUR])

    def emit(self, value, topic=None, **line):
        """Adds times and flags and writes the line."""
        received = self.now
        if self.chance(0.1):
            received -= self.dice.choice([1000, times.HOUR, times.DAY])
            line["time"] = times.write_instant(self.now)
        elif self.chance(self.rates["backwards"]):
            line["time"] = times.write_instant(received - self.dice.choice([1000, times.HOUR, times.DAY]))
        value["receivedAt"] = times.write_instant(received)
        if self.chance(self.rates["late"]) and "timestamp" not in value:
            value["timestamp"] = times.write_instant(received + self.dice.choice([
                -times.HOUR, -times.HOUR * 30, -times.DAY * 3, times.DAY, times.DAY + 1000, times.HOUR * 20, times.DAY * 3, -received - 1]))
        if self.chance(self.rates["history"]):
            value["history"] = True
        if topic != "erp.changes" and self.chance(self.rates["machine"]):
            value["machine"] = True
        if topic is not None:
            line["topic"] = topic
        self.lines.append({**line, "value": value})

    def message_id(self):
        self.message_ids.append(f"m{len(self.message_ids) + 1}")
        return self.message_ids[-1]

    def person(self):
        return self.dice.choice(self.people)

    def ids(self, person, value):
        """Some identifiers, at least one; sometimes one of somebody else or one that nobody has."""
        other = self.person() if self.chance(self.rates["mixed"]) else person
        if person.anons and self.chance(0.6):
            value["anonymousId"] = self.dice.choice((other.anons if self.chance(0.5) else []) or person.anons)
        if person.users and self.chance(0.6):
            value["userId"] = self.dice.choice((other.users if self.chance(0.5) else []) or person.users)
        if self.chance(self.rates["mixed"]) and self.chance(0.3):
            value[self.dice.choice(["anonymousId", "userId"])] = self.dice.choice(NOBODY)
        if "anonymousId" not in value and "userId" not in value:
            value["anonymousId" if person.anons else "userId"] = self.dice.choice(person.anons or person.users)
        return value

    def email(self, person):
        other = self.person() if self.chance(self.rates["mixed"]) else person
        email = self.dice.choice(other.emails or person.emails or ["spare@example.com"])
        return self.dice.choice([email, email, email, email.upper(), f" {email} ", "null", "a@b@c"] if self.chance(0.3) else [email])

    def properties(self):
        properties = {}
        if self.chance(0.6):
            properties["form"] = self.dice.choice(FORMS)
        if self.chance(0.2):
            properties["percent"] = self.dice.choice([10, 50, 50.5, "50", None])
        return properties

    def context(self, value):
        if self.chance(0.8 if value["type"] == "page" else 0.1):
            value["context"] = {"page": {"path": self.dice.choice(PATHS)}}
        if self.chance(0.1):
            value.setdefault("context", {})["traits"] = self.traits(None)

    def traits(self, person):
        names = self.dice.sample(sorted(TRAITS), self.dice.randint(0, 2))
        traits = {name: self.dice.choice(TRAITS[name] + (None,)) for name in names}
        if self.chance(0.2):
            traits["timezone"] = self.dice.choice(ZONES + ("Mars/Base", None, 7))
        if person and self.chance(0.5):
            traits["email"] = self.email(person)
        return traits

    def tracking(self, value):
        value["messageId"] = self.message_id()
        line = {"trusted": False} if self.chance(self.rates["untrusted"] * 3) else {}
        if self.chance(0.1):
            line["source"] = "shop"
        self.emit(value, **line)

    def track(self):
        person = self.person()
        value = self.ids(person, {"type": "track", "event": self.dice.choice(EVENTS), "properties": self.properties()})
        if self.chance(0.1):
            value["properties"]["email"] = self.email(person)
        self.context(value)
        self.tracking(value)

    def page(self):
        value = self.ids(self.person(), {"type": self.dice.choice(["page", "page", "page", "screen"])})
        if self.chance(0.2):
            value["name"], value["properties"] = "Home", {"name": "below", "form": "x"}
        self.context(value)
        self.tracking(value)

    def identify(self):
        person = self.person()
        value = {"type": "identify", "traits": self.traits(person)}
        if self.chance(0.1) and person.emails:
            value["traits"]["email"] = self.email(person)
        else:
            self.ids(person, value)
        self.context(value)
        self.tracking(value)

    def call(self):
        person = self.person()
        value = self.ids(person, {"type": self.dice.choice(["group", "alias"])})
        if value["type"] == "group":
            value["traits"] = {**self.dice.choice(TRAITS["company"]), **({"email": self.email(person)} if self.chance(0.2) else {})}
        else:
            value["previousId"] = self.dice.choice(person.anons or ["spare"])
        self.context(value)
        self.tracking(value)

    def crm(self, event, properties):
        person = self.person()
        value = {"event": event, "messageId": self.message_id(), "properties": properties}
        if self.chance(0.15):
            value["leadId"] = self.dice.choice(["1", "2", "3", 1, "99"] if self.chance(0.2) else ["1", "2"])
        elif person.emails and (not person.users or self.chance(0.4)):
            value["email"] = self.email(person)
        else:
            value["userId"] = self.dice.choice(person.users or ["spare"])
        if self.chance(0.05):
            value["depth"] = self.dice.choice([7, 8, 9])
        self.emit(value, "crm.events")

    def mail(self):
        self.crm(self.dice.choice(MAILS + ("email.complained", "email.sent")),
                 self.dice.choice([{}, {}, {"hard": True}, {"hard": False}, {"auto": True}]))

    def sales(self):
        self.crm(self.dice.choice(["booking.created", "booking.created", "note.added", "task.completed"]), {})

    def moved(self):
        pipelines = list(self.book.pipelines) or ["p0"]
        self.crm("deal.moved", {"pipeline": self.dice.choice(pipelines * 8 + ["px"]), "to": self.dice.choice(STAGES * 3 + ("nowhere",)),
                                "by": "anna", "reason": "x"})

    def retraction(self):
        ids = self.message_ids[-12:] + [f"m{len(self.message_ids) + ahead}" for ahead in (2, 3)]
        ids += [f"{key[0]}:{key[1]}:{key[2]}:{key[3]}:1" for key in list(self.versions)[-2:]]
        self.emit({"event": "activity.retracted", "messageId": self.message_id(),
                   "properties": {"messageId": self.dice.choice(ids), "reason": "x"}}, "crm.events")

    def erasure(self):
        self.crm("lead.erased", {})

    def erp(self):
        person = self.person()
        source, customer = self.dice.choice(person.customers or self.people[0].customers or [("jtl", "90")])
        kind = self.dice.choice(["customer", "order", "order", "invoice", "invoice", "payment", "payment", "credit"])
        key = source, customer, kind, customer if kind == "customer" else f"{kind[0]}{self.dice.randint(1, 3)}"
        known = self.versions.get(key, 0)
        version = self.dice.choice([known + 1] * 5 + [known + 2, max(known, 1), max(known - 1, 1)])
        self.versions[key] = max(known, version)
        value = {"source": source, "customer": customer, "kind": kind, "id": key[3], "version": version,
                 "data": getattr(self, "erp_" + kind)(person, key)}
        value["timestamp"] = times.write_instant(self.now - self.dice.choice([0, 0, 1000, times.HOUR, times.DAY]))
        self.emit(value, "erp.changes")

    def date(self):
        return times.write_day(self.dice.choice([self.dice.choice(self.bases), times.day_of(self.now) - self.dice.randint(0, 3)]))

    def erp_customer(self, person, _key):
        data = {"email": self.email(person) if self.chance(0.6) else "", "firstName": self.dice.choice(["Ada", "Bob", ""]),
                "company": self.dice.choice(["Acme", "", None])}
        for key, values in (("vatId", ("DE1", "", None)), ("netPrices", (True, False)), ("churnDays", (3, 7, None)),
                            ("businessType", ("restaurant", "catering", "hotel", "bar")), ("lastName", ("Love", None))):
            if self.chance(0.4):
                data[key] = self.dice.choice(values)
        return data

    def erp_order(self, _person, _key):
        data = {"number": "n", "placedOn": self.date(), "netCents": self.dice.choice([10000, 5000, 0]), "currency": "EUR",
                "cancelled": self.chance(0.15)}
        if self.chance(0.8):
            data["channel"] = self.dice.choice(["web", "shop", "fax", ""])
        if self.chance(0.6):
            data["lines"] = [{"sku": "s", "category": self.dice.choice(["tea", "coffee", "Zimt"]), "quantity": 1,
                              "netCents": self.dice.choice([1000, 2000, 3000])} for _ in range(self.dice.randint(0, 3))]
        return data

    def erp_invoice(self, _person, key):
        gross = self.dice.choice([10000, 10000, 11000, 5000, 5001, 0, 150000, 100000])
        data = {"number": "n", "issuedOn": self.date(), "netCents": gross, "grossCents": gross, "cancelled": self.chance(0.12)}
        self.invoices[(*key[:2], key[3])] = data
        if self.chance(0.7):
            data["dueOn"] = times.write_day(times.read_day(data["issuedOn"]) + self.dice.choice([0, 1, 7, 14, 30]))
        return data

    def erp_payment(self, _person, key):
        """Mostly of an invoice that is there, some days later, often exactly what it asks for."""
        id = f"i{self.dice.choice([1, 1, 2, 3])}"
        data = {"invoice": id, "paidOn": self.date(), "grossCents": self.dice.choice([10000, 5000, 100000, 150000, -5000, 1])}
        invoice = self.invoices.get((*key[:2], id))
        if invoice and self.chance(0.7):
            data["paidOn"] = times.write_day(times.read_day(invoice["issuedOn"]) + self.dice.choice([0, 0, 1, 6, 7, 8, 14, 15]))
        if invoice and self.chance(0.6):
            data["grossCents"] = self.dice.choice([invoice["grossCents"], invoice["grossCents"] // 2, -invoice["grossCents"]])
        return data

    def erp_credit(self, _person, _key):
        cents = self.dice.choice([1000, 5000, 5001, 10000])
        return {"issuedOn": self.date(), "netCents": cents, "grossCents": cents,
                **({"invoice": f"i{self.dice.randint(1, 3)}"} if self.chance(0.8) else {})}

    def repeat(self):
        """An earlier line again, now; sometimes with other contents."""
        line = self.dice.choice([line for line in self.lines if isinstance(line, dict)] or [None])
        if line is None:
            return
        line = json.loads(json.dumps(line))
        line["time"] = times.write_instant(self.now)
        if self.chance(0.2):
            line["value"]["properties"] = {"form": "y"}
        self.lines.append(line)

    def bad(self):
        later = times.write_instant(self.now + 9 * times.DAY)
        kind = self.dice.randint(0, 9)
        if kind < len(BAD):
            self.lines.append(BAD[kind].replace("%s", later))
            return
        value = {"type": "page", "messageId": self.message_id(), "userId": self.people[0].users[0] if self.people[0].users else "spare",
                 "receivedAt": later}
        crm = {**value, "event": "note.added"}
        self.lines.append([
            {"value": {**value, "type": "pageview"}}, {"value": {**value, "messageId": ""}},
            {"value": {**value, "userId": self.dice.choice(NOBODY)}}, {"value": {**value, "receivedAt": "yesterday"}},
            {"value": {**value, "type": "track", "event": self.dice.choice(MAILS + ("order.placed", "deal.moved"))}},
            {"topic": "crm.events", "value": self.dice.choice([
                {**crm, "event": "email.eaten"}, {**crm, "leadId": "99"}, {**crm, "messageId": None},
                {"event": "note.added", "messageId": "x", "receivedAt": later}])}][kind - len(BAD)])


def generate(start, backwards=False):
    """backwards: with lines whose log time is before an earlier line's."""
    dice = random.Random(start)
    book = generate_book.Book(dice)
    events = Events(dice, book, backwards)
    lines = events.make(dice.randint(10, 60))
    at = events.now + dice.choice([0, times.HOUR, times.DAY, 3 * times.DAY, 12 * times.DAY, (-events.now) % times.DAY])
    return Case(book.tables, lines, times.write_instant(at), dice.random() < 0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start", type=int, required=True)
    parser.add_argument("--to", required=True)
    options = parser.parse_args()
    generate(options.start).write(options.to)


if __name__ == "__main__":
    main()
