"""A small grammar over meaning: which concepts a message holds, in which clause, and which rules they satisfy.

A message is cut into sentences and clauses; each word stands for concepts (lexicon.py); patterns over concepts (rules.py)
are matched within their scope, with the subject and the reach of negation looked at. No words of a language stand here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from samen.rooms.crisis.inference.language import languages
from samen.rooms.crisis.inference.lexicon import LANGUAGES, Phrase, concepts_of, lexicon
from samen.rooms.crisis.inference.normalise import BREAK, EDGE, STOP, Raw, neighbour, pieces
from samen.rooms.crisis.inference.rules import TELLING, ByConcept, Element, Entry, Pattern, bit, rules, setting
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.sight import MEANING

NEG, FILLER, SPLIT = "NEG", "FILLER", "SPLIT"
OF_PLACE = frozenset({"START", "END", FILLER, SPLIT})  # say where something stands, not what it means
BEFORE = 5  # a negation reaches so many words forward
AFTER = 3  # in Dutch "niet" also stands after the object: so many words back
WORDS_TOLD = 3  # between a saying and the words that were said
REPORTING = frozenset({"dat", "of", "hoe", "waarom", "wat"})  # begin a report in Dutch, where "ik" is who speaks now
MOST = 12  # matches of one pattern looked at in one message: more of the same add nothing

Spot = tuple[int, int]  # first word, word after the last


@dataclass(slots=True)
class Said:
    """A message, read: its words with offsets, and where each concept stands."""

    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    guessed: list[bool] = field(default_factory=list)  # a typing error was looked behind
    language: list[str] = field(default_factory=list)
    segment: list[int] = field(default_factory=list)  # between two marks of punctuation
    clause: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)  # counts words without fillers, for gaps
    quoted: list[bool] = field(default_factory=list)
    colons: list[int] = field(default_factory=list)  # the words after a colon
    spots: dict[str, list[Spot]] = field(default_factory=dict)
    subjects: dict[int, str] = field(default_factory=dict)  # word -> self or other
    negations: list[int] = field(default_factory=list)
    apart: dict[Spot, frozenset[int]] = field(
        default_factory=dict
    )  # spots with words of others in between: their own words
    owned: set[int] = field(default_factory=set)  # words of a [[phrase]]: a negation there is part of its meaning
    inherited: dict[int, str] = field(default_factory=dict)  # clause -> the subject it takes over from the one before
    whole: str = "en"  # language of the message
    bits: int = 0  # of the concepts that are there

    def scope(self, name: str) -> list[int] | None:
        """Give for each word the number of its clause or sentence; None for the whole message."""
        return self.clause if name == "clause" else self.sentence if name == "sentence" else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that was satisfied: by which words, and at what level after guards."""

    rule: Entry
    first: int
    last: int  # word after the last
    level: Level
    capped: str = ""  # the kind of guard that lowered it, or "guess" for one that stands on a typing error alone


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the grammar found in a message."""

    said: Said
    hits: tuple[Hit, ...]
    denied: tuple[Hit, ...]  # rules whose words were there, negated
    guards: frozenset[str]  # kinds of guards that were found, or hold from an earlier turn
    settings: tuple[str, ...] = ()  # guards found here that hold for the next turns of a talk
    telling: bool = False  # a guard found here is of a kind that hardly stands in a talk of somebody in danger


def read(text: str, language: str | None = None) -> Said:
    """Give the message in words and concepts."""
    found = pieces(text)
    spoken, whole = languages(found, language)
    said = Said(whole=whole)
    _words(said, found, spoken)
    _concepts(said)
    _clauses(said)
    _subjects(said)
    return said


def parse(text: str, language: str | None = None, held: Collection[str] = ()) -> Parsed:
    """Read a message and match all rules of the languages it holds.

    `held`: the settings of the talk, by the ids of the guards that found them in earlier turns.
    """
    said = read(text, language)
    spoken = [each for each in LANGUAGES if each in said.language or "" in said.language]
    for each in spoken:
        for phrase in rules(each).phrases:
            for spot in _matches(said, phrase):
                _put(said, phrase.gives, spot[:2])
                said.owned.update(range(*spot[:2]))
    caps = []
    for each in spoken:
        known = rules(each)
        for guard in _candidates(said, known.guards, known.guards_by_concept):
            caps += [(guard, spot) for spot in _matches(said, guard)]
    settings = tuple(dict.fromkeys(guard.id for guard, _ in caps if guard.over == "talk"))
    telling = any(guard.of in TELLING for guard, _ in caps)
    caps += [(known_before, NOWHERE) for name in held if (known_before := setting(name)) is not None]
    hits, denied = [], []
    for each in spoken:
        known = rules(each)
        for rule in _candidates(said, known.rules, known.rules_by_concept):
            for first, last, negated, guessed in _matches(said, rule, with_denied=True):
                if negated:
                    denied.append(Hit(rule, first, last, Level.NONE, "negation"))
                else:
                    hits.append(_capped(said, rule, (first, last), caps, guessed))
    return Parsed(said, tuple(hits), tuple(denied), frozenset(guard.of for guard, _ in caps), settings, telling)


def _candidates(said: Said, entries: Sequence[Entry], by_concept: ByConcept) -> list[Entry]:
    """Give the entries whose rarest concept is there, and what else they cannot do without, in their order."""
    bits = said.bits
    numbers = {number for name in said.spots for number, must in by_concept.get(name, ()) if must & bits == must}
    return [entries[number] for number in sorted(numbers)]


# --- words ---


def _words(said: Said, found: Sequence[Raw], spoken: Sequence[str]) -> None:
    """Lay the words out one by one, each as it was meant."""
    segment = sentence = 0
    place = 0
    while place < len(found):
        raw, language = found[place], spoken[place]
        if raw.kind == "picture" and not any(concepts_of(raw.text, each) for each in LANGUAGES):
            place += 1  # a picture that means nothing here stands between no words
            continue
        if raw.kind in (STOP, BREAK):
            segment += 1
            sentence += raw.kind == STOP
            if raw.text == ":":
                said.colons.append(len(said.words))
            if raw.kind == STOP and "?" in raw.text and said.words:
                _put(said, "QUESTION", (len(said.words) - 1, len(said.words)))
            place += 1
            continue
        joined = _joined(found, place, language)
        meant, guessed = ((joined,), False) if joined else _meant(found, place, language)
        last = found[place + 1] if joined else raw
        for word in meant:
            said.words.append(word)
            said.starts.append(raw.start)
            said.ends.append(last.end)
            said.guessed.append(guessed)
            said.language.append(language)
            said.segment.append(segment)
            said.sentence.append(sentence)
            said.quoted.append(raw.quoted)
        place += 2 if joined else 1


def _meant(row: Sequence[Raw], place: int, language: str) -> tuple[tuple[str, ...], bool]:
    raw = row[place]
    if raw.kind == "picture":
        return (raw.text,), False
    typed = "".join(each for each in raw.text if each.isalpha()) if raw.kind == "spaced" else raw.text
    for each in (language,) if language else LANGUAGES:
        speller = lexicon(each).speller
        if speller.rivals(typed):
            found, guessed = speller.between(_beside(row, place - 1), typed, _beside(row, place + 1))
        else:
            found, guessed = speller.resolve(typed)
        if language or found != (typed,):
            break
    if raw.kind == "spaced" and found == (typed,) and not any(lexicon(each).speller.knows(typed) for each in LANGUAGES):
        return tuple(each for each in raw.text if each.isalpha()), False
    return found, guessed


def _beside(row: Sequence[Raw], place: int) -> str:
    """Give the word at a place as it was typed, or the edge that stands there."""
    return neighbour(row[place]) if 0 <= place < len(row) else EDGE


def _joined(found: Sequence[Raw], place: int, language: str) -> str:
    """Give the word of the lexicon that was written as two, or nothing."""
    if place + 1 >= len(found):
        return ""
    one, other = found[place], found[place + 1]
    if one.kind != "word" or other.kind != "word":
        return ""
    known = lexicon(language or "en")
    whole = one.text + other.text
    if len(whole) < 7 or whole not in known.speller.joined:
        return ""
    return "" if other.text in known.function else whole  # "doodswens en geen plan" holds no "doodswensen"


# --- concepts ---


def meanings(said: Said) -> list[str]:
    """Give the meanings that a message holds, as marks for a model."""
    return [f"{MEANING}{name}" for name in said.spots if name not in OF_PLACE]


def _put(said: Said, concept: str, spot: Spot) -> None:
    there = said.spots.get(concept)
    if there is None:
        said.spots[concept] = [spot]
        said.bits |= bit(concept)
    elif spot not in there:
        there.append(spot)


def _concepts(said: Said) -> None:
    """Find what each word and each row of words stands for. The longest row wins over a plain negation inside it."""
    words, count = said.words, len(said.words)
    transparent = lexicon("en").transparent | lexicon("nl").transparent
    covered: set[int] = set()  # negations inside a longer expression are that expression's own
    consumed: set[int] = set()
    found: list[tuple[str, Spot]] = []
    for concept, spot, consumes in _phrases(said):
        found.append((concept, spot))
        own = said.apart.get(spot) or range(*spot)
        if concept not in transparent:
            covered.update(own)  # a negation in a gap stays one: "maak er geen eind aan"
        if consumes:
            consumed.update(own)
    for place, word in enumerate(words):
        language = said.language[place]
        for each in (language,) if language else LANGUAGES:
            for concept in concepts_of(word, each):
                if concept in (NEG, SPLIT) and place in covered:
                    continue
                found.append((concept, (place, place + 1)))
                if concept in lexicon(each).consuming:
                    consumed.add(place)
    consuming = lexicon("en").consuming | lexicon("nl").consuming
    for concept, spot in sorted(found, key=itemgetter(1)):
        if not consumed or concept in consuming or not consumed & _own(said, spot):
            _put(said, concept, spot)
    for place in range(count):
        if said.quoted[place]:
            _put(said, "QUOTED", (place, place + 1))
    said.negations = [spot[0] for spot in said.spots.get(NEG, ())]


def _phrases(said: Said) -> Iterator[tuple[str, Spot, bool]]:
    """Give the words in a row that stand for a concept: for each word that may stand at a place the nearest. None crosses punctuation."""
    words, segment, count = said.words, said.segment, len(said.words)
    typed = frozenset(words)
    for language in LANGUAGES:
        known = lexicon(language)
        for place, word in enumerate(words):
            start = known.phrases.get(word)
            if start is None or said.language[place] not in (language, ""):
                continue
            far, by_second = start
            own = segment[place]
            for there in range(place + 1, min(place + 2 + far, count)):
                if segment[there] != own:
                    break
                second = by_second.get(words[there])
                if second is None or words[there] in words[place + 1 : there]:
                    continue
                after = words[there + 1] if there + 1 < count else ""
                for phrase in (*second.by_third.get(after, ()), *second.others):
                    if phrase.gaps[1] >= there - place - 1 and not phrase.words[-1].isdisjoint(typed):
                        for spot in _laid(said, phrase, place, there):
                            yield phrase.concept, spot, phrase.concept in known.consuming


def _laid(said: Said, phrase: Phrase, place: int, second: int) -> Iterator[Spot]:
    """Give where a phrase lies whose first two words stand at these places."""
    words, segment, count = said.words, said.segment, len(said.words)
    rows = [[place, second]]
    for meant, gap in zip(phrase.words[2:], phrase.gaps[2:], strict=True):
        longer = []
        for own in rows:
            seen = set()
            for there in range(own[-1] + 1, min(own[-1] + 2 + gap, count)):
                if segment[there] != segment[place]:
                    break
                if words[there] in meant and words[there] not in seen:
                    seen.add(words[there])
                    longer.append([*own, there])
        rows = longer
        if not rows:
            return
    for own in rows:
        spot = place, own[-1] + 1
        if len(own) < spot[1] - place:
            said.apart[spot] = frozenset(own)
        yield spot


def _own(said: Said, spot: Spot) -> frozenset[int]:
    """Give the words of a spot that are its own: of "maak er vanavond een eind aan", "vanavond" is not."""
    return said.apart.get(spot) or frozenset(range(*spot))


def _overlap(said: Said, one: Spot, other: Spot) -> bool:
    return one[0] < other[1] and other[0] < one[1] and bool(_own(said, one) & _own(said, other))


def _clauses(said: Said) -> None:
    """Number the clauses: punctuation ends one, and so does a joining word (SPLIT)."""
    splits = {spot[0] for spot in said.spots.get(SPLIT, ())}
    fillers = {place for spot in said.spots.get(FILLER, ()) for place in range(*spot)}
    number, before, count = 0, -1, 0
    for place, segment in enumerate(said.segment):
        if segment != before or place in splits:
            number += 1
            before = segment
            _put(said, "START", (place, place))
            if place:
                _put(said, "END", (place, place))
        said.clause.append(number)
        said.place.append(count)
        count += place not in fillers
    said.place.append(count)
    if said.words:
        _put(said, "END", (len(said.words), len(said.words)))


def _subjects(said: Said) -> None:
    """Say for each word that can be a subject whose it is; a clause without one takes that of the clause before, in one sentence."""
    for language in LANGUAGES:
        for concept, whose in lexicon(language).subjects.items():
            for first, last in said.spots.get(concept, ()):
                if said.language[first] in (language, ""):
                    said.subjects.setdefault(last - 1, whose)
    current, sentence = "", -1
    for place, clause in enumerate(said.clause):
        if said.sentence[place] != sentence:
            current, sentence = "", said.sentence[place]
        said.inherited.setdefault(clause, current)
        if place in said.subjects and not (current and said.clause[place - 1] == clause):
            current = said.subjects[place]


def of_self(said: Said, first: int, last: int) -> bool:
    """Say whether somebody says this of themselves in so many words, and not in those of another ("she said: I want to die")."""
    return _subject(said, first, last) == "self" and not said.quoted[first] and not _reported(said, first)


def _reported(said: Said, first: int) -> bool:
    colons = [each for each in said.colons if each <= first and said.sentence[each] == said.sentence[first]]
    told = [each for each in _told(said) if each <= first and said.clause[each] == said.clause[first]]
    return any(_reports(said, place) for place in (*colons, *told))


def _told(said: Said) -> list[int]:
    """Give where Dutch goes over into somebody's own words without a colon: "zei ik wil", where a report would be "zei dat ik wil"."""
    sayings = [last for _, last in said.spots.get("SAY", ())]
    return [
        first
        for first, _ in said.spots.get("SELF", ())
        if said.language[first] != "en"
        for last in sayings
        if 0 <= first - last <= WORDS_TOLD and REPORTING.isdisjoint(said.words[last:first])
    ]


