"""The page of the safety case: who reads it, what it says, who may write causes and who signs."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.models import Account
from samen.rights import door as rights
from samen.rights.store import systems as register
from samen.rooms.crisis.jobs import selftest as job
from samen.rooms.crisis.models.selftest import Cause, SelfTest, Signature
from samen.rooms.crisis.store import selftest as store
from samen.words import has
from tests.named import address, dr_visser, lea, omar, rik, sam, sign_in
from tests.rooms.crisis.made_reports import CASE, made_report

pytestmark = pytest.mark.django_db


def systems():
    return [each for each in rights.systems() if each.id.startswith("crisis.")]


@pytest.fixture
def report() -> SelfTest:
    now = timezone.now()
    for each in systems():
        register.enter(each, at=now)
    return store.keep(made_report(systems(), at=now, passed=False), at=now)


def browser(who: Account, language: str = "en") -> Client:
    client = sign_in(Client(), who)
    client.cookies["django_language"] = language
    return client


def shown(who: Account, name: str = "safety", *args: object, language: str = "en") -> str:
    answer = browser(who, language).get(reverse(f"crisis:{name}", args=args))
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


def press(who: Account, name: str, report: SelfTest, **given: str):
    return browser(who).post(reverse(f"crisis:{name}", args=[report.id]), given)


def test_without_any_test_the_page_says_that_no_computer_reads_along():
    assert "no computer reads along" in shown(dr_visser())


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "en",
            ["A bar is missed", "Danger that is said: heard as an alarm (English)", "at least 98.0 %", "Hazard log"],
        ),
        (
            "nl",
            [
                "Een grens is niet gehaald",
                "Gevaar dat wordt gezegd: gehoord als alarm (Engels)",
                "minstens 98,0 %",
                "Gevarenlijst",
            ],
        ),
    ],
)
def test_the_newest_report_stands_there_in_both_languages(report: SelfTest, language: str, says: list[str]):
    page = shown(dr_visser(), language=language)
    assert [each for each in says if each not in page] == []


def test_a_hazard_whose_bar_is_missed_stands_open_with_its_words(report: SelfTest):
    page = shown(omar())
    assert "Somebody is in danger and the computer does not hear it." in page
    assert "A bar under it is missed" in page


def test_every_case_that_went_wrong_stands_there_with_its_text(report: SelfTest):
    page = shown(sam())
    assert CASE["text"] in page
    assert "1 of 1 cases have no cause yet" in page


def test_what_a_case_should_be_and_was_is_said_in_the_readers_language(report: SelfTest):
    page = shown(sam(), language="nl")
    assert "niveau 3, iets bij de hand om het mee te doen" in page
    assert "niveau 0, geen alarm" in page


def test_every_trap_and_way_of_writing_of_the_sealed_set_has_words():
    plan = job.read_plan()
    codes = {each.trap for each in plan.sealed if each.trap} | {each.style for each in plan.sealed}
    assert [code for code in sorted(codes) if not has(f"crisis.selftest.word.{code}")] == []


@pytest.mark.parametrize("who", [rik, lea])
def test_who_neither_answers_for_it_nor_oversees_it_does_not_read_it(report: SelfTest, who):
    assert browser(who()).get(reverse("crisis:safety")).status_code == 403


def test_a_clinician_writes_a_cause_and_it_stands_there_with_the_name(report: SelfTest):
    assert (
        press(sam(), "selftest-cause", report, case=CASE["id"], text="Means without a word of danger.").status_code
        == 302
    )
    page = shown(omar())
    assert "Means without a word of danger." in page
    assert Cause.objects.get().by.email == address("Sam")


def test_an_empty_cause_is_not_kept_and_a_case_of_another_report_is_not_found(report: SelfTest):
    assert press(sam(), "selftest-cause", report, case=CASE["id"], text=" ").status_code == 422
    assert press(sam(), "selftest-cause", report, case="other", text="x").status_code == 404
    assert not Cause.objects.exists()


def test_a_lead_signs_once_and_the_name_stands_under_it(report: SelfTest):
    assert press(dr_visser(), "selftest-sign", report, statement="I read it all.").status_code == 302
    assert Signature.objects.get().statement == "I read it all."
    assert "I read it all." in shown(omar())
    assert "Sign this report" not in shown(dr_visser())


def test_only_a_lead_signs(report: SelfTest):
    assert press(sam(), "selftest-sign", report, statement="I").status_code == 403
    assert "Sign this report" not in shown(sam())
    assert not Signature.objects.exists()


def test_a_signature_without_a_word_is_asked_for_again(report: SelfTest):
    assert press(dr_visser(), "selftest-sign", report, statement="").status_code == 422


def test_a_report_about_another_version_says_so_and_cannot_be_signed():
    now = timezone.now()
    made = made_report(systems(), at=now) | {"systems": {"crisis.detect": "0" * 64}}
    other = store.keep(made, at=now)
    assert "another version than the one that runs now" in shown(dr_visser())
    answer = press(dr_visser(), "selftest-sign", other, statement="I read it.")
    assert answer.status_code == 422
    assert "not what was tested" in answer.content.decode()


def test_a_report_that_somebody_changed_shows_nothing_but_that(report: SelfTest):
    changed = SelfTest(at=timezone.now(), passed=True, versions=report.versions, note=report.note.replace("H01", "H02"))
    changed.save(force_insert=True)
    answer = browser(dr_visser()).get(reverse("crisis:selftest", args=[changed.id]))
    assert answer.status_code == 500
    assert "somebody changed it" in answer.content.decode()


def test_the_page_of_each_system_leads_there(report: SelfTest):
    page = browser(omar()).get(reverse("rights:system-staff", args=["crisis.detect"])).content.decode()
    assert reverse("crisis:safety") in page


def test_the_signed_report_can_be_taken_along_as_it_is(report: SelfTest):
    answer = browser(omar()).get(reverse("crisis:selftest-note", args=[report.id]))
    assert answer.content.decode() == report.note


def test_many_cases_stand_on_pages_of_thirty_and_none_is_left_out():
    now = timezone.now()
    for each in systems():
        register.enter(each, at=now)
    cases = [{**CASE, "id": f"nl-means-{number}/1", "text": f"geval {number}."} for number in range(70)]
    kept = store.keep({**made_report(systems(), at=now, passed=False), "cases": cases}, at=now)
    client = browser(sam())
    pages = [client.get(reverse("crisis:selftest", args=[kept.id]), {"from": n}).content.decode() for n in (0, 30, 60)]
    assert [page.count("<blockquote>") for page in pages] == [30, 30, 10]
    assert [each["text"] for each in cases if not any(each["text"] in page for page in pages)] == []
    assert "?from=30#cases" in pages[0]
    assert "?from=0#cases" in pages[1]
    assert "70 of 70 cases have no cause yet" in re.sub(r"\s+", " ", pages[2])
