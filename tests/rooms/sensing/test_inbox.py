"""What was acknowledged is kept, once; what was not agreed to never is: retries, orders, crashes, and a no in between."""

import json
import random
import shutil

import pytest
from django.db import OperationalError

from samen.people import store as people
from samen.people.access import Ground, NotAllowed
from samen.people.roles import Scope
from samen.rights.words import Purpose
from samen.rooms.sensing.models.way_in import Batch, Tally
from samen.rooms.sensing.store import archive, erasing, events, inbox
from samen.rooms.sensing.store.events import Range
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import NOW, START, T0, steps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_archive():
    shutil.rmtree(archive.folder(), ignore_errors=True)
    yield
    shutil.rmtree(archive.folder(), ignore_errors=True)


@pytest.fixture
def noor():
    return sending.sender(named.noor(), "steps")


def times(who: sending.Sender, **asked) -> list[int]:
    return [each.time for each in events.read(who.access, who.who, Range("sensor", **asked))][::-1]


class Killed(BaseException):
    """The process is gone at this step: nothing after it happens."""


def test_a_batch_sent_again_in_another_order_and_in_other_parts_doubles_nothing(noor):
    sent = [steps(T0 + at, at) for at in range(50)]
    assert noor.send(sent)["stored"] == 50
    assert noor.send(sent[::-1])["doubled"] == 50
    inbox.drain(at=NOW)
    again = noor.send([*sent[40:], *(steps(T0 + at, at) for at in range(50, 60))])
    assert (again["stored"], again["doubled"]) == (10, 10)
    inbox.drain(at=NOW)
    assert times(noor) == [T0 + at for at in range(60)]
    tally = Tally.objects.get(participant=noor.who, stream="steps")
    assert (tally.stored, tally.doubled) == (60, 60)


@pytest.mark.parametrize("seed", range(25))
def test_a_move_that_is_cut_off_anywhere_loses_and_doubles_nothing(noor, seed):
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    sent = [[steps(T0 + batch * 100 + at, at) for at in range(chance.randint(1, 20))] for batch in range(6)]
    chance.shuffle(sent)
    for batch in [*sent, *chance.sample(sent, 3)]:
        noor.send(chance.sample(batch, len(batch)))
        acknowledged |= {each["timestamp"] for each in batch}
        step = chance.choice(["claimed", "read", "written", "safe", None, None])

        def told(said: str, step: str | None = step) -> None:
            if said == step:
                raise Killed

        try:
            if chance.random() < 0.6:
                inbox.drain(at=NOW, told=told)
        except Killed:
            _tear(chance, step)
        assert times(noor) == sorted(acknowledged)
    inbox.drain(at=NOW)
    assert times(noor) == sorted(acknowledged)
    assert not Batch.objects.exists()


def _tear(chance: random.Random, step: str | None) -> None:
    """Do to the archive what the loss of power does to what was not brought to disk."""
    later = [file for file in archive.events().versions() if int(file.stem) > archive.events().safe_version()]
    if step != "written" or not later or chance.random() < 0.3:
        return
    files = [
        file
        for file in archive.events().place.rglob("*.parquet")
        if file.stat().st_mtime >= later[0].stat().st_mtime - 5
    ]
    newest = max(files, key=lambda file: file.stat().st_mtime_ns)
    torn = chance.choice([later[-1], newest])
    torn.write_bytes(torn.read_bytes()[: chance.randint(0, torn.stat().st_size - 1)])


@pytest.mark.row("A-U1a")
def test_a_no_that_comes_while_a_batch_is_being_judged_keeps_all_of_it_out(noor, monkeypatch):
    judged = inbox.judging.judged

    def slow(sent, asked):
        found = judged(sent, asked)
        if asked.open:
            sending.say(named.noor(), "steps", yes=False, at=NOW)
        return found

    monkeypatch.setattr(inbox.judging, "judged", slow)
    receipt = noor.send([steps(T0)])
    assert (receipt["stored"], receipt["refused"]) == (0, 1)
    assert not Batch.objects.exists()


@pytest.mark.row("A-U1a")
def test_what_is_not_agreed_to_is_counted_and_stands_nowhere(noor):
    heart = {"timestamp": T0, "sensor": "lamp.heart_rate", "data": {"value": 61.125}}
    assert noor.send([heart])["refused"] == 1
    assert not Batch.objects.exists()
    assert Tally.objects.get(stream="heart").refused == 1


@pytest.mark.row("A-U1a", "K3.3")
def test_a_yes_for_one_purpose_lets_in_and_opens_nothing_for_another():
    kim = sending.sender(named.kim())
    sending.say(named.kim(), "steps", yes=True, since=START, purpose=Purpose.CARE)
    assert kim.send([steps(T0)])["stored"] == 1
    assert times(kim, open={}) == []


