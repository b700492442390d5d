"""Dialogues of a file, turn by turn, for `samen companion replay`: each conversation has a made-up person of its own. Pure.

In:   JSON Lines {"conversation", "turn", "text", "language"}; a text that begins with "/" presses the button of that id
      ("/m:worry-time", "/go"), any other is typed.
Out:  JSON Lines {"conversation", "turn", "reply", "buttons", "node", "level", "action"} in the same order.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from samen.rooms.companion import saying
from samen.rooms.companion.dialogue import LANGUAGES
from samen.rooms.companion.library import Library
from samen.rooms.companion.saying import Book

PRESS = "/"
LONGEST = 4000


# Reply, its last text, what was typed, language -> the text to say.
Rewords = Callable[[Mapping[str, Any], str, str, str], str]


class BadLine(ValueError):
    """A line of the file is not a turn: the message says which line and what is wrong."""


@dataclass(frozen=True)
class Turn:
    """One line of the file."""

    conversation: str
    turn: int | str
    text: str
    language: str

    @property
    def given(self) -> dict[str, str]:
        """Give what was pressed, or what was typed."""
        if self.text.startswith(PRESS):
            return {"pressed": self.text[len(PRESS) :]}
        return {"typed": self.text[:LONGEST]}


@dataclass
class Going:
    """A conversation under way: where it stands, and what was typed in it by turn."""

    state: Mapping[str, Any] = field(default_factory=dict)
    typed: dict[int, str] = field(default_factory=dict)


def turns(lines: Iterable[str]) -> Iterator[Turn]:
    """Read the lines of a file. Raises: BadLine with the number of the line."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            language = str(found.get("language") or LANGUAGES[0])
            made = Turn(str(found["conversation"]), found.get("turn", number), str(found["text"]), language)
        except (ValueError, KeyError, AttributeError, TypeError) as wrong:
            raise BadLine(
                f'Line {number} is no turn. Write {{"conversation": "a", "turn": 1, "text": "...", "language": "en"}}.'
            ) from wrong
        if language not in LANGUAGES:
            raise BadLine(f'Line {number} has the language "{language}". Write one of {", ".join(LANGUAGES)}.')
        yield made


def chunks(found: Iterable[Turn], size: int) -> Iterator[list[list[Turn]]]:
    """Give the turns in runs: within a run each conversation stands once, with its next turns in a row."""
    run: dict[str, list[Turn]] = {}
    count = 0
    for each in found:
        # A conversation that changes its language goes on in the next run.
        if count >= size or (each.conversation in run and run[each.conversation][-1].language != each.language):
            yield list(run.values())
            run, count = {}, 0
        run.setdefault(each.conversation, []).append(each)
        count += 1
    if run:
        yield list(run.values())


def material(run: Iterable[list[Turn]], going: Mapping[str, Going]) -> list[dict[str, Any]]:
    """Give the pieces of a validation run, one for each conversation."""
    return [
        {
            "language": talk[0].language,
            "turns": [each.given for each in talk],
            "state": going[talk[0].conversation].state if talk[0].conversation in going else {},
        }
        for talk in run
    ]


def answers(
    run: Iterable[list[Turn]],
    values: Iterable[Mapping[str, Any]],
    going: dict[str, Going],
    library: Library,
    block: Callable[[str, str], Iterable[str]],
    reword: Rewords = lambda reply, text, said, language: text,
) -> list[dict[str, Any]]:
    """Put into words what was played, and let each conversation stand where it stands now.

    `reword` may put the last text of a reply in other words (`--llm`); left out, every text stands as written.
    `block` gives the lines of the numbers that stand under an urgent answer, by language and subject.
    """
    made = []
    for talk, value in zip(run, values, strict=True):
        here = going.setdefault(talk[0].conversation, Going())
        number = int(here.state.get("turn", 0))
        here.typed |= {number + place: each.given.get("typed", "") for place, each in enumerate(talk, 1)}
        book = Book(library, talk[0].language, here.typed)
        made += [_answer(each, reply, book, (block, reword)) for each, reply in zip(talk, value["played"], strict=True)]
        here.state = value["state"]
    return made


def _answer(
    asked: Turn, reply: Mapping[str, Any], book: Book, by: tuple[Callable[[str, str], Iterable[str]], Rewords]
) -> dict[str, Any]:
    block, reword = by
    texts = [saying.text(book, key, values) for key, values in reply["says"]]
    if texts:
        texts[-1] = reword(reply, texts[-1], asked.given.get("typed", ""), book.language)
    numbers = block(book.language, reply["numbers"]) if reply["numbers"] else ()
    return {
        "conversation": asked.conversation,
        "turn": asked.turn,
        "reply": "\n".join([*texts, *numbers]),
        "buttons": [{"id": each, "text": saying.label(book, each, reply["node"])} for each in reply["buttons"]],
        "node": reply["node"],
        "level": reply["level"],
        "action": reply["action"],
    }
