"""Writing to the record, many resources at once: index row, version, identifiers. Every change names its access decision."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.crypto import salted_hmac

from samen.people.access import Allowed, NotAllowed
from samen.people.roles import Scope
from samen.people.store import Sealer, sealers
from samen.rooms.record.bodies import Body, pack
from samen.rooms.record.extract import Columns, columns, identifiers
from samen.rooms.record.models import Identifier, Resource, Version

ABOUT = "record"  # what a sealed body is bound to, besides its person
AT_ONCE = 500  # rows in one statement


@dataclass(frozen=True)
class Write:
    """One resource to write: its identity, whose it is, and its body."""

    type: str
    fhir_id: str
    person: UUID | None
    body: Body
    origin: str
    row: int | None = None  # primary key of the resource that this becomes a new version of
    also: tuple[str, ...] = ()  # other ids under which it came, so that it is found again


def check(grants: Iterable[Allowed], writes: Iterable[Write]) -> None:
    """Raise NotAllowed unless each write about somebody stands under an access decision for that area of that person."""
    opened = {(grant.person, grant.scope) for grant in grants}
    for one in writes:
        if one.person and not any((one.person, scope) in opened for scope in areas(one)):
            raise NotAllowed(f"The record was asked to write a {one.type} that none of the access decisions opens.")


def areas(one: Write) -> tuple[Scope, ...]:
    """Give the areas of which any one lets somebody write this: the record, or the narrower one it belongs to."""
    if one.origin == "own":
        return (Scope.RECORD, Scope.NOTES, Scope.ANSWERS)
    return (Scope.RECORD, Scope.ANSWERS) if one.type in ("QuestionnaireResponse", "Observation") else (Scope.RECORD,)


def write(grants: Sequence[Allowed], writes: Sequence[Write], *, now: datetime) -> list[Resource]:
    """Write these resources, all or none, with a handful of statements however many they are. Gives their index rows."""
    check(grants, writes)
    keys = sealers({one.person for one in writes if one.person})
    with transaction.atomic():
        rows = _index(writes, now)
        bodies = [Version(resource=row, number=row.version, at=now, body=_kept(one, keys))
                  for row, one in zip(rows, writes, strict=True)]  # fmt: skip
        Version.objects.bulk_create(bodies, batch_size=AT_ONCE)
        found_by = {(digest, row.pk) for row, one in zip(rows, writes, strict=True) for digest in digests_of(one)}
        Identifier.objects.bulk_create(
            [Identifier(digest=digest, resource_id=pk) for digest, pk in sorted(found_by)],
            batch_size=AT_ONCE, ignore_conflicts=True,
        )  # fmt: skip
    return rows


def _kept(one: Write, keys: Mapping[UUID, Sealer]) -> bytes:
    packed = pack(one.body)
    return keys[one.person].seal(packed, ABOUT) if one.person else packed


def _index(writes: Sequence[Write], now: datetime) -> list[Resource]:
    zone = ZoneInfo(settings.TIME_ZONE)
    last = Resource.objects.aggregate(last=Max("order"))["last"] or 0
    held = {row.pk: row for row in Resource.objects.filter(pk__in=[one.row for one in writes if one.row])}
    rows = []
    for place, one in enumerate(writes, last + 1):
        row = held[one.row] if one.row else Resource(type=one.type, fhir_id=one.fhir_id, version=0)
        row.person_id, row.order, row.version = one.person, place, row.version + 1
        row.updated_at, row.origin, row.deleted = now, one.origin, False
        _fill(row, columns(one.body.received, zone))
        rows.append(row)
    Resource.objects.bulk_create([row for row in rows if row.pk is None], batch_size=AT_ONCE)
    changed = ("person", "order", "version", "updated_at", "origin", "deleted", "date", "code", "status", "category")
    Resource.objects.bulk_update(
        [row for row, one in zip(rows, writes, strict=True) if one.row], changed, batch_size=100
    )
    return rows


def _fill(row: Resource, read: Columns) -> None:
    row.date, row.code, row.status, row.category = read.date, read.code, read.status, read.category


def digests_of(one: Write) -> list[str]:
    """Give every digest by which a resource shall be found."""
    found = [digest(one.type, system, value) for system, value in identifiers(one.body.received)]
    return found + [digest(one.type, ALSO, other) for other in one.also]


ALSO = "urn:samen:received-id"


def digest(kind: str, system: str, value: str) -> str:
    """Give the keyed digest of an identifier; whoever has only the database cannot try numbers against it."""
    text = f"{kind}\n{system}\n{value}"
    mac = salted_hmac("samen.record.identifier", text, algorithm="sha256").digest()
    return urlsafe_b64encode(mac).decode().rstrip("=")
