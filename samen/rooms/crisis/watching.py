"""A person's own rule for being watched over: what is read, who is told, in which order, and what must never happen.

Nothing here sends anything: these are the rules that the page shows and the sending obeys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from samen.rights.words import Category, Purpose, Recipient, Use
from samen.rooms.crisis.reading import Level
from samen.words import say

LONGEST_RULE = timedelta(days=183)  # then the person is asked anew: half a year is long in somebody's life
QUIET_AFTER = timedelta(hours=24)  # one alert at a time: a second one only for something worse
FIRST_MINUTES = (0, 5, 15)  # the person's own time to say "this was wrong" before anybody is told
NEXT_MINUTES = (15, 30, 60)  # how long the first has to answer before the next is told
MOST_CONTACTS = 3
LOOK_BACK = timedelta(days=14)  # what was written before this is not read again


class Source(StrEnum):
    """Where the words were written. A place that is not here is never read."""

    COMPANION = "companion"
    JOURNAL = "journal"
    COMMUNITY = "community"


CATEGORY = {Source.COMPANION: Category.TALK, Source.JOURNAL: Category.NOTES, Source.COMMUNITY: Category.MESSAGES}


class Whom(StrEnum):
    """Who can be told. There is no police here, no emergency service and no welfare check, and none can be added."""

    CONTACT = "contact"  # somebody whom the person named, and who said yes
    CLINICIANS = "clinicians"  # those who care for them now
    LINE = "line"  # the service's own help line


RECIPIENT = {
    Whom.CONTACT: Recipient.OWN_CONTACT,
    Whom.CLINICIANS: Recipient.CARE_TEAM,
    Whom.LINE: Recipient.CARE_TEAM,
}


@dataclass(frozen=True)
class Step:
    """One who is told: the kind, and for a named contact which one."""

    whom: Whom
    contact: str = ""  # id of the contact


@dataclass(frozen=True)
class Rule:
    """What the person wrote. Every word of it is theirs."""

    steps: tuple[Step, ...]
    message: str  # what whoever is told will read
    never: str  # what must never happen; whoever is told reads it too
    level: Level  # from which level on
    first_minutes: int
    next_minutes: int
    language: str
    until: datetime
    paused: bool = False

    def on(self, now: datetime) -> bool:
        """Say whether the rule holds now."""
        return not self.paused and now < self.until


def uses(source: Source, steps: Sequence[Step]) -> frozenset[Use]:
    """Give what must be said yes to before words of this source may be read for these steps."""
    return frozenset(Use(CATEGORY[source], Purpose.SAFETY, RECIPIENT[step.whom]) for step in steps)


def problems(rule: Rule, now: datetime, *, said_yes: frozenset[str]) -> list[str]:
    """Give what is missing before a rule can work, as codes with their sentences in `crisis.watching.problem`."""
    found = []
    if not rule.steps:
        found.append("NOBODY")
    if any(step.whom is Whom.CONTACT and step.contact not in said_yes for step in rule.steps):
        found.append("NOT_YET_AGREED")
    if not rule.message.strip():
        found.append("NO_MESSAGE")
    if now >= rule.until:
        found.append("ENDED")
    if rule.until > now + LONGEST_RULE:
        found.append("TOO_LONG")
    if rule.paused:
        found.append("PAUSED")
    return found


def due(rule: Rule, step: int, at: datetime) -> datetime:
    """Give when a step is due for an alert of this moment, if nobody before it has answered."""
    return at + timedelta(minutes=rule.first_minutes + step * rule.next_minutes)


def is_new(level: Level, last: tuple[Level, datetime] | None, now: datetime) -> bool:
    """Say whether danger that was heard is news: nothing was told in the last day, or this is worse than what was."""
    return last is None or now - last[1] >= QUIET_AFTER or level > last[0]


@dataclass(frozen=True)
class Letter:
    """One mail in plain text."""

    subject: str
    body: str


def letter(
    rule: Rule, *, name: str, person: str, link: str, numbers: tuple[str, str], rehearsal: bool = False
) -> Letter:
    """Write what whoever is told reads: the person's own words, what must never happen, and what to do.

    `numbers` are the emergency number and a line to talk to. Nothing that was read stands in it.
    """
    words = "crisis.watching.mail"
    start = say(f"{words}.rehearsal", rule.language) if rehearsal else ""
    body = say(
        f"{words}.text",
        rule.language,
        name=name,
        person=person,
        message=rule.message,
        never=rule.never or say(f"{words}.nothing_written", rule.language),
        link=link,
        emergency=numbers[0],
        line=numbers[1],
    )
    return Letter(start + say(f"{words}.subject", rule.language, person=person), f"{start}\n\n{body}".lstrip())


def question(*, name: str, person: str, service: str, link: str, language: str) -> Letter:
    """Write the question to somebody whom a person named."""
    words = "crisis.watching.mail"
    body = say(f"{words}.ask", language, name=name, person=person, service=service, link=link)
    return Letter(say(f"{words}.ask_subject", language), body)
