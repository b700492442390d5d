"""A talk that raised no alarm and is over, drawn into a sample, with a review of it."""

from datetime import datetime, timedelta

from samen.people.models import Account
from samen.rooms.crisis.models.audit import AuditRound, MissReview
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.reading import Level, Question
from samen.rooms.crisis.store import audit, contacts, misses
from samen.rooms.crisis.store.contacts import Heard, Mine


def closed(
    text: str = "hoi", *, at: datetime, level: Level = Level.NONE, risk: float = 0.001, language: str = "nl"
) -> Mine:
    """Let a talk be over that a computer read, answered and marked."""
    mine = contacts.of_token(contacts.begin("web", language, now=at).token)
    if mine is None:
        raise RuntimeError("A talk that was just begun is not there.")
    contacts.choose(mine.access, mine.contact, computer=True, at=at)
    number = contacts.write(mine.access, mine.contact, text, client_id="1", at=at)
    spans = {number: [(0, 3, "model")]} if number else {}
    contacts.heard(mine.access, mine.contact, Heard(level, risk, (), spans), at=at)
    contacts.answer_by_computer(
        mine.access, mine.contact, "COMPUTER", at=at, level=level, has_numbers=False, asks=Question.THOUGHTS
    )
    Contact.objects.filter(id=mine.contact).update(state="closed", closed_at=at)
    return mine


def sampled(*, by: Account, at: datetime) -> tuple[AuditRound, MissReview]:
    """Draw a sample of one, and open a review of that talk."""
    mine = closed(at=at - timedelta(days=1))
    drawn = audit.draw(20, at - timedelta(days=30), by=by, at=at)
    return drawn, misses.begin(Contact.objects.get(id=mine.contact), "Somebody called.", "H01", by=by, at=at)
