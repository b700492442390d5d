"""What a talk shows, message by message and as a whole, and why: the inference of `crisis.detect`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.crisis.inference import detect, linear, talk
from samen.rooms.crisis.reading import LASTING, Level, Question, Reading

WORDS = "crisis.detect"
TOPICS = "crisis.triage.topic"
TOPICS_TOLD = 3


@dataclass(frozen=True)
class Turns:
    """Messages of one talk in their order, with where the talk stood before them and the layers to use."""

    texts: tuple[str, ...]
    language: str | None = None
    before: talk.State = field(default_factory=talk.State)
    layers: tuple[str, ...] = detect.LAYERS
    using: detect.Using = linear.whole
    asked: tuple[Question | None, ...] = ()  # what a computer had asked just before each


def infer(gathered: Gathered) -> Finding:
    """Read each message, and fold it into the state of the talk. Without a message it abstains."""
    turns: Turns = gathered.data
    if not turns.texts:
        return Finding("abstain", {"level": 0}, f"{WORDS}.sure", abstained=True, reason=f"{WORDS}.code.abstain")
    state, states, readings = turns.before, [], []
    for text, asked in zip_longest(turns.texts, turns.asked):
        reading, state = hear(state, text, turns.language, turns.layers, turns.using, asked=asked)
        readings.append(reading)
        states.append(state)
    value: dict[str, Any] = {
        "level": int(state.level),
        "topics": topics(readings),
        "readings": [_plain(each) for each in readings],
        "talk": [{"level": int(each.level), "action": str(each.action), "say": str(each.say)} for each in states],
        "state": talk.to_plain(state),
    }
    return Finding(str(state.action), value, f"{WORDS}.sure")


def hear(
    state: talk.State,
    text: str,
    language: str | None = None,
    layers: Collection[str] = detect.LAYERS,
    using: detect.Using = linear.whole,
    at: datetime | None = None,
    asked: Question | None = None,
) -> tuple[Reading, talk.State]:
    """Read one more message of a talk in the light of what the talk is about; give what it shows and where the talk stands."""
    state = talk.rested(state, at)
    reading = detect.read(
        text, language, layers, using, talk.held(state), careful=state.careful > 0, so_far=state.course, asked=asked
    )
    return reading, talk.fold(state, reading, at)


def _plain(reading: Reading) -> dict[str, Any]:
    return {
        "level": int(reading.level),
        "action": str(reading.action),
        "probability": reading.probability,
        "topics": [str(topic) for topic in reading.topics],
        "spans": [[span.start, span.end, span.rule] for span in reading.spans],
        "answer": reading.answer and str(reading.answer),
    }


def topics(readings: Sequence[Reading], least: Level = Level.UNCLEAR) -> list[str]:
    """Give the topics of all messages from a level on: those of the highest level first, and of one level those of the newest message.

    Before them stands what stays so: what was swallowed, and who hits.
    """
    ordered = sorted(reversed(readings), key=lambda each: -each.level)
    lasting = [topic for each in ordered if each.level >= Level.DANGER for topic in each.topics if topic in LASTING]
    return list(
        dict.fromkeys(
            map(str, (*lasting, *(topic for each in ordered if each.level >= least for topic in each.topics)))
        )
    )


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say why, to the person and to staff: what was heard, in how many messages, and what would change it."""
    topics = finding.value.get("topics", [])[:TOPICS_TOLD]
    heard = tuple(Phrase(f"{WORDS}.factor.topic", {"topic": Phrase(f"{TOPICS}.{topic}")}) for topic in topics)
    return Explanation(
        says=Phrase(f"{WORDS}.code.{finding.code}"),
        says_to_staff=Phrase(f"{WORDS}.staff.{finding.code}"),
        factors=(
            *(heard or (Phrase(f"{WORDS}.factor.none"),)),
            Phrase(f"{WORDS}.factor.messages", {"n": len(gathered.data.texts)}),
        ),
        would_change=Phrase(f"{WORDS}.would_change.{finding.code}"),
        sure=Phrase(f"{WORDS}.sure"),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def of_material(piece: Mapping[str, Any], using: detect.Using = linear.whole) -> Gathered:
    """Read one talk of a validation: `turns` in their order; and if given `language`, `state` (before), `layers` and, by turn, `asked`."""
    turns = Turns(
        texts=tuple(piece["turns"]),
        language=piece.get("language"),
        before=talk.of_plain(piece["state"]) if piece.get("state") else talk.State(),
        layers=tuple(piece.get("layers") or detect.LAYERS),
        using=using,
        asked=tuple(Question(each) if each else None for each in piece.get("asked") or ()),
    )
    return Gathered(items=(), data=turns, language=piece.get("language") or "en")
