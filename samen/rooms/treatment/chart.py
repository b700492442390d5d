"""The course of one questionnaire as a picture: a safe SVG text. The table with the same numbers stands beside it.

Only presentational attributes (the page's security policy allows no inline style), `currentColor` by default and
classes for the stylesheet; shapes and words carry the meaning, never colour alone, and nothing is ever red.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

WIDTH, HEIGHT = 360, 250
LEFT, RIGHT, TOP, BOTTOM = 36, 8, 38, 36
TEXT = 15  # units; the stylesheet makes them about as large as the words around the picture, on any screen
LETTER = 0.56 * TEXT  # units; the mean width of a letter of our type, on the wide side
GAP = timedelta(days=56)  # no line is drawn over a longer silence: nobody knows what was there
ALL_LABELLED = 8  # with more points only the first, the last, the highest and the lowest carry their number


@dataclass(frozen=True)
class Dot:
    """One total at one moment; no total means that too many items were skipped."""

    at: datetime
    total: float | None
    date: str  # as the reader writes dates


@dataclass(frozen=True)
class Band:
    """Where totals may lie by chance alone, around the person's own starting point, in points."""

    low: float
    high: float
    label: str


@dataclass(frozen=True)
class Picture:
    """All that a chart shows; every text is in the reader's language already."""

    id: str  # makes the ids of title and description unique on the page
    title: str
    description: str
    dots: tuple[Dot, ...]  # in time
    lowest: float
    highest: float
    band: Band | None = None
    better: str = ""  # which way is better, in words


def svg(picture: Picture) -> str:
    """Draw the course. Without a single total there is nothing to draw, and the text is empty."""
    if all(dot.total is None for dot in picture.dots):
        return ""
    name = escape(picture.id, quote=True)
    head = _open(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "role": "img",
            "aria-labelledby": f"{picture.id}-title {picture.id}-text",
            "font-size": TEXT,
            "fill": "currentColor",
        },
    )
    title = f'<title id="{name}-title">{escape(picture.title)}</title>'
    about = f'<desc id="{name}-text">{escape(picture.description)}</desc>'
    return "".join([head, title, about, *_ground(picture), *_lines(picture), *_dots(picture), "</svg>"])


def runs(dots: Sequence[Dot]) -> list[list[Dot]]:
    """Cut the course where a line would pretend: at a missing total and at a silence longer than GAP."""
    cut: list[list[Dot]] = [[]]
    for dot in dots:
        if dot.total is None or (cut[-1] and dot.at - cut[-1][-1].at > GAP):
            cut.append([])
        if dot.total is not None:
            cut[-1].append(dot)
    return [run for run in cut if run]


def _ground(picture: Picture) -> list[str]:
    right = WIDTH - RIGHT
    parts = []
    if picture.band:
        top, bottom = _y(picture, picture.band.high), _y(picture, picture.band.low)
        box = {"x": LEFT, "y": top, "width": right - LEFT, "height": bottom - top}
        parts.append(_closed("rect", "chart__band", box))
        parts.append(_text("chart__note", _clear_place(picture, picture.band.label, top, bottom), picture.band.label))
    for value in (picture.lowest, picture.highest):
        y = _y(picture, value)
        rule = {"x1": LEFT, "x2": right, "y1": y, "y2": y, "stroke": "currentColor", "stroke-opacity": "0.35"}
        parts.append(_closed("line", "chart__grid", rule))
        parts.append(_text("chart__note", {"x": LEFT - 8, "y": y + 5, "text-anchor": "end"}, f"{value:g}"))
    if picture.better:
        parts.append(_text("chart__note", {"x": LEFT, "y": 16}, picture.better))
    return parts


def _clear_place(picture: Picture, words: str, top: float, bottom: float) -> dict[str, object]:
    """Give the corner of the band in which its words cover the least of the course and its numbers."""
    long = len(words) * LETTER
    ends = {"start": LEFT + 6, "end": WIDTH - RIGHT - 6}
    taken = _taken(picture)

    def covered(place: tuple[str, float]) -> int:
        anchor, y = place
        left = ends[anchor] - (long if anchor == "end" else 0)
        return sum(left - 4 <= at <= left + long + 4 and y - TEXT - 3 <= height <= y + 6 for at, height in taken)

    places = [(anchor, y) for y in (bottom - 7, top + TEXT + 3) for anchor in ends]
    anchor, y = min(places, key=covered)
    return {"x": ends[anchor], "y": y, "text-anchor": anchor}


