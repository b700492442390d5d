"""The colours that are used together can be read by whoever sees little."""

import re
from pathlib import Path

import pytest

from samen.web import views

CSS = (Path(views.__file__).parent / "static" / "samen" / "tokens.css").read_text()
TEXT, BORDER = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11

GROUNDS = ("paper", "card")
PAIRS = [
    *((word, ground, TEXT) for word in ("ink", "soft", "lake", "clay", "moss", "amber", "alarm") for ground in GROUNDS),
    *((word, f"{word}-pale", TEXT) for word in ("lake", "clay", "moss", "amber", "alarm")),
    *((word, f"{tone}-pale", TEXT) for word in ("ink", "soft") for tone in ("lake", "clay", "moss", "amber", "alarm")),
    *(("on-lake", "lake", TEXT), ("on-help", "help", TEXT), ("on-ink", "ink", TEXT)),
    *(("line", ground, BORDER) for ground in GROUNDS),
    *(("lake", ground, BORDER) for ground in GROUNDS),
    ("help", "paper", BORDER),
]


def tokens(selector: str) -> dict[str, str]:
    """Read the colours that one rule of tokens.css sets."""
    block = CSS[CSS.index(selector + " {") :]
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", block[: block.index("}")]))


LIGHT, DARK = tokens(":root"), tokens(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_guideline_does():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS, ids=lambda part: str(part))
def test_every_pair_that_is_used_together_has_enough_contrast(mode, front, back, least):
    colours = {"light": LIGHT, "dark": DARK}[mode]
    assert contrast(colours[front], colours[back]) >= least


def test_dark_by_choice_and_dark_by_device_are_the_same():
    assert DARK
    assert tokens(':root:not([data-theme="light"])') == DARK


def test_dark_sets_every_colour_that_light_sets():
    assert set(DARK) == set(LIGHT)
