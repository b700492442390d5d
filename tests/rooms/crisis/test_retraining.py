"""From labels to a model, and from a model to another threshold: what is made, who decides, and what the gate does meanwhile."""

import html
import json
import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.ledger.models import Leaf
from samen.people.access import NotAllowed
from samen.people.roles import Role
from samen.rights import gate
from samen.rights import jobs as ring
from samen.rights.words import Denied
from samen.rooms.crisis import scoring, systems
from samen.rooms.crisis.jobs import retraining, selftest, thresholds
from samen.rooms.crisis.models.hearing import Candidate, OperatingPoint
from samen.rooms.crisis.selftest.plan import Plan
from samen.rooms.crisis.store import candidates, contacts, points
from samen.rooms.crisis.store import selftest as reports
from samen.rooms.crisis.store.candidates import NotNow
from samen.rooms.crisis.store.points import Point
from samen.rooms.crisis.store.selftest import CannotSign
from samen.rooms.crisis.training import candidate
from samen.rooms.crisis.views.candidates import room_systems
from tests.named import sign_in
from tests.rights.example import human
from tests.rooms.crisis import labelled
from tests.rooms.crisis.labelled import BAD, DANGER, GOOD, SAFE, agreed, clinician, written
from tests.rooms.crisis.made_reports import made_report
from tests.rooms.crisis.service import MEANS, in_service, writes

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def lead():
    return human("lotte", Role.CLINICAL_LEAD)


@pytest.fixture
def other():
    return human("levi", Role.CLINICAL_LEAD)


@pytest.fixture
def few() -> Plan:
    whole = selftest.read_plan()
    return Plan(whole.sealed[::40], (), (), whole.talks[::40])


@pytest.fixture
def in_order() -> None:
    ring.enter_systems()
    ring.hourly()


@pytest.fixture
def made(in_order, few, lead) -> Candidate:
    """A Dutch model, made from few written messages and fifteen of the service."""
    agreed([*(f"{text} hoor" for text in (*BAD, *GOOD)), "x" * 30], [DANGER] * 3 + [SAFE] * 4)
    row = candidates.ask("nl", by=lead, at=NOW())
    assert retraining.run(row.pk, now=NOW(), asked=few, written=written()) == "ready"
    return candidates.one(row.pk)


def adopt(row: Candidate, lead, other) -> None:
    proposal = candidates.propose(row.language, row.pk, "It hears more of ours", by=lead, at=NOW())
    assert candidates.adopt(proposal.pk, room_systems(), by=other, at=NOW())


def point(lead, **where) -> OperatingPoint:
    return OperatingPoint.objects.get(version=labelled.point(by=lead, at=NOW(), **where))


def kept(model: str = "") -> Candidate:
    return labelled.kept(by=clinician("ann"), at=NOW(), model=model)


def action_of(text: str) -> str:
    (chunk,) = systems.score([scoring.Asked(1, text, "nl")], ("rules", "model"))
    assert not isinstance(chunk, Denied)
    return chunk[0]["action"]


# --- fitting ------------------------------------------------------------------------------------------------------------


def test_the_same_labels_give_the_same_model_bit_for_bit(made, lead, few):
    again = candidates.ask("nl", by=lead, at=NOW())
    retraining.run(again.pk, now=NOW(), asked=few, written=written())
    assert candidates.one(again.pk).model == made.model
    assert made.sha256 == sha256(made.model.encode()).hexdigest()


def test_labels_change_what_is_learnt_and_stand_on_the_card_without_a_word_of_them(made, lead, few):
    agreed(["we gaan zaterdag naar het bos hoor"], [DANGER])
    again = candidates.ask("nl", by=lead, at=NOW())
    retraining.run(again.pk, now=NOW(), asked=few, written=written())
    assert candidates.one(again.pk).sha256 != made.sha256
    card = json.loads(made.card)
    assert card["learnt_from"]["labels"]["n"] == 7
    assert card["sha256"] == made.sha256
    assert BAD[0] not in made.card


def test_a_labelled_message_is_a_family_of_its_own_and_scored_by_what_had_not_seen_it(made):
    local = [each for each in retraining.scored(made.scores) if each.local]
    assert len(local) == 7
    assert len({each.family for each in local}) == 7
    assert made.report["local"]["candidate"]["danger"]["n"] == 3


