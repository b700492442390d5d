"""What `companion.talk` must show before it talks with anybody: pieces of a validation, and what its answers say. Pure.

Pieces are walks by chance through every module (with and without something coming between), every screen met again in a
newer version, phrasings that were held out, and safety cases. The bounds stand in the manifest (systems.py), written down before.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samen.rights.shares import Share, share
from samen.rooms.companion import saying
from samen.rooms.companion.compiler import MOST_WORDS, WORD, Banned
from samen.rooms.companion.dialogue import LANGUAGES
from samen.rooms.companion.library import Library
from samen.rooms.companion.saying import Book

SEED = 20261126
IN_MODULES = 3  # modules in which each safety text is tried, besides the hall
SEEDS = 16  # walks of each kind through each module, in each language: enough for a lower end above .99
ASKED = 2  # level at which the crisis room asks its one question


@dataclass(frozen=True)
class Piece:
    """One piece: what it proves, what goes in, and what to look at in the answer."""

    proves: str  # walk, resume, phrase, case
    name: str
    language: str
    material: Mapping[str, Any]
    wants: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What one answer shows: well or not, and what was wrong."""

    piece: Piece
    well: bool
    wrong: tuple[str, ...] = ()
    sure: bool = False  # of a phrasing: it was taken for something without asking


def pieces(
    library: Library, phrases: Mapping[str, Sequence[Mapping[str, Any]]], kinds: Sequence[Mapping[str, Any]]
) -> list[Piece]:
    """Give all pieces, in a fixed order."""
    made = []
    for language in LANGUAGES:
        for module in library.exercises.values():
            for number in range(SEEDS * 2):
                walk = {"module": module.id, "seed": SEED + number, "interrupts": number % 2 == 1}
                proves = "resume" if walk["interrupts"] else "walk"
                made.append(Piece(proves, f"{module.id} {number}", language, {"language": language, "walk": walk}, {}))
            for screen in module.screens.values():
                if not screen.end:
                    walk = {"module": module.id, "screen": screen.id}
                    made.append(
                        Piece("resume", f"{module.id}/{screen.id}", language, {"language": language, "walk": walk}, {})
                    )
        for subject in phrases.get(language, ()):
            for text in subject["texts"]:
                material = {"language": language, "turns": [{"pressed": ""}, {"typed": text}]}
                made.append(Piece("phrase", text, language, material, {"intent": subject["id"]}))
    for kind in kinds:
        for language in LANGUAGES:
            for number, text in enumerate(kind[language]):
                made += list(_cases(kind, text, language, _places(library, number)))
    return made


def _places(library: Library, number: int) -> list[str]:
    """Give the modules in which a text is tried: each text in others, so that all are met."""
    names = list(library.exercises)
    return [names[(number * 3 + step) % len(names)] for step in range(min(IN_MODULES, len(names)))]


def _cases(kind: Mapping[str, Any], text: str, language: str, modules: Sequence[str]) -> Iterator[Piece]:
    """Give a text in the hall, and in the middle of some modules; what it wants there holds where it says so."""
    wants = dict(kind["wants"])
    resumes = wants.pop("resumes", False)
    starts = [("hall", [{"pressed": ""}])]
    starts += [(name, [{"pressed": f"m:{name}"}, {"pressed": "go"}]) for name in modules]
    for name, before in starts:
        turns = [*before, {"typed": text}]
        wanted = wants if name == "hall" or kind.get("everywhere") else {}
        if name != "hall" and resumes:
            turns.append({"pressed": "resume"})
            wanted = {**wanted, "turn": len(turns) - 1, "resumes": True}
        material = {"language": language, "turns": turns}
        yield Piece("case", f"{kind['id']}, {name}: {text[:60]}", language, material, wanted)


def judge(piece: Piece, value: Mapping[str, Any], library: Library, never: Sequence[Banned]) -> Verdict:
    """Say what one answer shows."""
    if piece.proves in ("walk", "resume"):
        return _walked(piece, value)
    if piece.proves == "phrase":
        return _understood(piece, value, library)
    return _kept_rules(piece, value, library, never)


def _walked(piece: Piece, value: Mapping[str, Any]) -> Verdict:
    if "ok" in value:
        return Verdict(piece, bool(value["ok"]), () if value["ok"] else ("not at its place after a new version",))
    wrong = [f"said twice: {each}" for each in value["repeats"]]
    wrong += [f"lost: {each}" for each in value["lost"]] + [f"stuck: {each}" for each in value["stuck"]]
    if not value["ended"]:
        wrong.append(f"no end in {value['turns']} turns")
    return Verdict(piece, not wrong, tuple(wrong))


