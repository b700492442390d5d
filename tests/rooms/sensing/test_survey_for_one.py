"""A survey that somebody gives to one person in their care: with that person's yes, for their eyes alone, and theirs to refuse."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.people.roles import Scope
from samen.rights.words import Purpose
from samen.rooms.sensing.activities import asking, writing
from samen.rooms.sensing.models.activities import Survey
from samen.rooms.sensing.store import activities as store
from tests import named
from tests.rooms.sensing import sending

pytestmark = pytest.mark.django_db
QUESTION = {"type": ["rating"], "text_en": ["Rested?"], "text_nl": ["Uitgerust?"], "low": ["1"], "high": ["5"]}


@pytest.fixture
def row() -> Survey:
    titled = writing.heading(asking.survey({}), {"title_en": ["Nights"], "title_nl": ["Nachten"]})
    whole = writing.put(titled, writing.question(QUESTION, "q1"))
    named.in_care(named.noor(), named.sam())
    return store.begin_survey(named.sam(), whole, at=timezone.now())


def say_yes(*, yes: bool = True) -> None:
    sending.say(named.noor(), "activities", yes=yes, at=timezone.now(), since=sending.START, purpose=Purpose.CARE)


def page(client: Client) -> str:
    client.cookies["django_language"] = "en"
    return client.get(reverse("sensing:person-surveys", args=[named.noor().id])).content.decode()


def give(client: Client, row: Survey) -> str:
    address = reverse("sensing:person-surveys", args=[named.noor().id])
    client.cookies["django_language"] = "nl"
    return client.post(address, {"survey": row.code, "do": "give"}, follow=True).content.decode()


def offered(who) -> list[str]:
    return [each.code for each in store.surveys_for(named.own(who))]


@pytest.mark.row("A-U1a", "K6.1")
def test_a_survey_reaches_one_person_with_their_yes_to_care_and_nobody_else(client: Client, row: Survey):
    sam = named.sign_in(client, named.sam())
    assert "does not let activities be kept" in page(sam)
    assert "Er is niets gegeven." in give(sam, row)
    assert offered(named.noor()) == []
    say_yes()
    assert 'value="give"' in page(sam)
    assert "Gegeven." in give(sam, row)
    assert 'value="give"' not in page(sam)  # what they have is not offered again
    (code,) = offered(named.noor())
    assert code != row.code  # a copy: what is written on later does not change it
    assert offered(named.kim()) == []
    assert "Er is niets gegeven." in give(sam, row)  # the same once more
    assert [each.code for each in store.surveys_of(named.sam())] == [row.code]


def test_its_person_reads_whom_it_is_from_and_can_say_no(client: Client, row: Survey):
    say_yes()
    give(named.sign_in(client, named.sam()), row)
    (code,) = offered(named.noor())
    noor = named.sign_in(Client(), named.noor())
    noor.cookies["django_language"] = "en"
    assert "gives this to you alone" in noor.get(reverse("sensing:activities")).content.decode()
    assert noor.post(reverse("sensing:survey-decline", args=[code])).status_code == 302
    assert offered(named.noor()) == []
    assert "no longer offered" in page(client)
    assert noor.post(reverse("sensing:survey-decline", args=[row.code])).status_code == 404


def test_nobody_gives_what_another_wrote_or_to_whom_they_do_not_treat(row: Survey):
    say_yes()
    with pytest.raises(NotAllowed):
        store.give(named.own(named.noor()), row, at=timezone.now())
    with pytest.raises(NotAllowed):
        store.take_back(named.own(named.noor(), Scope.NOTES), "A")


@pytest.mark.row("R2.1c")
def test_what_somebody_was_given_goes_when_they_are_erased(client: Client, row: Survey):
    say_yes()
    give(named.sign_in(client, named.sam()), row)
    store.remove(named.noor().id)
    assert list(Survey.objects.values_list("code", flat=True)) == [row.code]
