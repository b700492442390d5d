"""A round of labels made for tests, through the store as its pages do, and messages small enough to learn from in a second."""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.utils import timezone

from samen.people import store as people
from samen.people.models import Account
from samen.people.roles import Role
from samen.rooms.crisis import systems
from samen.rooms.crisis.models.hearing import Candidate
from samen.rooms.crisis.models.labels import LabelRound
from samen.rooms.crisis.store import labels, points
from samen.rooms.crisis.store.labels import New, Said
from samen.rooms.crisis.store.points import Point
from samen.rooms.crisis.training.material import Row
from tests.rights.example import human

DANGER, SAFE, CANNOT = Said(3, "plan", False), Said(0, "", False), Said(None)


def clinician(name: str) -> Account:
    """Give a clinician, made once."""
    return people.account_of(f"{name}@example.org") or human(name, Role.CLINICIAN)


def begun(
    texts: Sequence[str], by: Account, *, sampled: bool = False, language: str = "nl", at: datetime | None = None
) -> LabelRound:
    """Begin a round from texts of the service."""
    new = [New(text, f"line-{place}") for place, text in enumerate(texts)]
    return labels.begin(language, "local", "Ours", new, sampled=sampled, by=by, at=at or timezone.now())


def say_all(found: LabelRound, who: Account, said: Sequence[Said]) -> None:
    """Let somebody take a seat and label every message."""
    seat = labels.sit(found, by=who, at=timezone.now())
    for each in said:
        this = labels.coming(seat)
        assert this is not None
        labels.say(seat, this.item, each, at=timezone.now())


def agreed(texts: Sequence[str], said: Sequence[Said], *, sampled: bool = False, language: str = "nl") -> LabelRound:
    """Make a round on which two people agree."""
    one, other = clinician("ann"), clinician("bob")
    found = begun(texts, one, sampled=sampled, language=language)
    for who in (one, other):
        say_all(found, who, said)
    return labels.one(found.pk)


BAD = ("vanavond maak ik er een eind aan", "ik heb de pillen klaargelegd", "na het weekend ben ik er niet meer")
GOOD = ("vanavond maak ik pasta", "ik heb de was klaargelegd", "na het weekend ben ik weer op school")


def written() -> list[Row]:
    """Give messages to learn from: families of danger and of none, a few words apart."""
    rows = []
    for number in range(15):
        for text in BAD:
            rows.append(Row(f"{text} echt {number}", f"bad-{number}", "nl", 3, "plan", "", blind=True, exam=True))
        for text in GOOD:
            trap = "idiom" if number % 2 else ""
            rows.append(Row(f"{text} echt {number}", f"good-{number}", "nl", 0, "", trap, blind=True, exam=True))
    return rows


def kept(*, by: Account, at: datetime, model: str = "") -> Candidate:
    """Keep a Dutch model as a job would: the one that came along, written in another way."""
    text = model or json.dumps(json.loads((systems.HERE / "content/model/nl.json").read_text()), indent=0)
    sha = sha256(text.encode()).hexdigest()
    return Candidate.objects.create(
        language="nl", state="ready", by=by, at=at, model=text, sha256=sha, card=json.dumps({"sha256": sha})
    )


def point(*, by: Account, at: datetime, ask: float = 0.5, alarm: float = 0.01) -> int:
    """Propose thresholds for the Dutch model in use; gives the version."""
    number = {"value": 1.0, "low": 0.5, "high": 2.0}
    cost = {"then": {"missed": number, "false_alarms": number, "hours": number}}
    here = Point("nl", systems.hears()["nl"][0], ask, alarm)
    return points.propose(here, cost, "We miss too many", by=by, at=at).version
