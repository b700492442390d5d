"""Consent: dated statements, each about one use of one system or stream. What holds now is computed, never stored.

The newest statement wins; at equal time a no wins; a yes ends at its expiry; every use of a run must be covered.
Source: GDPR art. 4(11), 6, 7, 9; semantics and their edge cases: docs/decisions/0003.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from samen.rights.words import Use

# A yes is asked again after a year: consent that nobody remembers is none.
HOLDS_FOR = timedelta(days=365)
# A notice of what a system does is read again after a year, and whenever its words change.
NOTICE_HOLDS_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Statement:
    """One yes or no of a person to one use."""

    use: Use
    yes: bool
    at: datetime
    until: datetime | None = None  # only a yes ends
    taught_back: bool = True  # for the heavier classes: the teach-back question was answered
    since: datetime | None = None  # of a stream: for what was measured from then on


class Standing(StrEnum):
    """What holds now for one use."""

    NONE = "none"
    YES = "yes"
    NO = "no"
    EXPIRED = "expired"


def standing(use: Use, statements: Iterable[Statement], now: datetime) -> Standing:
    """Say what holds now for one use. Statements dated in the future are not yet heard."""
    heard = [each for each in statements if each.use == use and each.at <= now]
    if not heard:
        return Standing.NONE
    latest = max(heard, key=lambda each: (each.at, not each.yes))
    if not latest.yes:
        return Standing.NO
    if latest.until is None or now >= latest.until:
        return Standing.EXPIRED
    return Standing.YES


def open_since(use: Use, statements: Collection[Statement], now: datetime) -> datetime | None:
    """Give from when on a stream may be kept for a use; None when no yes holds now.

    A yes that is said again while the one before still holds opens no gap: the earliest of the unbroken row counts. What
    was measured before a no is closed again, unless the next yes names an earlier time itself.
    """
    if standing(use, statements, now) is not Standing.YES:
        return None
    heard = sorted((each for each in statements if each.use == use and each.at <= now), key=lambda each: each.at)
    found, held_until = None, None
    for each in heard:
        since = each.since or each.at
        if not each.yes:
            found, held_until = None, None
        elif found is None or held_until is None or each.at >= held_until:
            found, held_until = since, each.until
        else:
            found, held_until = min(found, since), each.until
    return found


def uncovered(
    uses: Collection[Use], statements: Collection[Statement], now: datetime, *, heavy: bool
) -> tuple[Use, Standing] | None:
    """Give the first use that no standing yes covers, or nothing when all are covered.

    For a heavy class a yes without the teach-back answer counts as none. No uses at all is not cover.
    """
    counted = [each for each in statements if not (heavy and each.yes and not each.taught_back)]
    for use in sorted(uses):
        if (found := standing(use, counted, now)) is not Standing.YES:
            return use, found
    return None
