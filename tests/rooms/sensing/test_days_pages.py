"""My days: pictures beside one's own words, what stood out, taking along and taking back; and what is shared with a professional."""

import io
import json
import re
import shutil
import zipfile
from datetime import timedelta
from random import Random

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Category, Purpose
from samen.rooms.sensing import measures, own_signs, picture, strips, systems
from samen.rooms.sensing.jobs import insights as jobs
from samen.rooms.sensing.reading import beiwe, lamp
from samen.rooms.sensing.store import archive, copies, events, inbox, keys, refreshing
from samen.rooms.sensing.store import own_signs as store
from samen.rooms.sensing.store.events import Range
from tests import named
from tests.rights import example
from tests.rooms.crisis.in_use import in_use
from tests.rooms.sensing import sending

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = 86_400_000  # ms


@pytest.fixture
def noor(client: Client) -> Client:
    yield named.sign_in(client, named.noor())
    shutil.rmtree(archive.folder(), ignore_errors=True)


def days(back: int = 40, *, columns: tuple[str, ...] = ("steps_total_count",)) -> None:
    who = keys.participant_of(named.own(named.noor()), at=timezone.now())
    random = Random(1)
    rows = [
        {"day": TODAY - timedelta(days=at), "feature": column, "value": random.gauss(6000, 500), "coverage": 0.8}
        for at in range(1, back)
        for column in columns
    ]
    refreshing.keep(who, pl.DataFrame(rows))


def page(client: Client, name: str, *args: str, query: str = "") -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_days_stand_as_pictures_with_words_and_a_table_of_the_same_numbers(noor: Client):
    days()
    shown = page(noor, "sensing:days")
    assert 'role="img"' in shown
    assert "Usual for you" in shown
    assert shown.count("<tr><th") == 28 + 1  # each day of the four weeks, and the head
    assert "style=" not in shown


def test_a_day_that_is_not_over_is_not_drawn_as_a_quiet_one(noor: Client):
    days()
    who = keys.participant_of(named.own(named.noor()), at=timezone.now())
    refreshing.keep(who, pl.DataFrame([{"day": TODAY, "feature": "steps_total_count", "value": 37.0, "coverage": 0.1}]))
    assert "<td>37</td>" not in page(noor, "sensing:days")
    assert "37" in page(noor, "sensing:day", TODAY.isoformat())


def test_a_note_stands_beside_its_day_and_above_the_numbers(noor: Client):
    days()
    day = (TODAY - timedelta(days=2)).isoformat()
    noor.post(reverse("sensing:days-note"), {"text": "Long walk with <b>Kim</b>.", "day": day})
    shown = page(noor, "sensing:day", day)
    assert "Long walk with &lt;b&gt;Kim&lt;/b&gt;." in shown
    assert shown.index("Long walk") < shown.index("Steps")
    assert noor.post(reverse("sensing:days-note"), {"text": "", "day": day}).url == reverse("sensing:days")


def test_a_year_of_all_measures_asks_the_database_a_few_times(noor: Client, django_assert_max_num_queries):
    days(365, columns=tuple(each.column for each in measures.MEASURES))
    with django_assert_max_num_queries(15):
        assert page(noor, "sensing:days", query="?span=year").count("<svg") >= len(measures.MEASURES)


def test_there_is_no_delete_where_nothing_is_kept(noor: Client):
    assert "Delete" not in page(noor, "sensing:signal", "steps").split("<main")[1]
    assert "nothing to take along or delete" in page(noor, "sensing:take")


@pytest.fixture
def sent() -> sending.Sender:
    mine = sending.sender(named.noor(), "steps", "gps", "screen", "calls")
    places = [
        {"timestamp": sending.T0 + at * 60_000, "sensor": "lamp.gps",
         "data": {"latitude": 52.1 + at / 1000, "longitude": 5.1, "altitude": 3.0, "accuracy": 10.0}}
        for at in range(90)
    ]  # fmt: skip
    calls = [
        {"timestamp": sending.T0 + 5000, "sensor": "lamp.calls", "data": {"call_type": 2, "duration": 61, "trace": "x"}}
    ]
    mine.send([*places, *calls, *(sending.steps(sending.T0 + at * DAY) for at in range(3))])
    inbox.drain(at=sending.NOW)
    return mine


