"""What stood out against one's own usual, and why we say so: the inference of `sensing.change` and `sensing.change-shared`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.sensing import change, measures
from samen.rooms.sensing.change import Compared, Reading
from samen.rooms.sensing.measures import said

WORDS = "sensing.change"
TOLD = 3  # things that stand out, told one by one
NOTES_TOLD = 3
SKEWED = frozenset(each.name for each in measures.MEASURES if each.skewed)


@dataclass(frozen=True)
class Note:
    """What the person wrote about a day."""

    day: date
    text: str


@dataclass(frozen=True)
class Days:
    """What is read: readings of a person's days, and their own words about the last ones."""

    readings: tuple[Reading, ...]
    on: date
    notes: tuple[Note, ...] = ()


def infer(gathered: Gathered) -> Finding:
    """Say whether the newest day or week is unlike the person's own usual; abstain when too little was measured."""
    days: Days = gathered.data
    found = change.judged(days.readings, days.on, skewed=SKEWED)
    return Finding(
        code=found.code,
        value={"on": days.on.isoformat(), "rate": change.RATE, "compared": [_plain(each) for each in found.compared]},
        sureness=f"{WORDS}.sure.{found.code}",
        abstained=found.code == "abstain",
        reason=f"{WORDS}.reason.{found.reason}" if found.reason else "",
    )


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say why: the person's own words first, then what stood out beside their usual, then what was read and how."""
    days: Days = gathered.data
    compared = [Compared(**each) for each in finding.value["compared"]]
    unlike = [each for each in compared if each.stands_out]
    longest = max((each.days for each in compared), default=0)
    read = Phrase(f"{WORDS}.factor.read", {"n": len({each.name for each in compared}), "days": longest})
    return Explanation(
        says=_says(finding, unlike, days.on, "says"),
        says_to_staff=_says(finding, unlike, days.on, "staff"),
        factors=(*_own_words(days), *(_beside(each, days.on) for each in unlike), read),
        would_change=_would_change(finding, unlike),
        sure=Phrase(finding.sureness),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def day(on: date) -> Phrase:
    """Give a day as people say it."""
    return Phrase(
        f"{measures.WORDS}.day.d{on.weekday()}", {"n": on.day, "month": Phrase(f"{measures.WORDS}.month.m{on.month}")}
    )


def _says(finding: Finding, unlike: Sequence[Compared], on: date, to: str) -> Phrase:
    if finding.abstained:
        return Phrase(f"{WORDS}.{to}.abstain", {"reason": Phrase(finding.reason)})
    if not unlike:
        return Phrase(f"{WORDS}.{to}.usual", {"day": day(on)})
    lines = dict(zip("abc", (_line(each, on, to) for each in unlike[:TOLD]), strict=False))
    return Phrase(f"{WORDS}.{to}.of_{len(lines)}", lines)


def _line(each: Compared, on: date, to: str) -> Phrase:
    way = "more" if each.is_more else "less"
    what = Phrase(f"{measures.WORDS}.{each.name}.{way if to == 'says' else 'name'}")
    span = "day" if each.span == 1 else "week"
    return Phrase(f"{WORDS}.line.{to}_{span}_{way}", {"day": day(on), "what": what})


def _own_words(days: Days) -> tuple[Phrase, ...]:
    since = days.on - timedelta(days=6)
    lately = [each for each in days.notes if since <= each.day <= days.on + timedelta(days=1)][:NOTES_TOLD]
    if not lately:
        return (Phrase(f"{WORDS}.factor.no_words"),)
    return tuple(Phrase(f"{WORDS}.factor.own_words", {"day": day(each.day), "text": each.text}) for each in lately)


def _beside(each: Compared, on: date) -> Phrase:
    span = "day" if each.span == 1 else "week"
    blanks = {
        "name": Phrase(f"{measures.WORDS}.{each.name}.name"),
        "day": day(on),
        "value": said(each.name, each.value),
        "low": said(each.name, max(each.low, 0.0)),
        "high": said(each.name, each.high),
        "days": each.days,
    }
    return Phrase(f"{WORDS}.factor.beside_{span}", blanks)


def _would_change(finding: Finding, unlike: Sequence[Compared]) -> Phrase:
    if finding.code != "unlike":
        return Phrase(f"{WORDS}.would_change.{finding.code}")
    first = unlike[0]
    low, high = said(first.name, max(first.low, 0.0)), said(first.name, first.high)
    name = Phrase(f"{measures.WORDS}.{first.name}.name")
    return Phrase(f"{WORDS}.would_change.unlike", {"name": name, "low": low, "high": high})


def _plain(each: Compared) -> Mapping[str, Any]:
    return {
        "name": each.name,
        "span": each.span,
        "value": round(each.value, 2),
        "usual": round(each.usual, 2),
        "low": round(each.low, 2),
        "high": round(each.high, 2),
        "p": round(each.p, 6),
        "days": each.days,
        "stands_out": each.stands_out,
    }


def of_material(piece: Mapping[str, Any]) -> Gathered:
    """Read made-up days: `first` (ISO day), `values` by name (a number or nothing for each day); the last day is judged."""
    first = date.fromisoformat(piece["first"])
    readings = tuple(
        Reading(first + timedelta(days=at), name, value)
        for name, values in piece["values"].items()
        for at, value in enumerate(values)
    )
    longest = max((len(values) for values in piece["values"].values()), default=1)
    return Gathered(items=(), data=Days(readings, first + timedelta(days=longest - 1)))
