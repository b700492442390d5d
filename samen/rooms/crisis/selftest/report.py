"""The report of one self-test: every bar with its interval, every case that went wrong, every hazard and whether its control stands.

A plain value that can be written as JSON, signed, kept and read again.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from samen.rights.shares import Share
from samen.rooms.crisis.numbers import Number
from samen.rooms.crisis.reading import Action
from samen.rooms.crisis.selftest import bars, measure, queue
from samen.rooms.crisis.selftest.bars import LANGUAGES, Result, exactly
from samen.rooms.crisis.selftest.hazards import Hazard, open_ones
from samen.rooms.crisis.selftest.invariants import held
from samen.rooms.crisis.selftest.measure import IMPLIED, SAID, Case, Pair
from samen.rooms.crisis.selftest.perturb import Kind
from samen.rooms.crisis.selftest.plan import SEED, Heard
from samen.rooms.crisis.triage import Policy

P99 = 0.99
KIND = "samen-crisis-selftest"


@dataclass(frozen=True)
class Around:
    """What a self-test looks at besides the detector's answers."""

    seconds: Sequence[float]  # how long each of some messages took to read, on one core
    numbers: Sequence[Number]  # the directory, with what is too old marked
    policy: Policy  # the queue policy in force
    keywords: Mapping[str, Collection[str]]  # the rival's list, by language
    log: Sequence[Hazard]
    contacts: int = queue.SCENARIO.contacts  # simulated, for each seed


@dataclass(frozen=True)
class Stamp:
    """Which versions were judged, by which files, when."""

    at: datetime
    systems: Mapping[str, str]  # id to digest
    files: Mapping[str, str]  # sealed file to SHA-256
    hears: Mapping[str, Sequence[Any]]  # by language: the model, and from which sureness on it asks and alarms
    layers: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by language: which layers ran


def figures(heard: Heard, around: Around) -> Mapping[tuple[str, str], Share]:
    """Give each figure that has a bar, by name and part."""
    found: dict[tuple[str, str], Share] = {}
    for language in LANGUAGES:
        mine = _of(heard.sealed, language)
        talks = measure.of_talks([each for each in heard.talks if each[0].language == language])
        ordinary = [said for each, said in heard.ordinary if each.language == language]
        answered = [
            (each.due, said.action is Action.ALARM) for each, said in heard.replies if each.language == language
        ]
        found |= {
            ("said", language): measure.sensitivity(mine, SAID),
            ("implied", language): measure.sensitivity(mine, IMPLIED),
            ("traps", language): measure.specificity(mine, traps=True),
            ("questions", language): measure.asked(mine),
            ("ordinary", language): measure.share(said.action is Action.ALARM for said in ordinary),
            ("calibration", language): measure.calibration(mine, seed=SEED),
            ("escalated", language): talks.escalated,
            ("calm", language): talks.alarmed,
            ("answers", language): measure.share(alarmed for due, alarmed in answered if due),
            ("noes", language): measure.share(alarmed for due, alarmed in answered if not due),
        }
    found["gap", ""] = bars.gap(found["said", "en"], found["said", "nl"])
    before = {m.id: said.level for m, said in heard.sealed}
    for kind in Kind:
        moved = [(before[each.message.id], said.level) for each, said in heard.changed if each.kind is kind]
        found["flips", str(kind)] = measure.flips(moved)
    return found | _around(heard.sealed, around)


def _around(sealed: Sequence[Pair], around: Around) -> dict[tuple[str, str], Share]:
    """Give the figures of the time it takes, the queue at the measured operating point, its rules and the directory."""
    sensitivity = measure.share(s.action is Action.ALARM for m, s in sealed if m.danger).value
    waits = queue.waits(sensitivity, measure.specificity(sealed).value, around.policy, contacts=around.contacts)
    stale = sum(each.stale for each in around.numbers)
    found = {name: each for name, each in waits.items()}
    found["latency"] = exactly(_p99(around.seconds) * 1000, len(around.seconds))
    rules = held(around.policy)
    found["invariants"] = exactly(sum(rules.values()) / len(rules), len(rules))
    found["directory"] = exactly(float(stale), len(around.numbers))
    return {(name, ""): each for name, each in found.items()}


def _p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(P99 * len(seconds)))] if seconds else math.nan


def _of(sealed: Sequence[Pair], language: str) -> list[Pair]:
    return [each for each in sealed if each[0].language == language]


