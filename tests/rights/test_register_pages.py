"""The public register: open to everybody, complete in both languages, and the same for people and programs."""

import html
import json
from datetime import timedelta
from itertools import pairwise

import pytest
from django.test import Client

from samen.ledger import store as ledger
from samen.ledger.verify import verify_log
from samen.rights import publication
from samen.rights.models.service import Case
from samen.rights.register import NOT_THERE_YET, SENTENCES
from samen.rights.store import cases, sheets
from samen.rights.store import systems as register
from samen.rights.views.register import SCHEMA, shown
from samen.rights.words import Stage
from samen.words import say
from tests.rights.example import NOW, SUGGEST, WORDS, House, house, run

pytestmark = pytest.mark.django_db
SHEET = f"/register/{SUGGEST.id}/"
PAGES = ("/register/", SHEET, "/register/log", f"{SHEET}wrong")


@pytest.fixture
def made() -> House:
    return house()


def read(path: str, language: str = "en") -> str:
    """Open a page as a visitor who keeps no cookies."""
    answer = Client(headers={"accept-language": language}).get(path)
    assert answer.status_code == 200, answer.status_code
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return html.unescape(text.decode())


@pytest.mark.row("R3.1a", "R3.1e")
@pytest.mark.parametrize("language", ["en", "nl"])
def test_anyone_reads_a_systems_whole_sheet_in_their_language(made: House, language: str):
    page = read(SHEET, language)
    assert [key for key in set(SENTENCES) - {"short"} if say(f"{WORDS}.{key}", language) not in page] == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_public_pages_need_no_more_than_fifteen_queries(
    made: House, path: str, language: str, django_assert_max_num_queries
):
    with django_assert_max_num_queries(15):
        read(path, language)


def test_a_sheet_names_each_check_that_is_not_there_yet(made: House):
    page = read(SHEET)
    assert [check for check in NOT_THERE_YET if say(f"rights.register.check.{check}", "en") not in page] == []


@pytest.mark.row("R1.2d")
def test_a_sheet_says_which_role_answers_for_the_system(made: House):
    assert say("people.role.clinical-lead", "en") in read(SHEET)


@pytest.mark.row("R1.1a")
def test_a_sheet_shows_each_figure_with_its_interval_and_number(made: House):
    page = read(SHEET)
    assert say("rights.register.evidence.interval", "en", estimate="0.97", low="0.95", high="0.99") in page
    assert say("rights.register.evidence.n", "en", n=400) in page


def test_a_suspension_and_its_reason_are_public_at_once(made: House):
    register.move(SUGGEST, Stage.SUSPENDED, by=made.sam, reason="It seems to mix up people", at=NOW)
    assert "It seems to mix up people" in read(SHEET)


def test_a_system_that_nobody_entered_is_shown_as_running_for_nobody():
    assert say("rights.register.not_entered", "en") in read(SHEET)


def test_a_version_other_than_the_entered_one_is_called_so(made: House):
    sheets.SystemState.objects.filter(id=SUGGEST.id).update(digest="0" * 64)
    assert say("rights.register.mismatch", "en") in read(SHEET)


def test_a_system_that_does_not_exist_is_not_found(made: House):
    assert Client().get("/register/no-such-system/").status_code == 404


@pytest.mark.parametrize(("times", "seen"), [(0, 0), (1, None), (4, None), (5, 5)])
def test_a_count_from_one_to_four_is_not_shown(times: int, seen: int | None):
    assert shown({"NO_CONSENT": times}) == [("NO_CONSENT", seen)]


def test_the_number_of_runs_on_the_sheet_hides_a_few(made: House):
    run(made)
    assert say("rights.register.numbers.few", "en") in read(SHEET)


# --- for machines -----------------------------------------------------------------------------------------------------


