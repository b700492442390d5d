"""The gate: the only caller of gather, infer and explain. What it does not release does not exist.

permit -> gather -> infer -> explain -> check again -> record and ledger in one transaction -> hold or release.
Anything that errs, takes too long, answers in the wrong form, or changes in between ends in `Denied`.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from samen.people.access import Allowed, Ground
from samen.people.sealing import Unreadable
from samen.rights import body, checks, permits
from samen.rights.checks import Ask, Facts
from samen.rights.permits import NotPermitted
from samen.rights.register import Registered
from samen.rights.store import facts as store_facts
from samen.rights.store import inference as store
from samen.rights.store.inference import Ready
from samen.rights.words import (
    Category,
    Denied,
    Explanation,
    Finding,
    Gathered,
    Outcome,
    Permit,
    Recipient,
    System,
    Use,
)
from samen.words import NoSuchSentence

log = logging.getLogger("samen.rights")

Clock = Callable[[], datetime]

TRIAL_LASTS = timedelta(hours=1)  # thousands of pieces of material, on a machine that does other work too
_KEY = secrets.token_bytes(32)  # made anew in each process: a permit never outlives it
_FUNCTIONS: dict[str, System] = {}
# The clock of the run under way: a permit is judged by the clock it was given under. Set by run and run_many alone.
_CLOCK: ContextVar[Clock] = ContextVar("clock", default=timezone.now)
_POOL = ThreadPoolExecutor(max_workers=8, thread_name_prefix="infer")
_RECEIVES = {
    Ground.CARE: Recipient.CARE_TEAM,
    Ground.BREAK_GLASS: Recipient.CARE_TEAM,
    Ground.SUPPORT: Recipient.FAMILY,
}
_EXTRAS = {
    "spark": "pyspark",
    "bucket": "obstore",
    "matching": "ortools",
    "embeddings": "onnxruntime",
    "population": "opendp",
    "llm": "openai",
}


def keep(system: System) -> None:
    """Take a registered system's functions into the gate's keeping. Called by `door.register` alone."""
    _FUNCTIONS[system.id] = system


def clear(system: str, person: UUID) -> int:
    """Let a system's room clear what it derived from findings about a person, and give how many things went."""
    kept = _FUNCTIONS.get(system)
    return kept.clear(person) if kept is not None and kept.clear is not None else 0


def require(permit: Permit, category: Category, person: UUID | None) -> None:
    """Let a store read this category of this person under this permit. Raises: NotPermitted."""
    permits.require(permit, category, person, key=_KEY, now=_CLOCK.get()())


@contextmanager
def _by(clock: Clock) -> Iterator[None]:
    before = _CLOCK.set(clock)
    try:
        yield
    finally:
        _CLOCK.reset(before)


def run(
    system: Registered,
    *,
    person: UUID,
    actor: Allowed | None = None,
    uses: frozenset[Use] | None = None,
    clock: Clock = timezone.now,
) -> Outcome:
    """Run one AI system for one person, and say what came of it.

    `actor` is the access decision under which somebody asked; None is the service's own timetable, which shows nobody anything.
    `uses` are those to run for, all when left out; fewer only where the manifest says `in_parts`.
    Never raises for what a run can meet: every failure is `Denied` with a code.
    """
    now, known = clock(), False
    try:
        about = store_facts.of_person(system, person, now)
        known = about.facts.digest_on_file is not None
        ask = _ask(system, about, actor, uses, person=person)
        permit = _permit(system, about.facts, ask, person=person, actor=actor.actor if actor else None)
    except Exception as wrong:  # what cannot be known or judged is a no
        permit = _failed(system, "FAILED", wrong)
    if isinstance(permit, Denied):
        _note(system, {person if known else None: permit}, now)
        return permit
    with _by(clock):
        ready = _infer(system, permit)
    outcome = ready if isinstance(ready, Denied) else _commit(system, ready, clock)
    if isinstance(outcome, Denied):
        _note(system, {person: outcome}, now)
    return outcome


