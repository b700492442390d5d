"""Taking back: events of a stream, a stretch of time, a study, or everything of a person, out of the inbox, the archive and its log.

What was computed from them goes as well, and is computed anew from what stays.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import polars as pl
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind as Leaf
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Purpose
from samen.rooms.sensing import judging, sources, turning
from samen.rooms.sensing.judging import Kept
from samen.rooms.sensing.kinds import ACTIVITIES, SPACE
from samen.rooms.sensing.models.activities import Survey
from samen.rooms.sensing.models.features import Due, Imported, Value
from samen.rooms.sensing.models.quality import Came
from samen.rooms.sensing.models.way_in import (
    AccessKey,
    Attachment,
    Batch,
    Enrolment,
    Participant,
    Study,
    StudyLook,
    Tally,
    Thing,
)
from samen.rooms.sensing.store import archive, inbox, own_places
from samen.rooms.sensing.store.events import FIRST, LAST, Range

LEVEL = "battery_level"  # of the battery, in an event of the screen
FARTHEST = timedelta(days=15)  # a day's values reach that far back
EARLIEST, LATEST = -62_135_596_800_000, 253_402_300_799_000  # ms: the years 1 to 9999, which a date can hold


def events(access: Allowed, participant: Participant, asked: Range, *, at: datetime, stream: str = "") -> int:
    """Erase a person's events of a range, of one stream or all; gives how many. What is said of it is a number alone."""
    access.require(Scope.RIGHTS, participant.person_id)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person deletes what their devices sent.")
    with archive.alone():
        gone = _take(participant, asked, stream)
    with transaction.atomic():
        if stream and asked.before == LAST and not asked.kind:
            Tally.objects.filter(participant=participant, stream=stream).delete()
        facts = {"what": "sensing", "events": gone}
        ledger.append([Entry(Leaf.OBJECTION, facts=facts)], at=at)
    transaction.on_commit(inbox.sweep)
    return gone


def _take(participant: Participant, asked: Range, stream: str) -> int:
    """Take events and rows of files out of everything that holds them; who calls is alone with the archive."""

    def goes(each: Kept) -> bool:
        return (
            asked.first <= each.time < asked.before
            and (not asked.name or each.name == asked.name)
            and (not stream or each.stream == stream)
        )

    wanted = (pl.col("person") == participant.key) & (pl.col("time") >= asked.first) & (pl.col("time") < asked.before)
    ours = wanted
    if asked.kind:
        ours &= pl.col("kind") == asked.kind
    if asked.name:
        ours &= pl.col("name") == asked.name
    if stream:
        ours &= pl.col("stream") == stream
    gone = _from_inbox(participant, asked, goes, stream)
    origins = _origins(participant, ours) if asked.name else None
    for typed in archive.STREAMS:
        gone += _from_typed(participant, typed, wanted, asked.kind, stream, origins)
    change = _without_level(wanted) if stream == "battery" else None
    gone += archive.events().rewrite(participant.bucket, ~ours, change)
    archive.events().forget()
    with transaction.atomic():
        _overwrite_what_goes()
        Imported.objects.filter(participant=participant).delete()  # what came in files may come again
        _forget_values(participant, asked, stream)
        Came.objects.filter(participant=participant).delete()  # counted anew from what stays
        if stream in ("", own_places.GPS):
            machine = people.machine(participant.person_id, Ground.PORTABILITY, Scope.RIGHTS)
            own_places.forget_unseen(machine, participant)
    return gone


def _origins(participant: Participant, ours: pl.Expr) -> list[int]:
    """Give the numbers under which the events that go stand in typed tables."""
    found = archive.events().newest()
    if found is None:
        return []
    rows = pl.scan_delta(found).filter(pl.col("bucket") == participant.bucket).filter(ours).select("key").collect()
    return [turning.number_of(bytes.fromhex(key)) for key in rows["key"]]


def _from_typed(
    participant: Participant, typed: str, wanted: pl.Expr, kind: str, stream: str, origins: list[int] | None
) -> int:
    """Take rows out of a typed table; gives how many of them had come in files."""
    if stream and turning.consent_for(typed) != stream:
        wanted &= pl.col("consent") == stream
    if kind:
        of_activities = pl.col("consent") == ACTIVITIES
        wanted &= ~of_activities if kind == judging.SENSOR else of_activities
    if origins is not None:
        wanted &= pl.col("origin").is_in(pl.Series(origins, dtype=pl.Int64).implode())
    table = archive.typed(typed)
    found = table.newest()
    if found is None:
        return 0
    rows = pl.scan_delta(found).filter(pl.col("bucket") == participant.bucket).filter(wanted)
    goes, came_in_files = rows.select(pl.len().alias("n"), (pl.col("origin") == 0).sum().alias("m")).collect().row(0)
    if goes:
        table.rewrite(participant.bucket, ~wanted)
        table.forget()
    return int(came_in_files)


def _without_level(wanted: pl.Expr) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Give what takes the battery's level out of events of the screen."""

    def change(rows: pl.DataFrame) -> pl.DataFrame:
        holds = wanted & (pl.col("stream") == "screen") & pl.col("body").str.contains(LEVEL, literal=True)
        less = pl.col("body").map_elements(_less, return_dtype=pl.String)
        return rows.with_columns(pl.when(holds).then(less).otherwise(pl.col("body")).alias("body"))

    return change


