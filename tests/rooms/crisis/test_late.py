"""An alarm that no human answers in time does not only turn red: it goes further."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from samen.people import store as people
from samen.people.roles import Scope
from samen.rooms.crisis.jobs import late, line
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.store import duty, queue
from samen.rooms.crisis.store.contacts import Mine
from tests import named
from tests.rooms.crisis.service import MEANS, counsellor, in_service, writes

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture(autouse=True)
def alarm():
    in_service(NOW)
    writes(MEANS, at=NOW)  # a human should answer within a minute


def after(minutes: float) -> list[str]:
    mail.outbox.clear()
    late.tell(NOW + timedelta(minutes=minutes))
    return sorted(to for each in mail.outbox for to in each.to)


def test_before_its_time_nobody_is_told():
    counsellor(1)
    assert after(0.5) == []


def test_those_on_duty_are_told_once_and_nobodys_words_are_in_it():
    counsellor(1)
    assert after(2) == ["c1@example.org"]
    assert MEANS not in mail.outbox[0].body
    assert "/line/console/" in mail.outbox[0].body
    assert after(3) == []


def test_who_leads_care_is_told_when_still_nobody_came():
    counsellor(1)
    after(2)
    assert after(7) == [named.address("Dr Visser")]
    assert after(8) == []


def test_with_nobody_on_duty_who_leads_care_is_told_at_once():
    assert after(2) == [named.address("Dr Visser")]


def test_who_was_taken_is_late_no_more():
    lea = counsellor(1)
    queue.take_next(lea, now=NOW)
    assert after(10) == []


def test_a_talk_that_begins_again_has_its_time_again():
    counsellor(1)
    after(2)
    Contact.objects.update(state="closed", closed_at=NOW)
    mine = Mine(Contact.objects.get().id, people.without_account(Contact.objects.get().person_id, Scope.TALK))
    line.take_in(mine, MEANS, client_id="again", at=NOW + timedelta(hours=2))
    assert after(120.5) == []
    assert after(122) == ["c1@example.org"]


def test_a_counsellor_on_a_break_is_left_alone():
    duty.pause(counsellor(1), now=NOW)
    counsellor(2)
    assert after(2) == ["c2@example.org"]


def test_a_mail_that_did_not_leave_is_tried_again(settings):
    counsellor(1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    late.tell(NOW + timedelta(minutes=2))
    assert Contact.objects.get().told_late == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert after(3) == ["c1@example.org"]
