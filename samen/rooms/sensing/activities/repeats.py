"""When something that a person planned comes round: every repeat of LAMP, on the person's own clock, never in quiet hours.

A time that the clock skips in spring comes an hour later that day; one that it shows twice comes once. What falls in quiet
hours comes when they end, once. Nothing is counted, and what was let go is not made up for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from samen.people.clocks import zones

EVERY_HOURS = {"hourly": 1, "every3h": 3, "every6h": 6, "every12h": 12}
WEEKDAYS = {"biweekly": (1, 3), "triweekly": (0, 2, 4)}  # Monday is 0. LAMP: biweekly is Tuesday and Thursday
EVERY_DAYS = {"daily": 1, "weekly": 7, "fortnightly": 14}
EVERY_MONTHS = {"monthly": 1, "bimonthly": 2}
REPEATS = (*EVERY_HOURS, "daily", "weekly", "biweekly", "triweekly", "fortnightly", *EVERY_MONTHS, "custom", "none")
MOST_TIMES = 8  # times a day of `custom`
LONGEST = timedelta(days=366)  # every plan ends; a new one is one press
STAYS = timedelta(days=1)  # how long a line stays when nothing is done with it; then it goes by itself
AHEAD_DAYS = 70  # bimonthly comes at most 62 days later
LAST_OF_MONTH = 28  # a plan that begins on a later day comes on the last day of shorter months


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing comes, on the person's clock; they may go over midnight. Begin and end alike: no quiet hours."""

    begins: time
    ends: time

    def holds(self, at: time) -> bool:
        """Say whether a time lies in quiet hours: their beginning does, their end does not."""
        if self.begins == self.ends:
            return False
        if self.begins < self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True)
class Plan:
    """What a person planned."""

    what: str  # id of an activity
    repeat: str
    starts: date  # the first day, on their clock
    at: time
    zone: str
    until: date  # the last day, on their clock
    times: tuple[time, ...] = ()  # custom: times of each day
    quiet: Quiet | None = None


def moments(plan: Plan, after: datetime, before: datetime) -> tuple[datetime, ...]:
    """Give the moments after one and not after the other, in UTC and in order, each once."""
    zone = ZoneInfo(plan.zone)
    day = max(plan.starts, after.astimezone(zone).date() - timedelta(days=2))
    last = min(plan.until, before.astimezone(zone).date() + timedelta(days=1))
    found: set[datetime] = set()
    while day <= last:
        for at in _times(plan, day):
            moved = _out_of_quiet(plan, day, at)
            if moved is not None:
                found.add(datetime.combine(*moved, zone).astimezone(UTC))
        day += timedelta(days=1)
    return tuple(each for each in sorted(found) if after < each <= before)


def _times(plan: Plan, day: date) -> Iterator[time]:
    """Give the times of one day, as they stand on the clock."""
    repeat = plan.repeat
    if repeat in EVERY_HOURS:
        step = EVERY_HOURS[repeat]
        for hour in range(plan.at.hour % step, 24, step):
            at = plan.at.replace(hour=hour)
            if day > plan.starts or at >= plan.at:
                yield at
    elif repeat == "custom":
        yield from plan.times
    elif _comes(plan, day):
        yield plan.at


def _comes(plan: Plan, day: date) -> bool:
    repeat, since = plan.repeat, (day - plan.starts).days
    if repeat in EVERY_DAYS:
        return since % EVERY_DAYS[repeat] == 0
    if repeat in WEEKDAYS:
        return day.weekday() in WEEKDAYS[repeat]
    if repeat in EVERY_MONTHS:
        months = (day.year - plan.starts.year) * 12 + day.month - plan.starts.month
        return months % EVERY_MONTHS[repeat] == 0 and day.day == _day_in(day, plan.starts.day)
    return since == 0  # none: once


def _day_in(month: date, wanted: int) -> int:
    """Give the day of a month that a plan of the 29th, 30th or 31st comes on."""
    if wanted <= LAST_OF_MONTH:
        return wanted
    following = (month.replace(day=LAST_OF_MONTH) + timedelta(days=4)).replace(day=1)
    return min(wanted, (following - timedelta(days=1)).day)


