"""My signals: a person turns a stream on after reading what it is, pauses it, deletes it, and connects a device."""

import re
import shutil
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.rights import door as rights
from samen.rights.door import Refused
from samen.rights.words import Purpose, Stream
from samen.rooms.sensing import kinds
from samen.rooms.sensing.store import archive, events, inbox, keys
from samen.rooms.sensing.store.events import Range
from tests import named
from tests.rooms.sensing import sending

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor(client: Client) -> Client:
    yield named.sign_in(client, named.noor())
    shutil.rmtree(archive.folder(), ignore_errors=True)


def open_now() -> dict[str, object]:
    return rights.open_streams(named.noor().id, timezone.now(), lock=False)


@pytest.mark.row("K6.1", "A-U1a", "S1")
def test_a_stream_is_on_after_a_yes_from_the_day_that_was_named_and_a_pause_ends_it(noor):
    page = reverse("sensing:signal", args=["steps"])
    assert "Your phone or watch sends how many steps" in noor.get(page).content.decode()
    choose = reverse("sensing:choose", args=["steps"])
    noor.post(choose, {"answer": "yes", "purpose": "self-understanding", "since": "2026-01-05"})
    (since,) = open_now()["stream.steps"].values()
    assert timezone.localtime(since).date().isoformat() == "2026-01-05"
    assert "Pause" in noor.get(reverse("sensing:signals")).content.decode()
    noor.post(choose, {"answer": "pause"})
    assert open_now() == {}


@pytest.mark.row("K6.1", "S1")
def test_whatever_a_device_can_send_is_a_stream_that_stands_on_the_page(noor):
    assert set(kinds.SENSORS.values()) <= kinds.CATEGORIES.keys()
    shown = noor.get(reverse("sensing:signals")).content.decode()
    assert [each for each in kinds.CATEGORIES if reverse("sensing:signal", args=[each]) not in shown] == []


@pytest.mark.row("K6.1")
def test_a_stream_of_which_nothing_is_said_to_people_cannot_be_declared():
    hidden = Stream("stream.hidden", "sensing.stream.hidden", (kinds.use_for("gps", Purpose.SELF_UNDERSTANDING),))
    with pytest.raises(Refused):
        rights.register_stream(hidden)
    assert rights.stream("stream.hidden") is None


def test_a_day_to_come_is_no_day_to_say_yes_from(noor):
    noor.get(reverse("sensing:signal", args=["steps"]))
    ahead = (timezone.localdate() + timedelta(days=2)).isoformat()
    noor.post(reverse("sensing:choose", args=["steps"]), {"answer": "yes", "purpose": "care", "since": ahead})
    assert open_now() == {}


def test_a_device_is_connected_by_a_key_that_is_shown_once_and_ends_with_a_press(noor):
    shown = noor.post(reverse("sensing:connect"), {"name": "My watch"}).content.decode()
    access_key, secret = re.findall(r"<dd><code>([^<]+)</code></dd>", shown)[1:]
    assert keys.caller(access_key, secret, at=timezone.now()) is not None
    assert secret not in noor.get(reverse("sensing:signals")).content.decode()
    noor.post(reverse("sensing:disconnect", args=[access_key]))
    assert keys.caller(access_key, secret, at=timezone.now()) is None


@pytest.mark.row("R2.1c")
def test_a_person_deletes_some_days_of_a_stream_and_then_all_of_it(noor):
    mine = sending.sender(named.noor(), "steps")
    day = 86_400_000
    mine.send([sending.steps(sending.T0 + at * day) for at in range(5)])  # 2 to 6 February 2026
    inbox.drain(at=sending.NOW)
    remove = reverse("sensing:remove", args=["steps"])
    left = lambda: len(list(events.read(mine.access, mine.who, Range("sensor"))))  # noqa: E731
    noor.post(remove, {"from": "2026-02-03", "to": "2026-02-04"})
    assert left() == 5  # nobody ticked that they are sure
    noor.post(remove, {"from": "2026-02-03", "to": "2026-02-04", "sure": "yes"})
    assert left() == 3
    noor.post(remove, {"sure": "yes"})
    assert left() == 0


def test_the_page_asks_the_database_no_more_with_more_streams(noor, django_assert_max_num_queries):
    sending.sender(named.noor(), "steps", "gps", "calls", "heart", "sleep")
    with django_assert_max_num_queries(15):
        noor.get(reverse("sensing:signals"))
