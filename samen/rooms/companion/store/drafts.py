"""A service's own versions of modules: begun, written, sent, read by another, approved. Nothing else touches these tables."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

from django.core.signals import request_finished, request_started
from django.db import IntegrityError, transaction
from django.dispatch import receiver

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people.access import NotAllowed
from samen.people.models import Account
from samen.people.roles import Duty, may
from samen.people.store import roles_of
from samen.rights import door as rights
from samen.rights.register import Registered
from samen.rooms.companion.dialogue import digest_of
from samen.rooms.companion.models.module import APPROVED, OPEN, Draft, Step


class NotNow(ValueError):
    """Something cannot be done now; `code` has its sentence in `companion.editor.refused`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _decides(by: Account, at: datetime) -> None:
    if not may(roles_of(by, at), Duty.DECIDE):
        raise NotAllowed("Whoever decides about people's care writes and reviews modules.")


# --- what is in use ---


_answered: ContextVar[list[dict[str, str]] | None] = ContextVar(
    "answered", default=None
)  # what was answered in this turn


def approved() -> dict[str, str]:
    """Give the digest of each module that this service has a version of its own of."""
    answered = _answered.get()
    if answered is None:
        return _approved()
    if not answered:
        answered.append(_approved())
    return answered[0]


def _approved() -> dict[str, str]:
    return dict(Draft.objects.filter(state="approved").order_by("module").values_list("module", "digest"))


@contextmanager
def asked_once() -> Iterator[None]:
    """Ask the database once what is in use, however often it matters until this ends: one turn has one digest and one set of words."""
    if _answered.get() is not None:
        yield
        return
    token = _answered.set([])
    try:
        yield
    finally:
        _answered.reset(token)


@receiver(request_started, dispatch_uid="companion.asks_once")
def begin_request(**_: object) -> None:
    """Ask anew from here on, and once: a request of the web begins."""
    _answered.set([])


@receiver(request_finished, dispatch_uid="companion.asks_once")
def end_request(**_: object) -> None:
    """Ask each time again: the request is over."""
    _answered.set(None)


def _asks_anew() -> None:
    """Forget what was answered: something else is in use now."""
    if (answered := _answered.get()) is not None:
        answered.clear()


def texts_of(digests: Sequence[str]) -> dict[str, str]:
    """Give the texts of these versions by module. Their texts never change, so another approval meanwhile changes nothing here."""
    found = Draft.objects.filter(digest__in=digests, state__in=APPROVED).order_by("module", "approved_at")
    return dict(found.values_list("module", "content"))


def count(module: str) -> int:
    """Give how many versions of a module were ever begun here."""
    return Draft.objects.filter(module=module).count()


# --- reading ---


def rows() -> Sequence[Draft]:
    """Give the versions that are open or in use."""
    found = Draft.objects.filter(state__in=(*OPEN, "approved")).defer("content")
    return list(found.select_related("by", "reviewed_by", "approved_by").order_by("module", "-at"))


def one(draft: UUID) -> Draft | None:
    """Give one version."""
    return Draft.objects.select_related("by", "reviewed_by", "approved_by").filter(id=draft).first()


def steps(draft: UUID) -> Sequence[Step]:
    """Give what was done with a version, newest first."""
    return list(Step.objects.filter(draft=draft).select_related("by").order_by("-id"))


# --- writing ---


def begin(module: str, content: str, base: str, *, by: Account, at: datetime) -> Draft:
    """Begin a version from the one in use. Raises: NotAllowed; NotNow while another is open."""
    _decides(by, at)
    try:
        with transaction.atomic():
            made = Draft.objects.create(
                module=module, content=content, base=base, digest=digest_of(content.encode()), by=by, at=at
            )
            _step(made, "begun", by=by, at=at)
    except IntegrityError as busy:
        raise NotNow("BUSY") from busy
    return made


def save(draft: UUID, content: str, seen: str, *, by: Account, at: datetime) -> None:
    """Keep another text, if what the writer saw (`seen`, a digest) is still what is kept. Raises: NotNow."""
    with transaction.atomic():
        found = _open(draft, "draft")
        if found.by_id != by.pk:
            raise NotNow("NOT_YOURS")
        if found.digest != seen:
            raise NotNow("CHANGED")
        found.content, found.digest = content, digest_of(content.encode())
        found.save(update_fields=["content", "digest"])
        _step(found, "saved", by=by, at=at)


