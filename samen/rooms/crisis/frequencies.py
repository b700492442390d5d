"""How many of 100 alarms are right here: what a sensitivity and a specificity come to at the share of danger that comes in.

Source: natural frequencies are understood where percentages mislead, Hoffrage and Gigerenzer 1998, doi:10.1097/00001888-199805000-00024.
"""

from dataclasses import dataclass

OF = 100


@dataclass(frozen=True)
class OfAlarms:
    """Of 100 alarms: so many with danger, the rest without."""

    right: int
    wrong: int


def of_alarms(sensitivity: float, specificity: float, share: float) -> OfAlarms | None:
    """Say of 100 alarms how many are right, when this share of what comes in is in danger. None where nothing alarms.

    Takes shares, 0 to 1. Neither side is ever said to be none: no measurement shows that.
    """
    hits, false = share * sensitivity, (1 - share) * (1 - specificity)
    if hits + false == 0:
        return None
    right = min(OF - 1, max(1, round(OF * hits / (hits + false))))
    return OfAlarms(right, OF - right)
