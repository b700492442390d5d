"""Other words by a language model: what leaves, what may come in, and that nothing of a hostile one reaches anybody."""

import re
import socket
import threading
import time
from dataclasses import replace
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.store import systems as register
from samen.rights.words import Denied
from samen.rooms.companion import guarding, rephrasing, systems
from samen.rooms.companion.inference import endpoint
from samen.rooms.companion.jobs import proof_words
from samen.rooms.companion.jobs.stand_in import BEHAVES, TEXT, serving
from samen.rooms.companion.rephrasing import Wish
from samen.rooms.companion.store import talk
from samen.web.config import BadSetting, read
from tests import named
from tests.rooms.companion import in_use

KNOWN = frozenset(["i", "told", "at", "that", "work", "is", "too", "much", "the", "man", "will", "on"])
SCRIPT = "Write down what weighs on you now. Then choose what you can do about it, and what may wait."


def refused(text, scripted=SCRIPT, language="en"):
    return guarding.refused(Wish(scripted, "", language), text, systems.guard(), lambda *_: 0)


@pytest.mark.parametrize(
    "told",
    [
        "I told Zonnewende at work",
        "I told jan.smit@post.nl that",
        "I told 06-12345678 that",
        "I told the man at Dorpsstraat 12",
        "I told www.example.org that",
        "I told the man on 12 March 1984",
        "I told my name is Will",
        "I told BSN 123456782",
    ],
)
def test_what_could_point_to_somebody_does_not_leave(told):
    left = rephrasing.minimised(told, KNOWN)
    assert not any(each in left for each in ("Zonnewende", "smit", "123", "Dorps", "example", "March", "1984", "Will"))
    assert "told" in left


def test_signs_by_which_a_message_could_pose_as_an_instruction_do_not_leave():
    assert not set("<>{}[]#`|\n") & set(rephrasing.minimised("that is\n### <work> {too} `much`", KNOWN))


@pytest.mark.parametrize(
    ("key", "values", "more"),
    [
        ("s/safety-plan/begin/0", {}, {}),
        ("companion.frame.what", {}, {}),
        ("s/worry-time/begin/0", {"worry": "@3"}, {}),
        ("s/worry-time/begin/0", {}, {"level": 1}),
        ("s/worry-time/begin/0", {}, {"numbers": "crisis"}),
        ("s/worry-time/begin/0", {}, {"leads": "help"}),
        ("s/worry-time/begin/0", {}, {"action": "alarm"}),
    ],
)
def test_a_text_of_danger_of_safety_or_with_a_typed_answer_is_never_sent(key, values, more):
    calm = {"level": 0, "numbers": "", "leads": "", "ended": "", "action": "none"}
    assert rephrasing.may_leave({**calm, "says": [["s/worry-time/begin/0", {}]]}, systems.guard().private)
    assert not rephrasing.may_leave({**calm, "says": [[key, values]], **more}, systems.guard().private)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Note what weighs on you now. Then choose what you can do about it, and what may wait.", ""),
        ("Do not write down what weighs on you now. Then choose what you can do, and what may wait.", "negations"),
        ("Write down what weighs on you for 5 minutes. Then choose what you can do, and what may wait.", "figures"),
        ("Write down what weighs on you now. Then choose what can you do about it, and what may wait?", "questions"),
        ("Write down what weighs on you now. Then choose what the neighbours do, and what may wait.", "words"),
        (
            "Write down what weighs on me now. Then choose what you can do about it, and what may wait.",
            "first_person",
        ),
        ("Write down what weighs on you\u200b now. Then choose what you can do about it.", "signs"),
        ("Take a moment. Look at the room, and then go on to the next thing, slowly and gently.", "meaning"),
        ("Write down what weighs on you now. Then choose what you can do. Take that thing off slowly.", "strays"),
        ("Write down what weighs.", "length"),
    ],
)
def test_a_rewording_that_says_another_thing_is_refused_with_the_check_that_saw_it(text, why):
    assert refused(text) == why


