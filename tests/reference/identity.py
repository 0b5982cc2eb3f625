"""Who an event belongs to (section 3). Mirrors the steps 0 to 4 of the page."""
from . import lead as leads
from .lines import BadLine

LIMIT = 100


def exclusive_kind(identifier):
    """user and each erp:<source>; None for the others."""
    return identifier[:2] if identifier[0] in ("user", "erp") else None


def text(identifier):
    return ":".join(part for part in identifier if part is not None)


def strong_of(record):
    """The strong identifiers of an event in the order u, c, e."""
    found = []
    if record.user is not None:
        found.append(("user", None, record.user))
    if record.erp is not None:
        found.append(("erp", *record.erp))
    if record.email is not None:
        found.append(("email", None, record.email))
    return found


class Directory:
    """All leads and who owns which identifier."""

    def __init__(self, book):
        self.book = book
        self.leads = {}                 # surviving leads by id
        self.moved_to = {}              # id of a merged lead: id of its survivor
        self.owner = {}                 # identifier: lead
        self.created = 0

    def by_id(self, text):
        """The surviving lead of a leadId, None if it is unknown or erased."""
        id = int(text) if text.isascii() and text.isdigit() else None
        while id in self.moved_to:
            id = self.moved_to[id]
        return self.leads.get(id)

    def admit(self, record):
        """Step 0, and the refusals that need to know the leads. Changes the record only."""
        if record.retraction:
            return
        if record.lead_id is not None and self.by_id(record.lead_id) is None:
            raise BadLine("unknown leadId")
        if record.trusted or record.email is None:
            return
        owner = self.owner.get(("email", None, record.email))
        if owner and any(identifier[0] in ("user", "erp") for identifier in owner.identifiers):
            record.email = None
            forget_address(record)
            if record.anon is None and record.user is None:
                raise BadLine("no identifier: the address is somebody's and the write key is not trusted")

    def known(self, record):
        """The lead of an erasure; None if it is unknown."""
        if record.lead_id is not None:
            return self.by_id(record.lead_id)
        return next((self.owner[i] for i in strong_of(record) if i in self.owner), None)

    def resolve(self, record, now):
        if record.lead_id is not None:
            return self.by_id(record.lead_id)
        strong = strong_of(record)
        anon = None if record.anon is None else ("anon", None, record.anon)
        target = self.target(strong, anon)
        for identifier in strong:
            owner = self.owner.get(identifier)
            if owner is None:
                self.join(identifier, target)
            elif owner is not target:
                target = self.merge(owner, target, now) or target
        if anon is not None:
            target = self.place_anon(anon, target, bool(strong), now)
        return target

    def target(self, strong, anon):
        carried = {exclusive_kind(identifier): identifier for identifier in strong}
        for identifier in strong:
            owner = self.owner.get(identifier)
            if owner and all(carried.get(exclusive_kind(held), held) == held for held in owner.identifiers
                             if exclusive_kind(held) is not None):
                return owner
        of_anon = self.owner.get(anon)
        if of_anon and (not strong or of_anon.purely_anonymous()):
            return of_anon
        return self.create()

    def place_anon(self, anon, target, strong, now):
        owner = self.owner.get(anon)
        if owner is None:
            self.join(anon, target)
        elif owner is target or not strong:
            pass
        elif owner.purely_anonymous():
            return self.merge(owner, target, now) or target
        elif len(target.identifiers) < LIMIT:
            owner.identifiers.remove(anon)
            target.identifiers.append(anon)
            self.owner[anon] = target
        return target

    def create(self):
        self.created += 1
        self.leads[self.created] = leads.Lead(self.created, self.book)
        return self.leads[self.created]

    def join(self, identifier, target):
        kind = exclusive_kind(identifier)
        if kind is not None and any(exclusive_kind(held) == kind for held in target.identifiers):
            return
        if len(target.identifiers) < LIMIT:
            target.identifiers.append(identifier)
            self.owner[identifier] = target

    def merge(self, left, right, now):
        """The survivor; None if the two must not be merged."""
        held = {}
        for identifier in left.identifiers + right.identifiers:
            kind = exclusive_kind(identifier)
            if kind is not None and held.setdefault(kind, identifier) != identifier:
                return None
        if len(left.identifiers) + len(right.identifiers) > LIMIT:
            return None
        survivor, other = sorted((left, right), key=lambda lead: (lead.purely_anonymous(), lead.id))
        for identifier in other.identifiers:
            self.owner[identifier] = survivor
        leads.absorb(survivor, other, now, self.book)
        self.moved_to[other.id] = survivor.id
        del self.leads[other.id]
        return survivor

    def erase(self, lead):
        for identifier in lead.identifiers:
            del self.owner[identifier]
        del self.leads[lead.id]


def forget_address(record):
    """Step 0: the event is handled as if it carried no address."""
    record.traits = {key: value for key, value in record.traits.items() if key != "email"}
    record.lead_traits = {key: value for key, value in record.lead_traits.items() if key != "email"}
    if record.type == "group" and "company" in record.lead_traits:
        company = record.lead_traits["company"]
        record.lead_traits["company"] = {key: value for key, value in company.items() if key != "email"}
