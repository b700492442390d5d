"""A small service, made through the real stores, in which every address has something to show and every visitor exists."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from django.utils import timezone

from samen.people import store
from samen.people.access import Allowed, CarePurpose, Ground
from samen.people.models import Account, Person
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.rights import door as rights
from samen.rights.incidents import Kind
from samen.rights.models.system import Ballot
from samen.rights.panel import Vote
from samen.rights.store import cases, consent, stopping
from samen.rights.store import systems as register
from samen.rights.words import Stage
from samen.rooms.record import door as record
from samen.rooms.record.models import Resource
from tests import named
from tests.acceptance import prepared_companion, prepared_crisis, prepared_guide
from tests.rights import example

CARING = tuple(role for role in Role if Duty.CARE in CARDS[role].duties)
BREAKING = tuple(role for role in Role if Duty.BREAK_GLASS in CARDS[role].duties)
DAY = timedelta(days=1)
CONDITION = {"resourceType": "Condition", "code": {"text": "Sleeps badly"}, "recordedDate": "2026-01-05"}


@dataclass(frozen=True)
class Visitor:
    """Somebody who asks for a page; `role` is empty for who has none."""

    name: str
    account: Account | None
    role: Role | None = None
    tied: bool = False  # stands or stood in a relation to Noor


@dataclass(frozen=True)
class Prepared:
    """The service, who visits it, and what stands for each blank in an address."""

    house: example.House
    now: datetime
    visitors: dict[str, Visitor]
    samples: dict[str, Any]

    @property
    def noor(self) -> Person:
        return self.house.noor


def prepare() -> Prepared:
    """Make the service. Noor is whom every page about a person is about, and everything with a number is hers."""
    now = timezone.now()
    house = example.house(at=now, stage=Stage.PILOT)
    made = Prepared(house, now, {}, {})
    for each in (*_alone(house), *_tied(house, now)):
        made.visitors[each.name] = each
        if each.account is not None:
            each.account.set_password(named.PASSWORD)
            each.account.save(update_fields=["password"])
    for samples in SAMPLES:
        made.samples.update(samples(house, now))
    return made


def _alone(house: example.House) -> Iterable[Visitor]:
    """Give a visitor for each role, none of whom has to do with Noor; and Noor, and another person."""
    seated = {
        Role.CLINICAL_LEAD: house.lead,
        Role.PANEL_MEMBER: house.panel[0],
        Role.PANEL_SECRETARY: house.secretary,
        Role.OVERSEER: house.overseer,
    }
    yield Visitor("anonymous", None)
    yield Visitor("person", house.noor.account, Role.PERSON, tied=True)
    kim = store.create_person("Kim", "en", store.create_account("kim@example.org"))
    yield Visitor("another", kim.account, Role.PERSON)
    bram = store.create_account("bram@example.org", "Bram")
    _support(kim, bram, Scope)
    yield Visitor("supporter", bram, Role.SUPPORTER)
    for role in Role:
        if role not in (Role.PERSON, Role.SUPPORTER):
            yield Visitor(str(role), seated.get(role) or example.human(str(role), role), role)


def _tied(house: example.House, now: datetime) -> Iterable[Visitor]:
    """Give visitors in every relation to Noor that a role can stand in, through the stores that hold it."""
    noor, before = house.noor, now - DAY
    for role, relation in product(CARING, ("in care", "care ended", "role ended")):
        who = example.human(f"{role}-{relation.replace(' ', '-')}", role, at=now)
        care = store.start_care(noor.id, who, role, CarePurpose.TREATMENT, by=house.lead, now=before)
        if relation == "care ended":
            store.end_care(care, by=house.lead, now=now - timedelta(hours=1))
        if relation == "role ended":
            store.end_role(who, role, now=now - timedelta(hours=1))
        yield Visitor(f"{role}, {relation}", who, role, tied=True)
    for role, (relation, ago) in product(BREAKING, (("emergency", 0), ("emergency over", 2))):
        who = example.human(f"{role}-{relation.replace(' ', '-')}", role, at=now)
        store.break_glass(who, noor.id, "Found unconscious", now=now - timedelta(hours=ago), minutes=60)
        yield Visitor(f"{role}, {relation}", who, role, tied=True)
    for scope in Scope:
        who = store.create_account(f"supports-{scope}@example.org", f"Supports {scope}")
        _support(noor, who, [scope])
        yield Visitor(f"supporter of {scope}", who, Role.SUPPORTER, tied=True)
    who = store.create_account("supported@example.org", "Supported")
    _support(noor, who, Scope, since=now - 3 * DAY, ends=now - DAY)
    yield Visitor("supporter, ended", who, Role.SUPPORTER, tied=True)


def _support(person: Person, who: Account, scopes: Iterable[Scope], *, since: Any = None, ends: Any = None) -> int:
    since = since or timezone.now()
    return store.give_proxy(own(person), who, scopes, ends=ends or since + 30 * DAY, now=since).pk


def own(person: Person, scope: Scope = Scope.RIGHTS) -> Allowed:
    return Allowed(person=person.id, scope=scope, ground=Ground.OWN, role=Role.PERSON, actor=person.account_id)


def _samples_of_rights(house: example.House, now: datetime) -> dict[str, Any]:
    """A finding that waits, a case, a statement, a stop, and a ballot that is not paid yet."""
    example.run(house, example.INFORM, at=now)
    held = example.run(house, at=now)
    mine = house.own()
    said = consent.history(mine)[0]
    stop = stopping.order(mine, rights.systems(), "system", example.INFORM.id, at=now, language="en")
    stopping.carry_out(stop, rights.systems(), lambda system, person: 0, at=now)
    asked = cases.open_case(mine, Kind.EXPLAIN, at=now, text="Why?", record=held.record)
    return {
        "system": example.SUGGEST.id,
        "record": held.record,
        "case": asked,
        "rights:register-reported.case": cases.open_by_visitor(Kind.REGISTER, "That is not so.", at=now),
        "statement": said.id,
        "stop": stop,
        "ballot": _unpaid(house, now),
        "language": "en",
        "rights:request.kind": "access",
    }


def _samples_of_people(house: example.House, now: datetime) -> dict[str, Any]:
    """Noor, her care relationship and somebody who looks along; and what allauth's addresses ask for."""
    return {
        "person": house.noor.id,
        "proxy": _proxy(house, now),
        "relationship": house.noor.care.get(account=house.sam).pk,
        "pk": 1,
        "key": "no-such-key",
        "uidb36": "1",
    }


