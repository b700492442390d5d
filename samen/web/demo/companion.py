"""The companion of the made-up service: proven, voted on, begun small; a talk that Noor had with it, and what she asked the guide."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from samen.people import store as people
from samen.people.access import Allowed
from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rights.panel import Vote
from samen.rights.register import Registered
from samen.rights.store import consent
from samen.rights.store import systems as register
from samen.rights.words import Denied, Stage
from samen.rooms.companion import systems
from samen.rooms.companion.jobs import asking, turn
from samen.rooms.companion.store import talk
from samen.web.demo import founding, texts
from samen.web.demo.founding import Staff

PLACES = 60  # in the pilot


def let_in(staff: Staff, now: datetime) -> None:
    """Prove each system of the room, let the panel vote, begin the pilot, and let Noor talk."""
    words = texts.read("companion")
    for each in words["system"]:
        system = rights.system(each["id"])
        if system is None:
            raise RuntimeError(f"{each['id']} is not registered.")
        if proven(staff, system, words, now):
            voted(staff, system, each, words, now)
            founding.pay(staff, now)
            register.move(system, Stage.PILOT, by=staff["visser"], reason=words["pilot"], at=now, cap=PLACES)
    _kept_off(staff, words["off"], now)
    _talked(words["noor"], now)


def _kept_off(staff: Staff, words: Mapping[str, Any], now: datetime) -> None:
    """Let the lead keep the language model off, with the reason for everybody to read: nobody here set one."""
    system = rights.system(words["id"])
    if system is None:
        raise RuntimeError(f"{words['id']} is not registered.")
    register.move(system, Stage.SUSPENDED, by=staff["visser"], reason=words["reason"], at=now)


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


def _talked(words: Mapping[str, Any], now: datetime) -> None:
    """Let Noor say yes and talk, as her pages do. Where the companion may not run, she reads the exercises instead."""
    noor, person = people.account_of("noor@example.org"), people.find_person("noor@example.org")
    if noor is None or person is None:
        raise RuntimeError("Noor is not there.")
    mine, spoken = (people.allowed(noor, person, scope, now=now) for scope in (Scope.RIGHTS, Scope.TALK))
    if not isinstance(mine, Allowed) or not isinstance(spoken, Allowed):
        raise PermissionError("Noor may not see her own.")
    for system in (systems.TALK, systems.GUIDE):
        consent.notice(mine, system, at=now)
        for use in system.manifest.uses:
            consent.say(mine, system, use, yes=True, at=now, language="nl")
    asking.ask(spoken, words["question"], "nl", at=now)  # where the guide that reads may not run, she uses the list
    for place, each in enumerate(words["turns"]):
        found = talk.open_talk(spoken, at=now)
        given = {"pressed": each.get("press", ""), "typed": each.get("type", "")}
        if isinstance(turn.play(spoken, found, **given, client_id=f"demo-{place}", at=now), Denied):
            return
