"""Cases: what people asked of us about AI and their data, each with a term, none closed without a human's answer."""

import os
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind as Leaf
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Account
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.people.sealing import Unreadable
from samen.rights import incidents
from samen.rights.incidents import Kind
from samen.rights.models.consent import PersonState
from samen.rights.models.inference import InferenceRecord
from samen.rights.models.service import Case
from samen.rights.store.inference import bump

ABOUT = "rights.case"
PAGE = 25


@dataclass(frozen=True)
class Open:
    """A case as its person, or who answers it, reads it."""

    id: UUID
    kind: Kind
    person: UUID | None
    name: str
    system: str | None
    record: UUID | None
    about: str
    text: str
    opened_at: datetime
    due: datetime
    closed_at: datetime | None
    outcome: str
    answer: str
    leaf: int


@cache
def terms() -> dict[str, dict[str, Any]]:
    """Give the term of each kind of case, in days, with its source."""
    return tomllib.loads((Path(__file__).parent.parent / "content/clocks/clocks.toml").read_text())


def open_case(
    access: Allowed,
    kind: Kind,
    *,
    at: datetime,
    text: str = "",
    system: str | None = None,
    record: UUID | None = None,
    about: str = "",
) -> UUID:
    """Open a case of a person. What follows at once: a restriction freezes AI, an objection to a system too.

    Raises: NotAllowed; KeyError for a record that is not this person's.
    """
    access.require(Scope.RIGHTS)
    if access.ground not in (Ground.OWN, Ground.SUPPORT):
        raise NotAllowed("A case of this kind is opened by the person or their supporter.")
    if record is not None:
        found = InferenceRecord.objects.filter(id=record, person=access.person).values_list("system", flat=True).first()
        if found is None:
            raise KeyError("There is no such inference about this person.")
        system = found
    with transaction.atomic():
        if kind is Kind.RESTRICT:
            restrict(access.person, at)
        return _write(kind, at, person=access.person, system=system, record=record, about=about, text=text)


def open_by_machine(kind: Kind, text: str, *, at: datetime, system: str | None = None) -> UUID:
    """Open a case that the machine noticed; one at a time of each kind and system."""
    with transaction.atomic():
        known = (
            Case.objects.filter(kind=kind, system=system, person=None, closed_at=None)
            .values_list("id", flat=True)
            .first()
        )
        return known or _write(kind, at, text=text, system=system)


def open_by_visitor(kind: Kind, text: str, *, at: datetime, system: str | None = None) -> UUID:
    """Open a case by somebody without an account, such as about what the register says."""
    with transaction.atomic():
        return _write(kind, at, text=text, system=system)


def _write(
    kind: Kind,
    at: datetime,
    *,
    person: UUID | None = None,
    system: str | None = None,
    record: UUID | None = None,
    about: str = "",
    text: str = "",
) -> UUID:
    case, term = uuid4(), terms()[str(kind)]
    sealed = people.sealer(person).seal(text, ABOUT) if person else text.encode()
    secret = {"case": str(case), "person": str(person), "record": str(record)}
    leaf = Entry(
        Leaf.OBJECTION, facts={"case": str(kind), "system": system}, secret=secret, salt=os.urandom(16), subject=person
    )
    position = ledger.append([leaf], at=at)[0]
    Case.objects.create(
        id=case,
        kind=kind,
        person_id=person,
        system_id=system,
        record_id=record,
        about=about,
        text=sealed,
        opened_at=at,
        due=incidents.due(at, term["ours"]),
        law_due=incidents.due(at, term["law"]) if term["law"] else None,
        leaf=position.index,
    )
    return case


def restrict(person: UUID, at: datetime | None) -> None:
    """Freeze (or, with None, unfreeze) all AI for a person (GDPR art. 18)."""
    bump(person)
    PersonState.objects.filter(person=person).update(restricted_at=at)


def mine(access: Allowed, *, open_only: bool = False) -> list[Open]:
    """Give a person's own cases, newest first."""
    access.require(Scope.RIGHTS)
    rows = Case.objects.filter(person=access.person).order_by("-opened_at")
    return _shown(rows.filter(closed_at=None) if open_only else rows)


