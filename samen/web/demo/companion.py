"""The companion of the made-up service: proven, voted on, begun small; a talk that Noor had with it, and what she asked the guide."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from samen.people.roles import Scope
from samen.rights.store import systems as register
from samen.rights.words import Denied, Stage
from samen.rooms.companion import systems
from samen.rooms.companion.jobs import asking, turn
from samen.rooms.companion.store import talk
from samen.web.demo import adopting, own, texts
from samen.web.demo.founding import Staff

PLACES = 60  # in the pilot


def let_in(staff: Staff, now: datetime) -> None:
    """Prove each system of the room, let the panel vote, begin the pilot, and let Noor talk."""
    words = texts.read("companion")
    adopting.adopt(staff, words, now, PLACES)
    _kept_off(staff, words["off"], now)
    _talked(words["noor"], now)


def _kept_off(staff: Staff, words: Mapping[str, Any], now: datetime) -> None:
    """Let the lead keep the language model off, with the reason for everybody to read: nobody here set one."""
    register.move(adopting.named(words["id"]), Stage.SUSPENDED, by=staff["visser"], reason=words["reason"], at=now)


def _talked(words: Mapping[str, Any], now: datetime) -> None:
    """Let Noor say yes and talk, as her pages do. Where the companion may not run, she reads the exercises instead."""
    mine, spoken = (own.access("noor@example.org", scope, now) for scope in (Scope.RIGHTS, Scope.TALK))
    for system in (systems.TALK, systems.GUIDE):
        own.says_yes(mine, system, now)
    asking.ask(spoken, words["question"], "nl", at=now)  # where the guide that reads may not run, she uses the list
    for place, each in enumerate(words["turns"]):
        found = talk.open_talk(spoken, at=now)
        given = {"pressed": each.get("press", ""), "typed": each.get("type", "")}
        if isinstance(turn.play(spoken, found, **given, client_id=f"demo-{place}", at=now), Denied):
            return
