"""Who: questions and changes. What touches a person's data takes an `Allowed`, or is one of the few that make one."""

import os
import sqlite3
import threading
from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField, CharField, Exists, JSONField, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import sealing
from samen.people.access import Allowed, CarePurpose, Ground, NotAllowed, Refused, Tie, decide, may_start_care
from samen.people.models import Access, Account, BreakGlass, CareRelationship, Person, PersonKey, Proxy, RoleGrant
from samen.people.roles import CARDS, GRANTED, Duty, Role, Scope, may
from samen.people.sealing import KeyDestroyed, Service
from samen.people.turns import Connection

PAGE = 50  # rows on one page of a list
NAME = "person.name"
REASON = "emergency.reason"
KEYS = f"SELECT * FROM {PersonKey._meta.db_table} WHERE person_id IN"


# --- keys -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sealer:
    """Seals and opens texts of one person. After the key was destroyed both refuse."""

    person: UUID
    key: bytes | None = field(repr=False)

    def seal(self, data: bytes | str, about: str) -> bytes:
        """Seal a text; `about` names its field, such as "note.text". Raises: KeyDestroyed."""
        text = data.encode() if isinstance(data, str) else data
        return sealing.seal(
            text, key=self._held(), person=self.person, about=about, nonce=os.urandom(sealing.NONCE_BYTES)
        )

    def open(self, sealed: bytes | memoryview, about: str) -> bytes:
        """Open a sealed text. Raises: KeyDestroyed, or Unreadable when it is another person's or another field's."""
        return sealing.unseal(bytes(sealed), key=self._held(), person=self.person, about=about)

    def open_text(self, sealed: bytes | memoryview, about: str) -> str:
        """Open a sealed text as a string. Raises: KeyDestroyed, Unreadable."""
        return self.open(sealed, about).decode()

    def _held(self) -> bytes:
        if self.key is None:
            raise KeyDestroyed("This person's key was destroyed; what was sealed under it cannot be read again.")
        return self.key


def sealer(person_id: UUID) -> Sealer:
    """Give the sealer of one person. Raises: KeyError for a person who does not exist."""
    return sealers([person_id])[person_id]


def sealers(person_ids: Iterable[UUID]) -> dict[UUID, Sealer]:
    """Give the sealers of several people with one query. In plain SQL: each run of an AI system pays for it."""
    to_column = PersonKey._meta.pk.get_db_prep_value
    ids = [to_column(each, connection) for each in person_ids]
    marks = ", ".join(["%s"] * len(ids))
    return sealers_with(PersonKey.objects.raw(f"{KEYS} ({marks})", ids)) if ids else {}


def sealers_with(keys: Iterable[PersonKey]) -> dict[UUID, Sealer]:
    """Give the sealers of people whose keys came along with another question, so that no query is needed."""
    keys = list(keys)
    halves = _halves_of([each.person_id for each in keys])
    services = {each.id: each for each in service_keys()}
    return {
        each.person_id: Sealer(each.person_id, _opened(each, halves.get(each.person_id), services)) for each in keys
    }


def _opened(row: PersonKey, half: bytes | None, services: Mapping[str, Service]) -> bytes | None:
    """Unwrap a key; None when it was destroyed, also when an old backup of the database still has the wrapped bytes."""
    if row.destroyed_at is not None or half is None:
        return None
    if (service := services.get(row.service_key_id)) is None:
        raise sealing.Unreadable(
            f"A key is wrapped under service key {row.service_key_id}, which is not in secrets.toml. "
            "Restore that file from your copy."
        )
    return sealing.unwrap(bytes(row.wrapped), service=service, half=half, person=row.person_id)


def service_keys() -> list[Service]:
    """Give the service key, and the one before it while a rotation is under way."""
    names = ("service_key", "service_key_before")
    return [Service(urlsafe_b64decode(settings.SECRETS[name])) for name in names if settings.SECRETS.get(name)]


