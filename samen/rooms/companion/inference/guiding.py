"""What a question to the guide asks for, which services fit, and why each is shown: the inference of `companion.guide`. Pure.

Its finding holds ids and keys. Of the person's words it holds none: a town and an age are told by where in the question they stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.companion import guide
from samen.rooms.companion.guide import SHOWN, Candidate, Hit, Moment, Said, Wanted
from samen.rooms.companion.inference import needing
from samen.rooms.companion.inference.needing import Likes, Meant, Towns

WORDS, NEED = "companion.asking", "companion.guide_need"
FEW = 5  # services that are shown when it is not sure
PRIVATE = frozenset({"town", "age"})  # blanks that are the person's own; the page has them from the question


@dataclass(frozen=True)
class Read:
    """One look: what is looked for, which wishes were let go for it, and the services that may fit."""

    wanted: Wanted
    let_go: tuple[str, ...]
    candidates: Sequence[Candidate]


@dataclass(frozen=True)
class Question:
    """A question as it was gathered, with what is needed to answer it."""

    id: str
    text: str
    language: str
    looks: Sequence[Read]  # the strictest first
    moment: Moment
    likes: Likes
    towns: Towns
    heard: tuple[
        int, str
    ]  # what the crisis room's ear made of it: level, and the subject of the numbers to show (empty for none)


def understood(text: str, language: str, likes: Likes, towns: Towns) -> Meant:
    """Say what a question asks for: gather asks it too, to read no more than what may fit."""
    return needing.meant(text, language, likes, towns)


def infer(gathered: Gathered) -> Finding:
    """Understand, choose, order, and say why. What is not understood abstains, unless danger is heard in it."""
    asked: Question | None = gathered.data
    if asked is None:
        return Finding("abstain", {}, f"{WORDS}.sure", abstained=True, reason=f"{WORDS}.code.abstain")
    meant = understood(asked.text, asked.language, asked.likes, asked.towns)
    level, numbers = asked.heard
    hits, let_go = _first(asked, meant)
    value = {
        "question": asked.id,
        "needs": list(meant.needs),
        "maybe": list(meant.maybe),
        "wishes": _wishes(meant),
        "places": {name: list(place) for name, place in meant.places.items()},
        "let_go": list(let_go),
        "shown": [_plain(each) for each in hits[: SHOWN if meant.needs else FEW]],
        "level": level,
        "numbers": numbers,
    }
    if not (meant.needs or meant.maybe or numbers):
        reason = f"{WORDS}.code.abstain"
        return Finding("abstain", value, f"{WORDS}.sure", abstained=True, reason=reason)
    code = "danger" if numbers else "found" if meant.needs else "unsure"
    return Finding(code, value, f"{WORDS}.sure")


def _first(asked: Question, meant: Meant) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
    """Give the hits of the strictest look that finds something, and which wishes it let go."""
    for look in asked.looks:
        if look.wanted.needs:
            worth = meant.needs or meant.maybe
            if hits := guide.find(look.wanted, look.candidates, asked.moment, worth):
                return hits, look.let_go
    return (), ()


def _wishes(meant: Meant) -> dict[str, Any]:
    said: dict[str, Any] = {
        "language": meant.language,
        "free": meant.free,
        "open": meant.open,
        "access": list(meant.access),
    }
    return {name: value for name, value in said.items() if value}


def _plain(hit: Hit) -> dict[str, Any]:
    return {"id": hit.entry.id, "why": _said(hit.why), "notes": _said(hit.notes)}


def _said(all_of_them: Sequence[Said]) -> list[list[Any]]:
    return [
        [each.key, {name: value for name, value in each.blanks.items() if name not in PRIVATE}] for each in all_of_them
    ]


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say why: which needs and wishes were heard, how services stand, and what would change it."""
    says = Phrase(f"{WORDS}.code.{finding.code}")
    value = finding.value
    needs = [*value.get("needs", ()), *value.get("maybe", ())]
    factors = [Phrase(f"{WORDS}.factor.danger")] if value.get("numbers") else []
    factors += [Phrase(f"{WORDS}.factor.need", {"need": Phrase(f"{NEED}.{each}")}) for each in needs]
    factors += [Phrase(f"{WORDS}.factor.wish", {"wish": each}) for each in _named(value)]
    if value.get("shown"):
        factors.append(Phrase(f"{WORDS}.factor.order"))
    return Explanation(
        says=says,
        says_to_staff=says,
        factors=tuple(factors) or (Phrase(f"{WORDS}.factor.nothing"),),
        would_change=Phrase(f"{WORDS}.would_change"),
        sure=Phrase(f"{WORDS}.sure"),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def _named(value: Mapping[str, Any]) -> list[Phrase]:
    """Name the wishes that were heard: by what they are about, without the person's words."""
    wishes, places = value.get("wishes", {}), value.get("places", {})
    plain = [each for each in ("free", "open", "language") if wishes.get(each)]
    there = [Phrase(f"companion.guide.loosened.{each}") for each in plain]
    there += [Phrase(f"{WORDS}.page.wish.access.{each}") for each in wishes.get("access", ())]
    there += [Phrase("companion.guide.loosened.age")] if "age" in places else []
    return there + ([Phrase("companion.guide.ask.place")] if "town" in places else [])
