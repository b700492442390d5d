"""Taking what came from elsewhere into the record: known again, resolved, sealed for whoever it is about, row by row.

A text is written in chunks, each one transaction. Who an entry is depends only on the text and on what is in the record, so
an import that was killed goes on when it is started again and ends the same: what is there already is found equal.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people.access import Allowed, Ground
from samen.people.store import create_people, machine
from samen.rooms.record import canonical, fhir, importing, references
from samen.rooms.record.bodies import Body
from samen.rooms.record.fhir import Json
from samen.rooms.record.importing import Row
from samen.rooms.record.models import Identifier, Resource
from samen.rooms.record.source import Bad, Piece
from samen.rooms.record.store import reading
from samen.rooms.record.store.writing import ALSO, Write, digest, write

CHUNK = 2000  # entries in one transaction: well under the 20 seconds that another writer waits
IDS_AT_ONCE = 900


class Refuse(Exception):
    """This entry cannot be taken; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Known:
    """What the record and this text know so far: where links lead, whose a resource is, what carries an identifier."""

    targets: dict[str, str] = field(default_factory=dict)  # link as written -> Type/id
    rows: dict[str, Resource] = field(default_factory=dict)  # Type/id -> its row
    whose: dict[str, UUID | None] = field(default_factory=dict)  # Type/id -> person, also of what is being written
    found: dict[str, dict[str, Resource | None]] = field(
        default_factory=dict
    )  # digest -> Type/id -> row, None = being written


