"""The queue and the page on which a human judges what a computer suggested."""

import html
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from samen.people import store as people
from samen.people.models import Access, Account
from samen.people.roles import Role, Scope
from samen.rights.incidents import Kind
from samen.rights.models.inference import Decision, InferenceRecord
from samen.rights.models.service import Case
from samen.rights.oversight import State
from samen.rights.store import cases, inference, stopping
from samen.words import say
from tests.named import sign_in
from tests.rights.example import SUGGEST, WORDS, House, house, human, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> House:
    """A service in order now: pages take the time from the clock."""
    return house(at=timezone.now())


@pytest.fixture
def held(made: House) -> InferenceRecord:
    run(made, at=timezone.now())
    return InferenceRecord.objects.get()


def browser(who: Account) -> Client:
    """A browser of somebody signed in, on a device where English was chosen."""
    client = sign_in(Client(), who)
    client.cookies["django_language"] = "en"
    return client


def open_as(who: Account, path: str) -> str:
    answer = browser(who).get(path)
    assert answer.status_code == 200, answer.status_code
    return html.unescape(answer.content.decode())


def address(held: InferenceRecord) -> str:
    return f"/review/{held.person_id}/{held.id}"


def decide(who: Account, held: InferenceRecord, **given: str):
    return browser(who).post(address(held), given)


def test_the_queue_names_the_person_and_says_nothing_of_what_was_inferred(made: House, held: InferenceRecord):
    page = open_as(made.sam, "/queue")
    assert "Noor" in page
    assert say(f"{WORDS}.how_sure", "en") not in page


def test_the_queue_holds_only_people_whom_this_human_may_see(made: House, held: InferenceRecord):
    other = human("otto", Role.CLINICIAN, at=timezone.now())
    assert "Noor" not in open_as(other, "/queue")


def test_the_most_urgent_comes_first_however_many_people_one_has(made: House, held: InferenceRecord):
    now = timezone.now()
    many = people.create_people([(f"Person {n}", "en", None) for n in range(70)], now=now)
    for each in many:
        people.start_care(each.id, made.sam, role=Role.CLINICIAN, purpose="treatment", by=made.lead, now=now)
    assert "Noor" in open_as(made.sam, "/queue")


def test_the_queue_needs_as_many_queries_for_seventy_people_as_for_one(
    made: House, held: InferenceRecord, django_assert_max_num_queries
):
    now = timezone.now()
    for each in people.create_people([(f"Person {n}", "en", None) for n in range(70)], now=now):
        people.start_care(each.id, made.sam, role=Role.CLINICIAN, purpose="treatment", by=made.lead, now=now)
    client = browser(made.sam)
    client.get("/queue")
    with django_assert_max_num_queries(15):
        client.get("/queue")


def test_the_queue_says_how_much_waits_and_for_how_much_there_is_room(made: House, held: InferenceRecord):
    page = open_as(made.sam, "/queue")
    assert say("rights.queue.load.waiting", "en", n=1, role="clinician") in page
    assert say("rights.queue.load.on_duty", "en", n=1, capacity=50) in page


def test_that_a_name_was_read_in_the_queue_stands_in_the_persons_list(made: House, held: InferenceRecord):
    open_as(made.sam, "/queue")
    assert Access.objects.filter(person=made.noor, account=made.sam, what="rights:queue").count() == 1


# --- judging ----------------------------------------------------------------------------------------------------------


@pytest.mark.row("K1.10")
def test_the_persons_own_story_stands_above_what_the_computer_says(made: House, held: InferenceRecord):
    page = open_as(made.sam, address(held))
    story = say("rights.queue.review.first", "en", name="Noor")
    assert page.index(story) < page.index(say("rights.queue.review.says", "en"))


def test_opening_a_finding_is_written_down_for_the_person(made: House, held: InferenceRecord):
    open_as(made.sam, address(held))
    assert Access.objects.filter(person=made.noor, what="rights:review", scope=Scope.FINDINGS).exists()


def test_no_choice_is_made_beforehand(made: House, held: InferenceRecord):
    assert "checked" not in open_as(made.sam, address(held))


@pytest.mark.row("R5.1a")
@pytest.mark.parametrize(
    ("verdict", "state"), [("accept", State.RELEASED), ("change", State.RELEASED), ("reject", State.REJECTED)]
)
def test_a_human_decides_and_only_then_it_counts(made: House, held: InferenceRecord, verdict: str, state: State):
    decide(made.sam, held, verdict=verdict, reason="We talked about it together.", changed="It goes up and down.")
    held.refresh_from_db()
    assert (held.state, Decision.objects.get().by) == (state, made.sam)