def _reports(said: Said, place: int) -> bool:
    """Say whether what begins here, behind a colon or without one, is what somebody else said."""
    if not 0 < place < len(said.words) or said.sentence[place - 1] != said.sentence[place]:
        return False
    clause = said.clause[place - 1]
    begins = said.clause.index(clause)
    if not any(begins <= first < place for first, _ in said.spots.get("SAY", ())):
        return False
    return (
        next(
            (said.subjects[each] for each in range(place - 1, begins - 1, -1) if each in said.subjects),
            said.inherited.get(clause, ""),
        )
        == "other"
    )


def _subject(said: Said, first: int, last: int) -> str:
    """Say who does what these words say: self, other, or nothing when nobody is named."""
    clause = said.clause[last - 1]
    for place in range(last - 1, -1, -1):
        if said.clause[place] != clause:
            break
        if place in said.subjects:
            return said.subjects[place]
    if said.language[first] != "en":  # Dutch turns around: "vanavond doe ik het"
        for place in range(last, min(last + 3, len(said.words))):
            if said.clause[place] == clause and place in said.subjects:
                return said.subjects[place]
    return said.inherited.get(clause, "")


# --- patterns ---

Match = tuple[int, int, bool, bool]  # first word, word after the last, negated, stands on guesses alone
NOWHERE: Match = (0, 0, False, False)  # of a guard that was found in an earlier turn


