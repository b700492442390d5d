"""The guide's rows: kept, searched, reported and edited. It is about services and never about a person, so nobody's decision opens it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, Count, F, Q, QuerySet, TextField, When
from django.db.models.functions import Cast

from samen.rooms.companion import entry as entries
from samen.rooms.companion import hsds, tokens
from samen.rooms.companion.guide import GONE, kilometres
from samen.rooms.companion.models.guide import Change, Document, Facet, Organization, Place, Report, Service, Spot, Word
from samen.rooms.companion.store import places
from samen.rooms.companion.store.finding import NAME, SIGN, matches

BATCH = 500
NEED, TEXT = 2.0, 1.0  # how much a word counts, by where it stands; in a name: NAME
KM_OF_DEGREE = 111.0  # of latitude
FIGURES = 4  # of a postcode that tell where it is
KINDS = ("number", "hours", "moved", "ended", "other")


@dataclass(frozen=True)
class Near:
    """A circle around a point."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True)
class Kept:
    """A service with its organization, as it is kept."""

    id: UUID
    document: Mapping[str, Any]
    organization: Mapping[str, Any] | None
    edited: bool
    changed_at: datetime

    @property
    def whole(self) -> dict[str, Any]:
        """Give the service with its organization in it, as HSDS nests them."""
        return {**self.document, **({"organization": self.organization} if self.organization else {})}


# --- reading ---


def _having(kind: str, value: str) -> QuerySet[Any]:
    return Facet.objects.filter(kind=kind, value=value).values("service")


def one(service: UUID) -> Kept | None:
    """Give one service."""
    row = Service.objects.select_related("organization", "text").filter(id=service).first()
    return _kept(row) if row else None


def some(services: Sequence[UUID]) -> dict[UUID, Kept]:
    """Give several services by their ids."""
    rows = Service.objects.select_related("organization", "text").filter(id__in=services)
    return {row.id: _kept(row) for row in rows}


def page(
    *,
    number: int,
    size: int,
    words: Sequence[str] = (),
    term: str = "",
    organization: UUID | None = None,
    after: datetime | None = None,
    at_places: bool = False,
    near: Near | None = None,
) -> tuple[list[Kept], int]:
    """Give one page of all services by name, and how many there are: what the public interface reads."""
    rows = Service.objects.select_related("organization", "text").exclude(status__in=GONE)
    for each in words:
        rows = rows.filter(id__in=Word.objects.filter(matches(each)).values("service"))
    if term:
        rows = rows.filter(id__in=_having("need", term))
    if organization is not None:
        rows = rows.filter(organization=organization)
    if after is not None:
        rows = rows.filter(changed_at__gte=after)
    if at_places:
        rows = rows.filter(places__isnull=False).distinct()
    if near is not None:
        rows = rows.filter(id__in=_within(near))
    first = (number - 1) * size
    return [_kept(each) for each in rows.order_by("name", "id")[first : first + size]], rows.count()


def _within(near: Near) -> list[UUID]:
    """Give the services with a place within a circle: a square in the database, then the great circle."""
    high = near.km / KM_OF_DEGREE
    wide = high / max(0.1, cos(radians(near.latitude)))
    square = Spot.objects.filter(
        latitude__range=(near.latitude - high, near.latitude + high),
        longitude__range=(near.longitude - wide, near.longitude + wide),
    ).values_list("service", "latitude", "longitude")
    return [
        service for service, north, east in square if kilometres(near.latitude, near.longitude, north, east) <= near.km
    ]


def middle_of(postcode: str) -> tuple[float, float] | None:
    """Give the middle of the places whose postcode begins with the figures of this one (four in the Netherlands and Belgium)."""
    figures = postcode.strip()[:FIGURES]
    if len(figures) < FIGURES or not (figures.isascii() and figures.isdigit()):
        return None
    held = Document.objects.annotate(text=Cast("document", TextField())).filter(
        text__contains=f'"postal_code": "{figures}'
    )
    known = list(Spot.objects.filter(service__in=held.values("service")).values_list("latitude", "longitude"))
    if not known:
        return None
    return sum(north for north, _ in known) / len(known), sum(east for _, east in known) / len(known)


def with_place(at: UUID) -> Kept | None:
    """Give the service that is offered at a place, by the id of what joins them."""
    row = Service.objects.select_related("organization", "text").filter(places__id=at).first()
    return _kept(row) if row else None


