"""A rhythm comes by a person's wish alone: at their time on their clock, once, without counting, and it stops at one press."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.people.roles import Scope
from samen.rooms.companion import offering, rhythm
from samen.rooms.companion.jobs import reminding, wished
from samen.rooms.companion.models.rhythm import Offers, Wished
from samen.rooms.companion.rhythm import Rhythm
from samen.rooms.companion.store import modules
from samen.rooms.companion.store import rhythm as store
from samen.rooms.companion.store import talk as talks
from samen.rooms.treatment import door as treatment
from tests import named
from tests.rooms.companion import in_use

HERE = "Europe/Amsterdam"
ALL_DAYS = tuple(range(7))


def wish(*, what="check-in", days=(6,), at=time(2, 30), zone=HERE, until=date(2027, 6, 1)):
    return Rhythm(what, days, at, zone, until)


def clock(text, zone=HERE):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# --- the clock ---


def test_a_rhythm_keeps_to_the_clock_of_the_person_when_summer_time_begins_and_ends():
    evening = wish(days=ALL_DAYS, at=time(19, 0))
    assert rhythm.moment(evening, date(2027, 3, 27)).hour == 18
    assert rhythm.moment(evening, date(2027, 3, 28)).hour == 17
    assert rhythm.moment(evening, date(2026, 10, 25)).hour == 18


def test_a_time_that_the_clock_skips_comes_an_hour_later_that_day():
    made = rhythm.moment(wish(), date(2027, 3, 28))
    assert made.astimezone(ZoneInfo(HERE)).time() == time(3, 30)


def test_a_time_that_the_clock_shows_twice_comes_once():
    night = wish(days=ALL_DAYS)
    first = rhythm.next_after(night, clock("2026-10-24T12:00"))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert rhythm.next_after(night, first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_somebody_far_away_has_their_own_day():
    there = wish(days=(0,), at=time(8), zone="Pacific/Auckland")
    assert rhythm.next_after(there, clock("2026-11-29T12:00")).isoformat() == "2026-11-29T19:00:00+00:00"


def test_nothing_comes_after_the_last_day_which_itself_counts():
    last = wish(days=ALL_DAYS, at=time(9), until=date(2026, 12, 1))
    assert rhythm.next_after(last, clock("2026-12-01T08:59")) == clock("2026-12-01T09:00")
    assert rhythm.next_after(last, clock("2026-12-01T09:00")) is None


def test_a_line_stands_from_its_time_on_and_goes_by_itself_after_two_days():
    weekly = wish(days=(2,), at=time(19))
    begun, moment = clock("2026-11-20T12:00"), clock("2026-11-25T19:00")
    assert rhythm.due(weekly, begun, moment - timedelta(seconds=1)) is None
    assert rhythm.due(weekly, begun, moment) == moment
    assert rhythm.due(weekly, begun, moment + timedelta(days=1, hours=23)) == moment
    assert rhythm.due(weekly, begun, moment + timedelta(days=2)) is None
    assert rhythm.due(weekly, moment, moment + timedelta(hours=1)) is None


# --- what is filled in ---

NOW = clock("2026-11-26T10:00")
GIVEN = {"what": ["check-in"], "days": ["0", "3"], "at": ["19:30"], "zone": [HERE], "until": ["2027-01-31"]}


def test_what_was_filled_in_becomes_a_rhythm():
    made = rhythm.read(GIVEN, ["check-in"], NOW)
    assert made == Rhythm("check-in", (0, 3), time(19, 30), HERE, date(2027, 1, 31))


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("what", ["constipation"], "what"),
        ("days", [], "days"),
        ("days", ["9", "x"], "days"),
        ("at", ["soon"], "at"),
        ("zone", ["Mars/Olympus"], "zone"),
        ("until", [""], "until"),
        ("until", ["2026-11-01"], "until"),
        ("until", ["2036-11-01"], "until"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named(field, value, problem):
    assert rhythm.read({**GIVEN, field: value}, ["check-in"], NOW) == problem


# --- offers ---

ABOUT = {"phq-9": 14, "gad-7": 14}


def test_a_questionnaire_is_offered_unless_it_was_filled_in_for_these_days_or_refused():
    def after(said=None, last=None):
        return offering.offered(("phq-9", "gad-7"), said or {}, last or {}, ABOUT, NOW)

    assert after() == "phq-9"
    assert after(last={"phq-9": NOW - timedelta(days=13)}) == "gad-7"
    assert after(last={"phq-9": NOW - timedelta(days=14)}) == "phq-9"
    assert after({"phq-9": offering.NEVER}) == "gad-7"
    assert after({"phq-9": (NOW + timedelta(days=1)).isoformat()}) == "gad-7"
    assert after({"phq-9": (NOW - timedelta(days=1)).isoformat()}) == "phq-9"
    assert after({"phq-9": offering.NEVER, "gad-7": offering.NEVER}) == ""
    assert offering.offered((), {}, {}, ABOUT, NOW) == ""


@pytest.mark.django_db
def test_each_exercise_that_offers_is_there_and_offers_what_is_asked_here():
    fits = wished.fits()
    assert set(fits) <= set(modules.in_use().exercises)
    assert {each for offered in fits.values() for each in offered} <= set(treatment.offers("nl"))
    assert not {"safety-plan", "know-self-harm", "know-psychosis"} & set(fits)


# --- pages and mails ---


@pytest.fixture
def noor(db):
    in_use.in_service()
    who = named.person("Noor", "nl")
    in_use.says_yes(who, "nl")
    return who


@pytest.fixture
def client(noor):
    return in_use.visitor(noor, "nl")


def own(who):
    return named.own(who, Scope.TALK)


def set_for(who, *, ago=timedelta(minutes=1), mail=False, what="check-in", zone=HERE):
    """Let somebody have a daily rhythm that began two days ago and was due so long ago."""
    now = timezone.now()
    at = (now - ago).astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    daily = Rhythm(what, ALL_DAYS, at.time(), zone, at.date() + timedelta(days=30))
    return store.begin(own(who), daily, mail=mail, language="nl", at=now - timedelta(days=1, hours=20))


@pytest.mark.row("S3")
def test_by_default_there_is_nothing_and_nothing_is_chosen_beforehand(noor, client):
    html = client.get("/companion/rhythm/").content.decode()
    assert "Je hebt niets ingesteld" in html
    assert " checked" not in html
    assert 'name="mail"' in html
    assert wished.lines(own(noor), "nl", timezone.now()) == []
    assert "rond deze tijd" not in client.get("/companion/").content.decode()


def test_a_rhythm_is_set_shown_paused_gone_on_with_and_stopped(noor, client):
    until = (timezone.localdate() + timedelta(days=60)).isoformat()
    given = {"what": "worry-time", "days": ["2"], "at": "19:30", "zone": HERE, "until": until}
    assert client.post("/companion/rhythm/begin/", given).status_code == 302
    made = store.mine(own(noor))[0]
    assert "woensdag, 19:30 uur" in client.get("/companion/rhythm/").content.decode()
    change = reverse("companion:change-rhythm", args=[made.id])
    client.post(change, {"do": "pause"})
    assert "Gepauzeerd" in client.get("/companion/rhythm/").content.decode()
    client.post(change, {"do": "on"})
    assert not store.mine(own(noor))[0].paused
    client.post(change, {"do": "stop"})
    assert Wished.objects.count() == 0


def test_what_is_missing_is_said_and_what_was_filled_in_stays(client):
    answer = client.post("/companion/rhythm/begin/", {"what": "sleep", "days": ["1"], "at": "", "zone": HERE})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Geef een tijd" in html
    assert '<option value="sleep" selected>' in html
    assert Wished.objects.count() == 0


def test_the_line_stands_above_the_talk_and_begins_the_exercise_or_goes(noor, client):
    which = set_for(noor)
    address = reverse("companion:do-rhythm", args=[which])
    for page in ("/companion/", "/companion/talks/"):
        assert "rond deze tijd" in client.get(page).content.decode()
    client.post(address, {"do": "later"})
    assert "rond deze tijd" not in client.get("/companion/").content.decode()
    Wished.objects.update(aside_at=timezone.now() - timedelta(days=1))
    client.post(address, {"do": "begin"})
    html = client.get("/companion/").content.decode()
    assert "rond deze tijd" not in html
    open_now = talks.open_talk(own(noor), at=timezone.now())
    assert talks.turns(own(noor), open_now.id)[-1].pressed == "m:check-in"


def test_an_exercise_that_was_done_before_begins_in_a_new_talk_so_that_its_answers_stay(noor, client):
    before = in_use.talks(noor, "press:t:worry", "press:m:worry-time", "press:go", "press:s:7")
    client.post(reverse("companion:do-rhythm", args=[set_for(noor, what="worry-time")]), {"do": "begin"})
    assert talks.open_talk(own(noor), at=timezone.now()).id != before
    assert talks.state(own(noor), before)["known"]["worry-time"]


def test_with_a_no_to_the_program_the_line_leads_to_the_page_and_a_questionnaire_to_its_own(noor, client):
    which = set_for(noor)
    ask = set_for(noor, what="ask.phq-9")
    assert client.post(reverse("companion:do-rhythm", args=[ask]), {"do": "begin"}).url == "/questionnaires/phq-9/"
    client.post("/companion/choose/", {"yes": "0"})
    assert client.post(reverse("companion:do-rhythm", args=[which]), {"do": "begin"}).url.endswith("/check-in/")


def test_without_asking_for_it_no_mail_leaves(noor):
    set_for(noor)
    assert reminding.remind(timezone.now() + timedelta(days=1)) == 0
    assert mail.outbox == []


@pytest.mark.row("S3")
def test_the_one_mail_that_was_asked_for_leaves_once_and_says_nothing_of_what_it_is_about(noor):
    set_for(noor, mail=True)
    later = timezone.now() + timedelta(days=1)
    Wished.objects.update(next_at=later - timedelta(minutes=5))
    assert reminding.remind(later) == 1
    assert reminding.remind(later) == 0
    sent = mail.outbox[0]
    assert sent.to == [noor.account.email]
    for word in ("check-in", "oefening", "Noor", "gesprek", "reeks"):
        assert word not in f"{sent.subject} {sent.body}"
    assert "/companion/rhythm/" in sent.body


def test_of_two_who_look_at_the_same_time_one_sends(noor):
    which = set_for(noor, mail=True)
    later = timezone.now() + timedelta(days=1)
    assert store.claim(own(noor), which, now=later) is not None
    assert store.claim(own(noor), which, now=later) is None


def test_a_mail_that_is_hours_late_is_left_out_and_a_pause_holds_at_once(noor):
    which = set_for(noor, mail=True)
    later = timezone.now() + timedelta(days=1)
    Wished.objects.update(next_at=later - timedelta(hours=7))
    assert reminding.remind(later) == 0
    Wished.objects.update(next_at=later - timedelta(minutes=1))
    store.pause(own(noor), which, at=later)
    assert reminding.remind(later) == 0


def test_a_mail_that_did_not_leave_is_tried_again(noor, settings):
    set_for(noor, mail=True)
    later = timezone.now() + timedelta(days=1)
    Wished.objects.update(next_at=later - timedelta(minutes=5))
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    assert reminding.remind(later) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert reminding.remind(later + timedelta(minutes=1)) == 1


def test_nobody_else_sets_reads_or_stops_a_rhythm(noor):
    which, sam = set_for(noor), named.sam()
    named.in_care(noor, sam)
    seen = named.seen_by(sam, noor, Scope.TALK)
    for attempt in (lambda: store.mine(seen), lambda: store.stop(seen, which), lambda: store.said(seen)):
        with pytest.raises(NotAllowed):
            attempt()
    kim = in_use.visitor(named.person("Kim", "nl"), "nl")
    assert kim.post(reverse("companion:change-rhythm", args=[which]), {"do": "stop"}).status_code == 404
    assert Wished.objects.count() == 1


def test_whoever_is_erased_leaves_no_rhythm(noor):
    set_for(noor)
    store.say(own(noor), {"phq-9": "never"})
    assert store.remove(noor.id) == 2
    assert (Wished.objects.count(), Offers.objects.count()) == (0, 0)


def ended(noor, client):
    """Walk the exercise on worrying to its end; gives the page."""
    for _ in range(60):
        found = talks.open_talk(own(noor), at=timezone.now())
        reply = talks.turns(own(noor), found.id)[-1].reply
        if reply["ended"]:
            break
        buttons = [each for each, _ in reply["buttons"]]
        pressed = next((each for each in ("go", "s:7", "keep") if each in buttons), buttons[0])
        client.post("/companion/give/", {"press": pressed, "turn": found.turn, "once": str(found.turn)})
    return client.get("/companion/").content.decode()


def test_at_the_end_of_a_fitting_exercise_a_questionnaire_is_offered_and_a_no_is_kept(noor, client):
    in_use.talks(noor, "press:t:worry", "press:m:worry-time")
    html = ended(noor, client)
    assert "Een vragenlijst, als je wilt" in html
    assert reverse("treatment:ask", args=["gad-7"]) in html
    client.post("/companion/offers/gad-7/", {"say": "never"})
    assert "Een vragenlijst, als je wilt" not in client.get("/companion/").content.decode()
    assert "Mag weer worden aangeboden" in client.get("/companion/rhythm/").content.decode()
    client.post("/companion/offers/gad-7/", {"say": "again"})
    assert "Een vragenlijst, als je wilt" in client.get("/companion/").content.decode()
    client.post("/companion/offers/gad-7/", {"say": "not-now"})
    assert "Een vragenlijst, als je wilt" not in client.get("/companion/").content.decode()


def test_the_pages_ask_few_questions_of_the_database(noor, client):
    set_for(noor)
    in_use.talks(noor, "press:t:worry", "press:m:worry-time")
    ended(noor, client)
    for page in ("/companion/", "/companion/rhythm/"):
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
        assert len(asked) <= 15, (page, len(asked), [each["sql"][:90] for each in asked])
