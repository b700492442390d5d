"""What thresholds would do, on messages that the model never learnt: those that clinicians here settled, else the written ones by folds."""

from collections.abc import Sequence
from dataclasses import dataclass

from samen.rights import gate
from samen.rights.words import Denied
from samen.rooms.crisis import cost, systems
from samen.rooms.crisis.cost import Done
from samen.rooms.crisis.jobs.retraining import NotTried, scored
from samen.rooms.crisis.models.hearing import Candidate
from samen.rooms.crisis.reading import Action
from samen.rooms.crisis.store import labels
from samen.rooms.crisis.store.candidates import Chosen
from samen.rooms.crisis.store.points import Point


@dataclass(frozen=True)
class Basis:
    """What was done with each message, at the thresholds now and at those that are tried."""

    kind: str  # local: messages of this service; written: those that came along, by folds
    now: Sequence[Done]
    then: Sequence[Done]


def basis(language: str, point: Point) -> Basis | None:
    """Give what thresholds do; None where nothing was labelled or scored that could be counted on. Raises: NotTried."""
    now = systems.hears()
    mine = (now[language][1], now[language][2])
    candidate = _scores_of(language, now[language][0])
    held = scored(candidate.scores) if candidate is not None else []
    if candidate is not None and candidate.sha256 == now[language][0]:  # it learnt from the labels: its folds did not
        local = [each for each in held if each.local]
        both = cost.at(local, *mine), cost.at(local, point.ask, point.alarm)
    else:
        both = _heard(language, point)
    if cost.enough(both[0]):
        return Basis("local", *both)
    written = [each for each in held if not each.local]
    if not cost.enough(cost.at(written, *mine)):
        return None
    return Basis("written", cost.at(written, *mine), cost.at(written, point.ask, point.alarm))


def _scores_of(language: str, sha256: str) -> Candidate | None:
    """Give the scores of the model in use, where it was fitted here; else of the newest that was fitted in the same way."""
    ready = Candidate.objects.filter(language=language, state="ready").defer("model", "card").order_by("-at")
    return ready.filter(sha256=sha256).first() or ready.first()


def _heard(language: str, point: Point) -> tuple[list[Done], list[Done]]:
    """Let the detector hear the service's labelled messages at both thresholds: validation runs, in nobody's record."""
    said = [each for each in labels.settled(language) if not each.written]
    if not said:
        return [], []
    chosen = Chosen(_own(language), point.ask, point.alarm)
    found: list[list[Done]] = []
    for hears in (systems.hears(), systems.hears({language: chosen})):
        pieces = [{"turns": [each.text], "language": None, "hears": hears} for each in said]
        ran = gate.trial(systems.DETECT, pieces)
        if isinstance(ran, Denied):
            raise NotTried(ran.code)
        actions = [Action(finding.value["readings"][0]["action"]) for finding, _ in ran.findings]
        found.append([Done(str(each.number), each.level, what) for each, what in zip(said, actions, strict=True)])
    return found[0], found[1]


def _own(language: str) -> str:
    """Give the adopted model of a language; empty for the one that came along."""
    return systems.candidates.in_use()[language]
