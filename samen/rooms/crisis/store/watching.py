"""A person's own watch, kept: contacts, rules, alerts, and who was told. Each row is theirs alone and sealed.

Telling somebody is a disclosure: row and ledger entry stand before the mail goes out, so that nothing leaves unseen.
"""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Role, Scope
from samen.people.sealing import Unreadable
from samen.rooms.crisis import watching
from samen.rooms.crisis.models.watching import Alert, OwnContact, Told, WatchRule
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.watching import Rule, Source, Step, Whom

ABOUT_CONTACT = "crisis.own-contact"
ABOUT_RULE = "crisis.watch-rule"
SALT = 16


@dataclass(frozen=True)
class Contact:
    """Somebody whom the person named."""

    id: UUID
    name: str
    email: str
    said_yes: bool
    said_no: bool


@dataclass(frozen=True)
class KeptRule:
    """A rule with where it is kept."""

    id: UUID
    at: datetime
    rule: Rule


@dataclass(frozen=True)
class Mail:
    """One mail to send: who gets it, and the secret of the link in it. Lives only until it is sent."""

    told: UUID
    whom: Whom
    name: str
    to: str
    token: str


@dataclass(frozen=True)
class Alarm:
    """An alert as its person reads it: when, from where, who was told, how it ended."""

    id: UUID
    record: UUID | None
    source: Source
    level: Level
    at: datetime
    ended_by: str
    rule: Rule
    told: tuple[Told, ...]


def by_own_rule(person: UUID) -> Allowed:
    """Give the access under which a person's own rule is carried out while they are not here: their own, and no further."""
    return Allowed(person=person, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=None)


def _own(access: Allowed) -> None:
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("A watch is the person's own: nobody else sets it up, reads it or stops it.")


# --- contacts ---------------------------------------------------------------------------------------------------------


def name_contact(access: Allowed, name: str, email: str, *, at: datetime) -> tuple[UUID, str]:
    """Name somebody, who must say yes themselves before anything is told to them. Gives the id and the secret of their link.

    Raises: NotAllowed; ValueError when there are as many as may be.
    """
    _own(access)
    if OwnContact.objects.filter(person=access.person, said_no_at=None).count() >= watching.MOST_CONTACTS:
        raise ValueError("TOO_MANY")
    token = secrets.token_urlsafe(24)
    sealed = people.sealer(access.person).seal(json.dumps({"name": name, "email": email}), ABOUT_CONTACT)
    row = OwnContact.objects.create(person_id=access.person, body=sealed, token_hash=_hash(token), asked_at=at)
    return row.id, token


def contacts(access: Allowed) -> list[Contact]:
    """Give whom the person named, in the order of naming."""
    _own(access)
    sealer = people.sealer(access.person)
    rows = OwnContact.objects.filter(person=access.person).order_by("asked_at")
    return [_contact(row, sealer) for row in rows]


def _contact(row: OwnContact, sealer: people.Sealer) -> Contact:
    said = json.loads(sealer.open_text(row.body, ABOUT_CONTACT))
    return Contact(row.id, said["name"], said["email"], row.said_yes_at is not None, row.said_no_at is not None)


def remove_contact(access: Allowed, contact: UUID) -> bool:
    """Forget somebody whom the person named; False when there was nobody."""
    _own(access)
    return bool(OwnContact.objects.filter(id=contact, person=access.person).delete()[0])


def asked(token: str) -> OwnContact | None:
    """Give the contact whose link this is. Whoever holds the link reads nothing about the person with it."""
    return OwnContact.objects.filter(token_hash=_hash(token)).first()


def answer(token: str, *, yes: bool, at: datetime) -> bool:
    """Let a contact say yes or no, and change their mind; False when the link is nobody's."""
    said = {"said_yes_at": at, "said_no_at": None} if yes else {"said_yes_at": None, "said_no_at": at}
    return bool(OwnContact.objects.filter(token_hash=_hash(token)).update(**said))


# --- the rule ---------------------------------------------------------------------------------------------------------


def write(access: Allowed, rule: Rule, *, at: datetime) -> UUID:
    """Keep a new rule: from now on it alone holds. Raises: NotAllowed, ValueError for a rule without an end."""
    _own(access)
    if not at < rule.until <= at + watching.LONGEST_RULE:
        raise ValueError("TOO_LONG")
    said = {
        "steps": [[step.whom, step.contact] for step in rule.steps],
        "message": rule.message,
        "never": rule.never,
        "first": rule.first_minutes,
        "next": rule.next_minutes,
        "language": rule.language,
    }
    sealed = people.sealer(access.person).seal(json.dumps(said), ABOUT_RULE)
    return WatchRule.objects.create(person_id=access.person, body=sealed, level=rule.level, at=at, until=rule.until).id


