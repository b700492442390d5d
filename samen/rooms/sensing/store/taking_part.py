"""A person and the studies that they may take part in: they begin, they choose stream by stream, and they alone leave."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Purpose
from samen.rooms.sensing import kinds
from samen.rooms.sensing.models.studies import Leaflet
from samen.rooms.sensing.models.way_in import Enrolment, Study
from samen.rooms.sensing.store import keys


def mine(access: Allowed) -> list[Study]:
    """Give the studies that the person takes part in now."""
    access.require(Scope.RIGHTS)
    now = Enrolment.objects.filter(participant__person=access.person, ended_at=None)
    return [each.study for each in now.select_related("study__leaflet").order_by("at", "id")]


def begin(access: Allowed, row: Leaflet, streams: Collection[str], *, at: datetime, language: str) -> bool:
    """Let the person take part, and say yes to research for the streams that they chose, from now on.

    Gives False for a study that is not open. A stream that it does not ask for is left as it is.
    """
    if row.state != "open":
        return False
    with transaction.atomic():
        keys.enrol(access, row.study, at=at)
        for stream in (each for each in row.streams if each in streams):
            _say(access, stream, yes=True, at=at, language=language)
    return True


def leave(access: Allowed, study: Study, *, at: datetime, language: str) -> bool:
    """Let the person out. With their last study the yes to research ends too: nobody is left to read. Gives whether they took part."""
    with transaction.atomic():
        if not keys.leave(access, study, at=at):
            return False
        if not mine(access):
            for stream in _for_research(access, at):
                _say(access, stream, yes=False, at=at, language=language)
    return True


def open_streams(access: Allowed, *, at: datetime) -> frozenset[str]:
    """Give the streams that the person lets be read for research now."""
    access.require(Scope.RIGHTS)
    return frozenset(_for_research(access, at))


def _for_research(access: Allowed, at: datetime) -> list[str]:
    said = rights.open_streams(access.person, at, lock=False)
    return [
        subject.removeprefix(kinds.SPACE)
        for subject, uses in said.items()
        if any(use.purpose is Purpose.RESEARCH for use in uses)
    ]


def _say(access: Allowed, stream: str, *, yes: bool, at: datetime, language: str) -> None:
    handle = rights.stream(f"{kinds.SPACE}{stream}")
    if handle is None:
        raise LookupError(f"{stream} is not registered.")
    rights.tell(access, handle, at=at)
    rights.say_of_stream(
        access, handle, kinds.use_for(stream, Purpose.RESEARCH), yes=yes, at=at, language=language, since=None
    )
