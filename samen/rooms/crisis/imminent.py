"""What somebody in danger reads at once: the steps of the imminent flow, in their order, as keys of sentences.

Order: acknowledge, ask directly, plan and time, the number and "now", not alone, distance from means, stay and solve what
makes calling hard, a human. The numbers are given once for each escalation; after that other words. At most 60 words a
turn. It makes no contract, gives no diagnosis, names no method, and never ends the talk. Source: companion_crisis facts,
section 4 (the sheet that the room was built from); words: content/imminent.toml, to be reviewed by clinicians and the panel.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from samen.rooms.crisis.reading import ANSWERED_WITHIN, CALM, DUE, Answer, Level, Question, Topic

WORDS = "crisis.imminent"
STEPS = ("acknowledge", "ask", "plan", "now", "near", "distance", "stay")
LATER = 4  # ways to say the next thing, so that nothing is said twice in a row
MOST_WORDS = 60

# The first topic of the talk decides which words fit: these have words of their own, the others are about the writer's own life.
GROUPS = {
    Topic.OVERDOSE: "taken",
    Topic.MEDICATION: "taken",
    Topic.ABUSE: "abuse",
    Topic.THIRD_PARTY: "third",
    Topic.HARM_TO_OTHERS: "others",
}
# These do not say whose life is in danger: the next topic does.
OPEN = frozenset({Topic.PSYCHOSIS, Topic.EATING, Topic.GRIEF})
NUMBERS_FOR = {"taken": "poison", "abuse": "abuse"}  # else the lines about suicide


@dataclass(frozen=True)
class Turn:
    """One turn of the computer: its sentences in order, and whether the numbers stand under it."""

    keys: tuple[str, ...]
    numbers: str = ""  # the topic of the number block; empty: no block in this turn
    asks: Question | None = None  # what it asks in so many words: the next message is read as the answer


@dataclass(frozen=True)
class Said:
    """What was said before in this talk."""

    block_level: int = 0  # the level at which the numbers were last given
    turns: int = 0
    asked: bool = False


def turn(
    level: Level,
    topics: Sequence[str],
    said: Said,
    *,
    human_there: bool,
    is_read: bool = True,
    answer: Answer | None = None,
) -> Turn | None:
    """Give what the computer says now, or nothing where silence is better.

    Takes:  the level and topics of the talk, what was said before, whether a counsellor is there, and whether the line reads this
            talk: in a talk of the person's own, where nobody reads along, no sentence may say that somebody does;
            what was answered to the question before.
    """
    # Who answers the question about suicide speaks of themselves, whomever the talk was about before.
    group = group_of(topics)
    if answer in DUE and group != "taken":
        group = "self"
    human = f"{WORDS}.{'human' if is_read else 'unread'}.{'there' if human_there else 'nobody'}"
    if level >= Level.DANGER and said.block_level == 0:
        steps = tuple(f"{WORDS}.{group}.{step}" for step in STEPS)
        asks = Question.PLAN if group == "self" else None
        return Turn((*steps, human), numbers=NUMBERS_FOR.get(group, "suicide"), asks=asks)
    if level > said.block_level >= Level.DANGER:
        rise = tuple(f"{WORDS}.rise.{step}" for step in ("acknowledge", "now", "near", "stay"))
        return Turn((*rise, human), numbers=NUMBERS_FOR.get(group, "suicide"))
    if level >= Level.DANGER:
        number = (said.turns - 1) % LATER + 1
        return Turn((f"{WORDS}.later.{number}", human) if is_read else (f"{WORDS}.alone.{number}",))
    if answer in CALM and said.block_level == 0:
        return Turn((f"{WORDS}.gentle.{answer}",))
    if level is Level.UNCLEAR and not said.asked and said.block_level == 0:
        return Turn((f"{WORDS}.gentle.acknowledge", f"{WORDS}.gentle.ask"), asks=Question.THOUGHTS)
    return None


def group_of(topics: Sequence[str]) -> str:
    """Say which words fit what the danger is about."""
    return next((GROUPS.get(Topic(topic), "self") for topic in topics if topic not in OPEN), "self")


def open_questions(lines: Iterable[tuple[str, str]]) -> list[Question | None]:
    """Give for each message, by who wrote it and what it asks, the question of a computer that it may be the answer to."""
    found: list[Question | None] = []
    now, left = None, 0
    for who, question in lines:
        found.append(now if who == "contact" and left > 0 else None)
        if who == "contact":
            left -= 1
        elif question or who == "counsellor":  # who talks with a human answers that human
            now, left = (Question(question), ANSWERED_WITHIN) if question else (None, 0)
    return found