def newest(access: Allowed) -> KeptRule | None:
    """Give the rule that holds, paused or not; nothing when the person never wrote one."""
    _own(access)
    row = WatchRule.objects.filter(person=access.person).order_by("-at").first()
    return _rule(row) if row else None


def _rule(row: WatchRule) -> KeptRule:
    said = json.loads(people.sealer(row.person_id).open_text(row.body, ABOUT_RULE))
    rule = Rule(
        steps=tuple(Step(Whom(whom), contact) for whom, contact in said["steps"]),
        message=said["message"],
        never=said["never"],
        level=Level(row.level),
        first_minutes=said["first"],
        next_minutes=said["next"],
        language=said["language"],
        until=row.until,
        paused=row.paused_at is not None,
    )
    return KeptRule(row.id, row.at, rule)


def pause(access: Allowed, *, on: bool, at: datetime) -> bool:
    """Pause the watch at once, with what was about to be told, or take it up again; False when there is no rule."""
    _own(access)
    with transaction.atomic():
        if on:
            _end(access.person, "stopped", at)
        row = WatchRule.objects.filter(person=access.person).order_by("-at").first()
        if row is None:
            return False
        row.paused_at = at if on else None
        row.save(update_fields=["paused_at"])
    return True


def is_on(access: Allowed, now: datetime) -> bool:
    """Say whether a rule holds now. One query that opens nothing: every page of the person asks it."""
    _own(access)
    row = WatchRule.objects.filter(person=access.person).order_by("-at").values_list("until", "paused_at").first()
    return row is not None and row[1] is None and now < row[0]


# --- alerts -----------------------------------------------------------------------------------------------------------


def raise_alert(
    access: Allowed, kept: KeptRule, source: Source, level: Level, record: UUID, *, at: datetime
) -> UUID | None:
    """Keep that danger was heard; nothing when an alert of the last day already says so, or says worse."""
    _own(access)
    with transaction.atomic():
        holds = WatchRule.objects.select_for_update().filter(id=kept.id, paused_at=None).first()
        if holds is None or Alert.objects.filter(person=access.person, record=record).exists():
            return None
        last = Alert.objects.filter(person=access.person, record__isnull=False).exclude(ended_by="wrong")
        before = last.order_by("-at").values_list("level", "at").first()
        if not watching.is_new(level, (Level(before[0]), before[1]) if before else None, at):
            return None
        alert = Alert.objects.create(
            person_id=access.person, rule=holds, record=record, source=source, level=level, at=at
        )
    return alert.id


def alerts(access: Allowed) -> list[Alarm]:
    """Give every alert of the person, newest first, with who was told."""
    _own(access)
    rows = Alert.objects.filter(person=access.person).select_related("rule").prefetch_related("told").order_by("-at")
    return [_alarm(row) for row in rows]


def _alarm(row: Alert) -> Alarm:
    return Alarm(
        id=row.id,
        record=row.record,
        source=Source(row.source),
        level=Level(row.level),
        at=row.at,
        ended_by=row.ended_by,
        rule=_rule(row.rule).rule,
        told=tuple(sorted(row.told.all(), key=lambda each: each.step)),
    )


def end(access: Allowed, alert: UUID, why: str, *, at: datetime) -> bool:
    """End an alert: "wrong" by the person; nobody more is told. False when it had ended."""
    _own(access)
    return bool(Alert.objects.filter(id=alert, person=access.person, ended_at=None).update(ended_at=at, ended_by=why))


def _end(person: UUID, why: str, at: datetime) -> int:
    return Alert.objects.filter(person=person, ended_at=None).update(ended_at=at, ended_by=why)


def due(now: datetime) -> list[tuple[UUID, UUID, int]]:
    """Give the next step of every open alert whose time has come: (person, alert, step). Opens each rule under its own key."""
    found = []
    rows = Alert.objects.filter(ended_at=None).select_related("rule").annotate(last=Max("told__step"))
    for row in rows:
        try:
            rule = _rule(row.rule).rule
        except (Unreadable, KeyError):
            continue  # erased in between: there is nobody to tell about anybody
        step = 0 if row.last is None else row.last + 1
        if not rule.on(now) or step >= len(rule.steps):
            _end_one(row, "stopped" if not rule.on(now) else "all-told", now)
        elif watching.due(rule, step, row.at) <= now:
            found.append((row.person_id, row.id, step))
    return found


def _end_one(row: Alert, why: str, at: datetime) -> None:
    # Everybody was told: it stays open for an answer until the last one had the time of one more step.
    rule = _rule(row.rule).rule
    if why == "stopped" or watching.due(rule, len(rule.steps), row.at) <= at:
        Alert.objects.filter(id=row.id, ended_at=None).update(ended_at=at, ended_by=why)


