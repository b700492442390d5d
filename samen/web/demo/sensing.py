"""Phones of made-up people: their days come from the room's own simulator, through the interface that any phone uses.

Noor shares with her clinician and wrote a sign of her own; two others keep theirs to themselves.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.roles import Scope
from samen.rights.words import Purpose, Recipient, Released
from samen.rooms.sensing import systems, whereabouts
from samen.rooms.sensing.jobs import insights
from samen.rooms.sensing.own_signs import Sign, Way, Whom
from samen.rooms.sensing.simulator import sending, streams
from samen.rooms.sensing.simulator.living import Plan
from samen.rooms.sensing.store import inbox, keys, refreshing
from samen.rooms.sensing.store import own_places as places
from samen.rooms.sensing.store import own_signs as signs
from samen.web.demo import adopting, own, texts
from samen.web.demo.founding import Staff

SEED = 2026
PLACES = 60  # in the pilot
BATCH = 20_000  # events
WANTED = ("gps", "screen", "steps_minute", "calls", "texts", "heart_minute")
STREAMS = ("gps", "screen", "steps", "calls", "texts", "heart", "battery")


def wear(staff: Staff, now: datetime) -> None:
    """Prove the systems of the room, let the panel vote; then let phones send, and look at the newest day."""
    words = texts.read("sensing")
    adopting.adopt(staff, words, now, PLACES)
    for number, who in enumerate(words["wearer"]):
        _sends(who, number, now)
    inbox.drain(at=now)
    refreshing.refresh_due(at=now, seconds=3600)
    _looked(words["noor"], now)


def _sends(who: Mapping[str, Any], number: int, now: datetime) -> None:
    """Let somebody say yes to streams, connect a phone, and send the days that the simulator made."""
    mine = own.access(who["email"], Scope.RIGHTS, now)
    first = timezone.localdate(now) - timedelta(days=who["days"])
    since = timezone.make_aware(datetime.combine(first, time.min))
    for stream in STREAMS:
        purposes = (Purpose.SELF_UNDERSTANDING, *([Purpose.CARE] if stream in who["shares"] else []))
        own.opens(mine, stream, purposes, now, since=since)
    made = keys.make_for_device(mine, who["phone"], at=now)
    midnight = int(datetime.combine(first, time.min, tzinfo=now.tzinfo).timestamp() * 1000)
    plan = Plan(
        people=1, days=who["days"] + 1, first_day=midnight + 3_600_000, every=30, on=60, off=540, seed=SEED + number
    )
    person = streams.lived(plan, WANTED)
    sent, _ = sending.lamp_events(person.tables, person.truth["person"][0])
    quiet = int(
        timezone.make_aware(datetime.combine(timezone.localdate(now) - timedelta(days=1), time.min)).timestamp()
    )
    in_bed = who.get("in_bed", False)
    sent = [
        each
        for at, each in enumerate(sent)
        if not (in_bed and each["sensor"] == "lamp.steps" and each["timestamp"] >= quiet * 1000 and at % 10)
        if each["timestamp"] < now.timestamp() * 1000
    ]
    _post(made, sent)


def _post(made: keys.Made, events: list[dict[str, Any]]) -> None:
    """Send batches to the interface under the phone's key, as a phone does."""
    key = b64encode(f"{made.access_key}:{made.secret}".encode()).decode()
    host = settings.SAMEN.hosts[0]
    phone = Client(SERVER_NAME=host, headers={"authorization": f"Basic {key}"})
    address = reverse("sensing:lamp", args=["participant/me/sensor_event"])
    for at in range(0, len(events), BATCH):
        body = json.dumps(events[at : at + BATCH])
        answer = phone.post(address, body, content_type="application/json", secure=settings.SAMEN.https)
        if answer.status_code != 200:
            raise RuntimeError(
                f"The interface answered {answer.status_code} to a made-up phone: {answer.content[:300]!r}"
            )


def _looked(words: Mapping[str, Any], now: datetime) -> None:
    """Let Noor say yes, write a sign of her own that tells only her, name two places, and have her newest day looked at."""
    mine = own.access("noor@example.org", Scope.RIGHTS, now)
    own.says_yes(mine, systems.CHANGE, now)
    own.says_yes(mine, systems.REST, now)
    own.says_yes(mine, systems.PLACES, now)
    sign = Sign(words["sign"], "steps", Way.LESS, 1500.0, 1, 3, Whom.ME, language="nl", until=now + timedelta(days=120))
    signs.write(mine, sign, at=now)
    uses = [use for use in systems.OWN_SIGNS.manifest.uses if use.recipient is Recipient.PERSON]
    own.says_yes(mine, systems.OWN_SIGNS, now, uses)
    found = insights.run(systems.PLACES, mine.person)
    if isinstance(found, Released):
        for place, name in zip(found.finding.value["places"], words["places"], strict=False):
            places.give(mine, name, whereabouts.middle_of(place), at=now)
    insights.look(mine.person, at=now)