def send(draft: UUID, reason: str, *, by: Account, at: datetime) -> None:
    """Send a version to be read by another. The caller has compiled it. Raises: NotNow."""
    with transaction.atomic():
        found = _open(draft, "draft")
        if found.by_id != by.pk:
            raise NotNow("NOT_YOURS")
        _move(found, "sent", reason, by=by, at=at)


def back(draft: UUID, reason: str, *, by: Account, at: datetime) -> None:
    """Give a version back to its writer. Raises: NotAllowed; NotNow."""
    _decides(by, at)
    with transaction.atomic():
        found = _open(draft, "sent", "reviewed")
        found.reviewed_by = found.reviewed_at = None
        found.save(update_fields=["reviewed_by", "reviewed_at"])
        _move(found, "draft", reason, by=by, at=at, what="back")


def review(draft: UUID, seen: str, reason: str, *, by: Account, at: datetime) -> None:
    """Say that one has read it, as it stood on the page (`seen`), and found it good. Raises: NotAllowed for the writer; NotNow."""
    _decides(by, at)
    with transaction.atomic():
        found = _open(draft, "sent")
        _another(found, by, seen)
        found.reviewed_by, found.reviewed_at = by, at
        _move(found, "reviewed", reason, by=by, at=at)


def approve(draft: UUID, seen: str, reason: str, systems: Sequence[Registered], *, by: Account, at: datetime) -> None:
    """Take a version into use. What was shown of the systems was shown of another text: evidence and votes begin anew.

    Raises: NotAllowed for the writer, or who leads no care; NotNow, also for whoever read it: another takes it into use.
    """
    if not may(roles_of(by, at), Duty.LEAD):
        raise NotAllowed("Whoever leads care approves modules.")
    with transaction.atomic():
        found = _open(draft, "reviewed")
        _another(found, by, seen)
        if found.reviewed_by_id == by.pk:
            raise NotNow("READ_IT")
        for old in Draft.objects.select_for_update().filter(module=found.module, state="approved"):
            _move(old, "superseded", "", by=by, at=at)
        found.approved_by, found.approved_at = by, at
        _move(found, "approved", reason, by=by, at=at)
        _asks_anew()
        facts = {"adopted": found.digest, "module": found.module, "draft": str(found.id)}
        ledger.append([Entry(Kind.REGISTER, facts={"system": each.id, **facts}) for each in systems], at=at)
        for each in systems:
            rights.enter(each, at=at)


def withdraw(draft: UUID, reason: str, systems: Sequence[Registered], *, by: Account, at: datetime) -> None:
    """Take a version back: an open one by who may write, the one in use by whoever leads care. Raises: NotAllowed; NotNow."""
    _decides(by, at)
    with transaction.atomic():
        found = _open(draft, *OPEN, "approved")
        in_use = found.state == "approved"
        if in_use and not may(roles_of(by, at), Duty.LEAD):
            raise NotAllowed("Whoever leads care takes back what is in use.")
        _move(found, "withdrawn", reason, by=by, at=at)
        if in_use:
            _asks_anew()
            facts = {"withdrawn": found.digest, "module": found.module, "draft": str(found.id)}
            ledger.append([Entry(Kind.REGISTER, facts={"system": each.id, **facts}) for each in systems], at=at)
            for each in systems:
                rights.enter(each, at=at)


def _open(draft: UUID, *states: str) -> Draft:
    found = Draft.objects.select_for_update().filter(id=draft, state__in=states).first()
    if found is None:
        raise NotNow("GONE")
    return found


def _another(found: Draft, by: Account, seen: str) -> None:
    if found.by_id == by.pk:
        raise NotAllowed("Whoever wrote a version neither reviews nor approves it.")
    if found.digest != seen:
        raise NotNow("CHANGED")


def _move(found: Draft, state: str, reason: str, *, by: Account, at: datetime, what: str = "") -> None:
    if state != "superseded" and not reason.strip():
        raise NotNow("REASON")
    found.state = state
    found.save(update_fields=["state", "reviewed_by", "reviewed_at", "approved_by", "approved_at"])
    _step(found, what or state, by=by, at=at, reason=reason.strip())


def _step(found: Draft, what: str, *, by: Account, at: datetime, reason: str = "") -> None:
    Step.objects.create(draft=found, what=what, by=by, at=at, reason=reason, digest=found.digest)
