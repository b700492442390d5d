"""One turn from the press of a button to the words on the page: kept first, then played through the gate, then kept with its reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from samen.people.access import Allowed
from samen.rights import gate
from samen.rights.words import Denied, Held, Released
from samen.rooms.companion import answers, saying, systems
from samen.rooms.companion.saying import Book
from samen.rooms.companion.store import modules, talk
from samen.rooms.companion.store.talk import Open


@dataclass(frozen=True)
class Played:
    """A turn that was answered."""

    record: UUID


def play(
    access: Allowed, found: Open, *, pressed: str, typed: str, client_id: str, at: datetime
) -> Played | Denied | None:
    """Play a turn. None: this very press was played already, or there was nothing to answer."""
    if not talk.give(access, found.id, pressed=pressed, typed=typed, client_id=client_id, at=at):
        return None
    match gate.run(systems.TALK, person=access.person, actor=access):
        case Released(record=record, finding=finding) if not finding.abstained:
            _kept(access, found, finding.value, record, at)
            return Played(record)
        case Denied() as denied:
            return denied
        case Released() | Held():
            return None


def _kept(access: Allowed, found: Open, value: Mapping[str, Any], record: UUID, at: datetime) -> None:
    before = talk.state(access, found.id)
    state = answers.merged(before.get("known", {}), value)
    book = book_of(access, found)
    reply = {
        **{key: value[key] for key in ("field", "low", "high", "node", "level", "action", "numbers", "ended", "leads")},
        "texts": [saying.text(book, key, values) for key, values in value["says"]],
        "buttons": [[each, saying.label(book, each, value["node"])] for each in value["buttons"]],
    }
    talk.answer(access, found.id, state, reply, record=record, at=at)


def book_of(access: Allowed, found: Open) -> Book:
    """Give what puts keys of a talk into words."""
    return Book(modules.shipped(), found.language, talk.typed(access, found.id))
