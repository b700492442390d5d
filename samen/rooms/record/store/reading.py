"""Reading from the record. Every question about a person names its access decision or its permit, and is refused without."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import F, Q, QuerySet

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.people.store import Sealer, sealer, sealers_with
from samen.rights import door as rights
from samen.rights.words import Category, Permit
from samen.rooms.record.bodies import Body, unpack
from samen.rooms.record.fhir import Json
from samen.rooms.record.models import Resource, Version
from samen.rooms.record.store.writing import ABOUT

SURVEY = "survey"  # observation category of questionnaire scores: terminology.hl7.org/CodeSystem/observation-category
PEOPLE_AT_ONCE = 5000  # a database takes only so many blanks in one question


@dataclass(frozen=True)
class Held:
    """One resource as it lies in the record: what the index knows, and its body."""

    pk: int
    type: str
    fhir_id: str
    person: UUID | None
    version: int
    date: datetime | None
    code: str
    category: str
    origin: str
    updated_at: datetime
    body: Body

    @property
    def ref(self) -> str:
        """Give the reference by which others point here."""
        return f"{self.type}/{self.fhir_id}"

    @property
    def resource(self) -> Json:
        """Give the resource as this record holds it: its id here, its links resolved, numbers as text."""
        read = self.body.resolved
        return (
            read
            if read.get("id") == self.fhir_id
            else {"resourceType": self.type, "id": self.fhir_id}
            | {name: value for name, value in read.items() if name not in ("resourceType", "id")}
        )


def check(grant: Allowed | Permit, person: UUID, scopes: Collection[Scope], category: Category) -> None:
    """Refuse unless this human may see one of these areas of this person, or this permit names this category of this person.

    Raises: NotAllowed, NotPermitted.
    """
    if isinstance(grant, Permit):
        rights.require(grant, category, person)
    else:
        grant.require(grant.scope if grant.scope in scopes else next(iter(scopes)), person)


def responses(grant: Allowed | Permit, person: UUID, questionnaires: Collection[str]) -> list[Held]:
    """Give the person's answers to these questionnaires (canonical addresses without version), newest first."""
    check(grant, person, (Scope.ANSWERS,), Category.QUESTIONNAIRES)
    asked = _coded("QuestionnaireResponse", questionnaires).filter(person=person)
    return _opened(_current(asked))


def responses_many(permits: Sequence[Permit], questionnaires: Collection[str]) -> Mapping[UUID, list[Held]]:
    """Give the same for many people, with as many questions for five as for five thousand."""
    return _many(permits, _coded("QuestionnaireResponse", questionnaires))


def observations(grant: Allowed | Permit, person: UUID, codes: Collection[str]) -> list[Held]:
    """Give the person's observations with these codes, newest first; without Scope.RECORD only those of category survey."""
    check(grant, person, (Scope.ANSWERS, Scope.RECORD), Category.QUESTIONNAIRES)
    asked = _coded("Observation", codes).filter(person=person)
    if not (isinstance(grant, Allowed) and grant.scope is Scope.RECORD):
        asked = asked.filter(category=SURVEY)
    return _opened(_current(asked))


def observations_many(permits: Sequence[Permit], codes: Collection[str]) -> Mapping[UUID, list[Held]]:
    """Give the survey observations of many people, with as many questions for five as for five thousand."""
    return _many(permits, _coded("Observation", codes).filter(category=SURVEY))


def _many(permits: Sequence[Permit], asked: QuerySet[Resource]) -> Mapping[UUID, list[Held]]:
    people = [permit.person for permit in permits if permit.person is not None]
    for permit, person in zip(permits, people, strict=True):
        rights.require(permit, Category.QUESTIONNAIRES, person)
    found: dict[UUID, list[Held]] = {person: [] for person in people}
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        some = people[start : start + PEOPLE_AT_ONCE]
        for held in _opened(_current(asked.filter(person__in=some))):
            found[cast(UUID, held.person)].append(held)
    return found


def _coded(kind: str, codes: Collection[str]) -> QuerySet[Resource]:
    return Resource.objects.filter(type=kind, code__in=list(codes), deleted=False)


OWN_CATEGORIES = {"note": Category.NOTES, "life-event": Category.LIFE_EVENTS}


def own_entries(grant: Allowed | Permit, person: UUID, since: datetime | None = None) -> list[Held]:
    """Give the notes and life events that the person wrote, newest first; a permit opens only the kinds it names."""
    kinds = [kind for kind, category in OWN_CATEGORIES.items()
             if not isinstance(grant, Permit) or category in grant.categories]  # fmt: skip
    for kind in kinds or OWN_CATEGORIES:
        check(grant, person, (Scope.NOTES,), OWN_CATEGORIES[kind])
    mine = Resource.objects.filter(person=person, origin="own", category__in=kinds, deleted=False)
    mine = mine.filter(date__gte=since) if since else mine
    return _opened(_current(mine))


