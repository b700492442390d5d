"""Reading one message: the rules say how much danger they see, and a model may raise that, never lower it.

A rule that was right often enough on messages by authors who had not seen it alarms by itself. Any other asks by itself, and
alarms where the model hears danger too (`rules.sure`, counted in training).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from samen.rooms.crisis.course import NOTHING, Course, Heard
from samen.rooms.crisis.inference import answers, course, grammar, meaning
from samen.rooms.crisis.inference.grammar import Hit, Parsed
from samen.rooms.crisis.inference.linear import Model, Scored, part_terms, whole, word_terms
from samen.rooms.crisis.inference.pairs import beside, pairs
from samen.rooms.crisis.inference.rules import setting, sure
from samen.rooms.crisis.reading import CALM, LASTING, LEADING, Answer, Level, Question, Reading, Span, Topic, action_of
from samen.rooms.crisis.sight import BY, Sight

LAYERS = ("rules", "model", "meaning")
MOST_SPANS = 6
WORDS_SHOWN = 3  # words that the model leaned on most
# So sure of danger the model must be to alarm alone when an earlier turn was harmless in a telling way: chosen on open talks.
NEAR_CERTAIN = 0.96
# Without a model a rule's level stands for a probability by itself: rough, and said to be so on the card of the layers.
BY_RULE = (0.02, 0.05, 0.2, 0.8, 0.95)
LEADING_FIRST = (*LEADING, *(each for each in Topic if each not in LEADING))
BY_TALK = "talk"  # in place of a rule's id: the message is danger by what came before it
Using = Callable[
    [str], Model | None
]  # gives the model of a language: those in use at a service, or those that came along


def read(
    text: str,
    language: str | None = None,
    layers: Collection[str] = LAYERS,
    using: Using = whole,
    held: Collection[str] = (),
    careful: bool = False,
    so_far: Course = NOTHING,
    asked: Question | None = None,
) -> Reading:
    """Say what one message shows.

    Takes:  the text as it came; the language when it is known (en, nl); which layers are used (all, or fewer to compare);
            the models with their thresholds; the settings that hold from earlier turns of its talk (`talk.held`);
            whether one of these was harmless in a telling way (`talk.State.careful`); the course of the talk up to here; what a computer asked
            just before.
    """
    parsed = grammar.parse(text, language, held)
    hits = parsed.hits if "rules" in layers else ()
    scored = scores(parsed, layers, using) if "model" in layers else None
    raised = _raised(scored) if scored is not None else Level.NONE
    told = answers.read(asked, text, language, layers) if asked is not None else answers.Heard()
    # The model reads this message alone: it cannot know that a story is told, that an earlier turn was harmless in a telling way, or that
    # somebody was asked and says no.
    doubtful = (careful or told.answer in CALM) and scored is not None and scored[1].danger < NEAR_CERTAIN
    hidden = any(_hides(name, parsed) for name in held)
    if doubtful or hidden:
        raised = min(raised, Level.UNCLEAR)
    heard = _heard(scored[1].heard, parsed, hits, hidden=hidden) if scored is not None and scored[1].heard else None
    alone = raised
    if scored is not None and heard is not None and so_far.turns and (talks := course.model()) is not None:
        raised = _in_talk(raised, talks, talks.score(so_far, heard), near_certain=scored[1].danger >= NEAR_CERTAIN)
    level = max((hit.level if raised >= Level.DANGER else _alone(hit) for hit in hits), default=Level.NONE)
    if told.answer in CALM and (level >= Level.UNCLEAR or raised >= Level.DANGER):
        told = answers.Heard()  # "no, I want to die" is no no
    reached = max(level, raised, told.level)
    probability = scored[1].danger if scored is not None else BY_RULE[level]
    spans = _spans(parsed, hits, scored[0] if scored is not None and raised > max(level, told.level) else None)
    if told.level >= Level.DANGER:
        probability = max(probability, BY_RULE[told.level])
        spans = (Span(0, len(text), told.by), *spans)[:MOST_SPANS]
    if raised > max(alone, level, told.level):
        spans = (Span(0, len(text), BY_TALK), *spans)[:MOST_SPANS]
    return Reading(
        level=reached,
        action=action_of(reached),
        probability=round(probability, 4),
        topics=_topics(
            parsed,
            reached,
            scored[1].topic if scored is not None and raised >= min(level, Level.DANGER) else "",
            answered=told.level >= Level.DANGER,
        ),
        spans=spans,
        language=parsed.said.whole,
        raised_by=_by(max(level, told.level), raised),
        taken_back=_takes_back(parsed) or told.answer is Answer.NO,
        settings=parsed.settings,
        telling=parsed.telling,
        answer=told.answer,
        heard=heard,
    )


def _heard(heard: Heard, parsed: Parsed, hits: Collection[Hit], *, hidden: bool) -> Heard:
    """Give what was heard in a message, with what rules saw beside."""
    signs = {
        "hidden": hidden,
        "rules": any(hit.level >= Level.DANGER for hit in hits),
        "back": _takes_back(parsed),
        "setting": bool(parsed.settings),
        "telling": parsed.telling,
    }
    return replace(heard, signs=tuple(name for name, there in signs.items() if there))


def _takes_back(parsed: Parsed) -> bool:
    return bool(parsed.denied) or bool(parsed.said.spots.get("TAKE-BACK"))


def _in_talk(raised: Level, talks: course.Model, score: float, *, near_certain: bool) -> Level:
    """Give the level that the model reaches in the light of the talk so far: danger that builds up is an alarm, what only sounds so a question.

    A message that shows nothing by itself is never raised: a talk grows long without growing grave.
    """
    if score >= talks.alarm and raised >= Level.UNCLEAR:
        return Level.DANGER
    return min(raised, Level.UNCLEAR) if score < (talks.very_calm if near_certain else talks.calm) else raised


def _hides(name: str, parsed: grammar.Parsed) -> bool:
    """Say whether a setting makes of what the model hears a question: one of all topics, and not where rules see danger to who speaks."""
    guard = setting(name)
    if guard is None or guard.only:
        return False
    own = any(hit.level and grammar.of_self(parsed.said, hit.first, hit.last) for hit in parsed.hits)
    return not (guard.spares_self and own)


def _alone(hit: Hit) -> Level:
    """Give the level that a hit reaches by itself."""
    return hit.level if hit.rule.id in sure() else min(hit.level, Level.UNCLEAR)


def marks(parsed: Parsed, layers: Collection[str] = LAYERS) -> list[str]:
    """Give what the rules and the lexicon saw, as marks for the model."""
    found = grammar.meanings(parsed.said)
    if "rules" not in layers:
        return found
    level = max((hit.level for hit in parsed.hits), default=Level.NONE)
    found.append(f"level {int(level)}")
    found += [f"reached {each}" for each in range(1, int(level) + 1)]
    found += sorted({f"{BY}{hit.rule.id}" for hit in parsed.hits if hit.level >= Level.DANGER})
    found += sorted({f"topic {hit.rule.topic}" for hit in parsed.hits if hit.level >= Level.UNCLEAR})
    found += sorted({f"lowered {hit.capped}" for hit in parsed.hits if hit.capped})
    found += [f"guard {kind}" for kind in sorted(parsed.guards)]
    if parsed.denied:
        found.append("denied")
    if len({hit.rule.id for hit in parsed.hits if hit.level >= Level.UNCLEAR}) > 1:
        found.append("several")
    return found


def sight(text: str, language: str | None = None) -> Sight:
    """Give what training learns from a message."""
    parsed = grammar.parse(text, language)
    words = tuple(parsed.said.words)
    return Sight(
        words,
        blocks=(word_terms(words), part_terms(words), pairs(parsed.said)),
        marks=tuple(marks(parsed)),
        level=max((int(hit.level) for hit in parsed.hits), default=0),
    )


def scores(parsed: Parsed, layers: Collection[str] = LAYERS, using: Using = whole) -> tuple[Model, Scored] | None:
    """Score with the model of the message's language; of a mixed message with both, and the one that raises more counts."""
    spoken = parsed.said.whole
    models = [using(each) for each in (("en", "nl") if spoken == "mixed" else (spoken,))]
    seen = marks(parsed, layers)
    look = "meaning" in layers and spoken in meaning.SPOKEN
    found = [
        (each, each.score(parsed.said.words, beside(parsed.said, each.everywhere), seen, meaning=look))
        for each in models
        if each is not None
    ]
    return max(found, key=lambda pair: (_raised(pair), pair[1].danger, pair[1].risk), default=None)


