import pytest

from samen.people.access import CarePurpose, Ground
from samen.people.roles import CARDS, Duty, Role, Scope, needs_second_factor
from samen.words import has

# Written down a second time on purpose: whoever changes what a role sees changes two places, and a colleague reads both.
SEES = {
    Role.PERSON: set(Scope),
    Role.SUPPORTER: set(Scope),
    Role.CLINICIAN: set(Scope) - {Scope.RIGHTS},
    Role.CLINICAL_LEAD: set(Scope) - {Scope.RIGHTS},
    Role.SOCIAL_WORKER: {Scope.CONTACT, Scope.ANSWERS, Scope.NOTES},
    Role.PEER_WORKER: {Scope.CONTACT, Scope.NOTES},
    Role.COUNSELLOR: {Scope.CONTACT, Scope.TALK},
}


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_what_is_written_and_no_more(role):
    assert CARDS[role].sees == SEES.get(role, set())


@pytest.mark.parametrize("role", Role)
def test_who_sees_or_does_anything_for_others_needs_a_second_factor(role):
    assert needs_second_factor(frozenset({role})) == (role not in (Role.PERSON, Role.SUPPORTER))


def test_the_administrator_runs_the_machine_and_nothing_else():
    assert CARDS[Role.ADMINISTRATOR].duties == {Duty.RUN_MACHINE}


@pytest.mark.parametrize(
    "kind", [*Role, *Scope, *Ground, *CarePurpose], ids=lambda kind: f"{type(kind).__name__}.{kind}"
)
def test_each_word_that_people_read_has_its_sentence(kind):
    table = {"Role": "role", "Scope": "scope", "Ground": "ground", "CarePurpose": "purpose"}[type(kind).__name__]
    assert has(f"people.{table}.{kind}")


@pytest.mark.parametrize("code", ["NO_TIE", "ENDED", "NOT_YOUR_ROLE", "NO_REASON"])
def test_each_refusal_has_its_sentence(code):
    assert has(f"people.refused.{code}")
