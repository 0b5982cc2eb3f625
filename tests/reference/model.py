"""The main loop: lines in file order, each handled completely (1.1) before the next, ticks in between, the report (10)."""
import decimal
import json

from . import customers, flow, identity, lines, score, sequences, times
from .customers import Document
from .lines import BadLine


class Cause:
    """What a lead is evaluated for: a record, or a tick."""

    def __init__(self, now, record=None, is_activity=False, retracted=False):
        self.now = now
        self.record = record
        # The activity as an occasion: None for ticks, machines, what was retracted before it came, documents without one.
        self.occasion = record if is_activity and not record.machine and not retracted else None
        self.message_id = record.message_id if is_activity else None
        self.retracted = retracted
        self.suppressed = None
        if record is not None and record.history:
            self.suppressed = "history"
        elif record is not None and record.depth >= 8:
            self.suppressed = "loop"


class Model:
    def __init__(self, book):
        self.book = book
        self.directory = identity.Directory(book)
        self.now = None
        self.seen = set()               # (topic, record key, message id) of accepted events
        self.retracted = set()          # message ids
        self.versions = {}              # key of an ERP document: (version, cancelled), kept for ever
        self.order = 0                  # of deals, firings, enrolments over all leads
        self.errors = []                # (line number, reason)

    def next_order(self):
        self.order += 1
        return self.order

    def line(self, text, number):
        try:
            record = lines.read(text, number)
            fresh = self.is_fresh(record)
            if fresh:
                self.directory.admit(record)
        except BadLine as error:
            self.errors.append((number, str(error)))
            return
        self.advance(record.log_time)
        if fresh:
            self.seen.add((record.topic, record.key, record.message_id))
            self.handle(record)

    def is_fresh(self, record):
        """Neither a duplicate nor an ERP version that changes nothing."""
        if (record.topic, record.key, record.message_id) in self.seen:
            return False
        return record.erp is None or record.version > self.versions.get(document_key(record), (record.version - 1, False))[0]

    def advance(self, instant):
        """Moves the clock, with a tick for every midnight in between. Time never runs backwards."""
        if self.now is None:
            self.now = instant
        while self.now < instant:
            midnight = (times.day_of(self.now) + 1) * times.DAY
            self.now = min(midnight, instant)
            if self.now == midnight:
                for lead in list(self.directory.leads.values()):
                    self.evaluate(lead, Cause(self.now))

    def handle(self, record):
        if record.retraction:
            self.retract(record)
        elif record.erasure:
            lead = self.directory.known(record)
            if lead is not None:
                self.directory.erase(lead)
        else:
            self.activity(record)

    def activity(self, record):
        is_activity = self.name_document(record) if record.erp else True
        lead = self.directory.resolve(record, self.now)
        lead.set_traits(record.lead_traits, record.at, record.message_id)
        if record.erp:
            document = Document(*document_key(record), record.data, record.at, self.date_of(record), record.message_id)
            lead.documents[document.key()] = document
        if is_activity and record.erp:
            record.at = self.activity_time(record)
        retracted = record.message_id in self.retracted
        if is_activity and not record.machine and not retracted:
            lead.activities.append(record)
        self.evaluate(lead, Cause(self.now, record, is_activity, retracted and is_activity))

    def name_document(self, record):
        """Section 11, Names. False where an accepted version gives no activity."""
        before = self.versions.get(document_key(record))
        cancelled = record.data.get("cancelled") is True
        self.versions[document_key(record)] = record.version, cancelled
        first = {"customer": "customer.changed", "order": "order.cancelled" if cancelled else "order.placed",
                 "invoice": "invoice.issued", "payment": "payment.received", "credit": "credit.issued"}
        further = {"customer": "customer.changed", "order": "order.changed", "invoice": "invoice.changed"}
        if before is None:
            record.name = first[record.kind]
        elif record.kind == "order" and cancelled and not before[1]:
            record.name = "order.cancelled"
        else:
            record.name = further.get(record.kind)
        return record.name is not None

    @staticmethod
    def date_of(record):
        """A document without its own date has that of `timestamp`."""
        own = times.read_day(record.data.get(lines.KINDS[record.kind])) if lines.KINDS[record.kind] else None
        return times.day_of(record.at) if own is None else own

    def activity_time(self, record):
        if record.name in ("order.placed", "invoice.issued", "payment.received", "credit.issued"):
            return lines.event_time(self.date_of(record) * times.DAY, record.received_at)
        return record.at

    def retract(self, record):
        """Section 9: found by its message id, whoever's it is, before or after it arrives."""
        self.retracted.add(record.key)
        for lead in list(self.directory.leads.values()):
            touched = any(a.message_id == record.key for a in lead.activities)
            lead.activities = [a for a in lead.activities if a.message_id != record.key]
            for firing in lead.firings:
                firing.retracted = firing.retracted or firing.message_id == record.key
            if touched:
                self.evaluate(lead, Cause(self.now, record))

    def evaluate(self, lead, cause):
        """1.1: customers, scoring and intent; then stages once; then triggers; then sequences."""
        occasions = [("activity", cause.occasion)] if cause.occasion else []
        if customers.churn_alarm(lead, times.day_of(self.now)):
            occasions.append(("customer", "churn_risk"))
        tier_change, intent_changes = score.evaluate_lead(self.book, lead, self.now)
        if tier_change:
            occasions.append(("tier", tier_change))
        occasions += [("intent", change) for change in intent_changes]
        occasions += [("stage", entry) for entry in flow.stages(self, lead, cause)]
        requests = flow.triggers(self, lead, occasions, cause)
        sequences.handle(self, lead, occasions + requests, cause)

    def report(self):
        surviving = [(sorted(identity.text(i).encode() for i in lead.identifiers), lead) for lead in self.directory.leads.values()]
        return [lead_report(self.book, self.now, lead, [i.decode() for i in texts])
                for texts, lead in sorted(surviving, key=lambda pair: pair[0])]


