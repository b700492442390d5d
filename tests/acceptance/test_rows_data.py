"""Rows of the report about a person's data: keys, refusal to serve what is open, the six rights, and who may receive what."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind as Leaf
from samen.people import store as people
from samen.people.models import Access, Person
from samen.people.roles import Role, Scope
from samen.rights import checks, door, register
from samen.rights.checks import Ask
from samen.rights.consent import Statement
from samen.rights.incidents import Kind
from samen.rights.models.service import Training
from samen.rights.oversight import Decided, Verdict
from samen.rights.store import cases, facts, inference, stopping
from samen.rights.store import service as duty
from samen.rights.words import Category, Denied, Purpose, Recipient, Use
from samen.rooms.record import door as record
from samen.web import doctor, doctor_data
from samen.web.findings import Level
from tests import named
from tests import service as running
from tests.acceptance.test_rows_register import NEVER
from tests.rights.example import NOW, SUGGEST, House, behave, house, human, run, system

KEPT = tomllib.loads((Path(__file__).parent / "lineage.toml").read_text())
MARK = "zebrapadkruising"  # a word that stands nowhere else


@pytest.fixture
def made(db) -> House:
    behave.gather = behave.infer = behave.explain = None
    return house(at=timezone.now())


# --- R2.1a: no default secrets, no open database, keys that erase ---------------------------------------------------------


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> running.Service:
    made = running.migrated(tmp_path_factory.mktemp("open") / "home", "open_clinic")
    return made


@pytest.mark.service
@pytest.mark.row("R2.1a")
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SAMEN_HOST": "0.0.0.0"}, "reach the service without TLS"),
        ({"SAMEN_DEBUG": "1"}, "Debug is on"),
    ],
)
def test_a_service_that_stands_open_does_not_serve(clinic: running.Service, settings: dict[str, str], said: str):
    tried = clinic.samen("serve", "--port", "8191", "--no-migrate", **settings)
    assert tried.returncode != 0
    assert said in tried.stderr


@pytest.mark.service
@pytest.mark.row("R2.1a")
def test_a_service_with_a_secret_that_can_be_guessed_does_not_serve(clinic: running.Service):
    file = clinic.home / "secrets.toml"
    before = file.read_text()
    file.write_text(re.sub(r'django_key = ".*"', 'django_key = "changeme"', before))
    try:
        tried = clinic.samen("serve", "--port", "8191", "--no-migrate")
    finally:
        file.write_text(before)
    assert file.read_text() == before
    assert tried.returncode != 0
    assert "The secret django_key is too short" in tried.stderr


OPEN_DATABASES = {
    "listens everywhere": lambda: doctor_data.reach(["*"], address="", encrypted=False),
    "listens on the network": lambda: doctor_data.reach(["127.0.0.1", "10.0.0.4"], address="10.0.0.4", encrypted=False),
    "has no password": lambda: doctor.database_address("postgresql://samen@db.example.org:5432/samen"),
    "is reached as root": lambda: doctor.database_address("postgresql://root:secret@db.example.org:5432/samen"),
}


@pytest.mark.row("R2.1a")
@pytest.mark.parametrize("way", OPEN_DATABASES)
def test_an_open_database_is_a_danger_and_a_service_with_a_danger_does_not_serve(way: str):
    assert [each.level for each in OPEN_DATABASES[way]()] == [Level.DANGER]


@pytest.mark.row("R2.1a")
def test_a_database_on_this_machine_alone_is_none():
    assert list(doctor_data.reach(["localhost", "::1"], address="", encrypted=False)) == []
    assert list(doctor.database_address("postgresql:///samen?host=/run/postgresql")) == []


# --- R2.1c: what is derived goes with the person ------------------------------------------------------------------------


def about_a_person() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model is Person:
                yield model, field.name


def everything_about(made: House) -> None:
    """Let Noor leave a word in every place where words are kept."""
    now = timezone.now()
    noor, mine = made.noor, made.own()
    record.add_own_entry(made.own(Scope.NOTES), "note", MARK, now, now=now)
    record.save(
        made.care(Scope.RECORD),
        {"resourceType": "Condition", "code": {"text": MARK}, "recordedDate": "2026-01-05"},
        now=now,
    )
    held = run(made, at=now)
    inference.decide(made.care(), held.record, Decided(Verdict.CHANGE, f"{MARK} she said", f"{MARK} again"), at=now)
    asked = cases.open_case(mine, Kind.MISFIT, at=now, text=MARK, record=held.record)
    cases.answer(made.lead, asked, text=f"{MARK} indeed", outcome="done", at=now)
    people.break_glass(made.lead, noor.id, f"{MARK} does not answer", now=now)
    people.give_proxy(
        mine, people.create_account("bram@example.org"), [Scope.NOTES], ends=now + timedelta(days=9), now=now
    )
    people.note_access(made.care(), what="rights:review", at=now)


def cells() -> Iterator[tuple[str, Any]]:
    """Give every value in every table of the product."""
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield from ((f"{model._meta.label}.{name}", value) for name, value in zip(names, row, strict=True))


def readable(value: Any) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


@pytest.mark.row("R2.1a", "R2.1c")
def test_what_somebody_wrote_or_was_told_stands_readable_in_no_table(made: House):
    everything_about(made)
    assert sorted({name for name, value in cells() if MARK in readable(value)}) == []


@pytest.mark.row("R2.1c")
def test_after_an_erasure_no_table_holds_more_than_is_written_down(made: House):
    everything_about(made)
    stopping.order(made.own(), [SUGGEST], "all", "", at=timezone.now(), language="nl")
    door.erase(made.noor.id, at=timezone.now())
    left = {
        model._meta.label for model, field in about_a_person() if model.objects.filter(**{field: made.noor}).exists()
    }
    assert left == set(KEPT)


@pytest.mark.row("R2.1c")
def test_what_stays_of_somebody_holds_no_words(made: House):
    everything_about(made)
    door.erase(made.noor.id, at=timezone.now())
    worded = [
        f"{model._meta.label}.{each.name}"
        for model, field in about_a_person()
        for row in model.objects.filter(**{field: made.noor})
        for each in model._meta.concrete_fields
        if isinstance(each, models.BinaryField | models.TextField) and getattr(row, each.attname)
    ]
    assert set(worded) <= {"people.PersonKey.wrapped"}  # of the destroyed key: opens nothing


@pytest.mark.row("R2.1c")
def test_every_room_that_keeps_something_of_people_says_what_an_erasure_removes():
    rooms = {model._meta.app_label for model, _ in about_a_person() if model.__module__.startswith("samen.rooms.")}
    assert "record" in rooms
    assert rooms - {name.partition(".")[0] for name in door.ERASERS} == set()


# --- R2.2b: who may receive what, whatever somebody said yes to -------------------------------------------------------------

CLASSES = (
    Category.QUESTIONNAIRES,
    Category.NOTES,
    Category.DIAGNOSES,
    Category.TALK,
    Category.LOCATION,
    Category.GENETIC,
)
STATES = ("none", "yes to another", "yes", "withdrawn")


def answer(made: House, recipient: Recipient, category: Category, said: str) -> str:
    """Give what the gate says to a run whose output would go to this recipient; empty when it lets it."""
    use = Use(category, Purpose.CARE, recipient)
    other = Use(category, Purpose.CARE, Recipient.PERSON if recipient is not Recipient.PERSON else Recipient.CARE_TEAM)
    manifest = system(uses=(use,))
    statements = {
        "none": (),
        "yes to another": (Statement(other, True, NOW, NOW + timedelta(days=9)),),
        "yes": (Statement(use, True, NOW, NOW + timedelta(days=9)),),
        "withdrawn": (
            Statement(use, True, NOW, NOW + timedelta(days=9)),
            Statement(use, False, NOW),
        ),
    }[said]
    known = replace(facts.of_person(SUGGEST, made.noor.id, timezone.now()).facts, statements=statements)
    ask = Ask(uses=frozenset({use}), recipient=recipient, language="nl")
    denied = checks.judge(manifest, ask, replace(known, now=timezone.now()))
    return denied.code if denied else ""


@pytest.mark.row("R2.2b", "K2.4", "K4.6", "K6.5")
@pytest.mark.parametrize("recipient", Recipient)
def test_each_recipient_of_each_kind_of_data_in_each_state_of_consent(made: House, recipient: Recipient):
    expected = {"none": "NO_CONSENT", "yes to another": "NO_CONSENT", "yes": "", "withdrawn": "WITHDRAWN"}
    got = {(category, said): answer(made, recipient, category, said) for category, said in product(CLASSES, STATES)}
    for (_, said), code in got.items():
        assert code == ("PROHIBITED" if recipient in NEVER else expected[said])


@pytest.mark.row("R2.2b", "K2.4")
@pytest.mark.parametrize("recipient", [each for each in Recipient if each is not Recipient.PERSON])
def test_a_recipient_whom_the_run_does_not_name_gets_nothing_even_with_a_yes(made: House, recipient: Recipient):
    use = Use(Category.QUESTIONNAIRES, Purpose.SELF_UNDERSTANDING, Recipient.PERSON)
    known = facts.of_person(SUGGEST, made.noor.id, timezone.now()).facts
    ask = Ask(uses=frozenset({use}), recipient=recipient, language="nl")
    assert checks.judge(system(uses=(use,)), ask, known) == Denied("RECIPIENT_DENIED")


@pytest.mark.row("K6.6")
@pytest.mark.parametrize("recipient", [Recipient.VENDOR, Recipient.RESEARCHER, Recipient.CARE_TEAM])
def test_a_recipient_with_a_financial_relation_is_denied_at_registration_and_at_each_run(
    made: House, recipient: Recipient
):
    use = Use(Category.QUESTIONNAIRES, Purpose.RESEARCH, recipient)
    clean = system(id="example-sold", uses=(use,))
    sold = replace(clean, commercial_interest=frozenset({recipient}))
    found = register.problems(sold, written=lambda _: True, there=lambda _: True)
    assert found == [f"PROHIBITED: commercial-interest:{recipient}"]
    assert register.problems(clean, written=lambda _: True, there=lambda _: True) == []
    known = facts.of_person(SUGGEST, made.noor.id, timezone.now()).facts
    assert checks.judge(sold, Ask(frozenset({use}), recipient, "nl"), known).code == "PROHIBITED"


# --- R3.1d: every disclosure is in the person's list, and there are as many leaves ------------------------------------------


@pytest.mark.row("R3.1d", "K2.1")
def test_each_disclosure_stands_in_the_persons_list_and_on_the_log_once(made: House):
    run(made, at=timezone.now())
    before = Access.objects.count(), leaves_of_looks()
    sam = named.sign_in(Client(), made.sam)
    for name in ("record:person", "treatment:person"):
        assert sam.get(reverse(name, args=[made.noor.id])).status_code == 200
    people.break_glass(made.lead, made.noor.id, "She does not answer the door", now=timezone.now())
    lead = named.sign_in(Client(), made.lead)
    assert lead.get(reverse("record:person", args=[made.noor.id])).status_code == 200
    written = Access.objects.count() - before[0]
    assert leaves_of_looks() - before[1] == written
    seen = people.who_looked(made.own())
    assert len([each for each in seen if each.what in ("record:person", "treatment:person")]) >= 3
    assert len(seen) >= written


def leaves_of_looks() -> int:
    counts = ledger.counts()
    return counts.get(Leaf.ACCESS, 0) + counts.get(Leaf.BREAK_GLASS, 0)


# --- K3.1: literacy on both sides ---------------------------------------------------------------------------------------


@pytest.mark.row("K3.1")
def test_whose_course_is_missing_or_ran_out_cannot_go_on_duty(made: House):
    untrained, now = human("otto", Role.CLINICIAN), timezone.now()
    later = now + duty.TRAINING_HOLDS_FOR
    with pytest.raises(PermissionError, match="NOT_TRAINED"):
        duty.go_on_duty(untrained, Role.CLINICIAN, starts=now, ends=now + timedelta(hours=8))
    with pytest.raises(PermissionError, match="NOT_TRAINED"):
        duty.go_on_duty(made.sam, Role.CLINICIAN, starts=later, ends=later + timedelta(hours=8))


@pytest.mark.row("K3.1")
def test_whose_course_runs_out_while_on_duty_counts_as_nobody(made: House):
    assert not isinstance(run(made, at=timezone.now()), Denied)
    Training.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert run(made, at=timezone.now()) == Denied("NO_HUMAN")