def tell(access: Allowed, alert: UUID, step: int, team: Mapping[str, str], *, at: datetime) -> list[Mail]:
    """Write down that a step is told, on the ledger too, and give the mails to send. Nothing when it was told or has ended.

    `team` are the clinicians who care for the person now: address to name. Raises: NotAllowed.
    """
    _own(access)
    with transaction.atomic():
        row = Alert.objects.select_for_update(of=("self",)).select_related("rule").filter(
            id=alert, person=access.person, ended_at=None
        ).first()  # fmt: skip
        if row is None or Told.objects.filter(alert=row, step=step).exists():
            return []
        rule = _rule(row.rule).rule
        whom = rule.steps[step]
        receivers = _receivers(access, whom, team)
        token = secrets.token_urlsafe(24)
        position = ledger.append([_leaf(access.person, row, whom, len(receivers))], at=at)[0]
        Told.objects.create(alert=row, step=step, whom=whom.whom, token_hash=_hash(token), at=at, leaf=position.index)
    return [Mail(row.id, whom.whom, name, address, token) for address, name in receivers.items()]


def _receivers(access: Allowed, step: Step, team: Mapping[str, str]) -> dict[str, str]:
    """Give who is told: address to name. A contact who took their yes back is told nothing."""
    if step.whom is Whom.CLINICIANS:
        return dict(team)
    if step.whom is Whom.LINE:
        return {"": ""}  # one receiver without an address: the queue
    agreed = [each for each in contacts(access) if str(each.id) == step.contact and each.said_yes]
    return {each.email: each.name for each in agreed}


def _leaf(person: UUID, row: Alert, step: Step, receivers: int) -> Entry:
    return Entry(
        Kind.DISCLOSURE,
        facts={"system": "crisis.watch-own", "to": str(step.whom), "receivers": receivers},
        secret={"person": str(person), "alert": str(row.id), "record": str(row.record)},
        salt=os.urandom(SALT),
        subject=person,
    )


def sent(alert: UUID, token: str, *, at: datetime) -> None:
    """Note that a mail left."""
    Told.objects.filter(alert=alert, token_hash=_hash(token)).update(sent_at=at)


def unsent(now: datetime) -> Sequence[tuple[UUID, UUID, int]]:
    """Give steps that were written down and not sent because a crash came in between: (person, alert, step)."""
    rows = Told.objects.filter(sent_at=None, alert__ended_at=None).select_related("alert")
    return [(row.alert.person_id, row.alert_id, row.step) for row in rows]


def tell_again(access: Allowed, alert: UUID, step: int, team: Mapping[str, str]) -> list[Mail]:
    """Give the mails of a step whose sending was cut off, under a new link; the disclosure on the ledger is the same one."""
    _own(access)
    row = Told.objects.select_related("alert__rule").get(alert=alert, step=step, alert__person=access.person)
    token = secrets.token_urlsafe(24)
    row.token_hash = _hash(token)
    row.save(update_fields=["token_hash"])
    whom = _rule(row.alert.rule).rule.steps[step]
    return [Mail(alert, whom.whom, name, to, token) for to, name in _receivers(access, whom, team).items()]


def told_by(token: str) -> tuple[Told, Rule] | None:
    """Give what whoever holds this link was told: the person's own words, and nothing that they wrote elsewhere."""
    row = Told.objects.filter(token_hash=_hash(token)).select_related("alert__rule").first()
    try:
        return (row, _rule(row.alert.rule).rule) if row else None
    except (Unreadable, KeyError):
        return None


def seen(token: str, *, at: datetime) -> bool:
    """Let whoever was told say "I have seen this": nobody after them is told any more."""
    with transaction.atomic():
        row = Told.objects.filter(token_hash=_hash(token)).first()
        if row is None:
            return False
        Told.objects.filter(id=row.id, seen_at=None).update(seen_at=at)
        Alert.objects.filter(id=row.alert_id, ended_at=None).update(ended_at=at, ended_by="answered")
    return True


# --- clearing ---------------------------------------------------------------------------------------------------------


def clear(person: UUID) -> int:
    """End what runs for a person who stopped: the watch is paused and nobody more is told. Gives how many things that ended."""
    now = timezone.now()
    ended = _end(person, "stopped", now)
    return ended + WatchRule.objects.filter(person=person, paused_at=None).update(paused_at=now)


def erase(person: UUID) -> int:
    """Remove everything of a person's watch."""
    with transaction.atomic():
        gone = Told.objects.filter(alert__person=person).delete()[0]
        gone += Alert.objects.filter(person=person).delete()[0]
        gone += WatchRule.objects.filter(person=person).delete()[0]
        return gone + OwnContact.objects.filter(person=person).delete()[0]


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