def test_a_written_message_is_learnt_as_clinicians_settled_it():
    rows = written()
    said = candidate.Labelled(1, rows[0].text, 1, "", True, written=True)
    found = candidate.rows("nl", [said], rows)
    assert (found[0].level, found[0].trap, found[0].family) == (1, "labelled", rows[0].family)
    assert len(found) == len(rows)


def test_both_models_are_put_beside_each_other_on_the_sealed_messages(made, few):
    dutch = [each for each in few.sealed if each.language == "nl"]
    assert made.report["sealed"]["now"]["calibration"]["n"] == len(dutch)
    assert set(made.report["sealed"]["candidate"]) == set(made.report["sealed"]["now"])
    assert made.report["hears"]["candidate"][0] == made.sha256
    assert Leaf.objects.filter(kind="validation-run").count() >= 2


def test_a_model_hears_nobody_because_it_was_made(made):
    assert systems.hears()["nl"][0] != made.sha256


def test_what_goes_wrong_is_said_and_changes_nothing(in_order, lead, few):
    row = candidates.ask("nl", by=lead, at=NOW())
    assert retraining.run(row.pk, now=NOW(), asked=few, written=[]) == "failed"
    assert (candidates.one(row.pk).state, candidates.one(row.pk).problem) == ("failed", "FAILED")
    assert candidates.adopted() == ""


def test_where_the_gate_lets_nothing_be_tried_the_page_says_why(lead, few):
    row = candidates.ask("nl", by=lead, at=NOW())
    retraining.run(row.pk, now=NOW(), asked=few, written=written())
    page = html.unescape(browser(lead).get(reverse("crisis:candidate", args=[row.pk])).content.decode())
    assert "the gate did not let it be tried" in page


def test_without_the_extra_the_page_says_so_and_nothing_is_asked_for(lead, monkeypatch):
    monkeypatch.setattr(retraining, "NEEDS", ("no_such_library",))
    page = html.unescape(browser(lead).get(reverse("crisis:candidates")).content.decode())
    assert "is not installed" in page
    assert reverse("crisis:candidates-fit") not in page
    with pytest.raises(NotNow, match="NO_EXTRA"):
        retraining.ask("nl", by=lead, at=NOW())


def test_one_model_is_made_at_a_time(lead):
    candidates.ask("nl", by=lead, at=NOW())
    with pytest.raises(NotNow, match="FITTING"):
        candidates.ask("en", by=lead, at=NOW())


def test_one_that_was_cut_off_does_not_stand_in_the_way_for_ever(lead):
    first = candidates.ask("nl", by=lead, at=NOW() - timedelta(hours=7))
    candidates.ask("nl", by=lead, at=NOW())
    assert candidates.one(first.pk).state == "failed"


def test_a_model_that_could_not_be_tried_is_not_proposed(lead, few):
    row = candidates.ask("nl", by=lead, at=NOW())
    retraining.run(row.pk, now=NOW(), asked=few, written=written())
    with pytest.raises(NotNow, match="NOT_READY"):
        candidates.propose("nl", row.pk, "Better", by=lead, at=NOW())


# --- adopting -----------------------------------------------------------------------------------------------------------


def test_whoever_proposed_a_model_does_not_adopt_it_and_a_clinician_adopts_none(lead, other):
    row = kept()
    proposal = candidates.propose("nl", row.pk, "Better", by=lead, at=NOW())
    for who in (lead, clinician("ann")):
        with pytest.raises(NotAllowed):
            candidates.adopt(proposal.pk, room_systems(), by=who, at=NOW())
    assert candidates.adopted() == ""
    assert candidates.adopt(proposal.pk, room_systems(), by=other, at=NOW())
    assert not candidates.adopt(proposal.pk, room_systems(), by=other, at=NOW())
    assert systems.hears()["nl"][0] == row.sha256


def test_the_database_holds_that_two_people_decide(lead):
    row = kept()
    proposal = candidates.propose("nl", row.pk, "Better", by=lead, at=NOW())
    proposal.approved_by, proposal.approved_at = lead, NOW()
    with pytest.raises(IntegrityError), transaction.atomic():
        proposal.save()


