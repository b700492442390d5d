"""Early signs that a person wrote for themselves: what counts as one, when it is seen, and who is told.

There is no sign here but a person's own, no threshold but theirs, and nobody is told whom they did not name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from samen.rights.words import Phrase, Purpose, Recipient, Use
from samen.rooms.sensing import measures
from samen.rooms.sensing.change import Reading, usual

WORDS = "sensing.own_signs"
LONGEST = timedelta(days=183)  # then the person is asked anew
QUIET_DAYS = 7  # after a sign was seen nobody is told of the same sign again for a week
MOST_SIGNS = 6
MOST_OF = 14  # days that a sign may look back over


class Way(StrEnum):
    """Which side of the threshold is a sign."""

    LESS = "less"
    MORE = "more"
    LESS_THAN_USUAL = "less-than-usual"
    MORE_THAN_USUAL = "more-than-usual"


class Whom(StrEnum):
    """Who is told. There is no emergency service here, no police and no employer, and none can be added."""

    ME = "me"  # the person alone: it stands on their own page
    CONTACT = "contact"  # somebody whom they named and who said yes
    CLINICIANS = "clinicians"  # those who treat them now


@dataclass(frozen=True)
class Sign:
    """One early sign, as its person wrote it."""

    words: str  # "I walk less and sleep badly": what the person calls it
    measure: str  # name in `measures`
    way: Way
    threshold: float | None  # in the unit of the measure; None when it is one's own usual
    days: int  # on so many days ...
    of: int  # ... of the last so many
    whom: Whom
    contact: str = ""  # id of the contact
    message: str = ""  # what whoever is told reads; nothing else
    language: str = "en"
    until: datetime | None = None
    paused: bool = False

    def on(self, now: datetime) -> bool:
        """Say whether it is looked for now."""
        return not self.paused and self.until is not None and now < self.until


@dataclass(frozen=True)
class Seen:
    """What became of looking: seen, not_seen or abstain, and on which days it counted."""

    code: str
    counted: tuple[date, ...] = ()
    measured: int = 0
    reason: str = ""


def problems(sign: Sign, now: datetime, *, said_yes: frozenset[str]) -> list[str]:
    """Give what is missing before a sign can work, as codes with their sentences in `sensing.own_signs.problem`."""
    found = []
    if not sign.words.strip():
        found.append("NO_WORDS")
    if (sign.threshold is None) != (sign.way in (Way.LESS_THAN_USUAL, Way.MORE_THAN_USUAL)):
        found.append("NO_THRESHOLD")
    if not 1 <= sign.days <= sign.of <= MOST_OF:
        found.append("DAYS")
    if sign.whom is not Whom.ME and not sign.message.strip():
        found.append("NO_MESSAGE")
    if sign.whom is Whom.CONTACT and sign.contact not in said_yes:
        found.append("NOT_YET_AGREED")
    if sign.until is None or now >= sign.until:
        found.append("ENDED")
    elif sign.until > now + LONGEST:
        found.append("TOO_LONG")
    if sign.paused:
        found.append("PAUSED")
    return found


def seen(sign: Sign, readings: Sequence[Reading], on: date, *, skewed: bool = False) -> Seen:
    """Say whether a sign is there on this day: on enough of the last days, measured, and by the person's own threshold.

    A day that was not measured counts neither way. With fewer measured days than the sign asks for nothing is said.
    """
    first = on - timedelta(days=sign.of - 1)
    here = [each for each in readings if first <= each.day <= on and each.value is not None]
    if len(here) < sign.days:
        return Seen("abstain", measured=len(here), reason="too_few_days")
    verdicts = [(each.day, _counts(sign, each, readings, skewed)) for each in here]
    if all(verdict is None for _, verdict in verdicts):
        return Seen("abstain", measured=len(here), reason="no_usual_yet")
    counted = tuple(sorted(day for day, verdict in verdicts if verdict))
    return Seen("seen" if len(counted) >= sign.days else "not_seen", counted, len(here))


def _counts(sign: Sign, reading: Reading, readings: Sequence[Reading], skewed: bool) -> bool | None:
    value = reading.value or 0.0
    if sign.threshold is not None:
        return value < sign.threshold if sign.way is Way.LESS else value > sign.threshold
    band = usual(readings, reading.day, reading.name, skewed=skewed)
    if band is None:
        return None
    return value < band[1] if sign.way is Way.LESS_THAN_USUAL else value > band[2]


def is_news(last: date | None, on: date) -> bool:
    """Say whether somebody may be told again: a sign that lasts is told of once a week at most."""
    return last is None or on - last >= timedelta(days=QUIET_DAYS)


TO = {Whom.ME: Recipient.PERSON, Whom.CONTACT: Recipient.OWN_CONTACT, Whom.CLINICIANS: Recipient.CARE_TEAM}


def use(sign: Sign) -> Use:
    """Give what must be said yes to before this sign may be looked for: its kind of data, for whoever is told."""
    purpose = Purpose.SELF_UNDERSTANDING if sign.whom is Whom.ME else Purpose.SAFETY
    return Use(measures.BY_NAME[sign.measure].category, purpose, TO[sign.whom])


def rule(sign: Sign) -> Phrase:
    """Give a sign's rule in words."""
    name = Phrase(f"{measures.WORDS}.{sign.measure}.name")
    blanks: dict[str, Any] = {"name": name, "days": sign.days, "of": sign.of}
    if sign.threshold is not None:
        blanks["value"] = measures.said(sign.measure, sign.threshold)
    return Phrase(f"{WORDS}.rule.{sign.way.replace('-', '_')}", blanks)
