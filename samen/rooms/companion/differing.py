"""What differs between two versions of a module, place by place: keys of companion.editor.diff with their blanks, in screen order."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from samen.rooms.companion.dialogue import LANGUAGES, Module, Screen, Type, Variable, Words

PIECE = re.compile(r"\S+\s*")


@dataclass(frozen=True)
class Change:
    """One thing that differs: a key, what stands in its blanks, and for a text how it was and is."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    language: str = ""
    before: str = ""
    after: str = ""


def changes(before: Module, after: Module) -> list[Change]:
    """Give all that differs."""
    names = {
        old: new for old, new in after.renamed.items()
        if old in before.screens and new in after.screens and new not in before.screens
    }  # fmt: skip
    told = [Change("screen_renamed", {"before": old, "after": new}) for old, new in names.items()]
    return [*_head(before, after), *_answers(before, after), *told, *_screens(_as_named(before, names), after)]


def _as_named(module: Module, names: Mapping[str, str]) -> Module:
    """Give a module with the names that its screens got since, so that only what differs besides is told."""
    screens = [
        replace(
            each,
            id=names.get(each.id, each.id),
            choices=tuple(replace(one, to=names.get(one.to, one.to)) for one in each.choices),
            ways=tuple(replace(one, to=names.get(one.to, one.to)) for one in each.ways),
        )
        for each in module.screens.values()
    ]
    return replace(module, screens={each.id: each for each in screens})


def marked(before: str, after: str) -> list[tuple[str, str]]:
    """Give a text in pieces, each `same`, `del` or `ins`: word by word, so that a reader sees what moved."""
    old, new = PIECE.findall(f"{before} "), PIECE.findall(f"{after} ")
    made: list[tuple[str, str]] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            made.append(("same", "".join(old[a:b])))
            continue
        made += [each for each in (("del", "".join(old[a:b])), ("ins", "".join(new[c:d]))) if each[1]]
    return made


def _head(before: Module, after: Module) -> Iterator[Change]:
    yield from _words("title", before.title, after.title, {})
    yield from _words("about", before.about, after.about, {})
    for name in ("theme", "minutes"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change(name, {"before": old, "after": new})
    if before.motivational != after.motivational:
        yield Change("motivational" if after.motivational else "not_motivational", {})
    for number in range(max(len(before.cautions), len(after.cautions))):
        yield from _words("caution", _at(before.cautions, number), _at(after.cautions, number), {})
    for each in after.sources:
        if each not in before.sources:
            yield Change("source_added", {"what": each})
    for each in before.sources:
        if each not in after.sources:
            yield Change("source_removed", {"what": each})
    if before.steps != after.steps:
        yield Change("steps", {"before": ", ".join(before.steps) or "–", "after": ", ".join(after.steps) or "–"})


def _answers(before: Module, after: Module) -> Iterator[Change]:
    for name, variable in after.variables.items():
        old = before.variables.get(name)
        if old is None:
            yield Change("answer_added", {"name": name})
        elif _form(old) != _form(variable):
            yield Change("answer_form", {"name": name, "before": _form(old), "after": _form(variable)})
        yield from _words("label", old.label if old else {}, variable.label, {"name": name})
    yield from (Change("answer_removed", {"name": name}) for name in before.variables if name not in after.variables)


def _form(variable: Variable) -> str:
    """Give what an answer can be, as its file says it."""
    span = f" {variable.low}–{variable.high}" if variable.type is Type.SCALE else ""
    return f"{variable.type}{span}"


def _at(found: Sequence[Words], number: int) -> Words:
    return found[number] if number < len(found) else {}


def _words(key: str, before: Words, after: Words, values: Mapping[str, object]) -> Iterator[Change]:
    for language in LANGUAGES:
        old, new = before.get(language, ""), after.get(language, "")
        if old != new:
            yield Change(f"{key}_{language}", values, language, old, new)


def _screens(before: Module, after: Module) -> Iterator[Change]:
    for name, screen in after.screens.items():
        if name not in before.screens:
            yield Change("screen_added", {"screen": name})
            for words in screen.say:
                yield from _words("text", {}, words, {"screen": name})
            continue
        yield from _screen(before.screens[name], screen)
    for name in before.screens:
        if name not in after.screens:
            yield Change("screen_removed", {"screen": name})
    order = [each for each in before.screens if each in after.screens]
    if before.start != after.start or order != [each for each in after.screens if each in before.screens]:
        yield Change("order", {"screen": after.start})


def _screen(before: Screen, after: Screen) -> Iterator[Change]:
    where = {"screen": after.id}
    for number in range(max(len(before.say), len(after.say))):
        yield from _words("text", _at(before.say, number), _at(after.say, number), where)
    for name in ("kind", "ask", "step"):
        old, new = str(getattr(before, name)), str(getattr(after, name))
        if old != new:
            yield Change(name, {**where, "before": old or "–", "after": new or "–"})
    if before.end != after.end:
        yield Change("is_end" if after.end else "no_end", where)
    if before.ways != after.ways:
        yield Change("ways", {**where, "before": _ways(before), "after": _ways(after)})
    yield from _choices(before, after)


def _ways(screen: Screen) -> str:
    return "; ".join(each.to + (f" ({_tests(each.tests)})" if each.tests else "") for each in screen.ways) or "–"


def _tests(tests: Sequence[object]) -> str:
    return " and ".join(f"{each.variable} {each.how} {each.value}".strip() for each in tests)  # type: ignore[attr-defined]


def _choices(before: Screen, after: Screen) -> Iterator[Change]:
    old, new = ({each.id: each for each in screen.choices} for screen in (before, after))
    for name, choice in new.items():
        where = {"screen": after.id, "button": choice.label.get("en", name)}
        if name not in old:
            yield Change("choice_added", {**where, "to": choice.to or "–"})
            continue
        yield from _words("button", old[name].label, choice.label, {"screen": after.id, "name": name})
        if old[name].to != choice.to:
            yield Change("leads", {**where, "before": old[name].to or "–", "after": choice.to or "–"})
        for language in LANGUAGES:
            was, now = (" · ".join(each.like.get(language, ())) for each in (old[name], choice))
            if was != now:
                yield Change(f"like_{language}", where, language, was, now)
    for name, choice in old.items():
        if name not in new:
            yield Change("choice_removed", {"screen": after.id, "button": choice.label.get("en", name)})
    if [each for each in old if each in new] != [each for each in new if each in old]:
        order = "”, “".join(each.label.get("en", name) for name, each in new.items())
        yield Change("choice_order", {"screen": after.id, "order": order})