@dataclass
class Item:
    """One entry on its way in."""

    piece: Piece
    resource: Json
    links: references.Links
    id: str
    row: Resource | None = None
    person: UUID | None = None
    resolved: dict[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """Give the reference under which this lies in the record."""
        return f"{self.piece.type}/{self.row.fhir_id if self.row else self.id}"


def take_in(pieces: Sequence[Piece | Bad], *, file: str, now: datetime) -> Iterator[list[Row]]:
    """Take the pieces of one text in, and give the report chunk by chunk, after each chunk is safely written."""
    known = Known()
    yield [Row(file, bad.place, "", "refused", bad.code) for bad in pieces if isinstance(bad, Bad)]
    good, rows = _name_all([piece for piece in pieces if isinstance(piece, Piece)], known, file)
    yield rows
    good.sort(key=lambda piece: (piece.type not in fhir.SHARED, piece.type != "Patient", piece.type == "Provenance"))
    for start in range(0, len(good), CHUNK):
        with transaction.atomic():
            rows = _chunk(good[start : start + CHUNK], known, file, now)
        yield rows


def _name_all(pieces: Sequence[Piece], known: Known, file: str) -> tuple[list[Piece], list[Row]]:
    """Learn under which name each entry goes, and refuse one name used for two different things."""
    texts: dict[str, list[Piece]] = {}
    for piece in pieces:
        ref = f"{piece.type}/{importing.identity(piece, canonical.read(piece.text) if not piece.id else {})}"
        texts.setdefault(ref, []).append(piece)
        if piece.full_url:
            known.targets[piece.full_url] = ref
    good, rows = [], []
    for ref, same in texts.items():
        forms = {canonical.canonical(canonical.read(piece.text)) for piece in same} if len(same) > 1 else {""}
        if len(forms) > 1:
            rows += [Row(file, piece.place, ref, "refused", "DUPLICATE_ID") for piece in same]
            for piece in same:
                known.targets.pop(piece.full_url, None)
        else:
            good.append(same[0])
            rows += [Row(file, piece.place, ref, "same", "REPEATED") for piece in same[1:]]
    return good, rows


def _chunk(pieces: Sequence[Piece], known: Known, file: str, now: datetime) -> list[Row]:
    zone = ZoneInfo(settings.TIME_ZONE)
    rows: list[Row] = []
    items: list[Item] = []
    for piece in pieces:
        resource = canonical.read(piece.text)
        if code := importing.refusal(piece, resource):
            rows.append(Row(file, piece.place, f"{piece.type}/{piece.id}", "refused", code))
            known.targets.pop(piece.full_url, None)
        else:
            items.append(Item(piece, resource, references.links(resource), importing.identity(piece, resource)))
    _look_up(items, known)
    taken: list[Item] = []
    stand_ins: dict[str, Json] = {}
    for item in items:
        try:
            if not _recognise(item, known):
                rows.append(Row(file, item.piece.place, item.ref, "same"))
                continue
            taken.append(item)
            _announce(item, known)
        except Refuse as refused:
            rows.append(_refused(item, known, file, refused))
    _meet_people([item for item in taken if item.piece.type == "Patient"], known, now)
    ready: list[Item] = []
    for item in taken:
        try:
            _resolve(item, known, stand_ins)
            item.person = _person_of(item, known)
            _may_replace(item)
            known.whose[item.ref] = item.person
            ready.append(item)
        except Refuse as refused:
            rows.append(_refused(item, known, file, refused))
    rows += _write(ready, stand_ins, known, file, now)
    for item in ready:
        rows += [Row(file, item.piece.place, item.ref, "note", code) for code in importing.notes(item.resource, zone)]
        if any(_leads_nowhere(link, item, known) for link in item.links.references):
            rows.append(Row(file, item.piece.place, item.ref, "note", "BROKEN_REFERENCE"))
    return rows


def _refused(item: Item, known: Known, file: str, refused: Refuse) -> Row:
    known.targets.pop(item.piece.full_url, None)
    known.whose.pop(item.ref, None)
    return Row(file, item.piece.place, item.ref, "refused", refused.code)


def _look_up(items: Sequence[Item], known: Known) -> None:
    """Ask the record once for everything that these entries name: ids, links and identifiers."""
    refs = {item.ref for item in items}
    digests: set[str] = set()
    for item in items:
        kind = item.piece.type
        for link in item.links.references:
            if condition := references.conditional(link):
                digests.add(digest(*condition))
            elif plain := references.relative(known.targets.get(link, link)):
                refs.add("/".join(plain))
                digests.add(digest(plain[0], ALSO, plain[1]))
        digests.update(_conditions(item))
        if kind in importing.STAND_INS:
            digests.update(
                digest(kind, system, value) for system, value in importing.extract.identifiers(item.resource)
            )
            digests.add(digest(kind, ALSO, item.id))
    refs -= known.rows.keys()
    for ids in _some(sorted({ref.partition("/")[2] for ref in refs})):
        for row in Resource.objects.filter(fhir_id__in=ids):
            _meet(row, known)
    for some in _some(sorted(digests - known.found.keys())):
        for found in Identifier.objects.filter(digest__in=some).select_related("resource"):
            _meet(found.resource, known)
            known.found.setdefault(found.digest, {})[f"{found.resource.type}/{found.resource.fhir_id}"] = found.resource


def _meet(row: Resource, known: Known) -> None:
    known.rows[f"{row.type}/{row.fhir_id}"] = row
    known.whose.setdefault(f"{row.type}/{row.fhir_id}", row.person_id)


def _some(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + IDS_AT_ONCE] for start in range(0, len(values), IDS_AT_ONCE))


def _conditions(item: Item) -> list[str]:
    """Give the digests of the identifiers by which the sender says that this may be here already."""
    piece = item.piece
    condition = piece.if_none_exist or (piece.url.partition("?")[2] if piece.method == "PUT" else "")
    return [digest(*found)] if condition and (found := references.conditional(f"{piece.type}?{condition}")) else []


