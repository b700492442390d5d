"""Talking with the program takes nothing from the contact that somebody has, or waits for, with humans."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from samen.people.models import CareRelationship
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.models.service import Case
from samen.rooms.companion import systems
from samen.rooms.companion.rhythm import Rhythm
from samen.rooms.companion.store import rhythm, talk
from samen.rooms.crisis import door as crisis
from samen.rooms.crisis.models.contact import Contact
from tests import named
from tests.rooms.companion import in_use

pytestmark = pytest.mark.django_db


def of_humans(who):
    """Give every row that holds somebody's contact with humans: who cares for them, whom they wait for, what they asked."""
    rows = {
        model: list(model.objects.filter(person=who).order_by("pk").values())
        for model in (CareRelationship, Contact, Case)
    }
    assert all(rows.values())
    return rows


@pytest.mark.row("K5.3")
def test_no_talk_rhythm_or_stop_with_the_program_changes_care_or_a_place_in_the_line_for_a_human():
    in_use.in_service()
    noor, now = named.person("Noor", "en"), timezone.now()
    in_use.says_yes(noor)
    named.in_care(noor, named.sam())
    access = named.own(noor, Scope.TALK)
    crisis.open_contact(access, at=now)
    rights.ask_for_human(named.own(noor), at=now)
    before = of_humans(noor)
    in_use.talks(
        noor, "press:m:worry-time", "press:go", "press:later", "press:guide", "press:stop", "everything is fine now"
    )
    weekly = Rhythm("check-in", (0, 1, 2, 3, 4, 5, 6), time(9), "Europe/Amsterdam", now.date() + timedelta(days=90))
    assert rhythm.begin(access, weekly, mail=True, language="en", at=now)
    client = in_use.visitor(noor)
    found = talk.open_talk(access, at=now)
    client.post("/companion/give/", {"press": "stop", "turn": found.turn, "once": str(uuid4())})
    client.post("/companion/fresh/")
    assert of_humans(noor) == before


@pytest.mark.row("K5.3")
def test_after_every_turn_the_way_to_a_human_is_one_press_away():
    in_use.in_service()
    noor = named.person("Noor", "en")
    in_use.says_yes(noor)
    client = in_use.visitor(noor)
    for each in ("press:t:worry", "press:m:worry-time", "press:go", "press:stop"):
        in_use.talks(noor, each)
        assert 'name="press" value="human"' in client.get("/companion/").content.decode(), each


def test_a_turn_of_a_talk_is_no_news_on_the_start_page():
    in_use.in_service()
    noor = named.person("Noor", "en")
    in_use.says_yes(noor)
    in_use.talks(noor, "press:m:worry-time")
    page = in_use.visitor(noor).get(reverse("today")).content.decode()
    assert systems.TALK.id not in page
    assert "What was said about me" not in page
