"""Moments and days as people say them, in both languages."""

from datetime import date, datetime

from samen.words import say

CLOCK = {"en": "{0}:{1:02}", "nl": "{0}.{1:02} uur"}


def spoken(moment: datetime | date, now: datetime, language: str, *, clock: bool = False) -> str:
    """Say when something was or will be, seen from now: "today 9:02", "12 Nov", "3 Mar 2025".

    Takes:  a moment and now in the reader's own time zone, or a day without a time; clock: give the time on other days too.
    Gives:  today, yesterday and tomorrow by name (with the time, where there is one), the year only when it is another one.
    """
    day = moment.date() if isinstance(moment, datetime) else moment
    time = CLOCK[language].format(moment.hour, moment.minute) if isinstance(moment, datetime) else ""
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((day - now.date()).days)
    if near:
        return f"{say(f'web.times.{near}', language)} {time}".rstrip()
    return f"{_day(day, now.year, language)} {time if clock else ''}".rstrip()


def _day(day: date, this_year: int, language: str) -> str:
    year = "" if day.year == this_year else f" {day.year}"
    return f"{day.day} {say(f'web.times.month.m{day.month}', language)}{year}"
