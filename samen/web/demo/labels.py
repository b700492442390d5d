"""Rounds of labels in the made-up service: one that Sam and Lea are through with, and one that waits for a second pair of eyes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from samen.people.models import Account
from samen.rooms.crisis import labelling
from samen.rooms.crisis.models.labels import LabelRound
from samen.rooms.crisis.store import labels
from samen.rooms.crisis.store.labels import New, Said
from samen.web.demo import texts
from samen.web.demo.founding import Staff

WRITTEN = 12  # messages of the round that is not through
DONE = 4  # of these, by Sam


def label(staff: Staff, now: datetime) -> None:
    """Let the service's people label, as its pages do."""
    words = texts.read("labels")
    messages = words["message"]
    begun = now - timedelta(days=9)
    new = [New(each["text"], f"line-{place}") for place, each in enumerate(messages, start=1)]
    ours = labels.begin("nl", "local", words["title"], new, sampled=False, by=staff["sam"], at=begun)
    for who in ("sam", "lea"):
        _say(ours, staff[who], [_said(each[who]) for each in messages], begun + timedelta(days=1))
    drawn = labelling.drawn("nl", WRITTEN, before=())
    authors = [New(each.text, each.family, Said(each.level, each.topic, bool(each.trap))) for each in drawn]
    written = labels.begin("nl", "written", "", authors, sampled=False, by=staff["visser"], at=now - timedelta(days=2))
    _say(written, staff["sam"], [each.author for each in authors[:DONE] if each.author], now - timedelta(days=1))


def _said(row: Sequence[object]) -> Said:
    """Read a label of the file."""
    level, topic, trap = row
    return Said(None) if level == -1 else Said(int(str(level)), str(topic), bool(trap))


def _say(found: LabelRound, who: Account, said: Sequence[Said], at: datetime) -> None:
    seat = labels.sit(found, by=who, at=at)
    for place, each in enumerate(said):
        this = labels.coming(seat)
        if this is not None:
            labels.say(seat, this.item, each, at=at + timedelta(minutes=place))
