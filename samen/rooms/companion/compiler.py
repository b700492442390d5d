"""Checks whether a module can be met by a person: nobody gets stuck, both languages are whole, and no sentence harms.

Each check gives problems; none fixes anything. The editor refuses a module that has any, with the sentences of
content/problem.toml. Reading ease: Flesch 1948, doi:10.1037/h0057532; for Dutch Douma 1960. B1 texts lie around 65 to 80.
"""

import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from samen.rooms.companion.dialogue import HALL, LANGUAGES, Choice, Kind, Module, Problem, Screen, Type, Words
from samen.rooms.companion.library import ANSWERS, Intent

MOST_WORDS = 60  # on a screen: as in the imminent flow of the crisis room
MOST_IN_SENTENCE = 22
LEAST_EASE = 60.0
SHORT = 10  # words: below that one long word decides the measure
NO_REPEAT = 6  # turns within which nothing is said twice
MOST_WAYS = 7  # choices on one screen
LEAST_LIKE, LEAST_WAYS = 11, 2  # phrases, and answers, of a subject: with fewer it is not heard, or it repeats itself
QUESTIONS = (Kind.OPEN, Kind.CLOSED)
BLANK = re.compile(r"\{(\w+)\}")
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
SENTENCE = re.compile(r"[.?!…:;]+[”’\")]*(?:\s+|$)")
VOWELS = {"en": re.compile(r"[aeiouyà-ÿ]+"), "nl": re.compile(r"ij|[aeiouyà-ÿ]+")}
MUTE = re.compile(r"(?<=[^aeiouyl])(?:e|es)$|(?<=[^aeioutd])ed$")  # written and not heard, in English
TYPICAL = {"en": "Monday", "nl": "maandag"}  # stands for a blank


@dataclass(frozen=True)
class Banned:
    """A kind of phrase that the companion never says, as patterns by language, and what to do instead."""

    id: str
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]


