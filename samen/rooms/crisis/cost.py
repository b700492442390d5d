"""What thresholds cost, in people and hours: of 1,000 messages as they come in here, how many are heard, missed, bothered.

Messages were scored by models that had not seen them (folds, or a model that never learnt from them).
Source of the intervals: Wilson 1927, doi:10.1080/01621459.1927.10502953, over families, since near copies are no new proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from samen.rights.shares import Share
from samen.rooms.crisis.reading import Action, Level
from samen.rooms.crisis.selftest.measure import interval

OF = 1000
MINUTES = 60
LEAST_DANGER = 10  # labelled messages: with fewer, the written ones are counted on instead
LEAST_HARMLESS = 30


@dataclass(frozen=True)
class Scored:
    """One message that was scored by what had not seen it, beside what holds of it."""

    family: str
    level: int  # what people say
    rules: int  # the level that rules alone reach
    risk: float
    danger: float
    local: bool = False
    trap: bool = False


@dataclass(frozen=True)
class Done:
    """What was done with a message, beside what people say of it."""

    family: str
    level: int
    action: Action


@dataclass(frozen=True)
class Mix:
    """What comes in: of 1,000 messages so many in danger and so many unclear, so many messages a week, minutes for each answer."""

    danger: float
    unclear: float
    a_week: float
    alarm_minutes: float
    ask_minutes: float
    danger_low: float | None = None  # ends of the interval, where it was counted
    danger_high: float | None = None


@dataclass(frozen=True)
class Number:
    """A count out of 1,000 messages, from – to."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Cost:
    """What a pair of thresholds does to 1,000 messages."""

    heard: Number  # in danger: an alarm
    asked: Number  # in danger: a question
    missed: Number  # in danger: neither
    unclear_heard: Number  # unclear: an alarm or a question
    false_alarms: Number  # neither in danger nor unclear: an alarm
    needless: Number  # neither: a question
    hours: Number  # of staff in a week
    dangers: int  # scored messages in danger that this stands on
    harmless: int


def action(each: Scored, ask: float, alarm: float) -> Action:
    """Say what would be done with a message: a model may raise what the rules say, never lower it."""
    if each.rules >= Level.DANGER or each.danger >= alarm:
        return Action.ALARM
    return Action.ASK if each.rules >= Level.UNCLEAR or each.risk >= ask else Action.NONE


def at(scored: Sequence[Scored], ask: float, alarm: float) -> list[Done]:
    """Say of each scored message what thresholds would do."""
    return [Done(each.family, each.level, action(each, ask, alarm)) for each in scored]


def cost(done: Sequence[Done], mix: Mix) -> Cost | None:
    """Say what was done, as it would be with 1,000 messages of this mix. None without danger or harmless ones to count on."""
    danger = [each for each in done if each.level >= Level.DANGER]
    unclear = [each for each in done if each.level == Level.UNCLEAR]
    harmless = [each for each in done if each.level < Level.UNCLEAR]
    if not danger or not harmless:
        return None
    ends = (
        mix.danger if mix.danger_low is None else mix.danger_low,
        mix.danger if mix.danger_high is None else mix.danger_high,
    )
    rest = max(0.0, OF - mix.danger - mix.unclear)
    heard, asked, missed = (_number(_share(danger, each), mix.danger, *ends) for each in _EACH)
    false, needless = (_number(_share(harmless, each), rest) for each in _EACH[:2])
    alarmed_unclear, asked_unclear = (_number(_share(unclear, each), mix.unclear) for each in _EACH[:2])
    heard_unclear = _number(interval([(each.family, each.action is not Action.NONE) for each in unclear]), mix.unclear)
    alarms, asks = (heard, false, alarmed_unclear), (asked, needless, asked_unclear)
    hours = [
        mix.a_week
        * (
            mix.alarm_minutes * sum(getattr(each, end) for each in alarms)
            + mix.ask_minutes * sum(getattr(each, end) for each in asks)
        )
        / OF
        / MINUTES
        for end in ("value", "low", "high")
    ]
    return Cost(
        heard=heard,
        asked=asked,
        missed=missed,
        unclear_heard=heard_unclear,
        false_alarms=false,
        needless=needless,
        hours=Number(*hours),
        dangers=len(danger),
        harmless=len(harmless),
    )


def enough(done: Sequence[Done]) -> bool:
    """Say whether there are messages enough to count on."""
    danger = sum(each.level >= Level.DANGER for each in done)
    harmless = sum(each.level < Level.UNCLEAR for each in done)
    return danger >= LEAST_DANGER and harmless >= LEAST_HARMLESS


_EACH = (Action.ALARM, Action.ASK, Action.NONE)


def _share(done: Sequence[Done], what: Action) -> Share:
    return interval([(each.family, each.action is what) for each in done])


def _number(share: Share, of: float, low: float | None = None, high: float | None = None) -> Number:
    if not share.n:  # nothing to count on: anything between none and all
        return Number(0.0, 0.0, of)
    return Number(
        share.value * of, share.low * (of if low is None else low), share.high * (of if high is None else high)
    )


def counted(levels: Sequence[int | None]) -> tuple[Share, Share]:
    """Count dangers and unclear messages among labelled ones that were drawn by chance: two shares with their intervals."""
    known = [(str(place), level) for place, level in enumerate(levels) if level is not None]
    return (
        interval([(family, level >= Level.DANGER) for family, level in known]),
        interval([(family, level == Level.UNCLEAR) for family, level in known]),
    )
