"""Reading one line of `simulate` (sections 1, 3, 10, 11) into a Record, with all refusals that need no state."""
import decimal
import json

from . import score, times

TOPICS = ("tracking.events", "crm.events", "erp.changes")
CRM_NAMES = ("email.sent", "email.opened", "email.clicked", "email.bounced", "email.complained", "email.unsubscribed",
             "email.replied", "booking.created", "deal.moved", "note.added", "task.completed")
ERP_NAMES = ("customer.changed", "order.placed", "order.changed", "order.cancelled", "invoice.issued", "invoice.changed",
             "payment.received", "credit.issued")
KINDS = {"customer": None, "order": "placedOn", "invoice": "issuedOn", "payment": "paidOn", "credit": "issuedOn"}
NOBODY = ("", "null", "undefined", "nan", "none", "nil", "0", "-1", "true", "false", "guest", "anonymous", "unknown", "n/a",
          "[object object]")
WHITE_SPACE = " \t\n\r\f\v"
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class BadLine(Exception):
    pass


class Record:
    """One line. What is not said about it is None, empty or False."""
    topic = log_time = received_at = at = message_id = key = None
    name = type = source = None
    properties = context = traits = None        # as `where` sees them
    lead_traits = None                          # what the call says about the lead's traits: {key: value}
    lead_id = anon = user = email = erp = None  # identifiers: texts without their kind, erp with its source
    trusted = True
    machine = history = retraction = erasure = False
    depth = 0
    kind = id = version = data = None           # of an ERP document
    line = 0

    @property
    def seen(self):
        return {"name": self.name, "type": self.type, "source": self.source, "properties": self.properties,
                "context": self.context, "traits": self.traits}


def trimmed(text):
    return text.strip(WHITE_SPACE)


def id_text(value):
    """An id as text: absent, null and "" are None, a number is its decimal text."""
    if isinstance(value, bool) or not isinstance(value, (str, int, decimal.Decimal)):
        return None
    return (value if isinstance(value, str) else str(value)) or None


def person_id(value):
    """An id of a person; those that no person has are absent."""
    text = id_text(value)
    return None if text is None or trimmed(text).translate(_LOWER) in NOBODY else text


def address(value):
    """An e-mail address as identifier, None if it is none that a person has."""
    text = person_id(value)
    if text is None:
        return None
    text = trimmed(text).translate(_LOWER)
    local, _, host = text.partition("@")
    bad = any(c.isspace() or ord(c) < 32 or ord(c) == 127 for c in text)
    return text if local and host and "@" not in host and not bad else None


def object_of(value):
    return value if isinstance(value, dict) else {}


def not_json(text):
    raise ValueError(f"{text} is not JSON")


def read(text, number):
    """text: one line as bytes."""
    try:
        line = json.loads(text.decode("utf-8"), parse_float=decimal.Decimal, parse_constant=not_json)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not JSON: {error}") from None
    value = line.get("value") if isinstance(line, dict) else None
    if not isinstance(value, dict):
        raise BadLine("no JSON object with a value")
    record = Record()
    record.line = number
    record.topic = line.get("topic") or "tracking.events"
    if record.topic not in TOPICS:
        raise BadLine("unknown topic")
    read_times(record, line, value)
    record.history = value.get("history") is True
    if record.topic == "tracking.events":
        read_tracking(record, line, value)
    elif record.topic == "crm.events":
        read_crm(record, value)
    else:
        read_erp(record, value)
    return record


def read_times(record, line, value):
    def instant(text):
        if text is None or text == "":
            return None
        found = times.read_instant(text)
        if found is None:
            raise BadLine("unreadable time")
        return found

    received, log_time, timestamp = instant(value.get("receivedAt")), instant(line.get("time")), instant(value.get("timestamp"))
    if received is None and log_time is None:
        raise BadLine("no time")
    record.received_at = log_time if received is None else received
    record.log_time = received if log_time is None else log_time
    record.at = event_time(timestamp, record.received_at)


