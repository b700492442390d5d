"""The six rights with their clocks, everything on paper, what a supporter sees, and the home page."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people import store as people
from samen.people.roles import Scope
from samen.rights.incidents import SIX_RIGHTS, Kind
from samen.rights.models.service import Case
from samen.rights.store import cases, consent, mine
from samen.rights.words import Denied
from samen.rooms.record import door as record
from tests import named
from tests.rights.example import CARE, INFORM, SUGGEST, House, run
from tests.rights.visiting import press, record_of, shows

pytestmark = pytest.mark.django_db


# --- six rights -------------------------------------------------------------------------------------------------------


@pytest.mark.row("R2.1c")
def test_access_gives_everything_in_one_file(made: House, noor: Client):
    record_of(made)
    press(noor, "no", CARE, SUGGEST.id)
    noor.post(reverse("rights:human"), {"text": "please call"})
    file = json.loads(noor.get(reverse("rights:download")).content)
    assert len(file["statements"]) == len(consent.history(made.own()))
    assert file["findings"][0]["read"][0]["label"]
    assert file["findings"][0]["explanation"]["factors"]
    assert file["requests"][0]["text"] == "please call"
    assert file["who_looked"]


@pytest.mark.row("R2.1c")
def test_the_file_does_not_tell_what_is_held_for_a_human(made: House, noor: Client):
    record_of(made, SUGGEST)
    held = json.loads(noor.get(reverse("rights:download")).content)["findings"][0]
    assert (held["finding"], held["explanation"], held["read"]) == (None, {}, [])


@pytest.mark.row("R2.1c")
@pytest.mark.parametrize("kind", SIX_RIGHTS)
def test_each_right_is_asked_on_its_page_and_answered_there(made: House, noor: Client, kind: Kind):
    noor.post(reverse("rights:request", args=[kind]), {"text": "This about me", "system": ""})
    case = cases.mine(made.own())[0]
    assert (case.kind, case.text) == (kind, "This about me")
    assert case.due == case.opened_at + timedelta(days=cases.terms()[kind]["ours"])
    cases.answer(made.lead, case.id, text="Here is what we did", outcome="done", at=timezone.now())
    assert "Here is what we did" in shows(noor, "case", case.id)
    assert "Here is what we did" in shows(noor, "requests")


def test_a_correction_without_words_is_asked_again_and_opens_nothing(noor: Client):
    answer = noor.post(reverse("rights:request", args=["correct"]), {"text": " "})
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_an_objection_can_name_the_system_it_is_about(made: House, noor: Client):
    noor.post(reverse("rights:request", args=["object"]), {"text": "", "system": SUGGEST.id})
    assert cases.mine(made.own())[0].system == SUGGEST.id


@pytest.mark.row("R2.1c")
def test_a_pause_freezes_at_once_and_ends_by_ones_own_press(made: House, noor: Client):
    noor.post(reverse("rights:request", args=["restrict"]), {"text": ""})
    assert run(made, INFORM, at=timezone.now()) == Denied("RESTRICTED")
    assert "You paused all AI" in shows(noor, "me")
    noor.post(reverse("rights:unfreeze"))
    assert mine.paused_since(made.own()) is None
    assert cases.mine(made.own())[0].outcome == "lifted"
    assert not isinstance(run(made, INFORM, at=timezone.now()), Denied)


def test_erasing_says_honestly_how_long_backups_are_kept(noor: Client, settings):
    assert f"Backups are kept for {settings.SAMEN.backup_days} days" in shows(noor, "request", "erase")


def test_there_is_no_seventh_right(noor: Client):
    assert noor.get(reverse("rights:request", args=["canary"])).status_code == 404


# --- on paper, and for a supporter ------------------------------------------------------------------------------------


@pytest.mark.row("R3.1e")
def test_the_print_out_holds_the_same_records_as_the_pages(made: House, noor: Client):
    shown = [record_of(made), record_of(made)]
    press(noor, "no", CARE, SUGGEST.id)
    page = shows(noor, "print")
    assert all(f"number {each.leaf}" in page for each in shown)
    assert all(f"number {each.leaf}" in page for each in consent.history(made.own()))


@pytest.fixture
def bram(made: House) -> Callable[..., Client]:
    def gives(*scopes: Scope) -> Client:
        until = timezone.now() + timedelta(days=9)
        people.give_proxy(made.own(), named.bram(), scopes, ends=until, now=timezone.now())
        client = named.sign_in(Client(), named.bram(), second_factor=False)
        client.cookies["django_language"] = "en"
        return client

    return gives


@pytest.mark.row("R3.1e")
def test_a_supporter_reads_along_and_is_offered_nothing_to_press(made: House, bram):
    record_of(made)
    page = shows(bram(Scope.RIGHTS, Scope.FINDINGS), "of", made.noor.id).split("<main")[1].split("</main>")[0]
    assert "You read along" in page
    assert "<form" not in page
    assert "<button" not in page


def test_a_supporter_without_a_yes_for_findings_sees_none(made: House, bram):
    shown = record_of(made)
    page = shows(bram(Scope.RIGHTS), "of", made.noor.id)
    assert f"number {shown.leaf}<" not in page
    assert "This area was not opened to you" in page


def test_a_look_of_a_supporter_is_written_down(made: House, bram):
    shows(bram(Scope.RIGHTS), "of", made.noor.id)
    assert people.who_looked(made.own())[0].what == "rights:of"


def test_staff_have_no_way_in_to_somebodys_choices(made: House):
    sam = named.sign_in(Client(), made.sam)
    assert sam.get(reverse("rights:of", args=[made.noor.id])).status_code == 403


# --- home -------------------------------------------------------------------------------------------------------------


def test_the_home_page_shows_own_words_before_what_a_computer_said(made: House, noor: Client):
    now = timezone.now()
    record.add_own_entry(made.own(Scope.NOTES), "note", "It has been quiet", now, now=now)
    record_of(made)
    page = noor.get(reverse("today")).content.decode()
    assert page.index("It has been quiet") < page.index("label--ai")


@pytest.mark.row("K1.9")
def test_the_home_page_always_has_the_way_to_a_human_and_counts_nothing(kim: Client):
    page = kim.get(reverse("today")).content.decode()
    assert reverse("rights:human") in page
    assert "Kim" in page
    assert "badge" not in page


@pytest.mark.row("P6", "K2.6")
def test_everything_is_two_presses_from_home(noor: Client):
    home = noor.get(reverse("today")).content.decode()
    assert f'href="{reverse("rights:me")}"' in home
    one_further = shows(noor, "me")
    for name, *args in (("print",), ("human",), ("choose", SUGGEST.id), *(("request", kind) for kind in SIX_RIGHTS)):
        assert f'href="{reverse(f"rights:{name}", args=args)}"' in one_further