def _raised(scored: tuple[Model, Scored]) -> Level:
    _, found = scored
    if found.danger >= found.alarm:
        return Level.DANGER
    return Level.UNCLEAR if found.risk >= found.ask else Level.NONE


def _by(rules: Level, raised: Level) -> str:
    if max(rules, raised) < Level.UNCLEAR:
        return "rules" if rules else ""
    if raised > rules:
        return "model"
    return "both" if raised >= Level.UNCLEAR and action_of(raised) is action_of(rules) else "rules"


def _topics(parsed: Parsed, reached: Level, named: str, *, answered: bool) -> tuple[Topic, ...]:
    """Give the topics: the one that the model names, which is right more often than rules are, then those of rules.

    Before it stands what was swallowed and who hits, where a rule saw danger: a poison line that is missing costs more than one too many.
    """
    hits = sorted(parsed.hits, key=lambda hit: (-hit.level, LEADING_FIRST.index(hit.rule.topic or Topic.OBLIQUE)))
    seen = [hit for hit in hits if hit.rule.topic is not None and hit.level > Level.NONE]
    lasting = [hit.rule.topic for hit in seen if hit.rule.topic in LASTING and hit.level >= Level.DANGER]
    first = [Topic(named)] if named and reached >= Level.UNCLEAR else []
    found = dict.fromkeys(each for each in (*lasting, *first, *(hit.rule.topic for hit in seen)) if each is not None)
    if answered:
        found[Topic.EXPLICIT] = None
    if not found and reached >= Level.UNCLEAR:
        found[Topic.OBLIQUE] = None
    return tuple(found)


def _spans(parsed: Parsed, hits: Iterable[Hit], leaned: Model | None) -> tuple[Span, ...]:
    """Give where the words stand that decided, in the text as it came."""
    said = parsed.said
    ordered = sorted((hit for hit in hits if hit.level > Level.NONE), key=lambda hit: -hit.level)
    found = dict.fromkeys(Span(said.starts[hit.first], said.ends[hit.last - 1], hit.rule.id) for hit in ordered)
    if leaned is not None:
        found |= dict.fromkeys(_leaned_on(said.words, (said.starts, said.ends), leaned))
    return tuple(list(found)[:MOST_SPANS])


def _leaned_on(words: Sequence[str], where: tuple[Sequence[int], Sequence[int]], leaned: Model) -> list[Span]:
    """Give the words that pulled the model most."""
    pulls = sorted(((leaned.pull(word), place) for place, word in enumerate(words)), reverse=True)[:WORDS_SHOWN]
    return [
        Span(where[0][place], where[1][place], "model")
        for pull, place in sorted(pulls, key=lambda each: each[1])
        if pull > 0
    ]
