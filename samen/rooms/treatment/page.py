"""What the course page shows, as values: each questionnaire's picture with the table of the same numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from samen.rooms.treatment.change import Abstained, Change, Point, changes
from samen.rooms.treatment.chart import Band, Dot, Picture, svg
from samen.rooms.treatment.precision import precisions
from samen.rooms.treatment.questionnaires import Questionnaire, questionnaires
from samen.words import say

WORDS = "treatment.course"


@dataclass(frozen=True)
class Line:
    """One row of the table beside the picture."""

    at: datetime
    total: float | None


@dataclass(frozen=True)
class Strip:
    """The course of one questionnaire: picture, table, and which way is better."""

    questionnaire: Questionnaire
    title: str
    picture: str  # safe SVG; empty when there is no total at all
    lines: tuple[Line, ...]  # newest first
    margin: int | None  # points that can be chance; None when nothing is compared


def strips(
    points: Sequence[Point], now: datetime, language: str, date: Callable[[datetime], str], *, own: bool = True
) -> tuple[Strip, ...]:
    """Give one strip for each questionnaire that was filled in. The chance band is arithmetic on the scale, no inference.

    Takes: the course, the moment of looking, the reader's language, how the reader writes a date, and whether it is the
    reader's own course: others read what is measured, not the words that speak to the person.
    """
    margins = {each.instrument: each for each in changes(points, precisions(), now)}
    return tuple(
        _strip(found, [p for p in points if p.instrument == name], margins[name], language, date, own=own)
        for name, found in questionnaires().items()
        if any(point.instrument == name for point in points)
    )


def _strip(
    found: Questionnaire,
    points: Sequence[Point],
    change: Change | Abstained,
    language: str,
    date: Callable[[datetime], str],
    *,
    own: bool,
) -> Strip:
    title = found.title.of(language) if own else say(f"{WORDS}.measures.{found.id}", language)
    picture = Picture(
        id=f"course-{found.id}",
        title=title,
        description=say(f"{WORDS}.describes", language, n=len(points), name=found.name),
        dots=tuple(Dot(point.at, point.total, date(point.at)) for point in points),
        lowest=found.lowest,
        highest=found.highest,
        band=_band(change, found, language),
        better=say(f"{WORDS}.better.{'higher' if found.higher_is_better else 'lower'}", language),
    )
    return Strip(
        questionnaire=found,
        title=title,
        picture=svg(picture),
        lines=tuple(Line(point.at, point.total) for point in reversed(points)),
        margin=round(change.margin) if isinstance(change, Change) else None,
    )


def _band(change: Change | Abstained, found: Questionnaire, language: str) -> Band | None:
    if isinstance(change, Abstained) or change.first.total is None:
        return None
    return Band(
        low=max(change.first.total - change.margin, found.lowest),
        high=min(change.first.total + change.margin, found.highest),
        label=say(f"{WORDS}.band", language),
    )