@pytest.mark.row("S1", "A-U1a")
def test_what_was_sent_is_taken_along_in_three_formats_that_can_be_read_again(noor: Client, sent, tmp_path):
    told = noor.post(reverse("sensing:take-file", args=["lamp"]))
    (tmp_path / "samen.json").write_bytes(b"".join(told.streaming_content))
    again = list(lamp.events_of(tmp_path / "samen.json"))
    assert len(again) == 94
    whole = zipfile.ZipFile(io.BytesIO(noor.post(reverse("sensing:take-file", args=["beiwe"])).content))
    whole.extractall(tmp_path / "beiwe")
    assert len([name for name in whole.namelist() if "/gps/" in name]) == 3  # one file for each hour
    read = beiwe.read(tmp_path / "beiwe", salt=b"x").tables
    assert read["gps"]["latitude"].to_list() == [52.1 + at / 1000 for at in range(90)]
    assert (read["calls"]["kind"].item(), read["calls"]["seconds"].item()) == ("out", 61.0)
    tables = zipfile.ZipFile(io.BytesIO(noor.post(reverse("sensing:take-file", args=["parquet"])).content))
    assert pl.read_parquet(tables.read("gps.parquet")).height == 90
    assert json.loads((tmp_path / "samen.json").read_text())


def test_nobody_else_gets_a_copy(sent):
    with pytest.raises(PermissionError):
        copies.zipped(named.own(named.kim()), sent.who, "beiwe")


@pytest.mark.row("A-U1a")
def test_a_day_that_is_deleted_is_gone_from_the_archive_and_so_is_what_was_said_about_it(noor: Client, sent):
    delete = reverse("sensing:take-delete")
    noor.post(delete, {"from": "2026-02-03", "to": "2026-02-03"})
    left = lambda: len(list(events.read(sent.access, sent.who, Range("sensor"))))  # noqa: E731
    assert left() == 94  # nobody ticked that they are sure
    noor.post(delete, {"from": "2026-02-03", "to": "2026-02-03", "sure": "yes"})
    assert left() == 93
    noor.post(delete, {"sure": "yes"})
    assert left() == 0


@pytest.mark.parametrize("name", ["sensing:take-delete", "sensing:remove"])
@pytest.mark.parametrize(
    "days",
    [
        {"from": "03-02-2026", "to": "03-02-2026"},  # as Dutch people write it: read as no day, it would have meant all
        {"from": "2026-02-03", "to": "2026-02-01"},
        {"to": "9999-12-31"},
        {"from": "0001-01-01"},
    ],
)
def test_a_day_that_cannot_be_read_deletes_nothing_and_says_so(noor: Client, sent, name: str, days: dict[str, str]):
    before = len(list(events.read(sent.access, sent.who, Range("sensor"))))
    args = ["steps"] if name == "sensing:remove" else []
    told = noor.post(reverse(name, args=args), {**days, "sure": "yes"}, follow=True).content.decode()
    assert "Nothing was deleted. Choose a first day" in told
    assert len(list(events.read(sent.access, sent.who, Range("sensor")))) == before


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_a_day_that_nobody_means_has_no_page_and_takes_no_note(noor: Client, day: str):
    assert noor.get(reverse("sensing:day", args=[day])).status_code == 404
    assert noor.post(reverse("sensing:days-note"), {"text": "x", "day": day}).url == reverse("sensing:days")


@pytest.mark.row("A-U1a", "K6.1")
def test_a_professional_sees_what_is_shared_and_nothing_else(client: Client, sent):
    days(columns=("steps_total_count", "mobility_distance_km"))
    named.in_care(named.noor(), named.sam())
    sam = named.sign_in(client, named.sam())
    about = str(named.noor().id)
    assert "shares no streams" in page(sam, "sensing:person-days", about)
    sending.say(named.noor(), "steps", yes=True, at=timezone.now(), since=sending.START, purpose=Purpose.CARE)
    shown = page(sam, "sensing:person-days", about)
    assert "Own usual" in shown
    assert "Usual for you" not in shown
    assert "Steps" in shown
    assert "Distance" not in shown
    assert not re.search(r"\brisk score|ranking", shown)
    sending.say(named.noor(), "steps", yes=False, at=timezone.now(), purpose=Purpose.CARE)
    assert "shares no streams" in page(sam, "sensing:person-days", about)