def _matches(said: Said, entry: Entry, with_denied: bool = False) -> list[Match]:
    """Give where an entry is satisfied, one for each scope, those that are not negated first."""
    good: dict[int, Match] = {}
    denied: dict[int, Match] = {}
    scope = said.scope(entry.within)
    for pattern in entry.patterns:
        if not _may_match(pattern, said.bits):
            continue
        for laid in _found(said, pattern, entry):
            first, last = min(spot[0] for spot in laid), max(spot[1] for spot in laid)
            where = scope[first] if scope is not None else 0
            if where in good or not _of_whom(said, entry, pattern, laid) or not _fits(said, entry, laid, (first, last)):
                continue
            negated = entry.negated != "any" and _negated(said, pattern, laid)
            guessed = all(said.guessed[place] for spot in laid for place in range(*spot))
            match = (first, last, negated, guessed)
            if negated == (entry.negated == "yes"):
                good[where] = match if not negated else (first, last, False, guessed)
            elif with_denied:
                denied.setdefault(where, match)
    return [*good.values(), *(each for where, each in denied.items() if where not in good)]


def _may_match(pattern: Pattern, bits: int) -> bool:
    if pattern.must & bits != pattern.must:
        return False
    for need in pattern.needs:  # noqa: SIM110 (a loop: this is asked a hundred times a message)
        if not need & bits:
            return False
    return True


