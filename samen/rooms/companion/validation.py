"""How well free text is understood: held-out phrasings against the phrases of the subjects. Pure.

The phrasings stand in content/validation/phrases. Thresholds of inference/understand.py were chosen on the texts at even places of
each subject; those at odd places are sealed: they were used for nothing but this measure. So there are figures for both, and the sealed
half is the one that counts. Intervals: rights/shares.py (Wilson 1927).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samen.rights.shares import Share, share

NOTHING = ""  # the id under which texts stand that mean none of the subjects


# What a text is taken for: the subject that is sure, or "", and those that are asked back.
Takes = Callable[[str], tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class Held:
    """One phrasing that was held out: what it means, and whether it stayed sealed."""

    text: str
    means: str
    sealed: bool


@dataclass(frozen=True)
class Understanding:
    """The figures of one language. `well`: right, or asked back with the right one among what is offered; of texts that mean
    nothing: not taken for anything. `wrong`: taken for another subject without asking, of all texts."""

    well: Share
    wrong: Share
    right: Share  # of texts that mean a subject: taken as meant without asking
    asked: Share  # of these: asked back, with the right one offered
    missed: tuple[tuple[Held, str], ...]  # what went wrong, and what it was taken for


def held(raw: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Held]:
    """Read the phrasings of a file: the texts at odd places of each subject are sealed."""
    return [
        Held(text, subject["id"], place % 2 == 1)
        for subject in raw["subject"]
        for place, text in enumerate(subject["texts"])
    ]


def measure(phrasings: Iterable[Held], takes: Takes) -> Understanding:
    """Ask what each phrasing is taken for, and count."""
    well, wrong, right, asked = [], [], [], []
    missed: list[tuple[Held, str]] = []
    for each in phrasings:
        sure, offered = takes(each.text)
        wrong.append(sure not in ("", each.means))
        well.append(not sure if each.means == NOTHING else sure == each.means or each.means in offered)
        if each.means != NOTHING:
            right.append(sure == each.means)
            asked.append(each.means in offered)
        if not well[-1]:
            missed.append((each, sure or ", ".join(offered)))
    return Understanding(share(well), share(wrong), share(right), share(asked), tuple(missed))
