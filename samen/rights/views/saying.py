"""Values of the ring as sentences for a reader: uses, findings, decisions, cases. Shared by the pages of this floor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.translation import get_language

from samen.rights import door
from samen.rights.body import Body, tell
from samen.rights.incidents import Kind
from samen.rights.oversight import State, Verdict
from samen.rights.store.cases import Open
from samen.rights.store.inference import Shown
from samen.rights.store.mine import NotRun
from samen.rights.words import Item, Phrase, Use
from samen.words import NoSuchSentence, has, say


def language() -> str:
    """Give the reader's language."""
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def sentence(key: str, **values: object) -> str:
    """Give a sentence in the reader's language."""
    return say(key, language(), **values)


def day(at: datetime) -> str:
    """Say a day as people write it: 12 November, with the year when it is another one."""
    local = timezone.localtime(at)
    return str(formats.date_format(local, "j F" if local.year == timezone.localdate().year else "j F Y"))


def clock(at: datetime) -> str:
    """Say a time of day as people write it: 14:05, in Dutch 14.05."""
    return str(formats.time_format(timezone.localtime(at), "G.i" if language() == "nl" else "G:i"))


def address(name: str, *args: object) -> str:
    """Give the address of a page by name, empty when nobody brings it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def use_words(use: Use, *, short: bool = False) -> str:
    """Say one use: what is read, what for, who sees what comes out."""
    return sentence(
        f"rights.me.run.{'use_short' if short else 'use'}",
        category=sentence(f"rights.category.{use.category}"),
        purpose=sentence(f"rights.purpose.{use.purpose}"),
        recipient=sentence(f"rights.recipient.{use.recipient}"),
    )


def name_of(system: str, part: str = "name") -> str:
    """Give a system's name, or its short name; its id when it is no longer in the product."""
    found = door.system(system) or door.stream(system)
    key = f"{found.manifest.words}.{part}" if found else ""
    return sentence(key) if key and has(key) else system


def told(phrase: Phrase) -> str:
    """Say a phrase; a sentence that the product no longer has is said to be unreadable."""
    try:
        return tell(phrase, language())
    except NoSuchSentence:
        return sentence("rights.me.said.unreadable")


@dataclass(frozen=True)
class Finding:
    """One thing that AI said, as a line of a list."""

    id: UUID
    at: datetime
    system: str
    name: str
    state: State
    says: str  # what it says, or why it says nothing
    by: str  # who decided; empty when nobody did
    decided: str  # the decision as a sentence, or who decides by when
    until: str  # when a human has looked at the latest; empty when nobody must
    changed: str  # what the human made of it
    n: int  # things read
    misfit: bool


def finding(shown: Shown, marks: Mapping[UUID | None, list[Open]]) -> Finding:
    """Put one inference in words. What is held is not said."""
    held = shown.state is State.HELD and shown.due is not None
    return Finding(
        id=shown.id,
        at=shown.at,
        system=shown.system,
        name=name_of(shown.system, "short"),
        state=shown.state,
        says=_says(shown),
        by=shown.decided.by if shown.decided else "",
        decided=_decided(shown),
        until=_until(shown),
        changed=shown.decided.changed if shown.decided else "",
        n=len(shown.body.items) if shown.body and not held else 0,
        misfit=any(each.kind is Kind.MISFIT for each in marks.get(shown.id, ())),
    )


def _until(shown: Shown) -> str:
    """Give the day by which a human has looked, with the time where that is the same day: an alert waits for minutes."""
    if shown.due is None:
        return ""
    soon = shown.due - shown.at < timedelta(days=1)
    return f"{day(shown.due)}, {clock(shown.due)}" if soon else day(shown.due)


def _says(shown: Shown) -> str:
    match shown.state:
        case State.HELD:
            role = sentence(f"rights.role.{shown.reviewer}")
            return sentence("rights.me.said.held", role=role, day=_until(shown))
        case State.REJECTED:
            return sentence("rights.me.said.rejected")
        case State.CLEARED:
            return sentence("rights.me.said.cleared")
        case State.RELEASED:
            return told(shown.body.explanation.says) if shown.body else sentence("rights.me.said.unreadable")


def _decided(shown: Shown) -> str:
    if shown.decided is not None:
        return sentence(f"rights.verdict.{Verdict(shown.decided.verdict)}", name=shown.decided.by)
    if shown.state is State.HELD and shown.due is not None:
        role = sentence(f"rights.role.{shown.reviewer}")
        return sentence("rights.me.said.waits", role=role[:1].upper() + role[1:], day=_until(shown))
    return ""


@dataclass(frozen=True)
class NotRunLine:
    """What did not run, with the name of the system."""

    name: str
    row: NotRun


def not_run(rows: Sequence[NotRun]) -> list[NotRunLine]:
    """Put names to what did not run."""
    return [NotRunLine(name_of(each.system, "short"), each) for each in rows]


@dataclass(frozen=True)
class Why:
    """An explanation in the reader's words."""

    says: str
    factors: tuple[str, ...]
    would_change: str
    sure: str
    decides: str
    object: str
    items: tuple["Read", ...]


@dataclass(frozen=True)
class Read:
    """One thing that was read, with the day it is of and where it stands."""

    label: str
    category: str
    at: datetime | None
    href: str


def why(body: Body) -> Why:
    """Put a finding's explanation in words, with each thing that was read."""
    part = body.explanation
    return Why(
        says=told(part.says),
        factors=tuple(map(told, part.factors)),
        would_change=told(part.would_change),
        sure=told(part.sure),
        decides=told(part.decides),
        object=told(part.object),
        items=tuple(map(_read, body.items)),
    )


def _read(item: Item) -> Read:
    kind, _, name = item.ref.partition("/")
    return Read(
        label=told(Phrase(item.label, {key: _blank(value) for key, value in item.values.items()})),
        category=sentence(f"rights.category.{item.category}"),
        at=item.at,
        href=address("record:resource", kind, name) if name else "",
    )


def _blank(value: Any) -> Any:
    """Read a blank back that was a phrase before it was kept."""
    if isinstance(value, dict) and set(value) == {"key", "values"}:
        return Phrase(value["key"], {key: _blank(each) for key, each in value["values"].items()})
    return value
