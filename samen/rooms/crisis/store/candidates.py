"""Models fitted at this service and which one is in use: asked for, made, proposed by one human, adopted by another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people.access import NotAllowed
from samen.people.models import Account
from samen.people.roles import Duty, may
from samen.people.store import roles_of
from samen.rights import door as rights
from samen.rights.register import Registered
from samen.rooms.crisis.models.hearing import LANGUAGES, Adoption, Candidate, OperatingPoint

CAME_ALONG = "came-along"
LONGEST = timedelta(hours=6)  # what was not made by then was cut off, and does not stand in the way of another


class NotNow(ValueError):
    """Something cannot be done now; `code` has its sentence in `crisis.labels.refused`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Made:
    """What a job made: the model and its card as files hold them, what it learnt from here, and its scores."""

    model: str
    sha256: str
    card: str
    learnt: Sequence[int]
    scores: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Chosen:
    """What hears one language: a model (empty: the one that came along) and where its thresholds stand (None: its own)."""

    sha256: str = ""
    ask: float | None = None
    alarm: float | None = None


def lead(by: Account, at: datetime) -> None:
    """Let in whoever leads care. Raises: NotAllowed."""
    if not may(roles_of(by, at), Duty.LEAD):
        raise NotAllowed("Whoever leads care adopts models and approves thresholds.")


def decides(by: Account, at: datetime) -> None:
    """Let in whoever decides about care. Raises: NotAllowed."""
    if not may(roles_of(by, at), Duty.DECIDE):
        raise NotAllowed("Whoever decides about people's care asks for models and proposes.")


# --- what is in use ---------------------------------------------------------------------------------------------------


def in_use() -> dict[str, str]:
    """Give the model in use for each language: its SHA-256, or nothing for the one that came along."""
    newest: dict[str, str] = {}
    rows = Adoption.objects.exclude(approved_at=None).order_by("approved_at", "id")
    for language, sha in rows.values_list("language", "candidate__sha256"):
        newest[language] = sha or ""
    return {language: newest.get(language, "") for language in LANGUAGES}


def adopted() -> str:
    """Give what is adopted as one text; empty while everything is as it came. Part of the digest of what hears."""
    return " ".join(f"{language}:{sha}" for language, sha in sorted(in_use().items()) if sha)


def chosen(came_along: Mapping[str, str]) -> dict[str, Chosen]:
    """Give what hears each language now. Takes the SHA-256 of the models that came along."""
    points = {(row.language, row.sha256): row
              for row in OperatingPoint.objects.exclude(approved_at=None).order_by("version")}  # fmt: skip
    found = {}
    for language, sha in in_use().items():
        point = points.get((language, sha or came_along.get(language, "")))
        found[language] = Chosen(sha, point.ask, point.alarm) if point else Chosen(sha)
    return found


def chosen_since(at: datetime | None) -> bool:
    """Say whether humans here adopted a model or approved thresholds after a moment, or ever when none is given."""
    chosen = (Adoption.objects.exclude(approved_at=None), OperatingPoint.objects.exclude(approved_at=None))
    return any((rows.filter(approved_at__gt=at) if at else rows).exists() for rows in chosen)


def model_text(sha256: str) -> str:
    """Give a model as a file holds it. Raises: Candidate.DoesNotExist."""
    return Candidate.objects.filter(sha256=sha256).exclude(model="").values_list("model", flat=True)[:1].get()


# --- candidates -------------------------------------------------------------------------------------------------------


def rows() -> Sequence[Candidate]:
    """Give every candidate, newest first, without what is large."""
    return list(Candidate.objects.defer("model", "scores", "card").select_related("by").order_by("-at"))


def one(candidate: UUID) -> Candidate:
    """Give one candidate. Raises: Candidate.DoesNotExist."""
    return Candidate.objects.select_related("by").get(pk=candidate)


