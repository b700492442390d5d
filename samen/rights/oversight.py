"""Who decides on what is held, by when, and what a decision must carry."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from samen.rights.words import Oversight, System


class State(StrEnum):
    """What has become of a finding."""

    HELD = "held"  # waits for a human; counts nowhere
    RELEASED = "released"  # may be shown, labelled
    REJECTED = "rejected"  # a human said no: the person sees that it was rejected, and why
    CLEARED = "cleared"  # the person stopped it, or erased it: only the fact remains that it ran


class Verdict(StrEnum):
    """What a human can decide."""

    ACCEPT = "accept"
    CHANGE = "change"
    REJECT = "reject"


END_STATE = {Verdict.ACCEPT: State.RELEASED, Verdict.CHANGE: State.RELEASED, Verdict.REJECT: State.REJECTED}

# An alert is for a human today, or sooner where its manifest says so; a suggestion has the service's own term (setting review_days).
ALERT_WITHIN = timedelta(hours=4)
LEAST_REASON = 8  # characters; a reason that nobody can read later is none


@dataclass(frozen=True)
class Decided:
    """A human's decision, before it is written."""

    verdict: Verdict
    reason: str
    changed: str = ""  # what it should say instead; only for CHANGE


def problems(decided: Decided) -> list[str]:
    """Give what is missing from a decision, as codes with their sentences in `rights.oversight`."""
    found = []
    if len(decided.reason.strip()) < LEAST_REASON:
        found.append("REASON_MISSING")
    if decided.verdict is Verdict.CHANGE and not decided.changed.strip():
        found.append("CHANGE_MISSING")
    return found


def first_state(mode: Oversight) -> State:
    """Give the state in which a finding begins."""
    return State.RELEASED if mode is Oversight.INFORM else State.HELD


def due(system: System, at: datetime, review_days: int) -> datetime | None:
    """Give the time by which a human must have decided; none for what only informs."""
    match system.oversight:
        case Oversight.INFORM:
            return None
        case Oversight.SUGGEST:
            return at + timedelta(days=review_days)
        case Oversight.ALERT:
            return at + (system.alert_within or ALERT_WITHIN)


def alert_term(system: System) -> timedelta | None:
    """Give how soon a human must have seen to an alert of this system; none for another mode."""
    return (system.alert_within or ALERT_WITHIN) if system.oversight is Oversight.ALERT else None


def alert_problem(system: System) -> str:
    """Say what is wrong with the term of an alert; empty when nothing is."""
    within = system.alert_within
    if within is None:
        return ""
    if system.oversight is not Oversight.ALERT:
        return f"alert_within is for mode {Oversight.ALERT}; its mode is {system.oversight}"
    return "" if timedelta() < within <= ALERT_WITHIN else f"alert_within must be above 0 and at most {ALERT_WITHIN}"
