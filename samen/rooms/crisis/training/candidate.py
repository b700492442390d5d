"""A model of one language from the written messages and a service's own labels: what `samen crisis train` does, with more to learn from.

Each labelled message is a family of its own, so that none stands on both sides of a fold. Sealed messages stay shut.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from samen.rooms.crisis.training import fit, material, rebuild, shut
from samen.rooms.crisis.training.material import Row

HERE = "here/"  # begins the name of a family that was labelled at the service
LIMIT = "Learnt also from messages that clinicians of one service labelled: it may suit no other."


@dataclass(frozen=True)
class Labelled:
    """One message as it was settled: `written` where it stands in the product's own messages."""

    number: int
    text: str
    level: int
    topic: str
    trap: bool
    written: bool


@dataclass(frozen=True)
class Fitted:
    """A model and its card as files hold them, and its scores of messages that its folds had not seen."""

    model: str
    sha256: str
    card: str
    scores: tuple[tuple[Any, ...], ...]  # family, local, level, trap, rules, risk, danger


def rows(language: str, labelled: Iterable[Labelled], written: Sequence[Row] | None = None) -> list[Row]:
    """Give what is learnt from: the written messages as clinicians settled them, and the service's own."""
    said = list(labelled)
    settled = {each.text: each for each in said if each.written}
    found = []
    for row in material.rows(language) if written is None else written:
        own = settled.get(row.text)
        found.append(replace(row, level=own.level, topic=own.topic, trap=_trap(own)) if own else row)
    known = {row.text for row in found}
    found += [
        Row(each.text, f"{HERE}{each.number}", language, each.level, each.topic, _trap(each), blind=True, exam=True)
        for each in said
        if not each.written and each.text not in known
    ]
    return found


def _trap(each: Labelled) -> str:
    return "labelled" if each.trap else ""


def make(
    language: str,
    labelled: Sequence[Labelled],
    means: tuple[fit.Seen, Collection[str]],
    *,
    inputs: Mapping[str, str],
    written: Sequence[Row] | None = None,
) -> Fitted:
    """Fit a model. The same labels, messages and rules give the same model, bit for bit.

    Takes: what was settled; `means`: how a message is read, and the rules that alarm by themselves; digests of the rules and words by language.
    """
    with shut.shut(), threadpool_limits(1):  # sums in another order can end in another last digit
        learnt = rows(language, labelled, written)
        examples = fit.examples(learnt, means[0])
        out = fit.held_out(examples)
        made, figures = fit.fit(language, examples, means[1], out)
    model = rebuild.written(made)
    learnt_from = material.learnt_from(material.files(language), learnt)
    card = json.loads(rebuild.card(language, model, learnt_from, figures, inputs[language]))
    card["limits"] = [*card["limits"], LIMIT]
    card["learnt_from"]["labels"] = _digest(labelled)
    text = json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return Fitted(model, hashlib.sha256(model.encode()).hexdigest(), text, _scored(examples, out, made))


def _digest(labelled: Sequence[Labelled]) -> dict[str, Any]:
    """Give how many labels were learnt from and a digest over them: not one word of any."""
    lines = sorted(
        f"{hashlib.sha256(each.text.encode()).hexdigest()} {each.level} {each.topic} {each.trap}" for each in labelled
    )
    return {"n": len(lines), "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def _scored(examples: Sequence[fit.Example], out: np.ndarray, made: Mapping[str, Any]) -> tuple[tuple[Any, ...], ...]:
    found = []
    for each, raw in zip(examples, out, strict=True):
        if not each.as_came:
            continue
        risk, danger = (
            round(float(np.interp(raw[head], made["steps"][name]["at"], made["steps"][name]["gives"])), 4)
            for head, name in enumerate(("risk", "danger"))
        )
        row = each.row
        local = row.family.startswith(HERE)
        found.append((row.family, local, row.level, bool(row.trap), each.rules, risk, danger))
    return tuple(found)
