"""Places of one's own: found by nights and days alone, named by their person, told nobody, and gone with the measurements."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.body import tell
from samen.rights.words import Denied, Gathered, Released
from samen.rooms.sensing import own_places, systems, validation, whereabouts
from samen.rooms.sensing.inference import placing
from samen.rooms.sensing.jobs import insights as jobs
from samen.rooms.sensing.models.own_places import OwnPlace
from samen.rooms.sensing.own_places import Kind, Name
from samen.rooms.sensing.simulator import staying
from samen.rooms.sensing.store import archive, erasing, inbox
from samen.rooms.sensing.store import own_places as store
from samen.rooms.sensing.store.events import Range
from samen.words import sentences
from tests import named
from tests.rights import example
from tests.rights.example import House
from tests.rooms.crisis.in_use import in_use
from tests.rooms.sensing import sending

MONDAY = date(2026, 1, 5)
HOME, WORK, GARDEN = (0.0, 0.0), (3000.0, 0.0), (0.0, 2000.0)  # m from home


def month(*stays: tuple[int, float, float, int], days: int = 28) -> pl.DataFrame:
    """Give points of days that are all alike but for what is named: (day, from hour, to hour, place)."""
    whole = [(day * 1440 + round(a * 60), day * 1440 + round(b * 60), place) for day, a, b, place in sorted(stays)]
    made = staying.Month(MONDAY, (HOME, WORK, GARDEN), tuple(whole), (), 1)
    return staying.points(made.plain()).filter(pl.col("local") < MONDAY + timedelta(days=days))


def by_kind(rows: pl.DataFrame, days: int = 28) -> dict[str, own_places.Place]:
    found = own_places.found(rows, MONDAY + timedelta(days=days - 1))
    return {each.kind: each for each in found.places}


def working(days: int = 28, *, garden: tuple[int, ...] = ()) -> pl.DataFrame:
    """Give days of work from 9 to 17 on weekdays, with two hours in the garden on some weekend days."""
    stays = []
    for day in range(days):
        away = WORK if day % 7 < 5 else GARDEN if day in garden else None
        begin, end = (9, 17) if day % 7 < 5 else (14, 16)
        if away is None:
            stays.append((day, 0, 24, 0))
        else:
            stays += [(day, 0, begin - 0.5, 0), (day, begin, end, 1 if day % 7 < 5 else 2), (day, end + 0.5, 24, 0)]
    return month(*stays, days=days)


def test_home_is_where_nights_and_most_time_are_spent_and_work_is_only_a_place_of_weekdays():
    found = by_kind(working(garden=(5, 12, 19, 26)))
    assert (found[Kind.HOME].nights, found[Kind.HOME].nights_seen, found[Kind.HOME].sure) == (28, 28, "fairly")
    assert (found[Kind.WEEKDAYS].weekdays, found[Kind.WEEKDAYS].weekends) == (20, 0)
    assert (found[Kind.WEEKENDS].weekends, found[Kind.WEEKENDS].weekends_seen) == (4, 8)
    assert found[Kind.WEEKENDS].sure == "little"


def test_a_days_minutes_go_to_places_the_way_and_what_was_not_seen():
    day = own_places.found(working(), MONDAY + timedelta(days=27)).days[0]
    assert day.day == MONDAY
    assert day.at[1] == pytest.approx(15 * 60, abs=40)  # 0 to 8.30 and 17.30 to 24, to a step of ten minutes
    assert day.at[2] == pytest.approx(8 * 60, abs=40)
    assert sum(day.at.values()) + day.other + day.way + day.unseen == pytest.approx(1440, abs=3)
    assert day.at[1] + day.at[2] <= 1440


def test_where_somebody_works_at_night_is_not_called_home():
    stays = [each for day in range(28) for each in ((day, 0, 6.5, 1), (day, 7, 22, 0), (day, 22.5, 24, 1))]
    found = by_kind(month(*stays))
    assert Kind.HOME not in found
    assert found[Kind.NIGHTS].number == 2  # the place of the nights is not where most time is


def test_of_two_homes_none_is_called_the_one():
    stays = [(day, 0, 24, 0 if day % 2 else 2) for day in range(28)]
    assert set(by_kind(month(*stays))) == {Kind.NIGHTS}


def test_under_seven_days_and_of_a_place_of_two_days_nothing_is_said():
    assert set(by_kind(working(6), 6)) == {""}
    found = by_kind(working(garden=(5, 12)))
    assert found[""].days == 2


def test_what_a_place_is_to_others_is_never_said_there_are_no_words_for_it():
    told = {
        key: forms
        for key, forms in sentences().items()
        if key.startswith(("sensing.own_places.looks.", "sensing.own_places.why."))
    }
    assert {key.split(".")[3] for key in told} == {str(each) for each in Kind}
    meant = r"clinic|hospital|doctor|church|mosque|pub\b|shop|work\b|school|kliniek|ziekenhuis|dokter|kerk|moskee|kroeg|winkel|werk\b"
    assert not [text for forms in told.values() for text in forms.values() if re.search(meant, text, re.IGNORECASE)]


@pytest.fixture(scope="module")
def tried() -> list[tuple[validation.Case, Gathered, dict]]:
    """Give made-up months with what is read of each and what is said."""
    made = validation.place_cases(7, each=2, short=2)
    read = [placing.of_material(each.material) for each in made]
    return [(case, each, dict(placing.infer(each).value)) for case, each in zip(made, read, strict=True)]


def test_on_made_up_people_home_is_right_places_are_true_and_nothing_is_said_without_a_reason(tried):
    judged = validation.judge_places([case for case, _, _ in tried], [value for _, _, value in tried])
    found = {name: each.value for name, each in judged.items()}
    assert found == {"home_right": 1, "home_wrong": 0, "matched": 1, "unfounded": 0, "abstains_when_due": 1}


def test_the_judge_sees_a_wrong_home_and_a_reason_that_does_not_hold(tried):
    whole = [(case, value) for case, _, value in tried if case.kind != "short"]
    swapped = [{"places": [{**each, "kind": "home"} for each in value["places"][1:]]} for _, value in whole]
    found = validation.judge_places([case for case, _ in whole], swapped)
    assert found["home_right"].value == 0
    assert found["home_wrong"].value == 1
    assert found["unfounded"].value > 0.3


@pytest.mark.row("R3.1c")
def test_without_the_nights_that_are_stated_as_the_reason_no_place_is_called_home(tried):
    """Take away the main reason that an explanation states: what is said turns each time."""
    homes = [read for _, read, value in tried if any(place["kind"] == "home" for place in value["places"])]
    assert len(homes) == 4
    for read in homes:
        by_day = read.data.rows.filter(pl.col("local").dt.hour() >= own_places.NIGHT_HOURS)
        left = placing.infer(replace(read, data=replace(read.data, rows=by_day))).value
        assert not any(place["kind"] == "home" for place in left["places"])


# --- names ------------------------------------------------------------------------------------------------------------------


def test_the_nearest_name_within_reach_stands_for_a_place():
    near, far = Name("1", "home", ((0.0, 0.0),)), Name("2", "far", ((0.0, 0.1),))
    assert own_places.name_of((0.001, 0.0), [far, near]) == near  # 111 m
    assert own_places.name_of((0.002, 0.0), [far, near]) is None


def test_an_explanation_begins_with_the_persons_own_names_and_tells_no_coordinates():
    rows = working(garden=(5, 12, 19))
    names = (Name("1", "the nest", (staying.middle_of(HOME),)), Name("2", "", (staying.middle_of(WORK),)))
    read = Gathered((), placing.Whereabouts(rows, MONDAY + timedelta(days=27), names))
    finding = placing.infer(read)
    why = placing.explain(read, finding)
    told = [tell(each, "en") for each in why.factors]
    assert told[0].startswith("You call this place “the nest”")
    assert "28 of the 28 nights" in told[1]
    assert len(finding.value["places"]) == 2  # what is left out is not among them
    first = finding.value["days"][0]
    assert first["other"] == pytest.approx(480, abs=40)
    assert not re.search(r"\d+\.\d{3,}", " ".join([*told, tell(why.says, "en"), tell(why.says_to_staff, "en")]))


def test_a_day_is_told_in_own_names_and_what_has_none_is_counted_together():
    value = {
        "places": [{"number": n, "latitude": north, "longitude": 0.0} for n, north in ((1, 0.0), (2, 0.1), (3, 0.2))],
        "days": [{"day": "2026-01-05", "at": [[1, 845], [2, 120], [3, 60]], "other": 0, "way": 35, "unseen": 380}],
    }
    names = [Name("1", "home", ((0.0, 0.0),)), Name("2", "the allotment", ((0.1, 0.0),))]
    (told,) = whereabouts.lines(value, names, "en").items()
    assert (told[0], told[1].replace("\N{NO-BREAK SPACE}", " ")) == (
        MONDAY,
        "home 14 h 05, the allotment 2 h 00, places without a name 1 h 00, on the way 0 h 35, not seen 6 h 20",
    )
    assert whereabouts.lines(value, names, "nl")[MONDAY].endswith(
        "niet gezien 6\N{NO-BREAK SPACE}u\N{NO-BREAK SPACE}20"
    )


# --- with measurements ------------------------------------------------------------------------------------------------------

DAYS = 9
SPOTS = {0: (52.1, 5.1), 1: (52.13, 5.1)}


@pytest.fixture
def made() -> Iterator[House]:
    shutil.rmtree(archive.folder(), ignore_errors=True)
    yield example.house(at=timezone.now())
    shutil.rmtree(archive.folder(), ignore_errors=True)


def fix(at: datetime, place: int) -> dict:
    north, east = SPOTS[place]
    data = {"latitude": north, "longitude": east, "altitude": 1.0, "accuracy": 10.0}
    return {"timestamp": int(at.timestamp() * 1000), "sensor": "lamp.gps", "data": data}


def walked(made: House, *, other: tuple[int, ...] = (2, 4, 6)) -> sending.Sender:
    """Let Noor's phone send nine days: at one place, and from 10 to 14 at another on some of them."""
    mine = sending.sender(made.noor, "gps")
    first = timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=DAYS), datetime.min.time()))
    events = []
    for step in range(DAYS * 72):
        at = first + timedelta(minutes=20 * step)
        local = timezone.localtime(at)
        events.append(fix(at, int((local.date() - first.date()).days in other and 10 <= local.hour < 14)))
    mine.send(events, at=timezone.now())
    inbox.drain(at=timezone.now())
    return mine