def test_an_adopted_model_is_another_version_and_the_gate_denies_until_it_was_shown_and_voted_on(lead, other):
    in_service()
    mine = writes(MEANS)
    assert contacts.talk(mine.access, mine.contact).level == 4
    adopt(kept(), lead, other)
    found = gate.run(systems.TRIAGE, person=mine.access.person)
    assert isinstance(found, Denied)
    assert found.code == "NOT_VALIDATED"
    later = writes(MEANS)
    assert contacts.talk(later.access, later.contact).level is None  # read by nobody, and waits by own word and time


def test_going_back_brings_evidence_and_votes_of_the_first_model_back(lead, other):
    in_service()
    first = systems.TRIAGE.digest
    adopt(kept(), lead, other)
    assert systems.TRIAGE.digest != first
    back = candidates.propose("nl", None, "The other was worse", by=other, at=NOW())
    candidates.adopt(back.pk, room_systems(), by=lead, at=NOW())
    assert systems.TRIAGE.digest == first
    mine = writes(MEANS)
    assert contacts.talk(mine.access, mine.contact).level == 4


def test_what_is_adopted_is_what_hears(lead, other, in_order):
    deaf = json.loads((systems.HERE / "content/model/nl.json").read_text())
    deaf["ask"] = deaf["alarm"] = 0.0001
    adopt(kept(model=json.dumps(deaf)), lead, other)
    assert action_of("we eten vanavond pannenkoeken") == "alarm"


def test_a_model_of_an_earlier_version_leaves_hearing_to_the_one_that_came_along(lead, other, in_order, monkeypatch):
    came = systems.hears()
    old = json.loads((systems.HERE / "content/model/nl.json").read_text())
    adopt(kept(model=json.dumps({**old, "form": old["form"] - 1})), lead, other)
    systems._HELD.clear()
    assert systems.hears() == came
    assert action_of(MEANS) == "alarm"
    monkeypatch.setattr(systems.candidates, "model_text", lambda _sha: pytest.fail("read again"))
    assert systems.hears() == came


def test_what_says_how_a_model_is_read_is_part_of_what_was_approved():
    assert {"kinds.py", "sight.py", "reading.py", "linear.py", "network.py"} <= {
        path.rpartition("/")[2] for path in systems.HEARING
    }


def test_a_model_that_names_a_topic_that_there_is_not_is_refused():
    made = json.loads((systems.HERE / "content/model/nl.json").read_text())
    made["network"]["kinds"] = [each.replace("3 means", "3 weather") for each in made["network"]["kinds"]]
    with pytest.raises(systems.linear.BadModel, match="topic"):
        systems.linear.of_file(made)


def test_a_model_that_was_changed_afterwards_hears_nobody(lead, other):
    in_service()
    row = kept()
    adopt(row, lead, other)
    Candidate.objects.filter(pk=row.pk).update(model=row.model.replace('"nl"', '"nl" '))
    systems._HELD.clear()
    with pytest.raises(systems.linear.BadModel):
        systems.hears()


# --- thresholds ---------------------------------------------------------------------------------------------------------


def test_a_threshold_hears_nobody_before_another_human_approved_it(lead, other, in_order):
    version = point(lead).version
    assert systems.hears()["nl"][2] != 0.01
    with pytest.raises(NotAllowed):
        points.approve(version, room_systems(), by=lead, at=NOW())
    assert points.approve(version, room_systems(), by=other, at=NOW())
    assert systems.hears()["nl"][1:] == (0.5, 0.01)
    assert not points.approve(version, room_systems(), by=other, at=NOW())


def test_the_threshold_in_force_is_the_one_by_which_messages_are_scored(lead, other, in_order):
    assert action_of("we eten vanavond pannenkoeken") == "none"
    points.approve(point(lead, alarm=0.0001).version, room_systems(), by=other, at=NOW())
    assert action_of("we eten vanavond pannenkoeken") == "alarm"


def test_the_line_itself_reads_by_the_threshold_in_force(lead, other):
    crew = in_service()
    points.approve(point(lead, alarm=0.0001).version, room_systems(), by=other, at=NOW())
    figures = reports.figures(made_report(room_systems(), at=NOW()), systems.TRIAGE)
    at = NOW()
    for stage in ("pilot", "general"):
        reports.rights.file_evidence(
            systems.TRIAGE, stage, figures, protocol="p", protocol_at=at - timedelta(days=9), results_at=at, by=crew.lead, at=at
        )  # fmt: skip
    mine = writes("we eten vanavond pannenkoeken")
    assert contacts.talk(mine.access, mine.contact).level == 3


