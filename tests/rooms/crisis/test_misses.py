"""After something happened to somebody who wrote to the line: what was read at each message, why, what will be done."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.people.models import Account
from samen.people.roles import Role, Scope
from samen.people.store import grant_role, who_looked
from samen.rooms.crisis.models.audit import MissReview
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import contacts, misses
from samen.rooms.crisis.store.candidates import NotNow
from samen.rooms.crisis.views.misses import hazards
from tests import named
from tests.rooms.crisis.service import MEANS, SAFE, counsellor, in_service, writes

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DUE = (NOW + timedelta(days=7)).date()


@pytest.fixture
def lead() -> Account:
    return named.staff("Dr Visser", NOW - timedelta(days=30))


def another() -> Account:
    made = named.account("Sam")
    grant_role(made, Role.CLINICIAN, now=NOW - timedelta(days=30))
    return made


def opened(lead: Account, **how) -> MissReview:
    mine = writes(SAFE, computer=False, at=NOW, **how)
    return misses.begin(Contact.objects.get(id=mine.contact), "Somebody called.", "H01", by=lead, at=NOW)


def ready(review: MissReview, by: Account) -> None:
    misses.name_causes(review, ["words"], "A new word.", by=by, at=NOW)
    misses.measure(review, "Teach it the word", by, DUE, by=by, at=NOW)


def test_a_talk_is_found_by_its_number_and_day_and_no_other_way(lead: Account):
    mine = writes(SAFE, computer=False, at=NOW)
    number, day = contacts.short_name(mine.contact), timezone.localdate(NOW)
    assert misses.find(number, day).id == mine.contact
    for wrong in ((number, day - timedelta(days=1)), ("#", day), ("%", day)):
        with pytest.raises(NotNow, match="NO_TALK"):
            misses.find(*wrong)


def test_what_was_read_stands_at_each_message():
    crew = in_service(NOW)
    mine = writes(SAFE, at=NOW)
    from_then = timezone.now()
    contacts.write(mine.access, mine.contact, MEANS, client_id="never read", at=from_then)
    review = misses.begin(Contact.objects.get(id=mine.contact), "x", "H01", by=crew.lead, at=NOW)
    full = misses.full(review, by=crew.lead, at=timezone.now())
    assert [(each.line.text, each.level) for each in full.steps if each.line.who == "contact"] == [
        (SAFE, full.steps[0].level), (MEANS, None),
    ]  # fmt: skip
    assert full.steps[0].level is not None
    assert full.steps[0].level < Level.DANGER


def test_the_look_is_in_the_persons_own_list(lead: Account):
    mine = writes(SAFE, computer=False, at=NOW)
    review = misses.begin(Contact.objects.get(id=mine.contact), "x", "H01", by=lead, at=NOW)
    misses.full(review, by=lead, at=NOW)
    looks = who_looked(mine.of(Scope.RIGHTS))
    assert {(each.who, each.scope) for each in looks} == {("Dr Visser", Scope.TALK), ("Dr Visser", Scope.FINDINGS)}


def test_whoever_opened_a_review_does_not_close_it(lead: Account):
    review = opened(lead)
    ready(review, lead)
    with pytest.raises(NotAllowed):
        misses.close(review, by=lead, at=NOW)
    misses.close(review, by=another(), at=NOW)
    assert misses.one(review.pk).closed_by == another()


def test_a_review_closes_only_with_a_cause_and_a_measure(lead: Account):
    review = opened(lead)
    with pytest.raises(NotNow, match="NOT_READY"):
        misses.close(review, by=another(), at=NOW)
    misses.name_causes(review, ["words"], "", by=lead, at=NOW)
    with pytest.raises(NotNow, match="NOT_READY"):
        misses.close(review, by=another(), at=NOW)


def test_a_closed_review_changes_no_more(lead: Account):
    review = opened(lead)
    ready(review, lead)
    misses.close(review, by=another(), at=NOW)
    with pytest.raises(NotNow, match="CLOSED"):
        misses.name_causes(review, ["busy"], "", by=lead, at=NOW)


def test_a_counsellor_opens_no_review():
    with pytest.raises(NotAllowed):
        opened(counsellor(1))


def test_the_hazard_log_counts_its_reviews(lead: Account):
    opened(lead)
    assert misses.by_hazard() == {"H01": (1, 1)}
    assert "H01" in hazards()


def test_a_review_is_opened_explained_and_closed_by_two_people_on_the_pages(lead: Account):
    mine = writes(SAFE, computer=False, at=NOW)
    first, second = named.sign_in(Client(), lead), named.sign_in(Client(), another())
    said = {"number": contacts.short_name(mine.contact), "day": timezone.localdate(NOW).isoformat(),
            "event": "Er is gebeld.", "hazard": "H01"}  # fmt: skip
    first.post(reverse("crisis:miss-begin"), said)
    review = MissReview.objects.get()
    address = reverse("crisis:miss-change", args=[review.pk])
    first.post(address, {"do": "why", "causes": ["words", "busy"], "why": "Een nieuw woord."})
    first.post(address, {"do": "measure", "text": "Woord leren", "owner": str(lead.pk), "due": DUE.isoformat()})
    first.post(address, {"do": "done", "measure": str(review.measures.get().pk)})
    first.post(address, {"do": "close"})
    assert misses.one(review.pk).closed_at is None
    second.post(address, {"do": "close"})
    page = first.get(reverse("crisis:miss", args=[review.pk])).content.decode()
    assert "Er is gebeld." in page
    assert "Een nieuw woord." in page
    assert "Sam" in page
    assert review.measures.get().done_at is not None
