"""What the detector, the queue and the directory must reach, written down before they are measured.

A figure meets its bar by its estimate; the ends of the interval are printed beside it. Source: the product's plan for this room.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from samen.rights.shares import Share
from samen.rights.words import Evidence
from samen.rooms.crisis.selftest.perturb import Kind

LANGUAGES = ("en", "nl")
SET_AT = datetime(2026, 11, 25, tzinfo=UTC)  # the day they were written down, before any detector was measured by them


@dataclass(frozen=True)
class Bar:
    """One figure with its bound. Its name in words: `crisis.selftest.measure.<name>`."""

    name: str
    bound: float
    at_least: bool
    part: str = ""  # the language, or the kind of change


@dataclass(frozen=True)
class Result:
    """What was found for one bar."""

    bar: Bar
    found: Share

    @property
    def met(self) -> bool:
        """Say whether the bar is met. What was not measured is not met."""
        if not self.found.n or math.isnan(self.found.value):
            return False
        return self.found.value >= self.bar.bound if self.bar.at_least else self.found.value <= self.bar.bound


def _each(name: str, bound: float, *, at_least: bool) -> tuple[Bar, ...]:
    return tuple(Bar(name, bound, at_least, language) for language in LANGUAGES)


BARS: tuple[Bar, ...] = (
    *_each("said", 0.98, at_least=True),  # explicit, plan, means, intent, behaviour, overdose
    Bar("gap", 0.03, at_least=False),  # between the languages
    *_each("implied", 0.90, at_least=True),  # oblique and passive: an alarm or a question
    *_each("traps", 0.95, at_least=True),
    *_each("questions", 0.10, at_least=False),
    *_each("ordinary", 0.003, at_least=False),
    *_each("calibration", 0.05, at_least=False),
    *(Bar("flips", 0.01, at_least=False, part=str(kind)) for kind in Kind),
    *_each("escalated", 0.98, at_least=True),
    *_each("calm", 0.05, at_least=False),  # harmless talks alarmed
    *_each("answers", 0.98, at_least=True),  # a yes, a doubt or a refusal to the one direct question: an alarm
    *_each("noes", 0.05, at_least=False),  # a no, "not any more", something else: an alarm
    Bar("latency", 2.0, at_least=False),  # ms, 99 of 100 messages
    Bar("high_p95", 10.0, at_least=False),  # minutes
    Bar("high_within_5", 0.85, at_least=True),
    Bar("others_p95", 1.15, at_least=False),  # times what first come, first served gives them
    Bar("overtaken", 1.0, at_least=False),  # times what the policy lets anybody be
    Bar("invariants", 1.0, at_least=True),
    Bar("directory", 0.0, at_least=False),  # entries too old to rely on
)


# What the ring asks before a system may run for anybody. It judges by the unfavourable end of the interval, which the bars
# above leave aside: with 140 messages even 140 heard say no more than "at least .97". So these bounds stand lower.
EVIDENCE: tuple[Evidence, ...] = (
    *(Evidence(f"said_{language}", 0.93, at_least=True) for language in LANGUAGES),
    *(Evidence(f"implied_{language}", 0.79, at_least=True) for language in LANGUAGES),
    *(Evidence(f"traps_{language}", 0.91, at_least=True) for language in LANGUAGES),
    *(Evidence(f"ordinary_{language}", 0.005, at_least=False) for language in LANGUAGES),
    *(Evidence(f"escalated_{language}", 0.85, at_least=True) for language in LANGUAGES),
    *(Evidence(f"calm_{language}", 0.14, at_least=False) for language in LANGUAGES),
    Evidence("bars", 1.0, at_least=True),  # share of the bars that are met: one missed bar is enough to say no
)


def exactly(value: float, n: int = 1) -> Share:
    """Give a figure that has no interval."""
    return Share(value, value, value, n)


def gap(one: Share, other: Share) -> Share:
    """Give the distance between two shares with its interval (Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873)."""
    low, high = (one, other) if one.value <= other.value else (other, one)
    distance = high.value - low.value
    below = math.hypot(high.value - high.low, low.high - low.value)
    above = math.hypot(high.high - high.value, low.value - low.low)
    return Share(distance, max(0.0, distance - below), min(1.0, distance + above), min(one.n, other.n))


def judge(found: Mapping[tuple[str, str], Share], bars: Sequence[Bar] = BARS) -> tuple[Result, ...]:
    """Put each figure beside its bar, by name and part; a bar without a figure is not met."""
    return tuple(Result(bar, found.get((bar.name, bar.part), Share(math.nan, 0.0, 1.0, 0))) for bar in bars)


def passed(results: Sequence[Result]) -> bool:
    """Say whether every bar is met."""
    return bool(results) and all(each.met for each in results)
