"""How an AI system of the made-up service comes into use, as any must: proven, wanted, voted on, paid for, begun small."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from samen.people.roles import Role
from samen.rights import door as rights
from samen.rights.panel import Vote
from samen.rights.register import Registered
from samen.rights.store import systems as register
from samen.rights.words import Denied, Stage
from samen.web.demo import founding
from samen.web.demo.founding import Staff


def adopt(staff: Staff, words: Mapping[str, Any], now: datetime, places: int) -> None:
    """Bring each system of `words` into its pilot, unless what its validation showed does not do."""
    for each in words["system"]:
        system = named(each["id"])
        if proven(staff, system, words, now):
            voted(staff, system, each, words, now)
            founding.pay(staff, now)
            begun(staff, system, words, now, places)


def named(name: str) -> Registered:
    """Give a system by its id. Raises: RuntimeError where it is not registered."""
    system = rights.system(name)
    if system is None:
        raise RuntimeError(f"{name} is not registered.")
    return system


def proven(staff: Staff, system: Registered, words: Mapping[str, Any], now: datetime) -> bool:
    """Run the room's own validation through the gate, and file what it showed, whatever that is."""
    figures = rights.VALIDATIONS[system.id](staff["visser"].id)
    if isinstance(figures, Denied):
        raise RuntimeError(
            f"The validation was denied: {figures.code} {figures.detail}. The demo cannot go on without it."
        )
    return rights.file_evidence(
        system,
        Stage.PILOT,
        figures,
        protocol=words["protocol"],
        protocol_at=now - timedelta(days=30),
        results_at=now,
        by=staff["visser"],
        at=now,
    )


def voted(staff: Staff, system: Registered, each: Mapping[str, Any], words: Mapping[str, Any], now: datetime) -> None:
    """Let the panel ratify the need for a system and vote on it: not all of it for."""
    register.ratify_need(
        system,
        each["statements"],
        without=each["without"],
        other_way=each["other_way"],
        until=now + timedelta(days=365),
        by=staff["pia"],
        at=now,
    )
    reasons = [*((Vote.YES, reason) for reason in words["votes"]["yes"]), (Vote.NO, words["votes"]["no"][0])]
    for place, account in enumerate(staff.of(Role.PANEL_MEMBER)):
        vote, reason = reasons[place % len(reasons)]
        register.vote(system, vote, by=account, reason=reason, at=now)


def begun(staff: Staff, system: Registered, words: Mapping[str, Any], now: datetime, places: int) -> None:
    """Let the clinical lead begin the pilot."""
    register.move(system, Stage.PILOT, by=staff["visser"], reason=words["pilot"], at=now, cap=places)
