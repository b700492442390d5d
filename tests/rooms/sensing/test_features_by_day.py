"""A person's features by day: from the streams they said yes to, of the days that are needed, late hours included."""

import random
import time
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from samen.people.access import Allowed, Ground
from samen.people.roles import Role, Scope
from samen.rights.words import Purpose
from samen.rooms.sensing import computing, segments, sources, turning, zones
from samen.rooms.sensing.models.features import Clock, Due, Value
from samen.rooms.sensing.reading.receipt import Read
from samen.rooms.sensing.store import features, inbox, refreshing, tables
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import NOW, START, empty_archive  # noqa: F401

pytestmark = pytest.mark.django_db
HOUR, DAY = 3_600_000, 86_400_000
MONDAY = int(datetime(2026, 2, 2, tzinfo=UTC).timestamp() * 1000)
STREAMS = ("gps", "screen", "steps", "calls", "battery")


@pytest.fixture
def noor():
    return sending.sender(named.noor(), *STREAMS)


def week(seed: int = 1, days: int = 5) -> list[dict]:
    """Give made-up days of a telephone in Greenwich's time: places, screen, steps and calls."""
    chance, found = random.Random(seed), []
    for minute in range(0, days * 1440, 7):
        at = MONDAY + minute * 60_000
        away = 9 <= minute // 60 % 24 < 17
        place = {"latitude": 52.1 + 0.05 * away + chance.gauss(0, 1e-5), "longitude": 5.1, "accuracy": 10}
        found.append({"timestamp": at, "sensor": "lamp.gps", "data": place})
        if minute % 3 == 0:
            found.append({"timestamp": at, "sensor": "lamp.steps", "data": {"value": chance.randint(0, 90)}})
        if chance.random() < 0.2:
            found += [
                {"timestamp": at, "sensor": "lamp.device_state", "data": {"representation": "screen_on"}},
                {"timestamp": at + 500, "sensor": "lamp.device_state", "data": {"representation": "unlocked"}},
                {"timestamp": at + 90_000, "sensor": "lamp.device_state", "data": {"representation": "screen_off"}},
            ]
        if chance.random() < 0.02:
            call = {"call_type": 1, "duration": chance.randint(1, 900), "trace": f"06{chance.randint(1, 3)}0000000"}
            found.append({"timestamp": at, "sensor": "lamp.telephony", "data": call})
    return found


def everything(who: sending.Sender) -> list[tuple]:
    columns = ("day", "feature", "value", "low", "high", "coverage", "reason", "parameters", "input")
    return list(Value.objects.filter(participant=who.who).order_by("day", "feature").values_list(*columns))


def anew(who: sending.Sender) -> list[tuple]:
    Value.objects.all().delete()
    refreshing.refresh(who.who, MONDAY, MONDAY + 5 * DAY, at=NOW)
    return everything(who)


def test_values_are_those_that_the_same_computing_gives_for_the_same_rows(noor):
    noor.send(week())
    inbox.drain(at=NOW)
    refreshing.refresh_due(at=NOW, seconds=60)
    opened = dict.fromkeys(STREAMS, 0)
    rows = tables.between(noor.access, noor.who, opened, MONDAY - DAY, MONDAY + 6 * DAY)
    assert {"gps", "screen", "steps_minute", "calls"} <= set(rows)
    ready = computing.made_ready(Read(rows), roster=None, changes=None, zone="Europe/Amsterdam")
    laid = segments.laid_out(segments.DAILY, ready.seen, ready.spans)
    wanted = computing.compute(ready.tables, laid, "samen", {}).filter(pl.col("segment_start") == "2026-02-04 00:00:00")
    kept = {row.feature: row.value for row in features.days(noor.access, date(2026, 2, 4), date(2026, 2, 5))}
    for name in ("screen_unlock_total_min", "steps_total_count", "calls_in_count", "coverage_gps_valid_min"):
        assert kept[name] == wanted[name].item() > 0, name
    assert not Due.objects.exists()


def test_a_late_hour_gives_its_day_within_a_second_the_bits_of_computing_everything_anew(noor):
    sent = week()
    late = [each for each in sent if MONDAY + 2 * DAY + 10 * HOUR <= each["timestamp"] < MONDAY + 2 * DAY + 11 * HOUR]
    noor.send([each for each in sent if each not in late])
    inbox.drain(at=NOW)
    refreshing.refresh(noor.who, MONDAY, MONDAY + 5 * DAY, at=NOW)
    before = everything(noor)
    noor.send(late)
    refreshing.refresh(noor.who, late[0]["timestamp"], late[-1]["timestamp"] + 1, at=NOW)
    after = everything(noor)
    assert after != before
    assert after == anew(noor)
    inbox.drain(at=NOW)
    assert after == anew(noor), "what lies in the inbox counts as what lies in the archive"
    took = []
    for _ in range(3):
        begun = time.process_time()
        refreshing.refresh(noor.who, late[0]["timestamp"], late[-1]["timestamp"] + 1, at=NOW, near=True)
        took.append(time.process_time() - begun)
    assert min(took) < 1


