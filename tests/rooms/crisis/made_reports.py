"""Reports of self-tests made up for tests, in the form in which `selftest/report.py` writes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from samen.rights.register import Registered
from samen.rooms.crisis.selftest import report
from samen.rooms.crisis.selftest.bars import BARS
from samen.rooms.crisis.systems import hears

CASE = {
    "id": "nl-means-701/2",
    "kind": "missed",
    "text": "wat ik nodig heb ligt al klaar",
    "expected": "level 3, means",
    "got": "level 0, none",
    "reason": "Says that the means are ready.",
    "rules": [],
}


def made_report(systems: Sequence[Registered], *, at: datetime, passed: bool = True) -> dict[str, Any]:
    """Give a report about these systems, in which every bar is met or the first is missed."""
    rows = [
        {
            "name": bar.name,
            "part": bar.part,
            "bound": bar.bound,
            "at_least": bar.at_least,
            **_found(bar.bound),
            "met": True,
        }
        for bar in BARS
    ]
    if not passed:
        rows[0] |= {"found": 0.5, "low": 0.4, "high": 0.6, "met": False}
    group = {"plan": _found(1.0)}
    return {
        "kind": report.KIND,
        "at": at.isoformat(),
        "seed": 1,
        "systems": {each.id: each.digest for each in systems},
        "files": {"sealed/en.toml": "e" * 64},
        "hears": {language: list(each) for language, each in hears().items()},
        "passed": passed,
        "bars": rows,
        "groups": {language: {"topic": group, "level": {}, "trap": {}, "style": {}} for language in ("en", "nl")},
        "talks": {language: _talks() for language in ("en", "nl")},
        "rivals": {language: _rivals() for language in ("en", "nl")},
        "rules": {"danger_now_is_first": True},
        "stale": [],
        "hazards": [{"id": "H01", "owner": "clinical-lead", "tests": ["bar:said"], "stands": passed}],
        "cases": [CASE],
        "flips": [],
    }


def _found(value: float) -> Mapping[str, Any]:
    return {"found": value, "low": value, "high": value, "n": 100}


def _talks() -> Mapping[str, Any]:
    return {name: _found(1.0) for name in ("escalated", "asked", "alarmed", "questioned")}


def _rivals() -> Mapping[str, Any]:
    both = {"sensitivity": _found(0.3), "specificity": _found(0.9)}
    return {"keywords": both, "length": both}