def _recognise(item: Item, known: Known) -> bool:
    """Find what this entry is a version of, if anything. False when the sender said to leave what is there."""
    item.row = known.rows.get(f"{item.piece.type}/{item.id}")
    for wanted in _conditions(item):
        there = known.found.get(wanted, {})
        if len(there) > 1:
            raise Refuse("AMBIGUOUS_IDENTIFIER")
        if there:
            ref, row = next(iter(there.items()))
            if item.piece.full_url:
                known.targets[item.piece.full_url] = ref
            if item.piece.if_none_exist and (row is None or row.pk != getattr(item.row, "pk", None)):
                item.row = row
                return False
            item.row = row
    if item.row is None and item.piece.type in importing.STAND_INS:
        item.row = _stood_in_for(item, known)
        item.also = (item.id,) if item.row else ()
    return True


def _stood_in_for(item: Item, known: Known) -> Resource | None:
    """Give the row under which this came before, or the placeholder that waits for it."""
    kind = item.piece.type
    before = [row for row in known.found.get(digest(kind, ALSO, item.id), {}).values() if row]
    names = importing.extract.identifiers(item.resource)
    waiting = [row for name in names for row in known.found.get(digest(kind, *name), {}).values() if row]
    return next((row for row in [*before, *waiting] if row in before or row.origin == "placeholder"), None)


def _announce(item: Item, known: Known) -> None:
    """Let later entries find this one, though it is not written yet."""
    known.targets |= {item.piece.full_url: item.ref} if item.piece.full_url else {}
    if item.row:
        known.targets[f"{item.piece.type}/{item.id}"] = item.ref
        if item.row.origin == "placeholder":
            item.row.origin = "import"  # taken: a second one with this identifier is another resource
    if item.piece.type not in fhir.SHARED:
        return
    known.whose[item.ref] = None
    for system, value in importing.extract.identifiers(item.resource):
        known.found.setdefault(digest(item.piece.type, system, value), {})[item.ref] = item.row


def _meet_people(patients: Sequence[Item], known: Known, now: datetime) -> None:
    """Make a person for each Patient who is not known yet."""
    new = [item for item in patients if item.row is None]
    language = settings.LANGUAGE_CODE
    who = [
        (importing.name_of_person(item.resource), importing.language_of_person(item.resource, language), None)
        for item in new
    ]
    made = create_people(who, now=now) if who else []
    for item, person in zip(new, made, strict=True):
        known.whose[item.ref] = person.id


def _resolve(item: Item, known: Known, stand_ins: dict[str, Json]) -> None:
    """Find where each link leads; for somebody whom nobody has sent yet, a placeholder."""
    for link, display in item.links.references.items():
        condition = references.conditional(link)
        target = _by_identifier(condition, display, known, stand_ins) if condition else _target(link, known)
        if target and target != link:
            item.resolved[link] = target
    for link in item.links.others:
        if link in known.targets and known.targets[link] != link:
            item.resolved[link] = known.targets[link]


def _target(link: str, known: Known) -> str | None:
    if link in known.targets:
        return known.targets[link]
    plain = references.relative(link)
    if plain is None:
        return None
    ref = "/".join(plain)
    if ref in known.whose:
        return None if "://" in link else ref  # another server's address stays what it is
    return next(iter(known.found.get(digest(plain[0], ALSO, plain[1]), {})), None)


def _by_identifier(
    condition: tuple[str, str, str], display: str, known: Known, stand_ins: dict[str, Json]
) -> str | None:
    there = known.found.get(digest(*condition), {})
    if len(there) > 1:
        raise Refuse("AMBIGUOUS_IDENTIFIER")
    if there:
        return next(iter(there))
    kind, system, value = condition
    if kind not in importing.STAND_INS:
        return None
    ref = f"{kind}/{importing.stand_in_id(kind, system, value)}"
    stand_ins.setdefault(ref, importing.stand_in(kind, system, value, display))
    known.whose[ref] = None
    known.found.setdefault(digest(*condition), {})[ref] = None
    return ref


