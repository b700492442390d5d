"""The pages: asking, stopping half-way, the hard answer, and the course below one's own words."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from samen.people import store as people
from samen.people.roles import Scope
from samen.rights.models.inference import DeniedRun, InferenceRecord
from samen.rooms.record import door as record
from samen.rooms.treatment import fhir, store
from samen.rooms.treatment.questionnaires import questionnaire
from samen.words import say
from tests import named

pytestmark = pytest.mark.django_db
PHQ = questionnaire("phq-9")


@pytest.fixture
def noor():
    return named.noor()


@pytest.fixture
def client(noor):
    return named.sign_in(Client(), noor)


def all_of(name="phq-9", value=1, **more):
    of = questionnaire(name)
    return {question.id: value for question in of.questions if question.scored} | more


def send(client, name, answers):
    return client.post(reverse("treatment:ask", args=[name]), answers)


def kept(noor):
    points, _ = store.read_course(named.own(noor, Scope.ANSWERS), noor.id)
    return [(point.instrument, point.total) for point in points]


def fill_in(noor, name, value, days_ago):
    of = questionnaire(name)
    at = timezone.now() - timedelta(days=days_ago)
    store.keep(named.own(noor, Scope.ANSWERS), of, all_of(name, value), at=at, language="en")


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_answers_and_their_total_lie_in_the_record_once(client, noor):
    send(client, "gad-7", all_of("gad-7", 2))
    assert kept(noor) == [("gad-7", 14)]


def test_skipped_items_do_not_stand_in_the_way(client, noor):
    answers = all_of("gad-7", 2)
    send(client, "gad-7", dict(list(answers.items())[:3]))
    assert kept(noor) == [("gad-7", None)]


def test_answers_that_no_ai_may_read_are_kept_and_the_page_says_why_nothing_was_compared(client):
    response = send(client, "gad-7", all_of("gad-7"))
    assert response.url.startswith(reverse("treatment:saved") + "?why=")


def test_an_empty_page_is_not_saved_as_if_somebody_had_answered(client, noor):
    response = send(client, "gad-7", {})
    assert (response.status_code, kept(noor)) == (422, [])


def test_a_mistake_keeps_every_other_answer_on_the_page(client, noor):
    response = send(client, "gad-7", all_of("gad-7", 2) | {"gad-7.3": "9"})
    assert response.status_code == 422
    assert text(response).count("checked") == 6
    assert kept(noor) == []


@pytest.mark.parametrize("value", [1, 2, 3])
def test_item_nine_above_zero_opens_the_help_page_and_keeps_the_answers(client, noor, value):
    response = send(client, "phq-9", all_of(value=0) | {"phq-9.9": value})
    assert response.url == reverse("treatment:after-hard-answer") + "?kept=record"
    assert kept(noor) == [("phq-9", value)]


@pytest.mark.parametrize(
    "answers",
    [
        {"phq-9.9": "1"},  # everything else skipped
        {"phq-9.9": "1", "phq-9.1": "77"},  # another answer is wrong
        {"phq-9.9": "2", "later": "1"},  # stopped half-way
    ],
)
def test_item_nine_opens_the_help_page_whatever_else_is_on_the_page(client, answers):
    assert send(client, "phq-9", answers).url.startswith(reverse("treatment:after-hard-answer"))


@pytest.mark.parametrize("how", [{}, {"later": "1"}])
def test_item_nine_opens_the_help_page_even_when_nothing_can_be_kept(client, noor, how):
    people.destroy_key(noor.id)
    response = send(client, "phq-9", {"phq-9.9": "3"} | how)
    assert response.url == reverse("treatment:after-hard-answer") + "?kept=no"


def test_a_supporter_reads_what_the_person_reads_and_not_the_words_to_staff(noor):
    fill_in(noor, "phq-9", 2, 60)
    own, until = named.own(noor), timezone.now() + timedelta(days=30)
    people.give_proxy(own, named.bram(), [Scope.ANSWERS, Scope.FINDINGS], ends=until, now=timezone.now())
    page = text(named.sign_in(Client(), named.bram()).get(reverse("treatment:person", args=[noor.id])))
    assert "PHQ-9" in page
    assert "Suggestion" not in page


def test_the_course_page_asks_few_questions_of_the_database_however_long_the_course(client, noor):
    counts = []
    for days in ([60], range(1, 50, 3)):
        for ago in days:
            fill_in(noor, "gad-7", 1, ago)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("treatment:course"))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15


@pytest.mark.parametrize("answers", [{}, {"phq-9.9": "0"}])
def test_not_at_all_and_skipped_do_not_open_the_help_page(client, answers):
    response = send(client, "phq-9", {"phq-9.1": "3"} | answers)
    assert not response.url.startswith(reverse("treatment:after-hard-answer"))


def test_the_hard_answer_asks_no_ai_system(client, noor):
    send(client, "phq-9", all_of(value=0) | {"phq-9.9": 3})
    assert not InferenceRecord.objects.exists()
    assert not DeniedRun.objects.exists()


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("state", ["record", "draft", "no", "nonsense"])
def test_the_page_after_a_hard_answer_says_what_happens_and_what_does_not(language, state, django_assert_num_queries):
    with translation.override(language), django_assert_num_queries(0):
        response = Client(headers={"accept-language": language}).get(
            reverse("treatment:after-hard-answer"), {"kept": state}
        )
    assert response.status_code == 200
    assert reverse("help") in text(response)
    assert "tel:" in text(response)


def test_stopping_half_way_keeps_the_answers_for_this_session_and_out_of_the_record(client, noor):
    send(client, "gad-7", {"gad-7.1": "2", "later": "1"})
    page = text(client.get(reverse("treatment:ask", args=["gad-7"])))
    assert page.count("checked") == 1
    assert kept(noor) == []


def test_what_is_kept_half_way_cannot_be_read_from_the_session(client):
    send(client, "gad-7", {"gad-7.1": "2", "later": "1"})
    assert "gad-7.1" not in repr(dict(client.session))


def test_sending_in_forgets_what_was_kept_half_way(client):
    send(client, "gad-7", {"gad-7.1": "2", "later": "1"})
    send(client, "gad-7", all_of("gad-7"))
    assert "checked" not in text(client.get(reverse("treatment:ask", args=["gad-7"])))


def test_a_questionnaire_that_nobody_described_is_not_found(client):
    assert client.get(reverse("treatment:ask", args=["phq-900"])).status_code == 404


def test_the_person_s_own_words_stand_above_every_number(client, noor):
    fill_in(noor, "phq-9", 2, 60)
    record.add_own_entry(named.own(noor, Scope.NOTES), "life-event", "moved to another town", timezone.now())
    page = text(client.get(reverse("treatment:course")))
    assert page.index("moved to another town") < page.index('<figure class="chart"')


def test_a_note_is_kept_and_shown(client):
    today = timezone.localdate().isoformat()
    client.post(reverse("treatment:note"), {"text": "slept well at last", "kind": "note", "on": today})
    assert "slept well at last" in text(client.get(reverse("treatment:course")))


def test_an_empty_note_is_refused_and_the_form_stays_open(client):
    response = client.post(reverse("treatment:note"), {"text": "", "kind": "note", "on": "2026-01-01"})
    assert response.status_code == 422
    assert "<details open>" in text(response)


def test_hostile_words_in_a_note_stay_words(client, noor):
    record.add_own_entry(named.own(noor, Scope.NOTES), "note", "<script>x</script>", timezone.now())
    assert "<script>x" not in text(client.get(reverse("treatment:course")))


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("code", ["NO_CONSENT", "NO_HUMAN", "FAILED"])
def test_the_page_says_in_words_why_nothing_was_compared(client, code, language):
    client.cookies["django_language"] = language
    page = text(client.get(reverse("treatment:saved"), {"why": code}))
    assert say(f"rights.denied.{code}", language) in page


@pytest.mark.parametrize("why", ["", "no-such-code", "<b>"])
def test_a_reason_that_nobody_wrote_is_left_out(client, why):
    assert client.get(reverse("treatment:saved"), {"why": why}).status_code == 200


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("name", ["questionnaires", "course", "saved"])
def test_every_page_is_there_in_both_languages(client, noor, name, language):
    fill_in(noor, "who-5", 2, 60)
    fill_in(noor, "who-5", 4, 0)
    client.cookies["django_language"] = language
    assert client.get(reverse(f"treatment:{name}")).status_code == 200


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_clinician_sees_the_course_of_somebody_in_care(noor, language):
    fill_in(noor, "phq-9", 2, 60)
    named.in_care(noor, named.sam())
    client = named.sign_in(Client(), named.sam())
    client.cookies["django_language"] = language
    response = client.get(reverse("treatment:person", args=[noor.id]))
    assert response.status_code == 200
    assert "18" in text(response)


def test_a_peer_worker_does_not_see_the_answers(noor):
    named.in_care(noor, named.joris())
    client = named.sign_in(Client(), named.joris())
    assert client.get(reverse("treatment:person", args=[noor.id])).status_code in (403, 404)


def test_what_others_sent_and_we_could_not_read_is_said(client, noor):
    odd = fhir.response(PHQ, all_of(), at=timezone.now(), language="en", id="odd") | {"authored": "2026-03-02T10:00:00"}
    record.save(named.own(noor, Scope.ANSWERS), odd, origin="own")
    assert "could not be read" in text(client.get(reverse("treatment:course"), headers={"accept-language": "en"}))


def test_a_page_that_is_sent_twice_is_one_filling_in(client, noor):
    sheet = sheet_of(client, "gad-7")
    for _ in range(2):
        send(client, "gad-7", all_of("gad-7", 2) | {"sheet": sheet})
    assert kept(noor) == [("gad-7", 14)]


def sheet_of(client, name):
    return re.search(r'name="sheet" value="([^"]+)"', text(client.get(reverse("treatment:ask", args=[name]))))[1]


def test_going_back_to_the_page_gives_the_same_sheet_and_each_questionnaire_its_own(client):
    assert sheet_of(client, "gad-7") == sheet_of(client, "gad-7") != sheet_of(client, "phq-9")


def test_a_questionnaire_that_is_opened_later_is_a_new_one(noor):
    session, now = {}, timezone.now()
    first = store.sheet(session, noor.id, "gad-7", now)
    assert store.sheet(session, noor.id, "gad-7", now + store.SAME_SHEET + timedelta(seconds=1)) != first


def test_going_back_to_mend_an_answer_replaces_the_total(client, noor):
    sheet = {"sheet": "3f0c0f6e-6a5b-4d8e-9a35-0f5f3a0d2b11"}
    send(client, "gad-7", all_of("gad-7", 2) | sheet)
    send(client, "gad-7", all_of("gad-7", 1) | sheet)
    assert kept(noor) == [("gad-7", 7)]


def test_a_total_that_no_longer_follows_from_the_answers_is_taken_back(client, noor):
    sheet = {"sheet": "3f0c0f6e-6a5b-4d8e-9a35-0f5f3a0d2b11"}
    send(client, "gad-7", all_of("gad-7", 2) | sheet)
    send(client, "gad-7", {"gad-7.1": "2"} | sheet)
    (total,) = record.observations(named.own(noor, Scope.ANSWERS), noor.id, fhir.codes())
    assert (kept(noor), total["status"]) == ([("gad-7", None)], "entered-in-error")


def test_the_number_of_a_sheet_reaches_nobody_else_s_answers(client, noor):
    sheet = {"sheet": "3f0c0f6e-6a5b-4d8e-9a35-0f5f3a0d2b11"}
    send(client, "gad-7", all_of("gad-7", 2) | sheet)
    send(named.sign_in(Client(), named.kim()), "gad-7", all_of("gad-7", 1) | sheet)
    assert (kept(noor), kept(named.kim())) == ([("gad-7", 14)], [("gad-7", 7)])


@pytest.mark.parametrize("sheet", ["", "7", "../x", "é" * 40])
def test_a_sheet_without_a_number_that_can_be_read_is_kept_as_a_new_one(client, noor, sheet):
    send(client, "gad-7", all_of("gad-7", 2) | {"sheet": sheet})
    assert kept(noor) == [("gad-7", 14)]


def test_a_choice_can_be_taken_back(client, noor):
    send(client, "phq-9", all_of("phq-9", 1) | {"phq-9.9": "skip"})
    assert kept(noor) == [("phq-9", 9.0)]


def test_skipping_everything_is_not_an_answer(client, noor):
    response = send(client, "gad-7", dict.fromkeys(all_of("gad-7"), "skip"))
    assert (response.status_code, kept(noor)) == (422, [])


def test_nothing_is_chosen_beforehand(client):
    page = text(client.get(reverse("treatment:ask", args=["phq-9"])))
    assert not re.search(r"<input[^>]* checked", page)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_clinician_reads_a_hard_answer_as_it_was_given_before_any_total(noor, language):
    of = questionnaire("phq-9")
    given = all_of("phq-9", 0) | {"phq-9.9": 2}
    store.keep(named.own(noor, Scope.ANSWERS), of, given, at=timezone.now(), language="en")
    named.in_care(noor, named.sam())
    client = named.sign_in(Client(), named.sam())
    client.cookies["django_language"] = language
    page = text(client.get(reverse("treatment:person", args=[noor.id])))
    asked = page.index(say("treatment.course.hard_staff.title", language))
    assert asked < page.index(of.questions[0].options[2].text.of(language)) < page.index('<figure class="chart"')


def test_without_a_hard_answer_the_clinician_is_shown_no_warning(noor):
    fill_in(noor, "gad-7", 2, 1)
    named.in_care(noor, named.sam())
    page = text(named.sign_in(Client(), named.sam()).get(reverse("treatment:person", args=[noor.id])))
    assert 'id="hard"' not in page


def test_older_words_of_one_s_own_are_one_press_away(client, noor):
    for day in range(7):
        at = timezone.now() - timedelta(days=day)
        record.add_own_entry(named.own(noor, Scope.NOTES), "note", f"word {day}", at)
    page = text(client.get(reverse("treatment:course"), headers={"accept-language": "en"}))
    assert page.index("word 4") < page.index("2 more, from before that") < page.index("word 5")
