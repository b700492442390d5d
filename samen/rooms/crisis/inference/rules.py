"""The rules of the detector as data: loads content/rules/<language>/*.toml, checks every entry, and gives them ready to match.

Three kinds, in this order of use: a [[phrase]] names a piece of meaning for those after it; a [[guard]] says what makes
words harmless or less urgent; a [[rule]] raises the level. The format is told in content/rules/README.md.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from samen.rooms.crisis.inference.lexicon import LANGUAGES, BadContent, lexicon, tables
from samen.rooms.crisis.inference.normalise import CONTENT
from samen.rooms.crisis.reading import Level, Topic

BUILT_IN = frozenset({"YEAR", "NUMBER", "CLOCK", "QUOTED", "START", "END", "QUESTION"})
NEAR = 3  # ".." in a sequence: at most so many words between
SCOPES = ("clause", "sentence", "message")
KINDS = ("rule", "guard", "phrase")
SURE = 0.95  # of the messages at which a rule sees danger: from here on it alarms by itself


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern: any of these concepts, at most `gap` words after the place before."""

    concepts: tuple[str, ...]
    gap: int = 0
    key: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """What must be there: elements in their order, or all of them in any order."""

    elements: tuple[Element, ...]
    ordered: bool
    rarest: tuple[str, ...] = ()  # the concepts of the element that messages hold least
    must: int = 0  # the bits of concepts without which it cannot match
    needs: tuple[int, ...] = ()  # for each element with a choice, the bits of its concepts: one of them must be there


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule, guard or phrase."""

    kind: str
    id: str
    language: str
    patterns: tuple[Pattern, ...]
    level: Level = Level.NONE  # of a rule; the cap of a guard
    topic: Topic | None = None
    gives: str = ""  # of a phrase
    of: str = ""  # of a guard: idiom, media, past, ...; a rule names in `despite` those that it stands against
    over: str = "sentence"  # of a guard: span, clause, sentence, message, quoted, talk (this message and the next ones)
    spares_self: bool = False  # of a guard: what one says of oneself in so many words stays
    only: tuple[Topic, ...] = ()  # of a guard: topics that it caps; empty is all
    within: str = "clause"
    window: int = 0  # of patterns in any order: at most so many words from first to last; 0 is no limit
    subject: str = "any"
    negated: str = "any"
    also: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()
    source: str = ""
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


_BITS: dict[str, int] = {}
OFTEN = ("SELF", "NEG", "MYSELF", "ME", "MY", "OTHER")  # in most messages: looked at last


def bit(name: str) -> int:
    """Give a concept's bit, the same one for the life of the process."""
    return _BITS.setdefault(name, 1 << len(_BITS))


def pattern_of(elements: tuple[Element, ...], *, ordered: bool) -> Pattern:
    """Give a pattern with what it needs, the rarest first."""
    rarest = sorted(elements, key=lambda each: (any(name in OFTEN for name in each.concepts), len(each.concepts)))
    bits = [sum({bit(name) for name in each.concepts}) for each in rarest]
    must = sum({each for each in bits if each.bit_count() == 1})
    return Pattern(elements, ordered, rarest[0].concepts, must, tuple(each for each in bits if each.bit_count() > 1))


