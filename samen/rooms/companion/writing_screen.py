"""Puts what an editor's form says into the content of a module's file. Pure: content and form in, content out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from samen.rooms.companion.dialogue import HALL, LANGUAGES

Form = Mapping[str, str]


def screen(before: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """Give a screen as the form has it; what people may type for a button stays where the form does not hold it."""
    made: dict[str, Any] = {"id": before["id"], "kind": form.get("kind", before["kind"])}
    for key in ("step", "ask"):
        if form.get(key):
            made[key] = form[key]
    made["say"] = list(_texts(form))
    if form.get("end"):
        return {**made, "end": True}
    ways = [_way(each) for each in _rows(form, "way", ("when", "to")) if each["to"]]
    if ways:
        # The way without a condition is taken when no other fits: it stands last, wherever it was written.
        made["ways"] = sorted(ways, key=lambda each: "when" not in each)
    like = {each["id"]: each["like"] for each in before.get("choice", ()) if "like" in each}
    if choices := list(_choices(form, like)):
        made["choice"] = choices
    return made


def _texts(form: Form) -> Iterator[dict[str, str]]:
    for each in _rows(form, "say", LANGUAGES):
        if any(each.values()):
            yield {language: text for language, text in each.items() if text}


def _rows(form: Form, name: str, keys: tuple[str, ...]) -> Iterator[dict[str, str]]:
    number = 0
    while any(f"{name}_{number}_{key}" in form for key in keys):
        yield {key: " ".join(form.get(f"{name}_{number}_{key}", "").split()) for key in keys}
        number += 1


def _way(row: Mapping[str, str]) -> dict[str, str]:
    return {"when": row["when"], "to": row["to"]} if row["when"] else {"to": row["to"]}


def _choices(form: Form, like: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    rows = list(_rows(form, "choice", ("id", "en", "nl", "to", "place")))
    for number in _in_order(rows):
        row = rows[number]
        if not row["en"] and not row["nl"]:
            continue
        name = row["id"] or name_of(row["en"] or row["nl"])
        made: dict[str, Any] = {"id": name, **{each: row[each] for each in LANGUAGES if row[each]}}
        if row["to"]:
            made["to"] = row["to"]
        fields = {each: f"choice_{number}_like_{each}" for each in LANGUAGES}
        typed = {each: found for each, field in fields.items() if (found := lines(form.get(field, "")))}
        if not any(field in form for field in fields.values()):
            typed = like.get(name, {})
        yield {**made, "like": typed} if typed else made


def _in_order(rows: Sequence[Mapping[str, str]]) -> list[int]:
    """Give the numbers of buttons in the order that the form asks for: one that is moved takes its place, and the others close up."""
    wanted = {n: int(row["place"]) for n, row in enumerate(rows) if row["place"].isdecimal()}
    moved_to = {n: place for n, place in wanted.items() if place != n + 1}
    order = [n for n in range(len(rows)) if n not in moved_to]
    for n, place in sorted(moved_to.items(), key=lambda each: each[1]):
        order.insert(max(place - 1, 0), n)
    return order


def lines(text: str) -> list[str]:
    """Give the lines of a field that hold something, each once, without spaces that nobody meant."""
    return list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in text.splitlines()))))


def name_of(text: str) -> str:
    """Make a short name of a text: letters and digits, joined by lines."""
    plain = "".join(each if each.isascii() and each.isalnum() else " " for each in text.lower())
    return "-".join(plain.split()[:3]) or "new"


def head(before: Mapping[str, Any], form: Form, themes: Collection[str] = ()) -> dict[str, Any]:
    """Give a module with its head as the form has it: title, about, theme, minutes, steps of the method, cautions, sources.

    Takes: `themes`, those under which a module can stand; with any other it stays where it is.
    """
    made = dict(before)
    if form.get("theme") in themes:
        made["theme"] = form["theme"]
        made.pop("motivational", None)  # a box without a tick is not sent
        if form.get("motivational"):
            made["motivational"] = True
    for key in ("title", "about"):
        made[key] = {each: text for each in LANGUAGES if (text := " ".join(form.get(f"{key}_{each}", "").split()))}
    made["minutes"] = int(form["minutes"]) if form.get("minutes", "").isdigit() else before["minutes"]
    made["sources"] = lines(form.get("sources", ""))
    if "steps" in form:
        made["steps"] = lines(form["steps"])
    cautions = [
        {each: row[each] for each in LANGUAGES if row[each]}
        for row in _rows(form, "caution", LANGUAGES)
        if any(row.values())
    ]
    made.pop("caution", None)
    return {**made, "caution": cautions} if cautions else made


def _taken(before: Mapping[str, Any], name: str) -> bool:
    """Say whether a screen has this name, or had it in a version in which somebody may still be."""
    return name == HALL or any(each["id"] == name for each in before["screen"]) or name in before.get("renamed", {})


def added(before: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give a module with an empty screen more. Raises: ValueError when that name is taken."""
    if _taken(before, name):
        raise ValueError(name)
    return {**before, "screen": [*before["screen"], {"id": name, "kind": "inform", "say": []}]}


