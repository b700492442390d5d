"""What one self-test asks the detector, in an order in which the answers can be put beside the questions again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from samen.rooms.crisis.reading import Action, Level, Question
from samen.rooms.crisis.selftest.corpus import Message, Reply, Talk
from samen.rooms.crisis.selftest.measure import Pair, Said
from samen.rooms.crisis.selftest.perturb import Kind, perturb

SEED = 20261125  # of the changed spellings, the ordinary messages and the drawn families
ORDINARY = 5000  # messages for each language


@dataclass(frozen=True)
class Changed:
    """A sealed message in another spelling."""

    message: Message
    kind: Kind
    text: str


@dataclass(frozen=True)
class Ordinary:
    """A message of ordinary talk."""

    language: str
    text: str


@dataclass(frozen=True)
class Plan:
    """Everything that is asked."""

    sealed: tuple[Message, ...]
    changed: tuple[Changed, ...]
    ordinary: tuple[Ordinary, ...]
    talks: tuple[Talk, ...]
    replies: tuple[Reply, ...] = ()

    def turns(self) -> list[tuple[str, ...]]:
        """Give what is typed, talk by talk; a message alone is a talk of one turn."""
        return [tuple(each["turns"]) for each in self.material()]

    def material(self) -> list[dict[str, Any]]:
        """Give the pieces of a validation run. An answer comes after its question, in the language in which that was asked."""
        alone = (each.text for part in (self.sealed, self.changed, self.ordinary) for each in part)
        asked = [str(Question.THOUGHTS)]
        return [
            *(piece([text]) for text in alone),
            *(piece(each.turns) for each in self.talks),
            *({**piece([each.text]), "language": each.language, "asked": asked} for each in self.replies),
        ]


def piece(turns: Sequence[str]) -> dict[str, Any]:
    """Give one talk as a piece of a validation run. The language is left for the detector to find."""
    return {"turns": list(turns), "language": None}


@dataclass(frozen=True)
class Answer:
    """What was said of one talk: of each message, and of the talk after it."""

    messages: tuple[Said, ...]
    talk: tuple[Action, ...]


@dataclass(frozen=True)
class Heard:
    """The questions with their answers."""

    sealed: tuple[Pair, ...]
    changed: tuple[tuple[Changed, Said], ...]
    ordinary: tuple[tuple[Ordinary, Said], ...]
    talks: tuple[tuple[Talk, tuple[Action, ...]], ...]
    replies: tuple[tuple[Reply, Said], ...] = ()


def plan(
    sealed: Sequence[Message],
    ordinary: Sequence[Ordinary],
    talks: Sequence[Talk],
    replies: Sequence[Reply] = (),
    *,
    seed: int = SEED,
) -> Plan:
    """Lay out a self-test: each sealed message also in every spelling that changes it."""
    changed = tuple(
        Changed(each, kind, text)
        for kind in Kind
        for each in sealed
        if (text := perturb(each.text, kind, seed=seed)) != each.text
    )
    return Plan(tuple(sealed), changed, tuple(ordinary), tuple(talks), tuple(replies))


def answer(value: Mapping[str, Any]) -> Answer:
    """Read what a validation run of the detector found about one talk. Raises: KeyError, ValueError when it is in no such form."""
    return Answer(
        messages=tuple(
            Said(
                Level(each["level"]),
                Action(each["action"]),
                float(each["probability"]),
                tuple(sorted({span[2] for span in each["spans"]})),
            )
            for each in value["readings"]
        ),
        talk=tuple(Action(each["action"]) for each in value["talk"]),
    )


def beside(asked: Plan, answers: Sequence[Answer]) -> Heard:
    """Put the answers beside what was asked. Raises: ValueError when their number is not the same."""
    if len(answers) != len(asked.turns()):
        raise ValueError(f"{len(asked.turns())} talks were asked about and {len(answers)} answered.")
    left = iter(answers)
    alone = (each.messages[0] for each in islice(left, len(asked.sealed) + len(asked.changed) + len(asked.ordinary)))
    return Heard(
        sealed=tuple(zip(asked.sealed, islice(alone, len(asked.sealed)), strict=True)),
        changed=tuple(zip(asked.changed, islice(alone, len(asked.changed)), strict=True)),
        ordinary=tuple(zip(asked.ordinary, islice(alone, len(asked.ordinary)), strict=True)),
        talks=tuple((talk, each.talk) for talk, each in zip(asked.talks, islice(left, len(asked.talks)), strict=True)),
        replies=tuple((reply, each.messages[0]) for reply, each in zip(asked.replies, left, strict=True)),
    )
