"""A talk as a counsellor has it: answer, write down, ask a colleague, close. Each takes the decision that let them in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from samen.people import store as people
from samen.people.access import Allowed, CarePurpose, Ground, NotAllowed
from samen.people.models import Account, CareRelationship
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rooms.crisis.models.contact import OUTCOMES, Contact, Invitation, Message, Note
from samen.rooms.crisis.store.contacts import BODY, Talk, as_talk, short_name
from samen.rooms.crisis.store.queue import answering_role

NOTE = "line.note"
SEEN_TO = ("helped", "referred", "wrong")  # after these the danger is over or in other hands


@dataclass(frozen=True)
class Written:
    """A note of a counsellor, or what was tried."""

    kind: str
    name: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Asked:
    """A colleague's request to take a talk over or to join it. It holds nobody's words."""

    id: int
    kind: str
    name: str
    contact: str
    at: datetime


def of_counsellor(account: Account) -> list[tuple[UUID, str, int]]:
    """Give the talks that a counsellor has now: whose, under which short name, and a number that moves with each change."""
    rows = Contact.objects.filter(state="taken", taken_by=account).order_by("taken_at")
    return [(row.person_id, short_name(row.id), row.changes) for row in rows]


def reply(access: Allowed, contact: UUID, text: str, *, client_id: str, at: datetime) -> bool:
    """Keep what a counsellor answers. False when this very message is kept already. Raises: NotAllowed."""
    found = _of_care(access, contact)
    sealed = people.sealer(access.person).seal(text, BODY)
    with transaction.atomic():
        _, is_new = Message.objects.get_or_create(
            contact=found,
            client_id=client_id,
            defaults={"who": "counsellor", "author_id": access.actor, "at": at, "body_sealed": sealed},
        )
        _moved(found)
    return is_new


def write_down(access: Allowed, contact: UUID, kind: str, text: str, *, at: datetime) -> None:
    """Keep a note for colleagues."""
    found = _of_care(access, contact)
    sealed = people.sealer(access.person).seal(text, NOTE)
    Note.objects.create(contact=found, by_id=_who(access), at=at, kind=kind, body_sealed=sealed)


def written(access: Allowed, contact: UUID) -> list[Written]:
    """Give the notes of a talk, oldest first."""
    found = _of_care(access, contact)
    sealer = people.sealer(access.person)
    rows = found.notes.select_related("by").order_by("at", "id")
    return [Written(row.kind, row.by.get_full_name(), row.at, sealer.open_text(row.body_sealed, NOTE)) for row in rows]


def invite(access: Allowed, contact: UUID, colleague: Account, kind: str, *, at: datetime) -> None:
    """Ask a colleague who answers the line to take a talk over, or to join it. Raises: NotAllowed."""
    found = _of_care(access, contact)
    if answering_role(colleague, at) is None or colleague.id == access.actor:
        raise NotAllowed("Only another counsellor of the line can be asked.")
    Invitation.objects.get_or_create(
        contact=found, to=colleague, answered_at=None, defaults={"by_id": _who(access), "kind": kind, "at": at}
    )


def asked(account: Account) -> list[Asked]:
    """Give what colleagues ask of a counsellor now."""
    rows = Invitation.objects.filter(to=account, answered_at=None, contact__state="taken").select_related("by")
    return [
        Asked(row.pk, row.kind, row.by.get_full_name(), short_name(row.contact_id), row.at)
        for row in rows.order_by("at")
    ]


def accept(invitation: int, account: Account, *, now: datetime) -> UUID | None:
    """Take a talk over or join it; gives whose it is. The care tie starts here, seen by the person. None: nothing to accept."""
    role = answering_role(account, now)
    with transaction.atomic():
        row = Invitation.objects.filter(id=invitation, to=account, answered_at=None, contact__state="taken").first()
        if row is None or role is None:
            return None
        row.answered_at, row.accepted = now, True
        row.save(update_fields=["answered_at", "accepted"])
        found = row.contact
        people.start_care(found.person_id, account, role, CarePurpose.CRISIS, by=account, now=now)
        if row.kind == "hand-over":
            before = found.taken_by
            Contact.objects.filter(id=found.id).update(taken_by=account, changes=F("changes") + 1)
            _end_ties(found.person_id, now, only=before)
        return found.person_id


def decline(invitation: int, account: Account, *, now: datetime) -> None:
    """Say no to a colleague's request; the talk stays where it is."""
    Invitation.objects.filter(id=invitation, to=account, answered_at=None).update(answered_at=now)


def close(access: Allowed, contact: UUID, outcome: str, *, at: datetime) -> None:
    """Close a talk with its outcome, and end what let counsellors in. The person can go on writing: that opens it again."""
    if outcome not in OUTCOMES:
        raise ValueError(f"A talk does not end as {outcome}.")
    found = _of_care(access, contact)
    with transaction.atomic():
        Contact.objects.filter(id=found.id, state="taken").update(
            state="closed", closed_at=at, outcome=outcome, changes=F("changes") + 1
        )
        Invitation.objects.filter(contact=found, answered_at=None).update(answered_at=at)
        _end_ties(found.person_id, at)
        if outcome in SEEN_TO:
            rights.crisis_over(found.person_id)


def give_back(access: Allowed, contact: UUID, *, at: datetime) -> None:
    """Put a talk back in the queue, where it waits since it first did: for a counsellor who must go at once."""
    found = _of_care(access, contact)
    with transaction.atomic():
        Contact.objects.filter(id=found.id, state="taken").update(
            state="waiting", taken_by=None, taken_at=None, changes=F("changes") + 1
        )
        _end_ties(found.person_id, at)


def open_talk(access: Allowed) -> Talk | None:
    """Give the talk of this person that is under way."""
    access.require(Scope.TALK)
    found = Contact.objects.select_related("taken_by").filter(person=access.person, state="taken").first()
    return as_talk(found) if found else None


def _end_ties(person: UUID, now: datetime, only: Account | None = None) -> None:
    ties = CareRelationship.objects.select_related("person", "account").filter(
        person=person, purpose=CarePurpose.CRISIS, ends=None
    )
    for tie in ties.filter(account=only) if only else ties:
        people.end_care(tie, by=tie.account, now=now)


def _of_care(access: Allowed, contact: UUID) -> Contact:
    access.require(Scope.TALK)
    if access.ground is not Ground.CARE or access.actor is None:
        raise NotAllowed("Only a counsellor who took this talk writes in it.")
    return Contact.objects.get(id=contact, person=access.person)


def _moved(found: Contact) -> None:
    Contact.objects.filter(id=found.id).update(changes=F("changes") + 1)


def _who(access: Allowed) -> UUID:
    if access.actor is None:
        raise NotAllowed("Only a counsellor who took this talk writes in it.")
    return access.actor