def removed(before: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give a module without a screen; what led to it still does, until somebody mends it.

    Who was on it, also by an earlier name, goes on at the first screen that they have not answered yet.
    """
    made = {**before, "screen": [each for each in before["screen"] if each["id"] != name]}
    return _with_names(made, {old: new for old, new in before.get("renamed", {}).items() if new != name})


def moved(before: Mapping[str, Any], name: str, after: str) -> dict[str, Any]:
    """Give a module in which a screen stands after another; after nothing it stands first: there the exercise begins."""
    screen = next(each for each in before["screen"] if each["id"] == name)
    rest = [each for each in before["screen"] if each["id"] != name]
    place = next((number for number, each in enumerate(rest, 1) if each["id"] == after), 0)
    return {**before, "screen": [*rest[:place], screen, *rest[place:]]}


def renamed(before: Mapping[str, Any], old: str, new: str, met: Collection[str]) -> dict[str, Any]:
    """Give a module in which a screen has another name, also wherever something leads to it.

    Takes: `met`, the screens of the version in use: who is on one of them is led to its new name.
    Raises: ValueError when that name is taken.
    """
    names: dict[str, str] = dict(before.get("renamed", {}))
    if names.get(new) != old and _taken(before, new):
        raise ValueError(new)
    led = {each: new if to == old else to for each, to in names.items() if each != new}
    if old in met:
        led[old] = new
    screens = [_renamed(each, old, new) for each in before["screen"]]
    return _with_names({**before, "screen": screens}, led)


def _with_names(made: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    made.pop("renamed", None)
    return {**made, "renamed": dict(names)} if names else made


def _renamed(screen: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    made = {**screen, "id": new if screen["id"] == old else screen["id"]}
    for key in ("ways", "choice"):
        if key in made:
            made[key] = [{**each, "to": new} if each.get("to") == old else each for each in made[key]]
    return made


def variables(before: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """Give a module with the answers that it asks for as the form has them. A name that stands stays: answers are kept under it."""
    kept: dict[str, Any] = {}
    for row in _rows(form, "answer", ("name", "type", "en", "nl", "low", "high", "out")):
        name = row["name"] or (name_of(row["en"] or row["nl"]).replace("-", "_") if row["en"] or row["nl"] else "")
        if not name or row["out"]:
            continue
        made: dict[str, Any] = {"type": row["type"] or "text", **{each: row[each] for each in LANGUAGES if row[each]}}
        if made["type"] == "scale":
            made |= {each: int(row[each]) for each in ("low", "high") if row[each].lstrip("-").isdigit()}
        kept[name] = made
    without = {key: each for key, each in before.items() if key != "variable"}
    return {**without, "variable": kept} if kept else without


def replaced(before: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Give a module with one screen in place of the one that has its name."""
    return {**before, "screen": [made if each["id"] == made["id"] else each for each in before["screen"]]}
