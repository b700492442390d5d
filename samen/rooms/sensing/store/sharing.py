"""What a study may read of who takes part in it: who said yes to what, their rows, and the archive's files that hold them."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from deltalake import DeltaTable

from samen.people.access import Allowed
from samen.rooms.sensing.models.features import Clock
from samen.rooms.sensing.models.way_in import Participant, Study
from samen.rooms.sensing.reading.receipt import Read
from samen.rooms.sensing.sharing import Found, Member, named
from samen.rooms.sensing.store import archive, studies, tables
from samen.rooms.sensing.streams import STREAMS

BEFORE_ALL, AFTER_ALL = archive.SINCE_EVER, -archive.SINCE_EVER
VECTORS = "deletionVectors"  # a table with these says beside its files which of their rows are deleted


class HasVectors(RuntimeError):
    """A table marks rows as deleted that its files still hold: whoever reads the files alone would read them."""


def members(found: Study, *, at: datetime) -> list[Member]:
    """Give who takes part in a study and says yes to research with anything. Each sees that the study looked."""
    those = []
    for who in studies.taking_part(found):
        opened = studies.shared(who, found, at=at).open
        if not opened:
            continue
        studies.note_look(who, found, at=at)
        clock = Clock.objects.filter(participant=who).order_by("device", "begins")
        those.append(
            Member(who.code, who.key, who.bucket, opened, tuple(clock.values_list("device", "zone", "begins")))
        )
    return those


def changed(found: Study, those: Sequence[Member], *, at: datetime) -> set[str]:
    """Give the codes of members of whom a study may not read all that was read: they left, or took back a yes or a part of it."""
    now = {who.code: studies.shared(who, found, at=at).open for who in studies.taking_part(found)}
    return {
        each.code
        for each in those
        if any(now.get(each.code, {}).get(stream, AFTER_ALL) > since for stream, since in each.open.items())
    }


def rows(
    access: Allowed, participant: Participant, member: Member, first: int = BEFORE_ALL, before: int = AFTER_ALL
) -> dict[str, pl.DataFrame]:
    """Give the rows of a member that a study may read, first <= time < before (ms), by stream."""
    return tables.between(access, participant, member.open, first, before)


def of_member(member: Member, first: int = BEFORE_ALL, before: int = AFTER_ALL) -> Read:
    """Give what a study may read of a member, first <= time < before (ms), under their code; nothing once they were erased."""
    who = studies.participant(member.code)
    return Read({}) if who is None else named(member, rows(studies.machine(who), who, member, first, before))


def files(those: Sequence[Member]) -> Found:
    """Give the files of each typed table that hold rows of members, as its log names them. Raises: HasVectors."""
    buckets = sorted({member.bucket for member in those})

    def read(table: DeltaTable) -> list[str]:
        if VECTORS in (table.protocol().reader_features or ()):
            raise HasVectors(VECTORS)
        return table.file_uris(file_pruning_predicate=[("bucket", "in", buckets)])

    none: list[str] = []
    there = {stream: archive.typed(stream).read(read, none) for stream in STREAMS} if those else {}
    return Found(there, archive.events().reached_by)
