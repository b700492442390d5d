"""One measure over days as a small picture: a safe SVG text. The table with the same numbers stands beside it.

Own usual is a band, what a value is unsure by a line, a day without a value a gap that no line crosses. Only
presentational attributes and classes: the page's security policy allows no inline style.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

WIDTH, HEIGHT = 360, 120
LEFT, RIGHT, TOP, BOTTOM = 8, 8, 12, 26
MARKED = 60  # days; with more of them single days are no longer marked


@dataclass(frozen=True)
class Dot:
    """One day: its value, and between what it lies where a part was not seen."""

    day: date
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Picture:
    """All that is drawn; every text is in the reader's language already."""

    id: str
    title: str
    description: str
    first: str  # as the reader writes dates
    last: str
    begins: date
    ends: date
    dots: Sequence[Dot]
    usual: tuple[float, float] | None = None


def svg(picture: Picture) -> str:
    """Draw it; an empty text when there is no value at all."""
    known = [dot for dot in picture.dots if dot.value is not None]
    if not known:
        return ""
    name = escape(picture.id, quote=True)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-text" fill="currentColor">'
        f'<title id="{name}-title">{escape(picture.title)}</title><desc id="{name}-text">{escape(picture.description)}</desc>'
    )
    return "".join([head, *_band(picture, known), *_runs(picture), *_marks(picture, known), *_dates(picture), "</svg>"])


def _scale(picture: Picture, known: Sequence[Dot]) -> tuple[float, float]:
    ends = [each for dot in known for each in (dot.value, dot.low, dot.high) if each is not None]
    ends += picture.usual or ()
    low, high = min(ends), max(ends)
    return (low, high) if high > low else (low - 1, high + 1)


def _x(picture: Picture, day: date) -> float:
    span = max((picture.ends - picture.begins).days, 1)
    return LEFT + (WIDTH - LEFT - RIGHT) * (day - picture.begins).days / span


def _y(scale: tuple[float, float], value: float) -> float:
    kept = min(max(value, scale[0]), scale[1])
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (kept - scale[0]) / (scale[1] - scale[0])


def _band(picture: Picture, known: Sequence[Dot]) -> list[str]:
    if picture.usual is None:
        return []
    scale = _scale(picture, known)
    top, bottom = _y(scale, picture.usual[1]), _y(scale, picture.usual[0])
    box = {"x": LEFT, "y": top, "width": WIDTH - LEFT - RIGHT, "height": max(bottom - top, 2.0), "fill-opacity": "0.12"}
    return [_closed("rect", "chart__band", box)]


def _runs(picture: Picture) -> list[str]:
    """Give a line for each stretch of days that follow each other: none over a day without a value."""
    known = [dot for dot in picture.dots if dot.value is not None]
    scale, parts, run = _scale(picture, known), [], list[Dot]()
    for dot in [*known, None]:
        if run and (dot is None or (dot.day - run[-1].day).days > 1):
            if len(run) > 1:
                points = " ".join(f"{_x(picture, one.day):.1f},{_y(scale, one.value or 0):.1f}" for one in run)
                look = {"points": points, "fill": "none", "stroke": "currentColor", "stroke-width": "2"}
                parts.append(_closed("polyline", "chart__line", look))
            run = []
        if dot is not None:
            run.append(dot)
    return parts


def _marks(picture: Picture, known: Sequence[Dot]) -> list[str]:
    scale, parts = _scale(picture, known), []
    for place, dot in enumerate(known):
        x = _x(picture, dot.day)
        if dot.low is not None and dot.high is not None and dot.high > dot.low:
            line = {"x1": x, "x2": x, "y1": _y(scale, dot.low), "y2": _y(scale, dot.high)}
            parts.append(_closed("line", "chart__unsure", {**line, "stroke": "currentColor", "stroke-opacity": "0.45"}))
        if len(known) <= MARKED or place == len(known) - 1:
            parts.append(_closed("circle", "chart__point", {"cx": x, "cy": _y(scale, dot.value or 0), "r": "3.5"}))
    return parts


def _dates(picture: Picture) -> list[str]:
    y = HEIGHT - 6
    return [
        f'<text class="chart__note" x="{LEFT}" y="{y}" font-size="13">{escape(picture.first)}</text>',
        f'<text class="chart__note" x="{WIDTH - RIGHT}" y="{y}" text-anchor="end" font-size="13">{escape(picture.last)}</text>',
    ]


def _closed(tag: str, style: str, attributes: Mapping[str, object]) -> str:
    written = " ".join(
        f'{name}="{value:.1f}"' if isinstance(value, float) else f'{name}="{escape(str(value), quote=True)}"'
        for name, value in attributes.items()
    )
    return f'<{tag} class="{style}" {written}/>'
