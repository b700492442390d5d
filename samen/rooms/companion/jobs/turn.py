"""One turn from the press of a button to the words on the page: kept first, then played through the gate, then kept with its reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from samen.people.access import Allowed
from samen.rights import door as rights
from samen.rights import gate
from samen.rights.words import Denied, Held, Released
from samen.rooms.companion import saying, systems
from samen.rooms.companion.saying import Book
from samen.rooms.companion.store import drafts, modules, talk
from samen.rooms.companion.store.talk import Open

CALL = ".now"  # how the sentence ends its key that says to call


@dataclass(frozen=True)
class Played:
    """A turn that was answered."""

    record: UUID


@drafts.asked_once()
def play(
    access: Allowed, found: Open, *, pressed: str, typed: str, client_id: str, at: datetime, reword: bool = False
) -> Played | Denied | None:
    """Play a turn; with `reword` the gate is asked whether a language model may word it. None: this press was played already."""
    if not talk.give(access, found.id, pressed=pressed, typed=typed, client_id=client_id, at=at):
        return None
    match gate.run(systems.TALK, person=access.person, actor=access):
        case Released(record=record, finding=finding) if not finding.abstained:
            _kept(access, found, finding.value, record, at)
            if finding.value["action"] == "alarm":
                rights.in_crisis(access.person, at=at)
            if reword and not finding.value["level"]:
                _reworded(access, found)
            return Played(record)
        case Denied() as denied:
            return denied
        case Released() | Held():
            return None


def _kept(access: Allowed, found: Open, value: Mapping[str, Any], record: UUID, at: datetime) -> None:
    reply = {
        **{key: value[key] for key in ("field", "low", "high", "node", "level", "action", "numbers", "ended", "leads")},
        **_words(book_of(access, found, value["says"]), value["says"], value["buttons"], value["node"]),
        "says": value["says"],
        "language": found.language,
        "calls": _calls(value["says"]),
    }
    talk.answer(access, found.id, value, reply, record=record, at=at)


def _reworded(access: Allowed, found: Open) -> None:
    """Say the last text in other words where the person wants that and all checks pass; else what is kept stands as it is.

    The scripted reply is kept before: whatever happens here, there is an answer.
    """
    match gate.run(systems.REPHRASE, person=access.person, actor=access):
        case Released(record=record, finding=finding) if not finding.abstained and finding.value["text"]:
            talk.reword(access, found.id, found.turn + 1, finding.value["text"], record=record)
        case Released() | Held() | Denied():
            return


def _words(book: Book, says: Sequence[Any], pressed: Sequence[str], node: str) -> dict[str, Any]:
    return {
        "texts": [saying.text(book, key, values) for key, values in says],
        "buttons": [[each, saying.label(book, each, node)] for each in pressed],
    }


def _calls(says: Sequence[Any]) -> int:
    """Give after how many texts the numbers stand: where one of them says to call, else after all."""
    return next((place for place, (key, _) in enumerate(says, 1) if key.endswith(CALL)), len(says))


def in_language(access: Allowed, found: Open, reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a reply with its words in the language of now, where the person changed it since; as it was when it cannot be said anew."""
    if reply.get("language", found.language) == found.language or "says" not in reply:
        return reply
    try:
        said = _words(
            book_of(access, found, reply["says"]), reply["says"], [each for each, _ in reply["buttons"]], reply["node"]
        )
    except (KeyError, StopIteration):  # a newer version of the module has this screen or choice no more
        return reply
    return {**{key: kept for key, kept in reply.items() if key not in ("worded", "scripted")}, **said}


def book_of(access: Allowed, found: Open, says: Sequence[Any] | None = None) -> Book:
    """Give what puts keys of a talk into words; with `says` it holds no more of what was typed than they need."""
    needed = None if says is None else saying.turns_in(says)
    return Book(modules.in_use(), found.language, talk.typed(access, found.id, needed))
