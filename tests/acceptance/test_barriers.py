"""Barriers that need more than one hand at once: a stop in the middle of a run, a start with a hole in the gate, counts."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from samen.ledger import store as ledger
from samen.rights import gate, jobs
from samen.rights.models.inference import InferenceRecord
from samen.rights.models.service import Case, Probe
from samen.rights.oversight import State
from samen.rights.store import consent, service, stopping
from samen.rights.words import Denied, Finding, Gathered, Released
from samen.web import serving
from samen.web.troubles import Trouble
from tests.rights.example import INFORM, SUGGEST, USE, WORDS, House, behave, house, run
from tests.threads import in_thread, shared


@pytest.fixture
def made(db) -> House:
    behave.gather = behave.infer = behave.explain = None
    return house(at=timezone.now())


# --- a stop in the middle ---------------------------------------------------------------------------------------------


@pytest.fixture
def together(transactional_db, tmp_path) -> Iterator[Callable[..., list[Any]]]:
    """Run work in threads of its own at the same time, each with its own connection, and give what came of each."""
    behave.gather = behave.infer = behave.explain = None

    def run_all(*work: Callable[[], Any]) -> list[Any]:
        with ThreadPoolExecutor(len(work)) as pool:
            return [each.result(30) for each in [pool.submit(in_thread(lambda one: one()), one) for one in work]]

    with shared(tmp_path):
        yield run_all
    behave.infer = None


@pytest.mark.row("R6.1c")
def test_a_yes_taken_back_in_the_middle_of_a_slow_inference_releases_nothing(together):
    begun, withdrawn = Event(), Event()

    def slow(gathered: Gathered) -> Finding:
        begun.set()
        assert withdrawn.wait(5)
        return Finding(code="echo", value={}, sureness=f"{WORDS}.how_sure")

    def withdraw() -> None:
        assert begun.wait(5)
        consent.say(made.own(), INFORM, USE, yes=False, at=timezone.now(), language="nl")
        withdrawn.set()

    def left() -> tuple[int, bool]:
        return InferenceRecord.objects.count(), service.count().agree

    (made,) = together(lambda: house(at=timezone.now()))
    behave.infer = slow
    outcome, _ = together(lambda: gate.run(INFORM, person=made.noor.id), withdraw)
    assert outcome == Denied("STALE_PERMIT")
    assert together(left) == [(0, True)]


@pytest.mark.row("R6.1c")
def test_of_runs_that_race_with_a_stop_nothing_is_left_to_read(together):
    """Whatever order the database puts them in: a run before the stop is cleared by it, one after it is denied."""
    (made,) = together(lambda: house(at=timezone.now()))

    def keep_running() -> list[object]:
        return [gate.run(INFORM, person=made.noor.id) for _ in range(12)]

    def stop() -> list[object]:
        time.sleep(0.05)  # some runs come before it
        ordered = stopping.order(made.own(), [INFORM], "all", "", at=timezone.now(), language="nl")
        stopping.carry_out(ordered, [INFORM], jobs.clear_derived, at=timezone.now())
        return []

    def left() -> tuple[int, int, bool]:
        readable = InferenceRecord.objects.exclude(state=State.CLEARED).count()
        return readable, InferenceRecord.objects.count(), service.count().agree

    outcomes = [each for some in together(keep_running, keep_running, stop) for each in some]
    assert {type(each) for each in outcomes} <= {Denied, Released}
    released = sum(isinstance(each, Released) for each in outcomes)
    assert together(left) == [(0, released, True)]


# --- at the start -----------------------------------------------------------------------------------------------------


def test_a_service_in_order_starts(made: House):
    serving.look_at_barriers()
    assert Probe.objects.get(name="canary").good_at is not None


def test_a_service_with_a_hole_in_its_gate_does_not_start(made: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("samen.rights.permits.require", lambda *_, **__: None)  # a gate that opens to any permit
    with pytest.raises(Trouble, match="forged-permit"):
        serving.look_at_barriers()
    assert Case.objects.filter(kind="canary", closed_at=None).exists()
    assert gate.run(SUGGEST, person=made.noor.id).code == "NO_AUDIT"


def test_a_service_whose_counts_differ_does_not_start(made: House):
    run(made, at=timezone.now())
    with connection.cursor() as cursor:
        for statement in lifted("rights_inferencerecord", "record_kept"):
            cursor.execute(statement)
        cursor.execute("DELETE FROM rights_inferencerecord")
    with pytest.raises(Trouble, match="permits 1, records 0, leaves 1"):
        serving.look_at_barriers()
    assert gate.run(SUGGEST, person=made.noor.id).code == "NO_AUDIT"


def lifted(table: str, trigger: str) -> list[str]:
    """Give what somebody with the database in hand does to get past a guard."""
    if connection.vendor == "sqlite":
        return [f"DROP TRIGGER rights_{trigger}"]
    return ["SET CONSTRAINTS ALL IMMEDIATE", f"ALTER TABLE {table} DISABLE TRIGGER rights_{trigger}"]


# --- hourly -----------------------------------------------------------------------------------------------------------


def test_an_hourly_look_that_stops_coming_makes_every_system_refuse(made: House):
    """The canary and the counts are good for three hours: a service whose timetable died goes silent by itself."""
    later = timezone.now() + timedelta(hours=3, minutes=1)
    assert gate.run(SUGGEST, person=made.noor.id, clock=lambda: later).code == "NO_AUDIT"
    jobs.hourly(now=later)
    assert not isinstance(gate.run(SUGGEST, person=made.noor.id, clock=lambda: later), Denied)


def test_permits_records_and_leaves_are_one_count_whatever_came_of_the_runs(made: House):
    now = timezone.now()
    run(made, at=now)
    run(made, INFORM, at=now)
    gate.run_many(SUGGEST, clock=lambda: now)
    gate.trial(SUGGEST, [{"n": 1}], clock=lambda: now)
    behave.explain = lambda *_: None
    run(made, INFORM, at=now)  # denied: it counts nowhere
    stopping.carry_out(
        stopping.order(made.own(), [SUGGEST], "all", "", at=now, language="nl"), [SUGGEST], jobs.clear_derived, at=now
    )
    counts = service.count()
    assert (counts.permits, counts.records, counts.leaves) == (4, 4, 4)
    kinds = ledger.counts()
    assert (kinds["inference"], kinds["validation-run"]) == (3, 1)