def _samples_of_record(house: example.House, now: datetime) -> dict[str, Any]:
    """An entry that Sam wrote, beside one of Noor's own."""
    written = record.save(house.care(Scope.RECORD), CONDITION, now=now)
    record.add_own_entry(house.own(Scope.NOTES), "note", "I slept well.", now, now=now)
    return {"entry": _entry(written.ref)}


def _samples_of_the_rest(house: example.House, now: datetime) -> dict[str, Any]:
    """Words that stand in an address."""
    return {"country": "nl", "treatment:ask.name": "phq-9", "code": "404"}


# What stands for each blank of an address: `<blank>`, or `<url name>.<blank>` where one address needs its own.
# A room adds its own here, from a file of its own.
SAMPLES: tuple[Callable[[example.House, datetime], dict[str, Any]], ...] = (
    _samples_of_rights,
    _samples_of_people,
    _samples_of_record,
    _samples_of_the_rest,
    prepared_crisis.samples,
    prepared_companion.samples,
    prepared_guide.samples,
    lambda house, now: {
        "rest": "participant/me",
        "stream": "steps",
        "device": "d-0",
        "activity": "mood-log",
        "survey": "none",
        "study": "none",
        "plan": house.noor.id,
        "day": "2026-02-02",
        "sign": house.noor.id,
        "place": house.noor.id,
        "form": "lamp",
    },
)


def _entry(ref: str) -> int:
    """Give the number of an entry of the record from its reference."""
    return Resource.objects.get(fhir_id=ref.partition("/")[2]).pk


def _proxy(house: example.House, now: datetime) -> int:
    who = store.create_account("mum@example.org", "Mum")
    return _support(house.noor, who, [Scope.NOTES], since=now)


def _unpaid(house: example.House, now: datetime) -> int:
    """Let the first panel member vote once more, for work that is not paid yet."""
    register.vote(example.SUGGEST, Vote.YES, by=house.panel[0], reason="Still clear", at=now)
    return Ballot.objects.get(settled_at=None).pk


def values(made: Prepared, name: str, blanks: Iterable[str]) -> dict[str, Any]:
    """Give what fills the blanks of an address. Raises: KeyError that says what to add."""
    found = {}
    for blank in blanks:
        key = next((each for each in (f"{name}.{blank}", blank) if each in made.samples), None)
        if key is None:
            raise KeyError(f"{name} has a blank <{blank}>: add what stands for it to SAMPLES in prepared.py.")
        found[blank] = made.samples[key]
    return found
