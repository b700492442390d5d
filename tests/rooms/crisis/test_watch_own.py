"""Somebody is watched over by their own rule, and by nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.ledger.store import counts
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rights.register import Refused
from samen.rights.store import inference, stopping
from samen.rights.words import Recipient, Trait, Use
from samen.rooms.crisis import systems, watching
from samen.rooms.crisis.jobs import watching as jobs
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.models.watching import Alert, Told
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import watching as store
from samen.rooms.crisis.triage import Urgency
from samen.rooms.crisis.watching import Source, Step, Whom
from samen.rooms.record import door as record
from tests.named import sign_in
from tests.rights import example
from tests.rights.example import House
from tests.rooms.crisis.in_use import in_use

pytestmark = pytest.mark.django_db

DANGER = {
    "nl": "Ik wil dood, vanavond neem ik de pillen die ik klaar heb liggen.",
    "en": "I am going to kill myself tonight.",
}
CALM = "Vandaag met mijn zus in het park gewandeld, dat deed me goed."


@pytest.fixture
def made() -> House:
    made = example.house(at=timezone.now())
    in_use(systems.WATCH, made)
    return made


def rule(*steps: Step, **changes) -> watching.Rule:
    said = {
        "steps": steps, "message": "Bel me, of kom langs. Thee helpt.", "never": "Niet mijn ouders bellen.",
        "level": Level.DANGER, "first_minutes": 5, "next_minutes": 15, "language": "nl",
        "until": timezone.now() + timedelta(days=60),
    }  # fmt: skip
    return watching.Rule(**(said | changes))


def mum(made: House, *, agrees: bool = True) -> str:
    contact, token = store.name_contact(made.own(), "Mam", "mam@example.org", at=timezone.now())
    if agrees:
        store.answer(token, yes=True, at=timezone.now())
    return str(contact)


def watched(made: House, *, source: Source = Source.JOURNAL, said_yes: bool = True, **changes) -> str:
    """Noor names her mother, who agrees; writes a rule; and says yes to her notes being read."""
    contact = mum(made)
    steps = (Step(Whom.CONTACT, contact),)
    store.write(made.own(), rule(*steps, **changes), at=timezone.now())
    if said_yes:
        example.say_yes(made, systems.WATCH, at=timezone.now(), uses=sorted(watching.uses(source, steps)))
    return contact


def notes(made: House, text: str) -> None:
    record.add_own_entry(made.own(Scope.NOTES), "note", text, timezone.now())


def look(made: House) -> str:
    return jobs.heard(made.noor.id, Source.JOURNAL, now=timezone.now())


def later(minutes: int) -> int:
    return jobs.tell_who_is_due(timezone.now() + timedelta(minutes=minutes))


@pytest.mark.row("A-U3a", "O4")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_danger_reaches_the_own_contact_in_the_persons_own_words_and_nobody_else(made: House, language: str):
    watched(made)
    notes(made, DANGER[language])
    assert look(made) == "alert"
    assert later(4) == 0  # the person's own minutes come first
    assert later(6) == 1
    (letter,) = mail.outbox
    assert letter.to == ["mam@example.org"]
    assert "Thee helpt." in letter.body
    assert "Niet mijn ouders bellen." in letter.body
    assert DANGER[language] not in letter.body
    assert counts()["disclosure"] == 1


def test_a_mail_leaves_once_whatever_is_repeated(made: House):
    watched(made)
    notes(made, DANGER["nl"])
    look(made)
    assert [later(6), later(7), look(made), later(8)] == [1, 0, "was told before", 0]


def test_a_mail_that_did_not_leave_is_sent_a_minute_later(made: House, settings):
    watched(made)
    notes(made, DANGER["nl"])
    look(made)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    assert later(6) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert later(7) == 1
    assert Told.objects.count() == 1


def test_calm_words_tell_nobody_and_are_shown_as_read(made: House):
    watched(made)
    notes(made, CALM)
    assert look(made) == "heard nothing that the rule names"
    assert later(60) == 0
    assert inference.latest(made.own(Scope.FINDINGS), systems.WATCH.id) is not None


def test_without_a_yes_to_the_place_nothing_is_read(made: House):
    watched(made, said_yes=False)
    notes(made, DANGER["nl"])
    assert look(made) == "NO_CONSENT"
    assert not Alert.objects.exists()


def test_a_yes_to_one_place_opens_no_other(made: House):
    watched(made, source=Source.COMMUNITY)
    notes(made, DANGER["nl"])
    assert look(made) == "NO_CONSENT"


def test_without_a_rule_a_note_is_never_looked_at(made: House):
    notes(made, DANGER["nl"])
    assert look(made) == "off"
    assert inference.latest(made.own(Scope.FINDINGS), systems.WATCH.id) is None


def test_a_contact_who_did_not_say_yes_is_told_nothing(made: House):
    contact = mum(made, agrees=False)
    steps = (Step(Whom.CONTACT, contact),)
    store.write(made.own(), rule(*steps), at=timezone.now())
    example.say_yes(made, systems.WATCH, at=timezone.now(), uses=sorted(watching.uses(Source.JOURNAL, steps)))
    notes(made, DANGER["nl"])
    look(made)
    later(6)
    assert mail.outbox == []


def test_a_pause_stops_at_once_also_what_was_about_to_be_told(made: House):
    watched(made)
    notes(made, DANGER["nl"])
    look(made)
    store.pause(made.own(), on=True, at=timezone.now())
    assert later(6) == 0
    notes(made, DANGER["nl"])
    assert look(made) == "off"


def test_a_stop_with_proof_ends_the_watch_and_clears_what_it_said(made: House):
    watched(made)
    notes(made, DANGER["nl"])
    look(made)
    stop = stopping.order(made.own(), rights.systems(), "system", systems.WATCH.id, at=timezone.now(), language="nl")
    stopping.carry_out(stop, rights.systems(), lambda system, person: systems.watches.clear(person), at=timezone.now())
    assert later(6) == 0
    assert inference.latest(made.own(Scope.FINDINGS), systems.WATCH.id).body is None


def test_after_this_was_wrong_nobody_is_told(made: House):
    watched(made)
    notes(made, DANGER["nl"])
    look(made)
    alert = store.alerts(made.own())[0]
    answer = sign_in(Client(), made.noor.account).post(reverse("crisis:watch-wrong", args=[alert.id]))
    assert answer.url == reverse("rights:misfit", args=[alert.record])
    assert later(6) == 0
    assert store.alerts(made.own())[0].ended_by == "wrong"


def test_whoever_says_that_they_have_seen_it_ends_the_telling(made: House):
    contact = mum(made)
    steps = (Step(Whom.CONTACT, contact), Step(Whom.CLINICIANS))
    store.write(made.own(), rule(*steps), at=timezone.now())
    example.say_yes(made, systems.WATCH, at=timezone.now(), uses=sorted(watching.uses(Source.JOURNAL, steps)))
    notes(made, DANGER["nl"])
    look(made)
    later(6)
    link = mail.outbox[0].body.split("/told/")[1].split()[0]
    assert Client().get(reverse("crisis:told", args=[link])).status_code == 200
    Client().post(reverse("crisis:told", args=[link]))
    assert later(60) == 0
    assert store.alerts(made.own())[0].ended_by == "answered"


def test_where_nobody_answers_the_clinicians_are_next(made: House):
    contact = mum(made)
    steps = (Step(Whom.CONTACT, contact), Step(Whom.CLINICIANS))
    store.write(made.own(), rule(*steps), at=timezone.now())
    example.say_yes(made, systems.WATCH, at=timezone.now(), uses=sorted(watching.uses(Source.JOURNAL, steps)))
    notes(made, DANGER["nl"])
    look(made)
    assert [later(6), later(21)] == [1, 1]
    assert [letter.to for letter in mail.outbox] == [["mam@example.org"], ["sam@example.org"]]


def test_the_help_line_gets_a_talk_that_says_now_with_the_words_of_the_rule(made: House):
    steps = (Step(Whom.LINE),)
    store.write(made.own(), rule(*steps), at=timezone.now())
    example.say_yes(made, systems.WATCH, at=timezone.now(), uses=sorted(watching.uses(Source.JOURNAL, steps)))
    notes(made, DANGER["nl"])
    look(made)
    later(6)
    later(7)
    talk = Contact.objects.get(person=made.noor)
    assert (talk.state, talk.own_urgency, talk.messages.count()) == ("waiting", Urgency.NOW, 1)


def test_a_rule_cannot_last_longer_than_half_a_year(made: House):
    with pytest.raises(ValueError, match="TOO_LONG"):
        store.write(made.own(), rule(until=timezone.now() + timedelta(days=200)), at=timezone.now())


def test_nobody_but_the_person_reads_or_changes_the_watch(made: House):
    watched(made)
    sam = Allowed(person=made.noor.id, scope=Scope.RIGHTS, ground=Ground.CARE, role=Role.CLINICIAN, actor=made.sam.id)
    for question in (store.newest, store.contacts, store.alerts):
        with pytest.raises(NotAllowed):
            question(sam)


@pytest.mark.row("K6.5", "K6.6", "S5", "S10")
@pytest.mark.parametrize(
    "changed",
    [
        {"uses": (Use(watching.CATEGORY[Source.JOURNAL], systems.WATCH.manifest.uses[0].purpose, Recipient.POLICE),)},
        {"traits": frozenset({Trait.WELFARE_CHECK})},
        {"traits": frozenset({Trait.INVOLUNTARY_TREATMENT})},
        {"traits": frozenset({Trait.COVERT})},
        {"traits": frozenset({Trait.SOCIAL_MEDIA})},
    ],
    ids=["police", "welfare check", "involuntary treatment", "covert", "social media"],
)
def test_a_watch_that_tells_the_police_or_hides_cannot_be_registered(changed: dict):
    with pytest.raises(Refused, match="PROHIBITED"):
        rights.register(replace(systems.WATCH.manifest, id="crisis.watch-else", **changed))


def test_there_is_no_way_to_tell_the_police(made: House):
    assert {each.value for each in Whom} == {"contact", "clinicians", "line"}


def test_erasing_the_person_erases_the_watch(made: House):
    watched(made)
    notes(made, DANGER["nl"])
    look(made)
    later(6)
    rights.erase(made.noor.id, at=timezone.now())
    assert not Alert.objects.exists()
    assert later(60) == 0


# --- the pages --------------------------------------------------------------------------------------------------------


def page(made: House, language: str = "nl") -> str:
    client = sign_in(Client(), made.noor.account)
    client.cookies["django_language"] = language
    answer = client.get(reverse("crisis:watch"))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.row("K1.9")
@pytest.mark.parametrize(("language", "said"), [("nl", "Niemand kijkt nu mee"), ("en", "Nobody is watching now")])
def test_the_page_says_that_nobody_is_watching_now(made: House, language: str, said: str):
    assert said in page(made, language)


def test_the_page_says_why_it_does_not_work_yet(made: House):
    contact = mum(made, agrees=False)
    store.write(made.own(), rule(Step(Whom.CONTACT, contact)), at=timezone.now())
    assert "heeft nog geen ja gezegd" in page(made)


def test_a_person_sets_it_up_by_pressing_what_the_page_offers(made: House):
    client = sign_in(Client(), made.noor.account)
    client.post(reverse("crisis:watch-contact"), {"name": "Mam", "email": "mam@example.org"})
    link = mail.outbox[0].body.split("/asked/")[1].split()[0]
    assert Client().get(reverse("crisis:asked", args=[link])).status_code == 200
    Client().post(reverse("crisis:asked", args=[link]), {"answer": "yes"})
    contact = store.contacts(made.own())[0]
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    given = {"first": contact.id, "then": "nobody", "message": "Bel me.", "never": "", "level": "3", "first_minutes": "0",
             "next_minutes": "15", "until": until}  # fmt: skip
    assert client.post(reverse("crisis:watch-rule"), given).status_code == 302
    kept = store.newest(made.own())
    assert kept.rule.steps == (Step(Whom.CONTACT, str(contact.id)),)


def test_a_rehearsal_shows_what_would_be_sent_and_keeps_nothing(made: House):
    watched(made)
    client = sign_in(Client(), made.noor.account)
    client.cookies["django_language"] = "nl"
    shown = client.post(reverse("crisis:watch-rehearse"), {"text": DANGER["nl"]}).content.decode()
    assert "OEFENING" in shown
    assert "Thee helpt." in shown
    assert inference.latest(made.own(Scope.FINDINGS), systems.WATCH.id) is None
    assert counts()["validation-run"] == 1
    assert not Alert.objects.exists()
    assert mail.outbox == []


def test_the_sign_stands_on_every_page_while_it_is_on_and_never_else(made: House):
    client = sign_in(Client(), made.noor.account)
    client.cookies["django_language"] = "nl"
    today = reverse("today")
    assert "Een computer leest mee" not in client.get(today).content.decode()
    watched(made)
    assert "Een computer leest mee" in client.get(today).content.decode()
    store.pause(made.own(), on=True, at=timezone.now())
    assert "Een computer leest mee" not in client.get(today).content.decode()


def test_a_link_that_nobody_gave_says_nothing_about_anybody():
    assert Client().get(reverse("crisis:told", args=["nothing"])).status_code == 404
    assert Client().get(reverse("crisis:asked", args=["nothing"])).status_code == 404