def _new_keys(people: Sequence[Person]) -> list[PersonKey]:
    """Make a key for each of these people: halves into their file first, so that no key ever lacks its half."""
    halves = {each.id: os.urandom(sealing.KEY_BYTES) for each in people}
    service = service_keys()[0]
    rows = [(each.bytes, half) for each, half in halves.items()]
    with _halves() as file:
        file.execute("begin immediate")
        file.executemany("insert into half (person, half) values (?, ?)", rows)
    return [
        PersonKey(
            person=each,
            service_key_id=service.id,
            wrapped=_wrapped(os.urandom(sealing.KEY_BYTES), each.id, halves[each.id], service),
        )
        for each in people
    ]


def _wrapped(key: bytes, person: UUID, half: bytes, service: Service) -> bytes:
    return sealing.wrap(key, service=service, half=half, person=person, nonce=os.urandom(sealing.NONCE_BYTES))


def rotate_service_key(old: Service, new: Service, *, at_once: int = 500) -> int:
    """Wrap every key anew that lies under the old service key; gives how many. Stopped halfway, it goes on."""
    done = 0
    while rows := list(PersonKey.objects.filter(service_key_id=old.id, destroyed_at=None).order_by("person")[:at_once]):
        halves = _halves_of([row.person_id for row in rows])
        for row in rows:
            if (half := halves.get(row.person_id)) is not None:
                key = sealing.unwrap(bytes(row.wrapped), service=old, half=half, person=row.person_id)
                row.wrapped = _wrapped(key, row.person_id, half, new)
            row.service_key_id = new.id
        PersonKey.objects.bulk_update(rows, ["wrapped", "service_key_id"])
        done += len(rows)
    return done


def destroy_key(person_id: UUID, *, now: datetime | None = None) -> None:
    """Destroy a person's key for good: every sealed text of theirs becomes unreadable, here and in every backup."""
    now = now or timezone.now()
    with transaction.atomic():
        changed = PersonKey.objects.filter(person=person_id, destroyed_at=None).update(wrapped=b"", destroyed_at=now)
        if changed:
            ledger.append([Entry(Kind.ERASURE, {"what": "person-key"})], at=now)
            ledger.forget(person_id)
        transaction.on_commit(lambda: sweep_halves([person_id]))


def erase_person(person_id: UUID, *, now: datetime) -> None:
    """Erase all that this floor holds of a person: key, name, ties, who looked, and their account. The id stays, empty."""
    with transaction.atomic():
        person = Person.objects.select_related("account").get(id=person_id)
        destroy_key(person_id, now=now)
        for kept in (Access, Proxy, BreakGlass, CareRelationship):
            kept.objects.filter(person=person).delete()
        account, person.account, person.name_sealed = person.account, None, b""
        person.save(update_fields=["account", "name_sealed"])
        if account is not None and not RoleGrant.objects.filter(account=account).exists():
            close_account(account)  # somebody who also works here keeps the account for that


def sweep_halves(person_ids: Sequence[UUID] | None = None) -> int:
    """Remove the halves of destroyed keys, all of them when none are named: mends a crash right after an erasure."""
    gone = PersonKey.objects.exclude(destroyed_at=None)
    gone = gone if person_ids is None else gone.filter(person__in=person_ids)
    ids = [(person.bytes,) for person in gone.values_list("person_id", flat=True)]
    with _halves() as file:
        file.execute("begin immediate")
        return file.executemany("delete from half where person = ?", ids).rowcount


_open = threading.local()


def halves_path() -> Path:
    """Give the file with everyone's half of a key. Its backup lies apart from the database's."""
    return Path(settings.SAMEN.home) / "keys.sqlite3"


def _halves() -> sqlite3.Connection:
    """Open the file of halves, once per thread and process. Deleted rows are overwritten, not only unlinked."""
    here = (os.getpid(), halves_path())
    if getattr(_open, "here", None) != here:
        here[1].parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(here[1], os.O_CREAT | os.O_RDWR, 0o600))
        file = sqlite3.connect(here[1], timeout=20, isolation_level=None, factory=Connection)
        file.execute("pragma secure_delete = on")
        file.execute("pragma synchronous = full")
        file.execute("create table if not exists half (person blob primary key, half blob not null) without rowid")
        _open.here, _open.file = here, file
    return _open.file


def close_halves() -> None:
    """Let go of the file of halves, so that a restored one can take its place."""
    if (file := getattr(_open, "file", None)) is not None:
        file.close()
    _open.here = _open.file = None


