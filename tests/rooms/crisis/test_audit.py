"""Talks that raised no alarm are read again by people who do not know what a computer made of them."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.ledger.store import counts
from samen.people.access import Ground, NotAllowed
from samen.people.models import Account
from samen.people.roles import Role, Scope
from samen.people.store import grant_role, who_looked
from samen.rooms.crisis.models.audit import AuditItem, AuditVerdict
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import audit, contacts
from samen.rooms.crisis.store.candidates import NotNow
from samen.rooms.crisis.store.contacts import Mine
from tests import named
from tests.rooms.crisis import sampled
from tests.rooms.crisis.service import counsellor

pytestmark = pytest.mark.django_db

NOW = timezone.now()
BEFORE = NOW - timedelta(days=30)


def closed(text: str = "hoi", **how) -> Mine:
    return sampled.closed(text, at=NOW - timedelta(days=1), **how)


def reader(number: int) -> Account:
    made = named.account(f"Reader {number}")
    grant_role(made, Role.CLINICIAN, now=BEFORE)
    return made


@pytest.fixture
def lead() -> Account:
    return named.staff("Dr Visser", BEFORE)


def taken(found, who: Account) -> AuditItem:
    item = audit.take(found, by=who, at=NOW)
    assert item is not None
    return item


def said(found, who: Account, verdict: str) -> AuditItem:
    item = taken(found, who)
    audit.say(item, verdict, "Ik zag niets.", by=who, at=NOW)
    return item


def test_only_talks_that_ended_were_read_and_raised_no_alarm_are_drawn(lead: Account):
    calm = closed()
    closed(level=Level.DANGER)
    waiting, stopped = closed(), closed()
    Contact.objects.filter(id=waiting.contact).update(state="new", closed_at=None)
    contacts.choose(stopped.access, stopped.contact, computer=False, at=NOW)
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    assert [each.contact_id for each in found.items.all()] == [calm.contact]


def test_the_seed_and_the_sizes_of_the_groups_are_kept_and_stand_on_the_ledger(lead: Account):
    closed()
    closed(language="en", risk=0.05)
    before = counts().get("register", 0)
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    assert sorted(each.split("/")[:2] for each in found.groups) == [["en", "middle"], ["nl", "low"]]
    assert counts()["register"] == before + 1
    assert 0 <= found.seed < 2**31


def test_only_who_leads_care_draws_and_one_sample_at_a_time(lead: Account):
    closed()
    with pytest.raises(NotAllowed):
        audit.draw(20, BEFORE, by=reader(1), at=NOW)
    audit.draw(20, BEFORE, by=lead, at=NOW)
    with pytest.raises(NotNow, match="OPEN"):
        audit.draw(20, BEFORE, by=lead, at=NOW)


def test_a_reader_meets_neither_the_marks_nor_the_words_of_the_computer_before_the_verdict(lead: Account):
    closed("wat een dag")
    sam = reader(1)
    item = taken(audit.draw(20, BEFORE, by=lead, at=NOW), sam)
    shown = audit.read(item, by=sam, at=NOW)
    assert [each.text for each in shown.lines] == ["wat een dag"]
    assert shown.lines[0].spans == ()
    with pytest.raises(NotAllowed):
        audit.computer(item, by=sam, at=NOW)
    audit.say(item, "none", "", by=sam, at=NOW)
    after = audit.computer(item, by=sam, at=NOW)
    assert [each.text for each in after.lines] == ["wat een dag", "COMPUTER"]
    assert after.lines[0].spans


def test_each_reading_stands_in_the_list_of_the_person_and_on_the_ledger(lead: Account):
    mine = closed()
    sam = reader(1)
    before = counts().get("access", 0)
    item = taken(audit.draw(20, BEFORE, by=lead, at=NOW), sam)
    audit.read(item, by=sam, at=NOW)
    (look,) = who_looked(mine.of(Scope.RIGHTS))
    assert (look.ground, look.who, look.what) == (Ground.AUDIT, "Reader 1", "crisis:audit-read")
    assert counts()["access"] == before + 1


def test_nobody_reads_a_talk_that_they_answered_themselves(lead: Account):
    mine = closed()
    lea = counsellor(1)
    grant_role(lea, Role.CLINICIAN, now=BEFORE)
    Contact.objects.filter(id=mine.contact).update(taken_by=lea)
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    assert audit.take(found, by=lea, at=NOW) is None
    assert audit.take(found, by=reader(2), at=NOW) is not None


def test_two_readers_are_not_given_the_same_talk_and_a_forgotten_one_goes_on(lead: Account):
    closed()
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    item = taken(found, reader(1))
    assert audit.take(found, by=reader(2), at=NOW) is None
    assert audit.take(found, by=reader(2), at=NOW + audit.HELD) == item


def test_an_unclear_talk_goes_to_a_second_reader_who_is_not_told_what_the_first_said(lead: Account):
    closed()
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    item = said(found, reader(1), "unclear")
    assert audit.standing(found).second == 1
    assert audit.take(found, by=reader(1), at=NOW) is None
    assert taken(found, reader(2)) == item
    assert "Ik zag niets." not in str(audit.read(AuditItem.objects.get(), by=reader(2), at=NOW))


def test_what_two_call_unclear_counts_as_missed(lead: Account):
    closed()
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    said(found, reader(1), "unclear")
    said(found, reader(2), "unclear")
    assert (audit.standing(found).read, audit.standing(found).missed) == (1, 1)


def test_a_sample_ends_when_all_is_read_and_its_bound_stands_on_the_ledger(lead: Account):
    [closed() for _ in range(3)]
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    [said(found, reader(1), "none") for _ in range(3)]
    found.refresh_from_db()
    assert found.ended_at == NOW
    assert (found.figures["read"], found.figures["missed"], found.figures["verdict"]) == (3, 0, "go-on")
    assert audit.take(found, by=reader(2), at=NOW) is None


def test_three_misses_at_once_end_a_sample_before_all_is_read(lead: Account):
    [closed() for _ in range(20)]
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    [said(found, reader(1), "missed") for _ in range(3)]
    found.refresh_from_db()
    assert found.figures["verdict"] == "bad"


def test_a_verdict_is_never_changed_or_said_twice(lead: Account):
    [closed() for _ in range(2)]
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    item = said(found, reader(1), "none")
    with pytest.raises(NotAllowed):
        audit.say(item, "missed", "", by=reader(1), at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditVerdict.objects.update(verdict="missed")
    assert AuditVerdict.objects.get().verdict == "none"


def test_after_an_erasure_the_verdict_stays_and_the_talk_is_gone(lead: Account):
    mine = closed()
    closed()
    found = audit.draw(20, BEFORE, by=lead, at=NOW)
    for _ in range(2):
        said(found, reader(1), "none")
    contacts.remove(mine.access.person)
    assert audit.standing(found).read == 2


# --- pages ---


def browser(who: Account) -> Client:
    client = named.sign_in(Client(), who)
    client.cookies["django_language"] = "en"
    return client


def test_the_page_says_the_bound_in_plain_numbers_and_shows_the_computer_only_after_the_verdict(lead: Account):
    closed("wat een dag")
    client = browser(lead)
    page = client.post(reverse("crisis:audit-draw"), {"wanted": "20", "days": "90"}, follow=True)
    sample = page.redirect_chain[-1][0].split("/")[3]
    blind = client.post(reverse("crisis:audit-take", args=[UUID(sample)]), follow=True).content.decode()
    assert "wat een dag" in blind
    assert "COMPUTER" not in blind
    assert "<mark>" not in blind
    item = AuditItem.objects.get()
    early = client.get(reverse("crisis:audit-item", args=[item.pk]), follow=True).content.decode()
    assert "<mark>" not in early
    after = client.post(reverse("crisis:audit-read", args=[UUID(sample)]), {"verdict": "none"}, follow=True)
    assert "<mark>wat</mark>" in after.content.decode()
    stands = client.get(reverse("crisis:audit-round", args=[UUID(sample)])).content.decode()
    assert "Of 1,000 talks without an alarm, at most" in stands


def test_whoever_wrote_sees_who_read_their_talk_without_an_account(lead: Account):
    begun = contacts.begin("web", "nl", now=NOW)
    stranger = Client()
    stranger.cookies["line"], stranger.cookies["django_language"] = begun.token, "nl"
    assert "Nog niemand heeft je gesprek geopend." in stranger.get("/line/read/").content.decode()
    audit.let_in(begun.contact, by=lead, at=NOW)
    page = stranger.get("/line/read/").content.decode()
    assert "Dr Visser" in page
    assert "Keek na of de computer gevaar had gemist" in page
