"""When a service is open: hours by the week or the month in its own time zone, exceptions, and public holidays.

Clock times are wall times of the service's zone (an IANA name), so that summer time changes nothing on the door. Whole days: opens
and closes at the same time. Past midnight: closes before it opens.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
AHEAD = 21  # days looked ahead for the next opening
DAY = timedelta(days=1)


class State(StrEnum):
    """What can be said of a service at one moment."""

    OPEN = "open"
    CLOSED = "closed"
    UNSURE = "unsure"  # a holiday, and nobody said what happens then
    UNKNOWN = "unknown"  # nobody told the hours


class OnHoliday(StrEnum):
    """What a service does on a public holiday."""

    OPEN = "open"
    CLOSED = "closed"
    UNSURE = "unsure"


class BadHours(ValueError):
    """Hours that cannot be read: the message names the field."""


@dataclass(frozen=True)
class Rule:
    """One row of hours: on which days, from when to when; without a time it says that it is closed on those days."""

    days: tuple[tuple[int, int], ...]  # (weekday, which of the month: 0 every, 1 first, -1 last)
    opens: time | None
    closes: time | None
    month_days: tuple[int, ...] = ()
    first: date | None = None
    last: date | None = None
    every: int = 1  # weeks
    start: date | None = None  # from which the weeks are counted
    exception: bool = False  # takes the place of the other rows on its days

    def runs(self, day: date) -> bool:
        """Say whether this row is about a day."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            return False
        if self.every > 1:
            begun = self.start or self.first
            if begun is None or ((day - _monday(begun)).days // 7) % self.every:
                return False
        if self.month_days and day.day not in self.month_days:
            return False
        return not self.days or any(_is(day, weekday, which) for weekday, which in self.days)


@dataclass(frozen=True)
class Hours:
    """When a service is open."""

    zone: str
    rules: tuple[Rule, ...]
    on_holiday: OnHoliday = OnHoliday.UNSURE


@dataclass(frozen=True)
class Now:
    """What holds at one moment: the state, until when it is open, when it opens next, and which holiday it is."""

    state: State
    until: datetime | None = None
    next: datetime | None = None
    holiday: str = ""
    always: bool = False  # day and night, every day


@dataclass(frozen=True)
class Holiday:
    """One public holiday: a fixed day, or so many days after Easter Sunday."""

    id: str
    countries: tuple[str, ...]
    month: int = 0
    day: int = 0
    easter: int | None = None
    not_sunday: bool = False  # a day earlier when it falls on a Sunday (King's Day, NL)

    def on(self, year: int) -> date:
        """Give its day in a year."""
        if self.easter is not None:
            return easter(year) + timedelta(days=self.easter)
        found = date(year, self.month, self.day)
        return found - DAY if self.not_sunday and found.weekday() == 6 else found

    def is_on(self, day: date) -> bool:
        """Say whether it is on a day, without reckoning where month and day say enough."""
        if self.easter is None and not self.not_sunday:
            return (day.month, day.day) == (self.month, self.day)
        return self.on(day.year) == day


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Give Easter Sunday. Source: the anonymous Gregorian algorithm, Meeus, Astronomical Algorithms, 1991, chapter 8."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l_ = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * l_) // 433
    month = (h + l_ - 7 * m + 90) // 25
    return date(year, month, (h + l_ - 7 * m + 33 * month + 19) % 32)


def holidays_of(entries: Sequence[Mapping[str, Any]]) -> tuple[Holiday, ...]:
    """Read the table of public holidays."""
    return tuple(
        Holiday(
            id=each["id"],
            countries=tuple(each["countries"]),
            month=each.get("month", 0),
            day=each.get("day", 0),
            easter=each.get("easter"),
            not_sunday=each.get("not_sunday", False),
        )
        for each in entries
    )


def holiday_on(table: Sequence[Holiday], country: str, day: date) -> str:
    """Give which public holiday a day is in a country; empty for none."""
    return next((each.id for each in table if country in each.countries and each.is_on(day)), "")


def hours_of(schedules: Sequence[Mapping[str, Any]], zone: str, on_holiday: str = "unsure") -> Hours | None:
    """Read the schedules of a service (HSDS 3.0); None when it has none. Raises: BadHours."""
    if not schedules:
        return None
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError) as wrong:
        raise BadHours(f"time zone {zone!r}") from wrong
    return Hours(zone, tuple(_rule(each) for each in schedules), OnHoliday(on_holiday))


