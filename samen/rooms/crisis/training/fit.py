"""Fits the model that stands beside the rules: TF-IDF with logistic heads and a small network over words, meanings and what the rules saw, calibrated
by families.

Families never cross a split. Rules were written by people who had seen part of the messages, so on those they look better
than they are: these are learnt from without the marks of the rules. What rules are worth comes from messages by authors who had
seen no rule (`Row.blind`); the calibration and the thresholds from those of them that nobody who writes rules has read
(`Row.exam`). Source of the calibration: isotonic regression on scores of families that the scorer had not seen (Zadrozny and
Elkan 2002, doi:10.1145/775047.775151).
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from samen.rooms.crisis.kinds import CUTS, kind_of
from samen.rooms.crisis.sight import BY, FORM, MEANING, Counts, Sight
from samen.rooms.crisis.training import network
from samen.rooms.crisis.training.material import Row, noisy

FOLDS = 5
SEED = 20261125
STRENGTH = 1.0  # C of the logistic regression
KEPT = {"words": 24000, "parts": 16000, "pairs": 24000}  # terms kept in a file
# How freely a weight may grow, by block: marks are few and stand whole, so at the same strength they would take what words say. Chosen, with
# the strength and what is kept, by the danger that is heard of authors held out whole.
SCALES = {"words": 3.0, "parts": 2.0, "pairs": 2.0, "marks": 0.5}
DIGITS = 3
HALF_WEIGHT = 0.5  # of a copy that was typed worse
# Against a harmless message, in fitting danger: an alarm at what is only unclear costs less than one at what is harmless.
UNCLEAR_WEIGHT = 0.3


@dataclass(frozen=True)
class LeftAlone:
    """What the thresholds must leave alone, measured on families that were held out: shares without an alarm, then without a question."""

    traps: float
    plain: float
    ordinary: float = 0.985
    harmless: float = 0.9  # of an alarm and a question both
    ordinary_unasked: float = 0.93


# A missed danger weighs more than an alarm that a counsellor closes (docs/decisions/0009): so they are as low as the bars for
# harmless talk let them be. Plain talk in the corpus is written to be hard; of ordinary talk, of which the self-test measures
# other messages, nearly all is left alone: a stricter share hears less danger (docs/decisions/0009).
MESSAGES = LeftAlone(traps=0.95, plain=0.975)
# Who is asked about suicide wrote something unclear before: a yes that nobody hears weighs more still. So much of noes is left alone as still
# hears 98 of 100 yeses, doubts and refusals of authors held out. Traps: "not any more", something else.
ANSWERS = LeftAlone(traps=0.9, plain=0.95)
SLOPE = (
    0.03  # of the raw score in a calibrated one: isotonic steps are flat, and a threshold needs an order within them
)
OF_RULES = ("level ", "reached ", "topic ", "several", BY)

EVERYWHERE = (
    0.2  # a meaning that so many messages hold tells nothing by standing near another, and there are many of it
)
BUT = frozenset({"NEG", "SELF"})  # these do, as often as they stand

Seen = Callable[[str], Sight]


@dataclass(frozen=True)
class Example:
    """One message as the model sees it."""

    row: Row
    blocks: tuple[Counts, ...]
    marks: frozenset[str]
    rules: int  # the level that rules alone reach
    weight: float = 1.0
    came: bool = True  # no copy that was typed worse
    as_came: bool = True  # it counts in the calibration: no noisy copy, and nobody who writes rules has read its author
    words: tuple[str, ...] = ()  # as the rules read them


@dataclass(frozen=True)
class Vocabulary:
    """The terms of a fit: by block the rarity of each; and the marks."""

    idf: tuple[Mapping[str, float], ...]
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Fitted:
    """Two heads and a network over one vocabulary."""

    vocabulary: Vocabulary
    weights: np.ndarray  # heads by columns
    bias: np.ndarray
    network: network.Network


def examples(rows: Sequence[Row], seen: Seen) -> list[Example]:
    """Make the examples of messages: as they came and as typed worse; where the rules were made on them, without what rules saw."""
    # A corpus without such authors is taken as it is.
    blind, exam = any(row.blind for row in rows), any(row.exam for row in rows)
    made = []
    for number, row in enumerate([*rows, *noisy(rows, SEED)]):
        sight = seen(row.text)
        marks: Iterable[str] = sight.marks
        honest, came = row.blind or not blind, number < len(rows)
        if not honest:
            marks = [*(mark for mark in marks if not mark.startswith(OF_RULES)), "level 0"]
        made.append(
            Example(
                row,
                sight.blocks,
                frozenset(marks),
                sight.level,
                row.weight * (1.0 if came else HALF_WEIGHT),
                came=came,
                as_came=came and (row.exam or not exam),
                words=sight.words,
            )
        )
    common = everywhere(made)
    return [_without(each, common) for each in made]


def everywhere(found: Sequence[Example]) -> frozenset[str]:
    """Give the meanings that a large share of messages hold: their pairs are left away."""
    came = [each for each in found if each.came]
    held = Counter(mark.removeprefix(MEANING) for each in came for mark in each.marks if mark.startswith(MEANING))
    return frozenset(name for name, count in held.items() if count > EVERYWHERE * len(came)) - BUT


def _without(example: Example, common: Collection[str]) -> Example:
    *blocks, pairs = example.blocks
    kept = {pair: count for pair, count in pairs.items() if not any(part in common for part in re.split("[<>]", pair))}
    return replace(example, blocks=(*blocks, kept))


def fit(
    language: str,
    found: Sequence[Example],
    sure: Collection[str],
    out: np.ndarray | None = None,
    left: LeftAlone = MESSAGES,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a language's model as its file holds it, and what was measured on families held out: `out`, where that is there."""
    out = held_out(found) if out is None else out
    steps, thresholds, figures = calibrated(found, out, sure, left)
    whole = _fitted(found)
    made = {
        "form": FORM,
        "language": language,
        "bias": [round(float(each), DIGITS) for each in whole.bias],
        "ask": thresholds[0],
        "alarm": thresholds[1],
        "everywhere": sorted(everywhere(found)),
        "steps": steps,
        "network": network.in_file(whole.network),
        **_blocks(whole),
    }
    return made, figures