def _halves_of(person_ids: Sequence[UUID], at_once: int = 500) -> dict[UUID, bytes]:
    found: dict[UUID, bytes] = {}
    for start in range(0, len(person_ids), at_once):
        ids = [each.bytes for each in person_ids[start : start + at_once]]
        marks = ",".join("?" * len(ids))
        rows = _halves().execute(f"select person, half from half where person in ({marks})", ids)
        found |= {UUID(bytes=person): half for person, half in rows}
    return found


# --- accounts, people, roles ----------------------------------------------------------------------------------------


def create_account(email: str, name: str = "", language: str = "nl", password: str | None = None) -> Account:
    """Make an account whose e-mail address counts as checked, since whoever runs the service typed it."""
    with transaction.atomic():
        account = Account.objects.create_user(email, password, name=name, language=language)
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


def create_person(
    name: str, language: str = "nl", account: Account | None = None, *, now: datetime | None = None
) -> Person:
    """Make a person, with a key of their own."""
    return create_people([(name, language, account)], now=now)[0]


def create_people(each: Iterable[tuple[str, str, Account | None]], *, now: datetime | None = None) -> list[Person]:
    """Make many people at once: (name, language, account or None)."""
    now = now or timezone.now()
    given = list(each)
    people = [Person(language=language, account=account, created_at=now) for _, language, account in given]
    keys = _new_keys(people)
    opened = sealers_with(keys)
    for person, (name, _, _) in zip(people, given, strict=True):
        person.name_sealed = opened[person.id].seal(name, NAME)
    with transaction.atomic():
        Person.objects.bulk_create(people, batch_size=2000)
        PersonKey.objects.bulk_create(keys, batch_size=2000)
    return people


def close_account(account: Account) -> None:
    """Close an account for good: nobody signs in with it, and its address, name and second factors are gone.

    The row stays without them, since looks by it stand in other people's lists.
    """
    with transaction.atomic():
        for session in UserSession.objects.filter(user=account):
            session.end()
        EmailAddress.objects.filter(user=account).delete()
        Authenticator.objects.filter(user=account).delete()
        account.email, account.name, account.is_active = f"{account.id}@closed.invalid", "", False
        account.set_unusable_password()
        account.save()


def account_of(email: str) -> Account | None:
    """Find an active account by e-mail address."""
    return Account.objects.filter(email=email.strip().lower(), is_active=True).first()


def find_person(address_or_id: str) -> UUID | None:
    """Find a person by the e-mail address of their account or by their number; names are sealed and cannot be searched."""
    given = address_or_id.strip()
    if "@" in given:
        return Person.objects.filter(account__email=given.lower()).values_list("id", flat=True).first()
    try:
        return Person.objects.filter(id=UUID(given)).values_list("id", flat=True).first()
    except ValueError:
        return None


def name_of(access: Allowed) -> str:
    """Give the person's name, which stands above every page about them. Raises: KeyDestroyed."""
    key = PersonKey.objects.select_related("person").get(person=access.person)
    return sealers_with([key])[access.person].open_text(key.person.name_sealed, NAME)


def grant_role(account: Account, role: Role, *, now: datetime | None = None, ends: datetime | None = None) -> RoleGrant:
    """Let an account work in a role. Raises: ValueError for `person` and `supporter`, which nobody can grant."""
    if role not in GRANTED:
        raise ValueError(
            f'Nobody can grant "{role}": it follows from being a person here, or from a person\'s yes to a supporter.'
        )
    found = RoleGrant.objects.filter(account=account, role=role, ends=None).first()
    return found or RoleGrant.objects.create(account=account, role=role, starts=now or timezone.now(), ends=ends)


def end_role(account: Account, role: Role, *, now: datetime) -> None:
    """End a role now: care relationships in that role open nothing from this moment on."""
    RoleGrant.objects.filter(account=account, role=role).filter(_standing(now)).update(ends=now)


def duties(held: frozenset[Role]) -> frozenset[Duty]:
    """Give every duty of these roles."""
    return frozenset(duty for role in held for duty in CARDS[role].duties)


