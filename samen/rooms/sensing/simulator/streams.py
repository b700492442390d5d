"""What phones and watches of made-up people would have written of the same days: every stream beside location, and its truth.

Seeded and pure, like `days`: asleep the screen is dark and the phone charges, a way begins and ends on foot, and where the
person is decides what is nearby. `sending.lamp_events` gives the same as a phone would send it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from samen.rooms.sensing import streams
from samen.rooms.sensing.features.surveys import SHOWN, SUBMITTED
from samen.rooms.sensing.simulator import days
from samen.rooms.sensing.simulator.living import DAY, MINUTE, Life, Plan, life_of
from samen.rooms.sensing.sphere import Floats, Whole

QUARTER = 15 * MINUTE  # s: between two levels of the battery
SNIPPET_EVERY = 1800  # s: between two snippets of acceleration
SNIPPET, RATE = 10, 10  # s, and samples a second
SCAN_EVERY = 600  # s: between two looks for what is nearby
HEART_EVERY = 5  # minutes
APPS = (
    ("org.mozilla.firefox", "Firefox"),
    ("com.whatsapp", "WhatsApp"),
    ("com.google.android.youtube", "YouTube"),
    ("com.instagram.android", "Instagram"),
    ("com.google.android.apps.maps", "Maps"),
    ("org.thoughtcrime.securesms", "Signal"),
)
TYPES_IN = (1, 5)  # numbers of the apps in which people type
CONTACTS = 6
SURVEY, QUESTIONS = "daily", 5  # five questions of 0 to 5
SPAN, TRAILS = "spatial_span", "trails_b"
TWO_FAILURES = 2  # in a row end a game of span


@dataclass(frozen=True)
class Lived:
    """What was written, what is true of each day, and from when each device was in which zone."""

    tables: Mapping[str, pl.DataFrame]  # stream -> rows, by person and time
    truth: pl.DataFrame  # person, day (local date), then what really happened
    zones: pl.DataFrame  # device_id, tzcode, timestamp


def lived(plan: Plan, wanted: Sequence[str] = ()) -> Lived:
    """Simulate the wanted streams of a plan's people (all that there are, when none is named)."""
    wanted = wanted or ("gps", *MAKERS)
    lives = [life_of(plan, number) for number in range(plan.people)]
    made: dict[str, list[pl.DataFrame]] = {}
    truths = []
    for life in lives:
        truths.append(_truth(life))
        for stream, make in MAKERS.items():
            if stream in wanted:
                made.setdefault(stream, []).append(make(life.drawing(stream)))
    tables = {stream: streams.shaped(pl.concat(rows), stream) for stream, rows in made.items()}
    if "gps" in wanted:
        tables["gps"] = days.simulated(plan).gps
    return Lived(tables, pl.concat(truths), pl.concat([_zones(plan, life.person) for life in lives]))


def _zones(plan: Plan, person: str) -> pl.DataFrame:
    phones = days.zones_of(plan, person)
    watch = phones.filter(pl.col("device_id") == f"{person}-a").with_columns(pl.lit(f"{person}-w").alias("device_id"))
    return pl.concat([phones, watch])


