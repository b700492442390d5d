"""Fits the model that stands beside the rules: TF-IDF with logistic heads over words and what the rules saw, calibrated by families.

Families never cross a split. Rules were written by people who had seen part of the messages, so on those they look better
than they are: these are learnt from without the marks of the rules. What rules are worth, the calibration and the thresholds
come from messages by authors who had seen no rule (`Row.blind`). Source of the calibration: isotonic regression on scores of
families that the scorer had not seen (Zadrozny and Elkan 2002, doi:10.1145/775047.775151).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from samen.rooms.crisis.training.material import Row, noisy

FOLDS = 5
SEED = 20261125
STRENGTH = 6.0  # C of the logistic regression: chosen by the loss over families
KEPT = {"words": 14000, "parts": 16000}  # terms kept in a file
DIGITS = 3
HALF_WEIGHT = 0.5  # of a copy that was typed worse
CUTS = (2, 3)  # risk: level 2 and up; danger: level 3 and up
# What the thresholds must leave alone, measured on families that were held out. A missed danger weighs more than an alarm
# that a counsellor closes (docs/decisions/0009): so they are as low as the bars for harmless talk let them be. Plain talk in
# the corpus is harder than ordinary talk, of which the self-test measures false alarms apart.
TRAPS_LEFT_ALONE = 0.95
PLAIN_LEFT_ALONE = 0.985
HARMLESS_NOT_ASKED = 0.9
SLOPE = (
    0.03  # of the raw score in a calibrated one: isotonic steps are flat, and a threshold needs an order within them
)
OF_RULES = ("level ", "reached ", "topic ", "several")

Seen = Callable[[str], tuple[Sequence[str], Sequence[str], int]]
Terms = Callable[[Sequence[str]], tuple[Mapping[str, int], Mapping[str, int]]]


@dataclass(frozen=True)
class Example:
    """One message as the model sees it."""

    row: Row
    blocks: tuple[Mapping[str, int], Mapping[str, int]]
    marks: frozenset[str]
    rules: int  # the level that rules alone reach
    weight: float = 1.0
    as_came: bool = True  # it counts in the calibration: no noisy copy, and by an author who had seen no rule
    words: tuple[str, ...] = ()  # as the rules read them


@dataclass(frozen=True)
class Vocabulary:
    """The terms of a fit: by block the rarity of each; and the marks."""

    idf: tuple[Mapping[str, float], Mapping[str, float]]
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Fitted:
    """Two heads over one vocabulary."""

    vocabulary: Vocabulary
    weights: np.ndarray  # heads by columns
    bias: np.ndarray


def examples(rows: Sequence[Row], seen: Seen, terms: Terms) -> list[Example]:
    """Make the examples of messages: as they came and as typed worse; where the rules were made on them, without what rules saw."""
    blind = any(row.blind for row in rows)  # a corpus without such authors is taken as it is
    made = []
    for number, row in enumerate([*rows, *noisy(rows, SEED)]):
        words, marks, level = seen(row.text)
        honest, came = row.blind or not blind, number < len(rows)
        if not honest:
            marks = [*(mark for mark in marks if not mark.startswith(OF_RULES)), "level 0"]
        made.append(
            Example(
                row,
                terms(words),
                frozenset(marks),
                level,
                1.0 if came else HALF_WEIGHT,
                as_came=came and honest,
                words=tuple(words),
            )
        )
    return made


def fit(
    language: str, found: Sequence[Example], out: np.ndarray | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a language's model as its file holds it, and what was measured on families held out: `out`, where that is there."""
    out = held_out(found) if out is None else out
    steps, thresholds, figures = calibrated(found, out)
    whole = _fitted(found)
    made = {
        "language": language,
        "bias": [round(float(each), DIGITS) for each in whole.bias],
        "ask": thresholds[0],
        "alarm": thresholds[1],
        "steps": steps,
        **_blocks(whole),
    }
    return made, figures


