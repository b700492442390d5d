"""A talk with the line as its own person has it: begun, written in, found again, and what a computer made of it."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Person
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Category, Permit
from samen.rooms.crisis import imminent, triage
from samen.rooms.crisis.models.contact import Contact, Message, Screening
from samen.rooms.crisis.reading import Level, Question, Span, Written
from samen.rooms.crisis.triage import Place

BODY, REASONS, SPANS, ADDRESS, ASQ = "line.message", "line.reasons", "line.spans", "line.address", "line.asq"
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another
CODE_LENGTH = 12
LONGEST = 8000  # characters of one message
READ_BACK = 60  # messages of a talk that a computer reads at once, the newest


@dataclass(frozen=True)
class Begun:
    """A talk that was just begun, with the two keys that only its person has. Both are kept here as digests alone."""

    contact: UUID
    person: UUID
    token: str
    code: str


@dataclass(frozen=True)
class Mine:
    """What a key opens: one talk, to its own person."""

    contact: UUID
    access: Allowed  # scope TALK

    def of(self, scope: Scope) -> Allowed:
        """Give another area of the same person's own data."""
        mine = self.access
        return Allowed(person=mine.person, scope=scope, ground=Ground.OWN, role=mine.role, actor=mine.actor)


@dataclass(frozen=True)
class Line:
    """One message as a page shows it."""

    id: int
    who: str
    name: str
    at: datetime
    text: str
    has_numbers: bool
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Talk:
    """A talk as its page needs it, without what anybody wrote."""

    id: UUID
    person: UUID
    channel: str
    state: str
    language: str
    wants_computer: bool | None
    own_urgency: int | None
    lane: int
    rank: int
    level: int | None
    asked: bool
    block_level: int
    turns: int
    waiting_since: datetime | None
    deadline: datetime | None
    taken_by: UUID | None
    counsellor: str
    changes: int
    outcome: str


@dataclass(frozen=True)
class Heard:
    """What a computer read from a talk, as the room keeps it until its person says stop."""

    level: Level
    probability: float
    topics: tuple[str, ...]
    spans: Mapping[int, Sequence[tuple[int, int, str]]]  # by message


def digest(secret: str) -> str:
    """Give what is kept of a key: it says nothing about it, since every key is random and long."""
    return sha256(f"crisis line {secret}".encode()).hexdigest()


def begin(channel: str, language: str, *, now: datetime, address: str = "") -> Begun:
    """Begin a talk with somebody unknown: a person without account and name, with a key of their own."""
    token = secrets.token_urlsafe(32)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    with transaction.atomic():
        person = people.create_person("", language, now=now)
        sealed = people.sealer(person.id).seal(address, ADDRESS) if address else b""
        made = Contact.objects.create(
            person=person,
            channel=channel,
            language=language,
            begun_at=now,
            token_digest=digest(token),
            code_digest=digest(code),
            address_sealed=sealed,
            address_digest=digest(address) if address else "",
        )
        _rename(person, made.id)
    return Begun(made.id, person.id, token, code)


def _rename(person: Person, contact: UUID) -> None:
    """Give the person the name that lists show: the first letters of the talk's number."""
    person.name_sealed = people.sealer(person.id).seal(short_name(contact), people.NAME)
    person.save(update_fields=["name_sealed"])


def short_name(contact: UUID) -> str:
    """Give the name of a talk whose person gave none."""
    return f"#{str(contact)[:4].upper()}"


def begin_for(access: Allowed, channel: str, *, now: datetime) -> Mine:
    """Begin a talk with somebody who is known here, or give the one that is open. Raises: NotAllowed for anyone else."""
    _own(access)
    found = Contact.objects.filter(person=access.person).exclude(state="closed").first()
    if found is None:
        language = Person.objects.values_list("language", flat=True).get(id=access.person)
        found = Contact.objects.create(person_id=access.person, channel=channel, language=language, begun_at=now)
    return Mine(found.id, access)


def of_token(token: str) -> Mine | None:
    """Give the talk that a cookie opens, to whoever holds it."""
    return _mine(Contact.objects.filter(token_digest=digest(token)).first()) if token else None