def roles_of(account: Account, now: datetime) -> frozenset[Role]:
    """Give every role of an account at this moment, with one query."""
    granted = RoleGrant.objects.filter(account=account).filter(_standing(now)).values_list("role")
    supports = Proxy.objects.filter(account=account).filter(_standing(now)).values_list(_word(Role.SUPPORTER))
    is_one = Person.objects.filter(account=account).values_list(_word(Role.PERSON))
    return frozenset(Role(role) for (role,) in granted.union(supports, is_one))


def _word(word: str) -> Value:
    return Value(str(word), output_field=CharField())


def _standing(now: datetime) -> Q:
    return Q(starts__lte=now) & (Q(ends=None) | Q(ends__gt=now))


# --- who may see whom -----------------------------------------------------------------------------------------------


def allowed(account: Account, person_id: UUID, scope: Scope, *, now: datetime) -> Allowed | Refused:
    """Decide whether this account may see this area of this person's data, with two queries."""
    return allowed_areas(account, person_id, [scope], now=now)[scope]


def allowed_areas(
    account: Account, person_id: UUID, scopes: Collection[Scope], *, now: datetime
) -> dict[Scope, Allowed | Refused]:
    """Decide the same about several areas of one person, with the same two queries."""
    found = Person.objects.filter(id=person_id).values_list("account_id").first()
    if found is None:  # the same answer as for a person whom one has nothing to do with
        return {scope: Refused("NO_TIE") for scope in scopes}
    ties = [] if found[0] == account.id else _ties(account, person_id, now)
    return {
        scope: decide(person=person_id, owner=found[0], actor=account.id, ties=ties, scope=scope, now=now)
        for scope in scopes
    }


def support_of(account: Account, person_id: UUID, now: datetime) -> frozenset[Scope]:
    """Give every area that the person's yes opens to this supporter now, with one query."""
    given = Proxy.objects.filter(_standing(now), account=account, person=person_id).values_list("scopes", flat=True)
    return frozenset(Scope(word) for scopes in given for word in scopes)


def _ties(account: Account, person_id: UUID, now: datetime) -> list[Tie]:
    """Give every tie between two people, past ones too. A tie in a role that was taken away has ended."""
    mine = {"account": account, "person": person_id}
    held = Exists(RoleGrant.objects.filter(_standing(now), account=account, role=OuterRef("role")))
    nothing, yes = Value("[]", output_field=JSONField()), Value(True, output_field=BooleanField())
    columns = ("starts", "ends")
    proxies = Proxy.objects.filter(**mine).values_list(
        "scopes", _word(Ground.SUPPORT), _word(Role.SUPPORTER), _word("support"), yes, *columns
    )
    care = CareRelationship.objects.filter(**mine).values_list(
        nothing, _word(Ground.CARE), "role", "purpose", held, *columns
    )
    broken = BreakGlass.objects.filter(**mine).values_list(
        nothing, _word(Ground.BREAK_GLASS), "role", _word("emergency"), held, *columns
    )
    return [
        Tie(
            ground=Ground(ground),
            role=Role(role),
            starts=starts,
            ends=ends if holds else min(now, ends or now),
            purpose=purpose,
            scopes=frozenset(map(Scope, scopes)) if ground == Ground.SUPPORT else frozenset(),
        )
        for scopes, ground, role, purpose, holds, starts, ends in proxies.union(care, broken, all=True)
    ]


def machine(person_id: UUID, ground: Ground, scope: Scope = Scope.RECORD) -> Allowed:
    """Let the machine itself file what came in, or hand the person their own copy; it shows nobody anything."""
    if ground not in (Ground.IMPORT, Ground.PORTABILITY):
        raise NotAllowed(f'The machine has no ground "{ground}"; only import and portability go without a human.')
    return Allowed(person=person_id, scope=scope, ground=ground, role=Role.ADMINISTRATOR, actor=None)


def without_account(person_id: UUID, scope: Scope) -> Allowed:
    """Let somebody without an account to their own data, such as who writes to a help line without a name.

    Whoever calls this has made sure that it is them: by the key that only their own session holds.
    Raises: NotAllowed for somebody who has an account (they sign in), and for nobody.
    """
    if not Person.objects.filter(id=person_id, account=None).exists():
        raise NotAllowed("Only somebody without an account is let in without signing in.")
    return Allowed(person=person_id, scope=scope, ground=Ground.OWN, role=Role.PERSON, actor=None)


