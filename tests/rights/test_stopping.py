"""Stop with proof: at once, for everything that is named, also when something breaks in between."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from samen.ledger import store as ledger
from samen.ledger.receipt import verify_receipt
from samen.people.access import NotAllowed
from samen.people.roles import Scope
from samen.rights import jobs
from samen.rights.oversight import State
from samen.rights.store import consent, inference, stopping
from samen.rights.words import Denied, Held
from tests.rights.example import INFORM, NOW, SUGGEST, USE, House, behave, house, run, say_yes

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def made():
    behave.gather = behave.infer = behave.explain = None
    return house()


def stop(made: House, kind: str = "all", what: str = "") -> stopping.Stopped:
    ordered = stopping.order(made.own(), [SUGGEST, INFORM], kind, what, at=LATER, language="nl")
    return stopping.carry_out(ordered, [SUGGEST, INFORM], jobs.clear_derived, at=LATER)


@pytest.mark.row("R6.1c", "P6")
def test_after_one_press_nothing_runs(made: House):
    stop(made)
    for each in (SUGGEST, INFORM):
        assert run(made, each, at=LATER + timedelta(seconds=1)).code == "WITHDRAWN"


def test_a_stop_of_one_system_leaves_the_other(made: House):
    stop(made, "system", SUGGEST.id)
    assert run(made, SUGGEST, at=LATER).code == "WITHDRAWN"
    assert not isinstance(run(made, INFORM, at=LATER), Denied)


def test_a_stop_of_a_category_stops_every_system_that_reads_it(made: House):
    stop(made, "category", "questionnaires")
    assert {run(made, each, at=LATER).code for each in (SUGGEST, INFORM)} == {"WITHDRAWN"}


def test_what_was_said_is_cleared_and_that_it_ran_stays(made: House):
    held = run(made)
    done = stop(made)
    shown = inference.record(made.own(Scope.FINDINGS), held.record)
    assert (shown.state, shown.body, done.cleared["findings"]) == (State.CLEARED, None, 1)


def test_queued_runs_go(made: House):
    jobs.run_system.enqueue(system=SUGGEST.id, person=str(made.noor.id))
    assert stop(made).cleared["queued"] == 1
    assert stop(made).cleared["queued"] == 0


@pytest.mark.row("R6.1c")
def test_the_receipt_verifies_without_the_service(made: House):
    run(made)
    done = stop(made)
    row = stopping.of_person(made.own(), done.id)
    receipt = ledger.receipt(done.leaf, now=LATER, secret=stopping.secret(row))
    assert verify_receipt(receipt, ledger.public_key()) == []


def test_a_receipt_with_another_number_in_it_does_not_verify(made: House):
    done = stop(made)
    row = stopping.of_person(made.own(), done.id)
    row.cleared["findings"] += 1
    receipt = ledger.receipt(done.leaf, now=LATER, secret=stopping.secret(row))
    assert verify_receipt(receipt, ledger.public_key()) != []


def test_success_is_said_only_when_all_is_done(made: House):
    ordered = stopping.order(made.own(), [SUGGEST], "all", "", at=LATER, language="nl")
    assert stopping.mine(made.own())[0].done_at is None
    assert ordered in stopping.unfinished()


def test_a_crash_in_between_still_ends_stopped(made: House):
    run(made)

    def crash(*_: object) -> int:
        raise DatabaseError("the disk is full")

    ordered = stopping.order(made.own(), [SUGGEST, INFORM], "all", "", at=LATER, language="nl")
    with pytest.raises(DatabaseError):
        stopping.carry_out(ordered, [SUGGEST, INFORM], crash, at=LATER)
    assert run(made, at=LATER).code == "WITHDRAWN"  # nothing runs meanwhile
    assert jobs.finish_stops(now=LATER) == 1
    assert stopping.unfinished() == []
    assert stopping.mine(made.own())[0].cleared["findings"] == 1


def test_carrying_out_twice_changes_nothing_more(made: House):
    run(made)
    done = stop(made)
    again = stopping.carry_out(done.id, [SUGGEST, INFORM], jobs.clear_derived, at=LATER)
    assert again == done


def test_nobody_else_presses_stop(made: House):
    with pytest.raises(NotAllowed):
        stopping.order(made.care(Scope.RIGHTS), [SUGGEST], "all", "", at=NOW, language="nl")


def test_after_a_stop_it_takes_a_new_yes_to_run_again(made: House):
    stop(made)
    after = LATER + timedelta(minutes=1)
    consent.say(made.own(), SUGGEST, USE, yes=True, at=after, language="nl")
    assert run(made, at=after).code == "WITHDRAWN"  # one of two uses
    say_yes(made, SUGGEST, at=after)
    assert isinstance(run(made, at=after), Held)
