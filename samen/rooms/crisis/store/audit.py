"""Talks that raised no alarm, drawn by chance and read again: the reader learns what a computer made of one after their verdict.

That blindness lives here and not in a page: `read` gives neither marks nor what the computer wrote, and `computer` refuses
whoever has not said what they found. Every reading is noted for the talk's person before anything is shown.
"""

import secrets
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import Allowed, CarePurpose, Ground, NotAllowed
from samen.people.models import Access, Account
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.people.sealing import Unreadable
from samen.rooms.crisis import sampling
from samen.rooms.crisis.models.audit import AuditItem, AuditRound, AuditVerdict
from samen.rooms.crisis.models.contact import Contact, Message
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.sampling import Group, Progress, Verdict
from samen.rooms.crisis.store import contacts
from samen.rooms.crisis.store.candidates import NotNow, decides, lead
from samen.rooms.crisis.store.contacts import Line

WORDS = "audit.words"
LEAST = 2  # talks of each group, however small
HELD = timedelta(hours=1)  # a talk that somebody took to read and left goes to another after this
AGAIN = timedelta(hours=1)  # one look is noted once, however often its page is loaded within this


@dataclass(frozen=True)
class GroupNow:
    """One group of a round: which, how many it held and were drawn, and what reading them gave so far."""

    name: str
    drawn: int
    now: Group


@dataclass(frozen=True)
class Standing:
    """Where a round is. Talks that two readers call unclear count as missed: the cautious side."""

    round: AuditRound
    groups: tuple[GroupNow, ...]
    drawn: int
    read: int
    missed: int
    second: int  # wait for a second reader
    progress: Progress


@dataclass(frozen=True)
class Read:
    """A talk as its reader meets it: what people wrote, and nothing of a computer."""

    item: AuditItem
    lines: Sequence[Line]
    second: bool  # somebody else was not sure; what they said is not shown either


@dataclass(frozen=True)
class Unblinded:
    """What the reader said, and what the computer had made of it."""

    item: AuditItem
    verdict: AuditVerdict
    lines: Sequence[Line]
    reasons: Mapping[str, Any] | None


# --- drawing ----------------------------------------------------------------------------------------------------------


def draw(wanted: int, since: datetime, *, by: Account, at: datetime) -> AuditRound:
    """Draw a sample of closed talks that a computer read and that raised no alarm. Raises: NotAllowed; NotNow."""
    lead(by, at)
    with transaction.atomic():
        if AuditRound.objects.filter(ended_at=None).exists():
            raise NotNow("OPEN")
        strata = _strata(since, at)
        if not strata:
            raise NotNow("NOBODY")
        seed = secrets.randbelow(2**31)
        drawn = sampling.draw(strata, wanted, seed=seed, least=LEAST)
        group_of = {each: name for name, ids in strata.items() for each in ids}
        made = AuditRound.objects.create(
            seed=seed,
            since=since,
            until=at,
            groups={name: len(ids) for name, ids in strata.items()},
            population=sha256(" ".join(sorted(group_of)).encode()).hexdigest(),
            by=by,
            at=at,
        )
        AuditItem.objects.bulk_create(
            AuditItem(round=made, contact_id=UUID(each), place=place, group=str(group_of[each]))
            for place, each in enumerate(drawn, start=1)
        )
        facts = {"audit": str(made.id), "seed": seed, "drawn": len(drawn), "of": len(group_of), "from": made.population}
        ledger.append([Entry(Kind.REGISTER, facts=facts)], at=at)
    return made


def _strata(since: datetime, until: datetime) -> dict[Hashable, list[str]]:
    """Sort talks into groups: language, score band, way in, part of the day. Where its person said stop, no talk is one of these."""
    rows = Contact.objects.filter(
        state="closed", level__lt=Level.DANGER, wants_computer=True, begun_at__gte=since, closed_at__lte=until
    ).values_list("id", "language", "risk", "channel", "begun_at")
    found: dict[Hashable, list[str]] = {}
    for contact, language, risk, channel, begun in rows:
        part = sampling.part_of_day(timezone.localtime(begun).hour)
        name = "/".join((language, sampling.band(risk or 0.0), channel, part))
        found.setdefault(name, []).append(str(contact))
    return found


# --- where it stands --------------------------------------------------------------------------------------------------


def rounds() -> Sequence[Standing]:
    """Give every round, newest first."""
    return [standing(each) for each in AuditRound.objects.select_related("by").order_by("-at")]


def one(found: UUID) -> AuditRound:
    """Give one round. Raises: AuditRound.DoesNotExist."""
    return AuditRound.objects.select_related("by").get(pk=found)


def standing(found: AuditRound) -> Standing:
    """Say where a round is, group by group and as a whole."""
    drawn: Counter[str] = Counter()
    read: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    second = 0
    for item in found.items.prefetch_related("verdicts"):
        drawn[item.group] += 1
        match _settled([each.verdict for each in item.verdicts.all()]):
            case None:
                second += bool(item.verdicts.all())
            case danger:
                read[item.group] += 1
                missed[item.group] += danger
    groups = tuple(
        GroupNow(name, drawn[name], Group(size, read[name], missed[name]))
        for name, size in sorted(found.groups.items())
    )
    progress = sampling.together([each.now for each in groups])
    return Standing(found, groups, drawn.total(), read.total(), missed.total(), second, progress)


def _settled(said: Sequence[str]) -> bool | None:
    """Say whether danger was missed in a talk; None while that is open."""
    if "missed" in said:
        return True
    if "none" in said:
        return False
    return True if len(said) > 1 else None


# --- reading ----------------------------------------------------------------------------------------------------------


