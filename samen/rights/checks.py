"""The checks of the gate, in order: each takes what a system declares, what is asked, and the facts, and denies or stays silent.

Ids G01 to G20 are those of docs/rights.md; G21 is row K1.11. Not there yet, and said so in the register: G03 assessments, G09 fairness, G10 drift,
G14 accessibility, G16 context. A check that errs, answers anything but nothing or Denied, or misses a fact denies.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from samen.rights import consent, prohibited
from samen.rights.consent import Standing, Statement
from samen.rights.words import Denied, Epochs, Oversight, Recipient, Stage, System, Use

# A probe older than this is no probe; the timetable asks every hour (rights/jobs.py).
PROBE_HOLDS_FOR = timedelta(hours=3)
PROBES = ("human-route", "help-page")
AUDIT = ("canary", "reconciliation")


@dataclass(frozen=True)
class Ask:
    """What is asked of the gate: which uses, and to whom the output would go."""

    uses: frozenset[Use]
    recipient: Recipient | None  # None = the service's own timetable: it shows nobody anything
    language: str
    trial: bool = False  # a validation run, on material without a person
    stranger: bool = False  # who asks was let in to somebody else, or for a reason that shows nobody anything
    extra_missing: bool = False  # the optional install that the system needs is not there


@dataclass(frozen=True)
class Facts:
    """All that the checks may know, read in one query. Nothing has a default that lets a run pass."""

    now: datetime
    digest: str | None  # computed from the code, words and models that are running
    digest_on_file: str | None  # the one that humans entered
    stage: Stage | None = None
    pilot_cap: int = 0
    pilot_taken: int = 0
    has_seat: bool = False
    evidence_until: Mapping[Stage, datetime] = field(default_factory=dict)
    evidence_expired: bool = False
    approved_until: datetime | None = None
    vetoed: bool | None = None
    unpaid: bool | None = None
    need_until: datetime | None = None
    statements: tuple[Statement, ...] = ()
    restricted: bool | None = None
    in_crisis: bool | None = None
    notice_at: datetime | None = None
    on_duty: int = 0
    open_held: int | None = None
    capacity: int = 0
    overdue: int | None = None
    probes: Mapping[str, datetime] = field(default_factory=dict)  # name to last good answer
    epochs: Epochs | None = None


# What a check promises is Denied or nothing; `judge` believes none of them.
Check = Callable[[System, Ask, Facts], object]


def manifest(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G01: entered by a human, and running exactly the code, words and models that were entered."""
    if facts.digest_on_file is None or not isinstance(facts.stage, Stage) or not isinstance(facts.epochs, Epochs):
        return Denied("NOT_REGISTERED")
    if not facts.digest or facts.digest != facts.digest_on_file:
        return Denied("DIGEST_MISMATCH")
    return Denied("EXTRA_MISSING", detail=system.extra or "") if ask.extra_missing else None