def look(made: House) -> Released:
    outcome = jobs.run(systems.PLACES, made.noor.id, made.own())
    assert isinstance(outcome, Released), outcome
    return outcome


def say_yes(made: House) -> None:
    if not rights.in_use(systems.PLACES):
        in_use(systems.PLACES, made)
    example.say_yes(made, systems.PLACES, at=timezone.now(), uses=list(systems.PLACES.manifest.uses))


def places(outcome: Released) -> list[tuple[float, float]]:
    return [whereabouts.middle_of(each) for each in outcome.finding.value["places"]]


@pytest.mark.django_db
@pytest.mark.row("A-U1a", "S1", "K6.1")
def test_places_are_looked_for_with_a_yes_to_the_system_and_to_the_stream_and_with_neither_else(made: House):
    walked(made)
    in_use(systems.PLACES, made)
    assert isinstance(jobs.run(systems.PLACES, made.noor.id, made.own()), Denied)
    say_yes(made)
    found = look(made).finding
    assert [each["kind"] for each in found.value["places"]] == ["home", "often"]
    (home, other) = places(look(made))
    assert home == pytest.approx(SPOTS[0], abs=1e-4)
    assert other == pytest.approx(SPOTS[1], abs=1e-4)
    sending.say(made.noor, "gps", yes=False, at=timezone.now())
    assert look(made).finding.abstained  # the stream is off: nothing of it is read


