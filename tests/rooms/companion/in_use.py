"""The companion in service, the real way: entered, shown to work, wanted, voted on, begun by a lead; and people who talk with it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from samen.people.models import Person
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.panel import Vote
from samen.rights.register import Registered
from samen.rights.store import systems as register
from samen.rights.words import Denied, Stage
from samen.rooms.companion import systems
from samen.rooms.companion.jobs import turn
from samen.rooms.companion.store import talk
from tests import named
from tests.rights.example import settle_all
from tests.rooms.crisis import service
from tests.rooms.crisis.service import Crew


def in_service() -> Crew:
    """Bring `companion.talk` into its pilot, beside a help line that answers."""
    crew = service.in_service()
    let_in(systems.TALK, crew)
    return crew


def let_in(each: Registered, crew: Crew | None = None) -> None:
    """Bring one system of this room into its pilot."""
    crew = crew or service.in_service()
    before = timezone.now() - timedelta(days=2)
    register.enter(each, at=before)
    figures = [
        register.Figure(bound.measure, *((1.0,) * 3 if bound.at_least else (0.0,) * 3), 400)
        for bound in each.manifest.evidence
    ]
    given: dict[str, Any] = {"protocol": "written before", "protocol_at": before - timedelta(days=30)}
    register.file_evidence(each, Stage.PILOT, figures, **given, results_at=before, by=crew.lead)
    said = ["Nights are long", "I want to do something", "It should be mine"]
    until = timezone.now() + timedelta(days=300)
    register.ratify_need(each, said, without="A leaflet.", other_way="Pages.", until=until, by=crew.panel[0], at=before)
    for member in crew.panel:
        register.vote(each, Vote.YES, by=member, reason="It is clear", at=before)
    settle_all(crew, before)  # type: ignore[arg-type]
    register.move(each, Stage.PILOT, by=crew.lead, reason="Start small", at=before, cap=50)


def says_yes(who: Person, language: str = "en", system: Registered = systems.TALK) -> None:
    """Let somebody read what the companion is, and say yes to it."""
    now, mine = timezone.now(), named.own(who)
    rights.tell(mine, system, at=now)
    for use in system.manifest.uses:
        rights.say(mine, system, use, yes=True, at=now, language=language)


def talks(who: Person, *given: str) -> UUID:
    """Let somebody talk by what they give, turn by turn: `press:...` is a button, anything else is typed. Gives the talk."""
    access = named.own(who, Scope.TALK)
    for number, each in enumerate(("press:", *given)):
        found = talk.open_talk(access, at=timezone.now())
        pressed, typed = (each.removeprefix("press:"), "") if each.startswith("press:") else ("", each)
        played = turn.play(
            access, found, pressed=pressed, typed=typed, client_id=f"{found.turn}-{number}", at=timezone.now()
        )
        assert not isinstance(played, Denied), played
    return talk.open_talk(access, at=timezone.now()).id


def visitor(who: Person, language: str = "en") -> Client:
    """Give the browser of somebody who is signed in and reads this language."""
    return named.sign_in(Client(headers={"accept-language": language}), who)
