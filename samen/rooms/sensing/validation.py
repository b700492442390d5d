"""Made-up people with known truth, and what a fair judge measures on what the systems of this room said about them.

The bounds stand in the manifests (`systems.py`) and were written down before; this file only measures. None of it is a
real person: what that leaves open stands on each sheet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import exp, hypot, log, sqrt
from random import Random
from typing import Any

from samen.rights.shares import Share, share
from samen.rooms.sensing.simulator import staying

SEED = 20260115
FIRST = date(2026, 1, 5)  # a Monday of the made-up world
NAMES = ("asleep", "bed", "steps", "home", "distance", "places", "screen", "unlocks", "first_use", "pulse")
SHAPES: Mapping[str, tuple[float, float]] = {  # middle and spread of made-up days, in the unit of the measure
    "asleep": (430, 45), "bed": (-60, 40), "steps": (6500, 0.45), "home": (14, 2.5), "distance": (9, 0.6),
    "places": (4, 1.2), "screen": (190, 0.4), "unlocks": (70, 0.35), "first_use": (440, 40), "pulse": (62, 3),
}  # fmt: skip
SKEWED = ("steps", "distance", "screen", "unlocks")  # their spread is of the logarithm
WEEKEND: Mapping[str, float] = {"asleep": 1.0, "bed": 0.8, "steps": -0.6, "home": 1.0, "first_use": 1.5}
STAYS = 0.3  # of a day is carried over to the next: bad nights come together
FAR = 5.0  # of one's own spreads: a clear change, in three features


@dataclass(frozen=True)
class Case:
    """One made-up piece of material and what is true of it."""

    kind: str
    material: Mapping[str, Any]
    truth: float = 0.0


# --- change -----------------------------------------------------------------------------------------------------------


def change_cases(seed: int, ordinary: int = 300, changed: int = 80, short: int = 80) -> tuple[Case, ...]:
    """Make up courses of days: nothing changed on the last one; three features did; or there are too few days to say."""
    random = Random(seed)
    return (
        *(Case("ordinary", _course(random, random.randint(20, 64), 0.0)) for _ in range(ordinary)),
        *(Case("changed", _course(random, random.randint(35, 64), FAR)) for _ in range(changed)),
        *(Case("short", _course(random, random.randint(2, 14), FAR)) for _ in range(short)),
    )


def _course(random: Random, days: int, far: float) -> dict[str, Any]:
    moved = set(random.sample(NAMES, 3)) if far else set()
    values = {name: _days(random, name, days, far if name in moved else 0.0) for name in NAMES}
    return {"first": FIRST.isoformat(), "values": values}


def _days(random: Random, name: str, days: int, far: float) -> list[float | None]:
    middle, spread = SHAPES[name]
    middle = log(middle) if name in SKEWED else middle
    carried, found = 0.0, []
    for at in range(days):
        carried = STAYS * carried + sqrt(1 - STAYS**2) * _wild(random)
        off = carried + (WEEKEND.get(name, 0.0) if (FIRST + timedelta(days=at)).weekday() >= 5 else 0.0)
        off += far * random.choice((-1, 1)) if at == days - 1 else 0.0
        value = middle + spread * off
        is_missing = at < days - 1 and random.random() < 0.1
        found.append(None if is_missing else max(exp(value), 0.0) if name in SKEWED else value)
    return found


def _wild(random: Random) -> float:
    """Give a draw with wilder ends than a normal curve: one of ten comes from one twice as wide; of variance one in all."""
    return random.gauss(0, 2 if random.random() < 0.1 else 1) / sqrt(1.3)


def judge_change(made: Sequence[Case], said: Sequence[str]) -> Mapping[str, Share]:
    """Give false_alarm (called unlike, nothing changed), detection, and abstains_when_due (under fourteen days)."""
    pairs = list(zip(made, said, strict=True))
    return {
        "false_alarm": share([code == "unlike" for case, code in pairs if case.kind == "ordinary"]),
        "detection": share([code == "unlike" for case, code in pairs if case.kind == "changed"]),
        "abstains_when_due": share([code == "abstain" for case, code in pairs if case.kind == "short"]),
    }


# --- rest ---------------------------------------------------------------------------------------------------------------


def rest_cases(seed: int, nights: int = 600) -> tuple[Case, ...]:
    """Make up nights: when somebody fell asleep and woke, when they used their phone, and some looks in between."""
    random = Random(seed)
    return tuple(_night(random) for _ in range(nights))


def _night(random: Random) -> Case:
    asleep = datetime.combine(FIRST, datetime.min.time()) + timedelta(hours=random.gauss(23.6, 0.9))
    slept = timedelta(hours=min(max(random.gauss(7.4, 1.1), 4.0), 11.0))
    away = asleep - timedelta(minutes=random.lognormvariate(log(22), 0.7))
    back = asleep + slept + timedelta(minutes=random.lognormvariate(log(7), 0.8))
    looks = [asleep + slept * random.uniform(0.3, 0.8)] if random.random() < 0.2 else []
    awake = sum(random.uniform(4, 20) for _ in looks)
    uses = [[away - timedelta(minutes=random.uniform(2, 40)), away]]
    uses += [[at, at + timedelta(minutes=random.uniform(0.3, 2))] for at in looks if at.hour < 6]
    uses += [[back, back + timedelta(minutes=10)]]
    plain = [[each.isoformat(timespec="milliseconds") for each in pair] for pair in uses]
    truth = slept.total_seconds() / 60 - awake
    return Case("night", {"on": (asleep + slept).date().isoformat(), "uses": plain}, truth)


def judge_rest(made: Sequence[Case], said: Sequence[Mapping[str, Any]]) -> Mapping[str, Share]:
    """Give within (the true rest lies in the interval), far_off (by more than an hour), and said (nights of which something is)."""
    pairs = [(case.truth, value) for case, value in zip(made, said, strict=True) if "estimate" in value]
    return {
        "within": share([value["low"] <= truth <= value["high"] for truth, value in pairs]),
        "far_off": share([abs(value["estimate"] - truth) > 60 for truth, value in pairs]),
        "said": share(["estimate" in value for value in said]),
    }


# --- own signs ------------------------------------------------------------------------------------------------------------


def sign_cases(seed: int, signs: int = 600) -> tuple[Case, ...]:
    """Make up signs and days around their thresholds, some days not measured."""
    random = Random(seed)
    return tuple(_sign(random) for _ in range(signs))


def _sign(random: Random) -> Case:
    of = random.randint(1, 14)
    days = random.randint(1, of)
    way = random.choice(("less", "more"))
    values = [None if random.random() < 0.2 else random.gauss(300, 60) for _ in range(of + random.randint(0, 10))]
    sign = {"measure": "asleep", "way": way, "threshold": 300.0, "days": days, "of": of}
    return Case("sign", {"on": FIRST.isoformat(), "sign": sign, "values": values})


def sign_reference(material: Mapping[str, Any]) -> str:
    """Say the same as the system by plain counting, with none of its code."""
    sign = material["sign"]
    window = [each for each in material["values"][-sign["of"] :] if each is not None]
    if len(window) < sign["days"]:
        return "abstain"
    hits = [each for each in window if (each < 300 if sign["way"] == "less" else each > 300)]
    return "seen" if len(hits) >= sign["days"] else "not_seen"


def judge_signs(made: Sequence[Case], said: Sequence[str]) -> Mapping[str, Share]:
    """Give reference_agreement, and beyond_the_rule: a sign said to be there when its person's own rule says that it is not."""
    right = [sign_reference(case.material) for case in made]
    return {
        "reference_agreement": share([mine == code for mine, code in zip(right, said, strict=True)]),
        "beyond_the_rule": share([code == "seen" for mine, code in zip(right, said, strict=True) if mine != "seen"]),
    }