def take(found: AuditRound, *, by: Account, at: datetime) -> AuditItem | None:
    """Give somebody the next talk to read: one that was not theirs and that nobody else has before them. None: there is none."""
    decides(by, at)
    with transaction.atomic():
        AuditRound.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if found.ended_at is not None:
            return None
        for item in found.items.exclude(contact=None).order_by("place").prefetch_related("verdicts"):
            if _open_to(item, by, at):
                item.held_by, item.held_at = by, at
                item.save(update_fields=["held_by", "held_at"])
                return item
    return None


def _open_to(item: AuditItem, by: Account, at: datetime) -> bool:
    verdicts = item.verdicts.all()
    if _settled([each.verdict for each in verdicts]) is not None or any(each.by_id == by.pk for each in verdicts):
        return False
    if item.held_at is not None and item.held_by_id != by.pk and at < item.held_at + HELD:
        return False
    return not _was_theirs(there(item.contact_id), by)


def _was_theirs(contact: UUID, by: Account) -> bool:
    """Say whether somebody answered in this talk themselves: nobody checks their own."""
    return (
        Contact.objects.filter(id=contact, taken_by=by).exists()
        or Message.objects.filter(contact=contact, author=by).exists()
    )


def held(found: AuditRound, *, by: Account, at: datetime) -> AuditItem | None:
    """Give the talk that somebody took and has said nothing of yet."""
    mine = found.items.filter(held_by=by, held_at__gt=at - HELD).exclude(contact=None)
    return mine.exclude(verdicts__by=by).first() if found.ended_at is None else None


def read(item: AuditItem, *, by: Account, at: datetime) -> Read:
    """Open a talk to whoever took it, without anything of a computer; the look is noted first. Raises: NotAllowed; Unreadable."""
    if item.held_by_id != by.pk or item.held_at is None or at >= item.held_at + HELD:
        raise NotAllowed("A talk of a sample is read by whoever took it.")
    access = let_in(item.contact_id, by=by, at=at)
    lines = [each for each in contacts.lines(access, there(item.contact_id)) if each.who != "computer"]
    return Read(item, lines, second=item.verdicts.exists())


def say(item: AuditItem, verdict: str, words: str, *, by: Account, at: datetime) -> AuditVerdict:
    """Keep what a reader found, for good. The last one that is needed ends the round.

    Raises: NotAllowed for who did not take it; NotNow for who said it before.
    """
    with transaction.atomic():
        found = AuditRound.objects.select_for_update(of=("self",)).get(pk=item.round_id)
        this = found.items.select_related("contact").get(pk=item.pk)
        if this.held_by_id != by.pk or this.contact is None:
            raise NotAllowed("A verdict is for whoever took the talk to read.")
        if this.verdicts.filter(by=by).exists() or found.ended_at is not None:
            raise NotNow("SAID")
        sealed = people.sealer(this.contact.person_id).seal(words.strip(), WORDS) if words.strip() else b""
        made = AuditVerdict.objects.create(item=this, by=by, at=at, verdict=verdict, words=sealed)
        this.held_by = this.held_at = None
        this.save(update_fields=["held_by", "held_at"])
        _end_when_done(found, at)
    return made


def _end_when_done(found: AuditRound, at: datetime) -> None:
    now = standing(found)
    if now.progress.verdict is Verdict.GO_ON and now.read < now.drawn:
        return
    found.ended_at = at
    found.figures = {
        "read": now.read,
        "missed": now.missed,
        "verdict": str(now.progress.verdict),
        "at_most_of_1000": sampling.at_most_of(1000, now.progress.at_most),
    }
    found.save(update_fields=["ended_at", "figures"])
    ledger.append([Entry(Kind.REGISTER, facts={"audit": str(found.id), **found.figures})], at=at)


def computer(item: AuditItem, *, by: Account, at: datetime) -> Unblinded:
    """Show what the computer had made of a talk, to who has said what they found. Raises: NotAllowed before; Unreadable."""
    verdict = item.verdicts.filter(by=by).first()
    if verdict is None:
        raise NotAllowed("What a computer made of a talk is shown after the verdict, never before.")
    access = let_in(item.contact_id, by=by, at=at)
    talk = there(item.contact_id)
    return Unblinded(item, verdict, contacts.lines(access, talk, spans=True), contacts.reasons(access, talk))


def own(found: AuditRound, by: Account) -> Sequence[AuditVerdict]:
    """Give what somebody said themselves in a round."""
    return list(AuditVerdict.objects.filter(item__round=found, by=by).select_related("item").order_by("-at"))


def let_in(contact: UUID | None, *, by: Account, at: datetime, scope: Scope = Scope.TALK) -> Allowed:
    """Let somebody who checks a talk see it, and note that for its person before anything is shown. Raises: NotAllowed; Unreadable."""
    decides(by, at)
    person = Contact.objects.filter(id=there(contact)).values_list("person_id", flat=True).first()
    if person is None:
        raise Unreadable("The person of this talk was erased.")
    role = sorted(each for each in people.roles_of(by, at) if Duty.DECIDE in CARDS[each].duties)[0]
    access = Allowed(person, scope, Ground.AUDIT, Role(role), by.pk, CarePurpose.CRISIS)
    seen = Access.objects.filter(account=by, person=person, ground=Ground.AUDIT, at__gt=at - AGAIN)
    if not seen.filter(scope=scope).exists():
        people.note_access(access, what="crisis:audit-read", at=at)
    return access


def there(contact: UUID | None) -> UUID:
    """Give the talk where it is still there. Raises: Unreadable once its person was erased."""
    if contact is None:
        raise Unreadable("The person of this talk was erased.")
    return contact
