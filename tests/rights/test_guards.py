"""What the database itself refuses, whoever asks: no view, job, script or shell of ours can do otherwise."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from samen.people import store as people
from samen.rights.models.consent import PilotSeat, Statement
from samen.rights.models.inference import Decision, InferenceRecord, PermitRow, ValidationRun
from samen.rights.models.service import Case
from samen.rights.models.system import EvidenceFile, StageChange
from tests.rights.example import NOW, SUGGEST, House, behave, house, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    behave.gather = behave.infer = behave.explain = None
    return house()


def refused(act) -> None:
    with pytest.raises(DatabaseError):
        at_once(act)


@transaction.atomic
def at_once(act) -> None:
    """Do it, and let deferred constraints speak now."""
    act()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def copy(row: Model, **changes: object) -> Model:
    """Insert a row like this one with something else in it."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row).objects.create(**(values | changes))


def permit(made: House, **changes: object) -> PermitRow:
    values = {
        "id": uuid4(),
        "system_id": SUGGEST.id,
        "digest": SUGGEST.digest,
        "person_id": made.noor.id,
        "uses": [],
        "issued": NOW,
        "expires": NOW + timedelta(minutes=2),
        "used_at": NOW,
    }
    return PermitRow.objects.create(**(values | changes))


@pytest.fixture
def record(made: House) -> InferenceRecord:
    return InferenceRecord.objects.get(id=run(made).record)


def test_a_finding_needs_a_permit(record: InferenceRecord):
    with connection.constraint_checks_disabled():
        refused(lambda: copy(record, id=uuid4(), permit_id=uuid4(), leaf=999))


def test_a_finding_needs_the_permit_of_the_same_person(made: House, record: InferenceRecord):
    lea = people.create_person("Lea", "nl", None, now=NOW)
    other = permit(made, person_id=lea.id)
    refused(lambda: copy(record, id=uuid4(), permit_id=other.id, leaf=999))


def test_a_validation_runs_permit_leads_to_no_finding(made: House, record: InferenceRecord):
    trial = permit(made, person_id=None)
    refused(lambda: copy(record, id=uuid4(), permit_id=trial.id, leaf=999))


def test_a_persons_permit_leads_to_no_validation_run(made: House):
    own = permit(made)
    refused(lambda: ValidationRun.objects.create(permit=own, system_id=SUGGEST.id, material="", n=1, at=NOW, leaf=999))


def test_one_permit_leads_to_one_finding(made: House, record: InferenceRecord):
    refused(lambda: copy(record, id=uuid4(), leaf=999))


@pytest.mark.row("R1.2d")
def test_a_finding_needs_an_accountable_role(made: House, record: InferenceRecord):
    for accountable in ("", "ai", "nobody"):
        other = permit(made)
        refused(
            lambda other=other, role=accountable: copy(
                record, id=uuid4(), permit_id=other.id, leaf=999, accountable=role
            )
        )


@pytest.mark.row("R5.1a")
def test_a_suggestion_cannot_begin_released(made: House, record: InferenceRecord):
    other = permit(made)
    refused(lambda: copy(record, id=uuid4(), permit_id=other.id, leaf=999, state="released"))


@pytest.mark.row("R5.1a")
def test_a_held_finding_is_not_released_without_a_humans_decision(record: InferenceRecord):
    for state in ("released", "rejected"):
        refused(lambda state=state: InferenceRecord.objects.filter(id=record.id).update(state=state))


@pytest.mark.row("R5.1a")
def test_a_decision_by_ai_cannot_be_stored(made: House, record: InferenceRecord):
    decision = {"record": record, "verdict": "accept", "body": b"x", "at": NOW, "leaf": 999}
    refused(lambda: Decision.objects.create(by=None, role="clinician", **decision))
    refused(lambda: Decision.objects.create(by=made.sam, role="ai", **decision))
    refused(lambda: Decision.objects.create(by=made.sam, role="peer-worker", **decision))


def test_what_was_said_cannot_be_said_otherwise_later(record: InferenceRecord):
    refused(lambda: InferenceRecord.objects.filter(id=record.id).update(body=b"better"))
    refused(lambda: InferenceRecord.objects.filter(id=record.id).update(accountable="overseer"))
    refused(lambda: InferenceRecord.objects.filter(id=record.id).delete())


@pytest.mark.parametrize("kept", [Statement, StageChange, PermitRow])
def test_history_is_neither_changed_nor_removed(made: House, record: InferenceRecord, kept: type[Model]):
    rows = kept.objects.filter(pk__in=kept.objects.values("pk")[:1])
    field = {Statement: {"yes": False}, StageChange: {"reason": "x"}, PermitRow: {"digest": "x"}}[kept]
    refused(lambda: rows.update(**field))
    refused(lambda: rows._raw_delete("default"))


def test_only_a_human_says_yes(made: House):
    row = Statement.objects.filter(yes=True).first()
    refused(lambda: copy(row, id=uuid4(), by_id=None))


def test_a_yes_has_an_end(made: House):
    row = Statement.objects.filter(yes=True).first()
    refused(lambda: copy(row, id=uuid4(), until=None))


def test_two_people_never_take_the_last_place_of_a_pilot(made: House):
    seat = PilotSeat.objects.first()
    lea = people.create_person("Lea", "nl", None, now=NOW)
    refused(lambda: PilotSeat.objects.create(system=seat.system, person=lea, number=seat.number, at=NOW))


@pytest.mark.row("R1.1a")
def test_a_protocol_written_after_its_results_cannot_be_filed(made: House):
    row = EvidenceFile.objects.first()
    refused(lambda: copy(row, id=uuid4(), protocol_at=row.results_at + timedelta(seconds=1)))


def test_the_machine_can_suspend_and_nothing_else(made: House):
    change = {"system_id": SUGGEST.id, "start": "suspended", "reason": "it seems fine", "at": NOW}
    refused(lambda: StageChange.objects.create(end="general", by=None, **change))


def test_no_case_is_closed_by_nobody(made: House):
    case = Case.objects.create(kind="human", person=made.noor, opened_at=NOW, due=NOW + timedelta(days=1), leaf=1)
    refused(lambda: Case.objects.filter(id=case.id).update(closed_at=NOW))


def test_who_has_no_account_says_yes_without_one_and_who_has_one_never(made: House):
    row = Statement.objects.filter(yes=True).first()
    caller = people.create_person("", "nl", None, now=NOW)
    at_once(lambda: copy(row, id=uuid4(), person_id=caller.id, by_id=None))
    refused(lambda: copy(row, id=uuid4(), by_id=None))
