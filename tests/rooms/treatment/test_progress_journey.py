"""The first AI system the whole way: a yes, answers, a held finding, a human's decision, and the page in kind words."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.roles import Scope
from samen.rights import door, gate
from samen.rights.oversight import Decided, Verdict
from samen.rights.store import inference
from samen.rights.store import systems as register
from samen.rights.words import Held, Stage
from samen.rooms.treatment import store, systems, validation
from samen.rooms.treatment.questionnaires import questionnaire
from tests import named
from tests.rights import example

pytestmark = pytest.mark.django_db
WORSE = "harder days than when you started"
HELD = "A human looks at it first"


@pytest.fixture
def house():
    """Give a service in which progress-watch may run for Noor, with the evidence that its own validation measured."""
    now = timezone.now()
    made = example.house(at=now)
    before = now - timedelta(days=1)
    register.enter(systems.PROGRESS, at=before)
    measured = validation.measure(validation.reference)
    figures = [register.Figure(name, each.value, each.low, each.high, each.n) for name, each in measured.items()]
    started = before - timedelta(days=30)
    register.file_evidence(
        systems.PROGRESS,
        Stage.PILOT,
        figures,
        protocol="made-up people, see validation.py",
        protocol_at=started,
        results_at=before,
        by=made.lead,
    )
    register.ratify_need(
        systems.PROGRESS,
        ["I want to know", "I lose the thread", "Nobody tells me"],
        without="We guess.",
        other_way="A talk.",
        until=now + timedelta(days=365),
        by=made.panel[0],
        at=before,
    )
    for member in made.panel:
        register.vote(systems.PROGRESS, example.Vote.YES, by=member, reason="It is clear", at=before)
    example.settle_all(made, before)
    register.move(systems.PROGRESS, Stage.PILOT, by=made.lead, reason="Start small", at=before, cap=5)
    return made


def say_yes(house):
    example.say_yes(house, systems.PROGRESS, at=timezone.now() - timedelta(hours=1))


def earlier(house, value=0, days_ago=60):
    of = questionnaire("gad-7")
    at = timezone.now() - timedelta(days=days_ago)
    store.keep(house.own(Scope.ANSWERS), of, {q.id: value for q in of.questions}, at=at, language="nl")


def answer(house, value=3):
    client = named.sign_in(Client(headers={"accept-language": "en"}), house.noor)
    client.cookies["django_language"] = "en"
    of = questionnaire("gad-7")
    response = client.post(reverse("treatment:ask", args=["gad-7"]), {q.id: value for q in of.questions})
    return client, response


def page(client):
    return client.get(reverse("treatment:course")).content.decode()


def decide(house, verdict, changed=""):
    newest = door.latest(house.care(), systems.PROGRESS.id)
    assert newest is not None
    inference.decide(
        house.care(), newest.id, Decided(verdict, reason="We talked about it", changed=changed), at=timezone.now()
    )


def test_without_a_yes_nothing_is_compared_and_the_answers_are_kept(house):
    earlier(house)
    _, response = answer(house)
    assert response.url == reverse("treatment:saved") + "?why=NO_CONSENT"


def test_after_a_yes_the_finding_waits_for_a_human_and_the_person_sees_that_it_waits(house):
    say_yes(house)
    earlier(house)
    client, response = answer(house)
    shown = page(client)
    assert response.url == reverse("treatment:course")
    assert HELD in shown
    assert WORSE not in shown


def test_once_a_human_accepted_the_person_reads_it_in_kind_words(house):
    say_yes(house)
    earlier(house)
    client, _ = answer(house)
    decide(house, Verdict.ACCEPT)
    assert WORSE in page(client)


@pytest.mark.parametrize("name", ["record", "misfit", "human"])
def test_beside_a_finding_stand_why_does_not_fit_and_a_human(house, name):
    say_yes(house)
    earlier(house)
    client, _ = answer(house)
    decide(house, Verdict.ACCEPT)
    newest = door.latest(house.care(), systems.PROGRESS.id)
    assert newest is not None
    assert reverse(f"rights:{name}", args=[newest.id]) in page(client)


def test_a_human_s_words_stand_above_those_of_the_computer(house):
    say_yes(house)
    earlier(house)
    client, _ = answer(house)
    decide(house, Verdict.CHANGE, changed="It was a hard month, and it is easing.")
    shown = page(client)
    assert shown.index("It was a hard month") < shown.index(WORSE)


def test_what_a_human_rejected_is_not_shown_as_a_finding(house):
    say_yes(house)
    earlier(house)
    client, _ = answer(house)
    decide(house, Verdict.REJECT)
    shown = page(client)
    assert WORSE not in shown
    assert "did not make sense" in shown


def test_one_run_for_each_filling_in(house):
    say_yes(house)
    earlier(house)
    answer(house)
    assert len(inference.records(house.own(Scope.FINDINGS), system=systems.PROGRESS.id)) == 1


@pytest.mark.row("R3.1b")
def test_the_record_lists_exactly_what_was_read(house):
    say_yes(house)
    earlier(house)
    answer(house)
    points, _ = store.read_course(house.own(Scope.ANSWERS), house.noor.id)
    newest = door.latest(house.own(Scope.FINDINGS), systems.PROGRESS.id)
    assert newest is not None
    assert newest.body is not None
    assert {item.ref for item in newest.body.items} == {point.ref for point in points}


def test_a_validation_run_on_made_up_people_passes_the_same_gate_and_keeps_the_bounds(house):
    made = validation.cases(seed=20260302, people=400)
    trial = gate.trial(systems.PROGRESS, [case.material for case in made], actor=house.lead.id)
    assert isinstance(trial, gate.TrialRun)
    measured = validation.judge(made, [finding.code for finding, _ in trial.findings])
    assert measured["reference_agreement"].value == 1
    assert not inference.records(house.own(Scope.FINDINGS), system=systems.PROGRESS.id)


def test_for_many_people_it_finds_the_same_as_for_one(house):
    say_yes(house)
    earlier(house)
    answer(house)
    one = door.latest(house.own(Scope.FINDINGS), systems.PROGRESS.id)
    many = gate.run_many(systems.PROGRESS)
    again = door.latest(house.own(Scope.FINDINGS), systems.PROGRESS.id)
    assert isinstance(many[house.noor.id], Held)
    assert one is not None
    assert again is not None
    assert one.body is not None
    assert again.body is not None
    assert one.body.finding == again.body.finding