def document_key(record):
    return record.erp[0], record.erp[1], record.kind, record.id


def lead_report(book, now, lead, identifiers):
    today, scorer = times.day_of(now), score.Scorer(book, lead)
    change = scorer.next_change(today)
    figures = customers.figures(lead, today)
    return {
        "identifiers": identifiers,
        "score": score.shown(scorer.total(today)),
        "tier": None if lead.tier is None else book.tiers[lead.tier]["id"],
        "categories": {id: score.shown(value) for id, value in scorer.categories(today).items()},
        "contributions": [{"rule": id, "value": score.shown(value)}
                          for id, (_, value) in sorted(scorer.contributions(today).items(), key=lambda item: item[0].encode()) if value],
        "next_change_on": None if change is None else times.write_day(change),
        "intents": {intent["id"]: intent_report(book, intent, lead, today) for intent in book.intents},
        "deals": [{"pipeline": deal.pipeline, "stage": book.pipeline(deal.pipeline)["stage"][deal.stage]["id"], "open": deal.open}
                  for deal in sorted(lead.deals, key=lambda deal: deal.order) if not deal.merged],
        "firings": [{"trigger": firing.trigger, "at": times.write_instant(firing.at), "suppressed": firing.suppressed,
                     "retracted": firing.retracted} for firing in lead.firings],
        "emails": emails_report(lead, now),
        "customer": None if figures is None else customers.shown(figures),
        "traits": lead.trait_values(),
    }


def intent_report(book, intent, lead, today):
    level = lead.levels[intent["id"]]
    return {"value": score.shown(score.intent_value(book, intent, lead, today)),
            "level": None if level is None else intent["level"][level]["id"]}


def emails_report(lead, now):
    mails = [(mail.due_at, enrolment.sequence["id"].encode(), mail.step["id"].encode(), enrolment.order, mail)
             for enrolment in lead.enrolments for mail in enrolment.mails]
    return [{"sequence": sequence.decode(), "step": step.decode(), "due_at": times.write_instant(due_at),
             "status": "cancelled" if mail.cancelled else "queued" if mail.unsent(now) else "sent", "reason": mail.cancelled}
            for due_at, sequence, step, _, mail in sorted(mails, key=lambda row: row[:4])]


def simulate(book, events, at):
    """events: lines as bytes; at: an instant or None. Returns the report and the errors (line number, reason)."""
    model = Model(book)
    for number, text in enumerate(events, 1):
        if text.strip():
            model.line(text, number)
    if at is not None and model.now is not None:
        model.advance(at)
    return model.report(), model.errors


def as_json(value):
    def number(decimal_value):
        if not isinstance(decimal_value, decimal.Decimal):
            raise TypeError(decimal_value)
        return int(decimal_value) if decimal_value == int(decimal_value) else float(decimal_value)

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=number)