# --- care, supporters, emergencies ----------------------------------------------------------------------------------


def start_care(
    person_id: UUID,
    account: Account,
    role: Role,
    purpose: CarePurpose,
    *,
    by: Account,
    now: datetime,
    ends: datetime | None = None,
) -> CareRelationship:
    """Start a care relationship; the person sees it at once. Raises: NotAllowed when `by` may not start this one."""
    if (no := may_start_care(roles_of(by, now), roles_of(account, now), role, purpose, own=by == account)) is not None:
        raise NotAllowed(f"This care relationship may not start: {no.code}.")
    open_one = CareRelationship.objects.filter(person=person_id, account=account, role=role, ends=None).first()
    if open_one is not None:
        return open_one
    with transaction.atomic():
        made = CareRelationship.objects.create(
            person_id=person_id, account=account, role=role, purpose=purpose, starts=now, ends=ends
        )
        access = Allowed(
            person=person_id, scope=Scope.CONTACT, ground=Ground.CARE, role=role, actor=account.id, purpose=purpose
        )
        note_access(access, what="people:care", at=now)
    return made


def end_care(care: CareRelationship, *, by: Account, now: datetime) -> None:
    """End a care relationship now. Raises: NotAllowed unless it is one's own, the person's, or one leads care."""
    if by.id not in (care.account_id, care.person.account_id) and not may(roles_of(by, now), Duty.LEAD):
        raise NotAllowed("Only the professional, the person and a clinical lead can end a care relationship.")
    CareRelationship.objects.filter(id=care.id).filter(Q(ends=None) | Q(ends__gt=now)).update(ends=now)


def give_proxy(access: Allowed, account: Account, scopes: Iterable[Scope], *, ends: datetime, now: datetime) -> Proxy:
    """Store the person's yes to a supporter. Raises: NotAllowed for anyone else; ValueError for an empty yes."""
    _own(access)
    named = sorted(set(scopes))
    if not named or account.id == access.actor:
        raise ValueError("A yes to a supporter names at least one area, and somebody else than oneself.")
    return Proxy.objects.create(
        person_id=access.person, account=account, scopes=named, starts=now, ends=ends, said_yes_at=now
    )


def end_proxy(access: Allowed, proxy_id: int, *, now: datetime) -> bool:
    """End a supporter's access now; False when there was nothing to end. Raises: NotAllowed unless it is the person."""
    _own(access)
    return bool(Proxy.objects.filter(id=proxy_id, person=access.person, ends__gt=now, starts__lt=now).update(ends=now))


def supporters_of(access: Allowed) -> QuerySet[Proxy]:
    """Give the person's supporters, now and before."""
    access.require(Scope.RIGHTS)
    return Proxy.objects.filter(person=access.person).select_related("account").order_by("-ends", "-id")


def team_of(access: Allowed, now: datetime) -> QuerySet[CareRelationship]:
    """Give the professionals who care for the person now."""
    access.require(Scope.RIGHTS)
    held = Exists(RoleGrant.objects.filter(_standing(now), account=OuterRef("account"), role=OuterRef("role")))
    standing = CareRelationship.objects.filter(_standing(now), held, person=access.person)
    return standing.select_related("account").order_by("starts", "id")


def _own(access: Allowed) -> None:
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person decides who supports them.")


def break_glass(
    account: Account, person_id: UUID, reason: str, *, now: datetime, minutes: int | None = None
) -> BreakGlass | Refused:
    """Open a person's record in an emergency; it ends by itself, and the person's list shows it at once."""
    role = next((each for each in sorted(roles_of(account, now)) if Duty.BREAK_GLASS in CARDS[each].duties), None)
    if role is None:
        return Refused("NOT_YOUR_ROLE")
    if not reason.strip():
        return Refused("NO_REASON")
    if not Person.objects.filter(id=person_id).exists():
        return Refused("NO_TIE")
    ends = now + timedelta(minutes=minutes or settings.SAMEN.break_glass_minutes)
    sealed = sealer(person_id).seal(reason.strip(), REASON)
    access = Allowed(
        person=person_id,
        scope=Scope.CONTACT,
        ground=Ground.BREAK_GLASS,
        role=role,
        actor=account.id,
        purpose="emergency",
    )
    with transaction.atomic():
        made = BreakGlass.objects.create(
            person_id=person_id, account=account, role=role, reason_sealed=sealed, starts=now, ends=ends
        )
        note_access(access, what="people:break_glass", at=now, kind=Kind.BREAK_GLASS)
    return made


