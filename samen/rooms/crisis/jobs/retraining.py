"""A model fitted from the written messages and what clinicians here settled, and put beside the one in use.

Fitting cannot open the sealed messages; the comparison that follows is the self-test's own code.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from samen.people.models import Account
from samen.rights import gate
from samen.rights.words import Denied
from samen.rooms.crisis import cost, systems
from samen.rooms.crisis.jobs import selftest
from samen.rooms.crisis.models.hearing import Candidate
from samen.rooms.crisis.reading import Action
from samen.rooms.crisis.selftest import compare
from samen.rooms.crisis.selftest.plan import Plan, piece
from samen.rooms.crisis.store import candidates, labels
from samen.rooms.crisis.store.candidates import Chosen, Made, NotNow

log = logging.getLogger("samen.crisis")

NEEDS = ("sklearn", "threadpoolctl")


class NotTried(RuntimeError):
    """The gate did not let the detector be tried: the message is its code."""


def missing() -> bool:
    """Say whether the extra that fitting needs is absent."""
    return any(find_spec(name) is None for name in NEEDS)


def ask(language: str, *, by: Account, at: datetime) -> Candidate:
    """Ask for a model and put it in the queue. Raises: NotAllowed; NotNow without the extra, or while one is being made."""
    if missing():
        raise NotNow("NO_EXTRA")
    made = candidates.ask(language, by=by, at=at)
    retrain.enqueue(candidate=str(made.pk))
    return made


@task(queue_name="heavy")
def retrain(*, candidate: str) -> str:
    """Make a candidate. Gives what came of it, for the task's log."""
    return run(UUID(candidate), now=timezone.now())


def run(candidate: UUID, *, now: datetime, asked: Plan | None = None, written: Sequence[Any] | None = None) -> str:
    """Make a candidate and its report; `asked` and `written` are everything when left out. Gives the state it ends in."""
    row = candidates.begin(candidate)
    if row is None:
        return "not waiting"
    try:
        said = labels.settled(row.language)
        made = fitted(row.language, said, written)
        candidates.keep(candidate, made)
        report = beside(row.language, made, said, asked or selftest.read_plan())
    except NotTried as no:
        candidates.failed(candidate, str(no), at=now)
        log.error("A model was fitted and could not be tried: %s. `samen systems check crisis.detect` says more.", no)
        return "failed"
    except Exception as wrong:
        candidates.failed(candidate, "FAILED", at=now)
        log.error("A model could not be fitted (%s).", type(wrong).__name__)
        return "failed"
    candidates.ready(candidate, made, report, at=now)
    return "ready"


def fitted(language: str, said: Sequence[labels.Learnt], written: Sequence[Any] | None = None) -> Made:
    """Fit a model from the written messages and what was settled here."""
    # Here and not above: the extra may be absent, and reading scikit-learn would make every start slow.
    from samen.rooms.crisis.training import candidate as training  # noqa: PLC0415

    learnt = [
        training.Labelled(each.number, each.text, each.level, each.topic, each.trap, each.written) for each in said
    ]
    made = training.make(language, learnt, (systems.sight, systems.sure()), inputs=systems.inputs(), written=written)
    return Made(made.model, made.sha256, made.card, [each.number for each in said], made.scores)


# --- beside the model in use ------------------------------------------------------------------------------------------


def beside(language: str, made: Made, said: Sequence[labels.Learnt], whole: Plan) -> dict[str, Any]:
    """Put a candidate beside the model in use: on the sealed messages, and on what was labelled here. Raises: NotTried."""
    asked = compare.asked_of(whole, language)
    now, then = systems.hears(), systems.hears({language: Chosen(made.sha256)})
    answers = {"now": _tried(asked.material(), now), "candidate": _tried(asked.material(), then)}
    return {
        "hears": {"now": list(now[language]), "candidate": list(then[language])},
        "sealed": {name: compare.plain(compare.figures(asked, each)) for name, each in answers.items()},
        "local": _local(made, said, now[language], then[language]),
    }


def _tried(material: Sequence[Mapping[str, Any]], hears: systems.Hears) -> list[Mapping[str, Any]]:
    ran = gate.trial(systems.DETECT, [{**each, "hears": hears} for each in material])
    if isinstance(ran, Denied):
        raise NotTried(ran.code)
    return [finding.value for finding, _ in ran.findings]


def _local(made: Made, said: Sequence[labels.Learnt], now: Sequence[Any], then: Sequence[Any]) -> dict[str, Any]:
    """Compare on messages of the service that the model in use never learnt; the candidate by folds that had not seen them."""
    before = Candidate.objects.filter(sha256=now[0]).values_list("learnt", flat=True).first() or []
    fresh = {f"here/{each.number}": each for each in said if not each.written and each.number not in set(before)}
    held = [each for each in scored(made.scores) if each.family in fresh]
    if not held:
        return {}
    values = _tried([piece([fresh[each.family].text]) for each in held], systems.hears())
    mine = [
        (each.family, each.level, Action(value["readings"][0]["action"]))
        for each, value in zip(held, values, strict=True)
    ]
    theirs = [(each.family, each.level, cost.action(each, then[1], then[2])) for each in held]
    return {"now": compare.plain(compare.of_local(mine)), "candidate": compare.plain(compare.of_local(theirs))}


def scored(rows: Sequence[Sequence[Any]]) -> list[cost.Scored]:
    """Read scores as a candidate keeps them."""
    return [
        cost.Scored(family, level, rules, risk, danger, local=local, trap=trap)
        for family, local, level, trap, rules, risk, danger in rows
    ]
