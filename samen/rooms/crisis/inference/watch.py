"""What somebody's newest words show, in the light of those of the last two weeks: the inference of `crisis.watch-own`."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.crisis.inference import detect, linear, talk
from samen.rooms.crisis.reading import Level

WORDS = "crisis.watch_own"
TOPICS = "crisis.triage.topic"
TOPICS_TOLD = 3
HOUR = timedelta(hours=1)


def infer(gathered: Gathered) -> Finding:
    """Read each text in its order. The newest decides; what went before makes it heavier, and never alarms by itself."""
    said: list[tuple[datetime, str]] = gathered.data["said"]
    if not said:
        return Finding("abstain", {"level": 0}, f"{WORDS}.sure", abstained=True, reason=f"{WORDS}.says.abstain")
    readings = [(detect.read(text, None, using=gathered.data["using"]), at) for at, text in said]
    newest, state = readings[-1][0], talk.replay(readings)
    level = max(newest.level, state.level) if newest.level >= Level.UNCLEAR else newest.level
    value: dict[str, Any] = {
        "level": int(level),
        "probability": newest.probability,
        "topics": [str(topic) for topic in newest.topics],
        "texts": len(said),
        "spans": [[span.start, span.end, span.rule] for span in newest.spans],
        "before": int(state.level),
    }
    return Finding(_code(level), value, f"{WORDS}.sure")


def _code(level: Level) -> str:
    if level >= Level.DANGER:
        return "imminent" if level is Level.IMMINENT else "danger"
    return "unclear" if level is Level.UNCLEAR else "none"


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say what was heard in the newest words, and how many texts were read."""
    topics = finding.value.get("topics", [])[:TOPICS_TOLD] if finding.code != "none" else []
    heard = tuple(Phrase(f"{WORDS}.factor.topic", {"topic": Phrase(f"{TOPICS}.{topic}")}) for topic in topics) or (
        Phrase(f"{WORDS}.factor.none"),
    )
    return Explanation(
        says=Phrase(f"{WORDS}.says.{finding.code}"),
        says_to_staff=Phrase(f"{WORDS}.says.{finding.code}"),
        factors=(*heard, Phrase(f"{WORDS}.factor.texts", {"n": finding.value.get("texts", 0)})),
        would_change=Phrase(f"{WORDS}.would_change"),
        sure=Phrase(f"{WORDS}.sure"),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def of_material(piece: Mapping[str, Any], using: detect.Using = linear.whole) -> Gathered:
    """Read one made-up person's texts of a rehearsal or validation: `texts` in their order, an hour apart, and `language`."""
    start = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    said = [(start + number * HOUR, text) for number, text in enumerate(piece["texts"])]
    return Gathered(items=(), data={"said": said, "using": using}, language=piece["language"])
