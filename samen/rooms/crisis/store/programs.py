"""Keys with which other programs bring contacts in. A key is shown once and kept as a digest."""

import secrets
from datetime import datetime
from hashlib import sha256

from samen.people.models import Account
from samen.rooms.crisis.models.line import ProgramKey


def make(name: str, *, by: Account | None, at: datetime) -> str:
    """Make a key for a program; gives it, for the only time."""
    key = f"samen-line-{secrets.token_urlsafe(32)}"
    ProgramKey.objects.create(name=name, digest=_digest(key), by=by, made_at=at)
    return key


def end(name: str, *, at: datetime) -> int:
    """End every key of a program at once; gives how many."""
    return ProgramKey.objects.filter(name=name, ended_at=None).update(ended_at=at)


def known(key: str) -> bool:
    """Say whether this key is one that holds."""
    return ProgramKey.objects.filter(digest=_digest(key), ended_at=None).exists()


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def name_of(key: str) -> str:
    """Give the name of the program whose key this is; empty for none."""
    found = ProgramKey.objects.filter(digest=_digest(key), ended_at=None).values_list("name", flat=True).first()
    return found or ""