def held_out(found: Sequence[Example]) -> np.ndarray:
    """Give each example's two scores by a fit that saw nothing of its family."""
    out = np.zeros((len(found), 2))
    groups = [each.row.family for each in found]
    for train, test in GroupKFold(n_splits=min(FOLDS, len(set(groups)))).split(found, groups=groups):
        part = _fitted([found[place] for place in train])
        out[test] = _scores(part, [found[place] for place in test])
    return out


def _fitted(found: Sequence[Example]) -> Fitted:
    """Fit once, on the terms that tell most."""
    return _heads(found, _vocabulary(found))


def _vocabulary(found: Sequence[Example]) -> Vocabulary:
    """Give the terms that two or more families hold and that tell most of danger or risk; ties go by the alphabet."""
    kept = []
    for block, name in enumerate(KEPT):
        families: dict[str, set[str]] = {}
        documents: Counter[str] = Counter()
        for each in found:
            for term in each.blocks[block]:
                families.setdefault(term, set()).add(each.row.family)
                documents[term] += 1
        held = sorted(term for term in families if len(families[term]) > 1)
        tells = _tells(found, block, held)
        ranked = sorted(range(len(held)), key=lambda place: (-round(float(tells[place]), 6), held[place]))
        chosen = sorted(held[place] for place in ranked[: KEPT[name]])
        kept.append({term: round(log((1 + len(found)) / (1 + documents[term])) + 1, DIGITS) for term in chosen})
    marked = Counter(mark for each in found for mark in each.marks)
    return Vocabulary(tuple(kept), tuple(sorted(mark for mark, count in marked.items() if count > 1)))


def _tells(found: Sequence[Example], block: int, terms: Sequence[str]) -> np.ndarray:
    """Give for each term the larger of two z-scores: of its log odds between risk and none, and between danger and none.

    Source: the log-odds ratio by its standard error (Woolf 1955, doi:10.1111/j.1469-1809.1955.tb01348.x), half a message added.
    """
    place = {term: number for number, term in enumerate(terms)}
    weights = np.array([each.weight for each in found])
    best = np.zeros(len(terms))
    for cut in CUTS:
        truth = np.array([each.row.level >= cut for each in found])
        with_it = np.full((2, len(terms)), 0.5)
        for each, yes, weight in zip(found, truth, weights, strict=True):
            here = [place[term] for term in each.blocks[block] if term in place]
            with_it[int(yes), here] += weight
        whole = np.array([weights[~truth].sum(), weights[truth].sum()]) + 1
        odds = np.log(with_it[1] / (whole[1] - with_it[1])) - np.log(with_it[0] / (whole[0] - with_it[0]))
        error = np.sqrt((1 / with_it).sum(axis=0) + (1 / (whole[:, None] - with_it)).sum(axis=0))
        best = np.maximum(best, np.abs(odds) / error)
    return best


def _matrix(found: Sequence[Example], vocabulary: Vocabulary) -> csr_matrix:
    """Give examples by columns: each block in TF-IDF of length one, as `inference/linear.py` scores it, then the marks."""
    parts = [
        _block([each.blocks[block] for each in found], vocabulary.idf[block], by_word=name == "parts")
        for block, name in enumerate(KEPT)
    ]
    columns = {mark: place for place, mark in enumerate(vocabulary.marks)}
    rows, places = [], []
    for number, each in enumerate(found):
        for mark in sorted(each.marks):
            if mark in columns:
                rows.append(number)
                places.append(columns[mark])
    marks = csr_matrix((np.ones(len(rows)), (rows, places)), shape=(len(found), len(columns)))
    return hstack([*parts, marks]).tocsr()