def _rule(row: Mapping[str, Any]) -> Rule:
    try:
        return Rule(
            days=tuple(_day(each.strip()) for each in str(row.get("byday") or "").split(",") if each.strip()),
            opens=_time(row.get("opens_at")),
            closes=_time(row.get("closes_at")),
            month_days=tuple(int(each) for each in str(row.get("bymonthday") or "").split(",") if each.strip()),
            first=_date(row.get("valid_from")),
            last=_date(row.get("valid_to") or row.get("until")),
            every=int(row.get("interval") or 1) if row.get("freq", "WEEKLY") == "WEEKLY" else 1,
            start=_date(row.get("dtstart")),
            exception=bool(row.get("exception", False)),
        )
    except (ValueError, TypeError, KeyError) as wrong:
        raise BadHours(f"schedule {row.get('id', '')}: {wrong}") from wrong


def _day(said: str) -> tuple[int, int]:
    if said[-2:].upper() not in DAYS:
        raise ValueError(f"byday {said!r}")
    return DAYS.index(said[-2:].upper()), int(said[:-2] or 0)


def _time(said: Any) -> time | None:
    """Read a clock time; an offset beside it (HSDS) is left out, since the zone says it, in summer and in winter."""
    if not said:
        return None
    return time.fromisoformat(str(said)).replace(tzinfo=None)


def _date(said: Any) -> date | None:
    return date.fromisoformat(str(said)[:10]) if said else None


def now_of(
    hours: Hours | None, at: datetime, *, table: Sequence[Holiday] = (), country: str = "", ahead: int = AHEAD
) -> Now:
    """Say whether a service is open at a moment, until when, and when it opens next within so many days."""
    if hours is None:
        return Now(State.UNKNOWN)
    zone = ZoneInfo(hours.zone)
    today = at.astimezone(zone).date()
    named = holiday_on(table, country, today)
    if is_always(hours):
        unsure = named and hours.on_holiday is OnHoliday.UNSURE
        return Now(State.UNSURE if unsure else State.OPEN, holiday=named, always=True)
    spans = sorted(_spans(hours, today - DAY, 2 + ahead, zone, table, country))
    running = [each for each in spans if each[0] <= at < each[1]]
    if running:
        until = _joined(spans, max(each[1] for each in running))
        unsure = named and hours.on_holiday is OnHoliday.UNSURE
        return Now(State.UNSURE if unsure else State.OPEN, until=until.astimezone(zone), holiday=named)
    coming = next((each[0] for each in spans if each[0] > at), None)
    return Now(State.CLOSED, next=coming.astimezone(zone) if coming else None, holiday=named)


def is_always(hours: Hours) -> bool:
    """Say whether it is open day and night, every day, without an end or an exception."""
    if hours.on_holiday is OnHoliday.CLOSED:
        return False
    whole: set[int] = set()
    for each in hours.rules:
        if each.exception:
            return False
        plain = not (each.first or each.last or each.month_days or each.every > 1)
        if plain and each.opens is not None and each.opens == each.closes:
            whole |= {weekday for weekday, which in each.days if which == 0}
    return len(whole) == len(DAYS)


def _spans(
    hours: Hours, first: date, days: int, zone: ZoneInfo, table: Sequence[Holiday], country: str
) -> Iterator[tuple[datetime, datetime]]:
    """Give the spans in which it is open that begin on these days, in UTC: two moments of one zone compare by their clocks."""
    for day in (first + timedelta(days=each) for each in range(days)):
        rules = [each for each in hours.rules if each.exception and each.runs(day)]
        if not rules:
            if hours.on_holiday is OnHoliday.CLOSED and holiday_on(table, country, day):
                continue
            rules = [each for each in hours.rules if not each.exception and each.runs(day)]
        for each in rules:
            if each.opens is None or each.closes is None:
                continue
            ends = day if each.closes > each.opens else day + DAY
            yield (
                datetime.combine(day, each.opens, zone).astimezone(UTC),
                datetime.combine(ends, each.closes, zone).astimezone(UTC),
            )


def _joined(spans: Sequence[tuple[datetime, datetime]], until: datetime) -> datetime:
    """Go on where the next span begins as the last one ends, such as over midnight."""
    for begins, ends in spans:
        if begins <= until < ends:
            until = ends
    return until


def _is(day: date, weekday: int, which: int) -> bool:
    if day.weekday() != weekday:
        return False
    if which == 0:
        return True
    if which > 0:
        return (day.day - 1) // 7 + 1 == which
    return (day + timedelta(days=7 * -which)).month != day.month and (
        day + timedelta(days=7 * (-which - 1))
    ).month == day.month


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