def held_out(found: Sequence[Example]) -> np.ndarray:
    """Give each example's two scores by a fit that saw nothing of its family."""
    out = np.zeros((len(found), 2))
    groups = [each.row.family for each in found]
    for train, test in GroupKFold(n_splits=FOLDS).split(found, groups=groups):
        part = _fitted([found[place] for place in train])
        out[test] = _scores(part, [found[place] for place in test])
    return out


def _fitted(found: Sequence[Example]) -> Fitted:
    """Fit once on all terms, keep those that matter, fit again on these."""
    wide = _heads(found, _vocabulary(found))
    return _heads(found, _pruned(wide))


def _vocabulary(found: Sequence[Example]) -> Vocabulary:
    """Give the terms that two or more families hold."""
    idf = []
    for block in (0, 1):
        families: dict[str, set[str]] = {}
        documents: Counter[str] = Counter()
        for each in found:
            for term in each.blocks[block]:
                families.setdefault(term, set()).add(each.row.family)
                documents[term] += 1
        n = len(found)
        idf.append(
            {
                term: round(log((1 + n) / (1 + documents[term])) + 1, DIGITS)
                for term in sorted(families)
                if len(families[term]) > 1
            }
        )
    marked = Counter(mark for each in found for mark in each.marks)
    return Vocabulary((idf[0], idf[1]), tuple(sorted(mark for mark, count in marked.items() if count > 1)))


def _matrix(found: Sequence[Example], vocabulary: Vocabulary) -> csr_matrix:
    """Give examples by columns: both blocks in sublinear TF-IDF of length one, then the marks."""
    parts = [_block([each.blocks[block] for each in found], vocabulary.idf[block]) for block in (0, 1)]
    columns = {mark: place for place, mark in enumerate(vocabulary.marks)}
    rows, places = [], []
    for number, each in enumerate(found):
        for mark in sorted(each.marks):
            if mark in columns:
                rows.append(number)
                places.append(columns[mark])
    marks = csr_matrix((np.ones(len(rows)), (rows, places)), shape=(len(found), len(columns)))
    return hstack([*parts, marks]).tocsr()


def _block(counted: Sequence[Mapping[str, int]], idf: Mapping[str, float]) -> csr_matrix:
    columns = {term: place for place, term in enumerate(idf)}
    rows, places, values = [], [], []
    for number, counts in enumerate(counted):
        there = [(columns[term], idf[term] * (1 + log(count))) for term, count in counts.items() if term in columns]
        length = sum(value * value for _, value in there) ** 0.5 or 1.0
        for place, value in there:
            rows.append(number)
            places.append(place)
            values.append(value / length)
    return csr_matrix((values, (rows, places)), shape=(len(counted), len(columns)))


def _heads(found: Sequence[Example], vocabulary: Vocabulary) -> Fitted:
    matrix = _matrix(found, vocabulary)
    weight = np.array([each.weight for each in found])
    weights, bias = [], []
    for cut in CUTS:
        truth = np.array([each.row.level >= cut for each in found])
        # lbfgs has no randomness, and on one thread (commands.py) the same data give the same weights.
        head = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=300, tol=1e-3).fit(matrix, truth, weight)
        weights.append(head.coef_[0])
        bias.append(head.intercept_[0])
    return Fitted(vocabulary, np.array(weights), np.array(bias))


def _pruned(wide: Fitted) -> Vocabulary:
    """Keep the terms with the largest weights; ties go by the alphabet."""
    strength = np.abs(wide.weights).max(axis=0)
    kept, start = [], 0
    for block, name in enumerate(KEPT):
        idf = wide.vocabulary.idf[block]
        own = strength[start : start + len(idf)]
        ranked = sorted(zip(idf, own, strict=True), key=lambda each: (-round(float(each[1]), 6), each[0]))
        chosen = {term for term, _ in ranked[: KEPT[name]]}
        kept.append({term: value for term, value in idf.items() if term in chosen})
        start += len(idf)
    return Vocabulary((kept[0], kept[1]), wide.vocabulary.marks)