def of_code(code: str) -> tuple[Mine, str] | None:
    """Give the talk of a way back, with a new token: the one of the lost cookie opens nothing any more."""
    typed = "".join(letter for letter in code.upper() if letter in CODE_LETTERS)
    found = Contact.objects.filter(code_digest=digest(typed)).first() if len(typed) == CODE_LENGTH else None
    if (mine := _mine(found)) is None:
        return None
    token = secrets.token_urlsafe(32)
    Contact.objects.filter(id=mine.contact).update(token_digest=digest(token))
    return mine, token


def of_address(channel: str, address: str) -> Mine | None:
    """Give the open talk that goes on at an address of a mailbox or a telephone."""
    found = Contact.objects.filter(channel=channel, address_digest=digest(address)).exclude(state="closed").first()
    return _mine(found)


def of_program(channel: str, contact: UUID) -> Mine | None:
    """Give a talk that a program brought in, to that program."""
    return _mine(Contact.objects.filter(id=contact, channel=channel).first())


def of_person(access: Allowed) -> Mine | None:
    """Give the newest talk of somebody who signed in."""
    _own(access)
    found = Contact.objects.filter(person=access.person).order_by("-begun_at").first()
    return Mine(found.id, access) if found else None


def _mine(found: Contact | None) -> Mine | None:
    if found is None:
        return None
    try:
        return Mine(found.id, people.without_account(found.person_id, Scope.TALK))
    except NotAllowed:
        return None  # it is somebody's who signs in


def leave_device(access: Allowed, contact: UUID) -> None:
    """Let a cookie open nothing any more; the way back still does."""
    _own(access)
    Contact.objects.filter(id=contact, person=access.person).update(token_digest=None)


def choose(access: Allowed, contact: UUID, *, computer: bool, at: datetime) -> None:
    """Keep whether the person wants a computer to read. With a no, what it made of the talk is gone at once."""
    _own(access)
    Contact.objects.filter(id=contact, person=access.person).update(wants_computer=computer, changes=F("changes") + 1)
    if not computer:
        forget_readings(access.person)


def say_urgency(access: Allowed, contact: UUID, urgency: int) -> None:
    """Keep how urgent the person says it is, and let them wait by it. A place that they hold stays theirs."""
    _own(access)
    with transaction.atomic():
        found = _locked(access, contact)
        found.own_urgency = triage.Urgency(urgency)
        place = triage.by_own_word(urgency)
        if found.level is not None:
            place = triage.held(_place(found), place)
        found.lane, found.rank = place.lane, place.rank
        found.changes += 1
        found.save(update_fields=["own_urgency", "lane", "rank", "changes"])


def write(access: Allowed, contact: UUID, text: str, *, client_id: str, at: datetime) -> int | None:
    """Keep a message of the person; they wait from their first one on. None when this very message is kept already.

    When this returns, the message is on the disk. Writing after a talk was closed opens it again: nobody is sent away.
    """
    _own(access)
    sealed = people.sealer(access.person).seal(text[:LONGEST], BODY)
    with transaction.atomic():
        found = _locked(access, contact)
        made, is_new = Message.objects.get_or_create(
            contact=found, client_id=client_id, defaults={"who": "contact", "at": at, "body_sealed": sealed}
        )
        if not is_new:
            return None
        if found.state in ("new", "closed"):
            place = triage.by_own_word(found.own_urgency)
            found.lane, found.rank, found.overtaken = place.lane, place.rank, 0
            found.state, found.waiting_since, found.closed_at, found.outcome = "waiting", at, None, ""
            found.taken_by = found.taken_at = found.deadline = None
            found.told_late = 0
        found.last_at, found.changes = at, found.changes + 1
        found.save()
    return made.pk


def keep(access: Allowed, contact: UUID, text: str, *, client_id: str, at: datetime) -> bool:
    """Keep what the person wrote elsewhere in the product, in a talk that does not wait for anybody. False: kept already."""
    _own(access)
    sealed = people.sealer(access.person).seal(text[:LONGEST], BODY)
    with transaction.atomic():
        found = _locked(access, contact)
        _, is_new = Message.objects.get_or_create(
            contact=found, client_id=client_id, defaults={"who": "contact", "at": at, "body_sealed": sealed}
        )
        if is_new:
            Contact.objects.filter(id=found.id).update(last_at=at, changes=F("changes") + 1)
    return is_new