def never(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G13: not among the things that may never be."""
    found = prohibited.reasons(system)
    return Denied("PROHIBITED", detail=", ".join(found)) if found else None


def stage(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G02, first half: in use, not suspended, and a place left while it is a pilot."""
    match facts.stage:
        case Stage.GENERAL:
            return None
        case Stage.PILOT:
            return None if ask.trial or facts.has_seat or facts.pilot_taken < facts.pilot_cap else Denied("PILOT_FULL")
        case Stage.DESIGN:
            return None if ask.trial else Denied("NOT_IN_USE")
        case Stage.SUSPENDED:
            return Denied("SUSPENDED")
        case _:
            return Denied("NOT_IN_USE")


def validation(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G02, second half: evidence on file for this stage and this digest, and not expired."""
    if ask.trial:
        return None  # a validation run is how evidence comes about
    until = facts.evidence_until.get(facts.stage) if facts.stage else None
    if until is None:
        return Denied("NOT_VALIDATED")
    return None if facts.now < until else Denied("EVIDENCE_EXPIRED")


def panel(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G04: people with lived experience approved this digest, it has not run out, no open veto, everyone settled."""
    if facts.vetoed is not False:
        return Denied("VETOED" if facts.vetoed is True else "NO_PANEL")
    if ask.trial:
        return None  # material for the panel to judge by
    if facts.approved_until is None or facts.now >= facts.approved_until:
        return Denied("NO_PANEL")
    return None if facts.unpaid is False else Denied("UNPAID")


def need(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G05: the need was ratified, and its sunset has not passed."""
    if ask.trial:
        return None
    if facts.need_until is None:
        return Denied("NO_NEED")
    if facts.now >= facts.need_until or facts.now.date() > system.needed_until:
        return Denied("SUNSET")
    return None


def minimisation(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G12: what is asked for is declared, each with its purpose; a part of it only where the manifest lets parts run."""
    declared = frozenset(system.uses)
    if not ask.uses or not ask.uses <= declared or (ask.uses != declared and not system.in_parts):
        return Denied("EXCESS_DATA")
    return None


def consented(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G06: a standing yes of this person covers every category, purpose and recipient of the run."""
    if ask.trial:
        return None
    missing = consent.uncovered(ask.uses, facts.statements, facts.now, heavy=system.heavy)
    if missing is None:
        return None if facts.restricted is False else Denied("RESTRICTED")
    use, found = missing
    code = {Standing.NO: "WITHDRAWN", Standing.EXPIRED: "CONSENT_EXPIRED"}.get(found, "NO_CONSENT")
    return Denied(code, detail=use.key)


def crisis(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G21: in a crisis nothing runs but what brings a human (rights.md K1.11). Not knowing counts as a crisis."""
    if ask.trial or system.brings_a_human:
        return None
    return None if facts.in_crisis is False else Denied("IN_CRISIS")


def notice(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G07: the person was shown what this system is and does, in the words that hold now, in a language it is validated for."""
    if ask.trial:
        return None
    if ask.language not in system.languages:
        return Denied("LANGUAGE")
    shown = facts.notice_at
    return None if shown is not None and facts.now < shown + consent.NOTICE_HOLDS_FOR else Denied("NOT_DISCLOSED")


def oversight(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G08: somebody trained is on duty to decide, and not already flooded."""
    if ask.trial or system.oversight is Oversight.INFORM:
        return None
    if system.reviewer is None or facts.on_duty < 1 or facts.open_held is None:
        return Denied("NO_HUMAN")
    return Denied("NO_HUMAN") if facts.open_held >= facts.on_duty * facts.capacity else None


def clocks(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G11: no incident, complaint or request about this system is overdue."""
    return None if facts.overdue == 0 else Denied("OVERDUE")


def recipients(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G17: the output goes to nobody whom the uses do not name."""
    if ask.stranger:
        return Denied("RECIPIENT_DENIED", detail="the access decision does not open this output")
    if ask.trial or ask.recipient is None:
        return None
    return None if ask.recipient in {use.recipient for use in ask.uses} else Denied("RECIPIENT_DENIED")


def audit(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G18, before: the canary and the reconciliation answered well, recently. After: the ledger entry is in the same transaction."""
    return None if _recent(AUDIT, facts) else Denied("NO_AUDIT")


def fallback(system: System, ask: Ask, facts: Facts) -> Denied | None:
    """G19: the way to a human and the help page answered a recent probe."""
    return None if ask.trial or _recent(PROBES, facts) else Denied("NO_FALLBACK")


def _recent(names: tuple[str, ...], facts: Facts) -> bool:
    return all(name in facts.probes and facts.now < facts.probes[name] + PROBE_HOLDS_FOR for name in names)


# Order matters to the reader of a denial: what can never be, then what is not in use, then the person's own word, then the service.
CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("G01", "NOT_REGISTERED", manifest),
    ("G13", "PROHIBITED", never),
    ("G12", "EXCESS_DATA", minimisation),
    ("G06", "NO_CONSENT", consented),
    ("G21", "IN_CRISIS", crisis),
    ("G02", "NOT_IN_USE", stage),
    ("G02", "NOT_VALIDATED", validation),
    ("G04", "NO_PANEL", panel),
    ("G05", "NO_NEED", need),
    ("G07", "NOT_DISCLOSED", notice),
    ("G08", "NO_HUMAN", oversight),
    ("G11", "OVERDUE", clocks),
    ("G17", "RECIPIENT_DENIED", recipients),
    ("G18", "NO_AUDIT", audit),
    ("G19", "NO_FALLBACK", fallback),
)


def judge(system: System, ask: Ask, facts: Facts, checks: tuple[tuple[str, str, Check], ...] = CHECKS) -> Denied | None:
    """Give the first denial, or nothing when every check stays silent."""
    if not checks:
        return Denied("FAILED", detail="no checks")
    for number, code, check in checks:
        try:
            answer = check(system, ask, facts)
        except Exception as error:  # fail closed, whatever it is
            return Denied(code, detail=f"{number} failed: {type(error).__name__}: {error}")
        if isinstance(answer, Denied):
            return answer
        if answer is not None:
            return Denied(code, detail=f"{number} answered {type(answer).__name__}")
    return None