def _scores(fitted: Fitted, found: Sequence[Example]) -> np.ndarray:
    raw = _matrix(found, fitted.vocabulary) @ fitted.weights.T + fitted.bias
    return 1 / (1 + np.exp(-np.clip(raw, -30, 30)))


def _blocks(fitted: Fitted) -> dict[str, Any]:
    """Give weights as a file holds them, rounded, without what rounds to nothing in both heads."""
    vocabulary, place, made = fitted.vocabulary, 0, {}
    for name, idf in zip(KEPT, vocabulary.idf, strict=True):
        rows = {}
        for term, value in idf.items():
            rows[term] = [value, *(round(float(each), DIGITS) for each in fitted.weights[:, place])]
            place += 1
        made[name] = rows
    made["marks"] = {}
    for mark in vocabulary.marks:
        pair = [round(float(each), DIGITS) for each in fitted.weights[:, place]]
        place += 1
        if any(pair):
            made["marks"][mark] = pair
    return made


# --- calibration and thresholds, on families held out ---


def calibrated(found: Sequence[Example], out: np.ndarray) -> tuple[dict[str, Any], tuple[float, float], dict[str, Any]]:
    """Give the isotonic steps of both heads, the thresholds for a question and an alarm, and the figures they come from."""
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
    asked, alarmed = _thresholds(found, came, probabilities)
    return steps, (asked, alarmed), _figures(found, came, probabilities, (asked, alarmed))


def _thresholds(found: Sequence[Example], came: np.ndarray, p: Sequence[np.ndarray]) -> tuple[float, float]:
    """Give the lowest thresholds that leave traps and plain talk alone as the bars ask, by the model alone."""
    harmless = came & np.array([each.row.level < 2 for each in found])
    trap = np.array([bool(each.row.trap) for each in found])
    alarm = max(_above(p[1][harmless & trap], TRAPS_LEFT_ALONE), _above(p[1][harmless & ~trap], PLAIN_LEFT_ALONE))
    return _above(p[0][harmless], HARMLESS_NOT_ASKED), alarm


def _above(p: np.ndarray, share: float) -> float:
    """Give a threshold that at least this share stays under."""
    ordered = np.sort(p)
    place = min(len(ordered) - 1, int(np.ceil(share * len(ordered))))
    return round(float(ordered[place]) + 0.0005, 4)


def _figures(
    found: Sequence[Example], came: np.ndarray, p: Sequence[np.ndarray], cuts: tuple[float, float]
) -> dict[str, Any]:
    """Say what rules and model reach together, and the model alone, on families held out."""
    level = np.array([each.row.level for each in found])
    rules = np.array([each.rules for each in found])
    trap = np.array([bool(each.row.trap) for each in found])
    alarm = (rules >= 3) | (p[1] >= cuts[1])
    asked = ~alarm & ((rules >= 2) | (p[0] >= cuts[0]))

    def share(what: np.ndarray, where: np.ndarray) -> float:
        return round(float(what[where].mean()), 3) if where.any() else 0.0

    return {
        "danger_alarmed": share(alarm, came & (level >= 3)),
        "risk_heard": share(alarm | asked, came & (level >= 2)),
        "danger_alarmed_by_model": share(p[1] >= cuts[1], came & (level >= 3)),
        "risk_heard_by_model": share((p[1] >= cuts[1]) | (p[0] >= cuts[0]), came & (level >= 2)),
        "traps_left_alone": share(~alarm, came & (level < 2) & trap),
        "plain_left_alone": share(~alarm, came & (level < 2) & ~trap),
        "harmless_asked": share(asked, came & (level < 2)),
        "calibration_error": round(_ece(p[1][came], level[came] >= 3), 4),
    }


def _ece(p: np.ndarray, truth: np.ndarray) -> float:
    """Give the expected calibration error over ten bins of equal count."""
    order = np.argsort(p, kind="stable")
    bins = np.array_split(order, 10)
    return float(sum(abs(p[each].mean() - truth[each].mean()) * len(each) for each in bins if len(each)) / len(p))
