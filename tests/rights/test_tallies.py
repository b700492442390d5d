"""Counting once, and then only what came after, gives the numbers that counting everything gives."""

from datetime import timedelta
from uuid import uuid4

import pytest

from samen.rights import jobs
from samen.rights.models.inference import Decision, DeniedRun, InferenceRecord
from samen.rights.models.service import Tally
from samen.rights.oversight import Decided, Verdict
from samen.rights.store import inference as store
from samen.rights.store import sheets, tallies
from samen.rights.words import Held
from tests.rights.example import NOW, SUGGEST, House, house, run

pytestmark = pytest.mark.django_db


def counted() -> tuple[int, dict[str, int], dict[str, int]]:
    """Count all rows one by one, as the database has them."""
    mine = {"system": SUGGEST.id}
    denied = list(DeniedRun.objects.filter(**mine).values_list("code", flat=True))
    decided = list(Decision.objects.filter(record__system=SUGGEST.id).values_list("verdict", flat=True))
    return (
        InferenceRecord.objects.filter(**mine).count(),
        {each: denied.count(each) for each in denied},
        {each: decided.count(each) for each in decided},
    )


def told() -> tuple[int, dict[str, int], dict[str, int]]:
    numbers = sheets.numbers()[SUGGEST.id]
    return numbers.runs, dict(numbers.denied), dict(numbers.decisions)


def happens(made: House, at: timedelta) -> None:
    """Let one run be decided, one wait, and one be denied."""
    run(made, at=NOW + at)
    held = run(made, at=NOW + at)
    assert isinstance(held, Held)
    store.decide(made.care(), held.record, Decided(Verdict.ACCEPT, "We spoke about it"), at=NOW + at)
    run(made, at=NOW + at, person=uuid4())


def test_numbers_are_the_same_before_and_after_they_were_summed_up_and_while_more_happens():
    made = house()
    happens(made, timedelta())
    assert told() == counted()
    tallies.fold(NOW + timedelta(hours=2))
    assert Tally.objects.filter(what="run").get().times == 2
    assert told() == counted()
    happens(made, timedelta(minutes=30))
    assert told() == counted()
    tallies.fold(NOW + timedelta(hours=5))
    tallies.fold(NOW + timedelta(hours=6))
    assert told() == counted()
    assert Tally.objects.filter(what="run").get().times == 4


def test_a_denied_run_is_summed_up_only_when_no_earlier_one_can_still_appear():
    made = house()
    run(made, person=uuid4())
    tallies.fold(NOW + timedelta(minutes=59))
    assert not Tally.objects.filter(what="denied").exists()
    tallies.fold(NOW + timedelta(minutes=61))
    assert Tally.objects.get(what="denied").times == 1


def test_the_hourly_look_sums_up():
    made = house()
    run(made)
    jobs.hourly(now=NOW)
    assert Tally.objects.get(what="run").times == 1
