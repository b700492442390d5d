"""Devices of named people, and what they send: through the product's own stores."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from samen.people.access import Allowed
from samen.people.models import Person
from samen.rights import door as rights
from samen.rights.words import Purpose
from samen.rooms.sensing import kinds
from samen.rooms.sensing.judging import Limits
from samen.rooms.sensing.models.way_in import Participant, Study
from samen.rooms.sensing.store import archive, inbox, keys, studies
from samen.rooms.sensing.store.inbox import Sent
from tests import named

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
T0 = 1_770_000_000_000  # ms: 2 February 2026
LIMITS = Limits(events=1_000_000, bytes=10**9, events_a_minute=10**9, ahead_ms=600_000, oldest_ms=0)


@pytest.fixture(autouse=True)
def empty_archive() -> Iterator[None]:
    """Give each test an archive without a row (import it where it is wanted)."""
    shutil.rmtree(archive.folder(), ignore_errors=True)
    yield
    shutil.rmtree(archive.folder(), ignore_errors=True)


@dataclass(frozen=True)
class Sender:
    """Somebody with a device and its key."""

    access: Allowed
    who: Participant
    study: Study
    device: keys.Made

    def send(self, events: list[Any], kind: str = "sensor", at: datetime = NOW) -> dict[str, Any]:
        """Send a batch as the API takes it in; gives the receipt."""
        return inbox.take_in(self.access, Sent(kind, self.device.id, events, at, LIMITS)).plain()


def sender(person: Person | None = None, *streams: str, research: bool = False, study: Study | None = None) -> Sender:
    """Give somebody who says yes to streams since the new year, with a device in a study."""
    person = person or named.noor()
    access = named.own(person)
    study = study or studies.make("Sleep and steps", at=START)
    keys.enrol(access, study, at=START)
    for stream in streams:
        say(person, stream, yes=True, since=START)
        if research:
            say(person, stream, yes=True, since=START, purpose=Purpose.RESEARCH)
    made = keys.make_for_device(access, "Telephone", at=START, study=study)
    return Sender(access, keys.participant_of(access, at=START), study, made)


def say(
    person: Person,
    stream: str,
    *,
    yes: bool,
    at: datetime = START,
    since: datetime | None = None,
    purpose: Purpose = Purpose.SELF_UNDERSTANDING,
) -> None:
    """Say yes or no to a stream."""
    access, handle = named.own(person), rights.stream(f"stream.{stream}")
    assert handle is not None
    rights.tell(access, handle, at=at)
    use = kinds.use_for(stream, purpose)
    rights.say_of_stream(access, handle, use, yes=yes, at=at, language="en", since=since if yes else None)


def steps(time: int, value: int = 10) -> dict[str, Any]:
    """Give an event of the step counter."""
    return {"timestamp": time, "sensor": "lamp.steps", "data": {"value": value, "unit": "count"}}