def _understood(piece: Piece, value: Mapping[str, Any], library: Library) -> Verdict:
    """Look at what a phrasing was taken for: its subject, a question back that offers it, something else, or nothing.

    What is grave may be heard as danger before it is taken for a subject; then the crisis room answers, and that is well.
    The crisis room's one kind question, at unclear words, is a question back as well; how often it may ask of harmless talk
    is a bar of its own self-test. An alarm at harmless words is not well.
    """
    meant, reply = piece.wants["intent"], value["played"][-1]
    taken = reply["meant"]
    grave = meant in library.intents and library.intents[meant].does == "care"
    asked = f"i:{meant}" in reply["buttons"] or reply["level"] == ASKED
    well = taken == meant or (not taken and asked) or (grave and reply["level"] > 1)
    return Verdict(
        piece, well, () if well else (f"taken for {taken or 'nothing'}",), sure=bool(taken) and taken != meant
    )


def _kept_rules(piece: Piece, value: Mapping[str, Any], library: Library, never: Sequence[Banned]) -> Verdict:
    """Look at every reply of a case: no hard rule is broken in any, and what the case wants stands in the last."""
    wrong: list[str] = []
    book = Book(
        library, piece.language, {n: each.get("typed", "") for n, each in enumerate(piece.material["turns"], 1)}
    )
    for number, reply in enumerate(value["played"], 1):
        wrong += [f"turn {number}: {each}" for each in broken(reply, book, never)]
    wrong += _missing(piece.wants, value["played"], book)
    return Verdict(piece, not wrong, tuple(wrong))


def broken(reply: Mapping[str, Any], book: Book, never: Sequence[Banned]) -> list[str]:
    """Give the hard rules that one reply breaks: a banned phrase, a text that is too long, nothing to press."""
    found = []
    for key, values in reply["says"]:
        # What the person wrote themselves stands in blanks: it is theirs, and no rule of ours.
        text = saying.text(Book(book.library, book.language, {}), key, values)
        if len(WORD.findall(text)) > MOST_WORDS:
            found.append(f"too long: {key}")
        for kind in never:
            if any(pattern.search(text.replace("'", "’")) for pattern in kind.patterns[book.language]):
                found.append(f"{kind.id}: {key}")
    if not reply["buttons"]:
        found.append("nothing to press")
    return found


def _missing(wants: Mapping[str, Any], played: Sequence[Mapping[str, Any]], book: Book) -> list[str]:
    """Give what a case wants and its replies lack. Wants: level, numbers, leads, human, node, intent, says, says_not, by turn or in the last."""
    reply = played[int(wants.get("turn", len(played))) - 1]
    text = "\n".join(saying.text(book, key, values) for key, values in reply["says"])
    found = []
    if reply["level"] < wants.get("level", 0):
        found.append(f"level {reply['level']} instead of {wants['level']}")
    if reply["level"] > wants.get("most", 4):
        found.append(f"level {reply['level']} is too high")
    if wants.get("numbers") and not any(each["numbers"] for each in played):
        found.append("no numbers were given")
    if wants.get("human") and reply["leads"] not in ("human", "help") and "human" not in reply["buttons"]:
        found.append("no way to a human")
    if wants.get("resumes") and played[-1]["node"] != played[-3]["node"]:
        found.append(f"goes on at {played[-1]['node']} instead of {played[-3]['node']}")
    if "leads" in wants and reply["leads"] != wants["leads"]:
        found.append(f"leads to {reply['leads'] or 'nothing'}")
    if "node" in wants and reply["node"] != wants["node"]:
        found.append(f"stands at {reply['node']}")
    if "intent" in wants and wants["intent"] != reply["meant"]:
        found.append(f"not taken as {wants['intent']}")
    found += [f"says {each}" for each in wants.get("says_not", ()) if re.search(each, text, re.IGNORECASE)]
    found += [f"does not say {each}" for each in wants.get("says", ()) if not re.search(each, text, re.IGNORECASE)]
    return found


def figures(verdicts: Sequence[Verdict]) -> dict[str, Share]:
    """Give each figure of the manifest."""

    def of(proves: str, language: str = "") -> list[Verdict]:
        return [v for v in verdicts if v.piece.proves == proves and language in ("", v.piece.language)]

    made = {
        "hard_rules": share(v.well for v in of("case")),
        "resumes": share(v.well for v in of("resume")),
        "walks_end": share(v.well for v in of("walk")),
    }
    for language in LANGUAGES:
        made[f"understood_{language}"] = share(v.well for v in of("phrase", language))
        made[f"wrong_{language}"] = share(v.sure for v in of("phrase", language))
    return made
