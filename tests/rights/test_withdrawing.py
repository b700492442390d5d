"""Evidence that a later self-test took back: the system runs for nobody until a human files evidence anew."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from samen.ledger.models import Leaf
from samen.rights import door
from samen.rights.models.system import EvidenceFile
from samen.rights.store import sheets
from samen.rights.store.systems import Refused, move
from samen.rights.views import register as pages
from samen.rights.words import Denied, Released, Stage
from tests.named import sign_in
from tests.rights.example import INFORM, NOW, House, house, run

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def made() -> House:
    return house()


def withdraw() -> int:
    return door.withdraw_evidence(INFORM.id, "self-test", at=LATER)


def test_a_system_whose_evidence_was_withdrawn_runs_for_nobody(made: House):
    assert isinstance(run(made, INFORM), Released)
    assert withdraw() > 0
    outcome = run(made, INFORM, at=LATER)
    assert isinstance(outcome, Denied)
    assert outcome.code == "NOT_VALIDATED"


def test_evidence_that_a_human_files_anew_counts_again(made: House):
    withdraw()
    again = LATER + timedelta(minutes=5)
    passed = door.file_evidence(
        INFORM,
        Stage.PILOT,
        [door.Figure("right", 0.97, 0.95, 0.99, 400)],
        protocol="echo what goes in",
        protocol_at=NOW,
        results_at=again,
        by=made.lead,
        at=again,
    )
    assert passed
    assert isinstance(run(made, INFORM, at=again), Released)


def test_withdrawing_twice_takes_back_nothing_more_and_writes_nothing_more(made: House):
    withdraw()
    before = Leaf.objects.count()
    assert withdraw() == 0
    assert Leaf.objects.count() == before


def test_a_withdrawal_stands_on_the_log_and_is_told_in_the_register(made: House):
    withdraw()
    newest = sheets.changes(1)[0]
    assert newest.facts["withdrawn"] == "self-test"
    assert pages._told(newest.facts)[0] == "evidence_withdrawn"


def test_a_system_cannot_move_on_with_evidence_that_was_withdrawn(made: House):
    EvidenceFile.objects.filter(system=INFORM.id).update(stage=Stage.GENERAL)
    withdraw()
    with pytest.raises(Refused, match="NOT_VALIDATED"):
        move(INFORM, Stage.GENERAL, by=made.lead, reason="It works.", at=LATER)


def test_a_withdrawal_without_a_reason_is_refused_by_the_database(made: House):
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceFile.objects.update(withdrawn_at=LATER)


def test_a_system_that_nobody_entered_has_nothing_to_withdraw(db: None):
    assert door.withdraw_evidence("nobody.knows", "self-test", at=LATER) == 0


def test_the_page_of_a_system_says_so_to_staff(made: House):
    withdraw()
    client = sign_in(Client(), made.overseer)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("rights:system-staff", args=[INFORM.id])).content.decode()
    assert "Withdrawn: a later self-test missed a bar" in page
