"""When a questionnaire is offered after an exercise: never twice in the weeks that it asks about, and not against a no."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

NEVER = "never"
NOT_NOW = timedelta(days=14)  # how long "not now" holds


def offered(
    fits: Sequence[str],
    said: Mapping[str, str],
    last: Mapping[str, datetime],
    asks_about: Mapping[str, int],
    now: datetime,
) -> str:
    """Give which questionnaire to offer; empty for none.

    Takes:  those that fit, the best first; what was said to each before (`NEVER`, or until when "not now" holds, in ISO
            form); when each was last filled in; how many days each asks about.
    """
    for name in fits:
        answer, filled = said.get(name, ""), last.get(name)
        if answer == NEVER or (answer and datetime.fromisoformat(answer) > now) or name not in asks_about:
            continue
        if filled is None or now - filled >= timedelta(days=asks_about[name]):
            return name
    return ""
