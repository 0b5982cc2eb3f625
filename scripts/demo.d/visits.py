"""A month of visits of about 500 people to three websites, always the same: who they are and what they do.

Makes tracking calls as the SDKs send them. Nothing here knows scoreline; it only knows websites and their visitors.
"""
import datetime
import random

SITES = {"www": "www.example-events.test", "blog": "blog.example-events.test", "shop": "shop.example-events.test"}
TITLES = ["CEO", "HR Manager", "Marketing Manager", "Office Manager", "CTO", "Assistant", "Student"]
COMPANIES = ["Alpine Foods", "Nordlicht Software", "Kranich Logistik", "Havel Medien", "Isar Robotics", "Feldberg Bau", "Elbe Consulting"]
COUNTRIES = ["DE", "AT", "CH", "NL"]
FIRST = ["Ada", "Ben", "Cleo", "Dana", "Emil", "Fatma", "Greta", "Hugo", "Ines", "Jan", "Kira", "Leo", "Mara", "Nils", "Olga", "Paul"]
LAST = ["Albers", "Brandt", "Conrad", "Dietz", "Ebert", "Falk", "Graf", "Hahn", "Ihle", "Jung", "Klein", "Lang", "Maurer", "Noll"]

# How often they come, how deep they look, what they do beyond looking.
PERSONAS = [
    # share, visits, pages, chance of each action per visit, chance to become known
    (0.58, (1, 2), (1, 2), 0.005, 0.05),
    (0.25, (2, 4), (1, 3), 0.02, 0.35),
    (0.12, (3, 6), (1, 4), 0.05, 0.80),
    (0.05, (4, 9), (2, 5), 0.10, 1.00),
]
ACTIONS = [
    ("Video Watched", {}),
    ("Lead Magnet Downloaded", {"magnet": "checklist_2025"}),
    ("Budget Calculator Used", {"budget_eur": 12000}),
    ("Quiz Completed", {"result": "summer party"}),
    ("Form Submitted", {"form_id": "contact"}),
    ("Calendar Booking Started", {}),
    ("Phone Clicked", {}),
    ("WhatsApp Clicked", {}),
]
PAGES = ["/", "/pricing", "/blog/ten-ideas", "/blog/budget", "/cases/alpine-foods", "/cases/isar-robotics", "/about", "/contact"]


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Person:
    def __init__(self, number, dice):
        self.number = number
        self.dice = dice
        self.devices = [f"device-{number:04d}-{k}" for k in range(1 if dice.random() < 0.8 else 2)]
        self.first, self.last = dice.choice(FIRST), dice.choice(LAST)
        self.email = f"{self.first}.{self.last}.{number}@example.org".lower()
        self.title, self.country = dice.choice(TITLES), dice.choice(COUNTRIES)
        self.company = {"name": dice.choice(COMPANIES), "employees": dice.choice([8, 40, 120, 250, 900])}
        point, self.persona = dice.random(), PERSONAS[-1]
        for persona in PERSONAS:
            if point < persona[0]:
                self.persona = persona
                break
            point -= persona[0]
        self.known = False

    def call(self, kind, moment, device, site, **more):
        event = {
            "type": kind,
            "anonymousId": device,
            "timestamp": stamp(moment),
            "context": {"page": {"path": more.pop("path", "/"), "url": "https://" + SITES[site]}, "userAgent": "Mozilla/5.0 (demo)", "locale": "de-DE"},
        }
        event.update(more)
        if self.known:
            event["userId"] = f"customer-{self.number}"
        event["messageId"] = f"demo-{self.number}-{device}-{int(moment.timestamp() * 1000)}-{kind}"
        return site, event

    def visit(self, moment):
        """The calls of one visit, in order, as (site, event)."""
        dice, (_, _, pages, eagerness, openness) = self.dice, self.persona
        device, site = dice.choice(self.devices), dice.choice(list(SITES))
        for _ in range(dice.randint(*pages)):
            yield self.call("page", moment, device, site, path=dice.choice(PAGES))
            moment += datetime.timedelta(seconds=dice.randint(5, 90))
        for name, properties in ACTIONS:
            if dice.random() < eagerness:
                yield self.call("track", moment, device, site, event=name, properties=properties)
                moment += datetime.timedelta(seconds=dice.randint(5, 60))
        if not self.known and dice.random() < openness / 2:
            self.known = True
            traits = {"email": self.email, "firstName": self.first, "lastName": self.last, "title": self.title, "country": self.country}
            yield self.call("identify", moment, device, site, traits=traits)
            yield self.call("group", moment + datetime.timedelta(seconds=1), device, site, groupId=self.company["name"], traits=self.company)


def people(count=500, seed=20260501):
    dice = random.Random(seed)
    crowd = [Person(number, random.Random(dice.random())) for number in range(1, count + 1)]
    for first, second in zip(crowd[40:80:2], crowd[41:80:2]):  # households and meeting rooms: one device, two people
        second.devices = [first.devices[0]] + second.devices
    return crowd


def history(crowd, now, days=30):
    """All calls of the past month, by time."""
    calls = []
    for person in crowd:
        lowest, highest = person.persona[1]
        for moment in sorted(now - datetime.timedelta(days=days * person.dice.random() ** 1.3, seconds=60) for _ in range(person.dice.randint(lowest, highest))):
            calls.extend(person.visit(moment))
    calls = [call for call in calls if call[1]["timestamp"] < stamp(now)]
    return sorted(calls, key=lambda call: call[1]["timestamp"])


def live(crowd, now):
    """One more visit of those who come back today, without end times: (site, event)."""
    dice = random.Random(99)
    for person in crowd:
        if dice.random() < 0.15 * (1 + PERSONAS.index(person.persona)):
            yield from person.visit(now)
