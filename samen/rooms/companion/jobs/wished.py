"""What stands on a person's pages by their own wish: the line at the time of a rhythm, and the offer of a questionnaire."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from samen.people.access import Allowed
from samen.rooms.companion import offering, rhythm
from samen.rooms.companion.rhythm import ASK
from samen.rooms.companion.store import modules
from samen.rooms.companion.store import rhythm as store
from samen.rooms.treatment import door as treatment

FITS = Path(__file__).parent.parent / "content" / "rules" / "offers.toml"


@dataclass(frozen=True)
class Line:
    """What the person wanted to do about now."""

    id: UUID
    name: str


def name_of(what: str, language: str) -> str:
    """Give the name of an exercise or a questionnaire; empty for one that is gone."""
    if what.startswith(ASK):
        found = treatment.offers(language).get(what.removeprefix(ASK))
        return found.title if found else ""
    module = modules.in_use().exercises.get(what)
    return module.title[language] if module else ""


def lines(access: Allowed, language: str, now: datetime) -> list[Line]:
    """Give what the person wanted to do about now: calm lines, which go by themselves."""
    come = [
        Line(each.id, name_of(each.wish.what, language))
        for each in store.mine(access)
        if not each.paused and rhythm.due(each.wish, each.aside_at, now)
    ]
    return [each for each in come if each.name]


@cache
def fits() -> dict[str, list[str]]:
    """Give which questionnaires fit after which exercise."""
    return dict(tomllib.loads(FITS.read_text())["after"])


def offer(access: Allowed, answers: Allowed, ended: str, language: str, now: datetime) -> treatment.Offer | None:
    """Give the questionnaire to offer after an exercise; None where none fits, or the person said no. Scopes TALK, ANSWERS."""
    fitting = fits().get(ended, [])
    if not fitting:
        return None
    said = store.said(access)
    if all(said.get(each) == offering.NEVER for each in fitting):
        return None
    known = treatment.offers(language)
    asks_about = {name: each.recall_days for name, each in known.items()}
    return known.get(offering.offered(fitting, said, treatment.last_filled(answers), asks_about, now))