def _found(said: Said, pattern: Pattern, entry: Entry) -> Iterator[tuple[Spot, ...]]:
    """Give the ways in which a pattern lies in its scope, at most MOST."""
    scope = said.scope(entry.within)
    options = [_options(said.spots, element) for element in pattern.elements]
    search = _in_order if pattern.ordered else _in_any_order
    for count, laid in enumerate(search(said, pattern.elements, options, scope)):
        if count >= MOST:
            return
        if entry.window and max(s[1] for s in laid) - min(s[0] for s in laid) > entry.window:
            continue
        yield laid


def _options(spots: Mapping[str, list[Spot]], element: Element) -> list[Spot]:
    if len(element.concepts) == 1:
        return spots.get(element.concepts[0], [])
    return sorted({spot for name in element.concepts for spot in spots.get(name, ())})


def _in_order(
    said: Said, elements: Sequence[Element], options: Sequence[list[Spot]], scope: list[int] | None
) -> Iterator[tuple[Spot, ...]]:
    def go(number: int, laid: tuple[Spot, ...]) -> Iterator[tuple[Spot, ...]]:
        if number == len(elements):
            yield laid
            return
        last = laid[-1][1]
        for spot in options[number]:
            if spot[0] < last:
                continue
            if said.place[spot[0]] - said.place[last] > elements[number].gap:
                break
            if scope is None or scope[spot[1] - 1] == scope[laid[0][0]]:
                yield from go(number + 1, (*laid, spot))

    for spot in options[0]:
        if spot[0] < len(said.words):
            yield from go(1, (spot,))


