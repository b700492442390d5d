"""Taking back: events of a stream, a stretch of time, or everything of a person, out of the inbox, the archive and its log."""

import zlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import polars as pl
from django.db import connection, transaction

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind as Leaf
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rooms.sensing import judging
from samen.rooms.sensing.judging import Kept
from samen.rooms.sensing.models.way_in import Attachment, Batch, Participant, Tally
from samen.rooms.sensing.store import archive, inbox
from samen.rooms.sensing.store.events import LAST, Range


def events(access: Allowed, participant: Participant, asked: Range, *, at: datetime, stream: str = "") -> int:
    """Erase a person's events of a range, of one stream or all; gives how many. What is said of it is a number alone."""
    access.require(Scope.RIGHTS, participant.person_id)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person deletes what their devices sent.")

    def goes(each: Kept) -> bool:
        return (
            asked.first <= each.time < asked.before
            and (not asked.name or each.name == asked.name)
            and (not stream or each.stream == stream)
        )

    wanted = (pl.col("person") == participant.key) & (pl.col("time") >= asked.first) & (pl.col("time") < asked.before)
    if asked.kind:
        wanted &= pl.col("kind") == asked.kind
    if asked.name:
        wanted &= pl.col("name") == asked.name
    if stream:
        wanted &= pl.col("stream") == stream
    with archive.alone():
        gone = _from_inbox(participant, asked.kind, goes) + archive.events().rewrite(participant.bucket, ~wanted)
        archive.events().forget()
    with transaction.atomic():
        if stream and asked.before == LAST and not asked.kind:
            Tally.objects.filter(participant=participant, stream=stream).delete()
        facts = {"what": "sensing", "events": gone}
        ledger.append([Entry(Leaf.OBJECTION, facts=facts)], at=at)
    transaction.on_commit(inbox.sweep)
    return gone


def _from_inbox(participant: Participant, kind: str, goes: Callable[[Kept], bool]) -> int:
    """Take events out of batches that wait, and write what stays of a batch anew."""
    gone = 0
    sealer = people.sealer(participant.person_id)
    with transaction.atomic():
        _overwrite_what_goes()
        rows = Batch.objects.select_for_update().filter(participant=participant)
        for batch in rows.filter(kind=kind) if kind else rows:
            held = judging.unpacked(zlib.decompress(sealer.open(batch.sealed, inbox.ABOUT)))
            stays = [each for each in held if not goes(each)]
            gone += len(held) - len(stays)
            if not stays:
                batch.delete()
            elif len(stays) < len(held):
                batch.sealed = sealer.seal(zlib.compress(judging.packed(stays), inbox.LEVEL), inbox.ABOUT)
                batch.keys = b"".join(each.key for each in stays)
                batch.first, batch.last = min(each.time for each in stays), max(each.time for each in stays)
                batch.n = len(stays)
                batch.save()
    return gone


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
        gone += archive.events().rewrite(participant.bucket, pl.col("person") != participant.key)
        for table in archive.tables()[:-1]:
            if table.rewrite(participant.bucket, pl.col("person") != participant.key):
                table.forget()
        archive.events().forget()
        with transaction.atomic():
            Attachment.objects.filter(participant=participant).delete()
            participant.delete()
    transaction.on_commit(inbox.sweep)
    return gone


def _overwrite_what_goes() -> None:
    """Let SQLite write zeros over what it deletes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")
