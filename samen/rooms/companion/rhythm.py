"""A rhythm by somebody's own wish: on which days, at what time on their clock, what, and until when. Nobody has one by default."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from samen.people.clocks import zones

STAYS = timedelta(days=2)  # how long a line stays when nothing is done with it; then it goes by itself
LONGEST = timedelta(days=366)  # every rhythm ends; a new one is one press
ASK = "ask."  # before the name of a questionnaire; all else is an exercise
DAYS = range(7)  # Monday is 0


@dataclass(frozen=True)
class Rhythm:
    """What somebody wished for."""

    what: str
    days: tuple[int, ...]
    at: time
    zone: str
    until: date  # the last day, as it is on their clock


def moment(rhythm: Rhythm, day: date) -> datetime:
    """Give the moment on a day, in UTC. A time that the clock skips in spring comes an hour later; one that it shows twice comes once."""
    return datetime.combine(day, rhythm.at, ZoneInfo(rhythm.zone)).astimezone(UTC)


def next_after(rhythm: Rhythm, after: datetime) -> datetime | None:
    """Give the first moment after this one; None when the rhythm is over by then."""
    return next((each for each in _from(rhythm, after) if each > after), None)


def _from(rhythm: Rhythm, start: datetime) -> Iterator[datetime]:
    """Give the moments from about this one on, until the last day."""
    day = start.astimezone(ZoneInfo(rhythm.zone)).date() - timedelta(days=1)
    for ahead in range(9):  # the week to come, and a day on either side
        each = day + timedelta(days=ahead)
        if each.weekday() in rhythm.days and each <= rhythm.until:
            yield moment(rhythm, each)


def due(rhythm: Rhythm, since: datetime, now: datetime) -> datetime | None:
    """Give the newest moment that has come, was not dealt with (`since`), and is not so old that it went by itself."""
    start = max(since, now - STAYS)
    come = [each for each in _from(rhythm, start) if start < each <= now]
    return come[-1] if come else None


def read(given: Mapping[str, Sequence[str]], what: Sequence[str], now: datetime) -> Rhythm | str:
    """Read what somebody filled in; gives the code of what is missing (a key of companion.rhythm.problem) instead."""
    chosen = (*given.get("what", ()), "")[0]
    if chosen not in what:
        return "what"
    days = tuple(sorted({int(each) for each in given.get("days", ()) if each.isdecimal() and int(each) in DAYS}))
    if not days:
        return "days"
    zone = (*given.get("zone", ()), "")[0]
    if zone not in zones():
        return "zone"
    try:
        at = time.fromisoformat((*given.get("at", ()), "")[0][:5])
    except ValueError:
        return "at"
    today = now.astimezone(ZoneInfo(zone)).date()
    try:
        until = date.fromisoformat((*given.get("until", ()), "")[0])
    except ValueError:
        return "until"
    made = Rhythm(chosen, days, at, zone, until)
    return made if until <= today + LONGEST and next_after(made, now) else "until"


def plain(rhythm: Rhythm) -> dict[str, object]:
    """Give a rhythm as it is kept."""
    return {
        "what": rhythm.what,
        "days": rhythm.days,
        "at": rhythm.at.isoformat("minutes"),
        "zone": rhythm.zone,
        "until": rhythm.until.isoformat(),
    }


def kept(body: Mapping[str, Any]) -> Rhythm:
    """Read a rhythm as it was kept."""
    return Rhythm(
        what=body["what"],
        days=tuple(body["days"]),
        at=time.fromisoformat(body["at"]),
        zone=body["zone"],
        until=date.fromisoformat(body["until"]),
    )
