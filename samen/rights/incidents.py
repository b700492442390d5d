"""Cases with a clock: what people ask of us about AI, each with the term we keep and the term the law sets.

Source of the terms: facts in content/clocks/clocks.toml (GDPR art. 12(3); own terms are stricter), with the date they were checked.
"""

from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a case is about."""

    HUMAN = "human"  # "I want a human"
    MISFIT = "misfit"  # "this does not fit me"
    EXPLAIN = "explain"  # "explain more"
    OBJECT = "object"
    ACCESS = "access"
    CORRECT = "correct"
    ERASE = "erase"
    RESTRICT = "restrict"
    TAKE_ALONG = "take-along"
    NOT_RECOGNISED = "not-recognised"  # somebody in the list of who looked
    REGISTER = "register"  # the register says something wrong
    CANARY = "canary"  # opened by the machine: an ungated run got through, or the counts differ


SIX_RIGHTS = (Kind.ACCESS, Kind.CORRECT, Kind.TAKE_ALONG, Kind.ERASE, Kind.RESTRICT, Kind.OBJECT)


def due(opened: datetime, days: float) -> datetime:
    """Give the end of a term. Calendar days; weekends and holidays do not stretch our own terms."""
    return opened + timedelta(days=days)


def is_overdue(due_at: datetime, closed_at: datetime | None, now: datetime) -> bool:
    """Say whether a case is still open past its term."""
    return closed_at is None and now >= due_at
