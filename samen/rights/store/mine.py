"""What a person's own pages ask besides their statements, findings, stops and cases: what did not run, who saw findings, the pause."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Min

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind as Leaf
from samen.ledger.leaf import Entry
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Access
from samen.people.roles import Scope
from samen.rights.incidents import Kind
from samen.rights.models.consent import PersonState, Statement
from samen.rights.models.inference import DeniedRun
from samen.rights.models.service import Case
from samen.rights.store import cases

LOOKS = 50


@dataclass(frozen=True)
class NotRun:
    """How often one system did not run for a person, for one reason."""

    system: str
    code: str
    first: datetime
    last: datetime
    n: int


def not_run(access: Allowed) -> list[NotRun]:
    """Give what the gate denied about this person, one line for each system and reason, the newest first."""
    access.require(Scope.RIGHTS)
    rows = (
        DeniedRun.objects.filter(person=access.person)
        .values_list("system", "code")
        .annotate(first=Min("at"), last=Max("at"), n=Count("pk"))
        .order_by("-last")
    )
    return [NotRun(*row) for row in rows]


@dataclass(frozen=True)
class Seen:
    """Somebody who looked at what AI said about a person."""

    who: str
    role: str
    ground: str
    at: datetime


def findings_seen(access: Allowed, since: datetime) -> list[Seen]:
    """Give who looked at this person's findings since a moment, newest first."""
    access.require(Scope.RIGHTS)
    rows = Access.objects.filter(person=access.person, scope=Scope.FINDINGS, at__gte=since).select_related("account")
    return [
        Seen(row.account.get_full_name() if row.account else "", row.role, row.ground, row.at)
        for row in rows.order_by("-at", "-id")[:LOOKS]
    ]


def has_look(access: Allowed, look: int) -> bool:
    """Say whether this line stands in this person's list of who looked."""
    access.require(Scope.RIGHTS)
    return Access.objects.filter(id=look, person=access.person).exists()


def words_read(access: Allowed, statement: UUID) -> str:
    """Give the digest of what the person had read when they made this statement. Raises: Statement.DoesNotExist."""
    access.require(Scope.RIGHTS)
    return str(Statement.objects.values_list("words", flat=True).get(id=statement, person=access.person))


def paused_since(access: Allowed) -> datetime | None:
    """Give since when all AI is paused for this person; None when it is not."""
    access.require(Scope.RIGHTS)
    return PersonState.objects.filter(person=access.person).values_list("restricted_at", flat=True).first()


def crisis_until(access: Allowed, now: datetime) -> datetime | None:
    """Give until when only what brings a human runs for this person; None when that is not so."""
    access.require(Scope.RIGHTS)
    until = PersonState.objects.filter(person=access.person).values_list("crisis_until", flat=True).first()
    return until if until is not None and now < until else None


def lift_pause(access: Allowed, *, at: datetime) -> None:
    """End the pause of all AI by the person's own press, and close what asked for it. Raises: NotAllowed for anyone else."""
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN or access.actor is None:
        raise NotAllowed("Only the person lifts their own pause.")
    with transaction.atomic():
        cases.restrict(access.person, None)
        held = Case.objects.select_for_update().filter(person=access.person, kind=Kind.RESTRICT, closed_at=None)
        leaves = list(held.values_list("leaf", flat=True))
        held.update(closed_at=at, closed_by=access.actor, outcome="lifted")
        facts = [{"case": str(Kind.RESTRICT), "closed": True, "outcome": "lifted", "opened": leaf} for leaf in leaves]
        ledger.append([Entry(Leaf.OBJECTION, facts=each) for each in facts], at=at)
