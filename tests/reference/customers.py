"""Customers from ERP documents (section 8). Money is integer cents; dates are days."""
import decimal

from . import score, times

CHURN_DAYS = {"restaurant": 14, "catering": 45, "hotel": 60}
FIELDS = ("orders", "order_revenue", "first_order_on", "last_order_on", "channel", "top_category", "revenue_30", "revenue_90",
          "revenue_365", "invoices_30", "avg_invoice_30", "trend", "days_to_pay", "days_late", "open_amount", "overdue_amount",
          "payment_score", "churn_days", "churn_risk", "b2b", "b2b_reason")


class Document:
    """The newest accepted version of one ERP document."""

    def __init__(self, source, customer, kind, id, data, at, date, message_id):
        self.source, self.customer, self.kind, self.id = source, customer, kind, id
        self.data = data
        self.at = at                    # of its `timestamp`
        self.date = date                # its own date, else that of `timestamp`
        self.message_id = message_id

    def key(self):
        return self.source, self.customer, self.kind, self.id

    def cents(self, field):
        return self.data.get(field) or 0

    def cancelled(self):
        return self.data.get("cancelled") is True


def of_kind(lead, kind):
    return [document for document in lead.documents.values() if document.kind == kind]


def figures(lead, today):
    """The fields of `customer`, days as integers and days_to_pay, days_late as hundredths; None if the lead is no customer."""
    if not lead.documents:
        return None
    values = {**order_figures(lead), **invoice_figures(lead, today), **payment_figures(lead, today), **master_figures(lead)}
    last = values["last_order_on"]
    values["churn_risk"] = last is not None and today - last >= values["churn_days"]
    return {field: values[field] for field in FIELDS}


def order_figures(lead):
    orders = [order for order in of_kind(lead, "order") if not order.cancelled()]
    channels, categories = {}, {}
    for order in orders:
        channel = order.data.get("channel")
        if channel:
            count, latest = channels.get(channel, (0, order.date))
            channels[channel] = count + 1, max(latest, order.date)
        for line in order.data.get("lines") or []:
            if line.get("category"):
                categories[line["category"]] = categories.get(line["category"], 0) + (line.get("netCents") or 0)
    return {
        "orders": len(orders),
        "order_revenue": sum(order.cents("netCents") for order in orders),
        "first_order_on": min((order.date for order in orders), default=None),
        "last_order_on": max((order.date for order in orders), default=None),
        # min over negated numbers: equal numbers fall to the smaller name by bytes.
        "channel": min(channels, key=lambda name: (-channels[name][0], -channels[name][1], name.encode()), default=None),
        "top_category": min(categories, key=lambda name: (-categories[name], name.encode()), default=None),
    }


def invoice_of(lead, document):
    """The invoice that a payment or a credit names: same source, same customer."""
    return lead.documents.get((document.source, document.customer, "invoice", id_text(document.data.get("invoice"))))