def _truth(life: Life) -> pl.DataFrame:
    plan = life.plan
    dates = plan.first_day // 86_400_000 + np.arange(plan.days)
    begins, ends = life.uses[life.is_unlocked].T
    begins = begins + 1  # the unlock comes a second after the light
    seconds = np.zeros(plan.days * DAY + 1, dtype=np.int64)
    np.add.at(seconds, begins, 1)
    np.add.at(seconds, ends, -1)
    return pl.DataFrame(
        {
            "person": [life.person] * plan.days,
            "day": pl.Series(dates.astype(np.int32)).cast(pl.Date),
            "asleep_min": life.asleep.reshape(plan.days, 1440).sum(axis=1),
            "moving_min": life.is_moving.reshape(plan.days, 1440).sum(axis=1),
            "steps": life.steps.reshape(plan.days, 1440).sum(axis=1),
            "unlock_count": np.bincount(begins // DAY, minlength=plan.days),
            "unlock_min": np.cumsum(seconds)[:-1].reshape(plan.days, DAY).sum(axis=1) / 60,
        }
    )


def _rows(life: Life, at: Floats | Whole, *, device: str = "", **columns: Any) -> pl.DataFrame:
    """Give rows at seconds of the person's clock, in order of time."""
    devices = [device] * len(at) if device else life.device(at)
    whose = {"person": [life.person] * len(at), "time": life.utc(at), "device": devices}
    return pl.DataFrame({**whose, **columns}).sort("time", maintain_order=True)


def _screen(life: Life) -> pl.DataFrame:
    begins, ends = life.uses.T
    opened = life.is_unlocked
    return _rows(
        life,
        np.r_[begins, begins[opened] + 1, ends, ends[opened] + 0.02],
        event=["on"] * len(begins) + ["unlocked"] * opened.sum() + ["off"] * len(ends) + ["locked"] * opened.sum(),
    )


def _battery(life: Life) -> pl.DataFrame:
    """A level each quarter of an hour: it drains with use and charges asleep."""
    asleep = life.asleep[:: QUARTER // MINUTE]
    in_use = np.bincount(life.uses[:, 0] // QUARTER, np.diff(life.uses, axis=1)[:, 0], len(asleep)) / QUARTER
    level, levels = 80.0, []
    for rests, share in zip(asleep, in_use, strict=True):
        level = min(100.0, level + 8) if rests else max(3.0, level - 0.7 - 3 * share)
        levels.append(level)
    at = np.arange(len(asleep)) * QUARTER + life.chance.uniform(0, 5, len(asleep))
    full = np.array(levels) >= 100
    status = np.where(~asleep, "discharging", np.where(full, "full", "charging")).tolist()
    return _rows(life, at, status=status, level=np.round(levels, 0))


def _calls(life: Life) -> pl.DataFrame:
    at, chance = life.awake_at(2.5), life.chance
    kinds = chance.choice(["in", "out", "missed"], len(at), p=[0.4, 0.45, 0.15])
    seconds = np.where(kinds == "missed", 0, np.round(chance.lognormal(4.5, 1, len(at)), 0))
    return _rows(life, at, kind=kinds.tolist(), seconds=seconds, contact=_contacts(life, len(at)))


def _texts(life: Life) -> pl.DataFrame:
    at, chance = life.awake_at(8), life.chance
    return _rows(
        life,
        at,
        kind=chance.choice(["received", "sent"], len(at)).tolist(),
        mms=chance.random(len(at)) < 0.1,
        length=chance.integers(2, 160, len(at)),
        contact=_contacts(life, len(at)),
    )


def _contacts(life: Life, n: int) -> list[str]:
    """Draw contacts, a few of them often."""
    share = 1 / np.arange(1, CONTACTS + 1)
    return [f"{life.person}-c{number}" for number in life.chance.choice(CONTACTS, n, p=share / share.sum())]


def _steps_minute(life: Life) -> pl.DataFrame:
    at = np.arange(len(life.steps)) * MINUTE
    return _rows(life, at, device=f"{life.person}-w", steps=life.steps, source=["watch"] * len(at))


def _steps_day(life: Life) -> pl.DataFrame:
    by_day = life.steps.reshape(life.plan.days, 1440).sum(axis=1)
    at = np.arange(life.plan.days) * DAY
    return _rows(life, at, device=f"{life.person}-w", steps=by_day, source=["watch"] * len(at))


def _heart_minute(life: Life) -> pl.DataFrame:
    steps, asleep = life.steps[::HEART_EVERY], life.asleep[::HEART_EVERY]
    rate = np.where(asleep, 54, 68) + 0.45 * steps + life.chance.normal(0, 3, len(steps))
    zone = np.select([rate < 95, rate < 125, rate < 150], ["outofrange", "fatburn", "cardio"], "peak")
    at = np.arange(len(steps)) * MINUTE * HEART_EVERY
    return _rows(life, at, device=f"{life.person}-w", rate=np.round(rate), zone=zone.tolist())


def _whole_nights(life: Life) -> Whole:
    """Give the nights that lie inside of the simulated days."""
    return life.nights[(life.nights[:, 0] >= 0) & (life.nights[:, 2] < life.plan.days * DAY)]


def _sleep_night(life: Life) -> pl.DataFrame:
    bed, falls, wakes = _whole_nights(life).T
    up = wakes + life.chance.integers(2, 15, len(wakes)) * MINUTE
    in_bed = (up - bed) / MINUTE
    return _rows(
        life,
        bed,
        device=f"{life.person}-w",
        ends=life.utc(up),
        efficiency=(wakes - falls) / MINUTE / in_bed * 100,
        minutes_after_wakeup=(up - wakes) / MINUTE,
        minutes_asleep=(wakes - falls) / MINUTE,
        minutes_awake=in_bed - (wakes - falls) / MINUTE,
        minutes_to_fall_asleep=(falls - bed) / MINUTE,
        minutes_in_bed=in_bed,
        is_main=[True] * len(bed),
    )


def _sleep_level(life: Life) -> pl.DataFrame:
    bed, falls, wakes = _whole_nights(life).T
    levels = ["in_bed"] * len(bed) + ["asleep"] * len(bed)
    seconds = np.r_[falls - bed, wakes - falls].astype(np.float64)
    return _rows(life, np.r_[bed, falls], device=f"{life.person}-w", level=levels, seconds=seconds)


def _accelerometer(life: Life) -> pl.DataFrame:
    """Snippets of gravity, trembling, and a wave for each step where the minute was walked."""
    chance = life.chance
    starts = np.arange(0, life.plan.days * DAY, SNIPPET_EVERY)
    inside = np.arange(SNIPPET * RATE) / RATE
    at = (starts[:, None] + inside).ravel()
    minute = np.repeat(starts // MINUTE, len(inside))
    steps = life.steps[minute]
    trembling = np.where(life.asleep[minute], 0.01, 0.15)[:, None] * chance.normal(size=(len(at), 3))
    wave = np.where(steps >= 80, 4.0, 0.0) * np.sin(2 * np.pi * steps / 60 * np.tile(inside, len(starts)))
    x, y, z = (trembling + np.column_stack([0 * wave, 0.3 * wave, streams.GRAVITY + wave])).T
    return _rows(life, at, x=x, y=y, z=z)


def _nearby(life: Life, known: tuple[int, int], strangers: float) -> tuple[Floats, list[str]]:
    """Give when which address was seen: those of home at home, those of work at rest elsewhere, strangers on the way."""
    chance = life.chance
    scans = np.arange(0, life.plan.days * DAY, SCAN_EVERY)
    minute = scans // MINUTE
    is_home, is_moving = life.is_home[minute], life.is_moving[minute]
    at: list[Floats] = []
    addresses: list[str] = []
    for place, here, n in (("home", is_home & ~is_moving, known[0]), ("work", ~is_home & ~is_moving, known[1])):
        for number in range(n):
            seen = scans[here & (chance.random(len(scans)) < 0.9)]
            at.append(seen + 0.05 * number)
            addresses += [f"{life.person}-{place}-{number}"] * len(seen)
    passing = np.repeat(scans[is_moving], chance.poisson(strangers, int(is_moving.sum())))
    at.append(passing + 0.5)
    addresses += [f"{life.person}-stranger-{number}" for number in range(len(passing))]
    return np.concatenate(at), addresses


def _bluetooth(life: Life) -> pl.DataFrame:
    at, addresses = _nearby(life, (3, 4), 2.0)
    rssi = np.round(life.chance.normal(-75, 8, len(at)))
    return _rows(life, at, address=addresses, rssi=rssi)


def _wifi(life: Life) -> pl.DataFrame:
    at, addresses = _nearby(life, (2, 5), 1.0)
    rssi = np.round(life.chance.normal(-65, 10, len(at)))
    return _rows(life, at, address=addresses, rssi=rssi, frequency=life.chance.choice([2412.0, 5180.0], len(at)))


def _opened(life: Life) -> tuple[Floats, Whole, Floats]:
    """Give when which app came to the front, and until when: one to three in each use of the unlocked phone."""
    life = life.drawing("opened")  # the same for what is in front and what is typed there
    begins, ends = life.uses[life.is_unlocked].T.astype(np.float64)
    n = life.chance.integers(1, 4, len(begins))
    number = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    lasting = np.repeat((ends - begins - 2) / n, n)
    at = np.repeat(begins + 2, n) + number * lasting
    return at, life.chance.choice(len(APPS), len(at), p=[0.25, 0.3, 0.15, 0.15, 0.05, 0.1]), at + lasting


def _apps(life: Life) -> pl.DataFrame:
    at, which, _ = _opened(life)
    packages, names = [APPS[each][0] for each in which], [APPS[each][1] for each in which]
    return _rows(life, at, package=packages, name=names, is_system=[False] * len(at))


def _keyboard(life: Life) -> pl.DataFrame:
    """Typing in the apps where people type: mostly one character more, sometimes one less or a whole word."""
    chance = life.chance
    at, which, until = _opened(life)
    types = np.isin(which, TYPES_IN) & (until - at > 20)
    begins, room, apps = at[types] + 2, (until - at)[types] - 4, which[types]
    n = np.minimum(chance.integers(5, 60, len(begins)), (room / 0.5).astype(np.int64))
    first = np.repeat(np.cumsum(n) - n, n)
    delay = np.minimum(chance.lognormal(-1.4, 0.4, n.sum()), 0.5)
    elapsed = np.cumsum(delay) - np.cumsum(delay)[first] if len(first) else delay
    change = chance.choice([1, -1, 5], n.sum(), p=[0.85, 0.1, 0.05])
    run = np.cumsum(change)
    length = np.maximum(run - (run - change)[first], 0) if len(first) else run
    before = np.where(np.arange(len(length)) == first, 0, np.r_[0, length[:-1]]) if len(first) else length
    return _rows(
        life,
        np.repeat(begins, n) + elapsed,
        app=[APPS[each][0] for each in np.repeat(apps, n)],
        before_length=before,
        length=length,
        is_password=[False] * len(length),
    )


def _evenings(life: Life) -> Floats:
    """Give when the daily questions were filled in, on most evenings."""
    evenings = np.flatnonzero(life.chance.random(life.plan.days) < 0.8)
    return evenings * DAY + life.chance.uniform(19, 21.5, len(evenings)) * 3600


def _survey_timings(life: Life) -> pl.DataFrame:
    begins = _evenings(life)
    n = QUESTIONS + 2
    pause = life.chance.uniform(2, 12, (len(begins), n))
    pause[:, 0] = 0
    questions = [SHOWN, *(f"q{number}" for number in range(QUESTIONS)), SUBMITTED]
    answers = life.chance.integers(0, 6, (len(begins), n)).astype(str)
    answers[:, [0, -1]] = ""
    flat = answers.ravel().tolist()
    return _rows(
        life,
        (begins[:, None] + np.cumsum(pause, axis=1)).ravel(),
        survey=[SURVEY] * len(flat),
        question=questions * len(begins),
        answer=[each or None for each in flat],
    )


def _activity_event(life: Life) -> pl.DataFrame:
    """Two games a week each: span until two failures in a row, and a trail of 25."""
    parts = [streams.empty("activity_event").drop("person", "time", "device")]
    at: list[float] = []
    chance = life.chance
    for day in np.flatnonzero(chance.random(life.plan.days) < 2 / 7):
        begin = day * DAY + chance.uniform(17, 19) * 3600
        for activity, rows in ((SPAN, list(_span(chance))), (TRAILS, list(_trail(chance)))):
            at += [begin + sum(row[0] for row in rows) / 1000] * len(rows)
            parts.append(_slices(activity, rows))
            begin += 900
    columns: dict[str, Any] = dict(pl.concat(parts).to_dict(as_series=True))
    return _rows(life, np.array(at), **columns)


def _slices(activity: str, rows: list[tuple[float, str, bool, int]]) -> pl.DataFrame:
    kinds = streams.STREAMS["activity_event"]
    columns = {
        "activity": [activity] * len(rows),
        "duration": [row[0] for row in rows],
        "item": [row[1] for row in rows],
        "value": [None] * len(rows),
        "type": ["true" if row[2] else "false" for row in rows],
        "level": [float(row[3]) for row in rows],
    }
    return pl.DataFrame(columns, schema={name: kinds[name] for name in columns})


def _span(chance: np.random.Generator) -> Iterator[tuple[float, str, bool, int]]:
    able, level, failures = chance.normal(6, 0.7), 2, 0
    while failures < TWO_FAILURES and level < 16:
        right = level <= able + chance.normal(0, 0.5)
        for place in range(level):
            is_right = bool(right or place < level - 1)
            yield round(float(chance.lognormal(6.6, 0.3))), str(int(chance.integers(1, 17))), is_right, level
        failures = 0 if right else failures + 1
        level += 1 if right else 0


def _trail(chance: np.random.Generator) -> Iterator[tuple[float, str, bool, int]]:
    for number in range(1, 26):
        while chance.random() < 0.06:
            yield round(float(chance.lognormal(6.9, 0.4))), str(int(chance.integers(1, 26))), False, 1
        yield round(float(chance.lognormal(6.9, 0.4))), str(number), True, 1


MAKERS: Mapping[str, Callable[[Life], pl.DataFrame]] = {
    "screen": _screen,
    "battery": _battery,
    "calls": _calls,
    "texts": _texts,
    "steps_minute": _steps_minute,
    "steps_day": _steps_day,
    "heart_minute": _heart_minute,
    "sleep_night": _sleep_night,
    "sleep_level": _sleep_level,
    "accelerometer": _accelerometer,
    "bluetooth": _bluetooth,
    "wifi": _wifi,
    "apps": _apps,
    "keyboard": _keyboard,
    "survey_timings": _survey_timings,
    "activity_event": _activity_event,
}
