"""What the ring does by itself: queued runs, stops that a crash interrupted, and the hourly look at its own barriers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django_tasks import task

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind as Leaf
from samen.ledger.leaf import Entry
from samen.people.models import Person
from samen.rights import door, gate
from samen.rights.incidents import Kind
from samen.rights.models.inference import InferenceRecord
from samen.rights.permits import NotPermitted
from samen.rights.register import Registered
from samen.rights.store import cases, service, stopping, tallies
from samen.rights.store import systems as register
from samen.rights.words import Category, Epochs, Permit


@task()
def run_system(*, system: str, person: str) -> str:
    """Run one system for one person, later. Gives the outcome's kind, for the task's log; never what was found."""
    handle = door.system(system)
    return type(gate.run(handle, person=UUID(person))).__name__ if handle else "Denied"


def enter_systems(*, now: datetime | None = None) -> list[str]:
    """Enter systems that no human has seen yet, at stage design, where nothing runs for anybody. A changed one is left to a human."""
    known = register.states()
    return [
        each.id for each in door.systems() if each.id not in known and register.enter(each, at=now or timezone.now())
    ]


def finish_stops(*, now: datetime | None = None) -> int:
    """Carry out every stop that was ordered and not finished."""
    left = stopping.unfinished()
    for stop in left:
        stopping.carry_out(stop, door.systems(), clear_derived, at=now or timezone.now())
    return len(left)


def clear_derived(system: str, person: UUID) -> int:
    """Let a system's room clear what it derived from findings about a person."""
    return gate.clear(system, person)


def hourly(*, now: datetime | None = None) -> bool:
    """Ask every probe, try to get round the gate, and count. Says whether all is well; if not, no system runs."""
    at = now or timezone.now()
    finish_stops(now=at)
    tallies.fold(at)
    good = [service.ask(name, probe, at=at) for name, probe in door.PROBES.items()]
    good.append(service.ask("human-route", human_route, at=at))
    good.append(service.ask("canary", canary, at=at))
    good.append(service.ask("reconciliation", reconciliation, at=at))
    with transaction.atomic():
        ledger.append([Entry(Leaf.CANARY, facts={"good": all(good), "asked": len(good)})], at=at)
    ledger.checkpoint(at)
    return all(good)


def human_route() -> str:
    """Say what is wrong with the way to a human: nobody on duty, and no phone either."""
    return (
        ""
        if settings.SAMEN.service_phone or service.on_duty(timezone.now())
        else "nobody is on duty and the service has no phone line set"
    )


def reconciliation() -> str:
    """Say what does not add up: permits used, inferences with validation runs, leaves."""
    counts = service.count()
    if counts.agree:
        return ""
    text = f"permits {counts.permits}, records {counts.records}, leaves {counts.leaves}"
    cases.open_by_machine(Kind.CANARY, f"The counts differ: {text}.", at=timezone.now())
    return text


def canary() -> str:
    """Try to infer without the gate, in every way that the application has. One success is a reason to refuse all."""
    through = [name for name, attempt in attempts() if _succeeds(attempt)]
    if not through:
        return ""
    text = ", ".join(through)
    cases.open_by_machine(Kind.CANARY, f"An ungated run got through: {text}.", at=timezone.now())
    return text


def _succeeds(attempt: Callable[[], object]) -> bool:
    """Say whether an attempt got through. Whatever it wrote is taken back."""
    try:
        with transaction.atomic():
            attempt()
            transaction.set_rollback(True)
    except (NotPermitted, DatabaseError, AttributeError, KeyError):
        return False
    return True


def attempts() -> list[tuple[str, Callable[[], object]]]:
    """Give every way round the gate that the canary tries."""
    tries: list[tuple[str, Callable[[], object]]] = [
        ("forged-permit", lambda: door.require(_forged(), Category.QUESTIONNAIRES, NOBODY)),
        ("finding-without-permit", _finding_without_permit),
    ]
    for each in door.systems():
        tries.append((f"call-infer-{each.id}", lambda each=each: _call(each)))  # type: ignore[misc]
    return tries


NOBODY = UUID(int=0)


def _forged() -> Permit:
    now = timezone.now()
    return Permit(
        id=uuid4(),
        system="canary",
        digest="",
        uses=frozenset(),
        issued=now,
        expires=now + timedelta(minutes=1),
        epochs=Epochs(0, 0),
        person=NOBODY,
        seal=b"forged",
    )


def _call(system: Registered) -> object:
    gathered = system.manifest.gather(replace(_forged(), system=system.id))
    return system.manifest.infer(gathered)


def _finding_without_permit() -> object:
    known = register.states()
    person = Person.objects.values_list("id", flat=True).first()
    if not known or person is None:
        raise KeyError("nobody to try it on")
    now = timezone.now()
    return InferenceRecord.objects.create(
        permit_id=uuid4(),
        person_id=person,
        system_id=next(iter(known)),
        version="canary",
        accountable="clinical-lead",
        oversight="inform",
        state="released",
        body=b"",
        at=now,
        leaf=2**62,
    )
