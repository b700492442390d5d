"""Every file that training makes, as it should be: words first, then each language's model with its card."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from samen.rooms.crisis.reading import DUE
from samen.rooms.crisis.sight import Sight
from samen.rooms.crisis.training import course, fit, head, material, network, shut

CONTENT = material.CORPUS.parent
INTENDED = (
    "Raises what the rules of crisis.detect say, to a question or an alarm. Never used alone, never to lower help."
)
INTENDED_FOR_ANSWERS = (
    "Hears a yes, a doubt or a refusal in the message after the one direct question. "
    "Raises what the words of content/answers say; never used alone."
)
INTENDED_FOR_TALKS = (
    "From the second message of a talk on: raises what the model of messages says where danger builds up, and makes a question of an alarm that only "
    "sounds like danger after what came before: of one that model is near certain of only in a very calm talk, of one by a sure rule never."
)
HEARD_BY_WORDS = frozenset(
    f"answer.{each}" for each in DUE
)  # the marks of an answer that words alone put before a human
LIMITS = (
    "Learnt from messages that were written for this product, not collected; clinicians have yet to review them.",
    "English and Dutch only. Short messages; of a long one the first 8,000 characters.",
    "Knows words and their parts, not the world: what nobody wrote down in other words it cannot hear.",
)


def files(
    pieces: Callable[[str], Iterable[str]],
    seen: fit.Seen,
    sure: Callable[[], Collection[str]],
    inputs: Mapping[str, str],
    vectors: Mapping[str, tuple[head.Vector, str]],
    answer: Callable[[str, str], Sight],
    hear: course.Hear,
) -> Iterator[tuple[Path, str]]:
    """Give each file with its content. The caller writes one before it takes the next: the model is made with the words.

    `sure`: reads which rules alarm by themselves, by the counts that were just written.
    `hear`: what the models of messages, which were just written, hear in each turn of a talk.
    `answer`: what is learnt from an answer to the one direct question, by text and language.
    `vectors`: by language what makes a sentence vector, and the SHA-256 of the file that makes it; empty without that extra.
    """
    with shut.shut():
        for language in material.LANGUAGES:
            words = material.common_words(language, pieces)
            yield CONTENT / "lexicon" / language / "common.toml", material.common_file(words)
            beside = material.words_beside(language, pieces)
            yield CONTENT / "lexicon" / language / "beside.toml", material.beside_file(beside)
        for language in material.LANGUAGES:
            yield from _answers(language, answer, inputs)
        learnt = {language: material.rows(language) for language in material.LANGUAGES}
        examples = {language: fit.examples(rows, seen) for language, rows in learnt.items()}
        yield CONTENT / "rules" / "sure.toml", sure_file(examples.values())
        for language, found in examples.items():
            rows = learnt[language]
            out = fit.held_out(found)
            made, figures = fit.fit(language, found, sure(), out)
            model = written(made)
            learnt_from = material.learnt_from(material.files(language), rows)
            yield CONTENT / "model" / f"{language}.json", model
            yield (
                CONTENT / "model" / f"{language}.card.json",
                card(language, model, learnt_from, figures, inputs[language]),
            )
            if language in vectors:
                yield from _head(language, (rows, found, out), model, (*vectors[language], sure()))
        yield from of_talks(hear)


def of_talks(hear: course.Hear) -> Iterator[tuple[Path, str]]:
    """Give the model of the course of talks, and its card."""
    made, figures = course.fit(hear)
    model = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    about = {
        "sha256": hashlib.sha256(model.encode()).hexdigest(),
        "intended_use": INTENDED_FOR_TALKS,
        "limits": LIMITS,
        "learnt_from": {"files": material.hashes(course.files())},
        "made_with": course.made_with(),
        "held_out": figures,
    }
    yield CONTENT / "course" / "model.json", model
    yield CONTENT / "course" / "card.json", json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _answers(
    language: str, answer: Callable[[str, str], Sight], inputs: Mapping[str, str]
) -> Iterator[tuple[Path, str]]:
    """Give the model that hears answers, and its card."""
    rows = material.replies(language)
    made, figures = fit.fit(
        language, fit.examples(rows, lambda text: answer(text, language)), HEARD_BY_WORDS, left=fit.ANSWERS
    )
    model = written(made)
    read = [*material.reply_files(language), *material.ordinary_files(language)]
    learnt_from = material.learnt_from(read, rows)
    yield CONTENT / "answers" / f"{language}.json", model
    yield (
        CONTENT / "answers" / f"{language}.card.json",
        card(language, model, learnt_from, figures, inputs[f"answers {language}"], intended=INTENDED_FOR_ANSWERS),
    )


def written(made: Mapping[str, Any]) -> str:
    """Write a model as its file holds it."""
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def sure_file(found: Iterable[Sequence[fit.Example]]) -> str:
    """Write how often each rule was right and wrong, over the messages of all languages."""
    whole: dict[str, list[int]] = {}
    for each in found:
        for rule, (right, wrong) in fit.counted_rules(each).items():
            before = whole.get(rule, [0, 0])
            whole[rule] = [before[0] + right, before[1] + wrong]
    lines = [f'"{rule}" = [{right}, {wrong}]' for rule, (right, wrong) in sorted(whole.items())]
    body = "\n".join(lines)
    return (
        "# How often each rule was right, and wrong, in seeing danger in messages by authors who had seen no rule.\n"
        f"# Made by `samen crisis train`; do not edit. What follows from it: inference/rules.py, `sure`.\n{body}\n"
    )


def _head(
    language: str,
    learnt: tuple[list[material.Row], list[fit.Example], np.ndarray],
    model: str,
    by: tuple[head.Vector, str, Collection[str]],
) -> Iterator[tuple[Path, str]]:
    """Give the head over sentence vectors that stands beside a model, and its card."""
    rows, found, out = learnt
    beside = hashlib.sha256(model.encode()).hexdigest()
    made, figures = head.fitted(found, out, by[0], by[2], beside=beside)
    text = json.dumps(made, separators=(",", ":"), sort_keys=True) + "\n"
    learnt_from = material.learnt_from(material.files(language), rows)
    about = head.card(language, text, file=by[1], beside=beside, learnt_from=learnt_from, figures=figures)
    yield CONTENT / "meaning" / f"{language}.json", text
    yield CONTENT / "meaning" / f"{language}.card.json", about


def card(
    language: str,
    model: str,
    learnt_from: Mapping[str, Any],
    figures: Mapping[str, Any],
    inputs: str,
    intended: str = INTENDED,
) -> str:
    """Write the card of a model: what it is for, what it learnt from, how it was made, what it reaches on families held out."""
    about = {
        "language": language,
        "sha256": hashlib.sha256(model.encode()).hexdigest(),
        "intended_use": intended,
        "limits": LIMITS,
        "learnt_from": learnt_from,
        "made_with": {
            "rules_and_lexicon": inputs,
            "seed": fit.SEED,
            "folds": fit.FOLDS,
            "strength": fit.STRENGTH,
            "kept": fit.KEPT,
            "scales": fit.SCALES,
            "unclear_weight": fit.UNCLEAR_WEIGHT,
            "network": network.made_with(),
        },
        "held_out": dict(figures),
    }
    return json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
