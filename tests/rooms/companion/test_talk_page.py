"""The pages of a talk: kept once, shown where it is, small, with the ways to people on each, and nobody else's."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from samen.ledger.models import Leaf
from samen.people import store as people
from samen.people.roles import Scope
from samen.rights.models.inference import InferenceRecord
from samen.rights.models.service import Case
from samen.rights.store import inference, service
from samen.rooms.companion.models.talk import Exchange, Talk
from samen.rooms.companion.store import modules
from samen.rooms.crisis.models.contact import Contact
from tests import named
from tests.rooms.companion import in_use

pytestmark = pytest.mark.django_db

WORDS = "Dat ik mijn baan kwijtraak aan de firma Zonnewende"
DANGER = "ik heb de pillen al klaargelegd, vanavond is het voorbij"
TO_WORRY = ("press:t:worry", "press:m:worry-time", "press:go", "press:s:7", "press:go")
LARGEST = 15_000  # bytes of a turn's page


@pytest.fixture
def noor():
    in_use.in_service()
    who = named.person("Noor", "nl")
    in_use.says_yes(who, "nl")
    return who


def page(client, **given):
    answer = client.get("/companion/", **given)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def fields(html):
    """Give the hidden fields with which the page's forms send the next turn."""
    return {name: re.search(rf'name="{name}" value="([^"]*)"', html)[1] for name in ("turn", "once")}


@pytest.mark.row("A-U1b", "R6.1a")
def test_before_a_yes_the_page_says_what_it_is_and_nothing_is_read():
    in_use.in_service()
    who = named.person("Noor", "nl")
    client = in_use.visitor(who, "nl")
    html = page(client)
    assert "Dit is een programma, geen mens." in html
    assert Talk.objects.count() == 0
    client.post("/companion/give/", {"text": WORDS, "turn": "0", "once": "a"})
    assert Talk.objects.count() == 0
    assert not InferenceRecord.objects.filter(person=who).exists()


def test_with_a_no_the_exercises_and_the_guide_can_be_read():
    in_use.in_service()
    client = in_use.visitor(named.person("Noor", "nl"), "nl")
    assert client.post("/companion/choose/", {"yes": "0"}).url == reverse("companion:pages")
    assert client.get("/companion/pages/").status_code == 200
    assert client.get(reverse("companion:guide")).status_code == 200
    assert client.get("/help").status_code == 200
    for name in modules.shipped().exercises:
        assert client.get(f"/companion/pages/{name}/").status_code == 200, name


def test_the_same_press_sent_twice_is_one_turn(noor):
    client = in_use.visitor(noor, "nl")
    sent = {**fields(page(client)), "press": "t:worry"}
    for _ in range(2):
        client.post("/companion/give/", sent)
    assert Talk.objects.get().turn == 2
    assert Exchange.objects.count() == 2


def test_a_page_that_was_left_open_shows_where_the_talk_is_now(noor):
    client = in_use.visitor(noor, "nl")
    old = fields(page(client))
    client.post("/companion/give/", {**old, "press": "t:worry"})
    stale = client.post("/companion/give/", {**old, "once": "another", "press": "t:sleep"})
    assert "Dit gesprek ging verder in een ander venster" in stale.content.decode()
    assert Talk.objects.get().turn == 2


@pytest.mark.row("K1.7", "K5.2")
def test_danger_that_is_typed_gives_numbers_on_the_very_next_page(noor):
    client = in_use.visitor(noor, "nl")
    client.post("/companion/give/", {**fields(page(client)), "text": DANGER})
    html = page(client)
    assert 'class="call' in html
    assert "113" in html
    assert reverse("companion:human") in html


@pytest.mark.row("R6.1a", "K1.9")
def test_each_turn_carries_the_label_that_says_program_and_the_way_to_a_human_and_out(noor):
    client = in_use.visitor(noor, "nl")
    in_use.talks(noor, *TO_WORRY)
    html = page(client)
    assert html.count('class="turns__program"') == html.count("label--ai") > 0
    for press in ("human", "stop", "later", "what"):
        assert f'name="press" value="{press}"' in html
    assert 'href="/help"' in html


@pytest.mark.row("O1", "S17")
def test_a_turns_page_is_small_enough_for_a_slow_line(noor):
    client = in_use.visitor(noor, "nl")
    in_use.talks(noor, *TO_WORRY, WORDS, "press:go", "press:c:no")
    assert len(page(client).encode()) <= LARGEST
    client.post("/companion/give/", {**fields(page(client)), "text": DANGER})
    assert len(page(client).encode()) <= LARGEST


