"""Who is next: the rules of `triage.py` as queries over indexed columns, and a take that no two counsellors share."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from samen.people import store as people
from samen.people.access import Allowed, CarePurpose, Ground, NotAllowed
from samen.people.models import Access, Account
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.rooms.crisis import triage
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.store import duty, policies
from samen.rooms.crisis.triage import Branch, Lane, Policy

TAKING = 113_004  # the lock under which counsellors take, one at a time (PostgreSQL)


@dataclass(frozen=True)
class Next:
    """Who is next, and by which rule."""

    contact: UUID
    person: UUID
    branch: Branch
    lane: Lane
    own_urgency: int | None
    waiting_since: datetime
    overtaken: int
    last_at: datetime | None
    language: str


@dataclass(frozen=True)
class LaneNow:
    """One lane as the queue page shows it: how many, and how long the first has waited. Nobody's words."""

    lane: Lane
    waiting: int
    oldest: datetime | None
    late: int  # past the moment by which a human should have answered


@dataclass(frozen=True)
class Taken:
    """A talk that a counsellor just took."""

    contact: UUID
    person: UUID
    branch: Branch


def answering_role(account: Account, now: datetime) -> Role | None:
    """Give the role in which this account answers the line."""
    held = sorted(role for role in people.roles_of(account, now) if Duty.ANSWER in CARDS[role].duties)
    return held[0] if held else None


def lanes(now: datetime) -> list[LaneNow]:
    """Count who waits, lane by lane."""
    late = Count("id", filter=Q(deadline__lt=now))
    asked = (
        Contact.objects.filter(state="waiting")
        .values("lane")
        .annotate(n=Count("id"), oldest=Min("waiting_since"), late=late)
    )
    counted = {row["lane"]: row for row in asked}
    return [
        LaneNow(lane, counted[lane]["n"], counted[lane]["oldest"], counted[lane]["late"])
        if lane in counted
        else LaneNow(lane, 0, None, 0)
        for lane in Lane
    ]


def ahead_of(access: Allowed, contact: UUID) -> int:
    """Count who waits before somebody in their lane or a more urgent one: an honest guess at their place."""
    access.require(Scope.TALK)
    mine = Contact.objects.filter(id=contact, person=access.person, state="waiting").first()
    if mine is None:
        return 0
    waiting = Contact.objects.filter(state="waiting")
    before = waiting.filter(lane__lt=mine.lane)
    same = waiting.filter(lane=mine.lane, rank__lt=mine.rank)
    older = waiting.filter(lane=mine.lane, rank=mine.rank, waiting_since__lt=mine.waiting_since)
    return before.count() + same.count() + older.count()


def next_up(now: datetime, policy: Policy | None = None, on_duty: int | None = None) -> Next | None:
    """Say who is next, without taking them. A page that knows the policy and who is on duty says so."""
    found = _choose(policy or policies.current(), duty.count(now) if on_duty is None else on_duty)
    return _next(*found) if found else None


def take_next(account: Account, *, now: datetime) -> Taken | None:
    """Let a counsellor on duty take whoever is next, and start the care tie that opens the talk, which the person sees.

    None when nobody waits. Raises: NotAllowed for who is not on duty, on a break, or has as many talks as they said.
    """
    role = answering_role(account, now)
    with transaction.atomic():
        _one_at_a_time()
        shift = duty.standing(account, now)
        if role is None or shift is None:
            raise NotAllowed("Only a counsellor on duty takes a contact.")
        if Contact.objects.filter(state="taken", taken_by=account).count() >= shift.limit:
            raise NotAllowed("This counsellor has as many talks as they said they can hold.")
        while (found := _choose(policies.current(), duty.count(now))) is not None:
            branch, row = found
            if _claim(row, account, now):
                people.start_care(row.person_id, account, role, CarePurpose.CRISIS, by=account, now=now)
                return Taken(row.id, row.person_id, branch)
    return None


