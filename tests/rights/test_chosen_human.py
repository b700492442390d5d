"""A person lets one human alone look at what a system says of them: nobody else in their care sees or decides it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Account
from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rights.models.inference import ChosenHuman, InferenceRecord
from samen.rights.oversight import Decided, Verdict
from samen.rights.store import erasing, inference, waiting
from samen.rights.store.inference import NotHeld
from tests.rights.example import SUGGEST, House, house, human, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> House:
    """A service in which a clinician and a clinical lead care for Noor."""
    found = house(at=timezone.now())
    start = timezone.now() - timedelta(days=1)
    people.start_care(found.noor.id, found.lead, role=Role.CLINICAL_LEAD, purpose="treatment", by=found.lead, now=start)
    return found


def held(made: House) -> InferenceRecord:
    run(made, at=timezone.now())
    return InferenceRecord.objects.get()


def as_lead(made: House) -> Allowed:
    return Allowed(
        person=made.noor.id, scope=Scope.FINDINGS, ground=Ground.CARE, role=Role.CLINICAL_LEAD, actor=made.lead.id
    )


def choose(made: House, account: Account | None) -> None:
    rights.choose_human(made.own(), SUGGEST, account and account.id, at=timezone.now())


def waits_for(account: Account, role: Role) -> int:
    return len(waiting.for_human(account, role, timezone.now())[0])


@pytest.mark.row("K6.1")
def test_only_the_chosen_one_sees_and_decides_it_and_the_choice_can_move(made: House):
    row = held(made)
    assert (waits_for(made.sam, Role.CLINICIAN), waits_for(made.lead, Role.CLINICAL_LEAD)) == (1, 1)
    choose(made, made.sam)
    assert (waits_for(made.sam, Role.CLINICIAN), waits_for(made.lead, Role.CLINICAL_LEAD)) == (1, 0)
    assert inference.record(as_lead(made), row.id) is None
    assert inference.records(as_lead(made), None) == []
    decided = Decided(Verdict.ACCEPT, "It fits what she told me.", "")
    with pytest.raises(NotHeld):
        inference.decide(as_lead(made), row.id, decided, at=timezone.now())
    choose(made, made.lead)
    assert inference.record(made.care(), row.id) is None
    inference.decide(as_lead(made), row.id, decided, at=timezone.now())
    assert inference.record(made.own(Scope.FINDINGS), row.id).id == row.id  # the person reads on whatever they chose


def test_without_a_choice_and_after_taking_it_back_everybody_who_would_looks(made: House):
    held(made)
    choose(made, made.sam)
    choose(made, None)
    assert (waits_for(made.sam, Role.CLINICIAN), waits_for(made.lead, Role.CLINICAL_LEAD)) == (1, 1)
    assert rights.chosen_human(made.own(), SUGGEST) is None


def test_only_who_cares_for_the_person_in_a_deciding_role_can_be_chosen(made: House):
    names = {each.id for each in rights.humans(made.own(), SUGGEST, timezone.now())}
    assert names == {made.sam.id, made.lead.id}
    stranger = human("stranger", Role.CLINICIAN, at=timezone.now())
    with pytest.raises(rights.NotInCare):
        choose(made, stranger)


def test_nobody_chooses_for_the_person(made: House):
    with pytest.raises(NotAllowed):
        rights.choose_human(made.care(Scope.RIGHTS), SUGGEST, made.sam.id, at=timezone.now())


def test_the_choice_goes_when_the_person_is_erased(made: House):
    held(made)
    choose(made, made.sam)
    erasing.erase(made.noor.id, {}, at=timezone.now())
    assert not ChosenHuman.objects.exists()
