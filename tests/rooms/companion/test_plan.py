"""A person's safety plan: theirs alone, the newest answer of each question, and in a form that needs no connection."""

import base64
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samen.people.access import NotAllowed
from samen.people.roles import Scope
from samen.rooms.companion.jobs import planning
from tests import named
from tests.rooms.companion import in_use
from tests.rooms.companion.planned import plan_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor():
    return named.person("Noor", "nl")


def rows(who, language="nl"):
    made = planning.plan(named.own(who, Scope.TALK), language)
    return dict(made.rows) if made else None


def test_without_a_plan_the_page_says_where_to_make_one_and_there_is_nothing_to_keep(noor):
    client = in_use.visitor(noor, "nl")
    html = client.get("/companion/plan/").content.decode()
    assert "nog geen plan gemaakt" in html
    assert 'data-there="no"' in html
    assert client.get("/companion/plan/device/").status_code == 404
    assert client.post("/companion/plan/file/").status_code == 404


def test_of_each_question_the_newest_answer_stands_and_an_older_one_where_there_is_no_newer(noor):
    plan_of(noor, "Muziek", use=3, company="kept")
    plan_of(noor, "De hond uitlaten", likely=8)
    found = rows(noor)
    assert found["2. Wat ik zelf kan doen"] == "De hond uitlaten"
    assert found["Hoe haalbaar dat is op een slecht moment"] == "8"
    assert found["Hoe waarschijnlijk het is dat ik dit plan pak"] == "3"
    assert "Wie of wat er in de buurt is" not in found  # kept to themselves


def test_a_plan_that_is_begun_anew_and_left_half_way_keeps_what_stood_in_it(noor):
    plan_of(noor, "De hond uitlaten", begun_anew=True, likely=8)
    found = rows(noor)
    assert found["2. Wat ik zelf kan doen"] == "De hond uitlaten"
    assert found["Hoe haalbaar dat is op een slecht moment"] == "8"


def test_the_labels_follow_the_language_of_the_reader(noor):
    plan_of(noor)
    assert "2. What I can do by myself" in rows(noor, "en")


def test_the_page_for_a_device_has_the_plan_and_the_numbers_and_needs_nothing_but_its_sheet(noor):
    plan_of(noor)
    answer = in_use.visitor(noor, "nl").get("/companion/plan/device/")
    html = answer.content.decode()
    assert "Mijn zus bellen" in html
    assert 'href="tel:113"' in html
    assert re.findall(r'(?:src|href)="(/[^"]+)"', html) == ["/static/companion/plan.css", "/companion/plan/"]
    assert "<script" not in html
    assert "Noor" not in html
    assert answer["X-Kept-For"]


def test_two_people_have_not_the_same_mark_on_what_a_device_keeps(noor):
    kim = named.person("Kim", "nl")
    plan_of(noor)
    plan_of(kim, "Koken")
    marks = {in_use.visitor(who, "nl").get("/companion/plan/device/")["X-Kept-For"] for who in (noor, kim)}
    assert len(marks) == 2
    assert rows(kim)["2. Wat ik zelf kan doen"] == "Koken"


def test_the_file_opens_alone_without_script_or_anything_from_elsewhere(noor):
    plan_of(noor)
    answer = in_use.visitor(noor, "nl").post("/companion/plan/file/")
    html = answer.content.decode()
    assert "attachment" in answer["Content-Disposition"]
    sheet = re.search(r'href="data:text/css;base64,([^"]+)"', html)
    assert b".numbers" in base64.b64decode(sheet[1])
    assert re.findall(r'(?:src|href)="(?!tel:|data:)([^"]+)"', html) == []
    assert "Wie dit bestand heeft" in html
    assert "Mijn zus bellen" in html


def test_before_it_is_kept_the_page_says_who_else_can_read_it_there(noor):
    plan_of(noor)
    html = in_use.visitor(noor, "nl").get("/companion/plan/").content.decode()
    assert "zonder in te loggen" in html
    assert "Als je uitlogt, gaat het van dit apparaat af" in html
    assert reverse("companion:plan-file") in html


def test_nobody_who_cares_for_somebody_reads_their_plan(noor):
    plan_of(noor)
    sam = named.sam()
    named.in_care(noor, sam)
    with pytest.raises(NotAllowed):
        planning.plan(named.seen_by(sam, noor, Scope.TALK), "nl")


def test_the_page_asks_few_questions_of_the_database(noor):
    for number in range(4):
        plan_of(noor, f"Wandelen {number}", use=number)
    client = in_use.visitor(noor, "nl")
    client.get("/companion/plan/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/companion/plan/")
    assert len(asked) <= 15, [each["sql"][:80] for each in asked]
