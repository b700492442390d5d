"""Activities on a phone: the page that a device keeps, and what it held is taken in once, under the person's yes of now."""

import json
import shutil
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.roles import Scope
from samen.rooms.record import door as record
from samen.rooms.sensing.store import activities as store
from samen.rooms.sensing.store import archive
from tests import named
from tests.rooms.sensing import sending

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor(client: Client) -> Client:
    sending.say(named.noor(), "activities", yes=True)
    yield named.sign_in(client, named.noor())
    shutil.rmtree(archive.folder(), ignore_errors=True)


def held(activity: str, *fields: tuple[str, str], ago_minutes: int = 90) -> dict[str, object]:
    """Give a page as a device holds it, filled in a while ago in two minutes."""
    ended = int(timezone.now().timestamp() * 1000) - ago_minutes * 60_000
    times = [["sheet", str(uuid4())], ["started", str(ended - 120_000)], ["ended", str(ended)]]
    return {"activity": activity, "language": "nl", "fields": [*times, *map(list, fields)]}


def send(client: Client, *pages: object) -> list[dict[str, object]]:
    answer = client.post(reverse("sensing:send"), json.dumps(list(pages)), content_type="application/json")
    assert answer.status_code == 200
    return answer.json()["taken"]


def done() -> list[store.Done]:
    return store.done(named.own(named.noor()))


def test_what_a_device_held_is_kept_with_its_own_times_and_in_its_own_language(noor):
    page = held("mood-log", ("mood", "4"), ("words", "0"), ("words", "7"))
    assert send(noor, page) == [{"kept": "stored", "filed": False, "problems": []}]
    (kept,) = done()
    assert kept.body["duration"] == 120_000
    assert 85 < (timezone.now() - kept.at).total_seconds() / 60 < 95
    assert kept.body["temporal_slices"][1]["value"] == "rustig, hoopvol"


def test_what_is_sent_again_after_a_lost_answer_is_taken_in_once(noor):
    pages = [held("journal", ("text", "Vandaag was het stil.")), held("mood-log", ("mood", "2"))]
    send(noor, *pages)
    assert [each["kept"] for each in send(noor, *pages)] == ["doubled", "doubled"]
    assert len(done()) == 2
    notes = record.own_entries(named.own(named.noor(), Scope.NOTES), named.noor().id)
    assert [each.text for each in notes] == ["Vandaag was het stil."]


def test_a_questionnaire_that_a_device_held_goes_where_questionnaires_go(noor):
    answers = [(f"gad-7.{at}", "2") for at in range(1, 8)]
    page = held("gad-7", *answers)
    assert send(noor, page) == [{"kept": "stored", "filed": True, "problems": []}]
    send(noor, page)
    mine = named.own(named.noor(), Scope.ANSWERS)
    totals = record.observations(mine, named.noor().id, ["http://loinc.org|70274-6"])
    assert [each["valueQuantity"]["value"] for each in totals] == [14.0]
    assert [each.body["static_data"] for each in done()] == [{"total": 14.0}]


def test_a_no_that_was_said_before_it_was_sent_holds(noor):
    page = held("mood-log", ("mood", "4"))
    sending.say(named.noor(), "activities", yes=False, at=timezone.now())
    assert send(noor, page)[0]["kept"] == "off"
    assert done() == []


def test_what_cannot_be_taken_in_is_answered_by_itself_and_stops_nothing_else(noor):
    pages = [held("dancing", ("mood", "4")), {"activity": "mood-log"}, held("mood-log", ("mood", "99")), "x",
             held("mood-log", ("mood", "1"))]  # fmt: skip
    taken = send(noor, *pages)
    assert [each["problems"] for each in taken] == [
        ["elsewhere"], ["elsewhere"], ["cannot_be_chosen"], ["elsewhere"], [],
    ]  # fmt: skip
    assert len(done()) == 1


def test_a_time_that_has_yet_to_come_is_not_believed(noor):
    send(noor, held("mood-log", ("mood", "4"), ago_minutes=-600))
    (kept,) = done()
    assert abs((timezone.now() - kept.at).total_seconds()) < 60


def test_the_page_of_a_device_holds_the_questions_and_the_numbers_and_marks_the_hard_one(noor):
    answer = noor.get(reverse("sensing:device"))
    page = answer.content.decode()
    assert page.count("data-hard>") == 4 + 1  # the four answers of one item, and skipping it
    assert 'href="tel:' in page
    assert 'data-doing="who-5"' in page
    assert answer.headers["X-Kept-For"] != ""


def test_a_hard_answer_opens_the_help_page_where_no_script_runs_too(noor):
    answer = noor.post(reverse("sensing:activity", args=["phq-9"]), {"phq-9.9": "2", "sheet": str(uuid4())})
    assert answer.headers["Location"] == f"{reverse('treatment:after-hard-answer')}?kept=record"


@pytest.mark.row("K6.1", "A-U1a")
def test_every_stream_stands_on_the_page_of_the_phone_with_on_pause_or_off(noor, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        page = noor.get(reverse("sensing:phone")).content.decode()
    assert page.count(">on<") == 1
    assert page.count(">off<") > 10
    assert "Pause" in page


def test_a_phone_can_put_the_activities_on_its_home_screen(client):
    said = client.get(reverse("sensing:phone-manifest")).json()
    assert (said["display"], said["start_url"]) == ("standalone", "/activities/device/")
    assert {each["sizes"] for each in said["icons"]} == {"any", "192x192"}


def test_each_game_has_a_page_that_a_device_keeps_with_an_order_of_its_own(noor: Client):
    kept = noor.get(reverse("sensing:phone")).context["pages"].split()
    listed = noor.get(reverse("sensing:device")).content.decode()
    seeds = set()
    for page in kept:
        answer = noor.get(page)
        assert answer.status_code == 200
        assert answer["X-Kept-For"] == noor.get(reverse("sensing:device"))["X-Kept-For"]
        assert f'href="{page}"' in listed
        seeds.add(answer.context["game"]["seed"])
    assert len(kept) == len(seeds) == 7
    assert noor.get(reverse("sensing:device-game", args=["mood-log"])).status_code == 404


def test_a_game_that_was_played_without_a_connection_is_scored_by_the_server_from_its_seed(noor: Client):
    order = noor.get(reverse("sensing:device-game", args=["trails-a"])).context["game"]
    taps = [[0, str(number), 900 * number] for number in (1, 2)]
    raw = {
        "seed": order["seed"],
        "taps": taps,
        "ended": False,
        "heard": False,
        "input": "touch",
        "width": 360,
        "height": 780,
    }
    assert send(noor, held("trails-a", ("raw", json.dumps(raw))))[0]["problems"] == []
    done = store.done(named.own(named.noor()))
    assert [(each.activity, len(each.body["temporal_slices"])) for each in done] == [("trails-a", 2)]
