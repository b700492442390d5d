"""One inference, in order: what is released, what is held, what is denied, and what is written."""

import time
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from samen.ledger import store as ledger
from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Role, Scope
from samen.rights import gate, oversight
from samen.rights.models.inference import DeniedRun, InferenceRecord, PermitRow
from samen.rights.oversight import Decided, State, Verdict
from samen.rights.permits import NotPermitted
from samen.rights.register import Registered
from samen.rights.store import consent, inference, service, stopping
from samen.rights.store.waiting import for_human
from samen.rights.words import Category, Denied, Finding, Gathered, Held, Item, Oversight, Permit, Released
from tests.rights import example
from tests.rights.example import INFORM, NOW, SUGGEST, USE, House, behave, house, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    behave.gather = behave.infer = behave.explain = None
    behave.seen.clear()
    return house()


def test_a_suggestion_is_held_for_the_role_that_decides(made: House):
    match run(made):
        case Held(role=role, due=due):
            assert (role, due) == (Role.CLINICIAN, NOW + timedelta(days=7))
        case other:
            pytest.fail(f"{other}")


def test_what_only_informs_is_released_with_its_explanation(made: House):
    match run(made, INFORM):
        case Released(finding=finding, explanation=explanation):
            assert finding.code == "echo"
            assert explanation.factors
        case other:
            pytest.fail(f"{other}")


def test_permit_record_and_leaf_are_written_together(made: House):
    run(made)
    counts = service.count()
    assert counts.agree
    assert counts.permits == 1
    assert ledger.counts()["inference"] == 1


def test_what_was_said_is_unreadable_without_the_persons_key(made: House):
    run(made)
    row = InferenceRecord.objects.get()
    assert b"echo" not in bytes(row.body)
    people.destroy_key(made.noor.id)
    assert inference.record(made.own(Scope.FINDINGS), row.id).body is None


def test_a_denied_run_leaves_a_reason_and_nothing_else(made: House):
    consent.say(made.own(), SUGGEST, USE, yes=False, at=NOW, language="nl")
    assert run(made) == Denied("WITHDRAWN", detail=USE.key)
    assert DeniedRun.objects.get().code == "WITHDRAWN"
    assert behave.seen == []
    assert not PermitRow.objects.exists()


def test_a_stop_in_the_middle_of_a_slow_inference_releases_nothing(made: House):
    def slow(gathered: Gathered) -> Finding:
        return Finding(code="echo", value={}, sureness=f"{example.WORDS}.how_sure")

    def stop_while_gathering(permit: object) -> Gathered:
        stopping.order(made.own(), [SUGGEST], "all", "", at=NOW, language="nl")
        return Gathered(items=(), data={"n": 1})

    behave.gather, behave.infer = stop_while_gathering, slow
    assert run(made) == Denied("STALE_PERMIT")
    assert not InferenceRecord.objects.exists()


def test_a_suspension_in_the_middle_of_a_run_releases_nothing(made: House):
    def suspend(permit: object) -> Gathered:
        example.register.suspend_by_machine(SUGGEST.id, "drill", at=NOW)
        return Gathered(items=(), data={"n": 1})

    behave.gather = suspend
    assert run(made) == Denied("STALE_PERMIT")


def test_a_permit_that_ran_out_meanwhile_releases_nothing(made: House):
    clock = [NOW]

    def last_too_long(gathered: Gathered) -> Finding:
        clock[0] = NOW + timedelta(seconds=SUGGEST.manifest.permit_seconds)
        return Finding(code="echo", value={}, sureness=f"{example.WORDS}.how_sure")

    behave.infer = last_too_long
    assert gate.run(SUGGEST, person=made.noor.id, clock=lambda: clock[0]) == Denied("STALE_PERMIT")


