"""What `companion.guide` must show before it reads anybody's question: pieces of a validation, and what its answers say. Pure.

Pieces are questions that were held out, in two languages side by side, each asked of a small made-up directory. In it stand services for
every need; some are full, closed for a while or far, and in a second one a service claims that somebody paid for it. The bounds stand
in the manifest (systems.py), written down before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from samen.rights.shares import Share, share
from samen.rooms.companion import entry, hsds
from samen.rooms.companion.dialogue import LANGUAGES
from samen.rooms.companion.guide import Town

AT = "2026-11-26T13:00:00+01:00"  # a Thursday, one o'clock
CHECKED = date(2026, 11, 20)
COUNTRY = "nl"
FIRST = 3  # results among which one for the need must stand
ROUNDS = 150  # of each: claims of payment, and services that cannot be used; enough for a lower end above .97
STANDS = ("full", "paused", "far")
CLAIMS: Mapping[str, Any] = {
    "sponsored": True,
    "paid": 5000,
    "rank": 1,
    "priority": "high",
    "featured": True,
    "boost": 99,
}
Needs = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Piece:
    """One question to a directory: what it proves, what goes in, and what to look at in the answer."""

    proves: str  # question, wish, claim, stand
    pair: str  # the same for the two languages of one question
    language: str
    material: Mapping[str, Any]
    wants: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What one answer shows: well or not, and what was wrong; and whether it was sure, led to what fits, and gave reasons."""

    piece: Piece
    well: bool
    wrong: tuple[str, ...] = ()
    sure: bool = False  # of a question: taken for a need without asking
    fits: bool | None = None
    reasoned: bool | None = None


def service(name: str, need: str, needs: Needs, town: Town, **more: Any) -> dict[str, Any]:
    """Give a made-up service for one need, in a town."""
    written = {
        "id": f"proof-{name}",
        "country": COUNTRY,
        "name": f"Proef {name}",
        "about": {"en": "Made up for a test", "nl": "Verzonnen voor een proef"},
        "needs": [need],
        "languages": ["nl", "en", "ar", "tr", "fr"],
        "ways": ["visit", "phone", "chat"],
        "free": True,
        "open": "always",
        "holidays": "open",
        "checked": CHECKED,
        "certainty": "read",
        "access": ["wheelchair"],
        "places": [_spot(town)],
        **more,
    }
    return entry.document_of(written, needs)


def _spot(town: Town) -> dict[str, Any]:
    place = {"latitude": town.latitude, "longitude": town.longitude}
    return {"street": "Proefstraat 1", "town": town.name, "postcode": "1000 AA", "access": ["wheelchair"], **place}


def pieces(raw: Mapping[str, Any], needs: Needs, towns: Mapping[str, Town]) -> list[Piece]:
    """Give all pieces, in a fixed order. `towns` holds every town that a wish names, and `near` and `far`."""
    near = towns["near"]
    plain = [service(each, each, needs, near) for each in needs]
    found = []
    for need in raw["need"]:
        for language in LANGUAGES:
            for place, text in enumerate(need[language]):
                pair = f"{need['id']} {place}"
                found.append(_piece("question", pair, language, text, plain, {"need": need["id"]}))
    for place, wish in enumerate(raw["wish"]):
        for language in LANGUAGES:
            found.append(_piece("wish", f"wish {place}", language, wish[language], plain, wish["wants"]))
    asked = [(need["id"], language, text) for need in raw["need"] if need["id"] for language in LANGUAGES for text in need[language]]  # fmt: skip
    for number in range(ROUNDS):
        need, language, text = asked[(number * 7) % len(asked)]
        found += _claims(number, language, text, plain)
        found.append(_stands(number, need, language, text, needs, towns))
    return found


def _piece(
    proves: str, pair: str, language: str, text: str, services: Sequence[Any], wants: Mapping[str, Any]
) -> Piece:
    material = {"text": text, "language": language, "country": COUNTRY, "at": AT, "services": list(services)}
    return Piece(proves, pair, language, material, wants)