def test_what_stood_out_is_shown_with_its_reason_and_a_way_to_say_that_it_does_not_fit(client: Client):
    made = example.house(at=timezone.now())
    in_use(systems.CHANGE, made)
    who = keys.participant_of(made.own(), at=timezone.now())
    random = Random(2)
    rows = [
        {"day": TODAY - timedelta(days=at), "feature": "steps_total_count", "value": random.gauss(6000, 300) if at > 1 else 40.0}
        for at in range(1, 40)
    ]  # fmt: skip
    refreshing.keep(who, pl.DataFrame(rows))
    uses = [use for use in systems.CHANGE.manifest.uses if use.category is Category.STEPS]
    example.say_yes(made, systems.CHANGE, at=timezone.now(), uses=uses)
    noor = named.sign_in(client, made.noor)
    noor.post(reverse("sensing:days-look"))
    client.cookies["django_language"] = "en"
    newest = rights.latest(made.own(Scope.FINDINGS), systems.CHANGE.id)
    shown = page(noor, "sensing:days")
    assert "fewer steps than usual" in shown
    assert reverse("rights:misfit", args=[newest.id]) in shown
    assert 'class="label label--ai"' in shown


@pytest.mark.row("O4")
def test_a_sign_is_written_said_yes_to_paused_and_removed_on_its_own_page(noor: Client):
    write = {
        "words": "I walk less", "measure": "steps", "way": "less", "number": "2000", "days": "2", "of": "5",
        "whom": "me", "message": "", "until": (TODAY + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    mine = named.own(named.noor())
    assert noor.post(reverse("sensing:signs"), {**write, "number": ""}).status_code == 422
    noor.post(reverse("sensing:signs"), write)
    (kept,) = store.of_person(mine)
    assert (kept.sign.threshold, kept.sign.whom) == (2000.0, own_signs.Whom.ME)
    assert "have not said yes to this" in page(noor, "sensing:signs")
    change = reverse("sensing:sign-change", args=[kept.id])
    noor.post(change, {"answer": "yes"})
    assert "It is being looked for" in page(noor, "sensing:signs")
    noor.post(change, {"do": "pause"})
    assert "You paused it" in page(noor, "sensing:signs")
    noor.post(change, {"do": "remove"})
    assert store.of_person(mine) == []


def test_a_figure_too_large_to_be_said_is_not_kept_so_that_the_page_still_opens(noor: Client):
    write = {
        "words": "I sleep little", "measure": "asleep", "way": "less", "number": "1e308", "days": "2", "of": "5",
        "whom": "me", "message": "", "until": (TODAY + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    assert noor.post(reverse("sensing:signs"), write).status_code == 422
    assert store.of_person(named.own(named.noor())) == []
    assert "100000" in noor.post(reverse("sensing:signs"), write).content.decode()


def test_hours_that_a_person_writes_are_compared_in_the_unit_of_the_measure(noor: Client):
    write = {
        "words": "I sleep little", "measure": "asleep", "way": "less", "number": "5.5", "days": "2", "of": "5",
        "whom": "me", "message": "", "until": (TODAY + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    noor.post(reverse("sensing:signs"), write)
    (kept,) = store.of_person(named.own(named.noor()))
    assert kept.sign.threshold == 330.0
    assert jobs.look_for_signs(named.noor().id, at=timezone.now()).code == "NO_CONSENT"


def test_no_line_is_drawn_over_a_day_without_a_value_and_words_are_escaped():
    dots = [
        picture.Dot(TODAY - timedelta(days=back), value) for back, value in ((4, 1.0), (3, 2.0), (1, 3.0), (0, 4.0))
    ]
    drawn = picture.svg(
        picture.Picture("x", "<Steps>", "", "1", "2", TODAY - timedelta(days=5), TODAY, dots, usual=(1.0, 2.0))
    )
    assert drawn.count("<polyline") == 2
    assert "&lt;Steps&gt;" in drawn


def test_a_value_with_a_part_unseen_is_said_with_what_it_lies_between():
    known = strips.Known(measures.BY_NAME["home"], TODAY, 10.0, 10.0, 14.5, 0.7, "")
    assert strips.value_said(known, "en") == "10 h 00 (seen; between 10 h 00 and 14 h 30 in all)"
    none = strips.Known(measures.BY_NAME["home"], TODAY, None, None, None, 0.0, "low_power")
    assert strips.value_said(none, "nl") == "de telefoon spaarde stroom"


def test_few_steps_are_no_reason_to_call_a_day_little_measured():
    steps = strips.Known(measures.BY_NAME["steps"], TODAY, 400.0, None, None, 0.1, "")
    assert steps.reading.coverage is None
    assert strips.Known(measures.BY_NAME["screen"], TODAY, 400.0, None, None, 0.1, "").reading.coverage == 0.1


def test_a_usual_never_says_more_hours_than_a_day_has():
    assert strips.usual_said(measures.BY_NAME["home"], (21.0, 17.0, 25.2), "en") == "Usual for you: 17 h 00 to 24 h 00"
