"""The made-up people: pure and the same for the same seed, and put in through the paths of the product alone."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.verify import verify_log
from samen.people.models import Account, BreakGlass, Person, PersonKey, Proxy
from samen.people.roles import Role
from samen.rights import jobs
from samen.rights.models.consent import Statement, StopOrder
from samen.rights.models.inference import Decision, DeniedRun, InferenceRecord, ValidationRun
from samen.rights.models.service import Case
from samen.rights.models.system import SystemState
from samen.rights.store import service
from samen.rooms.crisis.models.labels import LabelRound
from samen.rooms.record.models import Resource
from samen.web.demo import population, prepare, story, texts
from samen.web.demo.doors import DOORS

# Minutes of proving every system: the stores that it uses are tested on both databases, each in its room.
pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


def test_the_same_seed_makes_the_same_people_and_the_same_days():
    assert population.populate(7, NOW, 40) == population.populate(7, NOW, 40)


def test_another_seed_makes_other_people():
    assert population.populate(7, NOW, 40).people != population.populate(8, NOW, 40).people


def test_nothing_that_was_made_up_lies_in_the_future_or_before_the_ninety_days():
    made = story.join(story.told(NOW), population.populate(7, NOW, 60))
    assert all(NOW - timedelta(days=92) < each.at <= NOW for each in made.events)


def test_every_course_of_the_table_is_lived_by_somebody():
    assert {each.course for each in population.populate(2026, NOW, 216).people} == set(population.COURSES)


def test_some_say_no_some_withdraw_and_some_were_never_asked():
    assert {each.wish for each in population.populate(2026, NOW, 216).people} == set(population.WISHES)


def test_every_door_leads_to_somebody_who_is_made():
    made = {each.email for each in (*texts.workers(), *story.told(NOW).people)} | {story.SUPPORTER[0]}
    assert {each.email for each in DOORS} <= made


def test_every_role_that_can_be_granted_works_there():
    assert {each.role for each in texts.workers()} == set(Role) - {Role.PERSON, Role.SUPPORTER}


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """Twelve people and their ninety days, made once for the tests below and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        prepare.prepare(lambda what, done, of: None, seed=7, now=timezone.localtime(), people=12)
        yield
        transaction.set_rollback(True)


def test_the_small_service_has_everybody(town):
    writers = len(texts.read("line")["talk"])  # people without account or name who wait on the help line
    rounds = LabelRound.objects.filter(origin="local").count()  # each holds its messages under a key of its own
    assert Person.objects.count() == 12 + writers + rounds
    assert Account.objects.filter(grants__isnull=False).count() == len(texts.workers())


def test_permits_records_and_leaves_agree(town):
    assert service.count().agree
    assert service.count().records > 10


def test_the_hourly_look_finds_nothing_wrong(town):
    assert jobs.hourly() is True


def test_anyone_can_verify_the_log_of_the_demo(town):
    assert verify_log(list(ledger.export_lines(timezone.now())), key=ledger.public_key()).ok


def test_the_system_came_into_use_through_every_step(town):
    state = SystemState.objects.get(id="progress-watch")
    assert (state.stage, ValidationRun.objects.filter(system=state).count()) == ("general", 1)


def test_findings_were_accepted_changed_or_rejected_by_humans_and_one_waits(town):
    decided = Counter(Decision.objects.values_list("verdict", flat=True))
    assert decided["accept"]
    assert InferenceRecord.objects.filter(state="held").exists()


def test_people_said_yes_and_no_and_runs_were_denied(town):
    assert {True, False} == set(Statement.objects.values_list("yes", flat=True))
    assert DeniedRun.objects.exists()


def test_somebody_stopped_with_a_receipt(town):
    assert StopOrder.objects.filter(done_at__isnull=False, leaf__isnull=False).count() == 2


def test_somebody_was_erased_and_nothing_of_theirs_can_be_opened(town):
    gone = PersonKey.objects.exclude(destroyed_at=None).values_list("person", flat=True)
    assert len(gone) == 1
    assert not InferenceRecord.objects.filter(person__in=gone, state="held").exists()


def test_a_supporter_and_two_emergencies_are_there(town):
    assert Proxy.objects.exists()
    assert BreakGlass.objects.count() == 2


def test_cases_were_answered_and_one_waits_for_a_human(town):
    assert Case.objects.exclude(closed_at=None).exists()
    assert Case.objects.filter(closed_at=None).exists()


def test_the_record_holds_talks_conditions_answers_and_own_words(town):
    kinds = set(Resource.objects.values_list("type", flat=True))
    assert {"Encounter", "Condition", "QuestionnaireResponse", "Observation"} <= kinds


def test_a_database_with_people_in_it_is_left_alone(town):
    with pytest.raises(prepare.NotEmpty):
        prepare.prepare(lambda what, done, of: None, now=timezone.localtime(), people=12)