def test_another_threshold_takes_the_evidence_back_and_leaves_the_votes(lead, other):
    in_service()
    points.approve(point(lead).version, room_systems(), by=other, at=NOW())
    mine = writes(MEANS)
    found = gate.run(systems.TRIAGE, person=mine.access.person)
    assert isinstance(found, Denied)
    assert found.code == "NOT_VALIDATED"


def test_a_report_at_other_thresholds_cannot_be_signed(lead, other, in_order):
    at = NOW()
    row = reports.keep(made_report(room_systems(), at=at), at=at)
    points.approve(point(lead).version, room_systems(), by=other, at=at)
    with pytest.raises(CannotSign, match="OTHER_VERSION"):
        reports.sign(reports.read(row.pk), room_systems(), "I read it", hears=systems.hears(), by=lead, at=at)


def test_a_self_test_is_due_at_once_after_a_threshold_moved(lead, other):
    in_service()
    at = NOW()
    day = timezone.localtime(at).replace(hour=15)
    last = reports.keep(made_report(room_systems(), at=at), at=at)
    assert not selftest.due(day, last)
    points.approve(point(lead).version, room_systems(), by=other, at=at)
    assert selftest.due(day, last)


def test_what_was_chosen_before_anything_is_in_use_is_tested_as_well(lead, other, in_order):
    day = timezone.localtime(NOW()).replace(hour=15)
    last = reports.keep(made_report(room_systems(), at=NOW()), at=NOW())
    points.approve(point(lead).version, room_systems(), by=other, at=NOW())
    assert selftest.due(day, last)
    assert not selftest.due(day, reports.keep(made_report(room_systems(), at=NOW()), at=NOW()))


def test_a_threshold_of_another_model_says_nothing_of_this_one(lead, other):
    points.approve(point(lead).version, room_systems(), by=other, at=NOW())
    adopt(kept(), lead, other)
    assert systems.hears()["nl"][2] != 0.01


def test_both_decisions_stand_on_the_ledger(lead, other):
    points.approve(point(lead).version, room_systems(), by=other, at=NOW())
    row = kept()
    adopt(row, lead, other)
    bodies = "\n".join(each.body for each in Leaf.objects.all())
    assert '"alarm":"0.0100"' in bodies
    assert row.sha256 in bodies


# --- what they cost -----------------------------------------------------------------------------------------------------

FORM = {
    "language": "nl", "ask": "50", "alarm": "50", "danger": "40", "unclear": "0", "a_week": "2000", "alarm_minutes": "15", "ask_minutes": "0",
}  # fmt: skip


def ours(*, sampled: bool = False) -> None:
    """Twelve messages in danger and thirty-two harmless ones of the service, on which two agree."""
    texts = [f"vanavond maak ik er een eind aan nummer {n}" for n in range(12)]
    texts += [f"we eten vanavond pannenkoeken nummer {n}" for n in range(32)]
    agreed(texts, [DANGER] * 12 + [SAFE] * 32, sampled=sampled)


def browser(who, language: str = "en") -> Client:
    client = sign_in(Client(), who)
    client.cookies["django_language"] = language
    return client


def tried(who, **changed: str):
    return browser(who).post(reverse("crisis:points-try"), FORM | changed)


def test_the_cost_stands_on_the_services_own_messages_heard_at_both_thresholds(lead, in_order):
    ours()
    found = thresholds.basis("nl", Point("nl", systems.hears()["nl"][0], 0.5, 0.0001))
    assert found.kind == "local"
    assert {each.action for each in found.then} == {"alarm"}
    assert any(each.action == "none" for each in found.now)
    page = html.unescape(tried(lead, alarm="1").content.decode())
    assert "It stands on your own messages: 12 with danger and 32 without" in page
    assert "Hours of staff a week" in page


def test_however_many_thresholds_are_tried_what_is_in_use_stays_at_hand(lead, in_order):
    ours()
    for place in range(systems.MOST_HELD + 2):
        found = thresholds.basis("nl", Point("nl", systems.hears()["nl"][0], 0.5, 0.3 + place / 100))
        assert found is not None
        assert found.kind == "local"
    assert len(systems._HELD) <= systems.MOST_HELD