def _taken(picture: Picture) -> list[tuple[float, float]]:
    """Give points of what is drawn already: the lines in steps, the dots, and the numbers above them."""
    found = []
    for run in runs(picture.dots):
        places = [(_x(picture, dot), _y(picture, dot.total or 0)) for dot in run]
        for (x, y), (to_x, to_y) in zip(places, places[1:] or places, strict=False):
            found += [(x + (to_x - x) * step / 10, y + (to_y - y) * step / 10) for step in range(11)]
        numbers = [(x, _number_height(y)) for x, y in places]
        found += [(x + aside, height - up) for x, height in numbers for aside in (-9, 0, 9) for up in (0, TEXT)]
    return found


def _number_height(y: float) -> float:
    """Give the height for the number of a dot: above it, unless there is no room."""
    return y - 11 if y > TOP + 20 else y + 22


def _lines(picture: Picture) -> list[str]:
    look = {
        "fill": "none",
        "stroke": "currentColor",
        "stroke-width": "2.5",
        "stroke-linejoin": "round",
        "stroke-linecap": "round",
    }
    return [
        _closed("polyline", "chart__line", {"points": " ".join(_place(picture, dot) for dot in run), **look})
        for run in runs(picture.dots)
        if len(run) > 1
    ]


def _dots(picture: Picture) -> list[str]:
    labelled = _labelled(picture)
    ends = {0: "start", len(picture.dots) - 1: "end"}
    parts = []
    for number, dot in enumerate(picture.dots):
        x = _x(picture, dot)
        if dot.total is None:
            hollow = {"fill": "none", "stroke": "currentColor", "stroke-dasharray": "2 2"}
            parts.append(_closed("circle", "chart__missing", {"cx": x, "cy": HEIGHT - BOTTOM - 8, "r": 5, **hollow}))
        else:
            y = _y(picture, dot.total)
            parts.append(_closed("circle", "chart__point", {"cx": x, "cy": y, "r": 5}))
            if number in labelled:
                place = {"x": x, "y": _number_height(y), "text-anchor": "middle", "font-weight": "700"}
                parts.append(_text("chart__word", place, f"{dot.total:g}"))
        if number in ends:
            at = {
                "x": LEFT if ends[number] == "start" else WIDTH - RIGHT,
                "y": HEIGHT - 10,
                "text-anchor": ends[number],
            }
            parts.append(_text("chart__note", at, dot.date))
    return parts


def _labelled(picture: Picture) -> set[int]:
    known = [(dot.total, number) for number, dot in enumerate(picture.dots) if dot.total is not None]
    if len(known) <= ALL_LABELLED:
        return {number for _, number in known}
    return {known[0][1], known[-1][1], min(known)[1], max(known)[1]}


def _place(picture: Picture, dot: Dot) -> str:
    return f"{_x(picture, dot):.1f},{_y(picture, dot.total or 0):.1f}"


def _x(picture: Picture, dot: Dot) -> float:
    first, last = picture.dots[0].at, picture.dots[-1].at
    span = (last - first).total_seconds()
    inner = WIDTH - LEFT - RIGHT - 40
    return LEFT + 20 + (inner * (dot.at - first).total_seconds() / span if span else inner / 2)


def _y(picture: Picture, value: float) -> float:
    kept = min(max(value, picture.lowest), picture.highest)
    share = (kept - picture.lowest) / (picture.highest - picture.lowest)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _open(tag: str, attributes: Mapping[str, object]) -> str:
    written = " ".join(f'{name}="{escape(_short(value), quote=True)}"' for name, value in attributes.items())
    return f"<{tag} {written}>"


def _closed(tag: str, style: str, attributes: Mapping[str, object]) -> str:
    return _open(tag, {"class": style, **attributes})[:-1] + "/>"


def _text(style: str, attributes: Mapping[str, object], words: str) -> str:
    return f"{_open('text', {'class': style, **attributes})}{escape(words)}</text>"


def _short(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)