def organizations(*, number: int, size: int, words: Sequence[str] = ()) -> tuple[list[Mapping[str, Any]], int]:
    """Give one page of the organizations by name, and how many there are."""
    rows = Organization.objects.all()
    for each in words:
        rows = rows.filter(services__in=Word.objects.filter(matches(each)).values("service")).distinct()
    first = (number - 1) * size
    return list(rows.order_by("name", "id").values_list("document", flat=True)[first : first + size]), rows.count()


def organization(found: UUID) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]] | None:
    """Give one organization with its services."""
    row = Organization.objects.filter(id=found).first()
    if row is None:
        return None
    return row.document, list(row.services.exclude(status__in=GONE).values_list("text__document", flat=True))


def has_listed() -> bool:
    """Say whether entries of our own lists are there."""
    return Service.objects.exclude(listed="").exists()


def is_edited(service: str) -> bool:
    """Say whether an editor changed an entry here."""
    return Service.objects.filter(id=service, edited=True).exists()


def spoken() -> list[str]:
    """Give the languages that some service is known to speak, the most frequent first."""
    rows = Facet.objects.filter(kind="language").values("value").annotate(n=Count("id")).order_by("-n", "value")
    return [row["value"] for row in rows]


def everything() -> Iterable[Kept]:
    """Give every service by name, for an export."""
    return (
        _kept(row) for row in Service.objects.select_related("organization", "text").order_by("name", "id").iterator()
    )


def _kept(row: Service) -> Kept:
    return Kept(
        row.id, row.document, row.organization.document if row.organization else None, row.edited, row.changed_at
    )


# --- keeping ---


def keep(
    services: Sequence[Mapping[str, Any]], *, by: str, what: str, at: datetime, account: UUID | None = None
) -> int:
    """Keep services with their organizations, and write down what changed. Gives how many were new or different."""
    changed = 0
    for first in range(0, len(services), BATCH):
        with transaction.atomic():
            changed += _keep(services[first : first + BATCH], by=by, what=what, at=at, account=account)
    return changed


def _keep(services: Sequence[Mapping[str, Any]], *, by: str, what: str, at: datetime, account: UUID | None) -> int:
    taken = [hsds.apart(each) for each in services]
    firms = {str(each["id"]): each for _, each in taken if each and each.get("id")}
    Organization.objects.bulk_create(
        [
            Organization(id=number, name=str(each.get("name", ""))[:300], document=each)
            for number, each in firms.items()
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name", "document"],
    )
    known = set(
        map(
            str,
            Organization.objects.filter(
                id__in=[own["organization_id"] for own, _ in taken if own.get("organization_id")]
            ).values_list("id", flat=True),
        )
    )
    before = {
        str(each.id): each
        for each in Service.objects.select_related("text").filter(id__in=[own["id"] for own, _ in taken])
    }
    rows, changes = [], []
    for own, _ in taken:
        old = before.get(str(own["id"]))
        if old is not None and old.document == own:
            continue
        rows.append(_row(own, old, at=at, edited=what in ("edited", "checked"), known=known))
        changes.append(
            Change(
                service_id=own["id"],
                at=at,
                account=account,
                name=by,
                what=what,
                fields=differences(old.document if old else {}, own) if old else {},
            )
        )
    written = [field.name for field in Service._meta.concrete_fields if not field.primary_key]
    Service.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=written)
    documents = {str(own["id"]): own for own, _ in taken}
    Document.objects.bulk_create(
        [Document(service_id=each.id, document=documents[str(each.id)]) for each in rows],
        update_conflicts=True,
        unique_fields=["service"],
        update_fields=["document"],
    )
    _index(rows, documents)
    Change.objects.bulk_create(changes)
    return len(rows)


def _row(own: Mapping[str, Any], old: Service | None, *, at: datetime, edited: bool, known: set[str]) -> Service:
    entry = entries.entry_of(own)
    firm = str(own.get("organization_id") or "")
    listed = str((own.get(hsds.OWN) or {}).get("list") or "")
    return Service(
        id=own["id"],
        organization_id=firm if firm in known else None,
        name=entry.name[:300],
        country=entry.country,
        status=entry.status,
        anywhere=entry.anywhere,
        free=entry.free,
        youngest=entry.youngest,
        oldest=entry.oldest,
        has_language=bool(entry.languages),
        checked=entry.checked,
        certain=entry.certain,
        listed=listed,
        listed_digest=old.listed_digest if old else "",
        edited=edited or bool(old and old.edited),
        changed_at=at,
    )


