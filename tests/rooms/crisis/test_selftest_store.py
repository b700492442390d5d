"""Reports of self-tests: signed, kept, given causes, signed by a human; and evidence that goes when a bar is missed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from samen.ledger.checkpoint import BadCheckpoint
from samen.ledger.models import Leaf
from samen.people.access import NotAllowed
from samen.rights.store import sheets
from samen.rights.words import Denied, Released
from samen.rooms.crisis.models.selftest import Cause, SelfTest
from samen.rooms.crisis.store import selftest as store
from samen.rooms.crisis.store.selftest import CannotSign
from samen.rooms.crisis.systems import hears
from tests.rights.example import INFORM, NOW, SUGGEST, House, house, run
from tests.rooms.crisis.made_reports import CASE, made_report

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)
BOTH = (INFORM, SUGGEST)  # the systems of the ring's own example stand for the room's


@pytest.fixture
def made() -> House:
    return house()


def kept(*, passed: bool = True, at=LATER):
    return store.read(store.keep(made_report(BOTH, at=at, passed=passed), at=at).id)


def test_a_report_is_read_as_it_was_signed():
    assert kept().report == made_report(BOTH, at=LATER)


def test_a_report_that_somebody_changed_is_not_believed():
    row = store.keep(made_report(BOTH, at=LATER, passed=False), at=LATER)
    changed = SelfTest(
        at=LATER, passed=True, versions=row.versions, note=row.note.replace('"passed": false', '"passed": true')
    )
    changed.save(force_insert=True)
    with pytest.raises(BadCheckpoint):
        store.read(changed.id)


@pytest.mark.parametrize(
    "change", [lambda: SelfTest.objects.update(passed=True), lambda: SelfTest.objects.all().delete()]
)
def test_the_database_keeps_a_report_as_it_is(change):
    kept(passed=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_a_report_that_misses_a_bar_stops_every_system_it_judged(made: House):
    assert isinstance(run(made, INFORM), Released)
    kept(passed=False)
    outcomes = [run(made, each, at=LATER + timedelta(minutes=1)) for each in BOTH]
    assert [each.code for each in outcomes if isinstance(each, Denied)] == ["NOT_VALIDATED"] * 2


def test_a_report_that_meets_every_bar_stops_nothing_and_files_nothing_by_itself(made: House):
    before = [len(each.evidence) for each in sheets.on_file().values()]
    kept()
    assert isinstance(run(made, INFORM, at=LATER + timedelta(minutes=1)), Released)
    assert [len(each.evidence) for each in sheets.on_file().values()] == before


def test_each_report_stands_on_the_log_for_each_system_it_judged():
    before = Leaf.objects.count()
    kept()
    assert Leaf.objects.count() == before + len(BOTH)
    assert {each.facts["system"] for each in sheets.changes(2)} == {each.id for each in BOTH}


def sign(made: House, found, by=None, statement="I read it and answer for it.", systems=BOTH):
    return store.sign(found, systems, statement, hears=hears(), by=by or made.lead, at=LATER + timedelta(minutes=5))


def test_a_lead_signs_and_what_was_measured_is_filed_as_evidence(made: House):
    found = sign(made, kept())
    assert set(found) == {each.id for each in BOTH}
    file = sheets.on_file()[INFORM.id].evidence[0]
    assert file.by == made.lead
    assert "selftest/bars.py" in file.protocol


def test_signed_evidence_is_judged_by_the_manifests_own_bounds(made: House):
    assert sign(made, kept()) == {each.id: False for each in BOTH}  # the example asks for a figure that no report holds


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("NOT_YOUR_DUTY", {"by": "sam"}),
        ("NO_STATEMENT", {"statement": "  "}),
        ("OTHER_VERSION", {"systems": (INFORM,)}),
    ],
)
def test_a_signature_that_does_not_hold_is_refused(made: House, code: str, given: dict):
    given = given | ({"by": made.sam} if "by" in given else {})
    with pytest.raises(CannotSign, match=code):
        sign(made, kept(), **given)


def test_nobody_signs_twice_and_nobody_signs_a_report_that_has_been_overtaken(made: House):
    first = kept()
    sign(made, first)
    with pytest.raises(CannotSign, match="SIGNED_ALREADY"):
        sign(made, store.read(first.row.id))
    old, _ = kept(at=LATER + timedelta(minutes=1)), kept(at=LATER + timedelta(minutes=2))
    with pytest.raises(CannotSign, match="NOT_NEWEST"):
        sign(made, old)


def test_a_clinician_says_what_caused_a_case_and_the_newest_counts(made: House):
    found = kept()
    store.say_cause(found, CASE["id"], "Dialect.", by=made.sam, at=LATER)
    store.say_cause(found, CASE["id"], "Means without a word of danger.", by=made.lead, at=LATER + timedelta(minutes=1))
    assert store.read(found.row.id).causes[CASE["id"]].text == "Means without a word of danger."
    assert Cause.objects.count() == 2


def test_a_cause_is_given_by_whoever_decides_and_only_to_a_case_of_the_report(made: House):
    found = kept()
    with pytest.raises(NotAllowed):
        store.say_cause(found, CASE["id"], "Dialect.", by=made.secretary, at=LATER)
    with pytest.raises(KeyError):
        store.say_cause(found, "no-such-case", "Dialect.", by=made.sam, at=LATER)