def _note(system: Registered, denied: Mapping[UUID | None, Denied], at: datetime) -> None:
    """Write down that the gate said no. Whatever goes wrong here never stands in the way of the answer."""
    try:
        with transaction.atomic():
            store.note_denied(system.id, {person: each.code for person, each in denied.items()}, at)
    except Exception as wrong:
        log.error("A no of %s could not be written down (%s).", system.id, type(wrong).__name__)


def run_many(
    system: Registered, people: Sequence[UUID] | None = None, *, clock: Clock = timezone.now
) -> Mapping[UUID, Outcome]:
    """Run one AI system for many people: everybody who ever answered about it, or those named among them.

    The same checks and the same records as `run`, with a number of queries that does not grow with the people.
    """
    now = clock()
    wanted = None if people is None else set(people)
    outcomes: dict[UUID, Outcome] = {}
    allowed: list[Permit] = []
    try:
        for person, about in store_facts.of_everyone(system, now):
            if wanted is not None and person not in wanted:
                continue
            permit = _permit(system, about.facts, _ask(system, about, None, person=person), person=person, actor=None)
            if isinstance(permit, Denied):
                outcomes[person] = permit
            else:
                allowed.append(permit)
    except Exception as wrong:
        failed = _failed(system, "FAILED", wrong)
        return dict.fromkeys(wanted or (*outcomes, *(each.person for each in allowed if each.person)), failed)
    with _by(clock):
        ready = _infer_many(system, allowed, outcomes) if allowed else []
    outcomes |= _commit_many(system, ready, clock) if allowed else {}
    _note(system, {person: each for person, each in outcomes.items() if isinstance(each, Denied)}, now)
    for person in wanted - outcomes.keys() if wanted else ():
        outcomes[person] = Denied("NO_CONSENT")
    return outcomes


@dataclass(frozen=True)
class TrialRun:
    """What a validation run gave: one finding per piece of material, in its order."""

    id: UUID
    findings: tuple[tuple[Finding, Explanation], ...]


def trial(
    system: Registered, material: Sequence[Mapping[str, Any]], *, actor: UUID | None = None, clock: Clock = timezone.now
) -> TrialRun | Denied:
    """Run an AI system on material without a person: through the same gate, on the ledger as such, into nobody's record."""
    now = clock()
    ask = Ask(uses=frozenset(system.manifest.uses), recipient=None, language=system.manifest.languages[0], trial=True)
    try:
        permit = _permit(system, store_facts.of_system(system, now), ask, person=None, actor=actor)
    except Exception as wrong:
        permit = _failed(system, "FAILED", wrong)
    if isinstance(permit, Denied):
        _note(system, {None: permit}, now)
        return permit
    kept = _FUNCTIONS[system.id]
    if kept.material is None:
        return Denied("FAILED", detail="the system takes no material")
    findings = []
    for piece in material:
        made = _guarded(system, lambda piece=piece: _think(kept, kept.material(piece)))  # type: ignore[misc]
        if isinstance(made, Denied):
            return made
        findings.append((made[1], made[2]))
    try:
        with transaction.atomic():
            moved = store.epochs_moved(system.id, None, permit.epochs)
            if clock() >= permit.expires or moved is not False:
                return Denied("STALE_PERMIT")
            return TrialRun(store.write_trial(permit, material, clock()), tuple(findings))
    except Exception as wrong:
        return _failed(system, "NO_AUDIT", wrong)


def _ask(
    system: Registered,
    about: store_facts.About,
    actor: Allowed | None,
    uses: frozenset[Use] | None = None,
    *,
    person: UUID,
) -> Ask:
    recipient = _recipient(actor, about.owner)
    return Ask(
        uses=frozenset(system.manifest.uses) if uses is None else uses,
        recipient=recipient,
        stranger=actor is not None and (actor.person != person or recipient is None),
        language=about.language,
        extra_missing=extra_missing(system.manifest.extra),
    )


def _recipient(actor: Allowed | None, owner: UUID | None) -> Recipient | None:
    """Say who would receive the output, from the reason for which this human is let in."""
    if actor is None:
        return None
    # Somebody without an account, such as whoever writes to a help line, is their own person as well: both are None then.
    if actor.ground is Ground.OWN:
        return Recipient.PERSON if actor.actor == owner else None
    return _RECEIVES.get(actor.ground)


