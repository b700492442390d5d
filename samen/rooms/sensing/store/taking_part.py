"""A person and the studies that they may take part in: they begin, they choose stream by stream, and they alone leave."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Purpose
from samen.rooms.sensing import kinds
from samen.rooms.sensing.models.studies import Leaflet
from samen.rooms.sensing.models.way_in import Enrolment, Study
from samen.rooms.sensing.store import keys, studies


def mine(access: Allowed) -> list[Enrolment]:
    """Give what the person takes part in now, and what each study may read."""
    access.require(Scope.RIGHTS)
    now = Enrolment.objects.filter(participant__person=access.person, ended_at=None)
    return list(now.select_related("study").order_by("at", "id"))


def choose(access: Allowed, row: Leaflet, streams: Collection[str], *, at: datetime, language: str) -> bool:
    """Let the person take part with these streams, from now on, or choose anew; of what it does not ask for nothing is taken.

    For each of them this is a yes to research. One that no study of theirs reads any more loses its yes. Gives False for a
    study that is not open.
    """
    if row.state != "open":
        return False
    with transaction.atomic():
        before = _read(access)
        chosen = [each for each in row.streams if each in streams]
        keys.enrol(access, row.study, at=at, streams=chosen)
        _say(access, chosen, yes=True, at=at, language=language)
        _say(access, before - _read(access), yes=False, at=at, language=language)
    return True


def leave(access: Allowed, study: Study, *, at: datetime, language: str) -> bool:
    """Let the person out; the yes to research ends for what no other study of theirs reads. Gives whether they took part."""
    with transaction.atomic():
        before = _read(access)
        if not keys.leave(access, study, at=at):
            return False
        _say(access, before - _read(access), yes=False, at=at, language=language)
    return True


def open_streams(access: Allowed, *, at: datetime) -> frozenset[str]:
    """Give the streams that the person lets be read for research now."""
    access.require(Scope.RIGHTS)
    return frozenset(studies.for_research(rights.open_streams(access.person, at, lock=False)))


def _read(access: Allowed) -> set[str]:
    """Give the streams that any study of the person may read, if they say yes to research."""
    return {stream for each in mine(access) for stream in kinds.CATEGORIES if studies.reads(each, stream)}


def _say(access: Allowed, streams: Iterable[str], *, yes: bool, at: datetime, language: str) -> None:
    now = open_streams(access, at=at)
    for stream in streams:
        if (stream in now) == yes:
            continue
        handle = rights.stream(f"{kinds.SPACE}{stream}")
        if handle is None:
            raise LookupError(f"{stream} is not registered.")
        rights.tell(access, handle, at=at)
        use = kinds.use_for(stream, Purpose.RESEARCH)
        rights.say_of_stream(access, handle, use, yes=yes, at=at, language=language, since=None)