@pytest.mark.row("C1a")
def test_the_register_as_json_has_every_system_in_both_languages(made: House):
    document = json.loads(read("/register/systems.json"))
    mine = next(each for each in document["systems"] if each["id"] == SUGGEST.id)
    assert set(mine["words"]) == {"en", "nl"}
    assert mine["words"]["nl"]["does"] == say(f"{WORDS}.does", "nl")
    assert mine["runs_as_entered"] is True


@pytest.mark.row("C1a")
def test_the_register_as_json_has_exactly_the_fields_of_its_schema(made: House):
    run(made)
    schema = json.loads(SCHEMA.read_text())
    document = json.loads(read("/register/systems.json"))
    assert set(document) == set(schema["required"])
    fields = set(schema["$defs"]["system"]["properties"])
    assert [set(each) ^ fields for each in document["systems"]] == [set()] * len(document["systems"])


def test_numbers_in_the_json_are_suppressed_as_on_the_page(made: House):
    run(made)
    mine = next(each for each in json.loads(read("/register/systems.json"))["systems"] if each["id"] == SUGGEST.id)
    assert mine["numbers"]["runs"] == "<5"


@pytest.mark.row("C1a")
def test_a_change_stands_in_the_feed_at_once_with_its_place_on_the_log(made: House):
    register.move(SUGGEST, Stage.SUSPENDED, by=made.sam, reason="Something is off", at=NOW)
    feed = json.loads(read("/register/feed.json"))
    newest = feed["items"][0]
    assert newest["_samen"]["leaf"] == ledger.head().size - 1
    assert say("rights.stages.stage.suspended", "en") in newest["content_text"]


def test_the_feed_is_a_json_feed_with_distinct_ids_newest_first(made: House):
    feed = json.loads(read("/register/feed.json"))
    assert feed["version"] == publication.FEED
    ids = [each["id"] for each in feed["items"]]
    assert len(set(ids)) == len(ids) > 3
    assert all(later["_samen"]["leaf"] > earlier["_samen"]["leaf"] for later, earlier in pairwise(feed["items"]))


# --- the log ----------------------------------------------------------------------------------------------------------


@pytest.mark.row("C4c")
def test_a_visitor_downloads_the_log_and_verifies_it_without_the_service(made: House):
    run(made)
    lines = read("/register/log/export").encode().splitlines(keepends=True)
    assert verify_log(lines, key=ledger.public_key()).ok


def test_the_log_page_shows_the_key_and_the_newest_signed_checkpoint(made: House):
    note = ledger.checkpoint(NOW).note
    page = read("/register/log")
    assert str(ledger.public_key()) in page
    assert note.strip() in page


# --- something is wrong here ------------------------------------------------------------------------------------------


@pytest.mark.row("R1.2c")
def test_a_visitor_without_account_reports_an_error_and_finds_the_answer_at_the_address_they_kept(made: House):
    visitor = Client()
    sent = visitor.post(f"{SHEET}wrong", {"text": "The Dutch says something else than the English."}, follow=True)
    address = sent.redirect_chain[-1][0]
    case = Case.objects.get(person=None)
    assert case.system_id == SUGGEST.id
    cases.answer(made.lead, case.id, text="You are right, it is mended.", outcome="done", at=case.opened_at)
    assert "You are right, it is mended." in read(address)


def test_a_report_keeps_what_was_typed_when_it_is_too_short(made: House):
    answer = Client().post(f"{SHEET}wrong", {"text": "Wrong"})
    assert answer.status_code == 422
    assert "Wrong</textarea>" in answer.content.decode()
    assert not Case.objects.exists()


def test_the_page_of_a_report_does_not_repeat_what_was_written(made: House):
    sent = Client().post(f"{SHEET}wrong", {"text": "My neighbour Piet says it is wrong."}, follow=True)
    assert "Piet" not in sent.content.decode()


@pytest.mark.row("R1.2c")
def test_an_overdue_report_stops_its_system(made: House):
    cases.open_by_visitor(cases.Kind.REGISTER, "It is not true.", at=NOW - timedelta(days=15), system=SUGGEST.id)
    assert run(made).code == "OVERDUE"