def _out_of_quiet(plan: Plan, day: date, at: time) -> tuple[date, time] | None:
    """Give the day and time when quiet hours are over; None where that is after the last day."""
    if plan.quiet is None or not plan.quiet.holds(at):
        return day, at
    if plan.quiet.begins > plan.quiet.ends and at >= plan.quiet.begins:
        day += timedelta(days=1)
    return (day, plan.quiet.ends) if day <= plan.until else None


def next_after(plan: Plan, after: datetime) -> datetime | None:
    """Give the first moment after this one; None when the plan is over by then."""
    begins = datetime.combine(plan.starts, time(0), ZoneInfo(plan.zone)).astimezone(UTC) - timedelta(days=1)
    start = max(after, begins)
    return next(iter(moments(plan, start, start + timedelta(days=AHEAD_DAYS))), None)


def due(plan: Plan, since: datetime, now: datetime) -> datetime | None:
    """Give the newest moment that has come, was not dealt with (`since`), and is not so old that it went by itself."""
    come = moments(plan, max(since, now - STAYS), now)
    return come[-1] if come else None


def read(given: Mapping[str, Sequence[str]], what: Sequence[str], now: datetime) -> Plan | str:
    """Read what somebody filled in; gives the code of what is missing (a key of sensing.planning.problem) instead."""
    chosen, repeat, zone = (_one(given, name) for name in ("what", "repeat", "zone"))
    if chosen not in what:
        return "what"
    if repeat not in REPEATS:
        return "repeat"
    if zone not in zones():
        return "zone"
    at = _time(_one(given, "at"))
    times = tuple(sorted({each for text in given.get("times", ()) if (each := _time(text)) is not None}))
    if repeat == "custom":
        if not 1 <= len(times) <= MOST_TIMES:
            return "times"
        at = times[0]
    if at is None:
        return "at"
    starts, until = _day(_one(given, "starts")), _day(_one(given, "until"))
    if starts is None:
        return "starts"
    if repeat == "none":
        until = starts + timedelta(days=1)  # so that what falls in quiet hours of that night still comes
    if until is None or not starts <= until <= now.astimezone(ZoneInfo(zone)).date() + LONGEST:
        return "until"
    begins, ends = _time(_one(given, "quiet_begins")), _time(_one(given, "quiet_ends"))
    quiet = Quiet(begins, ends) if begins is not None and ends is not None else None
    made = Plan(chosen, repeat, starts, at, zone, until, times if repeat == "custom" else (), quiet)
    return made if next_after(made, now) else "over"


def plain(plan: Plan) -> dict[str, object]:
    """Give a plan as it is kept."""
    return {
        "what": plan.what,
        "repeat": plan.repeat,
        "starts": plan.starts.isoformat(),
        "at": plan.at.isoformat("minutes"),
        "zone": plan.zone,
        "until": plan.until.isoformat(),
        "times": [each.isoformat("minutes") for each in plan.times],
        "quiet": [each.isoformat("minutes") for each in (plan.quiet.begins, plan.quiet.ends)] if plan.quiet else None,
    }


def planned(body: Mapping[str, object]) -> Plan:
    """Read a plan as it was kept."""
    quiet = body["quiet"]
    times = body["times"]
    return Plan(
        what=str(body["what"]),
        repeat=str(body["repeat"]),
        starts=date.fromisoformat(str(body["starts"])),
        at=time.fromisoformat(str(body["at"])),
        zone=str(body["zone"]),
        until=date.fromisoformat(str(body["until"])),
        times=tuple(time.fromisoformat(str(each)) for each in times) if isinstance(times, list) else (),
        quiet=Quiet(*(time.fromisoformat(str(each)) for each in quiet)) if isinstance(quiet, list) else None,
    )


def _one(given: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(given.get(name, ())), "").strip()


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip()[:5])
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