def wait_for_human(access: Allowed, contact: UUID, *, at: datetime) -> None:
    """Let a talk wait for a counsellor, because its person wants that. One that waits or is taken stays where it is."""
    _own(access)
    with transaction.atomic():
        found = _locked(access, contact)
        if found.state != "new":
            return
        place = triage.by_own_word(found.own_urgency)
        found.lane, found.rank, found.state, found.waiting_since = place.lane, place.rank, "waiting", at
        found.changes += 1
        found.save(update_fields=["lane", "rank", "state", "waiting_since", "changes"])


def answer_by_computer(
    access: Allowed,
    contact: UUID,
    text: str,
    *,
    at: datetime,
    level: Level,
    has_numbers: bool,
    asks: Question | None = None,
) -> None:
    """Keep what the computer said at once, and that it did: the numbers are given once for each rise."""
    _own(access)
    sealed = people.sealer(access.person).seal(text, BODY)
    with transaction.atomic():
        found = _locked(access, contact)
        Message.objects.create(
            contact=found,
            who="computer",
            at=at,
            body_sealed=sealed,
            has_numbers=has_numbers,
            question=asks or "",
            client_id=f"computer-{secrets.token_hex(12)}",
        )
        found.asked = found.asked or asks is Question.THOUGHTS
        found.block_level = max(found.block_level, level if has_numbers else 0)
        found.turns += 1 if level >= Level.DANGER else 0
        found.changes += 1
        found.save(update_fields=["asked", "block_level", "turns", "changes"])


def was_answered(access: Allowed, contact: UUID) -> bool:
    """Say whether the computer said something since its last question: what was answered to that is thanked for once."""
    access.require(Scope.TALK)
    own = Message.objects.filter(contact=contact, contact__person=access.person, who="computer").order_by("-at", "-id")
    last = own.values_list("question", flat=True).first()
    return not last


def heard(access: Allowed, contact: UUID, what: Heard, *, at: datetime) -> None:
    """Keep what a computer read, and bring the contact forward where it says so: never back."""
    _own(access)
    sealer = people.sealer(access.person)
    reasons = json.dumps({"level": int(what.level), "topics": what.topics})
    with transaction.atomic():
        found = _locked(access, contact)
        if found.wants_computer is not True or found.state == "closed":
            return
        place = triage.held(_place(found), triage.by_reading(what.level))
        found.lane, found.rank = place.lane, place.rank
        found.level, found.risk = max(what.level, found.level or 0), what.probability
        found.reasons_sealed = sealer.seal(reasons, REASONS)
        if place.lane in triage.WITHIN_MINUTES and found.state == "waiting":
            by = at + timedelta(minutes=triage.WITHIN_MINUTES[place.lane])
            found.deadline = min(found.deadline or by, by)
        found.changes += 1
        found.save(update_fields=["lane", "rank", "level", "risk", "reasons_sealed", "deadline", "changes"])
        for message in Message.objects.filter(contact=found, id__in=list(what.spans)):
            message.reading_sealed = sealer.seal(json.dumps(list(what.spans[message.pk])), SPANS)
            message.save(update_fields=["reading_sealed"])


def forget_readings(person: UUID) -> int:
    """Remove all that a computer made of a person's talks; they wait by their own word and by time from then on."""
    gone = 0
    with transaction.atomic():
        for found in Contact.objects.filter(person=person).exclude(level=None, reasons_sealed=b""):
            place = triage.by_own_word(found.own_urgency)
            found.lane, found.rank, found.level, found.risk = place.lane, place.rank, None, None
            found.reasons_sealed, found.deadline, found.changes = b"", None, found.changes + 1
            found.save()
            gone += 1
        gone += Message.objects.filter(contact__person=person).exclude(reading_sealed=b"").update(reading_sealed=b"")
    return gone


def texts(permit: Permit, person: UUID) -> tuple[list[Written], str]:
    """Give what the person wrote in their open talk, oldest first, each with what a computer had asked, and its language, to a run of the gate."""
    rights.require(permit, Category.TALK, person)
    found = Contact.objects.filter(person=person).exclude(state="closed").order_by("-begun_at").first()
    if found is None:
        return [], "en"
    sealer = people.sealer(person)
    rows = list(found.messages.filter(who="contact").order_by("-at", "-id")[:READ_BACK])
    lines = list(found.messages.order_by("at", "id").values_list("id", "who", "question"))  # nothing of these is opened
    asked = dict(zip((line[0] for line in lines), imminent.open_questions(line[1:] for line in lines), strict=True))
    said = [Written(row.pk, row.at, sealer.open_text(row.body_sealed, BODY), asked[row.pk]) for row in reversed(rows)]
    return said, found.language


