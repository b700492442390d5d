"""What made-up people do for themselves, as their own pages do it: open what is theirs, read, and say yes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from samen.people import store as people
from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.register import Registered
from samen.rights.store import consent
from samen.rights.words import Purpose, Use
from samen.rooms.sensing import kinds

LANGUAGE = "nl"


def access(email: str, scope: Scope, now: datetime) -> Allowed:
    """Let somebody open what is theirs. Raises: RuntimeError, PermissionError."""
    account, person = people.account_of(email), people.find_person(email)
    if account is None or person is None:
        raise RuntimeError(f"{email} is not there.")
    found = people.allowed(account, UUID(str(person)), scope, now=now)
    if not isinstance(found, Allowed):
        raise PermissionError(found.code)
    return found


def says_yes(mine: Allowed, system: Registered, now: datetime, uses: Iterable[Use] | None = None) -> None:
    """Let somebody read what a system is, and say yes to these uses of it; left out: to all."""
    consent.notice(mine, system, at=now)
    for use in system.manifest.uses if uses is None else uses:
        consent.say(mine, system, use, yes=True, at=now, language=LANGUAGE)


def opens(mine: Allowed, stream: str, purposes: Iterable[Purpose], now: datetime, *, since: datetime) -> None:
    """Let somebody read what a stream is, and say yes to it for these purposes."""
    handle = rights.stream(f"{kinds.SPACE}{stream}")
    if handle is None:
        raise LookupError(f"{stream} is not registered.")
    rights.tell(mine, handle, at=now)
    for purpose in purposes:
        use = kinds.use_for(stream, purpose)
        rights.say_of_stream(mine, handle, use, yes=True, at=now, language=LANGUAGE, since=since)
