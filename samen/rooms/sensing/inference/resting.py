"""How long somebody may have rested, from a phone alone: the inference of `sensing.rest`, always named an estimate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import polars as pl

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.sensing import measures, rest
from samen.rooms.sensing.inference.changing import day

WORDS = "sensing.rest"
LEAST_NIGHTS = 3  # of the last two weeks, for a middle; the newest night is said by itself


@dataclass(frozen=True)
class Uses:
    """What is read: when the phone was unlocked and locked, on the wall clock; nothing of what was done with it."""

    rows: pl.DataFrame  # local, event
    on: date  # the day on which the newest night ended


def infer(gathered: Gathered) -> Finding:
    """Estimate the rest of the newest night and the middle of the last two weeks, with their intervals."""
    uses: Uses = gathered.data
    found = [each for each in rest.nights(uses.rows) if uses.on - timedelta(days=13) <= each.day <= uses.on]
    if not found or found[-1].day != uses.on:
        why = "no_night" if found else "nothing_measured"
        return Finding("abstain", {"on": uses.on.isoformat()}, f"{WORDS}.sure.abstain", True, f"{WORDS}.reason.{why}")
    newest = found[-1]
    value: dict[str, Any] = {
        "on": uses.on.isoformat(),
        "estimate": round(newest.estimate),
        "low": round(newest.low),
        "high": round(newest.high),
        "still": round((newest.ends - newest.begins).total_seconds() / 60),
        "begins": _clock(newest.begins),
        "ends": _clock(newest.ends),
        "checks": newest.checks,
        "nights": len(found),
    }
    if len(found) >= LEAST_NIGHTS:
        value["middle"] = round(median(each.estimate for each in found))
    return Finding("estimate", value, f"{WORDS}.sure.estimate")


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say what the phone knows (that it lay still) before what is made of it."""
    uses: Uses = gathered.data
    if finding.abstained:
        says = Phrase(f"{WORDS}.says.abstain", {"day": day(uses.on), "reason": Phrase(finding.reason)})
        factors: tuple[Phrase, ...] = (Phrase(f"{WORDS}.factor.nothing"),)
    else:
        value = finding.value
        blanks = {name: hours(value[name]) for name in ("estimate", "low", "high", "still")}
        says = Phrase(f"{WORDS}.says.estimate", {"day": day(uses.on), **blanks})
        still = Phrase(f"{WORDS}.factor.still", {**blanks, "begins": value["begins"], "ends": value["ends"]})
        looks = (Phrase(f"{WORDS}.factor.checks", {"n": value["checks"]}),) if value["checks"] else ()
        middle = (
            (Phrase(f"{WORDS}.factor.middle", {"middle": hours(value["middle"]), "n": value["nights"]}),)
            if "middle" in value
            else ()
        )
        factors = (Phrase(f"{WORDS}.factor.you_know"), still, *looks, *middle)
    return Explanation(
        says=says,
        says_to_staff=says,
        factors=factors,
        would_change=Phrase(f"{WORDS}.would_change.{finding.code}"),
        sure=Phrase(finding.sureness),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def hours(minutes: float) -> Phrase:
    """Give minutes as hours and minutes, in steps of five: more would promise an exactness that is not there."""
    rounded = round(minutes / 5) * 5
    return Phrase(f"{measures.WORDS}.unit.hours", {"h": rounded // 60, "m": f"{rounded % 60:02d}"})


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"


def of_material(piece: Mapping[str, Any]) -> Gathered:
    """Read made-up uses: `uses` as pairs of ISO moments (unlocked, locked), and `on`, the day of waking."""
    rows = [
        (datetime.fromisoformat(at), event)
        for pair in piece["uses"]
        for at, event in zip(pair, ("unlocked", "locked"), strict=True)
    ]
    table = pl.DataFrame(rows, schema={"local": pl.Datetime("ms"), "event": pl.String}, orient="row")
    return Gathered(items=(), data=Uses(table, date.fromisoformat(piece["on"])))
