"""Waits as a picture: one row a group and policy, a bar to the 95th percentile with a mark at the middle. A safe SVG text.

Only presentational attributes and `currentColor`; words stand beside every bar, and the table beside the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, ROW, TOP = 360, 44, 6
TEXT = 15


@dataclass(frozen=True)
class Bar:
    """One group under one policy."""

    label: str
    middle: float  # minutes
    end: float  # minutes
    note: str  # the same in words


def svg(name: str, title: str, description: str, bars: Sequence[Bar]) -> str:
    """Draw the bars to one scale; without a bar that can be drawn the text is empty."""
    longest = max((bar.end for bar in bars if bar.end == bar.end), default=0.0)
    if longest <= 0:
        return ""
    name = escape(name, quote=True)
    rows = "".join(_row(bar, TOP + number * ROW, longest) for number, bar in enumerate(bars))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {TOP + ROW * len(bars)}" role="img" '
        f'aria-labelledby="{name}-title {name}-text" font-size="{TEXT}" fill="currentColor">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-text">{escape(description)}</desc>{rows}</svg>'
    )


def _row(bar: Bar, y: float, longest: float) -> str:
    end, middle = (max(2.0, WIDTH * min(value, longest) / longest) for value in (bar.end, bar.middle))
    return (
        f'<text x="0" y="{y + 14}" font-weight="700">{escape(bar.label)}</text>'
        f'<text x="{WIDTH}" y="{y + 14}" text-anchor="end">{escape(bar.note)}</text>'
        f'<rect class="chart__band" x="0" y="{y + 20}" width="{end:.1f}" height="12" fill-opacity="0.35"></rect>'
        f'<rect x="0" y="{y + 20}" width="{middle:.1f}" height="12"></rect>'
    )
