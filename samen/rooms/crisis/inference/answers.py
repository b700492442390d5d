"""What somebody says to a direct question about danger that the computer asked: "yes" alone shows nothing, and after that question everything.

A yes, half a yes, a doubt and a refusal go to a human; a no takes nothing back that words of danger around it say (`detect.read`).
Two layers, as for a message: words and phrases by what they do (content/answers), and a model fitted on written answers, which may raise what
these say and lowers nothing. Source: NIMH, Ask Suicide-Screening Questions (who refuses to answer counts as who says yes);
order of the questions: content/imminent.toml.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from samen.rooms.crisis.inference import grammar
from samen.rooms.crisis.inference.grammar import Said
from samen.rooms.crisis.inference.language import languages
from samen.rooms.crisis.inference.lexicon import LANGUAGES, expanded, lexicon
from samen.rooms.crisis.inference.linear import model, part_terms, word_terms
from samen.rooms.crisis.inference.normalise import CONTENT, is_one_slip, pieces
from samen.rooms.crisis.inference.pairs import beside, pairs
from samen.rooms.crisis.reading import DUE, Answer, Level, Question
from samen.rooms.crisis.sight import BY, Sight

DENIED_WITHIN = 3  # words before or after what they deny
TELLING = 3  # words: so long a phrase tells that somebody will not say, wherever it stands
SHORT = 5  # words: a longer message that holds "now" may be about anything
BRIEF = 8  # words: a longer one that holds "every day" too, or begins with a yes
LONGEST = 80  # words: what comes after them is no part of an answer
SLIP_FROM = 4  # letters: a slip is looked behind in words as long as this
LEVELS = {Answer.YES: Level.DANGER, Answer.UNSURE: Level.DANGER, Answer.PAST: Level.DISTRESS, Answer.NO: Level.NONE}

MODELS = CONTENT / "answers"
LAYERS = ("rules", "model")

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """The words of one language, by what they do; each a set of phrases."""

    known: frozenset[str]  # every word that stands in a phrase
    skip: frozenset[str]
    opens: Mapping[Answer, frozenset[Phrase]]  # at the beginning
    ends: Mapping[Answer, frozenset[Phrase]]  # at the end
    often: frozenset[Phrase]
    is_so: frozenset[Phrase]
    after_all: frozenset[Phrase]
    past: frozenset[Phrase]
    now: frozenset[Phrase]
    deny: frozenset[Phrase]
    other_reason: frozenset[Phrase]
    when: frozenset[Phrase]  # a time, where little else is said
    ready: frozenset[Phrase]  # a way that is known, or at hand


@cache
def words_of(language: str) -> Words:
    """Read the words of a language."""
    raw = tomllib.loads((CONTENT / "answers" / f"{language}.toml").read_text())
    named = {
        name: _phrases(raw[name]) for name in ("often", "is_so", "after_all", "past", "now", "deny", "other_reason")
    }
    opens = {each: _phrases(raw[each]) for each in (Answer.YES, Answer.NO, Answer.UNSURE)}
    ends = {Answer.YES: _phrases(raw["ends_yes"]), Answer.NO: _phrases(raw["ends_no"])}
    plan = {name: _phrases(raw["plan"][name]) for name in ("when", "ready")}
    every = [*named.values(), *opens.values(), *ends.values(), *plan.values()]
    return Words(
        known=frozenset(word for phrases in every for phrase in phrases for word in phrase),
        skip=frozenset(word for each in raw["skip"].split() for word in _plain(each)),
        opens=opens,
        ends=ends,
        **named,
        **plan,
    )


def _phrases(entries: Iterable[str]) -> frozenset[Phrase]:
    return frozenset(_plain(form) for entry in entries for form in expanded(entry))


def _plain(text: str) -> Phrase:
    """Give the words of a text as they are compared: small, without apostrophes, letters typed twice as one."""
    return tuple(re.sub(r"(.)\1+", r"\1", each.text.replace("'", "")) for each in pieces(text) if each.kind == "word")


@dataclass(frozen=True)
class Heard:
    """What a text answers, the level of that, and what heard it."""

    answer: Answer | None = None
    level: Level = Level.NONE
    by: str = ""  # the id of what heard it, as a rule has one


@dataclass(frozen=True)
class Told:
    """What a text answers by its words: plainly, at the beginning or end of few words, or somewhere in the midst of more."""

    answer: Answer | None = None
    plain: bool = True

    def heard(self) -> Heard:
        """Give it with its level."""
        name = f"answer.{self.answer}{'' if self.plain else '-within'}"
        return Heard(self.answer, LEVELS[self.answer], name) if self.answer else Heard()


def read(question: Question, text: str, language: str | None, layers: Collection[str] = LAYERS) -> Heard:
    """Give what a text answers; no answer is level 0. The words say in which language it is; the language of the talk where they leave it open.

    Words that open or end a short answer count by themselves: 98 in a hundred of these are right. Those in the midst of one ("no, but I do wish
    ..."), and those of a long one ("yes I sleep badly, yes I cry, but no"), count where the model finds them worth a question, and always where
    there is no model.
    """
    spoken = _spoken_in(text, language)
    if question is Question.PLAN:
        has = any(_has_plan(text, words_of(each)) for each in LANGUAGES)
        return Heard(Answer.YES, Level.IMMINENT, "answer.plan") if has else Heard()
    told = _by_words(text, spoken)
    fitted = model(spoken, MODELS) if "model" in layers else None
    if fitted is None or (told.answer in DUE and told.plain):
        return told.heard()
    said = grammar.read(text, spoken)
    scored = fitted.score(_ends(said), beside(said, fitted.everywhere), _marks(text, spoken, said, told))
    if told.answer in DUE:
        return told.heard() if scored.danger >= scored.ask else Heard()
    if scored.danger >= scored.alarm:
        return Heard(Answer.UNSURE, LEVELS[Answer.UNSURE], "answer.model")
    return told.heard()


def _spoken_in(text: str, hint: str | None) -> str:
    _, whole = languages(pieces(text), hint)
    return whole if whole in LANGUAGES else hint or LANGUAGES[0]


def _by_words(text: str, language: str) -> Told:
    """Give the answer by the words of this language, else by those of the other: people mix."""
    tongues = sorted(LANGUAGES, key=lambda each: each != language)
    return next((told for each in tongues if (told := _thoughts(text, words_of(each))).answer), Told())


def sight(text: str, language: str) -> Sight:
    """Give what the model learns from an answer: its words between their ends, what they mean, and what the words of content/answers say of it."""
    told, said = _by_words(text, language), grammar.read(text, language)
    words, level = _ends(said), told.heard().level
    return Sight(
        words,
        (word_terms(words), part_terms(words[1:-1]), pairs(said)),
        tuple(_marks(text, language, said, told)),
        int(level if told.plain else min(level, Level.UNCLEAR)),
    )


def _ends(said: Said) -> Phrase:
    return ("^", *said.words[:LONGEST], "$")


def _marks(text: str, language: str, said: Said, told: Told) -> list[str]:
    """Give what the words of content/answers and the lexicon saw, as marks for the model."""
    by = words_of(language)
    spoken = _spoken(text, by)
    marks = [f"answer {told.answer or 'none'}", *([f"{BY}{told.heard().by}"] if told.answer in DUE else ())]
    for name, phrases in (("often", by.often), ("is so", by.is_so), ("past", by.past), ("denied", by.deny)):
        if _holds(spoken, phrases):
            marks.append(f"holds {name}")
    return marks + grammar.meanings(said)


def _has_plan(text: str, by: Words) -> bool:
    """Say whether somebody knows how or when, by their answer to that."""
    said = _spoken(text, by)
    if _opening(said, by) is Answer.NO or _holds(said, by.deny):
        return False
    return _holds(said, by.ready) or (len(said) <= SHORT and _holds(said, by.when))


def _spoken(text: str, by: Words) -> Phrase:
    """Give the words without those that only begin an answer."""
    said = tuple(_meant(word, by.known) for word in _plain(text)[:LONGEST])
    while said and said[0] in by.skip and len(said) > 1:
        said = said[1:]
    return said


def forget() -> None:
    """Read the words anew: training has just written some."""
    words_of.cache_clear()
    _meant.cache_clear()


@lru_cache(maxsize=10_000)
def _meant(word: str, known: frozenset[str]) -> str:
    """Give the word of an answer that a word is one slip away from; the word itself where it exists, or could be several."""
    exists = any(word in lexicon(each).plain or word in lexicon(each).own for each in LANGUAGES)
    if len(word) < SLIP_FROM or word in known or exists:
        return word
    near = [each for each in known if len(each) >= SLIP_FROM and is_one_slip(word, each)]
    return near[0] if len(near) == 1 else word


def _opening(said: Phrase, by: Words) -> Answer | None:
    """Give the answer that the first words are, by the longest phrase that fits."""
    fits = [
        (len(each), answer) for answer, phrases in by.opens.items() for each in phrases if said[: len(each)] == each
    ]
    return max(fits)[1] if fits else None


def _thoughts(text: str, by: Words) -> Told:
    """Say whether somebody thinks about suicide, by their answer."""
    said = _spoken(text, by)
    first = _opening(said, by) or _ending(said, by)
    is_past = _holds(said, by.past) and not _holds(said, by.now)
    is_so, denied = _is_so(said, by)
    is_brief = len(said) <= BRIEF
    if _holds(said, by.after_all) and first is not Answer.YES:
        return Told(Answer.PAST if is_past else Answer.YES, plain=False)
    if is_past and (first is not Answer.UNSURE or denied):
        return Told(Answer.PAST)
    if first is Answer.YES:
        return Told(Answer.UNSURE if _holds(said, by.other_reason) else Answer.YES, plain=is_brief)
    if _holds(said, (each for each in by.opens[Answer.UNSURE] if len(each) >= TELLING)):
        return Told(Answer.UNSURE, plain=is_brief)
    if first is Answer.NO or _holds(said, by.other_reason):
        return Told(Answer.NO)
    if is_so or (is_brief and _holds(said, by.often)):
        return Told(Answer.YES, plain=False)
    return Told(first or (Answer.NO if denied else None), plain=is_brief)


def _ending(said: Phrase, by: Words) -> Answer | None:
    """Give the answer that the last words are: "so, yeah"."""
    for answer, phrases in by.ends.items():
        if any(said[-len(each) :] == each for each in phrases):
            return answer
    return None


def _is_so(said: Phrase, by: Words) -> tuple[bool, bool]:
    """Say whether it is so, and whether that is denied."""
    places = [place for place in range(len(said)) for each in by.is_so if said[place : place + len(each)] == each]
    denied = [_holds(said[max(0, place - DENIED_WITHIN) : place + DENIED_WITHIN], by.deny) for place in places]
    return bool(places) and not all(denied), any(denied)


def _holds(said: Phrase, phrases: Iterable[Phrase]) -> bool:
    return any(
        said[place : place + len(each)] == each for each in phrases for place in range(len(said) - len(each) + 1)
    )