@pytest.mark.row("K1.7")
def test_a_persons_words_stand_in_no_inference_and_on_no_ledger(noor):
    in_use.talks(noor, *TO_WORRY, WORDS)
    shown = inference.records(named.own(noor, Scope.FINDINGS), None, "companion.talk")
    assert len(shown) == 7
    assert "Zonnewende" not in str(shown)
    assert not [each for each in Leaf.objects.values_list("body", flat=True) if "Zonnewende" in each]
    sealed = Exchange.objects.get(turn=7).given_sealed
    assert b"Zonnewende" not in bytes(sealed)
    assert "Zonnewende" in people.sealer(noor.id).open_text(sealed, "companion.given")


def test_a_human_is_one_press_away_in_a_talk_of_the_help_line(noor):
    client = in_use.visitor(noor, "nl")
    page(client)
    assert client.post("/companion/human/").url == reverse("crisis:talk")
    assert Contact.objects.get(person=noor).state == "waiting"


@pytest.mark.row("A-U1b")
def test_a_no_of_the_gate_shows_the_ways_without_ai(noor):
    client = in_use.visitor(noor, "nl")
    sent = {**fields(page(client)), "press": "t:worry"}
    service.ask("canary", lambda: "an ungated run got through", at=timezone.now())
    answer = client.post("/companion/give/", sent)
    assert answer.status_code == 403
    for way in ("companion:pages", "companion:guide", "companion:history", "help"):
        assert f'href="{reverse(way)}"' in answer.content.decode()


@pytest.mark.row("K1.10")
def test_beside_what_it_says_stands_a_way_to_say_that_it_does_not_fit(noor):
    client = in_use.visitor(noor, "nl")
    page(client)
    record = Exchange.objects.get().record
    html = page(client)
    assert f'href="{reverse("rights:record", args=[record])}"' in html
    why = client.get(reverse("rights:record", args=[record])).content.decode()
    assert reverse("rights:misfit", args=[record]) in why
    client.post(reverse("rights:misfit", args=[record]), {"text": "Zo is het niet"})
    assert Case.objects.get(person=noor, record=record).kind == "misfit"


def test_another_persons_talk_is_not_there(noor):
    made = in_use.talks(noor, *TO_WORRY)
    kim = in_use.visitor(named.person("Kim", "nl"), "nl")
    for name in ("one", "paper", "delete"):
        assert kim.get(reverse(f"companion:{name}", args=[made])).status_code == 404, name
    assert kim.get(reverse("companion:summary", args=[made, "worry-time"])).status_code == 404
    assert kim.post(reverse("companion:take", args=[made])).status_code == 404
    assert kim.post(reverse("companion:delete", args=[made])).status_code == 404
    assert kim.post(reverse("companion:end-share", args=[made, uuid4()])).status_code == 404
    assert Talk.objects.count() == 1


def test_in_danger_the_numbers_stand_right_under_the_words_that_say_to_call(noor):
    client = in_use.visitor(noor, "nl")
    client.post("/companion/give/", {**fields(page(client)), "text": DANGER})
    html = page(client)
    assert (
        html.index("Bel nu een van deze nummers.")
        < html.index('class="call')
        < html.index("Wie kan er nu bij je zijn?")
    )


@pytest.mark.row("R6.1a")
def test_in_danger_no_sentence_says_that_a_human_reads_this_talk(noor):
    client = in_use.visitor(noor, "nl")
    for text in (DANGER, "ik weet niet of ik durf te bellen", "laat maar", "ik ga het echt doen vanavond"):
        client.post("/companion/give/", {**fields(page(client)), "text": text})
    html = page(client)
    assert "Geen mens leest dit" in html
    assert not re.search(r"Onze hulpverleners zien|wordt gelezen|zijn binnen", html)


def test_when_the_language_is_changed_the_question_and_its_buttons_change_too(noor):
    client = in_use.visitor(noor, "nl")
    in_use.talks(noor, "press:t:worry")
    assert "Piekertijd" in page(client)
    client.post("/language", {"language": "en"})
    html = page(client)
    assert "Worry time" in html
    assert "Piekertijd" not in html[html.index('id="now"') :]
