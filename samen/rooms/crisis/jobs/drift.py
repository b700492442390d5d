"""Each night: does what the line hears change? Says so to the operator and on the page; stops nothing by itself."""

import logging
from datetime import date, datetime, timedelta

from django.utils import timezone

from samen.rights import door as rights
from samen.rooms.crisis import drift, systems
from samen.rooms.crisis.store import drift as store

log = logging.getLogger("samen.crisis")

NIGHT = 4  # the hour at which it looks, in the service's time
_LOOKED: dict[str, date] = {}  # the day on which this process last looked


def version() -> str:
    """Give what hears now as one digest: with another model or other thresholds a new reference period begins."""
    return systems.version(systems.hears())


def look(now: datetime) -> int:
    """Compare the last weeks with the reference; gives how many new notices were written."""
    here, new = version(), 0
    for language in store.languages(here):
        seen = drift.look(drift.weeks(store.counted(language, here), timezone.localdate(now)))
        for sign in seen.signs:
            if sign.out and store.tell(language, here, sign, at=now):
                new += 1
                log.error(
                    "What the help line hears has changed (%s, %s). Somebody who leads care looks at /line/drift.",
                    language,
                    sign.name,
                )
    return new


def look_each_minute(now: datetime) -> None:
    """Look once each night."""
    today = timezone.localdate(now)
    if timezone.localtime(now).hour == NIGHT and _LOOKED.get("last", today - timedelta(days=1)) < today:
        look(now)
        _LOOKED["last"] = today


def register() -> None:
    """Tell the timetable when to look."""
    rights.every_minute("crisis-drift", look_each_minute)