def _in_any_order(
    said: Said, elements: Sequence[Element], options: Sequence[list[Spot]], scope: list[int] | None
) -> Iterator[tuple[Spot, ...]]:
    def go(number: int, laid: tuple[Spot, ...]) -> Iterator[tuple[Spot, ...]]:
        if number == len(elements):
            yield laid
            return
        for spot in options[number]:
            if any(_overlap(said, spot, other) for other in laid):
                continue
            if scope is None or not laid or scope[spot[0]] == scope[laid[0][0]]:
                yield from go(number + 1, (*laid, spot))

    yield from go(0, ())


def _of_whom(said: Said, entry: Entry, pattern: Pattern, laid: Sequence[Spot]) -> bool:
    """Say whether it is said of whom the entry wants: looked at before a key's end, for an object can be a person too ("stab my ex")."""
    if entry.subject == "any":
        return True
    keys = [spot for spot, each in zip(laid, pattern.elements, strict=True) if each.key and spot[0] < spot[1]]
    first, last = min(spot[0] for spot in laid), max(spot[1] for spot in keys or laid)
    whose = _subject(said, first, last)
    return whose == entry.subject or (entry.subject == "self" and whose == "")


def _fits(said: Said, entry: Entry, laid: Sequence[Spot], span: Spot) -> bool:
    """Say whether language and neighbours are as the entry wants them."""
    first, last = span
    if not any(said.language[place] in (entry.language, "") for spot in laid for place in range(*spot)):
        return False
    spots = said.spots
    if entry.also and not all(any(_in_sentence(said, name, first) for name in each) for each in entry.also):
        return False
    scope = said.scope(entry.within)
    for name in entry.none:
        if name in spots and any(
            scope is None or (spot[0] < len(scope) and scope[spot[0]] == scope[first]) for spot in spots[name]
        ):
            return False
    for name in entry.without:
        if any(first <= spot[0] < last and spot not in laid for spot in spots.get(name, ())):
            return False
    for name in entry.not_before:
        if any(first - 2 <= spot[1] - 1 < first for spot in spots.get(name, ())):
            return False
    return not any(last <= spot[0] < last + 2 for name in entry.not_after for spot in spots.get(name, ()))