def of_visitor(case_id: UUID) -> Open | None:
    """Give a report that somebody without an account sent, to whoever knows its number."""
    found = _shown(Case.objects.filter(id=case_id, person=None, kind=Kind.REGISTER))
    return found[0] if found else None


def about_record(access: Allowed, record: UUID) -> list[Open]:
    """Give the cases that a person opened about one inference, for whoever may read that inference."""
    access.require(Scope.FINDINGS)
    return _shown(Case.objects.filter(person=access.person, record=record).order_by("-opened_at"))


def to_answer(account: Account, now: datetime, page: int = 1) -> list[Open]:
    """Give the open cases that this human can answer, most urgent first: of people in their care; a lead sees all."""
    roles = people.roles_of(account, now)
    rows = Case.objects.filter(closed_at=None).order_by("due")
    if not any(Duty.LEAD in CARDS[role].duties for role in roles):
        rows = rows.filter(
            person__care__account=account,
            person__care__ends=None,
            person__care__starts__lte=now,
            person__care__role__in=_deciding(),
        ).distinct()
    first = (page - 1) * PAGE
    return _shown(rows[first : first + PAGE + 1], named=True)


def one_to_answer(account: Account, case_id: UUID, now: datetime) -> Open | None:
    """Give one open case if it is this human's to answer. What they read is for their page to note."""
    found = _shown(_answerable(account, now).filter(id=case_id), named=True)
    return found[0] if found else None


def _deciding() -> list[Role]:
    return [role for role, card in CARDS.items() if Duty.DECIDE in card.duties]


def answer(account: Account, case_id: UUID, *, text: str, outcome: str, at: datetime) -> None:
    """Close a case with an answer that the person reads. Raises: NotAllowed, ValueError without words."""
    if not text.strip():
        raise ValueError("ANSWER_MISSING")
    if not any(case.id == case_id for case in _answerable(account, at)):
        raise NotAllowed("This case is not this human's to answer.")
    with transaction.atomic():
        row = Case.objects.select_for_update().get(id=case_id, closed_at=None)
        sealed = people.sealer(row.person_id).seal(text, ABOUT) if row.person_id else text.encode()
        Case.objects.filter(id=case_id).update(closed_at=at, closed_by=account, answer=sealed, outcome=outcome)
        if row.kind == Kind.RESTRICT and row.person_id and outcome == "lifted":
            restrict(row.person_id, None)
        facts = {"case": str(row.kind), "closed": True, "outcome": outcome or None, "opened": row.leaf}
        ledger.append([Entry(Leaf.OBJECTION, facts=facts)], at=at)


def _answerable(account: Account, now: datetime) -> QuerySet[Case]:
    rows = Case.objects.filter(closed_at=None)
    if any(Duty.LEAD in CARDS[role].duties for role in people.roles_of(account, now)):
        return rows
    return rows.filter(person__care__account=account, person__care__ends=None, person__care__role__in=_deciding())


def _shown(rows: QuerySet[Case], *, named: bool = False) -> list[Open]:
    found = list(rows.select_related("person__key"))
    keys = {row.person_id: row.person.key for row in found if row.person is not None}
    openers = people.sealers_with(keys.values())
    return [_show(row, openers.get(row.person_id) if row.person_id else None, named) for row in found]


def _show(row: Case, opener: people.Sealer | None, named: bool) -> Open:
    return Open(
        id=row.id,
        kind=Kind(row.kind),
        person=row.person_id,
        name=_opened(bytes(row.person.name_sealed), opener, people.NAME) if named and row.person and opener else "",
        system=row.system_id,
        record=row.record_id,
        about=row.about,
        text=_opened(row.text, opener, ABOUT),
        opened_at=row.opened_at,
        due=row.due,
        closed_at=row.closed_at,
        outcome=row.outcome,
        answer=_opened(row.answer, opener, ABOUT),
        leaf=row.leaf,
    )


def _opened(sealed: bytes | memoryview | None, opener: people.Sealer | None, about: str) -> str:
    if sealed is None:
        return ""
    if opener is None:
        return bytes(sealed).decode(errors="replace")
    try:
        return opener.open_text(bytes(sealed), about)
    except Unreadable:
        return ""
