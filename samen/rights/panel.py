"""The panel of people with lived experience: votes, not advice. A tally is computed from the ballots, never typed in.

Sources: rights.md L2 (veto below majority), L5 (approval expires), L8, L9 (half of the quorum at the least), L11 (unpaid work voids).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HOLDS_FOR = timedelta(days=182)  # half a year, rights.md L5
NOTICE = timedelta(days=30)  # how long before its end an approval asks to be voted on again, rights.md L5
QUORUM = 3
STRICT = (2, 3)  # share of yes for what looks for danger of suicide or harm, rights.md K6.2
VETO_SHARE = 1 / 3  # of the seats with lived experience that voted


class Vote(StrEnum):
    """What a seat can say."""

    YES = "yes"
    NO = "no"
    VETO = "veto"


@dataclass(frozen=True)
class Ballot:
    """One seat's newest ballot on one digest."""

    vote: Vote
    lived_experience: bool
    conflicted: bool  # declared ties with the maker: not counted (rights.md K8.1, K9.4)
    settled: bool  # paid, or payment declined by the person
    at: datetime


@dataclass(frozen=True)
class Tally:
    """What the ballots add up to."""

    yes: int
    no: int
    vetoes: int
    lived: int
    approved: bool
    vetoed: bool
    unpaid: bool
    until: datetime | None
    reason: str  # code with its sentence in `rights.panel`


def tally(ballots: Sequence[Ballot], *, strict: bool = False) -> Tally:
    """Add up the ballots on one digest; `strict` asks for two thirds instead of a majority."""
    counted = [each for each in ballots if not each.conflicted]
    lived = [each for each in counted if each.lived_experience]
    yes = sum(each.vote is Vote.YES for each in counted)
    vetoes = sum(each.vote is Vote.VETO for each in lived)
    vetoed = bool(lived) and vetoes > 0 and vetoes / len(lived) >= VETO_SHARE
    reason = _reason(len(counted), len(lived), yes, vetoed) or _majority(len(counted), yes, strict)
    return Tally(
        yes=yes,
        no=sum(each.vote is not Vote.YES for each in counted),
        vetoes=vetoes,
        lived=len(lived),
        approved=reason == "APPROVED",
        vetoed=vetoed,
        unpaid=any(not each.settled for each in ballots),
        until=max(each.at for each in counted) + HOLDS_FOR if counted else None,
        reason=reason,
    )


def _reason(counted: int, lived: int, yes: int, vetoed: bool) -> str:
    if vetoed:
        return "VETOED"
    if counted < QUORUM:
        return "NO_QUORUM"
    if lived * 2 < counted:
        return "TOO_FEW_LIVED"
    return ""


def _majority(counted: int, yes: int, strict: bool) -> str:
    if strict and yes * STRICT[1] < counted * STRICT[0]:
        return "NO_TWO_THIRDS"
    # Staff votes alone can never reach approval: a majority of the seats with lived experience is within the majority.
    return "APPROVED" if yes * 2 > counted else "NO_MAJORITY"