def test_a_store_refuses_a_permit_that_ran_out(made: House):
    clock = [NOW]

    def read_late(permit: Permit) -> Gathered:
        clock[0] = permit.expires
        gate.require(permit, Category.QUESTIONNAIRES, permit.person)
        return Gathered(items=(), data={"n": 1})

    behave.gather = read_late
    assert gate.run(SUGGEST, person=made.noor.id, clock=lambda: clock[0]).code == "EXCESS_DATA"


def test_an_inference_that_takes_too_long_is_denied(made: House):
    behave.infer = lambda gathered: time.sleep(0.8)
    assert run(made).code == "TIMEOUT"


@pytest.mark.row("R3.1c")
def test_a_finding_without_explanation_is_no_finding(made: House):
    behave.explain = lambda gathered, finding: None
    assert run(made).code == "NO_EXPLANATION"


def test_an_explanation_with_a_sentence_nobody_wrote_is_none(made: House):
    behave.explain = lambda gathered, finding: replace(example.WHY, sure=example.Phrase("rights.nobody.wrote.this"))
    assert run(made).code == "NO_EXPLANATION"


def test_an_item_of_another_category_is_excess_data(made: House):
    behave.gather = lambda permit: Gathered(
        items=(Item(Category.LOCATION, "x", f"{example.WORDS}.name"),), data={"n": 1}
    )
    assert run(made).code == "EXCESS_DATA"


def test_a_store_refuses_a_category_that_the_permit_does_not_name(made: House):
    behave.gather = lambda permit: gate.require(permit, Category.LOCATION, permit.person)
    assert run(made).code == "EXCESS_DATA"


def test_a_store_refuses_another_person_than_the_permit_names(made: House):
    other = people.create_person("Lea", "en", None, now=NOW)
    behave.gather = lambda permit: gate.require(permit, Category.QUESTIONNAIRES, other.id)
    assert run(made).code == "EXCESS_DATA"


def test_nobody_else_can_call_what_the_gate_keeps():
    with pytest.raises(NotPermitted):
        SUGGEST.manifest.infer(Gathered(items=(), data={"n": 1}))


def test_a_supporter_is_no_recipient_of_a_system_that_does_not_name_family(made: House):
    supporter = Allowed(
        person=made.noor.id, scope=Scope.FINDINGS, ground=Ground.SUPPORT, role=Role.SUPPORTER, actor=made.sam.id
    )
    assert gate.run(SUGGEST, person=made.noor.id, actor=supporter, clock=lambda: NOW).code == "RECIPIENT_DENIED"