def test_a_stream_that_is_off_is_not_read_and_says_so(noor):
    noor.send(week())
    sending.say(named.noor(), "gps", yes=False, at=NOW)
    refreshing.refresh(noor.who, MONDAY, MONDAY + 5 * DAY, at=NOW + timedelta(minutes=1))
    found = {row.feature: row for row in features.days(noor.access, date(2026, 2, 3), date(2026, 2, 4))}
    assert (found["mobility_home_h"].value, found["mobility_home_h"].reason) == (None, "refused")
    assert "coverage_gps_valid_min" not in found
    assert found["coverage_any_valid_min"].value > 0
    assert found["screen_unlock_count"].value > 0


def test_rows_from_before_the_yes_are_not_read(noor):
    noor.send(week())
    sending.say(named.noor(), "steps", yes=False, at=NOW)
    sending.say(named.noor(), "steps", yes=True, at=NOW + timedelta(seconds=1), since=datetime(2026, 2, 4, tzinfo=UTC))
    refreshing.refresh(noor.who, MONDAY, MONDAY + 5 * DAY, at=NOW + timedelta(minutes=1))
    found = {
        row.day: row for row in features.days(noor.access, date(2026, 2, 2), date(2026, 2, 7), ["steps_total_count"])
    }
    assert found[date(2026, 2, 2)].value is None
    assert found[date(2026, 2, 5)].value > 0


def test_a_day_in_the_midst_without_rows_is_a_gap_and_one_after_the_last_is_not(noor):
    quiet = date(2026, 2, 4)
    sent = [each for each in week() if not MONDAY + 2 * DAY - 2 * HOUR <= each["timestamp"] < MONDAY + 3 * DAY + HOUR]
    noor.send(sent)
    refreshing.refresh(noor.who, MONDAY, MONDAY + 7 * DAY, at=NOW)
    found = {
        row.day: row for row in features.days(noor.access, date(2026, 2, 1), date(2026, 2, 9), ["steps_total_count"])
    }
    assert (found[quiet].reason, found[quiet].coverage) == ("nothing_measured", 0)
    assert found[date(2026, 2, 8)].reason == "no_more"


def test_a_day_is_the_persons_own_also_where_their_clock_changes_zone(noor):
    Clock.objects.create(participant=noor.who, device=noor.device.id.hex, zone="Asia/Tokyo", begins=MONDAY + DAY)
    noor.send(week())
    refreshing.refresh(noor.who, MONDAY, MONDAY + 5 * DAY, at=NOW)
    spans = zones.spans(
        pl.DataFrame({"person": ["a"], "device": ["d"], "first": [0], "last": [0]}),
        pl.DataFrame({"device": ["d"], "zone": ["Asia/Tokyo"], "begins": [0]}, schema=zones.CHANGES),
    )
    assert spans["offset"][0] == 9 * HOUR
    rows = [each for each in week() if each["sensor"] == "lamp.steps"]
    ours = [
        each["data"]["value"]
        for each in rows
        if MONDAY + 2 * DAY + 15 * HOUR <= each["timestamp"] < MONDAY + 3 * DAY + 15 * HOUR
    ]
    (found,) = features.days(noor.access, date(2026, 2, 5), date(2026, 2, 6), ["steps_total_count"])
    assert found.value == sum(ours)


def test_a_professional_reads_only_what_is_open_for_care(noor):
    noor.send(week())
    refreshing.refresh(noor.who, MONDAY, MONDAY + 5 * DAY, at=NOW)
    sam = Allowed(
        noor.access.person, Scope.FINDINGS, Ground.CARE, Role.CLINICIAN, named.sam().id
    )  # with a care relationship
    assert not [
        row for row in features.days(sam, date(2026, 2, 3), date(2026, 2, 4)) if sources.consents_of(row.feature)
    ]
    sending.say(named.noor(), "steps", yes=True, since=START, purpose=Purpose.CARE)
    seen = {row.feature for row in features.days(sam, date(2026, 2, 3), date(2026, 2, 4))}
    assert "steps_total_count" in seen
    assert "mobility_home_h" not in seen
    other = Allowed(named.kim().id, Scope.RIGHTS, Ground.OWN, Role.PERSON, None)
    assert features.days(other, date(2026, 2, 3), date(2026, 2, 4)) == ()


def test_rows_of_a_typed_table_lie_the_same_way_whatever_the_order_in_which_they_came():
    rows = pl.DataFrame(
        {
            "person": ["a"] * 6, "time": [3, 1, 2, 2, 2, 1], "device": ["d"] * 6, "event": ["on", "on", "off", "on", "on", "on"],
            "consent": ["screen"] * 6, "origin": [5, 4, 3, 2, 9, 4], "part": [0] * 6,
        }
    )  # fmt: skip
    wanted = [(1, "on", 4), (2, "on", 2), (2, "off", 3), (3, "on", 5)]
    for seed in range(5):
        found = turning.ordered(rows.sample(fraction=1, shuffle=True, seed=seed))
        assert list(found.select("time", "event", "origin").iter_rows()) == wanted
    alone = rows.unique("time", keep="first", maintain_order=True)
    assert turning.ordered(alone)["time"].to_list() == [1, 2, 3]