def page(grants: Sequence[Allowed], wanted: Q, before: tuple[datetime, int] | None, limit: int) -> list[Held]:
    """Give one page of a person's record, newest first, and one row more when there is a next page.

    The first access decision says whose record it is and opens Scope.RECORD; further ones add answers and notes.
    """
    person = grants[0].person
    grants[0].require(Scope.RECORD)
    for grant in grants:
        grant.require(grant.scope, person)
    opened = {grant.scope for grant in grants}
    mine = Resource.objects.filter(wanted, person=person, deleted=False, date__isnull=False)
    if Scope.NOTES not in opened:
        mine = mine.exclude(origin="own", category__in=OWN_CATEGORIES)
    if Scope.ANSWERS not in opened:
        mine = mine.exclude(type="QuestionnaireResponse")
    if before:
        date, pk = before
        mine = mine.filter(Q(date__lt=date) | Q(date=date, pk__lt=pk), date__lte=date)
    return _opened(_current(mine, limit + 1))


def one(grants: Sequence[Allowed], pk: int) -> Held | None:
    """Give one resource of this person, or nothing when it is not there, not theirs, or in an area that is not opened."""
    return next(iter(page(grants, Q(pk=pk), None, 1)), None)


def everything(grant: Allowed, since_order: int = 0, at_once: int = 1000) -> Iterator[Held]:
    """Give all that the record holds about a person, in the order in which it came, a thousand at a time."""
    grant.require(Scope.RECORD)
    while True:
        mine = Resource.objects.filter(person=grant.person, deleted=False, order__gt=since_order)
        rows = _current(mine, at_once, by=("order", "pk"))
        yield from _opened(rows)
        if len(rows) < at_once:
            return
        since_order = rows[-1].resource.order


def history(grant: Allowed, pk: int) -> list[tuple[int, datetime, Body]]:
    """Give every version of one resource of this person, newest first: number, when, body."""
    grant.require(Scope.RECORD)
    opener = sealer(grant.person)
    rows = Version.objects.filter(resource=pk, resource__person=grant.person).order_by("-number")
    return [(row.number, row.at, unpack(opener.open(bytes(row.body), ABOUT))) for row in rows]


def shared(refs: Collection[str]) -> list[Held]:
    """Give resources that are about nobody in particular (practitioners, places), by `Type/id`."""
    ids = {ref.partition("/")[2] for ref in refs}
    wanted = Resource.objects.filter(fhir_id__in=ids, person=None, deleted=False)
    return [held for held in _opened(_current(wanted)) if held.ref in refs]


def current(grants: Sequence[Allowed], pks: Collection[int]) -> list[Held]:
    """Give these resources, shared ones and those of the people whom the access decisions open for Scope.RECORD."""
    for grant in grants:
        grant.require(Scope.RECORD)
    people = {grant.person for grant in grants}
    wanted = Resource.objects.filter(Q(person__in=people) | Q(person=None), pk__in=list(pks))
    return _opened(_current(wanted))


def _current(
    resources: QuerySet[Resource], limit: int | None = None, by: tuple[str, ...] = ("-date", "-pk")
) -> list[Version]:
    """Give the current versions of these resources with their index rows and their people's keys, with one question."""
    ordered = resources.order_by(*by)[:limit].values("pk") if limit else resources.values("pk")
    rows = Version.objects.filter(resource__in=ordered, number=F("resource__version"))
    rows = rows.select_related("resource__person__key").defer("resource__person__name_sealed")
    return list(rows.order_by(*(f"-resource__{name[1:]}" if name[0] == "-" else f"resource__{name}" for name in by)))


def _opened(versions: Collection[Version]) -> list[Held]:
    somebodys = {row.resource.person_id: row.resource.person for row in versions}
    openers = sealers_with([person.key for person in somebodys.values() if person is not None])
    return [_held(row.resource, bytes(row.body), openers) for row in versions]


def _held(row: Resource, body: bytes, openers: Mapping[UUID, Sealer]) -> Held:
    kept = openers[row.person_id].open(body, ABOUT) if row.person_id else body
    return Held(
        pk=row.pk, type=row.type, fhir_id=row.fhir_id, person=row.person_id, version=row.version, date=row.date,
        code=row.code, category=row.category, origin=row.origin, updated_at=row.updated_at, body=unpack(kept),
    )  # fmt: skip
