"""What may be registered, what a digest covers, and who may move what."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.people.roles import CARDS, Duty, Role
from samen.rights import oversight, panel, prohibited, register, stages
from samen.rights.models.system import StageChange, SystemState
from samen.rights.panel import Ballot, Vote
from samen.rights.store import systems as store
from samen.rights.words import Context, Oversight, Recipient, Stage, Trait
from tests.rights.example import NOW, SUGGEST, USE, House, behave, house, run, system

SENTENCES = {"treatment.progress_watch.name": {"en": "Course", "nl": "Verloop"}}


def problems(**changes: object) -> list[str]:
    return register.problems(system(**changes), written=lambda _: True, there=lambda _: True)


def test_a_whole_declaration_has_no_problems():
    assert problems() == []


@pytest.mark.row("P10", "K6.4", "K6.5", "R6.2b", "K2.3")
@pytest.mark.parametrize(
    "changes",
    [
        *({"context": each} for each in Context if each in prohibited.CONTEXTS),
        *({"uses": (replace(USE, recipient=each),)} for each in prohibited.RECIPIENTS),
        *({"traits": frozenset({each})} for each in Trait),
    ],
    ids=str,
)
def test_what_may_never_be_is_refused_at_registration(changes: dict):
    assert any(each.startswith("PROHIBITED") for each in problems(**changes))


@pytest.mark.row("P10")
def test_no_setting_lifts_a_prohibition(monkeypatch: pytest.MonkeyPatch):
    for name in ("SAMEN_DEMO", "SAMEN_DEBUG", "SAMEN_ALLOW", "SAMEN_PROHIBITED"):
        monkeypatch.setenv(name, "1")
    assert problems(context=Context.INSURANCE)


@pytest.mark.parametrize(
    "changes",
    [{"uses": ()}, {"reviewer": None}, {"evidence": ()}, {"sources": ()}, {"languages": ()}, {"alternative": ""}],
    ids=str,
)
def test_what_is_not_declared_is_refused(changes: dict):
    assert problems(**changes)


@pytest.mark.parametrize(
    "within", [timedelta(0), timedelta(minutes=-1), oversight.ALERT_WITHIN + timedelta(seconds=1)], ids=str
)
def test_an_alert_that_waits_for_no_time_or_too_long_is_refused(within: timedelta):
    assert problems(oversight=Oversight.ALERT, alert_within=within)


def test_an_alert_may_be_sooner_than_usual_and_nothing_else_may_carry_its_term():
    assert problems(oversight=Oversight.ALERT, alert_within=timedelta(minutes=5)) == []
    assert problems(oversight=Oversight.SUGGEST, alert_within=timedelta(minutes=5))


def test_a_sentence_missing_in_one_language_is_refused():
    missing = register.problems(system(), written=lambda key: not key.endswith(".risks"), there=lambda _: True)
    assert missing == ["no sentence treatment.progress_watch.risks in every language"]


def digest(made: object = None, code: bytes = b"x", words: dict | None = None) -> str:
    return register.digest(made or system(), lambda _: code, words or SENTENCES)


@pytest.mark.row("R1.1b")
@pytest.mark.parametrize(
    "other",
    [
        {"code": b"y"},
        {"words": {"treatment.progress_watch.name": {"en": "Course", "nl": "Beloop"}}},
        {"made": system(version="1.1")},
        {"made": system(oversight=Oversight.INFORM)},
        {"made": system(uses=(USE,))},
        {"made": system(fairness={"gap": 0.1})},
        {"made": system(alert_within=timedelta(minutes=5))},
    ],
    ids=lambda each: next(iter(each)),
)
def test_one_byte_of_code_words_or_declaration_gives_another_digest(other: dict):
    assert digest(**other) != digest()


def test_the_digest_is_the_same_in_every_process_and_order():
    reordered = dict(reversed(list({**SENTENCES, "other.key": {"en": "a", "nl": "b"}}.items())))
    assert digest(words=reordered) == digest()


# --- stages -----------------------------------------------------------------------------------------------------------

EVERY_DUTY = frozenset(Duty)


@pytest.mark.parametrize(("start", "end"), list(product(Stage, Stage)))
def test_a_move_that_is_not_in_the_table_is_refused(start: Stage, end: Stage):
    refusal = stages.refusal(start, end, duties=EVERY_DUTY, approved=True, evidenced=True, hands=stages.RESUME_HANDS)
    assert (refusal == "NO_SUCH_MOVE") == (stages.move(start, end) is None)


@pytest.mark.row("P7", "R1.1b", "R4.2")
@pytest.mark.parametrize("end", [Stage.PILOT, Stage.GENERAL])
def test_nothing_goes_further_without_panel_and_evidence(end: Stage):
    start = Stage.DESIGN if end is Stage.PILOT else Stage.PILOT
    for approved, evidenced in ((False, True), (True, False)):
        assert stages.refusal(start, end, duties=EVERY_DUTY, approved=approved, evidenced=evidenced)


@pytest.mark.row("L2")
def test_suspending_needs_one_and_resuming_needs_three():
    for role in (Role.CLINICIAN, Role.PANEL_MEMBER, Role.OVERSEER, Role.CLINICAL_LEAD):
        duties = CARDS[role].duties
        assert stages.refusal(Stage.GENERAL, Stage.SUSPENDED, duties=duties, approved=False, evidenced=False) == ""
    for missing in stages.RESUME_HANDS:
        hands: AbstractSet[Role] = stages.RESUME_HANDS - {missing}
        assert (
            stages.refusal(
                Stage.SUSPENDED, Stage.GENERAL, duties=EVERY_DUTY, approved=True, evidenced=True, hands=hands
            )
            == "HANDS_MISSING"
        )


def test_who_runs_the_machine_moves_nothing():
    duties = CARDS[Role.ADMINISTRATOR].duties
    assert all(
        stages.refusal(a, b, duties=duties, approved=True, evidenced=True, hands=stages.RESUME_HANDS)
        for a, b in product(Stage, Stage)
    )


def test_the_diagram_draws_every_move():
    assert all(f"{each.start} --> {each.end}" in stages.diagram() for each in stages.MOVES)


# --- panel ------------------------------------------------------------------------------------------------------------


def ballot(vote: Vote = Vote.YES, *, lived: bool = True, conflicted: bool = False, settled: bool = True) -> Ballot:
    return Ballot(vote, lived, conflicted, settled, NOW)


@pytest.mark.row("L9", "P2")
@given(st.lists(st.sampled_from(Vote), max_size=12), st.lists(st.sampled_from([Vote.NO, Vote.VETO]), max_size=6))
def test_no_combination_of_staff_votes_alone_reaches_approval(staff: list[Vote], lived: list[Vote]):
    ballots = [ballot(each, lived=False) for each in staff] + [ballot(each) for each in lived]
    assert not panel.tally(ballots).approved


@pytest.mark.row("L2")
def test_a_third_of_the_seats_with_lived_experience_vetoes():
    assert panel.tally([ballot(), ballot(), ballot(Vote.VETO), ballot(lived=False)]).vetoed
    assert not panel.tally([ballot(), ballot(), ballot(), ballot(Vote.VETO)]).vetoed


@pytest.mark.row("K8.1", "K9.4")
def test_a_ballot_with_ties_to_the_maker_is_not_counted():
    assert panel.tally([ballot(), ballot(), ballot(conflicted=True)]).reason == "NO_QUORUM"


@pytest.mark.row("L11")
def test_unpaid_work_voids_an_approval():
    tally = panel.tally([ballot(), ballot(), ballot(settled=False)])
    assert tally.approved
    assert tally.unpaid


# --- as it is kept ----------------------------------------------------------------------------------------------------


@pytest.fixture
def made(db):
    behave.gather = behave.infer = behave.explain = None
    return house()


@pytest.mark.row("R1.1b", "L5")
def test_new_code_has_neither_evidence_nor_approval(made: House):
    changed = replace(SUGGEST, built="f" * 64)
    assert run(made, changed).code == "DIGEST_MISMATCH"
    store.enter(changed, at=NOW)
    assert run(made, changed).code == "NOT_VALIDATED"


@pytest.mark.row("L11")
def test_a_new_ballot_that_nobody_paid_for_stops_the_system(made: House):
    store.vote(SUGGEST, Vote.YES, by=made.panel[0], reason="Still clear", at=NOW)
    assert run(made).code == "UNPAID"


@pytest.mark.row("L2")
def test_one_human_suspends_and_three_resume(made: House):
    store.move(SUGGEST, Stage.SUSPENDED, by=made.sam, reason="It frightened somebody", at=NOW)
    assert run(made).code == "SUSPENDED"
    for by, role in ((made.lead, Role.CLINICAL_LEAD), (made.panel[0], Role.PANEL_MEMBER)):
        store.lend_hand(SUGGEST, by=by, role=role, reason="We mended it", at=NOW)
        with pytest.raises(store.Refused, match="HANDS_MISSING"):
            store.move(SUGGEST, Stage.PILOT, by=made.lead, reason="Mended", at=NOW)
    store.lend_hand(SUGGEST, by=made.overseer, role=Role.OVERSEER, reason="I looked", at=NOW)
    store.move(SUGGEST, Stage.PILOT, by=made.lead, reason="Mended", at=NOW)
    assert not hasattr(run(made), "code")


def test_one_human_is_one_hand(made: House):
    store.move(SUGGEST, Stage.SUSPENDED, by=made.sam, reason="Stop", at=NOW)
    store.lend_hand(SUGGEST, by=made.lead, role=Role.CLINICAL_LEAD, reason="Mended", at=NOW)
    with pytest.raises(store.Refused, match="HAND_TWICE"):
        store.lend_hand(SUGGEST, by=made.lead, role=Role.CLINICAL_LEAD, reason="Mended", at=NOW)


@pytest.mark.row("R1.1a")
def test_evidence_that_misses_its_bound_does_not_pass(made: House):
    for low in (0.89, 0.9):
        filed = store.file_evidence(
            SUGGEST,
            Stage.GENERAL,
            [store.Figure("right", 0.95, low, 0.99, 100)],
            protocol="p",
            protocol_at=NOW - timedelta(days=1),
            results_at=NOW,
            by=made.lead,
        )
        assert filed.passed == (low >= 0.9)


def test_a_measure_that_was_registered_and_not_measured_does_not_pass(made: House):
    filed = store.file_evidence(
        SUGGEST,
        Stage.GENERAL,
        [store.Figure("something-else", 0.99, 0.98, 1.0, 100)],
        protocol="p",
        protocol_at=NOW - timedelta(days=1),
        results_at=NOW,
        by=made.lead,
    )
    assert not filed.passed


@pytest.mark.row("R1.2d")
def test_every_move_names_a_human_a_role_and_a_reason(made: House):
    store.move(SUGGEST, Stage.SUSPENDED, by=made.overseer, reason="Complaint", at=NOW)
    change = StageChange.objects.filter(system=SUGGEST.id).latest("id")
    assert (change.by, change.role, change.reason) == (made.overseer, Role.OVERSEER, "Complaint")
    assert SystemState.objects.get(id=SUGGEST.id).suspended_from == Stage.PILOT


def test_a_clinician_moves_nothing_but_to_suspended(made: House):
    with pytest.raises(store.Refused, match="NOT_YOUR_DUTY"):
        store.move(SUGGEST, Stage.GENERAL, by=made.sam, reason="Nice", at=NOW)


def test_only_the_recipient_list_of_the_enum_is_split_in_two():
    assert {each for each in Recipient if each not in prohibited.RECIPIENTS} == {
        Recipient.PERSON,
        Recipient.CARE_TEAM,
        Recipient.OWN_CONTACT,
        Recipient.FAMILY,
        Recipient.RESEARCHER,
        Recipient.VENDOR,
    }