# --- who looked -----------------------------------------------------------------------------------------------------


def note_access(access: Allowed, *, what: str, at: datetime, kind: Kind = Kind.ACCESS) -> None:
    """Write down that a human looked: a row for the person's list and a leaf on the ledger, both or neither."""
    note_accesses([access], what=what, at=at, kind=kind)


def note_accesses(accesses: Sequence[Allowed], *, what: str, at: datetime, kind: Kind = Kind.ACCESS) -> None:
    """Write down one look at several people, such as a list of names."""
    rows = [
        Access(
            person_id=each.person,
            account_id=each.actor,
            role=each.role,
            ground=each.ground,
            scope=each.scope,
            purpose=each.purpose,
            what=what,
            at=at,
        )
        for each in accesses
    ]
    with transaction.atomic():
        Access.objects.bulk_create(rows)
        ledger.append([_leaf(row, kind) for row in rows], at=at)


def note_names_seen(accesses: Sequence[Allowed], *, what: str, at: datetime) -> None:
    """Write down that somebody saw these people in a list: once a day for each, since such a list is opened all day long."""
    if not accesses:
        return
    morning = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    actor = accesses[0].actor
    seen = set(Access.objects.filter(account=actor, at__gte=morning, what=what).values_list("person_id", flat=True))
    if unseen := list({each.person: each for each in accesses if each.person not in seen}.values()):
        note_accesses(unseen, what=what, at=at)


def _leaf(row: Access, kind: Kind) -> Entry:
    """Say on the ledger that there was a look; whom and by whom stands only in the commitment."""
    secret = {
        "row": row.pk,
        "person": str(row.person_id),
        "account": str(row.account_id),
        "scope": str(row.scope),
        "what": row.what,
    }
    return Entry(
        kind,
        facts={"row": row.pk, "role": str(row.role), "ground": str(row.ground)},
        secret=secret,
        salt=os.urandom(32),
        subject=row.person_id,
    )


@dataclass(frozen=True)
class Look:
    """One line of the list of who looked."""

    id: int
    who: str
    role: Role
    ground: Ground
    scope: Scope
    purpose: str
    what: str
    at: datetime
    reason: str = ""  # only for emergency access


def who_looked(access: Allowed, page: int | None = 1) -> list[Look]:
    """Give who looked at this person, newest first; one row more than a page says that there is a next one. None: all."""
    access.require(Scope.RIGHTS)
    rows = Access.objects.filter(person=access.person).select_related("account").order_by("-at", "-id")
    if page is not None:
        first = (max(page, 1) - 1) * PAGE
        rows = rows[first : first + PAGE + 1]
    reasons = _reasons(access.person)
    return [
        Look(
            id=row.pk,
            who=_shown(row.account),
            role=Role(row.role),
            ground=Ground(row.ground),
            scope=Scope(row.scope),
            purpose=row.purpose,
            what=row.what,
            at=row.at,
            reason=_reason_for(row, reasons),
        )
        for row in rows
    ]


def _shown(account: Account | None) -> str:
    """Give the name to show for an account; nothing for one that was closed."""
    return account.get_full_name() if account is not None and account.is_active else getattr(account, "name", "")


def _reasons(person_id: UUID) -> list[tuple[BreakGlass, str]]:
    found = BreakGlass.objects.filter(person=person_id).select_related("person__key")
    broken = list(found.order_by("-starts"))
    if not broken:
        return []
    opener = sealers_with([broken[0].person.key])[person_id]
    return [(each, opener.open_text(each.reason_sealed, REASON)) for each in broken]


def _reason_for(row: Access, reasons: list[tuple[BreakGlass, str]]) -> str:
    if row.ground != Ground.BREAK_GLASS:
        return ""
    return next(
        (text for each, text in reasons if each.account_id == row.account_id and each.starts <= row.at <= each.ends), ""
    )


@dataclass(frozen=True)
class Known:
    """One line of a professional's or supporter's list of people."""

    person: UUID
    name: str
    access: Allowed
    since: datetime
    ends: datetime | None
    care: int | None = None  # the care relationship, where there is one
    proxy: int | None = None  # the person's yes, where there is one
    scopes: tuple[Scope, ...] = ()  # what that yes names


def my_people(account: Account, now: datetime, page: int = 1) -> list[Known]:
    """Give the people this account is tied to now, emergencies first; one more than a page says there is a next one.

    As many queries for five people as for five thousand.
    """
    broken, care = _cared_for(account, now)
    first = (max(page, 1) - 1) * PAGE
    ties: list[CareRelationship | BreakGlass] = list(broken) if first == 0 else []
    return _known([*ties, *care[first : first + PAGE + 1]])


def among_my_people(account: Account, people: Iterable[UUID], now: datetime) -> list[Known]:
    """Give those of these people whom this account is tied to now; as many queries for one as for a page of them."""
    broken, care = (ties.filter(person__in=list(people)) for ties in _cared_for(account, now))
    return _known([*broken, *care])


def ids_of_my_people(account: Account, now: datetime) -> QuerySet[Person, UUID]:
    """Give the ids of everybody this account is tied to now, for use within another question."""
    broken, care = _cared_for(account, now)
    return Person.objects.filter(
        Q(id__in=broken.order_by().values("person")) | Q(id__in=care.order_by().values("person"))
    ).values_list("id", flat=True)


def _cared_for(account: Account, now: datetime) -> tuple[QuerySet[BreakGlass], QuerySet[CareRelationship]]:
    """Give the emergencies and care relationships of this account that hold now, in roles that it still has."""
    held = Exists(RoleGrant.objects.filter(_standing(now), account=account, role=OuterRef("role")))
    broken = BreakGlass.objects.filter(_standing(now), held, account=account).order_by("-starts")
    care = CareRelationship.objects.filter(_standing(now), held, account=account).order_by("-starts", "-id")
    return broken.select_related("person__key"), care.select_related("person__key")


def supported_by(account: Account, now: datetime) -> list[Known]:
    """Give the people who said yes to this account as a supporter, as long as the yes holds."""
    proxies = Proxy.objects.filter(_standing(now), account=account).select_related("person__key").order_by("-starts")
    return _known(list(proxies))


def step_down(account: Account, proxy_id: int, *, now: datetime) -> bool:
    """Let a supporter end their own access."""
    return bool(Proxy.objects.filter(id=proxy_id, account=account, ends__gt=now, starts__lt=now).update(ends=now))


def _known(ties: Sequence[CareRelationship | BreakGlass | Proxy]) -> list[Known]:
    opened = sealers_with({tie.person_id: tie.person.key for tie in ties}.values())
    return [
        Known(
            person=tie.person_id,
            name=opened[tie.person_id].open_text(tie.person.name_sealed, NAME),
            access=_as_access(tie),
            since=tie.starts,
            ends=tie.ends,
            care=tie.pk if isinstance(tie, CareRelationship) else None,
            proxy=tie.pk if isinstance(tie, Proxy) else None,
            scopes=tuple(Scope(word) for word in tie.scopes) if isinstance(tie, Proxy) else (),
        )
        for tie in ties
        if opened[tie.person_id].key is not None
    ]


def _as_access(tie: CareRelationship | BreakGlass | Proxy) -> Allowed:
    match tie:
        case CareRelationship():
            ground, role, purpose = Ground.CARE, Role(tie.role), tie.purpose
        case BreakGlass():
            ground, role, purpose = Ground.BREAK_GLASS, Role(tie.role), "emergency"
        case Proxy():
            ground, role, purpose = Ground.SUPPORT, Role.SUPPORTER, "support"
    return Allowed(
        person=tie.person_id, scope=Scope.CONTACT, ground=ground, role=role, actor=tie.account_id, purpose=purpose
    )