def ask(language: str, *, by: Account, at: datetime) -> Candidate:
    """Ask for a model. Raises: NotAllowed; NotNow while one is being made."""
    decides(by, at)
    with transaction.atomic():
        busy = Candidate.objects.filter(state__in=("waiting", "fitting"))
        busy.filter(at__lte=at - LONGEST).update(state="failed", problem="FAILED", done_at=at)
        if busy.exists():
            raise NotNow("FITTING")
        return Candidate.objects.create(language=language, by=by, at=at)


def begin(candidate: UUID) -> Candidate | None:
    """Take a candidate that waits; None when it does not. One that a crash cut off is taken up again by its job."""
    changed = Candidate.objects.filter(pk=candidate, state__in=("waiting", "fitting")).update(state="fitting")
    return one(candidate) if changed else None


def keep(candidate: UUID, made: Made) -> None:
    """Keep a model that a job made, so that it can be tried; it is not ready before it was put beside the one in use."""
    Candidate.objects.filter(pk=candidate).update(
        model=made.model,
        sha256=made.sha256,
        card=made.card,
        learnt=list(made.learnt),
        scores=list(made.scores),
    )


def ready(candidate: UUID, made: Made, report: Mapping[str, Any], *, at: datetime) -> None:
    """Keep the report of a candidate, which can be proposed from now on, and put its digests on the ledger."""
    with transaction.atomic():
        Candidate.objects.filter(pk=candidate).update(state="ready", done_at=at, report=dict(report))
        facts = {"candidate": str(candidate), "model": made.sha256, "labels": len(made.learnt)}
        ledger.append([Entry(Kind.REGISTER, facts=facts)], at=at)


def failed(candidate: UUID, problem: str, *, at: datetime) -> None:
    """Write down why nothing was made."""
    Candidate.objects.filter(pk=candidate).update(state="failed", problem=problem, done_at=at)


def looks(language: str) -> int:
    """Count how often candidates of a language were put beside the sealed messages: each look wears them a little."""
    return Candidate.objects.filter(language=language, state="ready").count()


# --- adopting ---------------------------------------------------------------------------------------------------------


def proposals() -> Sequence[Adoption]:
    """Give every proposal, newest first."""
    found = Adoption.objects.select_related("by", "approved_by", "candidate").defer(
        "candidate__model", "candidate__scores", "candidate__card"
    )
    return list(found.order_by("-at", "-id"))


def propose(language: str, candidate: UUID | None, reason: str, *, by: Account, at: datetime) -> Adoption:
    """Propose a model for a language. Raises: NotAllowed; NotNow for one that is not ready or in use already."""
    decides(by, at)
    row = Candidate.objects.filter(pk=candidate, language=language, state="ready").first() if candidate else None
    if candidate is not None and row is None:
        raise NotNow("NOT_READY")
    if in_use()[language] == (row.sha256 if row else ""):
        raise NotNow("IN_USE")
    return Adoption.objects.create(language=language, candidate=row, reason=reason.strip(), by=by, at=at)


def adopt(proposal: int, systems: Sequence[Registered], *, by: Account, at: datetime) -> bool:
    """Use a proposed model from now on. What was shown and approved was of another: evidence and votes begin anew.

    False when it is not there or approved already. Raises: NotAllowed for who proposed it, or leads no care.
    """
    lead(by, at)
    with transaction.atomic():
        found = Adoption.objects.select_for_update(of=("self",)).filter(pk=proposal, approved_at=None).first()
        if found is None:
            return False
        if found.by_id == by.pk:
            raise NotAllowed("Whoever proposed a model does not adopt it.")
        found.approved_by, found.approved_at = by, at
        found.save(update_fields=["approved_by", "approved_at"])
        sha = found.candidate.sha256 if found.candidate else CAME_ALONG
        facts = {"adopted": sha, "language": found.language, "proposal": found.pk}
        ledger.append([Entry(Kind.REGISTER, facts={"system": each.id, **facts}) for each in systems], at=at)
        for each in systems:
            rights.enter(each, at=at)
        return True