# --- places -----------------------------------------------------------------------------------------------------------------

NEAR = 100.0  # m: a place that is said lies where its person was
MONTH = 28  # days
THERE = 30  # minutes: so long on a day is being somewhere on it


def place_cases(seed: int, each: int = 14, short: int = 20) -> tuple[Case, ...]:
    """Make up months of five ways to live, some hours unseen; and people of whom there are too few days."""
    random = Random(seed)
    lives = [(life, MONTH) for life in staying.LIVES for _ in range(each)]
    lives += [("short", random.randint(2, 5)) for _ in range(short)]
    return tuple(_month(random, life, days) for life, days in lives)


def _month(random: Random, life: str, days: int) -> Case:
    month = staying.lived(random, "days" if life == "short" else life, FIRST, days)
    on = FIRST + timedelta(days=days - 1)
    return Case(life, {"on": on.isoformat(), "month": month.plain()})


@dataclass(frozen=True)
class Truth:
    """When somebody was truly at a place: days of the week and weekend, and nights of which most was spent there."""

    weekdays: int
    weekends: int
    nights: int


def place_truth(month: Mapping[str, Any], place: int) -> Truth:
    """Count by the minute, from the stays themselves: nothing of the system is used."""
    first, by_day, by_night = date.fromisoformat(month["first"]), dict[int, int](), dict[int, int]()
    for begin, end, at in month["stays"]:
        for day in range(begin // 1440, (end - 1) // 1440 + 1) if at == place else ():
            start, until = max(begin, day * 1440), min(end, (day + 1) * 1440)
            by_day[day] = by_day.get(day, 0) + until - start
            by_night[day] = by_night.get(day, 0) + max(min(until, day * 1440 + 360) - start, 0)
    days = [day for day, minutes in by_day.items() if minutes >= THERE]
    weekends = [day for day in days if (first + timedelta(days=day)).weekday() >= 5]
    return Truth(len(days) - len(weekends), len(weekends), sum(minutes > 180 for minutes in by_night.values()))


def judge_places(made: Sequence[Case], said: Sequence[Mapping[str, Any]]) -> Mapping[str, Share]:
    """Give what a fair judge measures of places.

    home_right: people with one home and ordinary nights of whom it was found; home_wrong: people of whom another place, or one
    of two homes, was called home; matched: places of four true days or more that were said; unfounded: suggestions of which the
    true days do not say the same; abstains_when_due: people of whom there are too few days, and nothing was said.
    """
    home_right, home_wrong, matched, unfounded = [], [], [], []
    whole = [(case, value["places"]) for case, value in zip(made, said, strict=True) if case.kind != "short"]
    for case, places in whole:
        month = case.material["month"]
        homes = [_true_place(month, each) for each in places if each["kind"] == "home"]
        if case.kind in ("days", "free"):
            home_right.append(homes == [staying.HOME])
        home_wrong.append(any(each != staying.HOME for each in homes) or (case.kind == "two_homes" and bool(homes)))
        found = [_true_place(month, each) for each in places]
        truths = [place_truth(month, place) for place in range(len(month["at"]))]
        matched += [place in found for place, true in enumerate(truths) if true.weekdays + true.weekends >= 4]
        unfounded += [not _holds(each["kind"], truths, at) for each, at in zip(places, found, strict=True)]
    few = [not value["places"] for case, value in zip(made, said, strict=True) if case.kind == "short"]
    return {
        "home_right": share(home_right),
        "home_wrong": share(home_wrong),
        "matched": share(matched),
        "unfounded": share(unfounded),
        "abstains_when_due": share(few),
    }


def _true_place(month: Mapping[str, Any], said: Mapping[str, Any]) -> int:
    """Give the number of the true place at which a place was said; -1 where there is none."""
    for place, at in enumerate(month["at"]):
        north, east = staying.middle_of(at)
        if hypot(said["latitude"] - north, said["longitude"] - east) / staying.METRE <= NEAR:
            return place
    return -1


def _holds(kind: str, truths: Sequence[Truth], place: int) -> bool:
    """Say whether somebody's true days at a place are what was said of it."""
    if place < 0:
        return False
    true = truths[place]
    match kind:
        case "home" | "nights":
            return true.nights >= 2
        case "weekdays":
            return true.weekdays >= 4 and true.weekends <= 2
        case "weekends":
            return true.weekends >= 3 and true.weekdays <= 3
        case _:
            return true.weekdays + true.weekends >= 3


def ordered(uses: Sequence[Sequence[str]]) -> bool:
    """Say whether made-up uses follow each other, none inside another."""
    flat = [at for pair in uses for at in pair]
    return all(first <= then for first, then in pairwise(flat))
