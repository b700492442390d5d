"""Puts a scripted text in other words by a language model, and keeps the scripted one at any doubt: `companion.rephrase`.

Pure but for `ask`, which gather hands over: it asks the endpoint within its time, or raises what `broken` names.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.companion import guarding, rephrasing
from samen.rooms.companion.guarding import Rules
from samen.rooms.companion.rephrasing import HEARS, LEAST_WORDS, Wish

WORDS = "companion.rephrase"
SIDE_BY_SIDE = 8

Ask = Callable[[Sequence[Mapping[str, str]]], str]
Hears = Callable[[str, str], int]


@dataclass(frozen=True)
class Wording:
    """A wish with what is needed to fulfil it: who is asked, what is checked by, and the words that may leave."""

    wish: Wish
    ask: Ask
    broken: type[Exception]  # what `ask` raises when nothing usable came
    rules: Rules
    hears: Hears  # danger in what a person wrote
    hears_own: Hears  # danger in what the program would say
    known: frozenset[str]


def infer(gathered: Gathered) -> Finding:
    """Ask, look, and give the text that passed; else say which check kept the scripted one. Several at once in a validation."""
    asked: tuple[Wording, ...] = gathered.data
    if not asked:
        return Finding("abstain", {}, f"{WORDS}.sure", abstained=True, reason=f"{WORDS}.code.abstain")
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:  # only the waiting is side by side
        answers = list(pool.map(_answer, asked, [_stays(each) for each in asked]))
    values = [_judged(each, *answer) for each, answer in zip(asked, answers, strict=True)]
    if len(values) > 1:
        return Finding("many", {"worded": values}, f"{WORDS}.sure")
    return Finding("worded" if values[0]["text"] else "kept", values[0], f"{WORDS}.sure")


def _answer(asked: Wording, stays: str) -> tuple[str, str, bool]:
    """Give what came back, why nothing did, and whether anything was sent."""
    if stays:
        return "", stays, False
    wish = asked.wish
    try:
        return asked.ask(rephrasing.messages(wish, asked.rules.frame[wish.language], asked.known)), "", True
    except asked.broken as wrong:
        return "", f"answer_{wrong}", True


def _judged(asked: Wording, text: str, why: str, sent: bool) -> dict[str, Any]:
    """Give the text that may be said; empty: the scripted one is said."""
    why = why or guarding.refused(asked.wish, text, asked.rules, asked.hears_own)
    return {"text": "" if why or text == asked.wish.scripted else text, "why": why, "sent": sent}


def _stays(asked: Wording) -> str:
    wish = asked.wish
    if len(guarding.words(wish.scripted)) < LEAST_WORDS:
        return "short"
    if asked.rules.stays[wish.language].search(wish.scripted):
        return "stays"
    heard = max(asked.hears(wish.said, wish.language), asked.hears_own(wish.scripted, wish.language))
    return "danger" if heard >= HEARS else ""


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say why other words stand there, or why the written ones do."""
    says = Phrase(f"{WORDS}.code.{finding.code}")
    return Explanation(
        says=says,
        says_to_staff=says,
        factors=(Phrase(f"{WORDS}.factor.script"), Phrase(f"{WORDS}.factor.said")),
        would_change=Phrase(f"{WORDS}.would_change"),
        sure=Phrase(f"{WORDS}.sure"),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )
