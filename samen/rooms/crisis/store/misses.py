"""Reviews after something happened: what was said, what a computer made of each message, why it went so, and what will be done."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import NotAllowed
from samen.people.models import Account, carrying
from samen.people.roles import Duty, Scope, may
from samen.rights import door as rights
from samen.rooms.crisis.models.audit import CAUSES, Measure, MissReview
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.store import audit, contacts
from samen.rooms.crisis.store.candidates import NotNow, decides
from samen.rooms.crisis.store.contacts import Line

EVENT, WHY = "miss.event", "miss.why"
SYSTEM = "crisis.triage"


@dataclass(frozen=True)
class Step:
    """One message, and what the computer made of the talk once it was there; None where it made nothing or that was removed."""

    line: Line
    level: int | None = None
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Full:
    """A review with its talk."""

    review: MissReview
    event: str
    why: str
    steps: Sequence[Step]
    measures: Sequence[Measure]


def find(number: str, day: date) -> Contact:
    """Find a talk by the number that its page shows and the day it began. Raises: NotNow when it is not one talk."""
    letters = number.strip().lstrip("#").lower()
    if len(letters) < 4 or not set(letters) <= set("0123456789abcdef-"):
        raise NotNow("NO_TALK")
    found = [each for each in Contact.objects.filter(begun_at__date=day) if str(each.id).startswith(letters)]
    if len(found) != 1:
        raise NotNow("MORE_TALKS" if found else "NO_TALK")
    return found[0]


def begin(contact: Contact, event: str, hazard: str, *, by: Account, at: datetime) -> MissReview:
    """Open a review of a talk after something happened. Raises: NotAllowed; NotNow while one is open."""
    decides(by, at)
    with transaction.atomic():
        if MissReview.objects.filter(contact=contact, closed_at=None).exists():
            raise NotNow("REVIEWED")
        sealed = people.sealer(contact.person_id).seal(event.strip(), EVENT)
        made = MissReview.objects.create(contact=contact, hazard=hazard, event=sealed, by=by, at=at)
        ledger.append([_leaf(made, "opened")], at=at)
    return made


def reviews() -> Sequence[MissReview]:
    """Give every review, newest first, with how many measures are open; nobody's words."""
    rows = MissReview.objects.select_related("by", "closed_by", "contact")
    return list(rows.annotate(left=Count("measures", filter=Q(measures__done_at=None))).order_by("-at"))


def by_hazard() -> Mapping[str, tuple[int, int]]:
    """Count reviews for each entry of the hazard log: all, and those still open."""
    rows = list(MissReview.objects.values_list("hazard", "closed_at"))
    every, still = Counter(name for name, _ in rows), Counter(name for name, closed in rows if closed is None)
    return {name: (n, still[name]) for name, n in every.items()}


def one(found: UUID) -> MissReview:
    """Give one review. Raises: MissReview.DoesNotExist."""
    return MissReview.objects.select_related("by", "closed_by", "contact").get(pk=found)


def full(found: MissReview, *, by: Account, at: datetime) -> Full:
    """Open a review with its talk; the look is noted first. Raises: NotAllowed; Unreadable once its person was erased."""
    talk = audit.let_in(found.contact_id, by=by, at=at)
    findings = audit.let_in(found.contact_id, by=by, at=at, scope=Scope.FINDINGS)
    contact = audit.there(found.contact_id)
    sealer = people.sealer(talk.person)
    made = sorted(rights.inferences(findings, SYSTEM), key=lambda each: each.at)
    lines = contacts.lines(talk, contact, spans=True)
    return Full(
        review=found,
        event=sealer.open_text(found.event, EVENT),
        why=sealer.open_text(found.why, WHY) if found.why else "",
        steps=[_step(each, after, made) for each, after in zip(lines, [*lines[1:], None], strict=True)],
        measures=list(found.measures.select_related("owner").order_by("due", "id")),
    )


def _step(line: Line, after: Line | None, made: Sequence[rights.Shown]) -> Step:
    """Put beside a message what was inferred once it was there and before the next one was."""
    mine = [each for each in made if each.at >= line.at and (after is None or each.at < after.at)]
    if line.who != "contact" or not mine or mine[0].body is None or mine[0].body.finding.abstained:
        return Step(line)
    value = mine[0].body.finding.value
    return Step(line, int(value["level"]), tuple(value["topics"]))


def name_causes(found: MissReview, causes: Sequence[str], why: str, *, by: Account, at: datetime) -> None:
    """Keep why it went so: causes from the list, and in words. Raises: NotAllowed; NotNow once it is closed."""
    _open(found, by, at)
    if not causes or not set(causes) <= set(CAUSES):
        raise NotNow("NO_CAUSE")
    person = Contact.objects.values_list("person_id", flat=True).get(pk=audit.there(found.contact_id))
    found.causes, found.why = list(causes), people.sealer(person).seal(why.strip(), WHY)
    found.save(update_fields=["causes", "why"])


def measure(found: MissReview, text: str, owner: Account, due: date, *, by: Account, at: datetime) -> None:
    """Write down what will be done, by whom, by when. Raises: NotAllowed for an owner who does not work here; NotNow."""
    _open(found, by, at)
    if not may(people.roles_of(owner, at), Duty.ANSWER):
        raise NotAllowed("A measure is for somebody who works here.")
    Measure.objects.create(review=found, text=text.strip(), owner=owner, due=due)


def owners(at: datetime) -> list[Account]:
    """Give who can be given a measure: whoever answers the line or decides about care."""
    named = Account.objects.filter(grants__role__in=carrying(Duty.ANSWER), grants__starts__lte=at, is_active=True)
    standing = named.filter(Q(grants__ends=None) | Q(grants__ends__gt=at))
    return sorted(standing.distinct(), key=Account.get_full_name)


def done(found: MissReview, number: int, *, by: Account, at: datetime) -> bool:
    """Say that a measure was done. False when there is no such open one."""
    _open(found, by, at)
    return bool(found.measures.filter(pk=number, done_at=None).update(done_at=at))


def close(found: MissReview, *, by: Account, at: datetime) -> None:
    """Close a review with causes and measures: by another human than who opened it. Raises: NotAllowed; NotNow."""
    _open(found, by, at)
    if found.by_id == by.pk:
        raise NotAllowed("Whoever opened a review does not close it.")
    if not found.causes or not found.measures.exists():
        raise NotNow("NOT_READY")
    with transaction.atomic():
        MissReview.objects.filter(pk=found.pk, closed_at=None).update(closed_by=by, closed_at=at)
        ledger.append([_leaf(found, "closed")], at=at)


def _open(found: MissReview, by: Account, at: datetime) -> None:
    decides(by, at)
    if found.contact_id is None or MissReview.objects.filter(pk=found.pk, closed_at=None).first() is None:
        raise NotNow("CLOSED")


def _leaf(found: MissReview, what: str) -> Entry:
    return Entry(Kind.REGISTER, facts={"review": str(found.pk), "hazard": found.hazard, "what": what})