def build(heard: Heard, around: Around, stamp: Stamp) -> dict[str, Any]:
    """Give the whole report."""
    results = bars.judge(figures(heard, around))
    rules = held(around.policy)
    opened = open_ones(
        around.log, [each.bar.name for each in results if not each.met], [name for name in rules if not rules[name]]
    )
    return {
        "kind": KIND,
        "at": stamp.at.isoformat(),
        "seed": SEED,
        "systems": dict(stamp.systems),
        "files": dict(stamp.files),
        "hears": {language: list(each) for language, each in stamp.hears.items()},
        "layers": {language: list(each) for language, each in stamp.layers.items()},
        "passed": bars.passed(results),
        "bars": [_result(each) for each in results],
        "groups": {language: _groups(_of(heard.sealed, language)) for language in LANGUAGES},
        "talks": {language: _talks(heard, language) for language in LANGUAGES},
        "rivals": {language: _rivals(heard, around, language) for language in LANGUAGES},
        "rules": dict(rules),
        "stale": [{"id": each.id, "checked": each.checked.isoformat()} for each in around.numbers if each.stale],
        "hazards": [
            {"id": each.id, "owner": str(each.owner), "tests": list(each.tests), "stands": each.id not in opened}
            for each in around.log
        ],
        "cases": [_case(each) for each in wrong(heard)],
        "flips": _flips(heard),
    }


def wrong(heard: Heard) -> tuple[Case, ...]:
    """List every case that went wrong: sealed messages, talks, and ordinary messages that raised an alarm."""
    alarmed = [
        Case(
            f"ordinary-{each.language}/{place}",
            "false-alarm",
            each.text,
            "ordinary",
            f"level {said.level}",
            "",
            said.rules,
        )
        for place, (each, said) in enumerate(heard.ordinary)
        if said.action is Action.ALARM
    ]
    return (
        *measure.cases(heard.sealed),
        *measure.talk_cases(heard.talks),
        *measure.reply_cases(heard.replies),
        *alarmed,
    )


def _flips(heard: Heard) -> list[dict[str, Any]]:
    before = {m.id: said for m, said in heard.sealed}
    return [
        {
            "id": each.message.id,
            "kind": str(each.kind),
            "text": each.text,
            "before": int(before[each.message.id].level),
            "after": int(said.level),
        }
        for each, said in heard.changed
        if said.level is not before[each.message.id].level
    ]


def _case(case: Case) -> dict[str, Any]:
    return {**asdict(case), "rules": list(case.rules)}


def _result(result: Result) -> dict[str, Any]:
    return {**asdict(result.bar), **_share(result.found), "met": result.met}


def _share(found: Share) -> dict[str, Any]:
    """Give a share with four digits; what could not be measured has no value."""
    digits = {name: _number(getattr(found, name)) for name in ("value", "low", "high")}
    return {"found": digits["value"], "low": digits["low"], "high": digits["high"], "n": found.n}


def _number(value: float) -> float | None:
    return None if math.isnan(value) or math.isinf(value) else round(value, 4)


def _groups(pairs: Sequence[Pair]) -> dict[str, Any]:
    keys = {
        "topic": lambda m: "" if m.harmless else str(m.topic),
        "level": lambda m: str(int(m.level)),
        "trap": lambda m: m.trap,
        "style": lambda m: m.style,
    }
    return {
        name: {group: _share(found) for group, found in measure.by(pairs, key).items()} for name, key in keys.items()
    }


def _talks(heard: Heard, language: str) -> dict[str, Any]:
    found = measure.of_talks([each for each in heard.talks if each[0].language == language])
    return {name: _share(getattr(found, name)) for name in ("escalated", "asked", "alarmed", "questioned")}


def _rivals(heard: Heard, around: Around, language: str) -> dict[str, Any]:
    messages = [m for m, _ in _of(heard.sealed, language)]
    found = {
        "keywords": measure.keyword_list(messages, around.keywords[language]),
        "length": measure.length_only(messages),
    }
    return {
        name: {"sensitivity": _share(each.sensitivity), "specificity": _share(each.specificity)}
        for name, each in found.items()
    }


# --- on paper ---------------------------------------------------------------------------------------------------------


def as_text(report: Mapping[str, Any]) -> str:
    """Write a report as text that can be signed: JSON, names in order, no empty line."""
    return json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def from_text(text: str) -> dict[str, Any]:
    """Read a report again. Raises: ValueError when it is none."""
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise ValueError("This is no report of a self-test of the crisis room.")
    return found


def file_name(day: date) -> str:
    """Name the file in which a report is kept."""
    return f"crisis-selftest-{day.isoformat()}.note"
