from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Role, Scope
from samen.people.sealing import KeyDestroyed
from samen.people.store import create_people, destroy_key, machine
from samen.rights import gate, permits
from samen.rights.door import NotPermitted
from samen.rights.words import Category, Epochs, Permit, Purpose, Recipient, Use
from samen.rooms.record import door
from samen.rooms.record.models import Resource, Version
from tests import named
from tests.incoming import bundle, note, patient, take

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PHQ9 = "http://loinc.org|44261-6"
FORM = "https://samen.example/Questionnaire/phq-9"


def score(value, day=1, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"code": "survey"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "44261-6"}]},
        "effectiveDateTime": f"2026-03-{day:02}T10:00:00Z",
        "valueInteger": value,
    } | more


def answers(day=1):
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": f"{FORM}|1.0",
        "authored": f"2026-03-{day:02}",
    }


def permit(person, *categories):
    """Give a permit as the gate gives it."""
    now = timezone.now()
    uses = frozenset(Use(each, Purpose.CARE, Recipient.PERSON) for each in categories)
    blank = Permit(uuid4(), "test", "d", uses, now, now + timedelta(minutes=1), Epochs(0, 0), person)
    return permits.sign(blank, gate._KEY)


def opened(who, scope):
    return named.own(who, scope)


def test_what_was_saved_comes_back_newest_first():
    noor = named.noor()
    mine = opened(noor, Scope.ANSWERS)
    door.save_many([(mine, score(9, 1)), (mine, score(4, 2))])
    assert [one["valueInteger"] for one in door.observations(mine, noor.id, [PHQ9])] == [4, 9]


def test_answers_are_found_by_their_questionnaire_whatever_its_version():
    noor = named.noor()
    mine = opened(noor, Scope.ANSWERS)
    door.save(mine, answers(), origin="own")
    assert len(door.responses(mine, noor.id, [FORM])) == 1


def test_saving_under_a_known_id_makes_the_next_version():
    noor = named.noor()
    mine = opened(noor, Scope.ANSWERS)
    first = door.save(mine, answers(1), origin="own")
    second = door.save(mine, answers(2) | {"id": first.ref.partition("/")[2]}, origin="own")
    assert (second.ref, second.version) == (first.ref, 2)
    assert Version.objects.count() == 2


@pytest.mark.parametrize("scope", [each for each in Scope if each is not Scope.ANSWERS])
def test_answers_open_only_with_an_access_decision_for_answers(scope):
    noor = named.noor()
    with pytest.raises(NotAllowed):
        door.responses(opened(noor, scope), noor.id, [FORM])


@pytest.mark.parametrize(
    "ask",
    [
        lambda grant, person: door.responses(grant, person, [FORM]),
        lambda grant, person: door.observations(grant, person, [PHQ9]),
        lambda grant, person: door.own_entries(grant, person),
        lambda grant, person: door.timeline(grant, person),
    ],
)
@pytest.mark.parametrize("scope", [Scope.RECORD, Scope.ANSWERS, Scope.NOTES])
def test_an_access_decision_opens_nobody_else(ask, scope):
    noor, kim = named.noor(), named.kim()
    with pytest.raises(NotAllowed):
        ask(opened(noor, scope), kim.id)


def test_whoever_may_see_answers_but_not_the_record_sees_no_measurements():
    take(bundle(patient(), note(valueInteger=3)))
    person = Resource.objects.get(type="Patient").person_id
    assert door.observations(machine(person, Ground.PORTABILITY, Scope.RECORD), person, [PHQ9])
    assert not door.observations(machine(person, Ground.PORTABILITY, Scope.ANSWERS), person, [PHQ9])


def test_a_permit_opens_the_category_and_the_person_that_it_names():
    noor = named.noor()
    door.save(opened(noor, Scope.ANSWERS), score(9))
    assert len(door.observations(permit(noor.id, Category.QUESTIONNAIRES), noor.id, [PHQ9])) == 1


def test_a_permit_for_another_category_opens_nothing():
    noor = named.noor()
    with pytest.raises(NotPermitted):
        door.observations(permit(noor.id, Category.NOTES), noor.id, [PHQ9])


def test_a_permit_for_another_person_opens_nothing():
    noor, kim = named.noor(), named.kim()
    with pytest.raises(NotPermitted):
        door.responses(permit(noor.id, Category.QUESTIONNAIRES), kim.id, [FORM])


def test_a_forged_permit_opens_nothing():
    noor = named.noor()
    now = timezone.now()
    real = permit(noor.id, Category.NOTES)
    uses = frozenset({Use(Category.QUESTIONNAIRES, Purpose.CARE, Recipient.PERSON)})
    forged = Permit(real.id, "test", "d", uses, now, now + timedelta(60), Epochs(0, 0), noor.id, None, real.seal)
    for ask in (lambda: door.responses(forged, noor.id, [FORM]), lambda: door.observations_many([forged], [PHQ9])):
        with pytest.raises(NotPermitted):
            ask()