def _claim(row: Contact, account: Account, now: datetime) -> bool:
    """Take this contact unless somebody did; those who waited longer were overtaken once more."""
    claimed = Contact.objects.filter(id=row.id, state="waiting").update(
        state="taken", taken_by=account, taken_at=now, changes=F("changes") + 1
    )
    if claimed:
        older = Contact.objects.filter(state="waiting", waiting_since__lt=row.waiting_since)
        older.update(overtaken=F("overtaken") + 1)
    return bool(claimed)


def may_look(account: Account, upcoming: Next, *, now: datetime) -> Allowed:
    """Let a counsellor on duty see why this contact is next, and write down that they looked, before anything is shown.

    Raises: NotAllowed for who is not on duty; DatabaseError when it cannot be written down.
    """
    role = answering_role(account, now)
    if role is None or duty.standing(account, now) is None:
        raise NotAllowed("Only a counsellor on duty sees why somebody is next.")
    access = Allowed(
        person=upcoming.person,
        scope=Scope.TALK,
        ground=Ground.DUTY,
        role=role,
        actor=account.id,
        purpose=CarePurpose.CRISIS,
    )
    seen = Access.objects.filter(account=account, person=upcoming.person, ground=Ground.DUTY)
    if not seen.filter(at__gte=upcoming.last_at or now).exists():  # once for what they wrote last, not for each reload
        people.note_access(access, what="crisis:queue", at=now)
    return access


def _choose(policy: Policy, on_duty: int) -> tuple[Branch, Contact] | None:
    """Find the next: each branch is one query that reads the first row of an index."""
    with_others = Contact.objects.filter(state="taken", lane=Lane.OTHER).count()
    for branch in triage.branches(policy, counsellors=on_duty, with_others=with_others):
        if (found := _first(branch, policy)) is not None:
            return branch, found
    return None


def _first(branch: Branch, policy: Policy) -> Contact | None:
    waiting = Contact.objects.filter(state="waiting")
    match branch:
        case Branch.BOUND:
            return waiting.filter(overtaken__gte=policy.overtaken).order_by("waiting_since", "id").first()
        case Branch.TIME:
            return _by_time(waiting)
        case Branch.IMMINENT | Branch.HIGH | Branch.OTHER:
            lane = Lane[branch.name]
            return waiting.filter(lane=lane).order_by("rank", "waiting_since", "id").first()


def _by_time(waiting: QuerySet[Contact]) -> Contact | None:
    """Find whom to take of those whom no computer read, when first come would be one of theirs now.

    The turn is theirs by time; whose of them it is, they said themselves: who says "now" goes before who can wait.
    """
    unread = waiting.filter(level=None)
    first = unread.order_by("waiting_since", "id").first()
    if first is None:
        return None
    older = waiting.filter(waiting_since__lt=first.waiting_since).count()
    if not triage.turn_has_come(first.overtaken, older):
        return None
    return unread.order_by("lane", "rank", "waiting_since", "id").first()


def _next(branch: Branch, row: Contact) -> Next:
    if row.waiting_since is None:
        raise ValueError("A contact that waits does so since a moment.")
    return Next(
        contact=row.id,
        person=row.person_id,
        branch=branch,
        lane=Lane(row.lane),
        own_urgency=row.own_urgency,
        waiting_since=row.waiting_since,
        overtaken=row.overtaken,
        last_at=row.last_at,
        language=row.language,
    )


def _one_at_a_time() -> None:
    """Let takes follow each other. SQLite does so by itself: a transaction there begins by taking the only lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TAKING])


def signature(on_duty: int) -> str:
    """Give a word that changes when the queue page would: nobody's words are in it."""
    open_ones = Contact.objects.filter(state__in=("waiting", "taken"))
    seen = open_ones.aggregate(n=Count("id"), moves=Sum("changes"), newest=Max("waiting_since"))
    return f"{seen['n']}-{seen['moves']}-{seen['newest']}-{on_duty}"
