"""What colleagues say about the texts of a module, and what became of it. Nothing here is about anybody in care."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from samen.people.access import NotAllowed
from samen.people.models import Account
from samen.people.roles import Duty, may
from samen.people.store import roles_of
from samen.rooms.companion.models.module import Remark
from samen.rooms.companion.store.drafts import NotNow


@dataclass(frozen=True)
class Said:
    """What somebody says, and the words that they would put in its place."""

    text: str
    en: str = ""
    nl: str = ""


def add(place: tuple[str, str], digest: str, said: Said, *, by: Account, at: datetime) -> Remark:
    """Keep what somebody says about a module and screen, as the text stood (`digest`). Raises: NotAllowed; NotNow when it is empty."""
    if not may(roles_of(by, at), Duty.CARE):
        raise NotAllowed("Whoever stands beside people in care says something about the exercises.")
    if not (said.text or said.en or said.nl):
        raise NotNow("EMPTY")
    module, screen = place
    return Remark.objects.create(
        module=module, screen=screen, digest=digest, text=said.text, en=said.en, nl=said.nl, by=by, at=at
    )


def answer(remark: UUID, text: str, *, by: Account, at: datetime) -> Remark:
    """Answer a remark, and so close it. Raises: NotAllowed; NotNow when it is closed, or without words."""
    if not may(roles_of(by, at), Duty.DECIDE):
        raise NotAllowed("Whoever writes modules answers what is said about them.")
    if not text.strip():
        raise NotNow("REASON")
    done = Remark.objects.filter(id=remark, answered_at=None).update(
        answer=text.strip(), answered_by=by, answered_at=at
    )
    if not done:
        raise NotNow("GONE")
    return Remark.objects.get(id=remark)


def one(remark: UUID) -> Remark | None:
    """Give one remark."""
    return Remark.objects.filter(id=remark).first()


def about(module: str) -> Sequence[Remark]:
    """Give all that was said about a module, the newest first."""
    return list(Remark.objects.filter(module=module).select_related("by", "answered_by").order_by("-at"))


def open_counts() -> Mapping[str, int]:
    """Give how many remarks wait for an answer, by module."""
    found = Remark.objects.filter(answered_at=None).values("module").annotate(n=Count("id")).order_by("module")
    return dict(found.values_list("module", "n"))
