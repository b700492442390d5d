"""A question to the guide in somebody's own words: kept for the run, through the gate, and forgotten whatever came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from samen.people.access import Allowed
from samen.rights import gate
from samen.rights.words import Denied, Held, Released
from samen.rooms.companion import systems
from samen.rooms.companion.store import asking


@dataclass(frozen=True)
class Answered:
    """What a question was taken for, and what fits: the finding's value, and the record that says why."""

    record: UUID
    value: dict[str, Any]
    abstained: bool


def ask(access: Allowed, text: str, language: str, *, at: datetime) -> Answered | Denied:
    """Ask the guide. The question is gone afterwards, also when something breaks on the way."""
    question = asking.keep(access, text, language, at=at)
    try:
        outcome = gate.run(systems.GUIDE, person=access.person, actor=access)
    finally:
        asking.forget(access, question)
    match outcome:
        case Released(record=record, finding=finding):
            if finding.value.get("question") != str(question):  # another window of the same person asked in this moment
                return Denied("STALE_PERMIT")
            return Answered(record, dict(finding.value), finding.abstained)
        case Held():
            return Denied("FAILED")
        case Denied() as denied:
            return denied