def banned(raw: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[Banned, ...]:
    """Read the phrases that are banned (content/rules/banned.toml)."""
    return tuple(
        Banned(name, {each: tuple(re.compile(one, re.IGNORECASE) for one in table[each]) for each in LANGUAGES})
        for name, table in raw.items()
    )


def check(module: Module, never: Sequence[Banned]) -> list[Problem]:
    """Give all that is wrong with a module; nothing means that it can be used."""
    ways = list(_ways(module))
    if ways:
        return [*ways, *_texts(module, never)]  # the other checks walk the graph, so it must be whole
    return [
        *_reach(module),
        *_answers(module),
        *_blanks(module),
        *_repeats(module),
        *_method(module),
        *_texts(module, never),
    ]


# --- the graph ---


def targets(screen: Screen) -> tuple[str, ...]:
    """Give where a screen can lead, each once."""
    by_choice = [each.to for each in screen.choices if each.to]
    return tuple(dict.fromkeys((*by_choice, *(each.to for each in screen.ways))))


def _ways(module: Module) -> Iterator[Problem]:
    for screen in module.screens.values():
        for to in targets(screen):
            if to not in module.screens and to != HALL:
                yield Problem("no_such_screen", screen.id, {"what": to})
        if screen.end:
            if screen.choices or screen.ways or screen.ask:
                yield Problem("end_goes_on", screen.id)
            continue
        need = not screen.choices or any(not each.to for each in screen.choices)
        if need and not (screen.ways and not screen.ways[-1].tests):
            yield Problem("no_way_on", screen.id)
        names = [each.id for each in screen.choices]
        if len(set(names)) < len(names):
            yield Problem("choice_twice", screen.id)
        if len(names) > MOST_WAYS:
            yield Problem("many_choices", screen.id, {"n": len(names), "most": MOST_WAYS})
    for old, new in module.renamed.items():
        if new not in module.screens or old in module.screens:
            yield Problem("renamed", old, {"what": new})


def distances(module: Module, start: str) -> dict[str, int]:
    """Give in how few turns each screen is reached from one."""
    found, line = {start: 0}, deque([start])
    while line:
        here = line.popleft()
        for to in targets(module.screens[here]) if here in module.screens else ():
            if to not in found:
                found[to] = found[here] + 1
                line.append(to)
    return found


def _reach(module: Module) -> Iterator[Problem]:
    reached = distances(module, module.start)
    for name in module.screens:
        if name not in reached:
            yield Problem("never_reached", name)
        elif not any(module.screens[to].end for to in distances(module, name) if to != HALL):
            yield Problem("no_end", name)
    if not any(screen.end for screen in module.screens.values()):
        yield Problem("no_end", module.start)


def depth(module: Module) -> int:
    """Give how many turns the longest walk has that meets no screen twice, found greedily from each screen's best way on."""
    best: dict[str, int] = {}

    def walk(name: str, before: frozenset[str]) -> int:
        if name == HALL or name in before:
            return 0
        if name in best:
            return best[name]
        longest = 1 + max((walk(to, before | {name}) for to in targets(module.screens[name])), default=0)
        best[name] = longest
        return longest

    return walk(module.start, frozenset())


# --- questions and answers ---


def _answers(module: Module) -> Iterator[Problem]:
    asked = {screen.ask for screen in module.screens.values() if screen.ask}
    for name in sorted(set(module.variables) - asked):
        yield Problem("never_asked", name)
    for name, variable in module.variables.items():
        if variable.type is Type.SCALE and not variable.low < variable.high <= variable.low + 10:
            yield Problem("scale", name)
    for screen in module.screens.values():
        filled = module.variables.get(screen.ask)
        if screen.ask and filled is None:
            yield Problem("no_such_variable", screen.id, {"what": screen.ask})
        elif filled is not None and filled.type is Type.CHOICE and not screen.choices:
            yield Problem("no_choices", screen.id)
        elif filled is not None and filled.type is Type.SCALE and screen.choices:
            yield Problem("scale_with_choices", screen.id)
        yield from _tested(module, screen)


def _tested(module: Module, screen: Screen) -> Iterator[Problem]:
    for test in (test for way in screen.ways for test in way.tests):
        variable = module.variables.get(test.variable)
        if variable is None:
            yield Problem("no_such_variable", screen.id, {"what": test.variable})
        elif test.how in ("known", "unknown"):
            continue
        elif test.how in ("is", "is not"):
            given = {c.id for s in module.screens.values() if s.ask == test.variable for c in s.choices}
            if variable.type is not Type.CHOICE or test.value not in given:
                yield Problem("never_answered", screen.id, {"what": f"{test.variable} {test.how} {test.value}"})
        elif (
            variable.type is not Type.SCALE
            or not isinstance(test.value, int)
            or not variable.low <= test.value <= variable.high
        ):
            yield Problem("never_answered", screen.id, {"what": f"{test.variable} {test.how} {test.value}"})


def certain(module: Module) -> dict[str, frozenset[str]]:
    """Give for each screen what was answered on every way that leads to it: sets only shrink, until nothing changes."""
    found = dict.fromkeys(module.screens, frozenset(module.variables))
    found[module.start] = frozenset()
    line = deque([module.start])
    while line:
        screen = module.screens[line.popleft()]
        after = found[screen.id] | ({screen.ask} if screen.ask else frozenset())
        leads = [(each.to, after) for each in screen.choices if each.to]
        leads += [(w.to, after | {test.variable for test in w.tests if test.how != "unknown"}) for w in screen.ways]
        for to, known in leads:
            if to != HALL and not found[to] <= known:
                found[to] &= known
                line.append(to)
    return found


def _blanks(module: Module) -> Iterator[Problem]:
    there = certain(module)
    for screen in module.screens.values():
        for text in (text for words in screen.say for text in words.values()):
            for name in BLANK.findall(text):
                if name not in module.variables:
                    yield Problem("no_such_variable", screen.id, {"what": name})
                elif name not in there[screen.id]:
                    yield Problem("not_yet_answered", screen.id, {"what": name})


def _repeats(module: Module) -> Iterator[Problem]:
    for screen in module.screens.values():
        back = min((distances(module, to).get(screen.id, 99) + 1 for to in targets(screen) if to != HALL), default=99)
        need = min(3, ceil(NO_REPEAT / back)) if back <= NO_REPEAT else 1
        if len(screen.say) < need:
            yield Problem("says_again", screen.id, {"n": need, "turns": back})


def _method(module: Module) -> Iterator[Problem]:
    done = [screen.step for screen in module.screens.values() if screen.step]
    for step in module.steps:
        if step not in done:
            yield Problem("step_missing", module.id, {"what": step})
    for step in sorted(set(done) - set(module.steps)):
        yield Problem("no_such_step", module.id, {"what": step})
    first = distances(module, module.start)
    order = [
        min(first[s.id] for s in module.screens.values() if s.step == step) for step in module.steps if step in done
    ]
    if order != sorted(order):
        yield Problem("steps_out_of_order", module.id)
    if not module.sources:
        yield Problem("no_source", module.id)
    if module.motivational:
        kinds = [screen.kind for screen in module.screens.values()]
        questions = sum(kind in QUESTIONS for kind in kinds)
        if kinds.count(Kind.REFLECT) < questions:
            yield Problem("reflections", module.id, {"n": kinds.count(Kind.REFLECT), "questions": questions})
        if kinds.count(Kind.OPEN) * 2 < questions:
            yield Problem("closed_questions", module.id)


# --- the texts ---


def texts(module: Module) -> Iterator[tuple[str, Words, bool]]:
    """Give every text: where it stands, its words, and whether it is a whole screen (else a label)."""
    yield "title", module.title, False
    yield "about", module.about, True
    for caution in module.cautions:
        yield "caution", caution, True
    for variable in module.variables.values():
        yield variable.name, variable.label, False
    for screen in module.screens.values():
        for words in screen.say:
            yield screen.id, words, True
        for choice in screen.choices:
            yield f"{screen.id}/{choice.id}", choice.label, False


def _texts(module: Module, never: Sequence[Banned]) -> Iterator[Problem]:
    for where, words, whole in texts(module):
        for language in LANGUAGES:
            text = words.get(language, "")
            if not text:
                yield Problem("no_words", where, {"language": language})
                continue
            yield from _phrases(where, text, language, never)
            if whole:
                yield from _ease(where, text, language)
        if whole and words.get("en") and words.get("en") == words.get("nl"):
            yield Problem("not_translated", where)
        held = {frozenset(BLANK.findall(words.get(language, ""))) for language in LANGUAGES}
        if len(held) > 1:
            yield Problem("blanks_differ", where)
    for screen in module.screens.values():
        for choice in screen.choices:
            yield from _alike(screen, choice)


def _alike(screen: Screen, choice: Choice) -> Iterator[Problem]:
    for language in LANGUAGES:
        labels = [each.label.get(language, "").casefold() for each in screen.choices]
        if labels.count(choice.label.get(language, "").casefold()) > 1:
            yield Problem("labels_alike", f"{screen.id}/{choice.id}", {"language": language})


def _phrases(where: str, text: str, language: str, never: Sequence[Banned]) -> Iterator[Problem]:
    for kind in never:
        for pattern in kind.patterns[language]:
            if found := pattern.search(text.replace("'", "’")):
                yield Problem(f"banned.{kind.id}", where, {"what": found.group(0), "language": language})
                break


def _ease(where: str, text: str, language: str) -> Iterator[Problem]:
    plain = BLANK.sub(TYPICAL[language], text)
    words = WORD.findall(plain)
    if len(words) > MOST_WORDS:
        yield Problem("too_long", where, {"language": language, "n": len(words), "most": MOST_WORDS})
    longest = max((len(WORD.findall(each)) for each in SENTENCE.split(plain)), default=0)
    if longest > MOST_IN_SENTENCE:
        yield Problem("long_sentence", where, {"language": language, "n": longest, "most": MOST_IN_SENTENCE})
    if len(words) >= SHORT and (found := ease(plain, language)) < LEAST_EASE:
        yield Problem("hard_to_read", where, {"language": language, "ease": round(found), "least": round(LEAST_EASE)})


def ease(text: str, language: str) -> float:
    """Give the reading ease of a text, 0 (very hard) to 100 (very easy). Syllables are counted as vowels that sound."""
    words = WORD.findall(text)
    sentences = sum(1 for each in SENTENCE.split(text) if WORD.search(each)) or 1
    sounds = sum(_syllables(word.casefold(), language) for word in words)
    length, weight = len(words) / sentences, sounds / max(1, len(words))
    if language == "nl":
        return 206.835 - 0.93 * length - 77 * weight
    return 206.835 - 1.015 * length - 84.6 * weight


def _syllables(word: str, language: str) -> int:
    heard = MUTE.sub("", word) if language == "en" else word
    return max(1, len(VOWELS[language].findall(heard)))


# --- subjects ---


def check_subjects(subjects: Sequence[Intent], modules: Collection[str], never: Sequence[Banned]) -> list[Problem]:
    """Give all that is wrong with the subjects that people bring up, given the ids of the modules that there are."""
    names = [each.id for each in subjects]
    found = [Problem("subject_twice", name) for name in sorted({each for each in names if names.count(each) > 1})]
    for each in subjects:
        found += _label(each)
        found += _phrases_of(each)
        found += _said(each, never)
        found += [Problem("no_such_module", each.id, {"what": name}) for name in each.modules if name not in modules]
    return [*found, *_shared(subjects)]


def _label(subject: Intent) -> Iterator[Problem]:
    yield from (
        Problem("no_words", subject.id, {"language": each}) for each in LANGUAGES if not subject.label.get(each)
    )


def _phrases_of(subject: Intent) -> Iterator[Problem]:
    for language in LANGUAGES:
        count = len({each.casefold() for each in subject.like[language]})
        if count < LEAST_LIKE:
            yield Problem("few_phrases", subject.id, {"language": language, "n": count, "least": LEAST_LIKE})


def _said(subject: Intent, never: Sequence[Banned]) -> Iterator[Problem]:
    if subject.does in ANSWERS and len(subject.say) < LEAST_WAYS:
        yield Problem("few_answers", subject.id, {"n": len(subject.say), "least": LEAST_WAYS})
    for words in subject.say:
        for language in LANGUAGES:
            if text := words.get(language, ""):
                yield from _phrases(subject.id, text, language, never)
                yield from _ease(subject.id, text, language)
            else:
                yield Problem("no_words", subject.id, {"language": language})
        if words.get("en") == words.get("nl"):
            yield Problem("not_translated", subject.id)
        if any(BLANK.search(text) for text in words.values()):
            yield Problem("blank_in_answer", subject.id)


def _shared(subjects: Sequence[Intent]) -> Iterator[Problem]:
    """Find phrases that two subjects claim: neither could be sure."""
    for language in LANGUAGES:
        owner: dict[str, str] = {}
        for subject in subjects:
            for phrase in subject.like[language]:
                first = owner.setdefault(" ".join(WORD.findall(phrase.casefold())), subject.id)
                if first != subject.id:
                    yield Problem("phrase_shared", subject.id, {"what": phrase, "other": first})