def _index(rows: Sequence[Service], documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Write anew what services are found by."""
    ids = [each.id for each in rows]
    for table in (Place, Spot, Facet, Word):
        table.objects.filter(service__in=ids).delete()
    spots, facets, words = [], [], []
    for row in rows:
        document = documents[str(row.id)]
        entry = entries.entry_of(document)
        spots += [
            Spot(service_id=row.id, latitude=each.latitude, longitude=each.longitude)
            for each in entry.spots
            if each.latitude is not None and each.longitude is not None
        ]
        values = {"need": entry.needs, "language": entry.languages, "access": entry.access}
        facets += [
            Facet(service_id=row.id, kind=kind, value=value[:40])
            for kind, found in values.items()
            for value in sorted(found)
        ]
        words += [Word(service_id=row.id, word=word, weight=weight) for word, weight in _words(document, entry).items()]
    Place.objects.bulk_create(
        [Place(id=each["id"], service_id=row.id) for row in rows for each, _ in hsds.places_of(documents[str(row.id)])],
        ignore_conflicts=True,
    )
    Spot.objects.bulk_create(spots)
    Facet.objects.bulk_create(facets)
    Word.objects.bulk_create(words, batch_size=5000)


def _words(document: Mapping[str, Any], entry: entries.Entry) -> dict[str, float]:
    """Give the words of a service in both languages, with those that people say for its needs."""
    texts = {entries.text(document, "name", each): NAME for each in ("en", "nl")}
    texts |= {entries.text(document, "description", each): TEXT for each in ("en", "nl")}
    texts |= {str(document.get("alternate_name") or ""): NAME, " ".join(each.town for each in entry.spots): NEED}
    return tokens.weights(texts) | {f"{SIGN}{need}"[: tokens.LONGEST]: NEED for need in entry.needs}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give the fields of a document that differ, with what they were and are."""
    found = {
        key: [before.get(key), after.get(key)]
        for key in {*before, *after}
        if key != hsds.OWN and before.get(key) != after.get(key)
    }
    old, new = before.get(hsds.OWN) or {}, after.get(hsds.OWN) or {}
    return found | {
        f"{hsds.OWN}.{key}": [old.get(key), new.get(key)] for key in {*old, *new} if old.get(key) != new.get(key)
    }


def ship(*, at: datetime) -> int:
    """Take over what ships with this version. What somebody here changed stays as they left it. Gives how many changed."""
    made = []
    known = {row.listed: row for row in Service.objects.exclude(listed="")}
    digests = {}
    for written in places.listed():
        document = entries.document_of(written, places.needs())
        document[hsds.OWN]["list"] = written["id"]
        digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
        row = known.get(written["id"])
        if row is not None and (row.edited or row.listed_digest == digest):
            continue
        made.append(document)
        digests[written["id"]] = digest
    if not made:
        return 0
    with transaction.atomic():
        keep(made, by="Samen", what="listed", at=at)
        for listed, digest in digests.items():
            Service.objects.filter(listed=listed).update(listed_digest=digest)
    return len(made)


# --- what is wrong, and who mends it ---


def report(service: UUID, kind: str, *, at: datetime) -> bool:
    """Keep that something is wrong with an entry; said again, it counts up. False: there is no such entry or sort."""
    if kind not in KINDS or not Service.objects.filter(id=service).exists():
        return False
    try:
        with transaction.atomic():
            _, new = Report.objects.get_or_create(
                service_id=service, kind=kind, settled_at=None, defaults={"first_at": at, "last_at": at}
            )
    except IntegrityError:  # two visitors in one moment
        new = False
    if not new:
        Report.objects.filter(service=service, kind=kind, settled_at=None).update(times=F("times") + 1, last_at=at)
    return True


def reports() -> list[Report]:
    """Give what editors have to look at: what was said most often first."""
    return list(Report.objects.filter(settled_at=None).select_related("service").order_by("-times", "first_at"))


def settle(found: UUID, *, by: str, at: datetime) -> None:
    """Close what was reported: somebody looked."""
    Report.objects.filter(id=found, settled_at=None).update(settled_at=at, settled_by=by)


def to_check(*, before: datetime, most: int) -> list[Kept]:
    """Give the entries that were checked longest ago, the unchecked ones first."""
    rows = Service.objects.select_related("organization", "text").exclude(status__in=GONE)
    late = rows.filter(Q(checked=None) | Q(checked__lt=before.date()))
    unsure = rows.filter(certain=False)
    order = Case(When(checked=None, then=0), default=1)
    return [_kept(each) for each in (late | unsure).order_by(order, "checked", "name")[:most]]


def history(service: UUID) -> list[Change]:
    """Give what was done to an entry, the newest first."""
    return list(Change.objects.filter(service=service).order_by("-at", "-id"))
