"""What the detector says of one message, and of a conversation: values that everything in this room passes around."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from samen.rooms.crisis.course import Heard


class Level(IntEnum):
    """How much danger the words show. Sources and examples: content/rules; what follows from each: imminent.py."""

    NONE = 0  # no sign
    DISTRESS = 1  # distress, past and recovered, bereavement, a question about another
    UNCLEAR = 2  # passive, oblique, unclear, self-harm without intent: one direct, kind question
    DANGER = 3  # active ideation, means, a recent attempt, abuse, danger to others
    IMMINENT = 4  # intent, a plan with a time, an attempt or overdose under way


class Topic(StrEnum):
    """What the danger is about."""

    EXPLICIT = "explicit"
    OBLIQUE = "oblique"
    PASSIVE = "passive"
    PLAN = "plan"
    MEANS = "means"
    INTENT = "intent"
    BEHAVIOUR = "behaviour"  # an attempt under way, prepared or recent
    OVERDOSE = "overdose"
    SELF_HARM = "self-harm"  # without intent to die
    HARM_TO_OTHERS = "harm-to-others"
    ABUSE = "abuse"
    PSYCHOSIS = "psychosis"  # psychosis and mania
    EATING = "eating"
    THIRD_PARTY = "third-party"  # somebody else is at risk
    GRIEF = "grief"
    MEDICATION = "medication"  # a medication emergency, intended or not


# Among topics of one level these lead: other words and other numbers fit them than a wish of one's own (imminent.py).
LEADING = (Topic.OVERDOSE, Topic.MEDICATION, Topic.ABUSE, Topic.THIRD_PARTY, Topic.HARM_TO_OTHERS)
# What was swallowed, and who hits, stays so whatever is said after it, and whatever else a message is about.
LASTING = frozenset({Topic.OVERDOSE, Topic.MEDICATION, Topic.ABUSE})


class Action(StrEnum):
    """What the words call for. An alarm is for a human; a question is cheaper than an alarm."""

    NONE = "none"
    ASK = "ask"
    ALARM = "alarm"


class Question(StrEnum):
    """What a computer asked in so many words: the next message is read as the answer (content/answers)."""

    THOUGHTS = "thoughts"  # whether somebody thinks about suicide
    PLAN = "plan"  # how and when, of somebody who does


class Answer(StrEnum):
    """What was answered to such a question."""

    YES = "yes"  # half a yes too
    UNSURE = "unsure"  # does not know, or will not say
    PAST = "past"  # was so, and is no more
    NO = "no"


DUE = frozenset({Answer.YES, Answer.UNSURE})  # a human must be told
CALM = frozenset({Answer.PAST, Answer.NO})  # nobody needs to be
ANSWERED_WITHIN = 2  # messages after a question that may be the answer


class Written(NamedTuple):
    """One message of a talk as it is read: its number, its moment, and what a computer had asked just before."""

    number: int
    at: datetime
    text: str
    asked: Question | None = None


@dataclass(frozen=True, order=True)
class Span:
    """Where the words stand that decided: offsets into the text as it came, and the rule's id ("model" for the model)."""

    start: int
    end: int
    rule: str


@dataclass(frozen=True)
class Reading:
    """What the detector says of one message."""

    level: Level
    action: Action
    probability: float  # calibrated, 0 to 1: that a clinician would call this level 3 or 4
    topics: tuple[Topic, ...]  # the first says which words and numbers fit
    spans: tuple[Span, ...]
    language: str  # en, nl, or mixed
    raised_by: str  # rules, model or both; empty when nothing raised it
    taken_back: bool = False  # it denies danger, or takes back what was said before
    settings: tuple[
        str, ...
    ] = ()  # guards that say what the talk is about (a game, work in care): they hold for its next turns too
    telling: bool = False  # it was harmless in a way that hardly stands in a talk of somebody in danger
    answer: Answer | None = None  # to what a computer had asked
    heard: Heard | None = None  # what the model heard in this message by itself, for the course of its talk


def action_of(level: Level) -> Action:
    """Say what a level calls for."""
    if level >= Level.DANGER:
        return Action.ALARM
    return Action.ASK if level is Level.UNCLEAR else Action.NONE
