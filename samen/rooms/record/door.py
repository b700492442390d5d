"""What other rooms may ask of the record. Each question names its access decision or its permit and is refused without one.

Resources go in and come out as FHIR R4 JSON (dicts; numbers as Python numbers). Scores of questionnaires are Observations
of category `survey`: a permit for questionnaires, or an access decision for Scope.ANSWERS, opens those and no others.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rights.words import Permit
from samen.rooms.record import canonical, own, wording
from samen.rooms.record.fhir import Json
from samen.rooms.record.store import reading, saving
from samen.rooms.record.store.reading import Held
from samen.rooms.record.store.saving import Saved

__all__ = ["OwnEntry", "Page", "Saved"]

LISTENERS: list[Callable[[UUID, str], None]] = []  # told that a person wrote an own entry: whose, of which kind


@dataclass(frozen=True)
class OwnEntry:
    """Something the person wrote: a note, or a life event."""

    kind: str  # note, life-event
    at: datetime
    text: str
    ref: str


@dataclass(frozen=True)
class Page:
    """One page of a timeline, and where the next one starts (None: this was the last)."""

    entries: tuple[wording.Entry, ...]
    next: tuple[datetime, int] | None


def responses(grant: Allowed | Permit, person: UUID, questionnaires: Collection[str]) -> list[Json]:
    """Give the person's QuestionnaireResponses to these questionnaires (canonical, without version), newest first.

    Needs: Scope.ANSWERS, or a permit for questionnaires. Raises: NotAllowed, NotPermitted.
    """
    return _plain(reading.responses(grant, person, questionnaires))


def observations(grant: Allowed | Permit, person: UUID, codes: Collection[str]) -> list[Json]:
    """Give the person's Observations with one of these codes (`system|code`), newest first.

    Needs: Scope.RECORD for all, Scope.ANSWERS or a permit for questionnaires for those of category survey.
    Raises: NotAllowed, NotPermitted.
    """
    return _plain(reading.observations(grant, person, codes))


def responses_many(permits: Sequence[Permit], questionnaires: Collection[str]) -> Mapping[UUID, list[Json]]:
    """Give `responses` for the person of each permit, with as many queries for five as for five thousand."""
    return {person: _plain(held) for person, held in reading.responses_many(permits, questionnaires).items()}


def observations_many(permits: Sequence[Permit], codes: Collection[str]) -> Mapping[UUID, list[Json]]:
    """Give `observations` for the person of each permit, with as many queries for five as for five thousand."""
    return {person: _plain(held) for person, held in reading.observations_many(permits, codes).items()}


def save(grant: Allowed, resource: Json, *, origin: str = "product", now: datetime | None = None) -> Saved:
    """Save one resource about the person of the access decision; with a known id it becomes the next version.

    `origin` is "own" (the person wrote it) or "product". The subject is filled in when absent.
    Needs: Scope.RECORD; Scope.ANSWERS will do for QuestionnaireResponse and Observation, any of ANSWERS and NOTES for "own".
    Raises: NotAllowed; ValueError when it is not a resource about a person.
    """
    return save_many([(grant, resource)], origin=origin, now=now)[0]


def save_many(
    each: Sequence[tuple[Allowed, Json]], *, origin: str = "product", now: datetime | None = None
) -> list[Saved]:
    """Save many resources, each under its access decision, all or none, in one transaction."""
    return saving.save_many(each, origin=origin, now=now or timezone.now())


def everything(grant: Allowed) -> list[Json]:
    """Give all that the record holds about a person, in the order in which it came. Needs: Scope.RECORD. Raises: NotAllowed."""
    return _plain(list(reading.everything(grant)))


def own_entries(grant: Allowed | Permit, person: UUID, since: datetime | None = None) -> list[OwnEntry]:
    """Give the person's own notes and life events, newest first; a permit opens only the kinds that it names.

    Needs: Scope.NOTES, or a permit for notes or life events. Raises: NotAllowed, NotPermitted.
    """
    return [
        OwnEntry(held.category, cast(datetime, held.date), own.text_of(held.body.received), held.ref)
        for held in reading.own_entries(grant, person, since)
    ]


def add_own_entry(grant: Allowed, kind: str, text: str, at: datetime, *, now: datetime | None = None) -> Saved:
    """Add a note or life event of the person themselves. Needs: Scope.NOTES, ground own. Raises: NotAllowed, ValueError."""
    return add_own_entries([(grant, kind, text, at)], now=now)[0]


def add_own_entries(each: Sequence[tuple[Allowed, str, str, datetime]], *, now: datetime | None = None) -> list[Saved]:
    """Add own entries of many people: (access decision, kind, text, when), all or none, in one transaction."""
    for grant, *_ in each:
        grant.require(Scope.NOTES)
        own.require_owner(grant.ground)
    patients = saving.patient_refs({grant.person for grant, *_ in each})
    made = [(grant, own.entry(kind, text, at, patients[grant.person])) for grant, kind, text, at in each]
    with transaction.atomic():
        saved = saving.save_many(made, origin="own", now=now or timezone.now())
        for grant, kind, *_ in each:
            for listen in LISTENERS:
                listen(grant.person, kind)
    return saved


def on_own_entry(listen: Callable[[UUID, str], None]) -> None:
    """Let another room know that a person wrote something of their own: whose, and of which kind; never what it says."""
    LISTENERS.append(listen)


def timeline(
    grant: Allowed,
    person: UUID,
    before: tuple[datetime, int] | None = None,
    limit: int = 30,
    *,
    also: Sequence[Allowed] = (),
    only: str = "",
) -> Page:
    """Give one page of the person's record in words, newest first.

    Needs: Scope.RECORD; answers and own notes appear only with access decisions for those areas in `also`.
    `only` is a filter of `wording.FILTERS`. Raises: NotAllowed.
    """
    grant.require(Scope.RECORD, person)
    held = reading.page([grant, *also], _wanted(only), before, limit)
    entries = tuple(wording.entry(each.body.resolved, pk=each.pk, own=each.origin == "own") for each in held[:limit])
    last = held[limit - 1] if len(held) > limit else None
    return Page(entries, (cast(datetime, last.date), last.pk) if last else None)


def _wanted(only: str) -> Q:
    """Give what a filter of the timeline lets through."""
    chosen = wording.FILTERS.get(only) or wording.FILTERS[""]
    asked = Q(type__in=chosen.types) if chosen.types else ~Q(type__in=wording.NOT_IN_TIMELINE)
    if chosen.own is not None:
        asked &= Q(origin="own") if chosen.own else ~Q(origin="own")
    return asked & ~Q(type="DocumentReference", status="superseded") if chosen.newest_only else asked


def _plain(held: Sequence[Held]) -> list[Json]:
    return [canonical.plain(each.resource) for each in held]