def id_text(value):
    """Numbers as ids mean their decimal text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def invoice_figures(lead, today):
    invoices = [invoice for invoice in of_kind(lead, "invoice") if not invoice.cancelled()]
    credits = []
    for credit in of_kind(lead, "credit"):
        invoice = invoice_of(lead, credit)
        if invoice is None or not invoice.cancelled():
            credits.append(credit)

    def revenue(after, until):
        return (sum(i.cents("netCents") for i in invoices if after < i.date <= until)
                - sum(c.cents("netCents") for c in credits if after < c.date <= until))

    now, previous = revenue(today - 30, today), revenue(today - 60, today - 30)
    count = sum(1 for invoice in invoices if today - 30 < invoice.date <= today)
    trend = "STABLE"
    if previous > 0 and (now - previous) * 10 > previous:
        trend = "GROWING"
    elif previous > 0 and (now - previous) * 10 < -previous:
        trend = "DECLINING"
    return {
        "revenue_30": now, "revenue_90": revenue(today - 90, today), "revenue_365": revenue(today - 365, today),
        "invoices_30": count, "avg_invoice_30": score.half_away(now, count) if count else 0, "trend": trend,
    }


class Settlement:
    """One invoice as of today: when it was settled (a day or None), what is missing, how many payments it has."""

    def __init__(self, lead, invoice, today):
        gross = invoice.cents("grossCents")
        mine = [d for kind in ("payment", "credit") for d in of_kind(lead, kind) if invoice_of(lead, d) is invoice and d.date <= today]
        self.payments = sum(1 for document in mine if document.kind == "payment")
        paid = sum(document.cents("grossCents") for document in mine)
        self.missing = max(0, gross - paid)
        self.settled_on = invoice.date if gross == 0 else None
        if gross != 0 and paid >= gross:
            # The first day from which the sum never falls below: go back as long as it is enough.
            for day in sorted({document.date for document in mine}, reverse=True):
                if sum(document.cents("grossCents") for document in mine if document.date <= day) < gross:
                    break
                self.settled_on = day


def payment_figures(lead, today):
    to_pay, late, missing, overdue = [], [], 0, 0
    for invoice in of_kind(lead, "invoice"):
        if invoice.cancelled():
            continue
        settlement, due = Settlement(lead, invoice, today), times.read_day(invoice.data.get("dueOn"))
        missing += settlement.missing
        if due is not None and due < today:
            overdue += settlement.missing
        if today - 365 < invoice.date <= today and settlement.settled_on is not None and settlement.payments > 0:
            to_pay.append(settlement.settled_on - invoice.date)
            if due is not None:
                late.append(settlement.settled_on - due)
    days_to_pay = mean(to_pay)
    return {"days_to_pay": days_to_pay, "days_late": mean(late), "open_amount": missing, "overdue_amount": overdue,
            "payment_score": payment_score(overdue, days_to_pay)}


def mean(days):
    """Hundredths, half away from zero."""
    return score.half_away(100 * sum(days), len(days)) if days else None


def payment_score(overdue, days_to_pay):
    if overdue > 100000:
        return "PROBLEMATIC"
    if overdue > 0:
        return "ACCEPTABLE"
    if days_to_pay is None:
        return "UNKNOWN"
    return "EXCELLENT" if days_to_pay <= 700 else "GOOD" if days_to_pay <= 1400 else "ACCEPTABLE"


def master_figures(lead):
    master = max(of_kind(lead, "customer"), key=lambda d: (d.at, d.message_id.encode()), default=None)
    data = master.data if master else {}
    churn_days = data.get("churnDays")
    if churn_days is None:
        churn_days = CHURN_DAYS.get(data.get("businessType"), 30)
    reason = ("vat_id" if data.get("vatId") else "net_prices" if data.get("netPrices") is True
              else "company" if data.get("company") else None)
    return {"churn_days": churn_days, "b2b": reason is not None, "b2b_reason": reason}


def churn_alarm(lead, today):
    """Brings the alarm of section 8 up to date; True if one is given."""
    values = figures(lead, today)
    if values is None:
        return False
    last = values["last_order_on"]
    if lead.alarm_for is not None and last is not None and last > lead.alarm_for:
        lead.alarm_for = None
    if values["churn_risk"] and lead.alarm_for is None:
        lead.alarm_for = last
        return True
    return False


def numbers(values):
    """The fields as conditions see them: days_to_pay and days_late as numbers, dates as text."""
    return {field: days(field, value) if not field.startswith("days_") or value is None else hundredth(value)
            for field, value in values.items()}


def shown(values):
    """The fields as the report shows them."""
    return {field: days(field, value) if not field.startswith("days_") or value is None else score.shown(value * score.MILLION)
            for field, value in values.items()}


def days(field, value):
    return times.write_day(value) if field.endswith("_on") and value is not None else value


def hundredth(value):
    return decimal.Decimal(value) / 100