def _less(body: str) -> str:
    event = json.loads(body)
    if isinstance(event.get("data"), dict):
        event["data"].pop(LEVEL, None)
    return json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _from_inbox(participant: Participant, asked: Range, goes: Callable[[Kept], bool], stream: str) -> int:
    """Take events out of batches that wait, and write what stays of a batch anew."""
    gone = 0
    sealer = people.sealer(participant.person_id)
    with transaction.atomic():
        _overwrite_what_goes()
        rows = Batch.objects.select_for_update().filter(participant=participant)
        for batch in rows.filter(kind=asked.kind) if asked.kind else rows:
            held = judging.unpacked(zlib.decompress(sealer.open(batch.sealed, inbox.ABOUT)))
            stays = [_told_less(each, asked, stream) for each in held if not goes(each)]
            gone += len(held) - len(stays)
            if not stays:
                batch.delete()
            elif stays != held:
                batch.sealed = sealer.seal(zlib.compress(judging.packed(stays), inbox.LEVEL), inbox.ABOUT)
                batch.keys = b"".join(each.key for each in stays)
                batch.first, batch.last = min(each.time for each in stays), max(each.time for each in stays)
                batch.n = len(stays)
                batch.save()
    return gone


def _told_less(each: Kept, asked: Range, stream: str) -> Kept:
    inside = stream == "battery" and each.stream == "screen" and asked.first <= each.time < asked.before
    return each._replace(body=_less(each.body)) if inside and LEVEL in each.body else each


def _forget_values(participant: Participant, asked: Range, stream: str) -> None:
    """Let go of what was computed from what went, and have its days computed anew from what stays."""
    first, before = (
        datetime.fromtimestamp(min(max(edge, EARLIEST), LATEST) / 1000, UTC).date()
        for edge in (asked.first, asked.before)
    )
    mine = Value.objects.filter(participant=participant)
    if asked.first > EARLIEST:
        mine = mine.filter(day__gte=first - timedelta(days=1))
    if asked.before < LATEST:
        mine = mine.filter(day__lte=before + FARTHEST)
    names = set(mine.values_list("feature", flat=True).distinct())
    touched = {name for name in names if not stream or _reads(name, stream)}
    mine = mine.filter(feature__in=sorted(touched))
    days = sorted(set(mine.values_list("day", flat=True)))
    mine.delete()
    now = timezone.now()
    Due.objects.bulk_create(
        [Due(participant=participant, day=day, at=now) for day in days], ignore_conflicts=True, batch_size=500
    )


def _reads(name: str, stream: str) -> bool:
    needed = sources.consents_of(name)
    return not needed or stream in needed  # what tells of all streams, or of none that we know, may hold it


def person(person_id: UUID) -> int:
    """Erase all that this room keeps of a person; gives how many things went. Called when a person is erased."""
    participant = Participant.objects.filter(person=person_id).first()
    if participant is None:
        return 0
    with archive.alone():
        with transaction.atomic():
            _overwrite_what_goes()
            gone = sum(Batch.objects.filter(participant=participant).values_list("n", flat=True))
            Batch.objects.filter(participant=participant).delete()
        mine = pl.col("person") == participant.key
        gone += sum(_from_typed(participant, stream, mine, "", "", None) for stream in archive.STREAMS)
        gone += archive.events().rewrite(participant.bucket, ~mine)
        archive.events().forget()
        with transaction.atomic():
            _overwrite_what_goes()
            Value.objects.filter(participant=participant).delete()
            Attachment.objects.filter(participant=participant).delete()
            participant.delete()
    transaction.on_commit(inbox.sweep)
    return gone


def study(found: Study, *, at: datetime) -> int:
    """Erase a study: its activities, keys, tags and looks, who took part, and what was kept for it alone; gives how many events.

    What somebody lets be kept for themselves or their care is theirs and stays; so does what another of their studies reads.
    """
    gone = 0
    taking_part = list(Participant.objects.filter(enrolments__study=found).distinct().order_by("id"))
    with archive.alone():
        for participant in taking_part:
            for stream in _for_study_alone(participant, found, at):
                gone += _take(participant, Range("", FIRST, LAST), stream)
                Tally.objects.filter(participant=participant, stream=stream).delete()
    with transaction.atomic():
        _overwrite_what_goes()
        codes = [found.code, found.researcher, *Thing.objects.filter(study=found).values_list("code", flat=True)]
        Attachment.objects.filter(Q(of__in=codes) | Q(by__in=codes)).delete()
        AccessKey.objects.filter(study=found, kind="researcher").delete()
        AccessKey.objects.filter(study=found).update(study=None)  # a device is its person's
        Survey.objects.filter(study=found).delete()
        StudyLook.objects.filter(study=found).delete()
        Enrolment.objects.filter(study=found).delete()
        found.delete()
        facts = {"what": "sensing-study", "events": gone, "people": len(taking_part)}
        ledger.append([Entry(Leaf.ERASURE, facts=facts)], at=at)
    transaction.on_commit(inbox.sweep)
    return gone


def _for_study_alone(participant: Participant, found: Study, at: datetime) -> Sequence[str]:
    """Give the streams of a person that nobody but this study has a reason to keep."""
    if Enrolment.objects.filter(participant=participant, ended_at=None).exclude(study=found).exists():
        return ()
    said = rights.open_streams(participant.person_id, at, lock=False)
    others = {
        subject.removeprefix(SPACE)
        for subject, uses in said.items()
        if any(use.purpose is not Purpose.RESEARCH for use in uses)
    }
    kept = Tally.objects.filter(participant=participant).order_by("stream").values_list("stream", flat=True)
    return [stream for stream in kept if stream not in others]


def _overwrite_what_goes() -> None:
    """Let SQLite write zeros over what it deletes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")