# Concept -> numbers of entries, each with what else must be there.
ByConcept = Mapping[str, tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class Rules:
    """What one language has, in order of use."""

    language: str
    phrases: tuple[Entry, ...]
    guards: tuple[Entry, ...]
    rules: tuple[Entry, ...]

    @cached_property
    def settings(self) -> Mapping[str, Entry]:
        """Give, by their ids, the guards that say what a talk is about."""
        return {guard.id: guard for guard in self.guards if guard.over == "talk"}

    @cached_property
    def guards_by_concept(self) -> ByConcept:
        """Give, for each concept, the guards that can match only where it stands."""
        return _by_concept(self.guards)

    @cached_property
    def rules_by_concept(self) -> ByConcept:
        """Give, for each concept, the rules that can match only where it stands."""
        return _by_concept(self.rules)


def _by_concept(entries: Sequence[Entry]) -> ByConcept:
    found: dict[str, dict[tuple[int, int], None]] = {}
    for number, entry in enumerate(entries):
        for pattern in entry.patterns:
            for name in pattern.rarest:
                found.setdefault(name, {})[number, pattern.must] = None
    return {name: tuple(numbers) for name, numbers in found.items()}


_FIELDS: Mapping[str, frozenset[str]] = {
    "rule": frozenset({"level", "topic", "source", "examples", "counterexamples", "despite"}),
    "guard": frozenset({"cap", "kind", "over", "spares_self", "topics", "source", "examples", "counterexamples"}),
    "phrase": frozenset({"gives", "examples", "counterexamples"}),
}
_ANY = frozenset({"id", "about", "seq", "all", "within", "window", "subject", "negated", "also", "none", "without"})
_ANY_TOO = frozenset({"not_before", "not_after"})


@cache
def rules(language: str) -> Rules:
    """Give the rules of a language. Raises: BadContent."""
    return built(language, tables(CONTENT / "rules" / language))


# Kinds of guards that hardly stand in a talk of somebody in danger: of the open talks that held one, seven to ten in ten were harmless.
TELLING = frozenset(
    {
        *("animal", "asked", "denial", "denied", "fear", "game", "hyperbole"),
        *("loss", "media", "professional", "quote", "sport", "study"),
    }
)


def setting(name: str) -> Entry | None:
    """Give the guard that says what a talk is about, by its id; None for one that no rule knows any more. Raises: BadContent."""
    return next((found[name] for each in LANGUAGES if name in (found := rules(each).settings)), None)


def is_sure(right: int, wrong: int) -> bool:
    """Say whether a rule that was right and wrong so often alarms by itself (rule of succession, Laplace 1814)."""
    return (right + 1) / (right + wrong + 2) >= SURE


@cache
def sure() -> frozenset[str]:
    """Give the rules of all languages that alarm by themselves, by what training counted. Raises: BadContent."""
    ((_, counted),) = tables(CONTENT / "rules")
    return frozenset(rule for rule, found in counted.items() if isinstance(found, list) and is_sure(*found))


def built(language: str, files: Iterable[tuple[Path, Mapping[str, object]]]) -> Rules:
    """Make rules from the tables of their files. Raises: BadContent for anything a rule could silently miss by."""
    found: dict[str, list[Entry]] = {kind: [] for kind in KINDS}
    for file, content in files:
        for kind, rows in content.items():
            if kind not in KINDS or not isinstance(rows, list):
                raise BadContent(f'{file.name}: "{kind}" is not one of [[rule]], [[guard]], [[phrase]].')
            found[kind] += [_entry(language, file.name, kind, row) for row in rows]
    made = Rules(language, tuple(found["phrase"]), tuple(found["guard"]), tuple(found["rule"]))
    _check(made)
    return made


def _entry(language: str, file: str, kind: str, row: Mapping[str, Any]) -> Entry:
    where = f"{file}: {row.get('id', '(no id)')}"
    unknown = set(row) - _FIELDS[kind] - _ANY - _ANY_TOO
    if unknown or not row.get("id"):
        raise BadContent(f"{where}: {sorted(unknown) or 'id'} is not a field of a {kind}, or is missing.")
    try:
        return Entry(
            kind=kind,
            id=row["id"],
            language=language,
            patterns=_patterns(where, row),
            level=Level(row.get("level", row.get("cap", 0))),
            topic=Topic(row["topic"]) if "topic" in row else None,
            gives=row.get("gives", ""),
            of=row.get("kind", ""),
            over=_one_of(where, row.get("over", "sentence"), ("span", "quoted", "talk", *SCOPES)),
            spares_self=bool(row.get("spares_self", False)),
            only=tuple(Topic(each) for each in row.get("topics", ())),
            within=_one_of(where, row.get("within", "clause"), SCOPES),
            window=row.get("window", 0),
            subject=_one_of(where, row.get("subject", "self" if kind == "rule" else "any"), ("self", "other", "any")),
            negated=_one_of(where, row.get("negated", "any" if kind == "guard" else "no"), ("no", "yes", "any")),
            also=tuple(_choices(each) for each in row.get("also", ())),
            none=_names(row.get("none", ())),
            without=_names(row.get("without", ())),
            not_before=_names(row.get("not_before", ())),
            not_after=_names(row.get("not_after", ())),
            despite=tuple(row.get("despite", ())),
            source=row.get("source", ""),
            examples=tuple(row.get("examples", ())),
            counterexamples=tuple(row.get("counterexamples", ())),
        )
    except ValueError as wrong:
        raise BadContent(f"{where}: {wrong}") from wrong


def _patterns(where: str, row: Mapping[str, Any]) -> tuple[Pattern, ...]:
    made = []
    for text in _listed(row.get("seq", ())):
        made.append(pattern_of(_sequence(where, text), ordered=True))
    rows = row.get("all", ())
    for each in rows if rows and isinstance(rows[0], list) else [rows] if rows else ():
        made.append(pattern_of(tuple(_element(where, name) for name in each), ordered=False))
    if not made:
        raise BadContent(f"{where}: give seq = [...] or all = [...].")
    return tuple(made)


def _sequence(where: str, text: str) -> tuple[Element, ...]:
    elements, gap = [], 0
    for part in text.split():
        if part.startswith(".."):
            gap = int(part[2:] or NEAR)
        else:
            elements.append(_element(where, part, gap))
            gap = 0
    return tuple(elements)


def _element(where: str, part: str, gap: int = 0) -> Element:
    if not re.fullmatch(r"\*?[A-Z][A-Z0-9-]*(\|[A-Z][A-Z0-9-]*)*", part):
        raise BadContent(f'{where}: "{part}" is not CONCEPT, A|B or *KEY. Words go in the lexicon.')
    return Element(_choices(part.lstrip("*")), gap, part.startswith("*"))


def _choices(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


def _names(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for each in _listed(found) for name in _choices(each))


def _listed(found: str | Sequence[str]) -> Sequence[str]:
    return (found,) if isinstance(found, str) else found


def _one_of(where: str, value: str, choices: Sequence[str]) -> str:
    if value not in choices:
        raise BadContent(f'{where}: "{value}" is not one of {", ".join(choices)}.')
    return value


def _check(made: Rules) -> None:
    """Refuse what could silently never match: an unknown concept, a phrase used before it is made, an id twice, a rule without tests."""
    known = set(lexicon(made.language).concepts) | BUILT_IN
    ids: set[str] = set()
    for entry in (*made.phrases, *made.guards, *made.rules):
        used = {name for pattern in entry.patterns for element in pattern.elements for name in element.concepts}
        used |= {name for each in entry.also for name in each}
        used |= {*entry.none, *entry.without, *entry.not_before, *entry.not_after}
        if not used <= known:
            raise BadContent(
                f"{entry.id}: nothing gives {sorted(used - known)}. Add it to the lexicon, or move its phrase up."
            )
        if entry.id in ids:
            raise BadContent(f"{entry.id} stands twice. Ids are unique.")
        ids.add(entry.id)
        if entry.gives:
            known.add(entry.gives)
        _complete(entry)
    kinds = {guard.of for guard in made.guards}
    for rule in made.rules:
        if not set(rule.despite) <= kinds | {"firm"}:
            raise BadContent(f"{rule.id}: despite names {sorted(set(rule.despite) - kinds)}, no guard of that kind.")


def _complete(entry: Entry) -> None:
    lacks = {
        "rule": not (entry.topic and entry.source and entry.examples and entry.counterexamples),
        "guard": not (entry.of and entry.examples),
        "phrase": not entry.gives,
    }[entry.kind]
    if lacks:
        raise BadContent(
            f"{entry.id}: a rule needs topic, source, examples, counterexamples; a guard kind and examples; a phrase gives."
        )