def _block(counted: Sequence[Mapping[str, int]], idf: Mapping[str, float], *, by_word: bool) -> csr_matrix:
    """Give one block: a count weighs by its logarithm; `by_word`, each word that holds a term adds its rarity, to the length too."""
    columns = {term: place for place, term in enumerate(idf)}
    rows, places, values = [], [], []
    for number, counts in enumerate(counted):
        there = [(columns[term], idf[term], count) for term, count in counts.items() if term in columns]
        weighed = [rare * (count if by_word else 1 + log(count)) for _, rare, count in there]
        squares = [
            rare * value if by_word else value * value for (_, rare, _), value in zip(there, weighed, strict=True)
        ]
        length = sum(squares) ** 0.5 or 1.0
        for (place, _, _), value in zip(there, weighed, strict=True):
            rows.append(number)
            places.append(place)
            values.append(value / length)
    return csr_matrix((values, (rows, places)), shape=(len(counted), len(columns)))


def _heads(found: Sequence[Example], vocabulary: Vocabulary) -> Fitted:
    sizes = [*(len(idf) for idf in vocabulary.idf), len(vocabulary.marks)]
    scales = np.repeat([SCALES[name] for name in (*KEPT, "marks")], sizes)
    plain = _matrix(found, vocabulary)
    matrix = (plain @ diags(scales)).tocsr()
    level = np.array([each.row.level for each in found])
    weight = np.array([each.weight for each in found])
    weights, bias = [], []
    for cut in CUTS:
        unclear = (level == min(CUTS)) & (cut == max(CUTS))
        weighed = weight * np.where(unclear, UNCLEAR_WEIGHT, 1.0)
        # lbfgs has no randomness, and on one thread (commands.py) the same data give the same weights.
        head = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=300, tol=1e-3).fit(matrix, level >= cut, weighed)
        weights.append(head.coef_[0] * scales)
        bias.append(head.intercept_[0])
    named = [kind_of(each.row.level, each.row.topic, each.row.trap) for each in found]
    return Fitted(vocabulary, np.array(weights), np.array(bias), network.fitted(plain, named, weight))


def log_odds(fitted: Fitted, found: Sequence[Example]) -> np.ndarray:
    """Give the log odds of risk and of danger: the mean of what the heads and the network say, as `inference/linear.py` scores it."""
    matrix = _matrix(found, fitted.vocabulary)
    said: np.ndarray = (matrix @ fitted.weights.T + fitted.bias + fitted.network.log_odds(matrix)) / 2
    return said


def _scores(fitted: Fitted, found: Sequence[Example]) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(log_odds(fitted, found), -30, 30)))


def _blocks(fitted: Fitted) -> dict[str, Any]:
    """Give the weights of the heads as a file holds them, rounded: the columns in their order."""
    vocabulary, place, made = fitted.vocabulary, 0, {}
    for name, idf in zip(KEPT, vocabulary.idf, strict=True):
        rows = {}
        for term, value in idf.items():
            rows[term] = [value, *(round(float(each), DIGITS) for each in fitted.weights[:, place])]
            place += 1
        made[name] = rows
    made["marks"] = {}
    for mark in vocabulary.marks:
        made["marks"][mark] = [round(float(each), DIGITS) for each in fitted.weights[:, place]]
        place += 1
    return made


def counted_rules(found: Sequence[Example]) -> dict[str, list[int]]:
    """Count for each rule how often it was right and wrong in seeing danger where its authors had not seen the messages.

    What is only unclear counts as neither.
    """
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for each in found:
        if each.came:  # a copy that was typed worse says the same again
            count = right if each.row.level >= max(CUTS) else wrong
            if each.row.level != min(CUTS):
                count.update(mark.removeprefix(BY) for mark in each.marks if mark.startswith(BY))
    return {rule: [right[rule], wrong[rule]] for rule in sorted({*right, *wrong})}


# --- calibration and thresholds, on families held out ---


