"""The rules of the order, and the same rules as queries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.people.models import Access
from samen.people.roles import Role, Scope
from samen.people.store import grant_role, who_looked
from samen.rooms.crisis import triage
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import contacts, duty, policies, queue
from samen.rooms.crisis.store.contacts import Heard
from samen.rooms.crisis.triage import Branch, Lane, Place, Policy, Urgency
from tests import named
from tests.rooms.crisis.service import counsellor

NOW = timezone.now()  # shifts in these tests began two hours before the test


def waits(minutes: int, *, level: Level | None = None, urgency: int | None = None, computer: bool | None = None):
    """Let somebody wait since so many minutes, read at a level or by no computer."""
    at = NOW - timedelta(minutes=minutes)
    mine = contacts.of_token(contacts.begin("web", "nl", now=at).token)
    contacts.choose(mine.access, mine.contact, computer=level is not None if computer is None else computer, at=at)
    if urgency:
        contacts.say_urgency(mine.access, mine.contact, urgency)
    contacts.write(mine.access, mine.contact, "hoi", client_id="1", at=at)
    if level is not None:
        contacts.heard(mine.access, mine.contact, Heard(level, 0.5, (), {}), at=at)
    return mine


def taken(account, n=1):
    return [queue.take_next(account, now=NOW).contact for _ in range(n)]


# --- pure ---


@pytest.mark.row("K1.6")
def test_a_reading_brings_forward_and_never_back():
    held = Place(Lane.HIGH, 0)
    assert triage.held(held, triage.by_reading(Level.NONE)) == held
    assert triage.held(held, triage.by_reading(Level.IMMINENT)) == Place(Lane.IMMINENT, 0)


def test_who_says_now_goes_before_who_says_nothing():
    assert triage.by_own_word(Urgency.NOW) < triage.by_own_word(None) < triage.by_own_word(Urgency.CAN_WAIT)


def test_some_counsellors_are_kept_for_those_in_turn_but_never_the_only_one():
    policy = Policy(1, reserved=0.2, overtaken=10)
    assert [triage.kept_for_others(policy, n) for n in (0, 1, 5, 20)] == [0, 0, 1, 4]
    assert triage.branches(policy, counsellors=20, with_others=3)[2] is Branch.OTHER
    assert triage.branches(policy, counsellors=20, with_others=4)[2] is Branch.IMMINENT


# --- as queries ---

pytestmark = pytest.mark.django_db


def test_imminent_comes_before_high_and_high_before_those_in_turn():
    lea = counsellor(1)
    other, high, now = waits(50, level=Level.NONE), waits(30, level=Level.DANGER), waits(1, level=Level.IMMINENT)
    assert taken(lea, 3) == [now.contact, high.contact, other.contact]


def test_within_a_lane_whoever_waits_longest_is_next():
    lea = counsellor(1)
    late, early = waits(5, level=Level.DANGER), waits(9, level=Level.DANGER)
    assert taken(lea, 2) == [early.contact, late.contact]


def test_unclear_words_go_before_none_in_the_same_lane():
    lea = counsellor(1)
    waits(9, level=Level.NONE)
    unclear = waits(1, level=Level.UNCLEAR)
    assert taken(lea) == [unclear.contact]


def test_who_is_read_by_no_computer_is_taken_no_later_than_first_come():
    lea = counsellor(1)
    alone = waits(60, computer=False)
    [waits(n, level=Level.IMMINENT) for n in range(5)]
    assert taken(lea) == [alone.contact]


def test_first_come_of_the_unread_counts_the_turns_that_later_ones_used():
    lea = counsellor(1, limit=5)
    waits(60, level=Level.NONE)
    alone = waits(50, computer=False)
    urgent = waits(40, level=Level.IMMINENT)
    # First come: the one of 60 minutes, then `alone`. The urgent one uses the first turn, so the second is theirs.
    assert taken(lea, 2) == [urgent.contact, alone.contact]


def test_who_says_it_is_urgent_waits_by_that_without_a_computer():
    lea = counsellor(1)
    waits(30, level=Level.NONE)
    urgent = waits(1, computer=False, urgency=3)
    assert taken(lea) == [urgent.contact]


def test_where_no_computer_reads_people_wait_by_their_own_word_and_then_by_time():
    lea = counsellor(1, limit=5)
    can_wait = waits(60, computer=False, urgency=1)
    today = waits(50, computer=False, urgency=2)
    urgent = waits(5, computer=False, urgency=3)
    assert taken(lea, 3) == [urgent.contact, today.contact, can_wait.contact]


def test_whoever_was_passed_as_often_as_the_policy_allows_is_next():
    lead, other_lead = named.staff("Dr Visser", NOW), named.account("Dr Boer")

    grant_role(other_lead, Role.CLINICAL_LEAD, now=NOW)
    made = policies.propose(Policy(0, reserved=0.0, overtaken=2), "Try it", by=lead, at=NOW)
    policies.approve(made.version, by=other_lead, at=NOW)
    lea = counsellor(1)
    patient = waits(60, level=Level.NONE)
    urgent = [waits(n, level=Level.IMMINENT) for n in (30, 20, 10)]
    assert taken(lea, 3) == [urgent[0].contact, urgent[1].contact, patient.contact]


def test_a_policy_orders_nobody_before_another_human_approved_it():
    lead = named.staff("Dr Visser", NOW)
    made = policies.propose(Policy(0, reserved=0.5, overtaken=1), "Try it", by=lead, at=NOW)
    assert policies.current() == triage.SHIPPED
    with pytest.raises(NotAllowed):
        policies.approve(made.version, by=lead, at=NOW)


@pytest.mark.row("K1.6", "A-P3a", "S10")
def test_a_later_harmless_message_takes_no_place_away():
    waiting = waits(5, level=Level.DANGER)
    contacts.heard(waiting.access, waiting.contact, Heard(Level.NONE, 0.0, (), {}), at=NOW)
    assert Contact.objects.get(id=waiting.contact).lane == Lane.HIGH


def test_the_order_is_asked_of_the_database_and_does_not_grow_with_who_waits(django_assert_max_num_queries):
    counsellor(1)
    for n in range(40):
        waits(n, level=Level(n % 3))
    with django_assert_max_num_queries(9):
        assert queue.next_up(NOW) is not None


def test_nobody_takes_a_contact_off_duty_on_a_break_or_beyond_what_they_can_hold():
    lea = counsellor(1, limit=1)
    waits(3, level=Level.NONE), waits(2, level=Level.NONE)
    taken(lea)
    with pytest.raises(NotAllowed):
        queue.take_next(lea, now=NOW)
    tom = counsellor(2)
    duty.pause(tom, now=NOW)
    with pytest.raises(NotAllowed):
        queue.take_next(tom, now=NOW)
    duty.end(tom, now=NOW)
    with pytest.raises(NotAllowed):
        queue.take_next(tom, now=NOW)


def test_a_shift_that_nobody_ended_makes_no_line_look_staffed():
    counsellor(1, now=NOW - duty.LONGEST - timedelta(minutes=1))
    assert duty.count(NOW) == 0


def test_why_somebody_is_next_is_a_look_that_they_can_read():
    lea, waiting = counsellor(1), waits(3, level=Level.DANGER)
    queue.may_look(lea, queue.next_up(NOW), now=NOW)
    queue.may_look(lea, queue.next_up(NOW), now=NOW)

    looks = who_looked(waiting.of(Scope.RIGHTS))
    assert [(each.who, str(each.ground)) for each in looks] == [("Counsellor 1", "duty")]
    assert Access.objects.count() == 1
