"""Running a study: its leaflet is written by one and opened by another; keys to read it with; its end, by hand or by its last day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind as Leaf
from samen.ledger.leaf import Entry
from samen.people.models import Account
from samen.rooms.sensing.models.studies import Leaflet
from samen.rooms.sensing.models.way_in import AccessKey, Enrolment, Study
from samen.rooms.sensing.store import keys, studies

FACTS = "sensing-study"  # what the log calls a study


class NotNow(ValueError):
    """A step that cannot be taken; its text is the key of a sentence in content/running.toml."""


@dataclass(frozen=True)
class Asked:
    """What somebody writes of a study."""

    name: str
    who: str
    why: Mapping[str, str]  # by language
    streams: tuple[str, ...]
    profile: str
    until: date


def write(asked: Asked, *, by: Account, at: datetime) -> Leaflet:
    """Write a new study. Nobody sees it but those who run studies, until another opens it."""
    with transaction.atomic():
        found = studies.make(asked.name, at=at)
        return _put(Leaflet(study=found, written_by=by, written_at=at), asked)


def rewrite(row: Leaflet, asked: Asked, *, by: Account, at: datetime) -> None:
    """Change what was written; whoever changes it wrote it. Raises: NotNow once it is open: people have read it."""
    if row.state != "written":
        raise NotNow("is_open")
    row.written_by, row.written_at = by, at
    with transaction.atomic():
        _put(row, asked)


def _put(row: Leaflet, asked: Asked) -> Leaflet:
    row.study.name, row.study.profile = asked.name, asked.profile
    row.study.save(update_fields=["name", "profile"])
    row.who, row.why_en, row.why_nl = asked.who, asked.why["en"], asked.why["nl"]
    row.streams, row.until = list(asked.streams), asked.until
    row.save()
    return row


def open_for_people(row: Leaflet, *, by: Account, at: datetime) -> None:
    """Let people read it and take part. Raises: NotNow for whoever wrote it, for one that is open, for one that is past."""
    if row.state != "written":
        raise NotNow("is_open")
    if row.written_by_id == by.pk:
        raise NotNow("own")
    if row.until < timezone.localdate(at):
        raise NotNow("past")
    with transaction.atomic():
        row.opened_by, row.opened_at = by, at
        row.save(update_fields=["opened_by", "opened_at"])
        _noted("opened", row.study, at)


def end(row: Leaflet, *, at: datetime) -> int:
    """End a study: its keys open nothing any more, and nobody takes part. Gives how many took part. Raises: NotNow."""
    if row.state != "open":
        raise NotNow("not_open")
    with transaction.atomic():
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        keys.end_of_study(row.study, at=at)
        took_part = Enrolment.objects.filter(study=row.study, ended_at=None).update(ended_at=at)
        _noted("ended", row.study, at)
    return took_part


def end_due(*, at: datetime) -> int:
    """End what is past its last day; gives how many studies."""
    due = list(Leaflet.objects.filter(ended_at=None, opened_at__isnull=False, until__lt=timezone.localdate(at)))
    for row in due:
        end(row, at=at)
    return len(due)


def _noted(what: str, study: Study, at: datetime) -> None:
    ledger.append([Entry(Leaf.REGISTER, facts={"what": FACTS, "study": study.code, "step": what})], at=at)


def leaflet(study: Study) -> Leaflet | None:
    """Give what people read of a study; None for one that was made to try the way in."""
    return Leaflet.objects.select_related("study", "written_by", "opened_by").filter(study=study).first()


def open_leaflets() -> list[Leaflet]:
    """Give the studies that people can take part in now, the newest first."""
    rows = Leaflet.objects.select_related("study").filter(opened_at__isnull=False, ended_at=None)
    return list(rows.order_by("-opened_at", "-id"))


def readers(study: Study) -> list[AccessKey]:
    """Give the keys that read a study now."""
    rows = AccessKey.objects.filter(study=study, kind="researcher", ended_at=None).order_by("made_at", "id")
    return list(rows)


def make_reader(row: Leaflet, name: str, *, at: datetime) -> keys.Made:
    """Make a key that reads what people of the study let be read; told once. Raises: NotNow while it is not open."""
    if row.state != "open":
        raise NotNow("not_open")
    return keys.make_for_researcher(row.study, name, at=at)


def end_reader(study: Study, access_key: str, *, at: datetime) -> bool:
    """End one key of a study."""
    mine = AccessKey.objects.filter(study=study, kind="researcher", access_key=access_key, ended_at=None)
    return mine.update(ended_at=at) > 0
