"""How a made-up person spends each minute of the way that `days` gives them: asleep, on foot, with the phone in hand."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from samen.rooms.sensing.simulator.days import DAY, MINUTE, Plan, way_of
from samen.rooms.sensing.sphere import Floats, Whole

HOME_WITHIN = 50.0  # m
ON_FOOT = 4  # minutes on foot at both ends of every way
USES_AN_HOUR = 4.5  # times that the phone is taken while awake
STREAMS_DRAW = 7  # beside the seed and the person's number: other streams draw apart from the way


@dataclass(frozen=True)
class Life:
    """One person's minutes and uses of the phone; moments are seconds of their own clock from the first midnight on."""

    plan: Plan
    number: int
    person: str
    ahead: Whole  # s of the clock before UTC, for each second
    chance: np.random.Generator
    asleep: np.ndarray  # bool for each minute
    nights: Whole  # rows of (into bed, asleep, awake), in seconds
    is_home: np.ndarray  # bool for each minute
    is_moving: np.ndarray  # bool for each minute
    steps: Whole  # for each minute
    uses: Whole  # rows of (begins, ends), in seconds
    is_unlocked: np.ndarray  # bool for each use

    def utc(self, seconds: Floats | Whole) -> Whole:
        """Give ms UTC of seconds of the person's clock."""
        whole = np.clip(np.floor(seconds).astype(np.int64), 0, len(self.ahead) - 1)
        stamps: Whole = np.round((seconds - self.ahead[whole]) * 1000).astype(np.int64) + self.plan.first_day
        return stamps

    def device(self, seconds: Floats | Whole) -> list[str]:
        """Give the phone that the person carried: another one from the day of the swap on."""
        swapped = self.plan.days + 1 if self.plan.swapped_on is None else self.plan.swapped_on
        return np.where(seconds // DAY >= swapped, f"{self.person}-b", f"{self.person}-a").tolist()

    def drawing(self, name: str) -> "Life":
        """Give the same life with draws of its own for one stream, so that one stream more changes no other."""
        seed = (self.plan.seed, self.number, STREAMS_DRAW, zlib.crc32(name.encode()))
        return replace(self, chance=np.random.default_rng(seed))

    def awake_at(self, a_day: float) -> Floats:
        """Draw moments awake, so many a day on average, in order."""
        awake = np.flatnonzero(~self.asleep)
        minutes = self.chance.choice(awake, self.chance.poisson(a_day * self.plan.days))
        return np.sort(minutes * MINUTE + self.chance.uniform(0, MINUTE, len(minutes)))


def life_of(plan: Plan, number: int) -> Life:
    """Give the life of one person; the same plan and number give the same."""
    way = way_of(plan, number)
    chance = np.random.default_rng((plan.seed, number, STREAMS_DRAW))
    at = way.at[::MINUTE]
    is_home = np.hypot(at[:, 0], at[:, 1]) <= HOME_WITHIN
    is_moving = np.r_[np.hypot(*np.diff(at, axis=0).T) > 20, False]
    nights = _nights(chance, plan, is_home & ~is_moving)
    asleep = np.zeros(len(at), dtype=np.bool_)
    for _, falls, wakes in nights // MINUTE:
        asleep[max(falls, 0) : max(wakes, 0)] = True
    uses = _uses(chance, asleep)
    return Life(
        plan,
        number,
        way.person,
        way.ahead,
        chance,
        asleep,
        nights,
        is_home,
        is_moving,
        _steps(chance, asleep, is_moving),
        uses,
        chance.random(len(uses)) < 0.8,
    )


def _nights(chance: np.random.Generator, plan: Plan, is_quiet: np.ndarray) -> Whole:
    """Give when each night begins and ends: after the last way home, and before the first way out."""
    found = []
    for night in range(plan.days + 1):
        midnight = night * 1440  # minute
        bed = midnight - 60 + round(chance.normal(0, 30))
        wake = midnight + 420 + round(chance.normal(0, 25))
        late = np.flatnonzero(~is_quiet[max(midnight - 360, 0) : midnight + 120]) + max(midnight - 360, 0)
        early = np.flatnonzero(~is_quiet[midnight + 240 : midnight + 660]) + midnight + 240
        bed = max(bed, int(late[-1]) + 15) if len(late) else bed
        wake = min(wake, int(early[0]) - 20) if len(early) else wake
        found.append((bed * MINUTE, (bed + int(chance.integers(5, 25))) * MINUTE, wake * MINUTE))
    return np.array(found, dtype=np.int64)


def _steps(chance: np.random.Generator, asleep: np.ndarray, is_moving: np.ndarray) -> Whole:
    """Give steps of each minute: walking at both ends of a way, a few now and then while awake, none asleep."""
    held = np.pad(is_moving, ON_FOOT)
    is_within = held[2 * ON_FOOT :] & held[: -2 * ON_FOOT]  # moving already, and for some minutes to come
    walks = is_moving & ~is_within
    about = ~asleep & ~is_moving & (chance.random(len(asleep)) < 0.12)
    steps = np.where(walks, chance.normal(105, 8, len(asleep)), 0) + np.where(
        about, chance.uniform(5, 60, len(asleep)), 0
    )
    return np.round(steps).astype(np.int64)


def _uses(chance: np.random.Generator, asleep: np.ndarray) -> Whole:
    """Give when the phone was in use: apart from each other, and never while asleep."""
    begins = np.flatnonzero(~asleep & (chance.random(len(asleep)) < USES_AN_HOUR / 60)) * MINUTE
    begins = begins + chance.integers(0, MINUTE, len(begins))
    lasting = np.clip(chance.lognormal(4.2, 0.9, len(begins)), 6, 1500).astype(np.int64)
    falls = np.flatnonzero(np.diff(asleep.astype(np.int8)) == 1) * MINUTE + MINUTE
    stops = np.r_[falls, len(asleep) * MINUTE]
    until = np.minimum(begins + lasting, stops[np.searchsorted(stops, begins, side="right")] - 1)
    until = np.minimum(until, np.r_[begins[1:] - 20, len(asleep) * MINUTE - 2])
    return np.column_stack([begins, until])[until - begins >= 5]
