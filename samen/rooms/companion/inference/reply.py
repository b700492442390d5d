"""What one turn says and why: the inference of `companion.talk`. Its finding holds keys and ids, and no words of the person."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.companion.inference import player, walker
from samen.rooms.companion.inference.player import Given, Heard, Here, Reply, State
from samen.rooms.companion.inference.understand import Index
from samen.rooms.companion.library import Library

WORDS = "companion.talk"


@dataclass(frozen=True)
class Asked:
    """A turn as it was gathered: what was given, where the talk stood, and what it stands in."""

    pressed: str
    typed: str
    language: str
    library: Library
    human_there: bool
    state: Mapping[str, Any] = field(default_factory=dict)
    # Of a validation alone:
    turns: tuple[tuple[str, str], ...] = ()  # a whole talk: what was pressed and typed, turn by turn
    walk: Mapping[str, Any] = field(default_factory=dict)  # walker.py: module, seed, interrupts; or module, screen


# Hears danger: state before, text, language, whether a human is there -> (level of the message, of the talk, what Heard needs).
Listens = Callable[[Mapping[str, Any], str, str, bool], tuple[int, Heard]]


@lru_cache(maxsize=8)
def _index(language: str, phrases: tuple[tuple[str, tuple[str, ...]], ...]) -> Index:
    return Index(dict(phrases))


def index_of(library: Library, language: str) -> Index:
    """Give the phrases of all subjects in a language, ready to be compared with; made once."""
    return _index(language, tuple((name, each.like[language]) for name, each in library.intents.items()))


def infer(gathered: Gathered, listens: Listens) -> Finding:
    """Play one turn. Without anything given it abstains."""
    asked: Asked | None = gathered.data
    if asked is None:
        return Finding("abstain", {}, f"{WORDS}.sure", abstained=True, reason=f"{WORDS}.code.abstain")
    if asked.walk:
        return Finding("talk", _walked(asked), f"{WORDS}.sure")
    if not asked.turns:
        reply, state = _turn(asked, listens)
        return Finding(_code(reply), {**plain(reply), "state": _without_answers(state)}, f"{WORDS}.sure")
    played, state = [], dict(asked.state)
    for pressed, typed in asked.turns:
        reply, state = _turn(replace(asked, pressed=pressed, typed=typed, state=state), listens)
        played.append(plain(reply))
    return Finding(_code(reply), {"played": played, "state": state}, f"{WORDS}.sure")


def _turn(asked: Asked, listens: Listens) -> tuple[Reply, dict[str, Any]]:
    """Play one turn; gives the reply, and the state with its answers as plain values."""
    before = player.of_plain(asked.state) if asked.state else State()
    if chosen := player.offered(player.standing(before, _here(asked)), asked.typed, _here(asked)):
        asked = replace(asked, pressed=chosen, typed="")
    # Who goes on with an exercise, or presses a button, leaves a question about danger behind: a "yes" there is no answer to it.
    closed = {**before.danger, "open": []} if before.danger else before.danger
    heard = Heard(state=closed)
    if asked.typed:
        so_far = before.danger if before.place is None else closed
        now, heard = listens(so_far, asked.typed, asked.language, asked.human_there)
        # Danger that was said before stands on; while somebody goes on with an exercise it is not said again at each answer.
        if now < 2 and before.place is not None:
            heard = Heard(heard.level, heard.action, state=heard.state)
    after, reply = player.turn(before, Given(asked.pressed, asked.typed), heard, _here(asked))
    return reply, player.to_plain(after)


def _here(asked: Asked) -> Here:
    return Here(asked.language, asked.library, index_of(asked.library, asked.language), asked.human_there)


def _without_answers(state: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key != "known"}


def _walked(asked: Asked) -> dict[str, Any]:
    if screen := asked.walk.get("screen"):
        return {"ok": walker.upgraded(_here(asked), asked.walk["module"], screen)}
    return walker.walk(
        _here(asked), asked.walk["module"], asked.walk["seed"], interrupts=bool(asked.walk.get("interrupts"))
    )


def _code(reply: Reply) -> str:
    if reply.numbers or reply.level > 2:
        return "danger"
    return "exercise" if "/" in reply.node else "talk"


def plain(reply: Reply) -> dict[str, Any]:
    """Give a reply as plain values."""
    made = asdict(reply)
    made["says"] = [[each.key, dict(each.values)] for each in reply.says]
    made["buttons"] = list(reply.buttons)
    return made


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say why: what was given, where the talk stood, and what would change it."""
    given = "typed" if gathered.data is not None and gathered.data.typed else "pressed"
    return Explanation(
        says=Phrase(f"{WORDS}.code.{finding.code}"),
        says_to_staff=Phrase(f"{WORDS}.code.{finding.code}"),
        factors=(Phrase(f"{WORDS}.factor.{given}"), Phrase(f"{WORDS}.factor.place")),
        would_change=Phrase(f"{WORDS}.would_change"),
        sure=Phrase(f"{WORDS}.sure"),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def of_material(piece: Mapping[str, Any], library: Library) -> Gathered:
    """Read a piece of a validation: one turn (`pressed` or `typed`), a talk (`turns`) or a `walk`; `language`; `state` before."""
    asked = Asked(
        pressed=piece.get("pressed", ""),
        typed=piece.get("typed", ""),
        language=piece["language"],
        library=library,
        human_there=bool(piece.get("human_there", False)),
        state=piece.get("state") or {},
        turns=tuple((each.get("pressed", ""), each.get("typed", "")) for each in piece.get("turns", ())),
        walk=piece.get("walk") or {},
    )
    return Gathered(items=(), data=asked, language=piece["language"])