def _claims(number: int, language: str, text: str, plain: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    """Give one question twice: to the directory, and to the same in which one service claims to be paid for."""
    which = (number * 5) % len(plain)
    claimed = [
        {**each, **CLAIMS, hsds.OWN: {**each[hsds.OWN], **CLAIMS}} if place == which else each
        for place, each in enumerate(plain)
    ]
    for services in (plain, claimed):
        yield _piece("claim", f"claim {number}", language, text, services, {})


def _stands(number: int, need: str, language: str, text: str, needs: Needs, towns: Mapping[str, Town]) -> Piece:
    """Give a question that names a town, to a directory with one service that can be used and one that is full, closed or far."""
    stand, near = STANDS[number % len(STANDS)], towns["near"]
    poor_by: Mapping[str, dict[str, Any]] = {
        "full": {"room": "full"},
        "paused": {"status": "temporarily closed"},
        "far": {"ways": ["visit"]},
    }
    # By its name the poor one would come first.
    poor = service("a-poor", need, needs, towns["far"] if stand == "far" else near, **poor_by[stand])
    good = service("b-good", need, needs, near, **({"ways": ["visit"]} if stand == "far" else {}))
    wants = {"poor": poor["id"], "good": good["id"], "note": f"note.{stand}"}
    return _piece("stand", f"stand {number}", language, f"{text} in {near.name}", [poor, good], wants)


def judge(each: Piece, value: Mapping[str, Any]) -> Verdict:
    """Say what one answer shows. Claims are judged two by two: see `unpaid`."""
    shown = value["shown"]
    known = {one["id"]: one for one in each.material["services"]}
    reasoned = all(_is_true(one, known) for one in shown) if shown else None
    if each.proves == "stand":
        return Verdict(each, *_told(each.wants, shown), reasoned=reasoned)
    if each.proves == "claim":
        return Verdict(each, well=True, reasoned=reasoned)
    wanted = each.wants["need"]
    taken, asked = value["needs"], value["maybe"]
    well = (wanted in taken if taken else wanted in asked) if wanted else not taken
    wrong = [] if well else [f"taken for {', '.join(taken) or 'nothing'}; asked back: {', '.join(asked) or 'nothing'}"]
    wrong += _missed(each, value) if each.proves == "wish" else []
    fits = None
    if wanted and well:
        fits = any(wanted in entry.entry_of(known[one["id"]]).needs for one in shown[:FIRST])
        wrong += [] if fits else ["no service for it among the first"]
    return Verdict(
        each, not wrong or (well and each.proves == "question"), tuple(wrong), _is_sure(taken, wanted), fits, reasoned
    )


def _is_sure(taken: Sequence[str], wanted: str) -> bool:
    return bool(taken) and wanted not in taken


def _missed(each: Piece, value: Mapping[str, Any]) -> list[str]:
    """Give the wishes of a question that were not heard, and those that were heard and are not there."""
    heard = dict(value["wishes"])
    text = each.material["text"]
    spans = {name: text[first:last] for name, (first, last) in value["places"].items()}
    heard |= {"age": int(spans["age"])} if "age" in spans else {}
    heard |= {"town": True} if "town" in spans else {}
    wanted = {name: said for name, said in each.wants.items() if name != "need"}
    wanted |= {"access": [wanted["access"]]} if "access" in wanted else {}
    wanted |= {"town": True} if "town" in wanted else {}
    names = sorted({*heard, *wanted})
    return [f"{name}: {heard.get(name)} instead of {wanted.get(name)}" for name in names if heard.get(name) != wanted.get(name)]  # fmt: skip


def _told(wants: Mapping[str, Any], shown: Sequence[Mapping[str, Any]]) -> tuple[bool, tuple[str, ...]]:
    """Say whether what cannot be used well is told, and stands after what can."""
    places = {one["id"]: place for place, one in enumerate(shown)}
    wrong = []
    if wants["poor"] in places:
        keys = [key for key, _ in shown[places[wants["poor"]]]["notes"]]
        if wants["note"] not in keys:
            wrong.append(f"{wants['note']} is not said")
        if places[wants["poor"]] < places.get(wants["good"], -1):
            wrong.append("it stands before what can be used")
    if wants["good"] not in places:
        wrong.append("what can be used is not shown")
    return not wrong, tuple(wrong)


def _is_true(one: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> bool:
    """Say whether a service stands with reasons, and each need among them is one that it is for."""
    its = entry.entry_of(known[one["id"]])
    needs = [need for key, blanks in one["why"] if key == "why.need" for need in blanks["needs"]]
    spoken = [blanks["spoken"] for key, blanks in one["why"] if key == "why.language"]
    free = any(key == "why.free" for key, _ in one["why"])
    return (
        bool(one["why"]) and set(needs) <= its.needs and set(spoken) <= its.languages and (its.free is True or not free)
    )


def unpaid(pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[bool]:
    """Say of each question asked twice whether the order stayed the same. Where nothing is shown there is no order."""
    orders = [([one["id"] for one in a["shown"]], [one["id"] for one in b["shown"]]) for a, b in pairs]
    return [first == second for first, second in orders if first or second]


def figures(verdicts: Sequence[Verdict], orders: Sequence[bool]) -> dict[str, Share]:
    """Give each figure of the manifest."""
    asked = [each for each in verdicts if each.piece.proves in ("question", "wish")]
    by_pair: dict[str, list[bool]] = {}
    for each in asked:
        by_pair.setdefault(each.piece.pair, []).append(each.well)
    made = {
        "alike": share(len(set(found)) == 1 for found in by_pair.values()),
        "fits": share(each.fits for each in asked if each.fits is not None),
        "unpaid": share(orders),
        # Where the question was not understood nothing is shown: that counts under `understood`.
        "said": share(each.well for each in verdicts if each.piece.proves == "stand" and each.reasoned is not None),
        "reasoned": share(each.reasoned for each in verdicts if each.reasoned is not None),
    }
    for language in LANGUAGES:
        made[f"understood_{language}"] = share(each.well for each in asked if each.piece.language == language)
        made[f"wrong_{language}"] = share(each.sure for each in asked if each.piece.language == language)
    return made
