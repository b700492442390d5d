"""Who comes in by a key: a device of one person, or a researcher of one study. A secret is shown once and kept as a digest."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Role, Scope
from samen.rooms.sensing.models.way_in import AccessKey, Enrolment, Participant, Study

BUCKETS = 64  # parts of the archive: one person's rows are rewritten without touching the other sixty-three
SALT_BYTES = 32
SALT = "sensing.salt"  # what the sealed salt is bound to


@dataclass(frozen=True)
class Caller:
    """Who asks by a key."""

    id: UUID
    kind: str  # device or researcher
    participant: int | None
    study: int | None
    access: Allowed | None  # of the person, for a device
    own: Participant | None  # that person's place in this room, for a device


@dataclass(frozen=True)
class Made:
    """A key as it is told, for the only time."""

    id: UUID
    access_key: str
    secret: str


@dataclass(frozen=True)
class Device:
    """A device as its person sees it."""

    id: UUID
    access_key: str
    name: str
    made_at: datetime
    seen_at: datetime | None


def participant_of(access: Allowed, *, at: datetime, language: str = "nl") -> Participant:
    """Give a person's place in this room; only for the person it is made when it is not there yet."""
    access.require(Scope.RIGHTS)
    found = Participant.objects.filter(person=access.person).first()
    if found is not None:
        return found
    _own(access)
    key = secrets.token_hex(16)
    sealed = people.sealer(access.person).seal(secrets.token_bytes(SALT_BYTES), SALT)
    made, _ = Participant.objects.get_or_create(
        person_id=access.person,
        defaults={
            "code": f"U{secrets.randbelow(10**12):012d}",
            "key": key,
            "bucket": int(key[:8], 16) % BUCKETS,
            "salt_sealed": sealed,
            "language": language,
            "at": at,
        },
    )
    return made


def salt_of(access: Allowed, participant: Participant) -> bytes:
    """Give the salt of a person's hashes."""
    access.require(Scope.RIGHTS, participant.person_id)
    return people.sealer(participant.person_id).open(participant.salt_sealed, SALT)


def make_for_device(access: Allowed, name: str, *, at: datetime, study: Study | None = None) -> Made:
    """Make a key for one more device of a person; its own, so that it can be ended alone."""
    return _made("device", name, at, participant=participant_of(access, at=at), study=study)


def make_for_researcher(study: Study, name: str, *, at: datetime) -> Made:
    """Make a key with which a study is read, as far as its people say yes to that."""
    return _made("researcher", name, at, participant=None, study=study)


def _made(kind: str, name: str, at: datetime, *, participant: Participant | None, study: Study | None) -> Made:
    access_key, secret = f"{kind[0]}-{secrets.token_hex(8)}", secrets.token_urlsafe(32)
    row = AccessKey.objects.create(
        kind=kind,
        access_key=access_key,
        digest=_digest(secret),
        participant=participant,
        study=study,
        name=name[:100],
        made_at=at,
    )
    return Made(row.id, access_key, secret)


def devices(access: Allowed) -> list[Device]:
    """Give a person's devices whose key holds."""
    access.require(Scope.RIGHTS)
    rows = AccessKey.objects.filter(participant__person=access.person, kind="device", ended_at=None).order_by("made_at")
    return [Device(row.id, row.access_key, row.name, row.made_at, row.seen_at) for row in rows]


def end(access: Allowed, access_key: str, *, at: datetime) -> bool:
    """End the key of one of a person's devices: from the next request on it opens nothing."""
    _own(access)
    mine = AccessKey.objects.filter(participant__person=access.person, access_key=access_key, ended_at=None)
    return mine.update(ended_at=at) > 0


def end_of_study(study: Study, *, at: datetime) -> int:
    """End every researcher's key of a study; gives how many."""
    return AccessKey.objects.filter(study=study, kind="researcher", ended_at=None).update(ended_at=at)


def caller(access_key: str, secret: str, *, at: datetime) -> Caller | None:
    """Say who comes with this key; None for a key that is wrong or has ended."""
    row = AccessKey.objects.select_related("participant__person").filter(access_key=access_key, ended_at=None).first()
    if row is None or not compare_digest(row.digest, _digest(secret)):
        return None
    if row.seen_at is None or (at - row.seen_at).total_seconds() > 60:
        AccessKey.objects.filter(id=row.id).update(seen_at=at)
    who = row.participant
    access = None
    if who is not None:
        account = who.person.account_id
        access = Allowed(person=who.person_id, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=account)
    return Caller(row.id, row.kind, row.participant_id, row.study_id, access, who)


def enrol(access: Allowed, study: Study, *, at: datetime, streams: Collection[str] | None = None) -> None:
    """Let a person take part in a study, or choose anew what it may read; None: whatever they say yes to for research."""
    _own(access)
    chosen = None if streams is None else sorted(streams)
    Enrolment.objects.update_or_create(
        participant=participant_of(access, at=at),
        study=study,
        ended_at=None,
        defaults={"streams": chosen},
        create_defaults={"streams": chosen, "at": at},
    )


def leave(access: Allowed, study: Study, *, at: datetime) -> bool:
    """Let a person out of a study."""
    _own(access)
    mine = Enrolment.objects.filter(participant__person=access.person, study=study, ended_at=None)
    return mine.update(ended_at=at) > 0


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _own(access: Allowed) -> None:
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person connects a device or ends its key.")
