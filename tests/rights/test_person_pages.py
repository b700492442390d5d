"""The person's own pages, through the browser's door: what they show, what one press does, and what they never ask."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from samen.people import store as people
from samen.people.roles import Scope
from samen.rights import door, gate, jobs
from samen.rights.incidents import SIX_RIGHTS, Kind
from samen.rights.models.consent import Statement, StopOrder
from samen.rights.models.inference import DeniedRun
from samen.rights.models.service import Case
from samen.rights.oversight import Decided, State, Verdict
from samen.rights.store import cases, consent, inference, stopping
from samen.rights.words import Denied, Oversight
from tests import named
from tests.rights.example import CARE, INFORM, SUGGEST, USE, House, run
from tests.rights.visiting import press, record_of, shows

pytestmark = pytest.mark.django_db
HEAVY = "progress-watch"


@pytest.mark.row("P6")
@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_page_opens_in_both_languages(made: House, noor: Client, language: str):
    noor.cookies["django_language"] = language
    released, held = record_of(made), record_of(made, SUGGEST)
    said = consent.history(made.own())[0]
    noor.post(reverse("rights:misfit", args=[released.id]), {"text": "I was ill"})
    noor.post(reverse("rights:stop"), {"kind": "system", "what": SUGGEST.id})
    case, stop = Case.objects.get(), stopping.mine(made.own())[0]
    pages = [
        ("me",), ("choose", SUGGEST.id), ("said",), ("record", released.id), ("record", held.id), ("human",),
        ("misfit", released.id), ("explain", released.id), ("object", released.id), ("human", released.id),
        ("case", case.id), ("requests",), ("print",), ("receipt", said.id), ("download",), ("receipt-file", said.id),
        ("stopped", stop.id), ("stop-file", stop.id),
        *(("request", kind) for kind in SIX_RIGHTS),
    ]  # fmt: skip
    for name, *args in pages:
        assert shows(noor, name, *args)


@pytest.mark.row("P6")
def test_all_five_actions_stand_on_the_one_page(noor: Client):
    page = shows(noor, "me")
    for way in ("stop", "request", "people:supporters"):
        name = way if ":" in way else f"rights:{way}"
        assert reverse(name, args=["correct"] if way == "request" else []) in page
    assert reverse("rights:request", args=["take-along"]) in page
    assert reverse("rights:said") in page or "No AI has said anything" in page


def test_the_page_asks_the_database_at_most_fifteen_times(made: House, noor: Client):
    for _ in range(3):
        record_of(made)
    noor.post(reverse("rights:human"), {"text": "hello"})
    people.note_access(named.seen_by(made.sam, made.noor, Scope.FINDINGS), what="rights:queue", at=timezone.now())
    with CaptureQueriesContext(
        connection,
    ) as asked:
        shows(noor, "me")
    assert len(asked) <= 15, [each["sql"][:120] for each in asked]


# --- yes and no -------------------------------------------------------------------------------------------------------


@pytest.mark.row("R6.1b")
def test_nothing_is_chosen_for_somebody_new_and_the_gate_denies_every_system(kim: Client, made: House):
    page = shows(kim, "me")
    assert 'aria-pressed="true"' not in page.split('class="foot"')[0]
    for each in door.systems():
        assert isinstance(gate.run(each, person=named.kim().id), Denied)


@pytest.mark.row("R2.1b")
def test_one_press_is_one_statement(made: House, noor: Client):
    before = Statement.objects.count()
    press(noor, "no", CARE, SUGGEST.id)
    assert Statement.objects.count() == before + 1
    newest = consent.history(made.own())[0]
    assert (newest.subject, newest.use, newest.yes) == (SUGGEST.id, CARE, False)


@pytest.mark.row("R2.1b")
@pytest.mark.parametrize("system", [SUGGEST.id, INFORM.id])
def test_a_no_costs_exactly_what_a_yes_costs(noor: Client, system: str):
    page = shows(noor, "choose", system)
    pairs = re.findall(r'<div class="pair".*?</div>', page)
    assert pairs
    for pair in pairs:
        assert pair.count("<form") == 2
        assert pair.count('value="yes"') == pair.count('value="no"') == 1
    for answer in ("yes", "no"):
        before = Statement.objects.count()
        press(noor, answer, system=system)
        assert Statement.objects.count() == before + 1


@pytest.mark.row("R6.1a")
def test_a_first_yes_leads_past_what_the_system_does_and_a_no_does_not(kim: Client):
    asked = press(kim, "yes")
    assert asked.url.startswith(reverse("rights:choose", args=[INFORM.id]))
    assert not Statement.objects.filter(person=named.kim()).exists()
    shows(kim, "choose", INFORM.id)
    press(kim, "yes")
    assert Statement.objects.get(person=named.kim()).yes


def test_a_first_no_is_kept_at_once(kim: Client):
    press(kim, "no")
    assert not Statement.objects.get(person=named.kim()).yes


@pytest.mark.row("K3.1")
def test_a_heavy_system_asks_one_question_before_a_yes_and_lets_people_try_again(kim: Client):
    heavy = door.system(HEAVY)
    use = heavy.manifest.uses[0]
    assert "First one question" in shows(kim, "choose", HEAVY)
    press(kim, "yes", use, HEAVY)
    assert not Statement.objects.filter(person=named.kim()).exists()
    ask = reverse("rights:teach-back", args=[HEAVY])
    again = kim.post(ask, {"answer": "wrong", "use": use.key}, follow=True).content.decode()
    assert "You may try again" in again
    kim.post(ask, {"answer": "right", "use": use.key})
    press(kim, "yes", use, HEAVY)
    assert Statement.objects.get(person=named.kim()).taught_back


@pytest.mark.row("K3.1")
def test_a_no_to_a_heavy_system_needs_no_answer_to_any_question(kim: Client):
    press(kim, "no", door.system(HEAVY).manifest.uses[0], HEAVY)
    assert Statement.objects.filter(person=named.kim(), yes=False).count() == 1


def test_an_answer_that_is_neither_yes_nor_no_changes_nothing(noor: Client):
    before = Statement.objects.count()
    assert press(noor, "perhaps").status_code == 404
    assert Statement.objects.count() == before


def test_what_was_said_before_stays_readable_after_changing_ones_mind(made: House, noor: Client):
    press(noor, "no")
    page = shows(noor, "choose", INFORM.id)
    assert "you said yes to: Answers to questionnaires, to understand yourself better" in page
    assert "you said no to: Answers to questionnaires, to understand yourself better" in page


@pytest.mark.row("R6.1c")
def test_after_a_no_the_page_says_that_a_no_is_a_no(made: House, noor: Client):
    press(noor, "no")
    assert run(made, INFORM, at=timezone.now()) == Denied("WITHDRAWN", detail=USE.key)
    page = shows(noor, "me")
    assert "a no is a no" in page
    assert "WITHDRAWN" in page


def test_many_denials_are_one_line(made: House, noor: Client):
    press(noor, "no")
    for _ in range(4):
        run(made, INFORM, at=timezone.now())
    assert DeniedRun.objects.count() == 4
    assert shows(noor, "me").count("WITHDRAWN") == 1
    assert "4 times since" in shows(noor, "me")


# --- what was said ----------------------------------------------------------------------------------------------------


@pytest.mark.row("R3.1b", "R3.1c")
def test_a_finding_shows_why_how_sure_and_each_thing_that_was_read(made: House, noor: Client):
    shown = record_of(made)
    page = shows(noor, "record", shown.id)
    for part in ("Why it says this", "How sure", "What would change it", "Who decides", "What it read"):
        assert part in page
    assert page.count("Answers to questionnaires ·") == len(shown.body.items)
    assert f"number {shown.leaf}" in page


def test_while_held_the_person_sees_that_it_exists_who_looks_and_by_when_and_not_what_it_says(
    made: House, noor: Client
):
    shown = record_of(made, SUGGEST)
    page = shows(noor, "record", shown.id)
    assert "your clinician" in page
    assert "Until then it counts for nothing" in page
    assert "Why it says this" not in page
    assert "What it read" not in page


def test_an_alert_says_the_minute_by_which_a_human_looks(made: House, noor: Client):
    soon = replace(SUGGEST.manifest, oversight=Oversight.ALERT, alert_within=timedelta(minutes=5))
    held = run(made, replace(SUGGEST, manifest=soon), at=timezone.now())
    assert f"{timezone.localtime(held.due):%-H:%M}" in shows(noor, "record", held.record)


def decide(made: House, shown: inference.Shown, verdict: Verdict, changed: str = "") -> None:
    decided = Decided(verdict, "We talked about it", changed)
    inference.decide(made.care(), shown.id, decided, at=timezone.now())


@pytest.mark.parametrize(
    ("verdict", "changed", "seen"),
    [
        (Verdict.ACCEPT, "", "Sam agreed"),
        (Verdict.CHANGE, "The nights are still hard", "The nights are still hard"),
        (Verdict.REJECT, "", "Sam did not agree"),
    ],
)
def test_what_a_human_decided_and_why_stands_with_the_finding(made: House, noor: Client, verdict, changed, seen):
    shown = record_of(made, SUGGEST)
    decide(made, shown, verdict, changed)
    page = shows(noor, "record", shown.id)
    assert seen in page
    assert "We talked about it" in page


@pytest.mark.row("R3.1d")
def test_whoever_opened_findings_since_is_named_beside_them(made: House, noor: Client):
    shown = record_of(made)
    assert "Nobody but you" in shows(noor, "record", shown.id)
    people.note_access(named.seen_by(made.sam, made.noor, Scope.FINDINGS), what="rights:queue", at=timezone.now())
    assert "Sam, clinician" in shows(noor, "record", shown.id)


@pytest.mark.row("K1.10")
def test_does_not_fit_me_stays_on_the_finding_for_the_person_and_for_staff(made: House, noor: Client):
    shown = record_of(made)
    assert reverse("rights:misfit", args=[shown.id]) in shows(noor, "record", shown.id)
    noor.post(reverse("rights:misfit", args=[shown.id]), {"text": "I had the flu"})
    assert "I had the flu" in shows(noor, "record", shown.id)
    assert "You said: this does not fit me" in shows(noor, "me")
    assert [each.text for each in cases.about_record(made.care(), shown.id)] == ["I had the flu"]


@pytest.mark.parametrize("kind", ["misfit", "explain", "object", "human"])
def test_asking_a_human_opens_a_case_and_says_who_answers_by_when(made: House, noor: Client, kind: str):
    shown = record_of(made)
    page = noor.post(reverse(f"rights:{kind}", args=[shown.id]), {}, follow=True).content.decode()
    case = cases.mine(made.own())[0]
    assert (case.kind, case.record) == (Kind(kind), shown.id)
    assert f"{timezone.localtime(case.due).day} " in page
    assert "Sam" in page


def test_anybody_may_ask_for_a_human_without_a_reason(made: House, noor: Client):
    noor.post(reverse("rights:human"))
    assert cases.mine(made.own())[0].kind is Kind.HUMAN


def test_a_line_of_who_looked_that_is_not_recognised_becomes_one_case(made: House, noor: Client):
    people.note_access(named.seen_by(made.sam, made.noor, Scope.FINDINGS), what="rights:queue", at=timezone.now())
    look = people.who_looked(made.own())[0]
    for _ in range(2):
        noor.post(reverse("rights:not-recognised"), {"look": look.id})
    assert [each.kind for each in cases.mine(made.own())] == [Kind.NOT_RECOGNISED]


def test_nobody_reads_or_marks_the_finding_of_somebody_else(made: House, kim: Client):
    shown = record_of(made)
    for kind in ("record", "misfit", "explain", "object", "human"):
        assert kim.get(reverse(f"rights:{kind}", args=[shown.id])).status_code == 404
    assert kim.post(reverse("rights:misfit", args=[shown.id])).status_code == 404
    assert not Case.objects.exists()


# --- stop -------------------------------------------------------------------------------------------------------------


@pytest.mark.row("R6.1c")
def test_one_press_stops_all_and_the_receipt_tells_true_numbers(made: House, noor: Client):
    for each in (INFORM, SUGGEST, INFORM):
        run(made, each, at=timezone.now())
    page = noor.post(reverse("rights:stop"), {"kind": "all"}, follow=True).content.decode()
    stop = stopping.mine(made.own())[0]
    assert stop.cleared == {"findings": 3, "derived": 0, "queued": 0}
    assert "It has stopped" in page
    assert re.search(r"cleared</dt><dd>3</dd>", page)
    assert all(each.state is State.CLEARED for each in inference.records(made.own(Scope.FINDINGS)))
    assert isinstance(run(made, INFORM, at=timezone.now()), Denied)


@pytest.mark.parametrize(("kind", "what"), [("system", INFORM.id), ("category", "questionnaires")])
def test_a_part_can_be_stopped_alone(made: House, noor: Client, kind: str, what: str):
    noor.post(reverse("rights:stop"), {"kind": kind, "what": what})
    stop = stopping.mine(made.own())[0]
    assert (stop.kind, stop.what, stop.done_at is not None) == (kind, what, True)


@pytest.mark.parametrize(("kind", "what"), [("system", "nothing"), ("category", "nothing"), ("world", "")])
def test_what_is_not_there_cannot_be_stopped(noor: Client, kind: str, what: str):
    assert noor.post(reverse("rights:stop"), {"kind": kind, "what": what}).status_code == 404
    assert not StopOrder.objects.exists()


def test_a_stop_that_was_interrupted_says_so_and_is_finished_later(
    made: House, noor: Client, monkeypatch: pytest.MonkeyPatch
):
    def breaks(system: str, person: object) -> int:
        raise RuntimeError("the room's disk is full")

    run(made, INFORM, at=timezone.now())
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "clear_derived", breaks)
        page = noor.post(reverse("rights:stop"), {"kind": "all"}, follow=True).content.decode()
    assert "Clearing was interrupted" in page
    assert isinstance(run(made, INFORM, at=timezone.now()), Denied)
    stop = stopping.mine(made.own())[0]
    assert noor.get(reverse("rights:stop-file", args=[stop.id])).status_code == 404
    jobs.finish_stops()
    assert "It has stopped" in shows(noor, "stopped", stop.id)
