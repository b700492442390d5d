"""Each check of the gate, switched off once: what it alone stands in the way of then happens, on the whole path.

A service in order is put out of order in one way, through the real tables; a run is denied. The same run with that one
check taken out goes through. So the acceptance tests of the rows fail when their mechanism is removed. A check without a
line here fails the last test.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from samen.people.access import Allowed, Ground
from samen.people.roles import Role, Scope
from samen.rights import checks, door, gate
from samen.rights.checks import CHECKS
from samen.rights.incidents import Kind
from samen.rights.models.consent import Notice, PilotSeat
from samen.rights.models.inference import InferenceRecord
from samen.rights.models.service import Case, DutyTime
from samen.rights.models.system import EvidenceFile, Need, SystemState
from samen.rights.panel import Vote
from samen.rights.register import Registered
from samen.rights.store import cases, consent, service
from samen.rights.store import systems as register
from samen.rights.words import Context, Denied, Gathered, Held, Released
from tests.rights.example import INFORM, NOW, SUGGEST, USE, House, behave, house

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> House:
    behave.gather = behave.infer = behave.explain = None
    return house()


@dataclass(frozen=True)
class Off:
    """One way in which a service is out of order."""

    code: str
    disorder: Callable[[House], Any] = lambda made: None
    system: Registered = SUGGEST
    asked: Callable[[House], dict[str, Any]] = lambda made: {}


def overdue(made: House) -> None:
    case = cases.open_by_machine(Kind.CANARY, "The counts differ.", at=NOW - timedelta(days=9), system=SUGGEST.id)
    assert Case.objects.get(id=case).due < NOW


def supporter(made: House) -> dict[str, Any]:
    return {
        "actor": Allowed(made.noor.id, Scope.FINDINGS, Ground.SUPPORT, Role.SUPPORTER, made.sam.id),
    }


INSURANCE = replace(SUGGEST, manifest=replace(SUGGEST.manifest, context=Context.INSURANCE))

WAYS: dict[str, Off] = {
    "manifest": Off("DIGEST_MISMATCH", lambda made: SystemState.objects.update(digest="other bytes")),
    "never": Off("PROHIBITED", system=INSURANCE),
    "minimisation": Off("EXCESS_DATA", asked=lambda made: {"uses": frozenset({USE})}),
    "consented": Off("WITHDRAWN", lambda made: consent.say(made.own(), SUGGEST, USE, yes=False, at=NOW, language="nl")),
    "crisis": Off("IN_CRISIS", lambda made: door.in_crisis(made.noor.id, at=NOW)),
    "stage": Off(
        "PILOT_FULL", lambda made: (PilotSeat.objects.all().delete(), SystemState.objects.update(pilot_cap=0))
    ),
    "validation": Off("NOT_VALIDATED", lambda made: EvidenceFile.objects.update(passed=False)),
    "panel": Off(
        "UNPAID", lambda made: register.vote(SUGGEST, Vote.YES, by=made.panel[0], reason="Still clear", at=NOW)
    ),
    "need": Off("NO_NEED", lambda made: Need.objects.all().delete()),
    "notice": Off("NOT_DISCLOSED", lambda made: Notice.objects.all().delete()),
    "oversight": Off("NO_HUMAN", lambda made: DutyTime.objects.all().delete()),
    "clocks": Off("OVERDUE", overdue),
    "recipients": Off("RECIPIENT_DENIED", asked=supporter),
    "audit": Off("NO_AUDIT", lambda made: service.ask("canary", lambda: "an ungated run got through", at=NOW)),
    "fallback": Off("NO_FALLBACK", lambda made: service.ask("help-page", lambda: "it does not answer", at=NOW)),
}


def ran(made: House, off: Off) -> object:
    return gate.run(off.system, person=made.noor.id, clock=lambda: NOW, **off.asked(made))


def without(name: str) -> tuple:
    left = tuple(each for each in CHECKS if each[2].__name__ != name)
    assert len(left) == len(CHECKS) - 1
    return left


@pytest.mark.row("R1.1b", "R5.1a", "R6.1a", "R6.1b")
@pytest.mark.parametrize("name", WAYS)
def test_a_service_out_of_order_in_one_way_is_denied_for_that_reason(made: House, name: str):
    WAYS[name].disorder(made)
    answer = ran(made, WAYS[name])
    assert isinstance(answer, Denied)
    assert answer.code == WAYS[name].code
    assert not InferenceRecord.objects.exists()


@pytest.mark.parametrize("name", WAYS)
def test_with_that_one_check_switched_off_it_goes_through(made: House, name: str, monkeypatch: pytest.MonkeyPatch):
    WAYS[name].disorder(made)
    monkeypatch.setattr(checks.judge, "__defaults__", (without(name),))
    assert isinstance(ran(made, WAYS[name]), Held)


def test_every_check_of_the_gate_is_switched_off_once():
    assert sorted(WAYS) == sorted(check.__name__ for _, _, check in CHECKS)


# --- what stands beside the list of checks: explanation (G15), the permit's own reach (G12), and the second look (G20) --


def stop_meanwhile(made: House) -> None:
    def gather(permit: object) -> Gathered:
        consent.say(made.own(), INFORM, USE, yes=False, at=NOW, language="nl")
        return Gathered(items=(), data={"n": 1})

    behave.gather = gather


def unexplained(made: House) -> None:
    behave.explain = lambda gathered, finding: None


def unnamed(made: House) -> None:
    def gather(permit: Any) -> Gathered:
        gate.require(permit, "location", permit.person)
        return Gathered(items=(), data={"n": 1})

    behave.gather = gather


def unlooked(patch: pytest.MonkeyPatch) -> None:
    """Switch off the look at an explanation, and the writing, which cannot keep what is not there."""
    patch.setattr(gate.body, "check", lambda *_: None)
    patch.setattr(gate.store, "write", lambda *_: [Released(None, None, None)])  # type: ignore[arg-type]


BESIDE: dict[str, tuple[str, Callable[[House], None], Callable[[pytest.MonkeyPatch], object]]] = {
    "explanation": ("NO_EXPLANATION", unexplained, unlooked),
    "reach": ("EXCESS_DATA", unnamed, lambda patch: patch.setattr(gate.permits, "require", lambda *_, **__: None)),
    "second look": (
        "STALE_PERMIT",
        stop_meanwhile,
        lambda patch: patch.setattr(gate.store, "epochs_moved", lambda *_: False),
    ),
}


@pytest.mark.parametrize("name", BESIDE)
def test_each_barrier_beside_the_checks_denies_and_nothing_else_does(
    made: House, name: str, monkeypatch: pytest.MonkeyPatch
):
    code, disorder, switch_off = BESIDE[name]
    disorder(made)
    assert gate.run(INFORM, person=made.noor.id, clock=lambda: NOW).code == code
    if name == "second look":
        consent.say(made.own(), INFORM, USE, yes=True, at=NOW + timedelta(seconds=1), language="nl")
    switch_off(monkeypatch)
    assert isinstance(gate.run(INFORM, person=made.noor.id, clock=lambda: NOW + timedelta(seconds=2)), Released)
