"""Counts of how messages read, by day, and notices when they leave their limits. Nobody's words, nobody's name."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from samen.people.models import Account
from samen.rooms.crisis import drift
from samen.rooms.crisis.models.hearing import DriftNotice, HeardCount
from samen.rooms.crisis.store.candidates import decides


def count(day: date, language: str, version: str, *, action: str, probability: float) -> None:
    """Count one message that was read."""
    where: dict[str, Any] = {
        "day": day,
        "language": language,
        "version": version,
        "action": action,
        "bin": drift.bin_of(probability),
    }
    with transaction.atomic():
        row, _ = HeardCount.objects.get_or_create(**where)
        HeardCount.objects.filter(pk=row.pk).update(n=F("n") + 1)


def counted(language: str, version: str) -> Sequence[drift.Counted]:
    """Give the counts of a language since what hears now began to."""
    rows = HeardCount.objects.filter(language=language, version=version).values_list("day", "action", "bin", "n")
    return [drift.Counted(*row) for row in rows]


def languages(version: str) -> Sequence[str]:
    """Give the languages in which something was counted."""
    return sorted(set(HeardCount.objects.filter(version=version).values_list("language", flat=True)))


def tell(language: str, version: str, sign: drift.Sign, *, at: datetime) -> bool:
    """Write down that a sign left its limits; False where that stands there already and nobody has looked yet."""
    _, made = DriftNotice.objects.get_or_create(
        language=language,
        version=version,
        sign=sign.name,
        seen_at=None,
        defaults={"figures": dict(drift.figures(sign)), "at": at},
    )
    return made


def open_ones() -> Sequence[DriftNotice]:
    """Give the notices that nobody has looked at yet."""
    return list(DriftNotice.objects.filter(seen_at=None).order_by("-at"))


def notices() -> Sequence[DriftNotice]:
    """Give every notice, newest first."""
    return list(DriftNotice.objects.select_related("seen_by").order_by("-at", "-id"))


def look(notice: int, found: str, *, by: Account, at: datetime) -> bool:
    """Write down what somebody found who looked. False when somebody did before. Raises: NotAllowed."""
    decides(by, at)
    changed = DriftNotice.objects.filter(pk=notice, seen_at=None).update(seen_by=by, seen_at=at, found=found.strip())
    return bool(changed)
