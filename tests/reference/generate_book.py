"""Random rule books: a handful of each thing, with thresholds that few events reach."""
import json

EVENTS = ("Form", "Demo", "Big", "Download")
MAILS = ("email.opened", "email.clicked", "email.replied", "email.bounced", "email.unsubscribed")
SALES = ("booking.created", "note.added", "deal.moved", "task.completed")
ERP = ("order.placed", "order.changed", "order.cancelled", "invoice.issued", "invoice.changed", "payment.received", "credit.issued",
       "customer.changed")
CALLS = ("page", "identify", "group", "screen", "alias")
PATHS = ("/pricing", "/pricing/pro", "/blog/a", "/about")
FORMS = ("x", "y", "1", 1, 1.0, True, False, 2.5, None, [1, "a"], {"b": 1, "a": 2}, {"a": 2.0, "b": 1})
ZONES = ("Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Auckland")
TRAITS = {"title": ("CEO", "CTO", "dev"), "country": ("DE", "FR", "AT"), "plan": ("pro", "free"), "newsletter": (True, False),
          "size": (5, 10, 10.0, 50, "10"), "company": ({"name": "Acme", "size": 20}, {"name": "Initech"}, {})}
STAGES = ("new", "talk", "offer", "won", "lost")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Book:
    """Makes one rule book; `tables` is {table name: [entries]}, entries are dicts with sub tables as lists of dicts."""

    def __init__(self, dice):
        self.dice = dice
        self.tables = {}
        self.tiers = self.pipelines = self.intents = ()
        self.make()

    def chance(self, probability):
        return self.dice.random() < probability

    def maybe(self, table, key, probability, value):
        if self.chance(probability):
            table[key] = value()

    def make(self):
        dice = self.dice
        if self.chance(0.6):
            self.tables["category"] = [self.category(id) for id in ("c1", "c2")[:dice.randint(1, 2)]]
        if self.chance(0.2):
            self.tables["score"] = dice.choice([{"min": -50}, {"max": 45.5}, {"min": -20.25, "max": 60}])
        self.tables["rule"] = [self.rule(f"r{n}") for n in self.shuffled(dice.randint(1, 5))]
        self.tables["fit"] = [self.fit(f"f{n}") for n in range(dice.randint(0, 2))]
        self.tables["inactivity"] = [{"id": f"q{n}", "points": dice.choice([-5, 3, -2.5]), "days": dice.randint(1, 6)}
                                     for n in range(dice.choice([0, 0, 1, 2]))]
        self.make_tiers()
        self.intents = tuple(f"i{n}" for n in range(dice.choice([0, 1, 1, 2])))
        self.tables["intent"] = [self.intent(id) for id in self.intents]
        self.pipelines = tuple(f"p{n}" for n in self.shuffled(dice.choice([0, 1, 1, 2])))
        self.tables["pipeline"] = [self.pipeline(id) for id in self.pipelines]
        sequences = [f"s{n}" for n in self.shuffled(dice.choice([0, 1, 1, 2, 2]))]
        self.tables["trigger"] = [self.trigger(f"t{n}", sequences) for n in self.shuffled(dice.choice([0, 1, 2, 3, 4]))]
        self.tables["sequence"] = [self.sequence(id) for id in sequences]

    def shuffled(self, count):
        return self.dice.sample(range(count), count)

    def category(self, id):
        table = {"id": id}
        self.maybe(table, "min", 0.5, lambda: self.dice.choice([0, -5, 2.5]))
        self.maybe(table, "max", 0.5, lambda: self.dice.choice([20, 30, 12.34]))
        return table

    def counting(self, table):
        """What rules and signals share."""
        table["on"] = self.on()
        self.maybe(table, "where", 0.35, self.where)
        self.maybe(table, "limit", 0.3, lambda: self.dice.choice([10, 20, 15.5, 30]))
        self.maybe(table, "once_per", 0.4, lambda: self.dice.choice(
            ["lead", "day", "properties.form", "properties.form", "context.page.path", "type", "traits.title"]))
        self.maybe(table, "max_per_day", 0.2, lambda: self.dice.randint(1, 3))
        return table

    def decay(self):
        if self.chance(0.4):
            return {"zero_after_days": self.dice.choice([1, 2, 3, 7, 10])}
        return {"factor": self.dice.choice([0.5, 0.333333, 0.9, 0.000001, 0.25]), "every_days": self.dice.choice([1, 2, 3, 7])}

    def rule(self, id):
        table = self.counting({"id": id, "points": self.dice.choice([5, 10, 10, 20, 2.5, 7.77, -5, -10])})
        if "category" in self.tables:
            self.maybe(table, "category", 0.7, lambda: self.dice.choice(self.tables["category"])["id"])
        if table.get("once_per", "day") == "day":
            self.maybe(table, "min_per_day", 0.1, lambda: self.dice.randint(1, 3))
        self.maybe(table, "decay", 0.4, self.decay)
        self.maybe(table, "expires_after_days", 0.3, lambda: self.dice.choice([1, 2, 5, 10]))
        return table

    def on(self):
        one = self.dice.choice([self.dice.choice(EVENTS)] * 5 + ["page"] * 4 + [self.dice.choice(SALES), self.dice.choice(MAILS),
                               self.dice.choice(ERP), self.dice.choice(CALLS)])
        if self.chance(0.2):
            return sorted({one, self.dice.choice(EVENTS), self.dice.choice(SALES + MAILS)})
        return one

    def where(self, depth=0):
        """A condition on an event."""
        table = {}
        for _ in range(self.dice.choice([1, 1, 1, 2])):
            if depth < 2 and self.chance(0.2):
                table[self.dice.choice(["any", "all", "none"])] = [self.where(depth + 1) for _ in range(self.dice.choice([0, 1, 2, 2]))]
            else:
                path, values = self.dice.choice([
                    ("context.page.path", PATHS), ("context.page.path", PATHS), ("properties.form", ("x", "y", "1", 1, 2.5, True)),
                    ("properties.form", ("x", 1)), ("properties.percent", (10, 50, 50.5)), ("traits.title", TRAITS["title"]),
                    ("type", ("page", "track", "crm")), ("source", ("default", "shop", "jtl")), ("properties.form.a", (2, 3)),
                    ("name", ("page", "Form")), ("properties.name", ("Home",)), ("properties.netCents", (5000, 10000)),
                    ("traits.companyName", ("Acme",))])
                table[path] = self.value_condition(values)
        return table

    def value_condition(self, values):
        value = self.dice.choice(values)
        if self.chance(0.25):
            return value
        return {op: operand for op, operand in (self.operator(values) for _ in range(self.dice.choice([1, 1, 1, 2])))}

    def operator(self, values):
        value = self.dice.choice(values)
        texts = [v for v in values if isinstance(v, str)]
        choices = [("is", value), ("is_not", value), ("in", list(self.dice.sample(values, min(len(values), 2)))),
                   ("exists", self.chance(0.6))]
        if texts:
            text = self.dice.choice(texts)
            cut = self.dice.randint(1, len(text))
            choices += [("prefix", text[:cut]), ("suffix", text[-cut:]), ("contains", text[-2:]),
                        ("matches", self.dice.choice(["^" + text[:cut], "(?i)" + text.upper() + "$", "[eo]", "^.{3}$"]))]
        else:
            number = self.dice.choice([v for v in values if not isinstance(v, bool)] or [1])
            choices += [(op, number) for op in ("gt", "gte", "lt", "lte")]
        return self.dice.choice(choices)

    def traits_condition(self):
        trait = self.dice.choice(sorted(TRAITS))
        if trait == "company":
            return self.dice.choice([{"traits.company.name": self.value_condition(("Acme", "Initech"))},
                                     {"traits.company": {"exists": self.chance(0.7)}}])
        return {f"traits.{trait}": self.value_condition(TRAITS[trait])}

    def fit(self, id):
        table = {"id": id, "points": self.dice.choice([5, 10, -5]), "when": self.traits_condition()}
        if self.chance(0.3):
            table["when"] = {self.dice.choice(["any", "all", "none"]): [self.traits_condition(), self.traits_condition()]}
        if "category" in self.tables:
            self.maybe(table, "category", 0.6, lambda: self.dice.choice(self.tables["category"])["id"])
        return table

    def make_tiers(self):
        tiers, least = [], 0
        for id in ("cold", "warm", "hot", "burning")[:self.dice.choice([0, 2, 3, 4, 4])]:
            table = {"id": id, "min": least}
            if least > 0:
                self.maybe(table, "leave", 0.5, lambda: least - self.dice.choice([1, 2.5, 5]))
            tiers.append(table)
            least += self.dice.choice([5, 10, 10, 12.5])
        self.tiers = tuple(table["id"] for table in tiers)
        self.tables["tier"] = tiers

    def intent(self, id):
        table = {"id": id}
        signals = self.dice.randint(1, 3)
        self.maybe(table, "min_signals", 0.4, lambda: self.dice.randint(1, min(signals, 2)))
        self.maybe(table, "decay", 0.5, self.decay)
        self.maybe(table, "expires_after_days", 0.3, lambda: self.dice.choice([1, 3, 10]))
        table["signal"] = [self.counting({"id": f"{id}g{n}", "points": self.dice.choice([10, 20, 40, 12.5])})
                           for n in range(signals)]
        table["level"] = [{"id": "low", "min": 10}, {"id": "high", "min": 40}]
        for level in table["level"]:
            self.maybe(level, "leave", 0.4, lambda: level["min"] - self.dice.choice([5, 2.5]))
        return table

    def when(self, depth=0):
        """A condition on a lead."""
        table = {}
        for _ in range(self.dice.choice([1, 1, 1, 2])):
            if depth < 2 and self.chance(0.2):
                table[self.dice.choice(["any", "all", "none"])] = [self.when(depth + 1) for _ in range(self.dice.choice([0, 1, 2, 2]))]
            else:
                table.update(self.fact())
        return table

    def ranks(self, ranks):
        rank = self.dice.choice(ranks)
        return self.dice.choice([{"at_least": rank}, {"at_least": rank}, {"is": rank}])

    def fact(self):
        kinds = ["traits", "did", "did", "customer"] + ["tier"] * 2 * bool(self.tiers) + ["intent"] * bool(self.intents)
        kinds += ["stage"] * bool(self.pipelines)
        kind = self.dice.choice(kinds)
        if kind == "traits":
            return self.traits_condition()
        if kind == "tier":
            return {"tier": self.dice.choice(self.tiers) if self.chance(0.2) else self.ranks(self.tiers)}
        if kind == "intent":
            return {f"intent.{self.dice.choice(self.intents)}": self.ranks(("low", "high"))}
        if kind == "stage":
            return {f"stage.{self.dice.choice(self.pipelines)}": self.ranks(STAGES[:3])}
        if kind == "did":
            return {"did": self.did()}
        return dict([self.dice.choice([
            ("customer.orders", {"gte": self.dice.randint(0, 2)}), ("customer.churn_risk", self.chance(0.6)),
            ("customer.trend", {"is_not": "STABLE"}), ("customer.payment_score", {"in": ["EXCELLENT", "UNKNOWN", "GOOD"]}),
            ("customer.days_to_pay", {"lte": 7}), ("customer.days_late", {"exists": False}), ("customer.b2b", True),
            ("customer.revenue_30", {"gt": 5000}), ("customer.overdue_amount", {"gt": 0}), ("customer.channel", {"is_not": "web"}),
            ("customer.last_order_on", {"exists": True})])])

    def did(self):
        if self.chance(0.4):
            return self.dice.choice(EVENTS + SALES + MAILS + ("page", "order.placed"))
        table = {"on": self.on()}
        self.maybe(table, "where", 0.4, self.where)
        self.maybe(table, "within_days", 0.6, lambda: self.dice.choice([1, 2, 3, 7]))
        return table

    def pipeline(self, id):
        table = {"id": id}
        self.maybe(table, "priority", 0.5, lambda: self.dice.choice([-1, 0, 0, 5]))
        self.maybe(table, "route", 0.85, lambda: {} if self.chance(0.1) else self.when())
        self.maybe(table, "reopen_after_days", 0.5, lambda: self.dice.choice([1, 1, 2, 4]))
        table["stage"] = [{"id": stage, "name": stage, **({"outcome": stage} if stage in ("won", "lost") else {})} for stage in STAGES]
        table["advance"] = [{"id": f"{id}a{n}", "to": self.dice.choice(STAGES[1:4]), "when": self.when()}
                            for n in self.shuffled(self.dice.choice([0, 1, 2, 3]))]
        return table

    def occasion(self):
        """`on`, `enrol_on`, an entry of `exit_on`."""
        kinds = ["activity"] * 3 + ["customer"] + ["tier"] * 2 * bool(self.tiers[1:]) + ["intent"] * bool(self.intents)
        kinds += ["stage"] * 2 * bool(self.pipelines)
        kind = self.dice.choice(kinds)
        if kind == "tier":
            return {"tier": self.dice.choice(self.tiers[1:])}
        if kind == "intent":
            return {"intent": f"{self.dice.choice(self.intents)}/{self.dice.choice(['low', 'high'])}"}
        if kind == "stage":
            return {"stage": f"{self.dice.choice(self.pipelines)}/{self.dice.choice(STAGES)}"}
        if kind == "customer":
            return {"customer": "churn_risk"}
        table = {"activity": self.on()}
        self.maybe(table, "where", 0.3, self.where)
        return table

    def trigger(self, id, sequences):
        table = {"id": id, "on": self.occasion()}
        self.maybe(table, "when", 0.3, self.when)
        self.maybe(table, "cooldown_days", 0.5, lambda: self.dice.choice([1, 1, 2, 5]))
        table["action"] = [{**({"delay": "2h"} if self.chance(0.2) else {}), "kind": "slack.message", "with": {"channel": "#sales", "text": "x"}}]
        if sequences and self.chance(0.5):
            table["action"].append({"kind": "sequence.enrol", "with": {"sequence": self.dice.choice(sequences)}})
        return table

    def window(self):
        opens, closes = self.dice.choice([("09:00", "17:00"), ("00:00", "12:30"), ("02:30", "23:59"), ("02:00", "03:00"), ("22:00", "23:00")])
        return {"days": sorted(self.dice.sample(WEEK, self.dice.randint(1, 6)), key=WEEK.index), "from": opens, "to": closes}

    def sequence(self, id):
        table = {"id": id}
        self.maybe(table, "enrol_on", 0.8, self.occasion)
        self.maybe(table, "when", 0.3, self.when)
        self.maybe(table, "re_enrol_after_days", 0.6, lambda: self.dice.choice([1, 1, 2, 5]))
        self.maybe(table, "timezone", 0.7, lambda: self.dice.choice(ZONES))
        self.maybe(table, "window", 0.5, self.window)
        self.maybe(table, "consent", 0.1, lambda: "newsletter")
        self.maybe(table, "exit_on", 0.6, lambda: [self.occasion() for _ in range(self.dice.randint(1, 3))])
        afters = self.dice.sample(["0d", "0h", "1h", "90m", "5h", "1d", "1d", "24h", "2d", "2d", "3d", "48h", "7d", "14d"],
                                  self.dice.choice([1, 2, 3, 3]))
        table["step"] = [{"id": f"m{n}", "after": after, "subject": "Hello", "template": "t"}
                         for n, after in zip(self.shuffled(len(afters)), sorted(afters, key=minutes))]
        return table


def minutes(after):
    return int(after[:-1]) * {"d": 1440, "h": 60, "m": 1}[after[-1]]


def toml_value(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(inner)}" for key, inner in value.items()) + " }" if value else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0") + ("0" if value == int(value) else "")
    return json.dumps(value)


def toml_key(key):
    return key if key.replace("_", "").isalnum() else json.dumps(key)


def toml(tables):
    """The text of a rule book. Lists of dicts under sub table names become arrays of tables."""
    lines = []
    for name, entries in tables.items():
        for entry in [entries] if isinstance(entries, dict) else entries:
            lines.append(f"[{name}]" if isinstance(entries, dict) else f"[[{name}]]")
            later = {}
            for key, value in entry.items():
                if key in ("signal", "level", "stage", "advance", "action", "step") and isinstance(value, list):
                    later[key] = value
                else:
                    lines.append(f"{toml_key(key)} = {toml_value(value)}")
            for key, inner in later.items():
                for one in inner:
                    lines.append(f"[[{name}.{key}]]")
                    lines += [f"{toml_key(k)} = {toml_value(v)}" for k, v in one.items()]
    return "\n".join(lines) + "\n"
