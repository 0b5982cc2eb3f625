"""One lead: what was counted for it, and its step-wise state."""


class Deal:
    def __init__(self, order, pipeline):
        self.order = order              # of creation, over all leads
        self.pipeline = pipeline
        self.stage = None               # position
        self.open = True
        self.merged = False             # closed by a merge of leads; no longer there for anybody
        self.closed_at = None
        self.used_up = set()            # ids of advances


class Firing:
    def __init__(self, order, trigger, at, suppressed, message_id):
        self.order, self.trigger, self.at, self.suppressed = order, trigger, at, suppressed
        self.message_id = message_id    # of the activity that caused it, None for a tick
        self.retracted = False


class Mail:
    def __init__(self, step, due_at):
        self.step, self.due_at = step, due_at
        self.cancelled = None           # the reason

    def unsent(self, now):
        return self.cancelled is None and self.due_at > now


class Enrolment:
    def __init__(self, order, sequence, at, dated, mails):
        self.order, self.sequence, self.mails = order, sequence, mails
        self.at = at                    # log time
        self.dated = dated              # exits by activities before this are none

    def active(self, now):
        return any(mail.unsent(now) for mail in self.mails)

    def cancel(self, now, reason):
        for mail in self.mails:
            if mail.unsent(now):
                mail.cancelled = reason


class Lead:
    def __init__(self, id, book):
        self.id = id
        self.identifiers = []           # ("user", None, "u"), ("erp", source, number), ... as they came
        self.activities = []            # records that count: human, not retracted
        self.traits = {}                # key: (at, message id as bytes, value)
        self.documents = {}             # Document.key(): Document
        self.tier = 0 if book.tiers else None
        self.levels = {intent["id"]: None for intent in book.intents}
        self.deals, self.firings, self.enrolments = [], [], []
        self.last_fired = {}            # trigger id: log time
        self.alarm_for = None           # last_order_on that the standing churn alarm was given for

    def purely_anonymous(self):
        return all(identifier[0] == "anon" for identifier in self.identifiers)

    def set_traits(self, traits, at, message_id):
        for key, value in traits.items():
            self.set_trait(key, (at, message_id.encode(), value))

    def set_trait(self, key, entry):
        if key not in self.traits or self.traits[key][:2] < entry[:2]:
            self.traits[key] = entry

    def trait_values(self):
        return {key: value for key, (_, _, value) in self.traits.items() if value is not None}

    def deals_of(self, pipeline):
        """Without merged ones, the oldest first."""
        return [deal for deal in sorted(self.deals, key=lambda deal: deal.order) if deal.pipeline == pipeline and not deal.merged]

    def newest_deal(self, pipeline):
        return (self.deals_of(pipeline) or [None])[-1]


def absorb(survivor, other, now, book):
    """Section 3, Merge: all that was counted for `other` counts for `survivor`."""
    survivor.identifiers += other.identifiers
    survivor.activities += other.activities
    for key, entry in other.traits.items():
        survivor.set_trait(key, entry)
    survivor.documents.update(other.documents)
    if book.tiers:
        survivor.tier = max(survivor.tier, other.tier)
    for intent, level in other.levels.items():
        survivor.levels[intent] = higher(survivor.levels[intent], level)
    survivor.alarm_for = higher(survivor.alarm_for, other.alarm_for)
    for trigger, at in other.last_fired.items():
        survivor.last_fired[trigger] = max(at, survivor.last_fired.get(trigger, at))
    survivor.firings = sorted(survivor.firings + other.firings, key=lambda firing: firing.order)
    survivor.deals += other.deals
    for pipeline in book.pipelines:
        join_deals(survivor.deals_of(pipeline["id"]), now)
    survivor.enrolments += other.enrolments
    for sequence in book.sequences:
        join_enrolments([e for e in survivor.enrolments if e.sequence is sequence and e.active(now)], now)


def higher(left, right):
    return right if left is None else left if right is None else max(left, right)


def join_deals(deals, now):
    deals = [deal for deal in deals if deal.open]
    if deals:
        kept = min(deals, key=lambda deal: (-deal.stage, deal.order))
        for deal in deals:
            if deal is not kept:
                deal.open, deal.merged, deal.closed_at = False, True, now


def join_enrolments(active, now):
    """The earlier goes on; what the other has sent already is not sent again."""
    if len(active) < 2:
        return
    active.sort(key=lambda enrolment: (enrolment.at, enrolment.order))
    kept = active[0]
    for other in active[1:]:
        sent = {mail.step["id"] for mail in other.mails if mail.cancelled is None and not mail.unsent(now)}
        other.cancel(now, "merged")
        for mail in kept.mails:
            if mail.unsent(now) and mail.step["id"] in sent:
                mail.cancelled = "merged"