def _in_sentence(said: Said, name: str, place: int) -> bool:
    sentence = said.sentence[place]
    return any(spot[0] < len(said.words) and said.sentence[spot[0]] == sentence for spot in said.spots.get(name, ()))


def _negated(said: Said, pattern: Pattern, laid: Sequence[Spot]) -> bool:
    """Say whether the key words are denied: an odd number of negations reach them ("no day that I don't want to" is none)."""
    if not said.negations:
        return False
    # START and END hold no word, so they cannot be what is denied.
    worded = [spot for spot in laid if spot[0] < spot[1]] or [(0, 1)]
    keys = [
        spot for spot, element in zip(laid, pattern.elements, strict=True) if element.key and spot in worded
    ] or worded[-1:]
    first, last = min(spot[0] for spot in laid), max(spot[1] for spot in keys)
    clause = said.clause[keys[0][0]]
    # A negation in the gap of a lexicon's phrase stays one ("maak er geen eind aan"); one that a [[phrase]] holds does not.
    own = {place for spot in laid for place in _own(said, spot)}
    own |= {place for spot in laid for place in range(*spot) if place in said.owned}
    low = said.place[first] - BEFORE
    high = last + (AFTER if said.language[keys[0][0]] != "en" else 0)
    reach = [
        place
        for place in said.negations
        if place not in own
        and said.clause[place] == clause
        and said.place[place] >= low
        and (place < last or (place < high and said.language[place] != "en"))
    ]
    return len(reach) % 2 == 1


# --- guards ---


def _capped(said: Said, rule: Entry, span: Spot, caps: Sequence[tuple[Entry, Match]], guessed: bool) -> Hit:
    """Give a rule's hit at the level that the guards leave it. "firm" stands against all but idiom and quotation."""
    level, why = rule.level, ""
    if guessed and level > Level.UNCLEAR:
        level, why = Level.UNCLEAR, "guess"
    for guard, spot in caps:
        if guard.level >= level or guard.of in rule.despite or (guard.only and rule.topic not in guard.only):
            continue
        if "firm" in rule.despite and guard.of not in ("idiom", "quote"):
            continue
        if guard.spares_self and of_self(said, *span):
            continue
        if _covers(said, guard, spot, span):
            level, why = guard.level, guard.of
    return Hit(rule, *span, level, why)


def _covers(said: Said, guard: Entry, spot: Match, span: Spot) -> bool:
    if guard.over in ("message", "talk"):
        return True
    if guard.over == "span":
        return spot[0] < span[1] and span[0] < spot[1]
    if guard.over == "quoted":
        return all(said.quoted[place] for place in range(*span))
    number = said.clause if guard.over == "clause" else said.sentence
    return bool({number[place] for place in range(*spot[:2])} & {number[place] for place in range(*span)})
