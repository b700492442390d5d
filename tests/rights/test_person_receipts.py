"""Receipts: in the structure of ISO/IEC TS 27560, verifiable without us, and broken by any change."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from samen.ledger import commands
from samen.ledger import store as ledger
from samen.ledger.receipt import BadReceipt
from samen.people.roles import Scope
from samen.rights import receipts
from samen.rights.receipts import PERSONAL_DATA, PURPOSES, Event
from samen.rights.store import consent, stopping
from samen.rights.words import Category, Purpose
from tests import named
from tests.rights.example import INFORM, USE, House, run

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def consent_file(noor: Client, made: House) -> bytes:
    said = consent.history(made.own(), INFORM.id)[0]
    return noor.get(reverse("rights:receipt-file", args=[said.id])).content


def stop_file(noor: Client, made: House) -> bytes:
    run(made, INFORM, at=timezone.now())
    noor.post(reverse("rights:stop"), {"kind": "all"})
    return noor.get(reverse("rights:stop-file", args=[stopping.mine(made.own())[0].id])).content


KINDS: list[Callable[[Client, House], bytes]] = [consent_file, stop_file]


@pytest.mark.row("R2.1b")
@pytest.mark.parametrize("file", KINDS)
def test_a_receipt_holds_against_the_public_key_of_the_log(noor: Client, made: House, file):
    assert receipts.problems(file(noor, made), ledger.public_key()) == []


@pytest.mark.row("R2.1b")
@pytest.mark.parametrize("file", KINDS)
def test_the_command_line_verifies_a_receipt_file(noor: Client, made: House, file, tmp_path):
    kept = tmp_path / "receipt.json"
    kept.write_bytes(file(noor, made))
    assert CliRunner().invoke(commands.app, ["verify", str(kept)]).exit_code == 0


CHANGES = {
    "another answer": lambda made: made["record"]["dpv:hasConsentStatus"].update({"samen:yes": False}),
    "another purpose": lambda made: made["record"]["dpv:hasProcess"]["dpv:hasPurpose"].update({"samen:word": "care"}),
    "another recipient": lambda made: made["record"]["dpv:hasProcess"]["dpv:hasRecipient"].update(
        {"samen:word": "vendor"}
    ),
    "another day": lambda made: made["record"]["dpv:hasConsentStatus"].update(
        {"dpv:isIndicatedAtTime": "2020-01-01T00:00:00+00:00"}
    ),
    "another person": lambda made: made["record"]["dpv:hasDataSubject"].update({"@id": "urn:uuid:0"}),
    "another secret": lambda made: made["secret"].update({"yes": False}),
    "another place": lambda made: made.update({"index": made["index"] + 1}),
    "another leaf": lambda made: made.update({"leaf": made["leaf"].replace("true", "false")}),
    "no record": lambda made: made.pop("record"),
}


@pytest.mark.row("R2.1b")
@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_changed_consent_receipt_is_found_out(noor: Client, made: House, change):
    kept = json.loads(consent_file(noor, made))
    change(kept)
    assert receipts.problems(json.dumps(kept), ledger.public_key())


def test_a_stop_receipt_with_other_numbers_is_found_out(noor: Client, made: House):
    kept = json.loads(stop_file(noor, made))
    kept["record"]["samen:cleared"]["findings"] += 1
    assert receipts.problems(json.dumps(kept), ledger.public_key())


def test_a_file_that_is_no_receipt_is_refused():
    with pytest.raises(BadReceipt):
        receipts.problems("{}", ledger.public_key())


@pytest.mark.row("R2.1b")
def test_the_record_names_all_that_a_consent_receipt_must_name(noor: Client, made: House):
    record = json.loads(consent_file(noor, made))["record"]
    assert record["@type"] == "dpv:ConsentReceipt"
    assert record["dct:conformsTo"].endswith("#receipt-full")
    assert record["dpv:hasDataController"]["schema:name"]
    assert record["dpv:hasNotice"]["samen:sha256"] == INFORM.words
    assert record["dct:language"] == "nl"
    process = record["dpv:hasProcess"]
    assert process["dpv:hasPersonalData"]["@id"] == "pd:MentalHealth"
    assert process["dpv:hasDuration"]["dct:valid"] > timezone.now().isoformat()
    assert record["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentGiven"


def test_a_no_after_a_yes_is_a_withdrawal_in_the_receipt(noor: Client, made: House):
    consent.say(made.own(), INFORM, USE, yes=False, at=timezone.now(), language="en")
    record = json.loads(consent_file(noor, made))["record"]
    assert record["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentWithdrawn"
    assert [each["@type"] for each in record["samen:events"]] == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]


def test_a_receipt_carries_no_name_and_no_address(noor: Client, made: House):
    text = consent_file(noor, made).decode()
    assert "Noor" not in text
    assert "noor@" not in text


def test_an_erased_statement_shows_its_place_on_the_log_and_nothing_more(noor: Client, made: House):
    ledger.forget(made.noor.id)
    found = receipts.problems(consent_file(noor, made), ledger.public_key())
    assert found == ["What this was about has been erased; only its place on the log can be shown."]


def test_statuses_tell_refused_given_and_withdrawn_apart():
    at = [NOW + timedelta(days=n) for n in range(4)]
    events = [Event(False, at[0]), Event(True, at[1]), Event(False, at[2]), Event(False, at[3])]
    assert receipts.statuses(events) == ["refused", "given", "withdrawn", "refused"]


def test_every_category_and_purpose_has_a_term_of_the_vocabulary():
    assert set(PERSONAL_DATA) == set(Category)
    assert set(PURPOSES) == set(Purpose)


@pytest.mark.parametrize("file", KINDS)
def test_nobody_else_gets_the_receipt(noor: Client, made: House, file):
    file(noor, made)
    kim = named.sign_in(Client(), named.kim())
    said = consent.history(made.own(Scope.RIGHTS))[0]
    assert kim.get(reverse("rights:receipt-file", args=[said.id])).status_code == 404
