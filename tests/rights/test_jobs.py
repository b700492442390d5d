"""The ring looks at its own barriers: probes, the canary that tries to get round the gate, and counts that must agree."""

from dataclasses import replace
from uuid import uuid4

import pytest

from samen.ledger import store as ledger
from samen.rights import door, jobs
from samen.rights.models.inference import PermitRow
from samen.rights.models.service import Case, Probe
from samen.rights.store import service
from samen.rights.words import Denied, Gathered
from tests.rights.example import NOW, SUGGEST, House, behave, house, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    behave.gather = behave.infer = behave.explain = None
    return house()


def test_the_canary_finds_no_way_round_the_gate(made: House):
    assert len(jobs.attempts()) >= 3 + 1
    assert jobs.canary() == ""


@pytest.mark.parametrize("place", range(3))
def test_each_barrier_taken_away_is_found(made: House, place: int, monkeypatch: pytest.MonkeyPatch):
    """Break one barrier in turn: the canary must get through exactly there, say where, and open a case."""
    if place == 0:
        monkeypatch.setattr("samen.rights.gate.permits.hmac.compare_digest", lambda *_: True)
        monkeypatch.setattr(jobs, "_forged", lambda: _generous())
        name = "forged-permit"
    elif place == 1:
        monkeypatch.setattr(jobs, "_finding_without_permit", lambda: "stored")
        name = "finding-without-permit"
    else:
        open_door = SUGGEST.manifest.__class__(
            **{**vars(SUGGEST.manifest), "gather": lambda _: 1, "infer": lambda _: 1}
        )
        leaky = SUGGEST.__class__(SUGGEST.id, open_door, SUGGEST.digest, SUGGEST.words)
        monkeypatch.setattr(door, "systems", lambda: [leaky])
        name = f"call-infer-{SUGGEST.id}"
    assert name in jobs.canary()
    assert Case.objects.filter(kind="canary", closed_at=None).count() == 1


def _generous():
    return replace(jobs_forged(), uses=frozenset(SUGGEST.manifest.uses))


jobs_forged = jobs._forged


def test_one_success_of_the_canary_makes_every_system_refuse(made: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "canary", lambda: "call-infer")
    assert not jobs.hourly(now=NOW)
    assert run(made) == Denied("NO_AUDIT")


def test_an_hour_in_which_all_is_well_is_on_the_ledger(made: House):
    door.add_probe("help-page", lambda: "")
    assert jobs.hourly(now=NOW)
    assert ledger.counts()["canary"] == 1


def test_a_permit_without_a_record_is_found(made: House):
    run(made)
    row = PermitRow.objects.get()
    PermitRow.objects.create(
        **{**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}, "id": uuid4()}
    )
    assert jobs.reconciliation() == "permits 2, records 1, leaves 1"
    assert Case.objects.filter(kind="canary").exists()


def test_counts_agree_after_runs_of_every_outcome(made: House):
    run(made)
    behave.infer = lambda gathered: None
    run(made)
    behave.infer = None
    behave.gather = lambda permit: Gathered(items=(), data={"n": 2})
    run(made)
    assert service.count() == service.Counts(permits=2, records=2, leaves=2)


def test_a_probe_that_errs_is_a_probe_that_failed(made: House):
    def broken() -> str:
        raise OSError("no answer")

    assert not service.ask("help-page", broken, at=NOW)
    assert Probe.objects.get(name="help-page").good_at is None
    assert run(made) == Denied("NO_FALLBACK")


def test_without_anybody_on_duty_and_without_a_phone_there_is_no_human_route():
    assert jobs.human_route() != ""


def test_a_queued_run_goes_through_the_same_gate(made: House):
    result = jobs.run_system.call(system=SUGGEST.id, person=str(made.noor.id))
    assert result in ("Held", "Denied")


def test_systems_enter_at_design_where_nothing_runs(made: House):
    assert "progress-watch" in jobs.enter_systems(now=NOW)
    assert jobs.enter_systems(now=NOW) == []