def test_words_instead_are_kept_for_a_change_alone(made: House, held: InferenceRecord):
    decide(made.sam, held, verdict="accept", reason="It fits what she told me.", changed="left over")
    assert inference.record(made.care(), held.id).decided.changed == ""


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": "It fits what she says."}, "CHOICE_MISSING"),
        ({"verdict": "accept", "reason": "ok"}, "REASON_MISSING"),
        ({"verdict": "change", "reason": "It says too little."}, "CHANGE_MISSING"),
    ],
)
def test_a_decision_that_lacks_something_is_not_taken_and_what_was_typed_stays(
    made: House, held: InferenceRecord, given: dict[str, str], code: str
):
    answer = decide(made.sam, held, **given)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert say(f"rights.queue.error.{code}", "en") in page
    assert f"{given['reason']}</textarea>" in page
    assert not Decision.objects.exists()


def test_after_the_decision_the_page_carries_the_humans_name(made: House, held: InferenceRecord):
    decide(made.sam, held, verdict="reject", reason="It does not fit what she lives through.")
    page = open_as(made.sam, address(held))
    assert "label--human" in page
    assert say("rights.queue.decide.send", "en") not in page


def test_what_was_stopped_meanwhile_can_no_longer_be_decided(made: House, held: InferenceRecord):
    stopping.order(made.own(), [SUGGEST], "all", "", at=timezone.now(), language="en")
    for stop in stopping.unfinished():
        stopping.carry_out(stop, [SUGGEST], lambda system, person: 0, at=timezone.now())
    answer = decide(made.sam, held, verdict="accept", reason="It fits what she told me.")
    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_a_person_cannot_judge_what_was_inferred_about_themselves(made: House, held: InferenceRecord):
    answer = sign_in(Client(), made.noor).get(address(held))
    assert answer.status_code == 403


def test_a_finding_of_another_role_is_read_and_not_decided(made: House, held: InferenceRecord):
    InferenceRecord.objects.filter(id=held.id).update(reviewer="social-worker")
    page = open_as(made.sam, address(held))
    assert say("rights.queue.review.not_yours", "en") in page


def test_a_finding_that_is_not_there_has_its_own_page(made: House):
    answer = sign_in(Client(), made.sam).get(f"/review/{made.noor.id}/{uuid4()}")
    assert answer.status_code == 404
    assert b"state--empty" in answer.content


def test_what_the_person_says_about_it_stands_on_the_page(made: House, held: InferenceRecord):
    decide(made.sam, held, verdict="accept", reason="It fits what she told me.")
    cases.open_case(made.own(), Kind.MISFIT, at=timezone.now(), text="I had the flu that week", record=held.id)
    assert "I had the flu that week" in open_as(made.sam, address(held))


def test_the_page_of_a_finding_needs_no_more_than_fifteen_queries(
    made: House, held: InferenceRecord, django_assert_max_num_queries
):
    client = sign_in(Client(), made.sam)
    client.get(address(held))
    with django_assert_max_num_queries(20):
        client.get(address(held))


# --- cases ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(made: House, held: InferenceRecord) -> Case:
    case = cases.open_case(made.own(), Kind.OBJECT, at=timezone.now(), text="It has me wrong", record=held.id)
    return Case.objects.get(id=case)


def test_the_list_of_cases_says_who_and_what_kind_and_not_what_was_written(made: House, asked: Case):
    page = open_as(made.sam, "/answer")
    assert say("rights.answer.kind.object", "en") in page
    assert "It has me wrong" not in page


def test_reading_a_case_is_written_down_for_the_person(made: House, asked: Case):
    assert "It has me wrong" in open_as(made.sam, f"/answer/{asked.id}")
    assert Access.objects.filter(person=made.noor, account=made.sam, what="rights:answer-case").exists()


def test_an_answer_closes_the_case_and_the_person_reads_it(made: House, asked: Case):
    client = sign_in(Client(), made.sam)
    client.post(f"/answer/{asked.id}", {"text": "You are right. We talk on Monday.", "outcome": "done"})
    assert cases.mine(made.own())[0].answer == "You are right. We talk on Monday."


def test_no_case_closes_without_words(made: House, asked: Case):
    answer = sign_in(Client(), made.sam).post(f"/answer/{asked.id}", {"text": " ", "outcome": "done"})
    assert answer.status_code == 422
    assert Case.objects.get().closed_at is None


def test_somebody_elses_case_does_not_open(made: House, asked: Case):
    other = human("otto", Role.CLINICIAN, at=timezone.now() - timedelta(days=1))
    answer = sign_in(Client(), other).get(f"/answer/{asked.id}")
    assert answer.status_code == 302
    assert not Access.objects.filter(account=other).exists()


def test_a_human_lifts_a_freeze_that_the_person_asked_for(made: House):
    now = timezone.now()
    case = cases.open_case(made.own(), Kind.RESTRICT, at=now)
    assert run(made, at=timezone.now()).code == "RESTRICTED"
    sign_in(Client(), made.sam).post(f"/answer/{case}", {"text": "Lifted, as you asked.", "outcome": "lifted"})
    assert getattr(run(made, at=timezone.now()), "code", "") != "RESTRICTED"
