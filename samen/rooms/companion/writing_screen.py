"""Puts what an editor's form says into the content of a module's file. Pure: content and form in, content out."""

from collections.abc import Iterator, Mapping
from typing import Any

from samen.rooms.companion.dialogue import LANGUAGES

Form = Mapping[str, str]


def screen(before: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """Give a screen as the form has it; what the form does not hold (what people may type for a button) stays."""
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
    choices = [
        _choice(each, like) for each in _rows(form, "choice", ("id", "en", "nl", "to")) if each["en"] or each["nl"]
    ]
    if choices:
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


def _choice(row: Mapping[str, str], like: Mapping[str, Any]) -> dict[str, Any]:
    name = row["id"] or name_of(row["en"] or row["nl"])
    made: dict[str, Any] = {"id": name, **{each: row[each] for each in LANGUAGES if row[each]}}
    if row["to"]:
        made["to"] = row["to"]
    return {**made, "like": like[name]} if name in like else made


def name_of(text: str) -> str:
    """Make a short name of a text: letters and digits, joined by lines."""
    plain = "".join(each if each.isascii() and each.isalnum() else " " for each in text.lower())
    return "-".join(plain.split()[:3]) or "new"


def head(before: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """Give a module with its head as the form has it: title, about, minutes, cautions, sources."""
    made = dict(before)
    for key in ("title", "about"):
        made[key] = {each: text for each in LANGUAGES if (text := " ".join(form.get(f"{key}_{each}", "").split()))}
    made["minutes"] = int(form["minutes"]) if form.get("minutes", "").isdigit() else before["minutes"]
    made["sources"] = [line.strip() for line in form.get("sources", "").splitlines() if line.strip()]
    cautions = [
        {each: row[each] for each in LANGUAGES if row[each]}
        for row in _rows(form, "caution", LANGUAGES)
        if any(row.values())
    ]
    made.pop("caution", None)
    return {**made, "caution": cautions} if cautions else made


def added(before: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give a module with an empty screen more. Raises: ValueError when that name is taken."""
    if any(each["id"] == name for each in before["screen"]):
        raise ValueError(name)
    return {**before, "screen": [*before["screen"], {"id": name, "kind": "inform", "say": []}]}


def removed(before: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give a module without a screen; what led to it still does, until somebody mends it."""
    return {**before, "screen": [each for each in before["screen"] if each["id"] != name]}


def replaced(before: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Give a module with one screen in place of the one that has its name."""
    return {**before, "screen": [made if each["id"] == made["id"] else each for each in before["screen"]]}
