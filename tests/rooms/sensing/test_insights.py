"""The systems of this room through the gate: each reads what its person said yes to, explains itself, and tells nobody unasked."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import polars as pl
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.ledger.store import counts
from samen.people import store as people
from samen.people.access import NotAllowed
from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rights import gate
from samen.rights.body import tell
from samen.rights.register import Refused
from samen.rights.store import waiting
from samen.rights.words import Category, Denied, Held, Oversight, Recipient, Released, Trait
from samen.rooms.crisis.store import watching
from samen.rooms.record import door as record
from samen.rooms.sensing import own_signs, systems
from samen.rooms.sensing.jobs import insights as jobs
from samen.rooms.sensing.own_signs import Sign, Way, Whom
from samen.rooms.sensing.store import insights, keys, refreshing
from samen.rooms.sensing.store import own_signs as store
from tests.named import sign_in
from tests.rights import example
from tests.rights.example import House
from tests.rooms.crisis.in_use import in_use

pytestmark = pytest.mark.django_db
YESTERDAY = timezone.localdate() - timedelta(days=1)


@pytest.fixture
def made() -> House:
    return example.house(at=timezone.now())


def days(
    made: House, feature: str = "sleep_asleep_min", back: int = 40, last: float = 120.0, usual: float = 440.0
) -> None:
    """Keep days of a feature, the last one of yesterday."""
    random = Random(feature)
    values = [random.gauss(usual, usual / 20) for _ in range(back)] + [last]
    first = YESTERDAY - timedelta(days=back)
    rows = [
        {"day": first + timedelta(days=at), "feature": feature, "value": value, "coverage": 0.9}
        for at, value in enumerate(values)
    ]
    who = keys.participant_of(made.own(), at=timezone.now())
    refreshing.keep(who, pl.DataFrame(rows))


def uses(system, *categories: Category, to: Recipient = Recipient.PERSON):
    return [use for use in system.manifest.uses if use.category in categories and use.recipient is to]


def yes(made: House, system, *categories: Category, to: Recipient = Recipient.PERSON) -> None:
    """Bring a system into use the real way, and let Noor say yes to parts of it."""
    if not rights.in_use(system):
        in_use(system, made)
    example.say_yes(made, system, at=timezone.now(), uses=uses(system, *categories, to=to))


def factors(outcome: Released) -> list[str]:
    return [tell(each, "en") for each in outcome.explanation.factors]


@pytest.mark.row("A-U1a", "S1")
def test_a_night_unlike_the_others_is_said_with_the_persons_own_words_first(made: House):
    days(made)
    record.add_own_entry(
        made.own(Scope.NOTES), "note", "The neighbours had a party.", timezone.now() - timedelta(hours=20)
    )
    yes(made, systems.CHANGE, Category.SLEEP, Category.NOTES)
    outcome = jobs.run(systems.CHANGE, made.noor.id, made.own())
    assert isinstance(outcome, Released)
    assert outcome.finding.code == "unlike"
    assert "slept less than usual" in tell(outcome.explanation.says, "en")
    first, then = factors(outcome)[:2]
    assert "The neighbours had a party." in first
    assert "Time asleep" in then and "2 h 00" in then and "40 days" in then  # noqa: PT018


@pytest.mark.row("A-U1a", "R3.1b")
def test_only_what_has_a_yes_is_read(made: House):
    days(made)
    days(made, "steps_total_count", last=30.0, usual=7000.0)
    yes(made, systems.CHANGE, Category.STEPS)
    outcome = jobs.run(systems.CHANGE, made.noor.id, made.own())
    assert isinstance(outcome, Released)
    assert {row["name"] for row in outcome.finding.value["compared"]} == {"steps"}
    assert {item.category for item in rights.latest(made.own(Scope.FINDINGS), systems.CHANGE.id).body.items} == {
        Category.STEPS
    }


@pytest.mark.row("A-U1a")
def test_without_a_yes_nothing_runs(made: House):
    days(made)
    for system in systems.ALL:
        in_use(system, made)
        assert jobs.run(system, made.noor.id) == Denied("NO_CONSENT", detail=min(system.manifest.uses).key)


def test_under_fourteen_days_it_says_that_it_says_nothing(made: House):
    days(made, back=12)
    yes(made, systems.CHANGE, Category.SLEEP)
    outcome = jobs.run(systems.CHANGE, made.noor.id, made.own())
    assert isinstance(outcome, Released)
    assert outcome.finding.abstained
    assert "fewer than 14" in tell(outcome.explanation.says, "en")


def test_a_permit_opens_its_own_kinds_of_data_and_a_stranger_none(made: House):
    days(made)
    assert insights.own(made.own(), YESTERDAY, YESTERDAY)
    with pytest.raises(NotAllowed):
        insights.own(made.care(Scope.RIGHTS), YESTERDAY, YESTERDAY)


@pytest.mark.row("K6.1", "A-P3a")
def test_what_is_shared_waits_for_a_human_and_is_seen_by_the_person_as_well(made: House):
    days(made)
    yes(made, systems.CHANGE_SHARED, Category.SLEEP, to=Recipient.CARE_TEAM)
    outcome = jobs.run(systems.CHANGE_SHARED, made.noor.id)
    assert isinstance(outcome, Held)
    assert outcome.role is Role.CLINICIAN
    assert [each.id for each in rights.inferences(made.own(Scope.FINDINGS), systems.CHANGE_SHARED.id)] == [
        outcome.record
    ]


def test_what_is_shared_goes_to_the_one_who_was_chosen_and_the_choice_can_move(made: House, client: Client):
    days(made)
    yes(made, systems.CHANGE_SHARED, Category.SLEEP, to=Recipient.CARE_TEAM)
    sign_in(client, made.noor)
    share = reverse("sensing:days-share")
    for nobody in ("", "x", str(made.lead.id)):  # the lead does not care for her
        assert "Kies iemand uit de lijst." in client.post(share, {"human": nobody}, follow=True).content.decode()
    assert rights.inferences(made.own(Scope.FINDINGS), systems.CHANGE_SHARED.id) == []
    page = client.post(share, {"human": str(made.sam.id)}, follow=True).content.decode()
    assert "Alleen Sam ziet het." in page
    start = timezone.now()
    people.start_care(made.noor.id, made.lead, role=Role.CLINICAL_LEAD, purpose="treatment", by=made.lead, now=start)
    assert waiting.for_human(made.lead, Role.CLINICAL_LEAD, timezone.now())[0] == []
    client.post(share, {"human": str(made.lead.id)})
    assert len(waiting.for_human(made.lead, Role.CLINICAL_LEAD, timezone.now())[0]) == 1
    assert waiting.for_human(made.sam, Role.CLINICIAN, timezone.now())[0] == []
    assert len(rights.inferences(made.own(Scope.FINDINGS), systems.CHANGE_SHARED.id)) == 1


def test_no_system_runs_for_a_shared_finding_by_itself(made: House):
    days(made)
    yes(made, systems.CHANGE_SHARED, Category.SLEEP, to=Recipient.CARE_TEAM)
    assert systems.CHANGE_SHARED.id not in jobs.look(made.noor.id, at=timezone.now())


# --- own signs -----------------------------------------------------------------------------------------------------------


def sign(**changes) -> Sign:
    made = Sign(
        "I sleep badly", "asleep", Way.LESS, 300.0, 1, 3, Whom.ME,
        language="en", until=timezone.now() + timedelta(days=60),
    )  # fmt: skip
    return replace(made, **changes)


def mum(made: House, *, agrees: bool = True) -> str:
    contact, token = watching.name_contact(made.own(), "Mum", "mum@example.org", at=timezone.now())
    if agrees:
        watching.answer(token, yes=True, at=timezone.now())
    return str(contact)


def look(made: House):
    return jobs.look_for_signs(made.noor.id, at=timezone.now())


@pytest.mark.row("O4")
def test_nothing_is_looked_for_or_sent_without_a_rule_of_ones_own(made: House):
    days(made)
    yes(made, systems.OWN_SIGNS, *systems.CATEGORIES)
    assert isinstance(look(made), Denied)
    assert rights.latest(made.own(Scope.FINDINGS), systems.OWN_SIGNS.id) is None
    assert mail.outbox == []


@pytest.mark.row("O4")
def test_a_sign_that_is_there_reaches_whom_its_person_chose_in_their_own_words_and_nobody_else(made: House):
    days(made)
    contact = mum(made)
    store.write(made.own(), sign(whom=Whom.CONTACT, contact=contact, message="Come by for tea."), at=timezone.now())
    yes(made, systems.OWN_SIGNS, Category.SLEEP, to=Recipient.OWN_CONTACT)
    assert isinstance(look(made), Released)
    (letter,) = mail.outbox
    assert letter.to == ["mum@example.org"]
    assert "Come by for tea." in letter.body
    assert not {"sleep", "asleep", "120", "2 h"} & set(letter.body.lower().split())
    assert counts()["disclosure"] == 1
    look(made)
    assert len(mail.outbox) == 1  # the same day is told of once


@pytest.mark.row("O4")
@pytest.mark.parametrize("why", ["no yes", "paused", "contact said nothing", "not there", "only me"])
def test_nobody_is_told_when_the_rule_does_not_hold(made: House, why: str):
    in_use(systems.OWN_SIGNS, made)
    days(made, last=120.0 if why != "not there" else 430.0)
    contact = mum(made, agrees=why != "contact said nothing")
    whom = Whom.ME if why == "only me" else Whom.CONTACT
    kept = store.write(made.own(), sign(whom=whom, contact=contact, message="Come."), at=timezone.now())
    if why != "no yes":
        yes(made, systems.OWN_SIGNS, Category.SLEEP, to=Recipient.OWN_CONTACT)
        yes(made, systems.OWN_SIGNS, Category.SLEEP)
    if why == "paused":
        store.pause(made.own(), kept, on=True, at=timezone.now())
    look(made)
    assert mail.outbox == []
    assert counts().get("disclosure", 0) == 0


@pytest.mark.row("O4")
def test_a_yes_to_being_told_oneself_tells_nobody_else(made: House):
    days(made)
    store.write(made.own(), sign(whom=Whom.CONTACT, contact=mum(made), message="Come."), at=timezone.now())
    yes(made, systems.OWN_SIGNS, Category.SLEEP)  # to the person alone
    assert look(made) == Denied("NO_CONSENT")
    assert mail.outbox == []


def test_a_mail_that_did_not_leave_is_sent_the_next_time(made: House, settings):
    days(made)
    store.write(made.own(), sign(whom=Whom.CONTACT, contact=mum(made), message="Come."), at=timezone.now())
    yes(made, systems.OWN_SIGNS, Category.SLEEP, to=Recipient.OWN_CONTACT)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    look(made)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    look(made)
    assert [each.to for each in mail.outbox] == [["mum@example.org"]]


def test_after_a_stop_no_sign_is_looked_for(made: House):
    store.write(made.own(), sign(), at=timezone.now())
    assert gate.clear(systems.OWN_SIGNS.id, made.noor.id) == 1
    assert [each.sign.paused for each in store.of_person(made.own())] == [True]


def test_each_day_is_looked_at_once(made: House):
    days(made)
    yes(made, systems.CHANGE, Category.SLEEP)
    morning = timezone.localtime().replace(hour=9)
    assert [jobs.each_minute(morning), jobs.each_minute(morning)] == [1, 0]
    assert len(rights.inferences(made.own(Scope.FINDINGS), systems.CHANGE.id)) == 1
    assert jobs.each_minute(morning.replace(hour=5) + timedelta(days=1)) == 0


# --- what may never be ----------------------------------------------------------------------------------------------------


@pytest.mark.row("K6.1", "K2.3")
@pytest.mark.parametrize("trait", [Trait.COVERT, Trait.SOCIAL_MEDIA, Trait.VOICE_AFFECT, Trait.FACE_EMOTION])
def test_a_system_of_this_room_that_hides_or_reads_feelings_or_social_media_is_refused(trait: Trait):
    with pytest.raises(Refused, match=f"PROHIBITED: trait:{trait}"):
        rights.register(replace(systems.CHANGE.manifest, id="sensing.hidden", traits=frozenset({trait})))


@pytest.mark.row("K6.1")
def test_what_is_passive_and_tells_staff_waits_for_a_human():
    to_staff = [each for each in systems.ALL if any(use.recipient is Recipient.CARE_TEAM for use in each.manifest.uses)]
    assert {each.id: each.manifest.oversight for each in to_staff} == {
        systems.CHANGE_SHARED.id: Oversight.SUGGEST,
        systems.OWN_SIGNS.id: Oversight.INFORM,  # by the person's own rule alone
    }
    assert own_signs.TO.keys() == set(Whom)


@pytest.mark.row("R1.1a")
def test_each_sheet_says_what_is_not_shown_on_real_people():
    assert all("not_validated_for.real" in each.manifest.not_validated_for for each in systems.ALL)
