"""When a text turns out to be wrong: which turns showed it, by the exercise, the screen, and the times in which that version talked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

MARGIN = timedelta(
    minutes=1
)  # a turn that was under way while another version was approved may still have said the old words
SHIPPED = "shipped"  # the version that came with the product, as against this service's own

Span = tuple[datetime | None, datetime | None]  # from and until; None: ever since, or still
ALWAYS: tuple[Span, ...] = ((None, None),)


@dataclass(frozen=True)
class Wrong:
    """What was wrong: somewhere in these exercises, or on one screen of one, while a version talked."""

    modules: tuple[str, ...]
    screen: str = ""
    spans: tuple[Span, ...] = ALWAYS


def within(at: datetime, spans: Sequence[Span]) -> bool:
    """Say whether a moment lies in one of these times, each a little longer than it was: rather one too many is told."""
    return any(
        (begins is None or at >= begins - MARGIN) and (ends is None or at <= ends + MARGIN) for begins, ends in spans
    )


def between(own: Sequence[Span]) -> tuple[Span, ...]:
    """Give the times between these, in order: while none of the service's own versions talked, the shipped one did."""
    made: list[Span] = []
    begins: datetime | None = None
    for start, end in own:
        made.append((begins, start))
        begins = end
        if end is None:
            return tuple(made)
    return (*made, (begins, None))


def showed(wrong: Wrong, reply: Mapping[str, Any]) -> bool:
    """Say whether a reply said something of what was wrong: by its keys, or for one of before these were kept by its place."""
    keys = [key for key, _ in reply.get("says", ())] or [f"s/{reply.get('node', '')}"]
    for key in keys:
        kind, _, rest = key.partition("/")
        module, _, place = rest.partition("/")
        if kind not in ("s", "w", "l", "n", "a") or module not in wrong.modules:
            continue
        if not wrong.screen or (kind == "s" and place.partition("/")[0] == wrong.screen):
            return True
    return False