def extra_missing(extra: str | None) -> bool:
    """Say whether an optional install that a system needs is absent. A name nobody knows counts as absent."""
    return extra is not None and (extra not in _EXTRAS or find_spec(_EXTRAS[extra]) is None)


def _permit(system: Registered, facts: Facts, ask: Ask, *, person: UUID | None, actor: UUID | None) -> Permit | Denied:
    if system.id not in _FUNCTIONS or facts.epochs is None:
        return Denied("NOT_REGISTERED")
    denied: object = checks.judge(system.manifest, ask, facts)
    if denied is not None:  # judge promises Denied or nothing, and is not believed either
        return denied if isinstance(denied, Denied) else Denied("FAILED", detail="the judgement is of no known kind")
    permit = Permit(
        id=uuid4(),
        system=system.id,
        digest=system.digest,
        uses=ask.uses,
        issued=facts.now,
        expires=facts.now + (TRIAL_LASTS if ask.trial else timedelta(seconds=system.manifest.permit_seconds)),
        epochs=facts.epochs,
        person=person,
        actor=actor,
    )
    signed: object = permits.sign(permit, _KEY)
    return signed if isinstance(signed, Permit) else Denied("FAILED", detail="the permit has no seal")


def _infer(system: Registered, permit: Permit) -> Ready | Denied:
    """Gather under the permit, then infer and explain within the system's time."""
    kept = _FUNCTIONS[system.id]
    try:
        gathered = kept.gather(permit)
        excess = not isinstance(gathered, Gathered) or any(
            item.category not in permit.categories for item in gathered.items
        )
    except NotPermitted as wrong:
        return _failed(system, "EXCESS_DATA", wrong)
    except Unreadable as wrong:
        return _failed(system, "ERASED", wrong)
    except Exception as wrong:
        return _failed(system, "FAILED", wrong)
    if excess:
        return Denied("EXCESS_DATA", detail="an item of a category that the permit does not name")
    made = _guarded(system, lambda: _think(kept, gathered))
    return made if isinstance(made, Denied) else Ready(permit, *made)


def _think(kept: System, gathered: Gathered) -> tuple[Gathered, Finding, Explanation]:
    finding = kept.infer(gathered)
    explanation = kept.explain(gathered, finding)
    body.check(finding, explanation, kept.languages)
    return gathered, finding, explanation


def _guarded(
    system: Registered, think: Callable[[], tuple[Gathered, Finding, Explanation]]
) -> tuple[Gathered, Finding, Explanation] | Denied:
    """Run pure work in the time that the system declared. A thread that never ends keeps its place and nothing else."""
    try:
        return _POOL.submit(think).result(timeout=_FUNCTIONS[system.id].seconds)
    except TookTooLong as wrong:
        return _failed(system, "TIMEOUT", wrong)
    except (body.Incomplete, NoSuchSentence) as wrong:
        return _failed(system, "NO_EXPLANATION", wrong)
    except (Exception, SystemExit, GeneratorExit) as wrong:  # code of a model may try to end the process
        return _failed(system, "FAILED", wrong)


def _failed(system: Registered, code: str, wrong: BaseException) -> Denied:
    log.warning("%s was denied: %s (%s)", system.id, code, type(wrong).__name__)
    return Denied(code, detail=f"{type(wrong).__name__}: {wrong}"[:400])


def _commit(system: Registered, ready: Ready, clock: Clock) -> Outcome:
    """Check again, then write permit, record and ledger entry together, or nothing."""
    try:
        with transaction.atomic():
            now = clock()
            moved = store.epochs_moved(system.id, ready.permit.person, ready.permit.epochs)
            if now >= ready.permit.expires or moved is not False:
                return Denied("STALE_PERMIT")
            return store.write(system.manifest, [ready], now, settings.SAMEN.review_days)[0]
    except Unreadable as wrong:
        return _failed(system, "ERASED", wrong)
    except body.Incomplete as wrong:
        return _failed(system, "NO_EXPLANATION", wrong)
    except Exception as wrong:  # what is not on the log did not happen, whatever kept it off
        return _failed(system, "NO_AUDIT", wrong)


