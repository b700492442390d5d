"""The checks, one by one: each denies for its own reason, errs towards no, and is the only thing that does."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.rights import checks
from samen.rights.checks import CHECKS, Ask, Facts, judge
from samen.rights.consent import NOTICE_HOLDS_FOR, Statement
from samen.rights.words import Aim, Context, Denied, Epochs, Oversight, Recipient, Stage, Trait, Use
from tests.rights.example import CARE, NOW, USE, system

SYSTEM = system()
YEAR = timedelta(days=365)
ASK = Ask(uses=frozenset(SYSTEM.uses), recipient=Recipient.PERSON, language="nl")
GOOD = Facts(
    now=NOW,
    digest="d",
    digest_on_file="d",
    stage=Stage.GENERAL,
    pilot_cap=5,
    pilot_taken=5,
    has_seat=False,
    evidence_until={Stage.PILOT: NOW + YEAR, Stage.GENERAL: NOW + YEAR},
    approved_until=NOW + YEAR,
    vetoed=False,
    unpaid=False,
    need_until=NOW + YEAR,
    statements=tuple(Statement(use=use, yes=True, at=NOW - YEAR / 2, until=NOW + YEAR / 2) for use in SYSTEM.uses),
    restricted=False,
    in_crisis=False,
    notice_at=NOW - timedelta(days=1),
    on_duty=1,
    open_held=0,
    capacity=50,
    overdue=0,
    probes=dict.fromkeys((*checks.PROBES, *checks.AUDIT), NOW),
    epochs=Epochs(1, 1),
)


def no(use: Use, at: timedelta = timedelta()) -> Statement:
    return Statement(use=use, yes=False, at=NOW + at)


# name -> (check id, what is different, the code that is due)
DENIALS = {
    "nobody entered it": ("G01", {"digest_on_file": None}, "NOT_REGISTERED"),
    "no stage": ("G01", {"stage": None}, "NOT_REGISTERED"),
    "no epochs": ("G01", {"epochs": None}, "NOT_REGISTERED"),
    "other bytes run": ("G01", {"digest": "e"}, "DIGEST_MISMATCH"),
    "no bytes": ("G01", {"digest": ""}, "DIGEST_MISMATCH"),
    "an extra is missing": ("G01", {"ask": {"extra_missing": True}}, "EXTRA_MISSING"),
    "it may never be": ("G13", {"system": {"context": Context.INSURANCE}}, "PROHIBITED"),
    "it reads more than declared": (
        "G12",
        {"ask": {"uses": frozenset({replace(USE, recipient=Recipient.FAMILY)})}},
        "EXCESS_DATA",
    ),
    "it reads nothing named": ("G12", {"ask": {"uses": frozenset()}}, "EXCESS_DATA"),
    "it runs on a part and may not": ("G12", {"ask": {"uses": frozenset({USE})}}, "EXCESS_DATA"),
    "never asked": ("G06", {"statements": ()}, "NO_CONSENT"),
    "one use is not covered": ("G06", {"statements": GOOD.statements[:1]}, "NO_CONSENT"),
    "withdrawn": ("G06", {"statements": (*GOOD.statements, no(CARE))}, "WITHDRAWN"),
    "the yes ended": (
        "G06",
        {"statements": tuple(replace(each, until=NOW) for each in GOOD.statements)},
        "CONSENT_EXPIRED",
    ),
    "frozen by the person": ("G06", {"restricted": True}, "RESTRICTED"),
    "nobody knows if frozen": ("G06", {"restricted": None}, "RESTRICTED"),
    "the person may be in danger": ("G21", {"in_crisis": True}, "IN_CRISIS"),
    "nobody knows if in danger": ("G21", {"in_crisis": None}, "IN_CRISIS"),
    "in design": ("G02", {"stage": Stage.DESIGN}, "NOT_IN_USE"),
    "retired": ("G02", {"stage": Stage.RETIRED}, "NOT_IN_USE"),
    "suspended": ("G02", {"stage": Stage.SUSPENDED}, "SUSPENDED"),
    "the pilot is full": ("G02", {"stage": Stage.PILOT}, "PILOT_FULL"),
    "only pilot evidence": ("G02", {"evidence_until": {Stage.PILOT: NOW + YEAR}}, "NOT_VALIDATED"),
    "evidence ended": ("G02", {"evidence_until": {Stage.GENERAL: NOW}}, "EVIDENCE_EXPIRED"),
    "no approval": ("G04", {"approved_until": None}, "NO_PANEL"),
    "approval ended": ("G04", {"approved_until": NOW}, "NO_PANEL"),
    "vetoed": ("G04", {"vetoed": True}, "VETOED"),
    "unknown if vetoed": ("G04", {"vetoed": None}, "NO_PANEL"),
    "somebody was not paid": ("G04", {"unpaid": True}, "UNPAID"),
    "no need on file": ("G05", {"need_until": None}, "NO_NEED"),
    "the need ended": ("G05", {"need_until": NOW}, "SUNSET"),
    "the sunset passed": ("G05", {"system": {"needed_until": date(2026, 11, 24)}}, "SUNSET"),
    "never disclosed": ("G07", {"notice_at": None}, "NOT_DISCLOSED"),
    "disclosed long ago": ("G07", {"notice_at": NOW - NOTICE_HOLDS_FOR}, "NOT_DISCLOSED"),
    "a language nobody validated": ("G07", {"ask": {"language": "pl"}}, "LANGUAGE"),
    "nobody on duty": ("G08", {"on_duty": 0}, "NO_HUMAN"),
    "the reviewers are flooded": ("G08", {"open_held": 50}, "NO_HUMAN"),
    "nobody counted the queue": ("G08", {"open_held": None}, "NO_HUMAN"),
    "a clock ran out": ("G11", {"overdue": 1}, "OVERDUE"),
    "nobody looked at the clocks": ("G11", {"overdue": None}, "OVERDUE"),
    "a recipient nobody named": ("G17", {"ask": {"recipient": Recipient.FAMILY}}, "RECIPIENT_DENIED"),
    "who asks was let in to somebody else": ("G17", {"ask": {"stranger": True}}, "RECIPIENT_DENIED"),
    "the canary is silent": ("G18", {"probes": {**GOOD.probes, "canary": NOW - checks.PROBE_HOLDS_FOR}}, "NO_AUDIT"),
    "never reconciled": (
        "G18",
        {"probes": {name: NOW for name in GOOD.probes if name != "reconciliation"}},
        "NO_AUDIT",
    ),
    "the help page is down": (
        "G19",
        {"probes": {name: NOW for name in GOOD.probes if name != "help-page"}},
        "NO_FALLBACK",
    ),
    "no way to a human": ("G19", {"probes": {**GOOD.probes, "human-route": NOW - YEAR}}, "NO_FALLBACK"),
}


def asked(name: str, which: tuple = CHECKS) -> Denied | None:
    _, different, _ = DENIALS[name]
    changed = dict(different)
    made = system(**changed.pop("system", {}))
    ask = replace(ASK, **changed.pop("ask", {}))
    return judge(made, ask, replace(GOOD, **changed), which)


def test_with_everything_in_order_it_may_run():
    assert judge(SYSTEM, ASK, GOOD) is None


def test_a_system_declared_in_parts_may_run_on_the_part_that_was_said_yes_to():
    ask, said = replace(ASK, uses=frozenset({USE})), replace(GOOD, statements=GOOD.statements[:1])
    assert judge(system(in_parts=True), ask, said) is None
    assert judge(system(in_parts=True), ASK, said) == Denied("NO_CONSENT", detail=CARE.key)


@pytest.mark.row("R1.1b", "R2.1b", "R5.1a", "R6.1a", "R6.1b", "K3.3")
@pytest.mark.parametrize("name", DENIALS)
def test_each_thing_out_of_order_denies_with_its_own_code(name: str):
    assert asked(name).code == DENIALS[name][2]


@pytest.mark.parametrize("name", DENIALS)
def test_each_denial_comes_from_its_own_check_alone(name: str):
    """Switch-off test: without this one check the same facts would let it run, or another reason would show."""
    number, _, code = DENIALS[name]
    without = tuple(each for each in CHECKS if each[0] != number)
    answer = asked(name, without)
    assert answer is None or answer.code != code


def test_every_check_is_tested_by_switching_it_off():
    assert {number for number, _, _ in CHECKS} == {number for number, _, _ in DENIALS.values()}


def test_no_checks_at_all_is_a_denial():
    assert judge(SYSTEM, ASK, GOOD, ()) == Denied("FAILED", detail="no checks")


WRONG_ANSWERS = st.one_of(
    st.just(True),
    st.just(False),
    st.just(""),
    st.just(0),
    st.text(),
    st.integers(),
    st.just(()),
    st.just({}),
    st.just(object()),
)
ERRORS = st.sampled_from(
    [
        ValueError,
        KeyError,
        TimeoutError,
        MemoryError,
        ConnectionError,
        RecursionError,
        PermissionError,
        OSError,
        StopIteration,
    ]
)


@given(place=st.integers(0, len(CHECKS) - 1), fault=st.one_of(WRONG_ANSWERS, ERRORS))
def test_a_check_that_errs_or_answers_wrongly_denies(place: int, fault: object):
    """Fault injection: an exception, a time-out, a wrong type or an empty answer of any check is a no."""

    def broken(*_: object) -> object:
        if isinstance(fault, type):
            raise fault("drill")
        return fault

    number, code, _ = CHECKS[place]
    faulty = (*CHECKS[:place], (number, code, broken), *CHECKS[place + 1 :])
    assert isinstance(judge(SYSTEM, ASK, GOOD, faulty), Denied)


@given(
    name=st.sampled_from([each.name for each in fields(Facts)]),
    wrong=st.sampled_from([None, "", "x", -1, [], {}, object()]),
)
def test_a_missing_or_garbled_fact_never_widens_what_is_allowed(name: str, wrong: object):
    """One fact lost: either the run is denied, or that fact is one that can only forbid and is at its most lenient anyway."""
    harmless = {"pilot_cap", "pilot_taken", "has_seat", "evidence_expired"}  # read only while it is a pilot
    answer = judge(SYSTEM, ASK, replace(GOOD, **{name: wrong}))
    lenient = name == "open_held" and wrong == -1
    if name not in harmless and not lenient:
        assert isinstance(answer, Denied)


@given(jump=st.timedeltas(min_value=YEAR, max_value=30 * YEAR))
def test_a_clock_that_jumps_ahead_denies(jump: timedelta):
    assert isinstance(judge(SYSTEM, ASK, replace(GOOD, now=NOW + jump)), Denied)


@given(jump=st.timedeltas(min_value=YEAR, max_value=30 * YEAR))
def test_a_clock_that_jumps_back_denies(jump: timedelta):
    assert isinstance(judge(SYSTEM, ASK, replace(GOOD, now=NOW - jump)), Denied)


@pytest.mark.row("P10", "K6.4", "K6.1", "K6.3", "K6.6", "R2.2b", "R6.2b", "R8.1a", "S5")
@pytest.mark.parametrize(
    "forbidden",
    [
        *({"context": each} for each in Context if each in checks.prohibited.CONTEXTS),
        *({"uses": (replace(USE, recipient=each),)} for each in checks.prohibited.RECIPIENTS),
        *({"aim": each} for each in (Aim.COST, Aim.THROUGHPUT, Aim.ENGAGEMENT, Aim.REVENUE)),
        *({"traits": frozenset({each})} for each in Trait),
    ],
    ids=str,
)
def test_what_may_never_be_is_refused_at_each_run_too(forbidden: dict):
    made = system(**forbidden)
    ask = replace(ASK, uses=frozenset(made.uses))
    assert judge(made, ask, GOOD).code == "PROHIBITED"


def test_a_pilot_lets_in_who_has_a_seat_when_it_is_full():
    pilot = replace(GOOD, stage=Stage.PILOT, has_seat=True)
    assert judge(SYSTEM, ASK, pilot) is None


def test_what_only_informs_needs_nobody_on_duty():
    inform = system(oversight=Oversight.INFORM, reviewer=None)
    assert judge(inform, ASK, replace(GOOD, on_duty=0)) is None


def test_a_validation_run_needs_no_persons_yes_but_never_what_is_prohibited_or_suspended():
    trial = replace(ASK, trial=True)
    without = replace(GOOD, statements=(), notice_at=None, stage=Stage.DESIGN, approved_until=None, need_until=None)
    assert judge(SYSTEM, trial, without) is None
    assert judge(SYSTEM, trial, replace(without, stage=Stage.SUSPENDED)).code == "SUSPENDED"
    assert judge(system(context=Context.EMPLOYMENT), trial, without).code == "PROHIBITED"