@pytest.mark.django_db
def test_nobody_but_the_person_gives_reads_or_removes_a_name_and_it_lies_sealed(made: House):
    mine = made.own()
    store.give(mine, "volkstuin", SPOTS[0], at=timezone.now())
    (row,) = OwnPlace.objects.all()
    assert b"volkstuin" not in bytes(row.body)
    assert b"52.1" not in bytes(row.body)
    for refused in (
        lambda: store.of_person(made.care(Scope.RIGHTS)),
        lambda: store.give(made.care(Scope.RIGHTS), "x", SPOTS[1], at=timezone.now()),
        lambda: store.remove(made.care(Scope.RIGHTS), row.id),
    ):
        with pytest.raises(NotAllowed):
            refused()


@pytest.mark.django_db
def test_the_same_name_for_two_places_puts_them_together_and_a_place_has_one_name(made: House):
    mine, now = made.own(), timezone.now()
    assert store.give(mine, " Thuis ", SPOTS[0], at=now) is False
    assert store.give(mine, "thuis", SPOTS[1], at=now) is True
    (one,) = store.of_person(mine)
    assert (one.words, len(one.middles)) == ("Thuis", 2)
    store.give(mine, "volkstuin", SPOTS[1], at=now)
    by_words = {each.words: each for each in store.of_person(mine)}
    assert {words: len(each.middles) for words, each in by_words.items()} == {"Thuis": 1, "volkstuin": 1}
    garden = by_words["volkstuin"]
    assert store.rename(mine, garden.id, "THUIS")
    assert [(each.words, len(each.middles)) for each in store.of_person(mine)] == [("Thuis", 2)]
    store.leave_out(mine, SPOTS[0], at=now)
    assert {(each.words, each.left_out) for each in store.of_person(mine)} == {("Thuis", False), ("", True)}
    for words, code in (("  ", "NO_WORDS"), ("x" * 61, "TOO_LONG")):
        with pytest.raises(ValueError, match=code):
            store.give(mine, words, SPOTS[1], at=now)


