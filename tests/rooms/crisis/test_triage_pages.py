"""What a stranger meets on the line, and what a counsellor meets, page by page, without script."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samen.ledger.models import Leaf
from samen.people.models import Access, CareRelationship, Person
from samen.people.roles import Role, Scope
from samen.people.store import grant_role, who_looked
from samen.rights import door as rights
from samen.rights.models.consent import Statement
from samen.rights.models.inference import InferenceRecord
from samen.rooms.crisis.models.contact import Contact, Message
from samen.rooms.crisis.store import duty, policies
from samen.rooms.crisis.triage import Lane, Policy
from tests import named
from tests.rooms.crisis.service import MEANS, SAFE, counsellor, in_service, writes

pytestmark = pytest.mark.django_db


def stranger(answer: str | None = "yes", language: str = "nl") -> Client:
    """Give the browser of somebody without account, who pressed one of the two buttons."""
    client = Client()
    client.cookies["django_language"] = language
    if answer:
        client.post("/line/begin/", {"answer": answer})
    return client


def send(client: Client, text: str, once: str = "1") -> str:
    return client.post("/line/write/", {"text": text, "once": once}, follow=True).content.decode()


def signed_in(account) -> Client:
    client = named.sign_in(Client(), account)
    client.cookies["django_language"] = "nl"
    return client


# --- the stranger ---


def test_before_the_first_message_the_page_asks_about_the_computer_with_two_equal_buttons():
    page = stranger(None).get("/line/").content.decode()
    assert "dringende gesprekken vooraan zetten" in page
    assert "Een mens antwoordt je en beslist" in page
    assert re.findall(r'name="answer" value="(\w+)" aria-pressed="false"', page) == ["yes", "no"]
    assert not Contact.objects.exists()


def test_nothing_can_be_written_before_the_answer():
    send(stranger(None), MEANS)
    assert not Message.objects.exists()


def test_one_press_is_one_statement_with_the_notice_before_it():
    in_service()
    stranger("yes")
    assert [(each.subject, each.yes, each.by_id) for each in Statement.objects.all()] == [("crisis.triage", True, None)]


def test_words_of_danger_get_help_in_the_same_reply_and_come_first():
    in_service()
    writes(SAFE, at=timezone.now() - timedelta(minutes=30))
    page = send(stranger(), MEANS)
    assert "Bel nu een van deze nummers" in page
    assert 'href="tel:113"' in page
    assert page.index("Denk je eraan om jezelf te doden?") < page.index('href="tel:113"')
    first = Contact.objects.order_by("lane", "rank", "waiting_since").first()
    assert Lane(first.lane) is Lane.IMMINENT


def test_the_numbers_stand_once_for_one_escalation():
    in_service()
    client = stranger()
    send(client, MEANS)
    send(client, "ik ga het echt doen vanavond met die pillen", once="2")
    assert Message.objects.filter(who="computer", has_numbers=True).count() == 1
    assert Message.objects.filter(who="computer").count() == 2


def test_a_harmless_message_gets_no_answer_by_a_computer():
    in_service()
    send(stranger(), "ik wil graag mijn afspraak van dinsdag verzetten")
    assert not Message.objects.filter(who="computer").exists()


def test_with_a_no_no_computer_reads_and_the_person_says_how_urgent_it_is():
    in_service()
    client = stranger("no")
    page = send(client, MEANS)
    assert not InferenceRecord.objects.exists()
    assert "Hoe dringend is het voor jou?" in page
    client.post("/line/urgency/", {"urgency": "3"})
    assert Lane(Contact.objects.get().lane) is Lane.HIGH


def test_where_the_computer_may_not_run_the_message_waits_all_the_same():
    page = send(stranger(), MEANS)  # the system was never brought into use
    assert "De computer kon nu niet meelezen" in page
    contact = Contact.objects.get()
    assert (contact.state, contact.level, Lane(contact.lane)) == ("waiting", None, Lane.OTHER)
    assert Message.objects.get().who == "contact"


def test_stopping_the_computer_removes_at_once_what_it_made_of_the_talk():
    in_service()
    client = stranger()
    send(client, MEANS)
    client.post("/line/computer/", {"answer": "no"})
    contact = Contact.objects.get()
    assert (contact.level, contact.risk, bytes(contact.reasons_sealed), Lane(contact.lane)) == (
        None,
        None,
        b"",
        Lane.OTHER,
    )
    assert not Message.objects.exclude(reading_sealed=b"").exists()


def test_a_yes_that_comes_later_lets_the_computer_read_at_once_what_was_written():
    in_service()
    client = stranger("no")
    send(client, MEANS)
    assert Contact.objects.get().level is None
    client.post("/line/computer/", {"answer": "yes"})
    contact = Contact.objects.get()
    assert Lane(contact.lane) in (Lane.IMMINENT, Lane.HIGH)
    assert contact.level is not None


@pytest.mark.row("K1.9")
def test_where_nobody_is_there_the_page_says_so_and_gives_the_numbers():
    page = stranger(None).get("/line/").content.decode()
    assert "Er is nu niemand van ons" in page
    assert 'href="tel:113"' in page
    counsellor(1)
    assert "Er is nu iemand" in stranger(None).get("/line/").content.decode()


def test_the_page_says_when_somebody_is_there_again():
    start = timezone.now() + timedelta(days=1)
    duty.plan(named.lea(), start, start + timedelta(hours=4))
    assert "Er is weer iemand vanaf" in stranger(None).get("/line/").content.decode()


def test_the_way_back_is_shown_once_and_opens_the_talk_on_another_device():
    client = stranger(None)
    page = client.post("/line/begin/", {"answer": "no"}).content.decode()
    code = re.search(r'class="code">([^<]+)<', page)[1]
    assert 'class="code"' not in client.get("/line/talk/").content.decode()
    send(client, "dit was ik")
    other = stranger(None)
    assert other.post("/line/back/", {"code": "AAAA BBBB CCCC"}).status_code == 422
    assert "dit was ik" in other.post("/line/back/", {"code": code.lower()}, follow=True).content.decode()
    assert client.get("/line/talk/").status_code == 302  # the lost device opens nothing any more


def test_the_two_keys_of_a_talk_are_not_in_the_database():
    client = stranger()
    token = client.cookies["line"].value
    row = Contact.objects.values().get()
    assert token not in str(row)


def test_what_was_written_lies_sealed_under_the_persons_own_key():
    send(stranger("no"), "mijn geheim")
    assert b"mijn geheim" not in bytes(Message.objects.get().body_sealed)


def test_the_screener_moves_nobody_and_is_no_gate():
    in_service()
    client = stranger()
    send(client, SAFE)
    before = Contact.objects.values("lane", "rank").get()
    page = client.post("/line/questions/", {"q1": "yes", "q5": "yes"}).content.decode()
    assert 'href="tel:113"' in page
    assert Contact.objects.values("lane", "rank").get() == before


@pytest.mark.row("K2.7")
def test_a_stranger_is_a_person_without_account_and_name_who_can_be_erased():
    in_service()
    send(stranger(), MEANS)
    person = Person.objects.get()
    assert person.account is None
    rights.erase(person.id, at=timezone.now())
    assert not Contact.objects.exists()
    assert not Message.objects.exists()


# --- the counsellor ---


def test_a_counsellor_sees_the_next_with_its_spans_takes_it_and_the_ledger_knows():
    in_service()
    lea = counsellor(1)
    writes(SAFE, at=timezone.now() - timedelta(minutes=30))
    urgent = writes(MEANS)
    leaves = Leaf.objects.count()
    console = signed_in(lea)
    page = console.get("/line/console/").content.decode()
    assert "<mark>" in page
    assert "pillen" in page
    assert "ruzie met mijn zus" not in page
    taken = console.post("/line/console/take/", follow=True).content.decode()
    assert "<mark>" in taken
    assert Contact.objects.get(id=urgent.contact).taken_by == lea
    whats = [each.what for each in who_looked(urgent.of(Scope.RIGHTS))]
    assert {"crisis:queue", "people:care", "crisis:person"} <= set(whats)
    assert Leaf.objects.count() >= leaves + 3


def test_off_duty_the_console_shows_nobodys_words_and_no_look_is_written():
    in_service()
    writes(MEANS)
    page = signed_in(named.lea()).get("/line/console/").content.decode()
    assert "pillen" not in page
    assert not Access.objects.exists()


def test_a_talk_is_closed_to_every_colleague_who_did_not_take_it():
    lea, tom = counsellor(1), counsellor(2)
    waiting = writes(SAFE, computer=False)
    signed_in(lea).post("/line/console/take/")
    assert signed_in(tom).get(f"/line/people/{waiting.access.person}/").status_code == 403
    assert signed_in(named.mo()).get(f"/line/people/{waiting.access.person}/").status_code == 403


def test_an_answer_reaches_the_person_with_the_counsellors_name():
    lea = counsellor(1)
    client = stranger("no")
    send(client, SAFE)
    console = signed_in(lea)
    console.post("/line/console/take/")
    person = Person.objects.get()
    console.post(f"/line/people/{person.id}/reply/", {"text": "Wat vervelend. Vertel eens.", "once": "a"})
    console.post(f"/line/people/{person.id}/reply/", {"text": "Wat vervelend. Vertel eens.", "once": "a"})
    page = client.get("/line/talk/").content.decode()
    assert page.count("Wat vervelend. Vertel eens.") == 1
    assert "Counsellor 1" in page


def test_a_colleague_who_accepts_takes_over_and_the_first_one_is_let_in_no_longer():
    lea, tom = counsellor(1), counsellor(2)
    waiting = writes(SAFE, computer=False)
    console = signed_in(lea)
    console.post("/line/console/take/")
    address = f"/line/people/{waiting.access.person}/"
    console.post(f"{address}invite/", {"colleague": str(tom.id), "kind": "hand-over"})
    page = signed_in(tom).get("/line/console/").content.decode()
    number = re.search(r"/line/console/asked/(\d+)/", page)[1]
    signed_in(tom).post(f"/line/console/asked/{number}/", {"do": "accept"})
    assert Contact.objects.get().taken_by == tom
    assert console.get(address).status_code == 403
    assert signed_in(tom).get(address).status_code == 200


def test_a_second_colleague_joins_and_both_read():
    lea, tom = counsellor(1), counsellor(2)
    waiting = writes(SAFE, computer=False)
    console, other = signed_in(lea), signed_in(tom)
    console.post("/line/console/take/")
    address = f"/line/people/{waiting.access.person}/"
    console.post(f"{address}invite/", {"colleague": str(tom.id), "kind": "second"})
    number = re.search(r"/line/console/asked/(\d+)/", other.get("/line/console/").content.decode())[1]
    other.post(f"/line/console/asked/{number}/", {"do": "accept"})
    assert (console.get(address).status_code, other.get(address).status_code) == (200, 200)
    assert Contact.objects.get().taken_by == lea


def test_closing_ends_what_let_the_counsellor_in_and_the_person_can_write_again():
    lea = counsellor(1)
    client = stranger("no")
    send(client, SAFE)
    console = signed_in(lea)
    console.post("/line/console/take/")
    person = Person.objects.get()
    console.post(f"/line/people/{person.id}/close/", {"outcome": "helped", "do": "close"})
    assert not CareRelationship.objects.filter(ends=None).exists()
    assert console.get(f"/line/people/{person.id}/").status_code == 403
    send(client, "toch nog iets", once="2")
    assert Contact.objects.get().state == "waiting"


def test_notes_are_for_those_who_have_the_talk():
    lea = counsellor(1)
    writes(SAFE, computer=False)
    console = signed_in(lea)
    console.post("/line/console/take/")
    person = Person.objects.get()
    page = console.post(
        f"/line/people/{person.id}/note/", {"kind": "tried", "text": "Ademoefening gedaan"}, follow=True
    ).content.decode()
    assert "Ademoefening gedaan" in page


def test_where_the_service_says_so_the_human_reads_before_the_computers_view():
    crew, now = in_service(), timezone.now()
    second = named.account("Dr Boer")
    grant_role(second, Role.CLINICAL_LEAD, now=now - timedelta(days=1))
    made = policies.propose(Policy(0, 0.1, 30, read_first=True), "Read first", by=crew.lead, at=now)
    policies.approve(made.version, by=second, at=now)
    lea = counsellor(1)
    waiting = writes(MEANS)
    console = signed_in(lea)
    assert "<mark>" not in console.get("/line/console/").content.decode()
    assert "<mark>" not in console.post("/line/console/take/", follow=True).content.decode()
    assert "<mark>" in console.get(f"/line/people/{waiting.access.person}/?computer=yes").content.decode()


def test_a_live_page_hears_that_something_changed_and_nothing_more():
    lea = counsellor(1)
    console = signed_in(lea)
    seen = re.search(r'data-live="[^"]*seen=([^"]*)"', console.get("/line/console/").content.decode())[1]
    writes(SAFE, computer=False)
    said = b"".join(console.get(f"/line/console/live/?seen={seen}").streaming_content).decode()
    assert "event: changed" in said
    assert "zus" not in said