def test_words_in_which_the_help_line_hears_danger_are_refused():
    text = "Note what weighs on you now. Then choose what you can do about it, and what may wait."
    assert guarding.refused(Wish(SCRIPT, "", "en"), text, systems.guard(), lambda *_: 1) == "danger"


@pytest.mark.parametrize("how", ["drip", "drip-headers", "stall", "endless", "endless-comments"])
def test_an_endless_or_slow_answer_is_cut_at_its_time(how):
    with serving({"a": {BEHAVES: how}}) as (address, _):
        begun = time.monotonic()
        with pytest.raises(endpoint.Unusable):
            endpoint.ask(endpoint.Endpoint(address("a"), "m"), [{"role": "user", "content": "x"}], seconds=0.5)
        assert time.monotonic() - begun < 1.0


def test_a_name_server_that_does_not_answer_costs_no_more_than_the_time_and_nothing_is_sent_afterwards(monkeypatch):
    found, asked = socket.getaddrinfo, threading.Event()

    def slow(*args, **more):
        time.sleep(1.0)
        asked.set()
        return found(*args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with serving({"a": {TEXT: "Take a seat."}}) as (address, seen):
        begun = time.monotonic()
        with pytest.raises(endpoint.Unusable, match="time"):
            endpoint.ask(endpoint.Endpoint(address("a"), "m"), [{"role": "user", "content": "x"}], seconds=0.4)
        assert time.monotonic() - begun < 0.9  # the name server alone takes a second
        assert asked.wait(5)
        time.sleep(0.3)  # long enough for whatever a late connection would send
        assert seen == []


def test_a_redirect_is_not_followed_and_nothing_is_asked_twice():
    cases = {"a": {BEHAVES: "redirect"}, "b": {BEHAVES: "error-500"}, "text-well": {TEXT: "Well."}}
    with serving(cases) as (address, seen):
        for key in ("a", "b"):
            with pytest.raises(endpoint.Unusable):
                endpoint.ask(endpoint.Endpoint(address(key), "m"), [{"role": "user", "content": "x"}])
        assert len(seen) == 2


@pytest.mark.parametrize("stream", [True, False])
def test_the_stand_in_speaks_the_real_protocol(stream):
    with serving({"a": {TEXT: "Take a seat."}}) as (address, _):
        asked = endpoint.Endpoint(address("a"), "m", stream=stream)
        assert endpoint.ask(asked, [{"role": "user", "content": "x"}]) == "Take a seat."


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.row("S2")
def test_nothing_of_a_hostile_model_reaches_anybody_and_a_fair_share_of_good_words_does():
    in_use.in_service()
    register.enter(systems.REPHRASE, at=timezone.now())
    found = proof_words.run(None)
    assert not isinstance(found, Denied), found
    assert sum(not each.case.good for each in found) >= 200
    assert sum(each.case.good for each in found) >= 60
    assert [each.case.name for each in found if not each.case.good and each.text] == []
    assert all(
        each.sent for each in found if not each.case.good
    )  # every case was really asked: none was kept back before
    assert proof_words.figures(found)["kept"].low >= 0.4


@pytest.mark.django_db
def test_with_a_yes_the_text_is_worded_and_marked_and_a_no_changes_nothing(settings):
    crew = in_use.in_service()
    noor = named.person("Noor", "en")
    in_use.says_yes(noor)
    client = in_use.visitor(noor)
    yes = reverse("rights:choose", args=[systems.REPHRASE.id])
    assert yes not in client.get("/companion/").content.decode()
    with serving({"a": {TEXT: "Nothing that fits."}}) as (address, seen):
        settings.SAMEN = replace(settings.SAMEN, llm_url=address("a"), llm_model="m")
        in_use.let_in(systems.REPHRASE, crew)
        assert yes in client.get("/companion/").content.decode()
        walk(client)
        assert seen == []  # nobody said yes to it
        in_use.says_yes(noor, system=systems.REPHRASE)
        settings.SAMEN = replace(settings.SAMEN, llm_model="another")
        walk(client)
        assert seen == []  # nobody voted on that one
        settings.SAMEN = replace(settings.SAMEN, llm_model="m")
        walk(client)
        assert seen
    said = talk.turns(named.own(noor, Scope.TALK), talk.kept(named.own(noor, Scope.TALK))[0].id)
    assert not any("scripted" in each.reply for each in said)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "written", "worded", "mark"),
    [
        (
            "en",
            "Which worry comes most? Write it down in one sentence, just as it sounds in your head.",
            "Which worry comes most now? Put it down in one sentence, the way it sounds in your head.",
            "Worded by a language model",
        ),
        (
            "nl",
            "Welke zorg komt het meest? Schrijf haar op in één zin, zoals ze klinkt in je hoofd.",
            "Welke zorg komt nu het meest? Zet haar op papier in één zin, zoals ze klinkt in je hoofd.",
            "Verwoord door een taalmodel",
        ),
    ],
)
def test_other_words_that_pass_reach_the_person_on_the_real_page_with_their_mark(
    settings, language, written, worded, mark
):
    crew = in_use.in_service()
    noor = named.person("Noor", language)
    in_use.says_yes(noor, language)
    with serving({"a": {TEXT: worded}}) as (address, seen):
        settings.SAMEN = replace(settings.SAMEN, llm_url=address("a"), llm_model="m")
        in_use.let_in(systems.REPHRASE, crew)
        in_use.says_yes(noor, language, system=systems.REPHRASE)
        systems.ready_for_words()
        for _ in range(4):  # on a busy machine an answer may be late, and then the written text rightly stands
            html = walk(in_use.visitor(noor, language))
            if worded in html:
                break
    assert written in str(seen[-1])  # it was really asked, about this very text
    assert f'<p class="turns__text">{worded}</p>' in html
    program = html.rpartition('class="turns__program"')[2].partition("</li>")[0]
    assert mark in program
    assert program.index(mark) < program.index(worded)  # the mark is read before the words
    assert (
        program.index(worded) < program.index("<details") < program.index(written)
    )  # the written text is one press away
    assert program.count(written) == 1
    record = rights.latest(named.own(noor, Scope.FINDINGS), systems.REPHRASE.id)
    assert record is not None
    assert str(record.id) in program