def _infer_many(system: Registered, allowed: Sequence[Permit], outcomes: dict[UUID, Outcome]) -> list[Ready]:
    """Gather for all at once where the room can, then infer one by one; what fails for one person fails for that one alone."""
    kept = _FUNCTIONS[system.id]
    if kept.gather_many is None:
        found = {permit: _infer(system, permit) for permit in allowed}
    else:
        try:
            gathered = kept.gather_many(allowed)
        except Exception as wrong:
            failed = _failed(system, "EXCESS_DATA" if isinstance(wrong, NotPermitted) else "FAILED", wrong)
            gathered, found = {}, dict.fromkeys(allowed, failed)
        else:
            work = _POOL.submit(lambda: {permit: _one_of_many(system, permit, gathered) for permit in allowed})
            try:
                found = work.result(timeout=max(60.0, kept.seconds * len(allowed) / 100))
            except TookTooLong as wrong:
                found = dict.fromkeys(allowed, _failed(system, "TIMEOUT", wrong))
    for permit, each in found.items():
        if isinstance(each, Denied) and permit.person is not None:
            outcomes[permit.person] = each
    return [each for each in found.values() if isinstance(each, Ready)]


def _one_of_many(system: Registered, permit: Permit, gathered: Mapping[UUID, Gathered]) -> Ready | Denied:
    try:
        mine = gathered.get(permit.person) if permit.person else None
        if not isinstance(mine, Gathered):
            return Denied("FAILED", detail="nothing was gathered")
        if any(item.category not in permit.categories for item in mine.items):
            return Denied("EXCESS_DATA")
        return Ready(permit, *_think(_FUNCTIONS[system.id], mine))
    except (body.Incomplete, NoSuchSentence) as wrong:
        return _failed(system, "NO_EXPLANATION", wrong)
    except Exception as wrong:
        return _failed(system, "FAILED", wrong)


def _commit_many(system: Registered, ready: Sequence[Ready], clock: Clock) -> dict[UUID, Outcome]:
    """Write what is still permitted in one transaction; a person whose rights moved meanwhile gets nothing."""
    try:
        with transaction.atomic():
            now = clock()
            stale = store.moved_among(system.id, {each.permit.person: each.permit.epochs for each in ready})
            good = [each for each in ready if each.permit.person not in stale and now < each.permit.expires]
            written = store.write(system.manifest, good, now, settings.SAMEN.review_days)
    except body.Incomplete as wrong:  # one of them holds something that is not plain data: the others go on without it
        plain = [each for each in ready if _is_plain(each)]
        lost = dict.fromkeys((each.permit for each in ready), _failed(system, "NO_EXPLANATION", wrong))
        if len(plain) == len(ready):
            plain = []  # nobody's in particular: then nobody's goes
        rest = _commit_many(system, plain, clock) if plain else {}
        return {permit.person: each for permit, each in lost.items() if permit.person} | rest
    except Exception as wrong:
        failed = _failed(system, "NO_AUDIT", wrong)
        return {each.permit.person: failed for each in ready if each.permit.person}
    outcomes: dict[UUID, Outcome] = {each.permit.person: Denied("STALE_PERMIT") for each in ready if each.permit.person}
    return outcomes | {each.permit.person: done for each, done in zip(good, written, strict=True) if each.permit.person}


def _is_plain(each: Ready) -> bool:
    """Say whether a finding can be written as plain data."""
    try:
        body.to_bytes(each.gathered, each.finding, each.explanation)
    except body.Incomplete:
        return False
    return True


def closed(system: System) -> System:
    """Give a manifest whose functions are closed: whoever calls one outside the gate is refused."""

    def refuse(*_: object, **__: object) -> Any:
        raise NotPermitted(f"{system.id} runs through rights.gate.run alone.")

    return replace(
        system,
        gather=refuse,
        infer=refuse,
        explain=refuse,
        gather_many=None,
        material=refuse if system.material else None,
        clear=None,
    )