def test_one_bad_permit_among_many_stops_the_whole_question():
    noor, kim = named.noor(), named.kim()
    with pytest.raises(NotPermitted):
        door.responses_many([permit(noor.id, Category.QUESTIONNAIRES), permit(kim.id, Category.NOTES)], [FORM])


@pytest.mark.parametrize("people", [2, 40])
def test_many_people_take_one_query(people, django_assert_num_queries):
    made = create_people([(f"P{number}", "en", None) for number in range(people)])
    grants = [machine(each.id, Ground.IMPORT, Scope.RECORD) for each in made]
    door.save_many([(grant, score(5)) for grant in grants])
    given = [permit(each.id, Category.QUESTIONNAIRES) for each in made]
    with django_assert_num_queries(1):
        found = door.observations_many(given, [PHQ9])
    assert [len(one) for one in found.values()] == [1] * people


def test_own_words_come_back_marked_as_the_persons_own():
    noor = named.noor()
    mine = opened(noor, Scope.NOTES)
    door.add_own_entry(mine, "life-event", "Moved house", NOON)
    found = door.own_entries(mine, noor.id)
    assert [(one.kind, one.at, one.text) for one in found] == [("life-event", NOON, "Moved house")]
    assert Resource.objects.get().origin == "own"


def test_a_permit_for_life_events_shows_no_notes():
    noor = named.noor()
    mine = opened(noor, Scope.NOTES)
    door.add_own_entries([(mine, "life-event", "Moved house", NOON), (mine, "note", "Sad", NOON)])
    found = door.own_entries(permit(noor.id, Category.LIFE_EVENTS), noor.id)
    assert [one.kind for one in found] == ["life-event"]


def test_nobody_but_the_person_writes_the_persons_own_words():
    noor, sam = named.noor(), named.sam()
    named.in_care(noor, sam)
    with pytest.raises(NotAllowed):
        door.add_own_entry(named.seen_by(sam, noor, Scope.NOTES), "note", "She is fine", NOON)


def test_a_person_never_changes_what_a_professional_wrote():
    take(bundle(patient(), note(valueString="theirs")))
    row = Resource.objects.get(type="Observation")
    mine = Allowed(row.person_id, Scope.RECORD, Ground.OWN, Role.PERSON, None)
    with pytest.raises(NotAllowed):
        door.save(mine, score(1, id=row.fhir_id), origin="own")


def test_nobody_saves_over_somebody_elses_resource():
    noor, kim = named.noor(), named.kim()
    saved = door.save(opened(noor, Scope.ANSWERS), score(9))
    with pytest.raises(NotAllowed):
        door.save(opened(kim, Scope.ANSWERS), score(0, id=saved.ref.partition("/")[2]))


@pytest.mark.parametrize("scope", [Scope.CONTACT, Scope.FINDINGS, Scope.RIGHTS, Scope.NOTES, Scope.ANSWERS])
def test_saving_a_diagnosis_needs_the_record(scope):
    with pytest.raises(NotAllowed):
        door.save(opened(named.noor(), scope), {"resourceType": "Condition", "code": {"text": "Flu"}})


def test_a_timeline_shows_notes_and_answers_only_to_whoever_may_see_those():
    noor = named.noor()
    door.add_own_entry(opened(noor, Scope.NOTES), "note", "Sad", NOON)
    door.save(opened(noor, Scope.ANSWERS), answers())
    record = opened(noor, Scope.RECORD)
    kinds = [
        [one.kind for one in door.timeline(record, noor.id, also=[opened(noor, scope) for scope in also]).entries]
        for also in ([], [Scope.NOTES], [Scope.ANSWERS], [Scope.NOTES, Scope.ANSWERS])
    ]
    assert kinds == [[], ["note"], ["answers"], ["note", "answers"]]


def test_pages_of_a_timeline_hold_every_entry_once():
    noor = named.noor()
    grant = opened(noor, Scope.RECORD)
    door.save_many([(grant, score(number, 1 + number // 3)) for number in range(10)])
    seen, before = [], None
    while True:
        page = door.timeline(grant, noor.id, before, 3)
        seen += [one.pk for one in page.entries]
        before = page.next
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 10


def test_after_a_key_was_destroyed_nothing_can_be_read():
    noor = named.noor()
    grant = opened(noor, Scope.RECORD)
    door.save(grant, score(9))
    destroy_key(noor.id)
    with pytest.raises(KeyDestroyed):
        door.timeline(grant, noor.id)