def test_events_from_before_the_yes_are_refused_and_those_to_come_held_back(noor):
    late = int(NOW.timestamp() * 1000)
    receipt = noor.send([steps(int(START.timestamp() * 1000) - 1), steps(late + 3_600_000), steps(late + 1000)])
    assert receipt["streams"]["steps"]["reasons"] == {"before_consent": 1, "time_ahead": 1}
    assert receipt["stored"] == 1


def test_a_disk_that_is_full_acknowledges_nothing_and_keeps_nothing(noor, monkeypatch):
    def full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(inbox, "_count", full)
    with pytest.raises(OperationalError):
        noor.send([steps(T0)])
    assert not Batch.objects.exists()


@pytest.mark.row("K2.3")
def test_numbers_addresses_names_and_texts_never_reach_the_store():
    kim = sending.sender(named.kim(), "calls", "texts", "wifi", "bluetooth")
    planted = ["+31612345678", "aa:bb:cc:dd:ee:ff", "HomeNetworkOfKim", "Aunt Mia", "see you at eight"]
    number, mac, ssid, name, text = planted
    sent = [
        {
            "timestamp": T0,
            "sensor": "lamp.calls",
            "data": {"phone_number": number, "call_type": 1, "duration": 60, "name": name},
        },
        {"timestamp": T0 + 1, "sensor": "lamp.calls", "data": {"trace": number, "call_type": 2, "duration": 60}},
        {"timestamp": T0, "sensor": "lamp.sms", "data": {"trace": number, "sms_type": 1, "body": text}},
        {
            "timestamp": T0,
            "sensor": "lamp.nearby_device",
            "data": {"type": "wifi", "bssid": mac, "ssid": ssid, "rssi": -60},
        },
        {
            "timestamp": T0,
            "sensor": "lamp.nearby_device",
            "data": {"type": "bluetooth", "address": mac, "other": [mac]},
        },
    ]
    assert kim.send(sent)["stored"] == 5
    kept = [each.body for each in events.read(kim.access, kim.who, Range("sensor"))]
    inbox.drain(at=NOW)
    disk = b"".join(file.read_bytes() for file in archive.events().place.rglob("*") if file.is_file())
    for word in planted:
        assert not [body for body in kept if word in body]
        assert word.encode() not in disk
    assert any('"body_length":16' in body for body in kept)
    calls = [
        json.loads(each.body)["data"] for each in events.read(kim.access, kim.who, Range("sensor", name="lamp.calls"))
    ]
    assert calls[0]["trace"] == calls[1]["phone_number"]  # the same number has the same code, for one person


@pytest.mark.row("R2.1c")
def test_erasing_a_stream_and_a_stretch_of_time_leaves_neighbours_and_no_byte_of_what_went(noor):
    kim = sending.sender(named.kim(), "steps")
    for who, value in ((noor, 918273), (kim, 555111)):
        who.send([steps(T0 + at, value + at) for at in range(20)])
    inbox.drain(at=NOW)
    noor.send([steps(T0 + 100, 918400)])
    before = [each.body for each in events.read(kim.access, kim.who, Range("sensor"))]
    assert erasing.events(noor.access, noor.who, Range("", T0 + 10, T0 + 101), at=NOW) == 11
    assert times(noor) == [T0 + at for at in range(10)]
    assert [each.body for each in events.read(kim.access, kim.who, Range("sensor"))] == before
    assert erasing.events(noor.access, noor.who, Range(""), at=NOW, stream="steps") == 10
    assert times(noor) == []
    disk = b"".join(file.read_bytes() for file in archive.folder().rglob("*") if file.is_file())
    assert noor.who.key.encode() not in disk


@pytest.mark.row("R2.1c")
def test_erasing_a_person_leaves_nothing_that_leads_to_them(noor):
    kim = sending.sender(named.kim(), "steps")
    for who in (noor, kim):
        who.send([steps(T0 + at) for at in range(20)])
    inbox.drain(at=NOW)
    noor.send([steps(T0 + 50)])
    assert erasing.person(noor.access.person) == 21
    disk = b"".join(file.read_bytes() for file in archive.folder().rglob("*") if file.is_file())
    assert noor.who.key.encode() not in disk
    assert len(times(kim)) == 20


def test_only_the_person_deletes(noor):
    with pytest.raises(NotAllowed):
        erasing.events(
            people.machine(noor.access.person, Ground.PORTABILITY, Scope.RIGHTS), noor.who, Range(""), at=NOW
        )
