"""Deals (section 6) and triggers (section 7)."""
from . import conditions, times
from .lead import Deal, Firing

HOURS_24 = 24 * times.HOUR


class Stages:
    """One evaluation of stages for one lead. A stage entry is (pipeline id, position of the stage)."""

    def __init__(self, model, lead, cause):
        self.model, self.lead, self.cause = model, lead, cause
        self.entries = []

    def holds(self, when):
        return conditions.lead_holds(when, self.lead, self.model.book, self.cause.now)

    def create(self, pipeline, stage):
        deal = Deal(self.model.next_order(), pipeline)
        self.lead.deals.append(deal)
        self.enter(deal, stage)
        return deal

    def enter(self, deal, stage):
        deal.stage = stage
        deal.open = "outcome" not in self.model.book.pipeline(deal.pipeline)["stage"][stage]
        deal.closed_at = None if deal.open else self.cause.now
        self.entries.append((deal.pipeline, stage))

    def manual_move(self):
        activity = self.cause.occasion
        if activity is None or activity.name != "deal.moved":
            return
        pipeline, to = activity.properties.get("pipeline"), activity.properties.get("to")
        stage = self.model.book.stage_index(pipeline, to)
        if stage is None:
            self.model.errors.append((activity.line, "deal.moved to an unknown pipeline or stage"))
            return
        deal = self.lead.newest_deal(pipeline)
        if deal is None:
            deal = self.create(pipeline, stage)
        elif deal.stage == stage:
            return
        else:
            self.enter(deal, stage)
        deal.used_up |= {advance["id"] for advance in self.model.book.pipeline(pipeline).get("advance", [])
                         if self.holds(advance["when"])}

    def route(self):
        if any(deal.open for deal in self.lead.deals):
            return
        for pipeline in sorted(self.model.book.pipelines, key=lambda pipeline: pipeline.get("priority", 0)):
            if "route" in pipeline and self.is_free(pipeline) and self.holds(pipeline["route"]):
                self.create(pipeline["id"], 0)
                return

    def is_free(self, pipeline):
        """No deal there, or the latest closing is long enough ago."""
        closings = [deal.closed_at for deal in self.lead.deals_of(pipeline["id"])]
        if not closings:
            return True
        days = times.day_of(self.cause.now) - times.day_of(max(closings))
        return "reopen_after_days" in pipeline and days >= pipeline["reopen_after_days"]

    def advance(self):
        """All decisions see the facts after the route; then the moves are made."""
        moves = [(deal, self.farthest(deal)) for deal in sorted(self.lead.deals, key=lambda deal: deal.order) if deal.open]
        for deal, advance in moves:
            if advance is not None:
                deal.used_up.add(advance["id"])
                self.enter(deal, self.model.book.stage_index(deal.pipeline, advance["to"]))

    def farthest(self, deal):
        best, best_stage = None, deal.stage
        for advance in self.model.book.pipeline(deal.pipeline).get("advance", []):
            stage = self.model.book.stage_index(deal.pipeline, advance["to"])
            if stage > best_stage and advance["id"] not in deal.used_up and self.holds(advance["when"]):
                best, best_stage = advance, stage
        return best


def stages(model, lead, cause):
    evaluation = Stages(model, lead, cause)
    evaluation.manual_move()
    evaluation.route()
    evaluation.advance()
    return evaluation.entries


def occasion_matches(on, occasion, book):
    """`on` of a trigger, `enrol_on` and `exit_on` of a sequence."""
    kind, what = occasion
    if kind not in on:
        return False
    if kind == "activity":
        return conditions.event_holds(on["activity"], on.get("where", {}), what)
    if kind == "customer":
        return on["customer"] == what
    if kind == "tier":
        old, new = what
        return old < book.tier_index(on["tier"]) <= new
    id, _, name = on[kind].partition("/")
    if kind == "intent":
        return what[0] == id and what[1] < book.level_index(id, name) <= what[2]
    return kind == "stage" and what == (id, book.stage_index(id, name))


def triggers(model, lead, occasions, cause):
    """Records the firings; gives the enrolment requests as further occasions."""
    requests = []
    for occasion in occasions:
        for trigger in model.book.triggers:
            if not occasion_matches(trigger["on"], occasion, model.book):
                continue
            if not conditions.lead_holds(trigger.get("when", {}), lead, model.book, cause.now):
                continue
            suppressed = suppression(trigger, lead, cause)
            firing = Firing(model.next_order(), trigger["id"], cause.now, suppressed, cause.message_id)
            firing.retracted = cause.retracted
            lead.firings.append(firing)
            if suppressed is None:
                lead.last_fired[trigger["id"]] = cause.now
                requests += [("request", action["with"]["sequence"]) for action in trigger.get("action", [])
                             if action["kind"] == "sequence.enrol"]
    return requests


def suppression(trigger, lead, cause):
    if cause.suppressed is not None:
        return cause.suppressed
    last = lead.last_fired.get(trigger["id"])
    if last is not None and cause.now - last < trigger.get("cooldown_days", 0) * HOURS_24:
        return "cooldown"
    return None
