"""A candidate beside the model in use, on the sealed messages and talks: what the self-test's own code says of both."""

from collections.abc import Mapping, Sequence
from typing import Any

from samen.rights.shares import Share
from samen.rooms.crisis.reading import Action
from samen.rooms.crisis.selftest import measure
from samen.rooms.crisis.selftest.measure import IMPLIED, SAID
from samen.rooms.crisis.selftest.plan import SEED, Answer, Heard, Plan, answer, beside

FIGURES = ("said", "implied", "traps", "harmless", "questions", "calibration", "escalated", "calm")
MORE_IS_BETTER = frozenset({"said", "implied", "traps", "harmless", "escalated"})


def asked_of(whole: Plan, language: str) -> Plan:
    """Take what is asked in one language: sealed messages and talks, in the spelling in which they stand."""
    return Plan(
        sealed=tuple(each for each in whole.sealed if each.language == language),
        changed=(),
        ordinary=(),
        talks=tuple(each for each in whole.talks if each.language == language),
    )


def figures(asked: Plan, values: Sequence[Mapping[str, Any]]) -> Mapping[str, Share]:
    """Give the figures of one model from what it answered. Raises: ValueError when the answers are not those of these questions."""
    answers: list[Answer] = [answer(each) for each in values]
    heard: Heard = beside(asked, answers)
    talks = measure.of_talks(heard.talks)
    return {
        "said": measure.sensitivity(heard.sealed, SAID),
        "implied": measure.sensitivity(heard.sealed, IMPLIED),
        "traps": measure.specificity(heard.sealed, traps=True),
        "harmless": measure.specificity(heard.sealed),
        "questions": measure.asked(heard.sealed),
        "calibration": measure.calibration(heard.sealed, seed=SEED),
        "escalated": talks.escalated,
        "calm": talks.alarmed,
    }


def of_local(rows: Sequence[tuple[str, int, Action]]) -> Mapping[str, Share]:
    """Give what was heard of messages that clinicians labelled: family, level, and what was done."""
    return {
        "danger": measure.interval([(family, what is Action.ALARM) for family, level, what in rows if level >= 3]),
        "risk": measure.interval([(family, what is not Action.NONE) for family, level, what in rows if level >= 2]),
        "harmless": measure.interval([(family, what is not Action.ALARM) for family, level, what in rows if level < 2]),
        "questions": measure.interval([(family, what is Action.ASK) for family, level, what in rows if level < 2]),
    }


def plain(found: Mapping[str, Share]) -> dict[str, dict[str, float | int | None]]:
    """Give figures as plain values, to keep; what could not be measured has none."""
    return {
        name: {
            "value": round(each.value, 4) if each.n else None,
            "low": round(each.low, 4),
            "high": round(each.high, 4),
            "n": each.n,
        }
        for name, each in found.items()
    }
