"""What a talk with the help line as a whole reads as, and why: the inference of `crisis.triage`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.crisis import triage
from samen.rooms.crisis.inference import detect, linear, listen, talk
from samen.rooms.crisis.reading import Level, Reading, Written

WORDS = "crisis.triage"
TOPICS_TOLD = 3
EPOCH = "2026-01-05T09:00:00+00:00"  # a time for made-up talks that name none


def infer(gathered: Gathered) -> Finding:
    """Read each message in its order and give the state of the talk: its level, its topics, and where the words stand."""
    said: list[Written] = gathered.data["said"]
    if not said:
        return Finding("abstain", {}, f"{WORDS}.sure", abstained=True, reason=f"{WORDS}.code.abstain")
    state, readings = talk.State(), []
    for each in said:
        reading, state = listen.hear(
            state, each.text, gathered.language, using=gathered.data["using"], at=each.at, asked=each.asked
        )
        readings.append(reading)
    value: dict[str, Any] = {
        "level": int(state.level),
        "probability": max(each.probability for each in readings),
        "newest": _newest(readings[-1]),
        "topics": listen.topics(readings, Level.DISTRESS),
        "messages": len(said),
        "spans": {
            str(one.number): [[span.start, span.end, span.rule] for span in each.spans]
            for one, each in zip(said, readings, strict=True)
            if each.level >= Level.UNCLEAR and each.spans
        },
    }
    return Finding(triage.by_reading(state.level).lane.name.lower(), value, f"{WORDS}.sure")


def _newest(reading: Reading) -> dict[str, Any]:
    """Give what the last message by itself reads as: counted to see whether the line's talk changes; with what it answered."""
    same = {"action": str(reading.action), "probability": reading.probability, "language": reading.language}
    return {**same, "answer": reading.answer and str(reading.answer)}


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say why, to the person and to the counsellor."""
    topics = finding.value.get("topics", [])[:TOPICS_TOLD]
    heard = tuple(Phrase(f"{WORDS}.factor.topic", {"topic": Phrase(f"{WORDS}.topic.{topic}")}) for topic in topics) or (
        Phrase(f"{WORDS}.factor.none"),
    )
    return Explanation(
        says=Phrase(f"{WORDS}.code.{finding.code}"),
        says_to_staff=Phrase(f"{WORDS}.staff.{finding.code}"),
        factors=(*heard, Phrase(f"{WORDS}.factor.messages", {"n": finding.value.get("messages", 0)})),
        would_change=Phrase(f"{WORDS}.would_change"),
        sure=Phrase(f"{WORDS}.sure"),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def of_material(piece: Mapping[str, Any], using: detect.Using = linear.whole) -> Gathered:
    """Read one made-up talk of a validation: `texts`, in their order, and `language`; a scenario of the queue has neither."""
    start = datetime.fromisoformat(piece.get("at", EPOCH))
    said = [Written(number, start, text) for number, text in enumerate(piece.get("texts", ()), start=1)]
    return Gathered(items=(), data={"said": said, "using": using}, language=piece.get("language", "en"))
