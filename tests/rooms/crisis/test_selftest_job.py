"""The self-test through the gate, with the detector as it is and few texts: what runs, what is kept, and what it stops."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from samen.ledger.kinds import Kind
from samen.ledger.store import counts
from samen.rights import door as rights
from samen.rights import jobs as ring
from samen.rights.models.inference import InferenceRecord, ValidationRun
from samen.rights.store import systems as register
from samen.rights.words import Denied, Stage
from samen.rooms.crisis.commands.selftest import bars, wrong
from samen.rooms.crisis.jobs import selftest as job
from samen.rooms.crisis.models.selftest import SelfTest
from samen.rooms.crisis.selftest.plan import Plan, plan
from samen.rooms.crisis.store import selftest as store
from tests.rooms.crisis.made_reports import made_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def few() -> Plan:
    whole = job.read_plan()
    return plan(whole.sealed[::60], whole.ordinary[::1000], whole.talks[::30])


@pytest.fixture
def in_order() -> None:
    ring.enter_systems()
    ring.hourly()


def run(few: Plan) -> SelfTest:
    found = job.run(None, now=timezone.now(), asked=few, contacts=1500)
    assert isinstance(found, SelfTest), found
    return found


def test_it_is_a_validation_run_on_the_ledger_and_in_nobodys_record(in_order: None, few: Plan):
    before = counts().get(Kind.VALIDATION_RUN, 0)
    run(few)
    assert counts()[Kind.VALIDATION_RUN] == before + 1
    assert ValidationRun.objects.count() == 1
    assert not InferenceRecord.objects.exists()


def test_its_report_judges_what_runs_by_the_files_that_are_there(in_order: None, few: Plan):
    found = store.read(run(few).id).report
    assert set(found["systems"]) == {each.id for each in job.room_systems()} >= {"crisis.detect"}
    assert {"sealed/en.toml", "dialogues/nl.toml"} <= set(found["files"])
    assert next(each["n"] for each in found["bars"] if each["name"] == "latency") > 20
    assert all(each["found"] is not None for each in found["bars"] if each["name"] in ("directory", "invariants"))


def test_without_the_barriers_of_the_service_nothing_is_tried(few: Plan):
    ring.enter_systems()
    found = job.run(None, now=timezone.now(), asked=few, contacts=1500)
    assert isinstance(found, Denied)
    assert not SelfTest.objects.exists()


def test_each_system_of_the_room_is_validated_by_it():
    assert {each.id for each in job.room_systems()} <= set(rights.VALIDATIONS)


def kept_report(hours: float = 0.0, **changes) -> SelfTest:
    at = timezone.now() - timedelta(hours=hours)
    return store.keep(made_report(job.room_systems(), at=at) | changes, at=at)


def night():
    return timezone.localtime(timezone.now()).replace(hour=job.NIGHT, minute=10)


def day():
    return night().replace(hour=15)


def test_it_is_due_each_night_and_not_twice():
    assert job.due(night(), None)
    last = kept_report()
    assert job.due(night() + timedelta(days=2), last)
    assert not job.due(day() + timedelta(days=2), last)
    assert not job.due(night(), store.keep(made_report(job.room_systems(), at=night()), at=night()))


def test_a_version_in_use_that_was_never_judged_is_tested_at_once(in_order: None):
    assert not job.due(day(), None)
    state = register.SystemState.objects.filter(id="crisis.triage")
    state.update(stage=Stage.PILOT)
    assert job.due(day(), None)
    assert not job.due(day(), kept_report())
    assert job.due(day(), kept_report(systems={"crisis.triage": "0" * 64}))


def test_the_command_prints_every_bar_and_every_case():
    report = made_report(job.room_systems(), at=timezone.now())
    assert bars(report).row_count == len(report["bars"])
    assert wrong(report).row_count == len(report["cases"])


def test_a_test_that_was_denied_is_not_put_in_the_queue_each_minute(in_order: None):
    register.SystemState.objects.filter(id="crisis.triage").update(stage=Stage.PILOT)
    for minute in range(5):
        job.look_each_minute(day() + timedelta(minutes=minute))
    assert DBTaskResult.objects.filter(task_path__endswith="jobs.selftest.selftest").count() == 1


def test_a_version_that_no_human_entered_is_not_tested_by_itself(in_order: None):
    register.SystemState.objects.filter(id="crisis.triage").update(stage=Stage.PILOT, digest="0" * 64)
    assert not job.due(day(), None)