@pytest.mark.django_db
@pytest.mark.row("R2.1c")
def test_a_name_goes_with_the_measurements_that_it_stands_for_and_one_that_still_has_some_stays(made: House):
    mine = walked(made, other=(4,))
    now = timezone.now()
    store.give(made.own(), "thuis", SPOTS[0], at=now)
    store.give(made.own(), "volkstuin", SPOTS[1], at=now)
    begin = timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=DAYS - 4), datetime.min.time()))
    first = int(begin.timestamp() * 1000)
    erasing.events(mine.access, mine.who, Range("", first, first + 86_400_000), at=now)
    assert [each.words for each in store.of_person(made.own())] == ["thuis"]
    erasing.events(mine.access, mine.who, Range(""), at=now, stream="steps")
    assert len(store.of_person(made.own())) == 1
    erasing.events(mine.access, mine.who, Range(""), at=now, stream="gps")
    assert store.of_person(made.own()) == []


@pytest.mark.django_db
@pytest.mark.row("R2.1c")
def test_erasing_a_person_takes_their_names_of_places_with_them(made: House):
    store.give(made.own(), "thuis", SPOTS[0], at=timezone.now())
    erasing.person(made.noor.id)
    assert not OwnPlace.objects.exists()


# --- the pages --------------------------------------------------------------------------------------------------------------


def page(client: Client, name: str = "sensing:places", *args: str) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
@pytest.mark.row("K6.1", "A-U1a")
def test_a_person_names_leaves_out_and_takes_back_and_their_days_speak_in_their_names(made: House, client: Client):
    walked(made)
    say_yes(made)
    found = look(made)
    noor = named.sign_in(client, made.noor)
    client.cookies["django_language"] = "en"
    shown = page(noor)
    assert "This looks like your home" in shown
    assert 'value="Home"' in shown  # offered, and given by nobody but the person
    assert reverse("rights:misfit", args=[found.record]) in shown
    assert store.of_person(made.own()) == []
    give = {"record": str(found.record), "number": "1"}
    noor.post(reverse("sensing:place-name"), {**give, "words": "the <b>nest</b>"})
    noor.post(reverse("sensing:place-name"), {**give, "number": "2", "do": "refuse"})
    shown = page(noor)
    assert "the &lt;b&gt;nest&lt;/b&gt;" in shown
    assert "Places that you left out" in shown
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert "the &lt;b&gt;nest&lt;/b&gt; 2" in page(noor, "sensing:day", yesterday)
    assert "the &lt;b&gt;nest&lt;/b&gt;" in page(noor, "sensing:days")
    told = json.loads(noor.post(reverse("sensing:take-file", args=["own"])).content)
    assert [each["words"] for each in told["places"]] == ["the <b>nest</b>", ""]
    (mine, out) = store.of_person(made.own())
    noor.post(reverse("sensing:place-change", args=[mine.id]), {"do": "rename", "words": "home"})
    noor.post(reverse("sensing:place-change", args=[out.id]), {"do": "back"})
    assert [each.words for each in store.of_person(made.own())] == ["home"]
    noor.post(reverse("sensing:take-delete"), {"sure": "yes"})
    assert store.of_person(made.own()) == []
    assert "Where you were" not in page(noor, "sensing:days")


@pytest.mark.django_db
def test_what_cannot_be_kept_is_said_and_nothing_is_kept(made: House, client: Client):
    walked(made)
    say_yes(made)
    found = look(made)
    noor = named.sign_in(client, made.noor)
    client.cookies["django_language"] = "nl"
    for given, says in (
        ({"words": "   "}, "Schrijf eerst een naam."),
        ({"words": "é" * 61}, "hoogstens 60 letters"),
        ({"number": "drie", "words": "thuis"}, "Dit voorstel is er niet meer."),
        ({"record": "x", "words": "thuis"}, "Dit voorstel is er niet meer."),
    ):
        sent = {"record": str(found.record), "number": "1", **given}
        assert says in noor.post(reverse("sensing:place-name"), sent, follow=True).content.decode()
    assert store.of_person(made.own()) == []
    change = reverse("sensing:place-change", args=[made.noor.id])
    assert noor.post(change, {"do": "rename", "words": "x"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.row("P4")
def test_whoever_says_no_sees_their_days_as_before(made: House, client: Client):
    walked(made)
    in_use(systems.PLACES, made)
    noor = named.sign_in(client, made.noor)
    client.cookies["django_language"] = "en"
    assert "Where you were" not in page(noor, "sensing:days")
    assert "No places are looked for" in page(noor)
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert "Where you were" not in page(noor, "sensing:day", yesterday)


@pytest.mark.django_db
def test_what_a_program_deletes_takes_what_was_said_of_it_too(made: House, client: Client):
    mine = walked(made)
    say_yes(made)
    look(made)
    key = {"authorization": f"Bearer {mine.device.access_key}:{mine.device.secret}"}
    address = reverse("sensing:lamp", args=["participant/me/sensor_event"])
    assert client.delete(address, headers=key).status_code == 200
    assert rights.latest(made.own(Scope.FINDINGS), systems.PLACES.id).body is None
