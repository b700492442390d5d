"""`progress-watch`: is the change in the questionnaires more than chance, and why do we say so.

Pure and guarded: only `systems.py` imports this. Abstaining is a finding.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.treatment import change
from samen.rooms.treatment.change import Abstained, Change, Reason
from samen.rooms.treatment.course import WORDS, Course
from samen.rooms.treatment.precision import precisions


def infer(gathered: Gathered) -> Finding:
    """Say whether change is reliable, within measurement error or unclear; abstain when the answers do not carry it."""
    found = _found(gathered)
    verdict = change.together(found)
    abstained = isinstance(verdict, Reason)
    return Finding(
        code="abstain" if abstained else str(verdict),
        value={
            "questionnaires": [_row(each) for each in found],
            "decided_by": [each.instrument for each in _deciding(gathered)],
            "standard_errors": round(change.limit(_compared(found)), 3),
        },
        sureness=f"{WORDS}.sure.{'abstain' if abstained else str(verdict)}",
        abstained=abstained,
        reason=f"{WORDS}.reason.{verdict}" if abstained else "",
    )


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say why in words: the questionnaires that decided first, then the others, then what would change it."""
    found = _found(gathered)
    says = {"reason": Phrase(finding.reason)} if finding.abstained else {}
    return Explanation(
        says=Phrase(f"{WORDS}.says.{finding.code}", says),
        says_to_staff=Phrase(f"{WORDS}.staff.{finding.code}", says),
        factors=_factors(found, finding),
        would_change=_would_change(found, finding),
        sure=Phrase(finding.sureness),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def _found(gathered: Gathered) -> tuple[Change | Abstained, ...]:
    course: Course = gathered.data
    return change.changes(course.points, precisions(), course.now)


def _deciding(gathered: Gathered) -> tuple[Change, ...]:
    course: Course = gathered.data
    return change.deciding(course.points, precisions(), course.now)


def _compared(found: Sequence[Change | Abstained]) -> int:
    return sum(isinstance(each, Change) for each in found)


def _row(each: Change | Abstained) -> Mapping[str, Any]:
    if isinstance(each, Abstained):
        return {"questionnaire": each.instrument, "verdict": "abstain", "reason": str(each.reason)}
    return {
        "questionnaire": each.instrument,
        "verdict": str(each.verdict),
        "reason": str(each.reason) if each.reason else "",
        "first": each.first.total,
        "last": each.last.total,
        "first_at": each.first.at.isoformat(),
        "last_at": each.last.at.isoformat(),
        "difference": round(each.difference, 1),
        "low": round(each.low, 1),
        "high": round(each.high, 1),
        "margin": round(each.margin, 1),
        "index": round(each.index, 2),
    }


def _factors(found: Sequence[Change | Abstained], finding: Finding) -> tuple[Phrase, ...]:
    """Give the factors, the deciding ones first and together: it takes all of them away to change the outcome."""
    compared = [each for each in found if isinstance(each, Change)]
    first = [each for each in compared if each.instrument in finding.value["decided_by"]]
    rest = [each for each in compared if each not in first]
    left_out = [each for each in found if isinstance(each, Abstained)]
    main = [_main([_line(each) for each in first])] if first else []
    method = Phrase(f"{WORDS}.factor.method", {"n": len(compared)}) if compared else Phrase(f"{WORDS}.factor.nothing")
    return (*main, *map(_line, rest), *map(_left_out, left_out), method)


def _main(lines: list[Phrase]) -> Phrase:
    blanks = dict(zip("abc", lines, strict=False))
    return Phrase(f"{WORDS}.main.of_{len(lines)}", blanks)


def _line(each: Change) -> Phrase:
    kind = "swings" if each.reason is Reason.SWINGS else str(each.verdict)
    return Phrase(
        f"{WORDS}.factor.{kind}",
        {
            "name": Phrase(f"{WORDS}.questionnaire.{each.instrument}"),
            "first": _points(each.first.total),
            "last": _points(each.last.total),
            "weeks": max(1, round((each.last.at - each.first.at).days / 7)),
            "low": _points(each.low),
            "high": _points(each.high),
            "margin": _points(each.margin),
        },
    )


def _left_out(each: Abstained) -> Phrase:
    name = Phrase(f"{WORDS}.questionnaire.{each.instrument}")
    return Phrase(f"{WORDS}.factor.left_out", {"name": name, "reason": Phrase(f"{WORDS}.reason.{each.reason}")})


def _would_change(found: Sequence[Change | Abstained], finding: Finding) -> Phrase:
    compared = [each for each in found if isinstance(each, Change)]
    if finding.abstained or not compared:
        return Phrase(f"{WORDS}.would_change.abstain")
    nearest = min(compared, key=lambda each: abs(abs(each.difference) - each.margin) / each.margin)
    return Phrase(
        f"{WORDS}.would_change.{finding.code}",
        {"name": Phrase(f"{WORDS}.questionnaire.{nearest.instrument}"), "margin": _points(nearest.margin)},
    )


def _points(value: float | None) -> int:
    """Give points as a whole number: more digits would promise an exactness that a questionnaire does not have."""
    return round(value or 0)