def _person_of(item: Item, known: Known) -> UUID | None:
    """Say whose this is. Raises: Refuse when it is nobody's whom we know, or two people's."""
    if item.piece.type == "Patient":
        return known.whose[item.ref]
    named = [item.resolved.get(link, link) for link in fhir.about(item.resource)]
    patients = [ref for ref in named if ref.startswith("Patient/")]
    people = {known.whose.get(ref) for ref in patients or named}
    if len(people) > 1 and patients:
        raise Refuse("TWO_PEOPLE" if None not in people else "NO_PERSON")
    people.discard(None)
    if len(people) > 1:
        raise Refuse("TWO_PEOPLE")
    if not people and (item.piece.type not in fhir.SHARED or patients):
        raise Refuse("NO_PERSON")
    return next(iter(people), None)


def _may_replace(item: Item) -> None:
    if item.row is None:
        return
    if item.row.person_id != item.person:
        raise Refuse("BELONGS_TO_ANOTHER")


def _leads_nowhere(link: str, item: Item, known: Known) -> bool:
    if link.startswith("#"):
        contained = {one.get("id") for one in item.resource.get("contained", [])}
        return link != "#" and link[1:] not in contained
    if "://" in link and link not in known.targets:
        return False  # it names its place elsewhere
    return item.resolved.get(link, link) not in known.whose


def _write(items: Sequence[Item], stand_ins: Mapping[str, Json], known: Known, file: str, now: datetime) -> list[Row]:
    grants = _grants(items)
    held = {one.pk: one.body for one in reading.current(grants, [item.row.pk for item in items if item.row])}
    rows, writes, written = [], [], []
    for item in items:
        before = held.get(item.row.pk) if item.row else None
        outcome = "new" if before is None or (item.also and _is_stand_in(before)) else _difference(before, item)
        if before is not None and outcome == "changed" and item.row and item.row.origin == "own":
            rows.append(Row(file, item.piece.place, item.ref, "refused", "PERSONS_OWN"))
            continue
        rows.append(Row(file, item.piece.place, item.ref, outcome))
        if outcome != "same":
            writes.append(_as_write(item))
            written.append(item)
    people = [item for item in written if item.piece.type == "Patient"]
    waiting = [_waiting(resource) for ref, resource in stand_ins.items() if ref not in known.rows]
    if not writes:  # nothing changed, so nobody new is referred to either
        return rows
    for row in write(grants, [*waiting, *writes], now=now):
        known.rows[f"{row.type}/{row.fhir_id}"] = row
        if row.origin == "placeholder":
            _found_now(row, stand_ins, known)
    facts = Counter("new" if not item.row else "changed" for item in written)
    ledger.append(
        [Entry(Kind.IMPORT, {"new": facts["new"], "changed": facts["changed"], "people": len(people)})], at=now
    )
    return rows


def _grants(items: Sequence[Item]) -> list[Allowed]:
    return [machine(person, Ground.IMPORT) for person in {item.person for item in items} if person]


def _difference(before: Body, item: Item) -> str:
    """Say whether this says something else than what is here; another way of writing the same link is nothing else."""
    if before.text == item.piece.text:
        return "same"
    now = references.resolve(item.resource, item.resolved)
    return "same" if canonical.canonical(before.resolved) == canonical.canonical(now) else "changed"


def _is_stand_in(body: Body) -> bool:
    return importing.PLACEHOLDER in body.received.get("meta", {}).get("tag", [])


def _as_write(item: Item) -> Write:
    row = item.row
    return Write(
        type=item.piece.type, fhir_id=row.fhir_id if row else item.id, person=item.person,
        body=Body(item.piece.text, item.resolved), origin="import", row=row.pk if row else None, also=item.also,
    )  # fmt: skip


def _waiting(resource: Json) -> Write:
    body = Body(canonical.write(resource), {})
    return Write(type=resource["resourceType"], fhir_id=resource["id"], person=None, body=body, origin="placeholder")


def _found_now(row: Resource, stand_ins: Mapping[str, Json], known: Known) -> None:
    ref = f"{row.type}/{row.fhir_id}"
    for system, value in importing.extract.identifiers(stand_ins[ref]):
        known.found[digest(row.type, system, value)] = {ref: row}
