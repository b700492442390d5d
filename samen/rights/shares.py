"""A measured share with its 95 % interval, as evidence is stated in every room.

Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # of the 95 % interval


@dataclass(frozen=True)
class Share:
    """A share (0 to 1) with its interval, and the number it stands on."""

    value: float
    low: float
    high: float
    n: int


def share(hits: Iterable[bool], *, of_nothing: float = 0.0) -> Share:
    """Give the share of trues; of nothing, everything between 0 and 1 is possible."""
    found = list(hits)
    return wilson(sum(found) / len(found), len(found)) if found else Share(of_nothing, 0.0, 1.0, 0)


def wilson(p: float, n: int) -> Share:
    """Give a share with its interval; `n` may be fewer than were counted, where some say the same. At least 1."""
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return Share(p, min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half)), n)
