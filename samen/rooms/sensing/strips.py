"""What the pages of days show, as values: for each measure its picture, the newest day in words, and the table of the same numbers."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from samen.rooms.sensing import change, measures, picture
from samen.rooms.sensing.change import Reading
from samen.rooms.sensing.measures import Measure
from samen.words import say

WORDS = "sensing.days"


@dataclass(frozen=True)
class Known:
    """One value of one day as it is kept."""

    measure: Measure
    day: date
    value: float | None
    low: float | None
    high: float | None
    coverage: float | None
    reason: str

    @property
    def reading(self) -> Reading:
        """Give it as it is compared."""
        return Reading(self.day, self.measure.name, self.value, self.coverage if self.measure.covered else None)


@dataclass(frozen=True)
class Line:
    """One row of the table beside the picture."""

    day: date
    said: str  # the value, or why there is none


@dataclass(frozen=True)
class Strip:
    """One measure over some days."""

    name: str
    title: str
    stream: str
    newest: str  # the newest value, in words
    usual: str  # one's own usual, in words; "" while it is not known
    picture: str  # safe SVG; "" when there is no value at all
    lines: tuple[Line, ...]  # newest first


def strips(
    known: Sequence[Known],
    since: date,
    until: date,
    language: str,
    told: Callable[[date], str],
    *,
    usual: str = "usual",
) -> tuple[Strip, ...]:
    """Give one strip for each measure of which there is a value. Usual is arithmetic on one's own days, no inference.

    Takes: what is known, from well before `since` so that there is a usual; the reader's language, how they write a day, and
    the sentence by which the usual is told: to the person or about them.
    """
    by_name: dict[str, list[Known]] = defaultdict(list)
    for each in known:
        by_name[each.measure.name].append(each)
    found = [
        _strip(measure, by_name[measure.name], since, until, language, told, usual)
        for measure in measures.MEASURES
        if any(each.value is not None and since <= each.day <= until for each in by_name[measure.name])
    ]
    return tuple(found)


def _strip(
    measure: Measure,
    known: Sequence[Known],
    since: date,
    until: date,
    language: str,
    told: Callable[[date], str],
    usual: str,
) -> Strip:
    shown = [each for each in known if since <= each.day <= until]
    newest = max((each for each in shown if each.value is not None), key=lambda each: each.day)
    band = change.usual([each.reading for each in known], newest.day, measure.name, skewed=measure.skewed)
    title = say(f"{measures.WORDS}.{measure.name}.name", language)
    drawn = picture.Picture(
        id=f"strip-{measure.name}",
        title=title,
        description=say(f"{WORDS}.describes", language, n=sum(each.value is not None for each in shown)),
        first=told(since),
        last=told(until),
        begins=since,
        ends=until,
        dots=[picture.Dot(each.day, each.value, each.low, each.high) for each in shown],
        usual=_within_a_day(measure, band) if band else None,
    )
    return Strip(
        name=measure.name,
        title=title,
        stream=measure.stream,
        newest=say(f"{WORDS}.newest", language, day=told(newest.day), value=value_said(newest, language)),
        usual=usual_said(measure, band, language, usual),
        picture=picture.svg(drawn),
        lines=tuple(
            Line(each.day, value_said(each, language)) for each in sorted(shown, key=lambda one: one.day, reverse=True)
        ),
    )


def value_said(known: Known, language: str) -> str:
    """Give a value in words, with what it lies between where a part of the day was not seen; or why there is none."""
    if known.value is None:
        return say(f"{WORDS}.reason.{known.reason or 'nothing_measured'}", language)
    said = amount(known.measure, known.value, language)
    if known.low is not None and known.high is not None and known.high > known.low:
        blanks = {
            "low": amount(known.measure, known.low, language),
            "high": amount(known.measure, known.high, language),
        }
        return say(f"{WORDS}.between", language, value=said, **blanks)
    return said


def usual_said(
    measure: Measure, band: tuple[float, float, float] | None, language: str, sentence: str = "usual"
) -> str:
    """Give one's own usual in words; "" while it is not known."""
    if band is None:
        return ""
    low, high = _within_a_day(measure, band)
    return say(
        f"{WORDS}.{sentence}", language, low=amount(measure, low, language), high=amount(measure, high, language)
    )


def _within_a_day(measure: Measure, band: tuple[float, float, float]) -> tuple[float, float]:
    """Give a band that says nothing impossible: no less than nothing, and no more than a day's hours."""
    if measure.shown == "clock":
        return band[1], band[2]
    most = {"hours": 1440.0, "hours_plain": 24.0}.get(measure.shown, band[2])
    return max(band[1], 0.0), min(band[2], most)


def amount(measure: Measure, value: float, language: str) -> str:
    """Give a value with its unit."""
    key, blanks = measures.amount(measure, value)
    return say(key, language, **blanks)