def event_time(instant, received_at):
    """Section 1: missing, before 1970 or more than 24 h after received_at: received_at instead."""
    return received_at if instant is None or instant < 0 or instant > received_at + times.DAY else instant


def read_tracking(record, line, value):
    record.trusted = line.get("trusted") is not False
    record.source = line.get("source") or "default"
    record.machine = value.get("machine") is True
    record.type = record.name = value.get("type")
    if record.type not in score.TRACKING_TYPES:
        raise BadLine("unknown type")
    record.message_id = message_id(value)
    if record.type == "track":
        record.name = value.get("event")
        if not isinstance(record.name, str) or not record.name:
            raise BadLine("a track event without a name")
        if record.name in CRM_NAMES + ERP_NAMES:
            raise BadLine("a track event with a reserved name")
    record.anon, record.user = person_id(value.get("anonymousId")), person_id(value.get("userId"))
    if record.type == "alias" and record.trusted:
        record.anon = person_id(value.get("previousId"))
    read_contents(record, value)
    if record.type in ("identify", "group"):
        record.email = address(record.traits.get("email"))
    elif record.type == "track" and record.trusted:
        record.email = address(record.properties.get("email"))
    record.key = record.anon or record.user or record.email
    if record.key is None:
        raise BadLine("no identifier")


def read_contents(record, value):
    """Properties, context, and the traits: as `where` sees them and as the lead gets them."""
    record.properties, record.context = dict(object_of(value.get("properties"))), object_of(value.get("context"))
    if record.type in ("page", "screen") and "name" in value:
        record.properties["name"] = value["name"]
    own = {} if record.type == "alias" else object_of(value.get("traits"))
    below = object_of(record.context.get("traits"))
    record.traits = {**below, **own}
    record.lead_traits = dict(below)
    if record.type == "identify":
        record.lead_traits.update(own)
    elif record.type == "group" and isinstance(value.get("traits"), dict):
        record.lead_traits["company"] = own


def read_crm(record, value):
    record.type = record.source = "crm"
    record.machine = value.get("machine") is True
    record.depth = value.get("depth") or 0
    record.name = value.get("event")
    if record.name not in CRM_NAMES + ("activity.retracted", "lead.erased"):
        raise BadLine("unknown event")
    record.retraction, record.erasure = record.name == "activity.retracted", record.name == "lead.erased"
    record.message_id = message_id(value)
    record.properties, record.context, record.traits, record.lead_traits = object_of(value.get("properties")), {}, {}, {}
    if record.retraction:
        record.key = id_text(record.properties.get("messageId"))
        if record.key is None:
            raise BadLine("a retraction that names no message id")
        return
    record.lead_id, record.user, record.email = person_id(value.get("leadId")), person_id(value.get("userId")), address(value.get("email"))
    record.key = record.lead_id or record.user or record.email
    if record.key is None:
        raise BadLine("no identifier")


def message_id(value):
    text = id_text(value.get("messageId"))
    if text is None:
        raise BadLine("no message id")
    return text


def read_erp(record, value):
    record.type = "erp"
    record.source, customer = id_text(value.get("source")), person_id(value.get("customer"))
    record.kind, record.id, record.version = value.get("kind"), id_text(value.get("id")), value.get("version")
    if record.kind not in KINDS:
        raise BadLine("unknown kind")
    if record.source is None or customer is None:
        raise BadLine("no identifier")
    if record.id is None or isinstance(record.version, bool) or not isinstance(record.version, int):
        raise BadLine("no message id: id or version is missing")
    record.data = record.properties = object_of(value.get("data"))
    record.erp = record.source, customer
    record.key = f"{record.source}:{customer}"
    record.message_id = f"{record.source}:{customer}:{record.kind}:{record.id}:{record.version}"
    record.context, record.traits, record.lead_traits = {}, {}, {}
    if record.kind == "customer":
        fields = {"email": "email", "firstName": "firstName", "lastName": "lastName", "companyName": "company"}
        record.traits = {trait: record.data[field] for trait, field in fields.items() if record.data.get(field) not in (None, "")}
        record.lead_traits = record.traits
        record.email = address(record.data.get("email"))
