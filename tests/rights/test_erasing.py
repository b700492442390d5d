"""Erasing a person: what may go goes, what ran stays as a bare fact, and the log still verifies."""

import io

import pytest

from samen.ledger import store as ledger
from samen.ledger.verify import verify_log
from samen.people import store as people
from samen.people.models import Account
from samen.people.roles import Scope
from samen.rights import door
from samen.rights.models.inference import DeniedRun, InferenceRecord
from samen.rights.models.service import Case
from samen.rights.store import cases, consent, inference, service
from samen.rights.store.cases import Kind
from tests.rights.example import NOW, SUGGEST, USE, House, behave, house, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    behave.gather = behave.infer = behave.explain = None
    return house()


@pytest.mark.row("R2.1c", "R2.1a")
def test_nothing_of_what_was_said_can_be_read_again(made: House):
    held = run(made)
    cases.open_case(made.own(), Kind.MISFIT, at=NOW, text="That is not me", record=held.record)
    consent.say(made.own(), SUGGEST, USE, yes=False, at=NOW, language="nl")
    run(made)
    gone = door.erase(made.noor.id, at=NOW)
    assert gone["findings"] == 1
    assert inference.record(made.own(Scope.FINDINGS), held.record).body is None
    assert Case.objects.get(kind="misfit").text is None
    assert not DeniedRun.objects.filter(person=made.noor).exists()
    assert not Account.objects.filter(email="noor@example.org").exists()


def test_that_it_ran_still_counts_and_the_log_still_verifies(made: House):
    run(made)
    door.erase(made.noor.id, at=NOW)
    assert InferenceRecord.objects.count() == 1
    assert service.count().agree
    file = io.BytesIO()
    ledger.export(file, NOW)
    assert verify_log(io.BytesIO(file.getvalue()), key=ledger.public_key()).ok


def test_each_room_is_asked_to_remove_what_it_keeps(made: House, monkeypatch: pytest.MonkeyPatch):
    asked = []
    monkeypatch.setattr(door, "ERASERS", {"attic": lambda person: asked.append(person) or 7})
    assert door.erase(made.noor.id, at=NOW)["attic"] == 7
    assert asked == [made.noor.id]


def test_erasing_twice_changes_nothing_more(made: House):
    run(made)
    door.erase(made.noor.id, at=NOW)
    assert set(door.erase(made.noor.id, at=NOW).values()) <= {0, 1}


def test_nothing_runs_for_somebody_who_was_erased(made: House):
    door.erase(made.noor.id, at=NOW)
    assert run(made).code in ("RESTRICTED", "ERASED")


def test_another_persons_words_stay(made: House):
    lea = people.create_person("Lea", "nl", None, now=NOW)
    sealed = people.sealer(lea.id).seal("mine", "note")
    door.erase(made.noor.id, at=NOW)
    assert people.sealer(lea.id).open_text(sealed, "note") == "mine"