def test_a_run_takes_at_most_eight_statements(made: House):
    run(made)
    with CaptureQueriesContext(
        connection,
    ) as ran:
        run(made)
    statements = [
        each["sql"] for each in ran if not each["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    assert len(statements) <= 8, "\n".join(statements)


def test_a_person_nobody_knows_is_denied_without_a_trace_of_them(made: House):
    assert isinstance(run(made, person=uuid4()), Denied)


# --- many -------------------------------------------------------------------------------------------------------------


def test_many_people_get_the_same_answers_as_one_by_one(made: House):
    lea = people.create_person("Lea", "en", people.create_account("lea@example.org", "Lea"), now=NOW)
    outcomes = gate.run_many(SUGGEST, [made.noor.id, lea.id], clock=lambda: NOW)
    assert isinstance(outcomes[made.noor.id], Held)
    assert outcomes[lea.id] == Denied("NO_CONSENT")
    assert service.count().agree


def test_many_people_take_as_many_statements_as_a_few(made: House):
    few = _statements_for(made, 3)
    assert _statements_for(made, 40) == few


def _statements_for(made: House, number: int) -> int:
    for place in range(number):
        account = people.create_account(f"p{number}-{place}@example.org", "P")
        person = people.create_person("P", "nl", account, now=NOW - timedelta(days=2))
        own = Allowed(person=person.id, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=account.id)
        consent.notice(own, SUGGEST, at=NOW - timedelta(days=1))
        for use in SUGGEST.manifest.uses:
            consent.say(own, SUGGEST, use, yes=True, at=NOW - timedelta(days=1), language="nl")
    example.register.move(SUGGEST, example.Stage.GENERAL, by=made.lead, reason="More", at=NOW) if number == 3 else None
    with CaptureQueriesContext(connection) as ran:
        outcomes = gate.run_many(SUGGEST, clock=lambda: NOW)
    assert sum(isinstance(each, Held) for each in outcomes.values()) >= number
    return len([each for each in ran if "tile" not in each["sql"]])


def test_among_many_only_the_one_who_stopped_gets_nothing(made: House):
    lea = people.create_person("Lea", "en", people.create_account("lea@example.org", "Lea"), now=NOW)
    own = Allowed(person=lea.id, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=lea.account_id)
    consent.notice(own, SUGGEST, at=NOW)
    for use in SUGGEST.manifest.uses:
        consent.say(own, SUGGEST, use, yes=True, at=NOW - timedelta(days=1), language="en")

    def stop_noor(permit: object) -> Gathered:
        if permit.person == made.noor.id:
            stopping.order(made.own(), [SUGGEST], "all", "", at=NOW, language="nl")
        return Gathered(items=(), data={"n": 1})

    behave.gather = stop_noor
    outcomes = gate.run_many(SUGGEST, clock=lambda: NOW)
    assert outcomes[made.noor.id] == Denied("STALE_PERMIT")
    assert isinstance(outcomes[lea.id], Held)


# --- without a person -------------------------------------------------------------------------------------------------


def test_a_validation_run_is_on_the_ledger_and_in_nobodys_record(made: House):
    outcome = gate.trial(SUGGEST, [{"n": 1}, {"n": 2}], clock=lambda: NOW)
    assert [finding.value for finding, _ in outcome.findings] == [{"n": 1}, {"n": 2}]
    assert not InferenceRecord.objects.exists()
    assert service.count().agree
    assert ledger.counts()["validation-run"] == 1


@pytest.mark.parametrize(("minutes", "recorded"), [(40, True), (61, False)])
def test_a_validation_run_of_much_material_has_an_hour(made: House, minutes, recorded):
    times = iter([NOW])
    outcome = gate.trial(SUGGEST, [{"n": 1}], clock=lambda: next(times, NOW + timedelta(minutes=minutes)))
    assert isinstance(outcome, gate.TrialRun) if recorded else outcome == Denied("STALE_PERMIT")


def test_a_validation_run_of_a_suspended_system_is_denied(made: House):
    example.register.suspend_by_machine(SUGGEST.id, "drill", at=NOW)
    assert gate.trial(SUGGEST, [{"n": 1}], clock=lambda: NOW) == Denied("SUSPENDED")


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_a_finding_counts_only_once_a_human_accepted_it(made: House):
    held = run(made)
    assert inference.record(made.own(Scope.FINDINGS), held.record).state is State.HELD
    inference.decide(made.care(), held.record, Decided(Verdict.ACCEPT, "We spoke about it"), at=NOW)
    shown = inference.record(made.own(Scope.FINDINGS), held.record)
    assert (shown.state, shown.decided.by) == (State.RELEASED, "Sam")


def test_a_decision_without_a_reason_is_no_decision(made: House):
    held = run(made)
    with pytest.raises(ValueError, match="REASON_MISSING"):
        inference.decide(made.care(), held.record, Decided(Verdict.ACCEPT, " "), at=NOW)


def test_a_decision_is_made_once(made: House):
    held = run(made)
    inference.decide(made.care(), held.record, Decided(Verdict.REJECT, "Not so: she moved house"), at=NOW)
    with pytest.raises(inference.NotHeld):
        inference.decide(made.care(), held.record, Decided(Verdict.ACCEPT, "On second thought"), at=NOW)


def test_a_peer_worker_cannot_decide(made: House):
    held = run(made)
    peer = Allowed(
        person=made.noor.id, scope=Scope.FINDINGS, ground=Ground.CARE, role=Role.PEER_WORKER, actor=made.sam.id
    )
    with pytest.raises(inference.NotHeld):
        inference.decide(peer, held.record, Decided(Verdict.ACCEPT, "Looks right to me"), at=NOW)


# --- alerts -----------------------------------------------------------------------------------------------------------


def alerting(within: timedelta | None = None) -> Registered:
    """A system like the suggesting one that alerts, as its room would declare it."""
    return replace(SUGGEST, manifest=replace(SUGGEST.manifest, oversight=Oversight.ALERT, alert_within=within))


@pytest.mark.parametrize(
    ("declared", "term"), [(None, oversight.ALERT_WITHIN), (timedelta(minutes=5), timedelta(minutes=5))]
)
def test_an_alert_waits_in_the_queue_of_its_role_until_the_minute_it_declares(
    made: House, declared: timedelta | None, term: timedelta
):
    held = run(made, alerting(declared))
    assert held.due == NOW + term
    waiting, _ = for_human(made.sam, Role.CLINICIAN, NOW)
    assert [(each.record, each.due) for each in waiting] == [(held.record, NOW + term)]
    inference.decide(made.care(), held.record, Decided(Verdict.ACCEPT, "I called her back"), at=NOW)
    assert for_human(made.sam, Role.CLINICIAN, NOW)[0] == []


# --- somebody without an account --------------------------------------------------------------------------------------


@pytest.fixture
def caller(made: House) -> Allowed:
    """Somebody who writes to a help line: no account, no name, and their own yes."""
    person = people.create_person("", "nl", None, now=NOW - timedelta(days=1))
    own = people.without_account(person.id, Scope.RIGHTS)
    consent.notice(own, INFORM, at=NOW - timedelta(hours=1))
    consent.say(own, INFORM, USE, yes=True, at=NOW - timedelta(hours=1), language="nl")
    return own


def test_somebody_without_account_is_the_one_who_receives_their_own_finding(caller: Allowed):
    assert isinstance(gate.run(INFORM, person=caller.person, actor=caller, clock=lambda: NOW), Released)
    shown = inference.latest(people.without_account(caller.person, Scope.FINDINGS), INFORM.id)
    assert shown.body.finding.code == "echo"
    assert service.count().agree


def test_somebody_without_account_stops_it_with_proof(caller: Allowed):
    gate.run(INFORM, person=caller.person, actor=caller, clock=lambda: NOW)
    stop = stopping.order(caller, [INFORM], "all", "", at=NOW, language="nl")
    assert stopping.carry_out(stop, [INFORM], lambda *_: 0, at=NOW).cleared["findings"] == 1
    assert gate.run(INFORM, person=caller.person, actor=caller, clock=lambda: NOW).code == "WITHDRAWN"


def test_nobody_passes_for_somebody_who_has_an_account(made: House):
    with pytest.raises(NotAllowed):
        people.without_account(made.noor.id, Scope.RIGHTS)
    unsigned = Allowed(person=made.noor.id, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=None)
    assert gate.run(INFORM, person=made.noor.id, actor=unsigned, clock=lambda: NOW).code == "RECIPIENT_DENIED"


@pytest.mark.parametrize("ground", [Ground.IMPORT, Ground.PORTABILITY])
def test_what_shows_nobody_anything_receives_nothing(made: House, ground: Ground):
    machine = people.machine(made.noor.id, ground)
    assert gate.run(INFORM, person=made.noor.id, actor=machine, clock=lambda: NOW).code == "RECIPIENT_DENIED"


def test_an_access_decision_about_one_person_opens_nothing_about_another(made: House, caller: Allowed):
    assert gate.run(INFORM, person=made.noor.id, actor=caller, clock=lambda: NOW).code == "RECIPIENT_DENIED"
    assert gate.run(INFORM, person=caller.person, actor=made.own(), clock=lambda: NOW).code == "RECIPIENT_DENIED"