def talk(access: Allowed, contact: UUID) -> Talk | None:
    """Give a talk without what was written in it."""
    access.require(Scope.TALK)
    found = Contact.objects.select_related("taken_by").filter(id=contact, person=access.person).first()
    return as_talk(found) if found else None


def newest(access: Allowed) -> Talk | None:
    """Give the newest talk of a person, to whoever may see it."""
    access.require(Scope.TALK)
    found = Contact.objects.select_related("taken_by").filter(person=access.person).order_by("-begun_at").first()
    return as_talk(found) if found else None


def as_talk(found: Contact) -> Talk:
    """Give a row as the pages take it."""
    same = {name: getattr(found, name) for name in Talk.__dataclass_fields__ if name not in _OTHERWISE}
    return Talk(
        **same,
        person=found.person_id,
        taken_by=found.taken_by_id,
        counsellor=found.taken_by.get_full_name() if found.taken_by else "",
    )


_OTHERWISE = {"person", "taken_by", "counsellor"}


def lines(access: Allowed, contact: UUID, *, spans: bool = False) -> list[Line]:
    """Give what was written in a talk, oldest first; with the spans that a computer marked where they are asked for."""
    access.require(Scope.TALK)
    sealer = people.sealer(access.person)
    rows = Message.objects.filter(contact=contact, contact__person=access.person).select_related("author")
    return [
        Line(
            id=row.pk,
            who=row.who,
            name=row.author.get_full_name() if row.author else "",
            at=row.at,
            text=sealer.open_text(row.body_sealed, BODY),
            has_numbers=row.has_numbers,
            spans=_spans(sealer, row) if spans else (),
        )
        for row in rows.order_by("at", "id")
    ]


def _spans(sealer: people.Sealer, row: Message) -> tuple[Span, ...]:
    if not row.reading_sealed:
        return ()
    found: list[Any] = json.loads(sealer.open_text(row.reading_sealed, SPANS))
    return tuple(sorted(Span(start, end, rule) for start, end, rule in found))


def reasons(access: Allowed, contact: UUID) -> Mapping[str, Any] | None:
    """Give what a computer's reading comes to in words and figures; None where there is none."""
    access.require(Scope.TALK)
    found = Contact.objects.filter(id=contact, person=access.person).first()
    if found is None or not found.reasons_sealed:
        return None
    read: Mapping[str, Any] = json.loads(people.sealer(access.person).open_text(found.reasons_sealed, REASONS))
    return read


def keep_screening(access: Allowed, contact: UUID, answers: Mapping[str, str], *, at: datetime) -> None:
    """Keep the answers to the ASQ for the counsellor. They change no place in the queue."""
    _own(access)
    sealed = people.sealer(access.person).seal(json.dumps(dict(answers)), ASQ)
    found = Contact.objects.get(id=contact, person=access.person)
    Screening.objects.update_or_create(contact=found, defaults={"at": at, "answers_sealed": sealed})
    Contact.objects.filter(id=contact).update(changes=F("changes") + 1)


def screening(access: Allowed, contact: UUID) -> Mapping[str, str] | None:
    """Give the answers to the ASQ, where there are any."""
    access.require(Scope.TALK)
    found = Screening.objects.filter(contact=contact, contact__person=access.person).first()
    if found is None:
        return None
    answers: Mapping[str, str] = json.loads(people.sealer(access.person).open_text(found.answers_sealed, ASQ))
    return answers


def address(access: Allowed, contact: UUID) -> str:
    """Give where an answer goes for a talk by mail or SMS; empty for others."""
    access.require(Scope.TALK)
    found = Contact.objects.get(id=contact, person=access.person)
    return people.sealer(access.person).open_text(found.address_sealed, ADDRESS) if found.address_sealed else ""


def remove(person: UUID) -> int:
    """Remove every talk of a person who is erased."""
    return Contact.objects.filter(person=person).delete()[0]


def _place(found: Contact) -> Place:
    return Place(triage.Lane(found.lane), found.rank)


def _locked(access: Allowed, contact: UUID) -> Contact:
    return Contact.objects.select_for_update().get(id=contact, person=access.person)


def _own(access: Allowed) -> None:
    access.require(Scope.TALK)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person writes in their own name.")
