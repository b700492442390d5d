"""Whether a person's own early signs are there, by their own words and thresholds: the inference of `sensing.own-signs`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.sensing import own_signs
from samen.rooms.sensing.change import Reading
from samen.rooms.sensing.inference.changing import SKEWED
from samen.rooms.sensing.own_signs import Sign, Way, Whom

WORDS = "sensing.own_signs"


@dataclass(frozen=True)
class Signs:
    """What is read: the signs that are on, each with its id, and the days of the features that they name."""

    signs: tuple[tuple[str, Sign], ...]
    readings: tuple[Reading, ...]
    on: date


def infer(gathered: Gathered) -> Finding:
    """Look for each sign; one that is there is enough for "seen". Nothing that no sign names is looked at."""
    data: Signs = gathered.data
    found = _looked(data)
    codes = {each.code for _, _, each in found}
    code = "seen" if "seen" in codes else "not_seen" if "not_seen" in codes else "abstain"
    reasons = sorted({each.reason for _, _, each in found if each.reason}) or ["no_signs"]
    value = {
        "on": data.on.isoformat(),
        "signs": [
            {"id": id, "code": each.code, "days": [one.isoformat() for one in each.counted], "measured": each.measured}
            for id, _, each in found
        ],
    }
    abstained = code == "abstain"
    return Finding(code, value, f"{WORDS}.sure.{code}", abstained, f"{WORDS}.reason.{reasons[0]}" if abstained else "")


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say of each sign, in the words in which it was written, on how many days it counted."""
    data: Signs = gathered.data
    lines = [_line(sign, each) for _, sign, each in sorted(_looked(data), key=lambda one: one[2].code != "seen")]
    seen = sum(row["code"] == "seen" for row in finding.value["signs"])
    blanks: dict[str, Any] = {"reason": Phrase(finding.reason)} if finding.abstained else {"n": seen}
    return Explanation(
        says=Phrase(f"{WORDS}.says.{finding.code}", blanks),
        says_to_staff=Phrase(f"{WORDS}.says.{finding.code}", blanks),
        factors=tuple(lines) or (Phrase(f"{WORDS}.reason.no_signs"),),
        would_change=Phrase(f"{WORDS}.would_change"),
        sure=Phrase(finding.sureness),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def _looked(data: Signs) -> list[tuple[str, Sign, own_signs.Seen]]:
    return [
        (id, sign, own_signs.seen(sign, _of(data.readings, sign), data.on, skewed=sign.measure in SKEWED))
        for id, sign in data.signs
    ]


def _of(readings: Sequence[Reading], sign: Sign) -> list[Reading]:
    return [each for each in readings if each.name == sign.measure]


def _line(sign: Sign, seen: own_signs.Seen) -> Phrase:
    return Phrase(
        f"{WORDS}.factor.{seen.code}",
        {
            "words": sign.words,
            "rule": own_signs.rule(sign),
            "days": len(seen.counted),
            "measured": seen.measured,
            "of": sign.of,
            "needed": sign.days,
        },
    )


def of_material(piece: Mapping[str, Any]) -> Gathered:
    """Read a made-up sign (`sign`: measure, way, threshold, days, of) and `values` of its feature, the last one of `on`."""
    on = date.fromisoformat(piece["on"])
    written = piece["sign"]
    sign = Sign(
        "made up",
        written["measure"],
        Way(written["way"]),
        written["threshold"],
        written["days"],
        written["of"],
        Whom.ME,
    )
    values: Sequence[float | None] = piece["values"]
    readings = tuple(
        Reading(on - timedelta(days=back), sign.measure, value) for back, value in enumerate(reversed(values))
    )
    return Gathered(items=(), data=Signs((("made-up", sign),), readings, on))
