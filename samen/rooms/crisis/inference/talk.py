"""The state of a conversation: what was said stays said for a while, and one alarm is enough.

A per-message threshold compounds over a long talk (1 % is 13 % after 14 turns), and what was said can be taken back a turn
later. So the state holds a decayed maximum, a trend and whether something was taken back; every state can be made anew
from its readings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, log
from typing import Any

from samen.rooms.crisis import course
from samen.rooms.crisis.course import NOTHING, Course
from samen.rooms.crisis.reading import CALM, Action, Level, Reading, action_of

TURNS_TO_HALF = 12.0  # a reading weighs half after so many turns
HOURS_TO_HALF = 24.0  # or after so many hours
HELD_BACK = 0.5  # what was taken back fades at this share of the speed: taking it back is no all clear
# From one likely danger on, turns that call for a question are together heard as an alarm.
ASKS_MAKE_ALARM = 1.0
HELD_TURNS = 8  # for so many turns after it was named does the setting of a talk hold (a game, work in care, a film)
HELD_HOURS = 2.0  # and no longer than this after the last turn
CALM_TURNS = 8  # so many calm turns after an escalation before new danger gives a new block


class Say(StrEnum):
    """What the answer holds next. The block of numbers is given once per escalation; then other words, and staying."""

    NOTHING = "nothing"
    QUESTION = "question"
    BLOCK = "block"
    STAY = "stay"


@dataclass(frozen=True)
class State:
    """Where a conversation stands after a message."""

    turns: int = 0
    at: datetime | None = None  # of the last message, where times are known
    level: Level = Level.NONE
    action: Action = Action.NONE
    say: Say = Say.NOTHING
    weight: float = 0.0  # decayed maximum of level plus probability
    peak: Level = Level.NONE
    trend: float = 0.0  # slow mean against quick mean of the probabilities: above 0 it gets worse
    quick: float = 0.0
    slow: float = 0.0
    asks: float = 0.0  # decayed sum of how likely danger was in the turns that called for a question
    contradiction: bool = False
    told: Level = Level.NONE  # the level at which the block was given
    calm: int = 0  # turns without a sign since
    settings: tuple[
        tuple[str, int], ...
    ] = ()  # what the talk is about, by the ids of guards, and for how many turns more
    course: Course = NOTHING  # what the model heard so far
    careful: int = (
        0  # for how many turns more the model alarms alone only when near certain: one was harmless in a telling way
    )


def fold(state: State, reading: Reading, at: datetime | None = None) -> State:
    """Give the state after one more message, written at this moment; None when times are not known."""
    state = rested(state, at)
    passed = max(0.0, (at - state.at).total_seconds() / 3600) if at is not None and state.at is not None else 0.0
    contradiction = state.contradiction or (
        state.peak >= Level.UNCLEAR and reading.taken_back and reading.level < state.peak
    )
    keep = exp(-log(2) * (1 / TURNS_TO_HALF + passed / HOURS_TO_HALF) * (HELD_BACK if contradiction else 1.0))
    quick = 0.5 * state.quick + 0.5 * reading.probability
    slow = 0.85 * state.slow + 0.15 * reading.probability
    # Of a story one may be asked again and again.
    asked = reading.action is Action.ASK and not state.settings and not state.careful
    # Who was asked and said no has answered what came before; what comes after it counts anew.
    before = 0.0 if reading.answer in CALM else state.asks * keep
    asks = before + (reading.probability if asked else 0.0)
    now = int(reading.level) + min(0.99, reading.probability)
    level = reading.level
    if asked and asks >= ASKS_MAKE_ALARM:
        level = max(level, Level.DANGER)
        now = max(now, float(Level.DANGER))
    weight = max(now, state.weight * keep)
    standing = max(level, Level(min(int(weight + 0.35), int(max(state.peak, level)))))
    calm = state.calm + 1 if reading.level < Level.UNCLEAR else 0
    after = replace(
        state,
        turns=state.turns + 1,
        at=at or state.at,
        level=standing,
        action=action_of(standing),
        weight=round(weight, 6),
        peak=max(state.peak, level),
        trend=round(quick - slow, 6),
        quick=round(quick, 6),
        slow=round(slow, 6),
        asks=round(asks, 6),
        contradiction=contradiction,
        calm=calm,
        settings=_settings(state, reading),
        course=state.course if reading.heard is None else course.after(state.course, reading.heard),
        careful=HELD_TURNS if reading.telling else max(0, state.careful - 1),
    )
    return _spoken(state, after, level)


def _spoken(before: State, after: State, now: Level) -> State:
    """Say what the answer holds: the block at a first or worse alarm, or at new danger after a calm; never one per message."""
    rearmed = before.calm >= CALM_TURNS and now >= Level.DANGER
    if now >= Level.DANGER and (now > before.told or rearmed):
        return replace(after, say=Say.BLOCK, told=now)
    if after.action is Action.ALARM:
        return replace(after, say=Say.STAY)
    return replace(after, say=Say.QUESTION if now is Level.UNCLEAR else Say.NOTHING)


def held(state: State) -> tuple[str, ...]:
    """Give the settings that hold for the next message."""
    return tuple(name for name, _ in state.settings)


def rested(state: State, at: datetime | None) -> State:
    """Give a talk as it stands at a moment: after a long rest what it was about and how it went hold no more, and what was heard in it stays."""
    if at is None or state.at is None or at - state.at <= timedelta(hours=HELD_HOURS):
        return state
    return replace(state, settings=(), careful=0, course=NOTHING)


def _settings(state: State, reading: Reading) -> tuple[tuple[str, int], ...]:
    """Give what the talk is about after this message: what it named, and what was named before and holds on."""
    kept = {name: left - 1 for name, left in state.settings if left > 1}
    return tuple(sorted((kept | dict.fromkeys(reading.settings, HELD_TURNS)).items()))


def replay(readings: Iterable[tuple[Reading, datetime | None]]) -> State:
    """Make a state anew from what was read, each with its moment where that is known."""
    state = State()
    for reading, at in readings:
        state = fold(state, reading, at)
    return state


def to_plain(state: State) -> dict[str, Any]:
    """Give a state as plain values, to keep."""
    at = state.at.isoformat() if state.at is not None else None
    return {**asdict(state), "level": int(state.level), "peak": int(state.peak), "told": int(state.told), "at": at}


def of_plain(kept: Mapping[str, Any]) -> State:
    """Read a state back."""
    levels = {name: Level(kept[name]) for name in ("level", "peak", "told")}
    words = {"action": Action(kept["action"]), "say": Say(kept["say"])}
    at = datetime.fromisoformat(kept["at"]) if kept["at"] else None
    settings = tuple((name, left) for name, left in kept.get("settings", ()))
    known = {
        field.name: kept[field.name] for field in fields(State) if field.name in kept
    }  # one kept by an earlier version may hold more
    heard = kept.get("course") or {}
    so_far = Course(**{**heard, "kinds": tuple((name, share) for name, share in heard.get("kinds", ()))})
    return State(**{**known, **levels, **words, "at": at, "settings": settings, "course": so_far})