def calibrated(
    found: Sequence[Example], out: np.ndarray, sure: Collection[str], left: LeftAlone = MESSAGES
) -> tuple[dict[str, Any], tuple[float, float], dict[str, Any]]:
    """Give the isotonic steps of both heads, the thresholds for a question and an alarm, and the figures they come from.

    `sure`: the rules that alarm by themselves.
    """
    came = np.array([each.as_came for each in found])
    steps, probabilities = {}, []
    for head, (name, cut) in enumerate(zip(("risk", "danger"), CUTS, strict=True)):
        truth = np.array([each.row.level >= cut for each in found], dtype=float)
        curve = IsotonicRegression(y_min=0.005, y_max=0.995, out_of_bounds="clip")
        curve.fit(out[came, head], truth[came])
        at = [round(float(each), 4) for each in curve.X_thresholds_]
        mixed = (1 - SLOPE) * curve.y_thresholds_ + SLOPE * curve.X_thresholds_
        gives = [round(float(each), 4) for each in mixed]
        steps[name] = {"at": at, "gives": gives}
        probabilities.append(np.interp(out[:, head], at, gives))
    alone = np.array(
        [any(mark.removeprefix(BY) in sure for mark in each.marks if mark.startswith(BY)) for each in found]
    )
    asked, alarmed = _thresholds(found, came, probabilities, alone, left)
    return steps, (asked, alarmed), _figures(found, came, probabilities, (asked, alarmed), alone)


def _thresholds(
    found: Sequence[Example],
    came: np.ndarray,
    p: Sequence[np.ndarray],
    alone: np.ndarray,
    left: LeftAlone = MESSAGES,
) -> tuple[float, float]:
    """Give the lowest thresholds that leave harmless talk alone, and ordinary talk nearly all of it, together with the rules."""
    harmless = came & np.array([each.row.level < min(CUTS) for each in found])
    trap = np.array([bool(each.row.trap) for each in found])
    ordinary = np.array([each.came and each.row.ordinary for each in found])
    alarm = max(
        _beside(p[1], alone, harmless & trap, left.traps),
        _beside(p[1], alone, harmless & ~trap, left.plain),
        _beside(p[1], alone, ordinary, left.ordinary) if ordinary.any() else 0.0,
    )
    quiet = harmless & ~alone & (p[1] < alarm)
    asked = 1 - (1 - left.harmless) * harmless.sum() / max(1, quiet.sum())
    rules = np.array([each.rules >= min(CUTS) for each in found])
    asks = (
        _beside(p[0], rules, quiet, asked),
        _beside(p[0], rules, ordinary & ~alone & (p[1] < alarm), left.ordinary_unasked) if ordinary.any() else 0.0,
    )
    return max(asks), alarm


def _beside(p: np.ndarray, alone: np.ndarray, where: np.ndarray, share: float) -> float:
    """Give the threshold that this share stays under, of those that rules leave alone; where rules take all of it, at most one in 100 more."""
    quiet = where & ~alone
    if not quiet.any():
        return 1.0
    left = max(min(0.01, 1 - share) * where.sum(), (1 - share) * where.sum() - (where & alone).sum())
    return _above(p[quiet], 1 - left / quiet.sum())


def _above(p: np.ndarray, share: float) -> float:
    """Give a threshold that at least this share stays under."""
    ordered = np.sort(p)
    place = min(len(ordered) - 1, int(np.ceil(share * len(ordered))))
    return round(float(ordered[place]) + 0.0005, 4)


def _figures(
    found: Sequence[Example],
    came: np.ndarray,
    p: Sequence[np.ndarray],
    cuts: tuple[float, float],
    alone: np.ndarray,
) -> dict[str, Any]:
    """Say what rules and model reach together, and the model alone, on families held out."""
    level = np.array([each.row.level for each in found])
    rules = np.array([each.rules for each in found])
    trap = np.array([bool(each.row.trap) for each in found])
    alarm = alone | (p[1] >= cuts[1])
    asked = ~alarm & ((rules >= 2) | (p[0] >= cuts[0]))
    ordinary = np.array([each.came and each.row.ordinary for each in found])

    def share(what: np.ndarray, where: np.ndarray) -> float:
        return round(float(what[where].mean()), 3) if where.any() else 0.0

    return {
        "danger_alarmed": share(alarm, came & (level >= 3)),
        "risk_heard": share(alarm | asked, came & (level >= 2)),
        "danger_alarmed_by_model": share(p[1] >= cuts[1], came & (level >= 3)),
        "risk_heard_by_model": share((p[1] >= cuts[1]) | (p[0] >= cuts[0]), came & (level >= 2)),
        "traps_left_alone": share(~alarm, came & (level < 2) & trap),
        "plain_left_alone": share(~alarm, came & (level < 2) & ~trap),
        "ordinary_left_alone": share(~alarm, ordinary),
        "ordinary_asked": share(asked, ordinary),
        "harmless_asked": share(asked, came & (level < 2)),
        "calibration_error": round(_ece(p[1][came], level[came] >= 3), 4),
    }


def _ece(p: np.ndarray, truth: np.ndarray) -> float:
    """Give the expected calibration error over ten bins of equal count."""
    order = np.argsort(p, kind="stable")
    bins = np.array_split(order, 10)
    return float(sum(abs(p[each].mean() - truth[each].mean()) * len(each) for each in bins if len(each)) / len(p))