def walk(client):
    client.post("/companion/fresh/")
    html = client.get("/companion/").content.decode()
    for press in ("t:worry", "m:worry-time", "go", "s:3", "go"):
        turn, once = (re.search(rf'name="{name}" value="([^"]*)"', html)[1] for name in ("turn", "once"))
        html = client.post(
            "/companion/give/", {"press": press, "turn": turn, "once": once}, follow=True
        ).content.decode()
    return html


@pytest.mark.django_db
def test_other_words_stand_marked_with_the_written_text_one_press_away():
    in_use.in_service()
    noor = named.person("Noor", "en")
    in_use.says_yes(noor)
    found, access = in_use.talks(noor), named.own(noor, Scope.TALK)
    written = talk.turns(access, found)[-1].reply["texts"][-1]
    talk.reword(access, found, 1, "The same in other words.", record=uuid4())
    html = in_use.visitor(noor).get("/companion/").content.decode()
    assert "The same in other words." in html
    assert "Worded by a language model" in html
    assert written.split(".")[0] in html
    history = in_use.visitor(noor).get(f"/companion/talks/{found}/").content.decode()
    assert "Worded by a language model" in history


def test_a_model_elsewhere_is_reached_over_https_alone():
    with pytest.raises(BadSetting, match="https"):
        read({"SAMEN_LLM_URL": "http://model.example/v1", "SAMEN_LLM_MODEL": "m"}, {})
    assert read({"SAMEN_LLM_URL": "http://127.0.0.1:9/v1", "SAMEN_LLM_MODEL": "m"}, {}).llm_model == "m"
