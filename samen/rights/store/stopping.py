"""Stop with proof: written first, done after, repeated until done. The receipt says what stopped, what was cleared, what stays.

Steps: 1 the order, a no to every use, and a new epoch, in one transaction: from here on nothing is released.
       2 queued work goes, derived values and what systems said go. Each step may be repeated without harm.
       3 the order is marked done, on the ledger. Only then is success said.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rights.models.consent import PersonState, StopOrder
from samen.rights.register import Registered
from samen.rights.store import consent, inference
from samen.rights.words import Category, Use

QUEUE = "samen.rights.jobs.run_system"


@dataclass(frozen=True)
class Stopped:
    """A stop as its person reads it back."""

    id: UUID
    kind: str
    what: str
    at: datetime
    done_at: datetime | None
    cleared: dict[str, int]
    epoch: int
    leaf: int | None


def order(access: Allowed, systems: list[Registered], kind: str, what: str, *, at: datetime, language: str) -> UUID:
    """Write the stop: what it covers is refused from this moment, also for what is running.

    kind "all", or "system" with its id, or "category" with its word. Raises: NotAllowed, ValueError for what is not there.
    """
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person stops what reads their data.")
    covered = _covered(systems, kind, what)
    with transaction.atomic():
        epoch = inference.bump(access.person)
        for words in {system.words for system, _ in covered}:
            uses = [(system.id, use) for system, use in covered if system.words == words]
            consent.write(access, uses, yes=False, at=at, language=language, words=words)
        stop = StopOrder.objects.create(
            id=uuid4(),
            person_id=access.person,
            kind=kind,
            what=what,
            at=at,
            epoch=epoch,
            by_id=access.actor,
        )
    return stop.id


def _covered(systems: list[Registered], kind: str, what: str) -> list[tuple[Registered, Use]]:
    if kind == "system" and what not in {system.id for system in systems}:
        raise ValueError(f"There is no AI system {what}.")
    if kind == "category":
        Category(what)
    # A stop of a category stops every system that reads it: a system never runs on part of what it declares.
    return [
        (system, use)
        for system in systems
        if kind == "all"
        or system.id == what
        or (kind == "category" and what in {str(each.category) for each in system.manifest.uses})
        for use in system.manifest.uses
        if kind != "category" or str(use.category) == what
    ]


def carry_out(
    stop_id: UUID, systems: list[Registered], clear_derived: Callable[[str, UUID], int], *, at: datetime
) -> Stopped:
    """Do what a stop asks, from wherever it was left, and say so on the ledger. May be called again at any time."""
    stop = StopOrder.objects.get(id=stop_id)
    if stop.done_at is not None:
        return _stopped(stop)
    touched = {system.id for system, _ in _covered(systems, stop.kind, stop.what)}
    cancelled = _cancel(stop.person_id, touched)
    derived = sum(clear_derived(system, stop.person_id) for system in sorted(touched))
    with transaction.atomic():
        stop = StopOrder.objects.select_for_update().get(id=stop_id)
        if stop.done_at is not None:
            return _stopped(stop)
        # Under the person's lock: a run that was committing has ended by now, and its record is cleared with the rest.
        PersonState.objects.select_for_update(no_key=True).get(person=stop.person_id)
        findings = inference.clear(stop.person_id, touched)
        stop.cleared = {"findings": findings, "derived": derived, "queued": cancelled}
        leaf = Entry(
            Kind.STOP,
            facts={"stop": stop.kind, "findings": findings, "derived": derived, "queued": cancelled},
            secret=secret(stop),
            salt=os.urandom(16),
            subject=stop.person_id,
        )
        stop.leaf = ledger.append([leaf], at=at)[0].index
        stop.done_at = at
        stop.save()
    return _stopped(stop)


def secret(stop: StopOrder) -> dict[str, object]:
    """Give what the leaf of a stop is bound to."""
    return {
        "stop": str(stop.id),
        "person": str(stop.person_id),
        "kind": stop.kind,
        "what": stop.what,
        "ordered": stop.at.isoformat(),
        "epoch": stop.epoch,
        "cleared": {name: int(n) for name, n in stop.cleared.items()},
    }


def unfinished() -> list[UUID]:
    """Give the stops that were ordered and not carried out, oldest first: a crash came in between."""
    return list(StopOrder.objects.filter(done_at=None).order_by("at").values_list("id", flat=True))


def mine(access: Allowed) -> list[Stopped]:
    """Give a person's stops, newest first."""
    access.require(Scope.RIGHTS)
    return [_stopped(row) for row in StopOrder.objects.filter(person=access.person).order_by("-at")]


def of_person(access: Allowed, stop_id: UUID) -> StopOrder | None:
    """Give one stop of this person, for its receipt."""
    access.require(Scope.RIGHTS)
    return StopOrder.objects.filter(id=stop_id, person=access.person).first()


def _queued(person: UUID) -> QuerySet[DBTaskResult]:
    return DBTaskResult.objects.filter(
        task_path=QUEUE, status=TaskResultStatus.READY, args_kwargs__kwargs__person=str(person)
    )


def _cancel(person: UUID, systems: set[str]) -> int:
    """Remove queued runs of these systems for a person, and give how many."""
    found = [task.pk for task in _queued(person) if task.args_kwargs["kwargs"]["system"] in systems]
    DBTaskResult.objects.filter(pk__in=found).delete()
    return len(found)


def _stopped(row: StopOrder) -> Stopped:
    return Stopped(
        id=row.id,
        kind=row.kind,
        what=row.what,
        at=row.at,
        done_at=row.done_at,
        cleared={name: int(n) for name, n in row.cleared.items()},
        epoch=row.epoch,
        leaf=row.leaf,
    )
