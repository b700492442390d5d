"""Surveys of one's own service: written in both languages, tried, opened once they are whole, and then left as they are."""

import pytest
from django.test import Client
from django.urls import reverse

from samen.rooms.sensing.activities import asking
from samen.rooms.sensing.activities.asking import TYPES
from samen.rooms.sensing.models.activities import Survey
from tests import named

pytestmark = pytest.mark.django_db
ADD = {"do": "add", "text_en": "How did you sleep?", "text_nl": "Hoe sliep je?"}


@pytest.fixture
def sam(client: Client) -> Client:
    return named.sign_in(client, named.sam())


def begun(client: Client) -> Survey:
    client.post(reverse("sensing:surveys"), {"title_en": "Nights", "title_nl": "Nachten"})
    return Survey.objects.get()


def step(client: Client, row: Survey, **given: str) -> int:
    answer = client.post(reverse("sensing:survey-change", args=[row.code]), given)
    row.refresh_from_db()
    return answer.status_code


def types(row: Survey) -> list[str]:
    return [each.type for each in asking.survey(row.body).questions]


def test_a_survey_with_every_type_is_written_moved_tried_and_opened(sam):
    row = begun(sam)
    for each in TYPES:
        step(sam, row, **ADD, type=each, options_en="well\nbadly", options_nl="goed\nslecht")
    assert types(row) == list(TYPES)
    step(sam, row, do="up", question="q2")
    step(sam, row, do="remove", question="q3")
    assert types(row)[:3] == ["boolean", "text", "multiselect"]
    page = sam.get(reverse("sensing:survey-try", args=[row.code]), {"language": "nl"}).content.decode()
    assert "Hoe sliep je?" in page
    assert "How did you sleep?" not in page
    step(sam, row, do="open")
    assert row.state == "open"


def test_what_was_tried_is_checked_and_kept_nowhere(sam):
    row = begun(sam)
    step(sam, row, **ADD, type="rating", low="1", high="5")
    tried = reverse("sensing:survey-try", args=[row.code])
    assert sam.post(tried, {"q1": "9"}).status_code == 422
    page = sam.post(tried, {"q1": "4"}).content.decode()
    assert "<dd>4</dd>" in page


def test_a_question_in_one_language_is_not_added(sam):
    row = begun(sam)
    assert step(sam, row, do="add", type="text", text_en="Only English?", text_nl="") == 422
    assert types(row) == []


def test_a_survey_that_is_not_whole_does_not_open(sam):
    row = begun(sam)
    step(sam, row, do="open")
    assert row.state == "draft"


def test_a_survey_that_is_open_keeps_its_words(sam):
    row = begun(sam)
    step(sam, row, **ADD, type="text")
    step(sam, row, do="open")
    step(sam, row, do="question", question="q1", type="text", text_en="Something else?", text_nl="Iets anders?")
    assert asking.survey(row.body).questions[0].text.en == "How did you sleep?"
    step(sam, row, do="end")
    assert row.state == "ended"


def test_a_new_question_gets_an_id_of_its_own_after_another_was_taken_out(sam):
    row = begun(sam)
    for _ in range(3):
        step(sam, row, **ADD, type="text")
    step(sam, row, do="remove", question="q2")
    step(sam, row, **ADD, type="time")
    assert [each.id for each in asking.survey(row.body).questions] == ["q1", "q3", "q4"]


def test_nobody_but_its_writer_sees_a_draft_and_people_in_care_write_none(sam):
    row = begun(sam)
    address = reverse("sensing:survey", args=[row.code])
    assert sam.get(address).status_code == 200
    assert named.sign_in(Client(), named.dr_visser()).get(address).status_code == 404
    assert named.sign_in(Client(), named.noor()).get(reverse("sensing:surveys")).status_code == 403
