"""What follows when a person writes where they asked to be watched over, and what is due to be told. Runs in the background.

A watch never stands in the way of writing: the words are kept first, and read after.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django_tasks import task

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.jobs.links import address
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.rights import gate
from samen.rights.words import Denied, Held, Released
from samen.rooms.crisis import numbers, systems, watching
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import contacts
from samen.rooms.crisis.store import watching as store
from samen.rooms.crisis.triage import Urgency
from samen.rooms.crisis.watching import Letter, Rule, Source, Whom
from samen.words import say

log = logging.getLogger("samen.crisis")


@task()
def look(*, person: str, source: str) -> str:
    """Read what a person wrote in one place, if their own rule says so. Gives what came of it, for the task's log."""
    return heard(UUID(person), Source(source), now=timezone.now())


def heard(person: UUID, source: Source, *, now: datetime) -> str:
    """Run the watch for one place of one person; danger as their rule names it becomes an alert."""
    access = store.by_own_rule(person)
    kept = store.newest(access)
    if kept is None or not kept.rule.on(now):
        return "off"
    uses = watching.uses(source, kept.rule.steps)
    match gate.run(systems.WATCH, person=person, uses=uses):
        case Denied(code=code):
            return code
        case Held():
            return "held"
        case Released(record=record, finding=finding):
            level = Level(finding.value["level"])
            if level < kept.rule.level:
                return "heard nothing that the rule names"
            raised = store.raise_alert(access, kept, source, level, record, at=now)
            return "alert" if raised else "was told before"


def tell_who_is_due(now: datetime) -> int:
    """Tell everybody whose turn has come, and finish what a crash cut off. Gives how many mails left."""
    gone = 0
    for person, alert, step in store.unsent(now):
        access = store.by_own_rule(person)
        gone += _send(access, store.tell_again(access, alert, step, team(person, now)), now)
    for person, alert, step in store.due(now):
        access = store.by_own_rule(person)
        gone += _send(access, store.tell(access, alert, step, team(person, now), at=now), now)
    return gone


def _send(access: Allowed, mails: Sequence[store.Mail], now: datetime) -> int:
    kept = store.newest(access)
    if kept is None or not mails:
        return 0
    name, left = called(access.person), 0
    for each in mails:
        link = address("crisis:told", each.token)
        letter = watching.letter(kept.rule, name=each.name, person=name, link=link, numbers=two_numbers(kept.rule, now))
        try:
            if each.whom is Whom.LINE:
                _ask_line(access, kept.rule, each.told, now)
            else:
                post(letter, each.to)
        except (OSError, SMTPException) as wrong:
            log.error("A mail of a watch did not leave (%s). It is tried again in a minute.", type(wrong).__name__)
            continue
        left += 1
        store.sent(each.told, each.token, at=now)
    return left


def _ask_line(access: Allowed, rule: Rule, alert: UUID, now: datetime) -> None:
    """Put the person in the queue of the help line as somebody who says "now", with the words of their rule."""
    mine = contacts.begin_for(replace(access, scope=Scope.TALK), "web", now=now)
    text = say("crisis.watching.to_line", rule.language, message=rule.message, never=rule.never or "–")
    contacts.say_urgency(mine.access, mine.contact, Urgency.NOW)
    contacts.write(mine.access, mine.contact, text, client_id=f"watch-{alert}", at=now)


def post(letter: Letter, to: str) -> None:
    """Send one mail. Raises: OSError or SMTPException when it did not leave; it is tried again a minute later."""
    EmailMessage(letter.subject, letter.body, to=[to]).send()


def called(person: UUID) -> str:
    """Give the name by which the person is known to the service, as their contacts know them."""
    own = Allowed(person=person, scope=Scope.CONTACT, ground=Ground.OWN, role=Role.PERSON, actor=None)
    return people.name_of(own)


def team(person: UUID, now: datetime) -> dict[str, str]:
    """Give those who treat the person now: address to name."""
    access = store.by_own_rule(person)
    return {
        care.account.email: care.account.get_full_name()
        for care in people.team_of(access, now)
        if Duty.DECIDE in CARDS[Role(care.role)].duties
    }


def two_numbers(rule: Rule, now: datetime) -> tuple[str, str]:
    """Give the emergency number and a line to talk to, from the dated directory of the service's country."""
    mine = numbers.of_country(numbers.load(rule.language, timezone.localdate(now)), settings.SAMEN.country)
    urgent = next(each for each in mine if each.urgent)
    line = next((each for each in mine if not each.urgent), urgent)
    return urgent.shown, f"{line.name} {line.shown}"


def when_written(person: UUID, kind: str) -> None:
    """Queue a look at the journal after the person wrote there. Called by the record, inside its transaction."""
    if store.is_on(store.by_own_rule(person), timezone.now()):
        look.enqueue(person=str(person), source=Source.JOURNAL.value)
