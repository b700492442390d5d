"""Faults put into every step of a run: whatever breaks, and however, the answer is a no and nothing is kept.

Property test: the place and the fault are drawn; a fault is an error of any kind, an answer of the wrong type, or time.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from samen.ledger.store import LedgerDamaged
from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.roles import Role, Scope
from samen.people.sealing import Unreadable
from samen.rights import body, checks, gate, permits
from samen.rights.models.inference import InferenceRecord, PermitRow
from samen.rights.store import consent, facts, inference, service
from samen.rights.words import Denied, Finding, Gathered, Held
from tests.rights.example import INFORM, NOW, SUGGEST, House, behave, house

pytestmark = pytest.mark.django_db

PLACES: dict[str, tuple[Any, str]] = {
    "reading the facts": (facts, "of_person"),
    "judging": (checks, "judge"),
    "signing the permit": (permits, "sign"),
    "gathering": (behave, "gather"),
    "inferring": (behave, "infer"),
    "explaining": (behave, "explain"),
    "looking at the explanation": (body, "check"),
    "looking a second time": (inference, "epochs_moved"),
    "sealing": (body, "to_bytes"),
    "writing to the log": (inference.ledger, "append"),
    "writing the rows": (inference, "insert"),
    "writing down a no": (inference, "note_denied"),
}
ERRORS = (
    ValueError, TypeError, KeyError, AttributeError, AssertionError, ZeroDivisionError, RecursionError, MemoryError, OSError,
    TimeoutError, ConnectionError, PermissionError, StopIteration, UnicodeError, NotImplementedError, RuntimeError,
    DatabaseError, OperationalError, Unreadable, LedgerDamaged, body.Incomplete, permits.NotPermitted,
)  # fmt: skip
WRONG = (
    None,
    True,
    False,
    0,
    1,
    "",
    "yes",
    b"",
    (),
    [],
    {},
    object(),
    Finding("x", {}, "y"),
    Gathered((), None),
    Denied,
)


@contextmanager
def broken(place: str, fault: object) -> Iterator[None]:
    """Put a fault in one place of the way, and take it out again."""
    where, name = PLACES[place]
    before = getattr(where, name)

    def instead(*_: object, **__: object) -> object:
        if isinstance(fault, type) and issubclass(fault, Exception):
            raise fault("drill")
        return fault

    setattr(where, name, instead)
    try:
        yield
    finally:
        setattr(where, name, before)


def ran(made: House, system: Any = INFORM) -> object:
    return gate.run(system, person=made.noor.id, clock=lambda: NOW)


def kept() -> tuple[int, int, bool]:
    return PermitRow.objects.count(), InferenceRecord.objects.count(), service.count().agree


@pytest.fixture
def made() -> House:
    behave.gather = behave.infer = behave.explain = None
    return house()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(place=st.sampled_from(sorted(PLACES)), error=st.sampled_from(ERRORS), held=st.booleans())
def test_an_error_of_any_kind_in_any_step_denies_and_keeps_nothing(made: House, place: str, error: type, held: bool):
    before = kept()
    with broken(place, error):
        outcome = ran(made, SUGGEST if held else INFORM)
    if place == "writing down a no":  # there was no no to write down: the run itself is in order
        assert not isinstance(outcome, Denied)
        return
    assert isinstance(outcome, Denied)
    assert kept() == before


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    place=st.sampled_from(
        ["reading the facts", "judging", "gathering", "inferring", "explaining", "signing the permit"]
    ),
    wrong=st.sampled_from(WRONG),
)
def test_an_answer_of_the_wrong_type_in_any_step_denies_and_keeps_nothing(made: House, place: str, wrong: object):
    assume(not (place == "judging" and wrong is None))  # silence is what it says when all is well
    assume(not (place == "judging" and isinstance(wrong, Denied)))
    before = kept()
    with broken(place, wrong):
        outcome = ran(made)
    if place == "gathering" and isinstance(wrong, Gathered):
        return  # of the right type, and empty: `infer` decides what to say of nothing
    if place == "inferring" and isinstance(wrong, Finding):
        return
    assert isinstance(outcome, Denied)
    assert kept() == before


@pytest.mark.parametrize("place", ["inferring", "explaining"])
def test_time_denies(made: House, place: str):
    before = kept()
    where, name = PLACES[place]
    setattr(where, name, lambda *_: time.sleep(0.8))
    assert ran(made).code == "TIMEOUT"
    assert kept() == before


@pytest.mark.parametrize(
    "value",
    [{"x": object()}, {"x": float("nan")}, {"x": float("inf")}, {"x": {1, 2}}, {"x": "a" * 300_000}],
    ids=["an object", "no number", "infinity", "a set", "far too long"],
)
def test_a_finding_that_is_not_plain_data_is_no_finding(made: House, value: dict):
    before = kept()
    behave.infer = lambda gathered: Finding("echo", value, "treatment.progress_watch.how_sure")
    assert isinstance(ran(made), Denied)
    assert kept() == before


def test_a_no_that_cannot_be_written_down_is_still_a_no(made: House):
    behave.infer = lambda gathered: None
    with broken("writing down a no", OperationalError):
        assert isinstance(ran(made), Denied)


@pytest.mark.parametrize("error", ERRORS)
def test_for_many_people_an_error_in_the_writing_denies_all_and_keeps_nothing(made: House, error: type):
    before = kept()
    with broken("writing to the log", error):
        outcomes = gate.run_many(SUGGEST, clock=lambda: NOW)
    assert {type(each) for each in outcomes.values()} == {Denied}
    assert kept() == before


def test_for_many_people_what_is_not_plain_data_is_lost_for_that_one_alone(made: House):
    lea = people.create_person("Lea", "en", people.create_account("lea@example.org", "Lea"), now=NOW)
    own = Allowed(person=lea.id, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=lea.account_id)
    consent.notice(own, SUGGEST, at=NOW)
    for use in SUGGEST.manifest.uses:
        consent.say(own, SUGGEST, use, yes=True, at=NOW, language="en")
    behave.gather = lambda permit: Gathered((), {"n": object() if permit.person == lea.id else 1})
    outcomes = gate.run_many(SUGGEST, clock=lambda: NOW)
    assert outcomes[lea.id].code == "NO_EXPLANATION"
    assert isinstance(outcomes[made.noor.id], Held)
    assert service.count().agree
