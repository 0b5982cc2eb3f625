"""One story for several tests: people on a website, their ERP documents, what mail and sales people know of them; with
merges over all partitions, retractions before and after, erasures, imports, machines, loops, and everything sent in an
order of nobody's choosing. The book beside it lets a lot follow from little.

Nobody shares a device, a name or a customer number, so who is who, the scores and the figures of customers do not
depend on the order between partitions. (Erased people's do: they are left out where that matters.)"""
import datetime
import os
import pathlib
import random

BOOK = pathlib.Path(__file__).resolve().parent / "book"
TRACKING, CRM, ERP = "tracking.events", "crm.events", "erp.changes"
PATHS = ["/", "/pricing", "/pricing/pro", "/blog", "/about"]
STAGES = ["new", "meeting", "offer", "won", "lost"]


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def day(days_ago, end=None):
    """Days before today, or before another end of the story."""
    return ((end or now()) - datetime.timedelta(days=days_ago)).strftime("%Y-%m-%d")


def instant(days_ago, end=None):
    return ((end or now()) - datetime.timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Documents:
    """All versions of one customer's documents, in the order in which an ERP system would have them."""

    def __init__(self, dice, customer, email, history=False, orders=5, end=None):
        self.dice, self.customer, self.history, self.end, self.all = dice, customer, history, end, []
        silent = dice.random() < 0.3  # has not ordered for long
        for n in range(dice.randrange(1, orders + 1)):
            ago, net = dice.randrange(40, 150) if silent else dice.randrange(0, 120), dice.randrange(1_000, 150_000)
            self._order(n, ago, net)
            self._invoice(n, max(0, ago - 2), net)
        business = dice.choice(["restaurant", "hotel", "", "Catering"])
        self._add("customer", "master", {"email": "", "company": "First Ltd", "businessType": business})
        self._add("customer", "master", {"email": email, "firstName": "Kim", "lastName": customer, "company": f"{customer} Ltd", "vatId": dice.choice(["", "DE123"]), "businessType": business}, 2)

    def _add(self, kind, number, data, version=1):
        self.all.append({"source": "jtl", "customer": self.customer, "kind": kind, "id": number, "version": version, "timestamp": instant(self.dice.randrange(3), self.end),
                         "history": self.history, "data": data})

    def _day(self, days_ago):
        return day(max(0, days_ago), self.end)

    def _order(self, n, ago, net):
        dice = self.dice
        order = {"number": f"A{self.customer}-{n}", "placedOn": self._day(ago), "netCents": net, "currency": "EUR", "channel": dice.choice(["web", "phone", "fax"]),
                 "lines": [{"sku": "s1", "category": dice.choice(["wine", "cheese", ""]), "quantity": 2, "netCents": net}]}
        self._add("order", f"o{n}", order)
        if dice.random() < 0.3:
            self._add("order", f"o{n}", dict(order, netCents=net + 500, cancelled=dice.random() < 0.3), 2)

    def _invoice(self, n, issued, net):
        dice, gross = self.dice, net * 119 // 100
        invoice = {"number": f"R{self.customer}-{n}", "issuedOn": self._day(issued), "dueOn": day(issued - 14, self.end), "netCents": net, "grossCents": gross}
        self._add("invoice", f"i{n}", invoice)
        if dice.random() < 0.2:
            self._add("invoice", f"i{n}", dict(invoice, netCents=net + 500, grossCents=gross + 595), 2)
            self._add("invoice", f"i{n}", dict(invoice, cancelled=True), 3)
        if dice.random() < 0.7:
            half = gross // 2
            self._add("payment", f"p{n}a", {"invoice": f"i{n}", "paidOn": self._day(issued - 5) if dice.random() < 0.9 else None, "grossCents": half})
            self._add("payment", f"p{n}b", {"invoice": f"i{n}", "paidOn": self._day(issued - 12), "grossCents": gross - half})
        if dice.random() < 0.2:
            self._add("credit", f"c{n}", {"invoice": f"i{n}", "issuedOn": self._day(issued - 3), "netCents": 300, "grossCents": 357})


class Story:
    def __init__(self, seed, people=150, calls=3_000, facts=450, end=None):
        self.seed = int(os.environ.get("SCORELINE_E2E_SEED", seed))  # another number: another story
        self.dice, self.end = random.Random(self.seed), end
        self.people, self.gone = people, range(people, people + people // 10)
        self.inputs = []  # topic, key, value
        self.bad_moves = self.unknown_leads = 0
        for n in range(calls):
            self._call(n)
        for person in range(people + len(self.gone)):
            self._add(TRACKING, None, {"messageId": f"known{person}", "anonymousId": self._device(person), "type": "identify", "userId": f"user-{person}",
                                       "timestamp": instant(2, end), "traits": self._traits(person)})
        for n in range(facts):
            self._fact(n)
        for person in range(0, people + len(self.gone), 3):
            made = Documents(self.dice, f"c{person}", f" P{person}@Example.com", history=person % 4 == 0, end=end).all
            for document in made + made[:1]:
                self._add(ERP, f"jtl:c{person}", document)
        self._retractions()
        self.dice.shuffle(self.inputs)
        self._erasures()

    def __len__(self):
        return len(self.inputs)

    def _add(self, topic, key, value):
        self.inputs.append((topic, key, value))
        if self.dice.random() < 0.02:
            self.inputs.append((topic, key, value))  # sent twice

    def _person(self):
        return self.dice.randrange(self.people + len(self.gone))

    def _device(self, person):
        return f"device-{person}-{self.dice.randrange(3)}"

    def _traits(self, person):
        return {"title": "CEO" if person % 5 == 0 else "Clerk", "email": f"p{person}@example.com"}

    def _call(self, n):
        dice, person = self.dice, self._person()
        call = {"messageId": f"m{n}", "anonymousId": self._device(person), "type": "page", "context": {"page": {"path": dice.choice(PATHS)}}}
        if dice.random() < 0.6:
            call["timestamp"] = instant(dice.randrange(40), self.end)
        kind = dice.random()
        if kind < 0.06:
            call.update(type="identify", userId=f"user-{person}", traits=self._traits(person))
        elif kind < 0.16:
            call.update(type="track", event="Form Submitted", properties={"form_id": f"f{dice.randrange(3)}"})
        elif kind < 0.24:
            call.update(type="track", event="Demo Requested", properties={})
        elif kind < 0.32:  # gives an address, but no name: a lead of its own until both are seen together
            call.update(type="track", event="Lead Magnet Downloaded", properties={"magnet": dice.choice(["checklist", "poster"]), "email": f"p{person}@example.com"})
        elif kind < 0.5:
            call["userId"] = f"user-{person}"
        self._add(TRACKING, None, call)

    def _fact(self, n):
        dice, person = self.dice, self._person()
        name = dice.choice(["booking.created", "email.clicked", "email.clicked", "email.replied", "email.unsubscribed", "email.bounced", "deal.moved", "deal.moved", "note.added"])
        properties = {}
        if name == "deal.moved":
            properties = {"pipeline": "sales", "to": dice.choice(STAGES), "by": "anna"}
            if dice.random() < 0.1:
                properties["to"] = "moon"
        if name == "email.bounced":
            properties = {"hard": dice.random() < 0.3}
        if name == "email.replied":
            properties = {"auto": dice.random() < 0.2}
        fact = {"event": name, "messageId": f"f{n}", "properties": properties}
        fact.update(dice.choice([{"email": f"P{person}@example.com"}, {"userId": f"user-{person}"}, {"userId": f"user-{person}", "email": f"p{person}@example.com"}]))
        if dice.random() < 0.5:
            fact["timestamp"] = instant(dice.randrange(20), self.end)
        kind = dice.random()
        if kind < 0.06:
            fact["machine"] = True
        elif kind < 0.12:
            fact["depth"] = dice.choice([7, 8, 9])
        elif kind < 0.2:
            fact["history"] = True
        if properties.get("to") == "moon" and not fact.get("machine"):
            self.bad_moves += 1
        self._add(CRM, fact.get("userId") or fact["email"].lower(), fact)

    def _retractions(self):
        for n, message in enumerate([f"m{self.dice.randrange(2_000)}" for _ in range(60)] + [f"f{self.dice.randrange(400)}" for _ in range(30)]):
            self._add(CRM, f"message:{message}", {"event": "activity.retracted", "messageId": f"r{n}", "properties": {"messageId": message, "reason": "test"}})
        for n in range(5):
            self.unknown_leads += 1
            self.inputs.append((CRM, "lead:999999999", {"event": "note.added", "messageId": f"u{n}", "leadId": "999999999"}))

    def _erasures(self):
        """In the middle of what they do: whatever comes later begins a new life."""
        for n, person in enumerate(self.gone):
            place = self.dice.randrange(len(self.inputs) // 3, len(self.inputs) * 3 // 4)
            self.inputs.insert(place, (CRM, f"p{person}@example.com", {"event": "lead.erased", "messageId": f"e{n}", "email": f"p{person}@example.com"}))

    def ballast(self, count, size=1_000):
        """Calls that mean nothing, but are large."""
        made = [(TRACKING, None, {"messageId": f"b{len(self.inputs) + n}", "anonymousId": self._device(n % self.people), "type": "track", "event": "Ballast",
                                  "properties": {"text": "x" * size}}) for n in range(count)]
        self.inputs += made
        return made

    def is_gone(self, identifiers):
        """Somebody who was erased once, or may have been."""
        numbers = {text.split("-")[1] if text.startswith(("anon:device-", "user:user-")) else text.split("@")[0].removeprefix("email:p") if text.startswith("email:")
                   else text.removeprefix("erp:jtl:c") for text in identifiers}
        return any(int(number) in self.gone for number in numbers)

    def part(self, begin, end):
        """A stretch of it, as shares of the whole."""
        return self.inputs[int(len(self) * begin):int(len(self) * end)]


def publish(house, book=BOOK):
    house.scoreline("rulebook", "publish", str(book), "--note", "test")


def send(house, inputs):
    """Calls to the collector, documents and facts into their topics, in small pieces beside each other."""
    for first in range(0, len(inputs), 250):
        piece = inputs[first:first + 250]
        calls = [value for topic, _, value in piece if topic == TRACKING]
        for topic in (ERP, CRM):
            house.produce(topic, [(key, value) for one, key, value in piece if one == topic])
        for begin in range(0, len(calls), 100):
            status, verdict = house.post("/v1/batch", {"batch": calls[begin:begin + 100]}, key="server-key")
            assert status == 200 and not verdict["rejected"], (status, verdict)
