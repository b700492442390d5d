from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.people.access import Allowed, CarePurpose, Ground, NotAllowed, Refused, Tie, decide, may_start_care
from samen.people.roles import CARDS, Duty, Role, Scope

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOOR, HER_ACCOUNT, SAM = UUID(int=1), UUID(int=2), UUID(int=3)

grounds = st.sampled_from([Ground.CARE, Ground.SUPPORT, Ground.BREAK_GLASS])
moments = st.integers(-3, 3).map(lambda hours: NOON + hours * HOUR)
ties = st.builds(
    Tie,
    ground=grounds,
    role=st.sampled_from(Role),
    starts=moments,
    ends=st.none() | moments,
    purpose=st.just("treatment"),
    scopes=st.frozensets(st.sampled_from(Scope)),
)


def tie(ground=Ground.CARE, role=Role.CLINICIAN, starts=-1, ends=None, scopes=frozenset()):
    return Tie(
        ground, role, NOON + starts * HOUR, None if ends is None else NOON + ends * HOUR, "treatment", frozenset(scopes)
    )


def asked(*held, scope=Scope.RECORD, actor=SAM):
    return decide(person=NOOR, owner=HER_ACCOUNT, actor=actor, ties=held, scope=scope, now=NOON)


@given(st.sampled_from(Scope), st.lists(ties))
def test_a_person_sees_all_of_their_own_whatever_else_holds(scope, held):
    assert asked(*held, scope=scope, actor=HER_ACCOUNT) == Allowed(NOOR, scope, Ground.OWN, Role.PERSON, HER_ACCOUNT)


@given(st.sampled_from(Scope), st.lists(ties))
def test_nobody_else_gets_in_without_a_tie_that_holds_and_opens_that_area(scope, held):
    outcome = asked(*held, scope=scope)
    opening = [each for each in held if each.holds(NOON) and scope in each.opens()]
    assert isinstance(outcome, Allowed) == bool(opening)
    if isinstance(outcome, Allowed):
        assert (outcome.ground, outcome.role) in {(each.ground, each.role) for each in opening}


@given(st.sampled_from(Scope), st.lists(ties))
def test_an_answer_never_opens_more_than_the_role_card_allows(scope, held):
    outcome = asked(*held, scope=scope)
    assert isinstance(outcome, Refused) or scope in CARDS[outcome.role].sees


@pytest.mark.parametrize(
    ("held", "scope", "code"),
    [
        ([], Scope.RECORD, "NO_TIE"),
        ([tie(ends=0)], Scope.RECORD, "ENDED"),
        ([tie(starts=1)], Scope.RECORD, "ENDED"),
        ([tie(role=Role.COUNSELLOR)], Scope.RECORD, "NOT_YOUR_ROLE"),
        ([tie(role=Role.CLINICIAN)], Scope.RIGHTS, "NOT_YOUR_ROLE"),
        ([tie(Ground.SUPPORT, Role.SUPPORTER, ends=1, scopes={Scope.NOTES})], Scope.RECORD, "NOT_YOUR_ROLE"),
    ],
)
def test_a_refusal_says_why(held, scope, code):
    assert asked(*held, scope=scope) == Refused(code)


def test_care_is_named_before_emergency_access():
    both = [tie(Ground.BREAK_GLASS, ends=1), tie(Ground.CARE)]
    assert asked(*both).ground is Ground.CARE


def test_a_tie_ends_on_its_very_moment():
    assert asked(tie(ends=0)) == Refused("ENDED")


def test_a_decision_for_one_area_opens_no_other():
    with pytest.raises(NotAllowed, match="record"):
        asked(tie(), scope=Scope.NOTES).require(Scope.RECORD)


def test_a_decision_for_one_person_opens_nobody_else():
    with pytest.raises(NotAllowed):
        asked(tie()).require(Scope.RECORD, UUID(int=9))


@pytest.mark.parametrize("role", Role)
def test_only_a_lead_starts_care_for_others(role):
    outcome = may_start_care(
        frozenset({role}), frozenset({Role.PEER_WORKER}), Role.PEER_WORKER, CarePurpose.TREATMENT, own=False
    )
    assert (outcome is None) == (Duty.LEAD in CARDS[role].duties)


@pytest.mark.parametrize("role", Role)
def test_who_decides_on_findings_starts_their_own_care(role):
    outcome = may_start_care(frozenset({role}), frozenset({role}), role, CarePurpose.TREATMENT, own=True)
    assert (outcome is None) == (Duty.DECIDE in CARDS[role].duties)


@pytest.mark.parametrize("role", Role)
def test_who_answers_the_help_line_starts_their_own_care_in_a_crisis(role):
    outcome = may_start_care(frozenset({role}), frozenset({role}), role, CarePurpose.CRISIS, own=True)
    assert (outcome is None) == (Duty.ANSWER in CARDS[role].duties)


def test_care_never_starts_in_a_role_that_somebody_does_not_have():
    lead = frozenset({Role.CLINICAL_LEAD})
    assert may_start_care(
        lead, frozenset({Role.COUNSELLOR}), Role.CLINICIAN, CarePurpose.TREATMENT, own=False
    ) == Refused("NOT_YOUR_ROLE")
