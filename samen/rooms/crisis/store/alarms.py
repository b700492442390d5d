"""How many alarms of this service are right: the newest self-test's figures at the share of danger that was counted here."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from samen.rooms.crisis import cost, frequencies
from samen.rooms.crisis.frequencies import OfAlarms
from samen.rooms.crisis.store import labels, selftest

ASSUMED = 0.1  # share in danger where nothing was counted yet: the scenario of the simulation
LEAST = 100  # labelled messages drawn by chance, before a count of the service stands above that


@dataclass(frozen=True)
class Shown:
    """What stands beside an alarm: of 100 alarms so many right; at so many in danger of 100; counted here, or assumed."""

    of: OfAlarms
    share: int
    counted: bool


def of_alarms(language: str) -> Shown | None:
    """Give what stands beside an alarm in this language; nothing before a self-test measured how the computer hears."""
    newest = selftest.newest_id()
    measured = _measured(newest, language) if newest else None
    if measured is None:
        return None
    danger, _ = cost.counted(labels.drawn_levels(language))
    counted = danger.n >= LEAST
    share = danger.value if counted else ASSUMED
    found = frequencies.of_alarms(*measured, share)
    return Shown(found, round(share * frequencies.OF), counted) if found else None


@lru_cache(maxsize=8)
def _measured(test: UUID, language: str) -> tuple[float, float] | None:
    """Give how many in danger an alarm hears, and how many others it leaves alone: the harder half of each, never the kinder."""
    bars = {(each["name"], each["part"]): each["found"] for each in selftest.read(test).report["bars"]}
    heard, left_alone = bars.get(("implied", language)), bars.get(("traps", language))
    return (heard, left_alone) if heard is not None and left_alone is not None else None