def test_without_own_messages_the_written_ones_count_by_folds(made, lead):
    found = thresholds.basis("nl", Point("nl", systems.hears()["nl"][0], 0.5, 0.5))
    assert found.kind == "written"
    assert len(found.then) == len(written())


def test_with_nothing_to_count_on_the_page_says_what_to_do(lead):
    answer = tried(lead)
    assert answer.status_code == 422
    assert "There is nothing to count on yet" in html.unescape(answer.content.decode())


def test_where_the_gate_lets_nothing_be_tried_thresholds_say_why(lead):
    ours()
    answer = tried(lead)
    assert answer.status_code == 422
    assert "The gate did not let it be tried" in html.unescape(answer.content.decode())


def test_how_often_danger_comes_in_is_typed_or_counted_from_what_was_drawn(lead, in_order):
    ours()
    assert tried(lead, danger="").status_code == 422
    ours_drawn = [f"trekking {n} van dit weekend" for n in range(20)]
    agreed(ours_drawn, [DANGER] * 2 + [SAFE] * 18, sampled=True)
    page = html.unescape(tried(lead, danger="").content.decode())
    assert "100 messages in danger of each 1,000 (from 28 to 301)" in page


def test_a_proposal_keeps_what_it_was_said_to_cost_and_another_approves_it_on_the_page(lead, other, in_order):
    ours()
    where = reverse("crisis:points-propose")
    again = browser(lead).post(where, FORM | {"reason": ""})
    assert again.status_code == 422
    assert 'id="id_alarm"' in again.content.decode()  # what was typed stays there to be changed
    assert not OperatingPoint.objects.exists()
    assert browser(lead).post(where, FORM | {"reason": "We miss too many"}).status_code == 302
    row = OperatingPoint.objects.get()
    assert (row.ask, row.alarm, row.cost["basis"], row.cost["then"]["dangers"]) == (0.5, 0.5, "local", 12)
    approve = reverse("crisis:points-approve", args=[row.version])
    assert browser(clinician("ann")).post(approve).status_code == 403
    shown = {each: browser(each).get(reverse("crisis:points")).content.decode() for each in (lead, other)}
    assert approve in shown[other]
    assert approve not in shown[lead]  # who proposed it
    browser(lead).post(approve)
    assert systems.hears()["nl"][2] != 0.5
    browser(other).post(approve)
    assert systems.hears()["nl"][2] == 0.5
    page = html.unescape(browser(lead, "nl").get(reverse("crisis:points")).content.decode())
    assert "De zelftest is gedraaid met wat nu in gebruik is (is er nog niet)" in " ".join(page.split())


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_was_tried_is_what_is_proposed_from_the_page_in_both_languages(lead, in_order, language):
    ours()
    page = browser(lead, language).post(reverse("crisis:points-try"), FORM | {"alarm": "42.5"}).content.decode()
    carried = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', page.split("/propose")[1]))
    assert set(FORM) - set(carried) <= {"unclear"}
    answer = browser(lead, language).post(reverse("crisis:points-propose"), carried | {"reason": "We miss too many"})
    assert answer.status_code == 302
    assert OperatingPoint.objects.get().alarm == 0.425


def test_a_model_is_proposed_and_adopted_on_its_pages(lead, other, made):
    page = browser(lead).get(reverse("crisis:candidate", args=[made.pk])).content.decode()
    assert "On the sealed messages" in page
    card = browser(lead).get(reverse("crisis:candidate-card", args=[made.pk]))
    assert json.loads(card.content)["sha256"] == made.sha256
    propose = reverse("crisis:candidate-propose", args=[made.pk])
    assert browser(lead).post(propose, {"reason": ""}).status_code == 422
    browser(lead).post(propose, {"reason": "Ours"})
    proposal = candidates.proposals()[0]
    adopt = reverse("crisis:candidate-adopt", args=[proposal.pk])
    shown = {each: browser(each).get(reverse("crisis:candidates")).content.decode() for each in (lead, other)}
    assert adopt in shown[other]
    assert adopt not in shown[lead]  # who proposed it
    browser(other).post(adopt)
    assert systems.hears()["nl"][0] == made.sha256
    browser(lead).post(reverse("crisis:candidates-back"), {"language": "nl", "reason": "Back"})
    assert candidates.proposals()[0].candidate is None
