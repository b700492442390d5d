"""The room's self-test: asks the detector about the sealed texts through the gate, looks at the queue, the numbers and the clock.

Runs from the command line, each night, and soon after a version changed. What misses a bar stops the room's systems.
"""

import logging
import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from samen.rights import door as rights
from samen.rights import gate
from samen.rights.register import Registered
from samen.rights.words import Denied
from samen.rooms.crisis import numbers, systems
from samen.rooms.crisis.models.selftest import SelfTest
from samen.rooms.crisis.selftest import corpus, hazards, queue, report
from samen.rooms.crisis.selftest.bars import LANGUAGES
from samen.rooms.crisis.selftest.plan import ORDINARY, SEED, Ordinary, Plan, answer, beside, plan
from samen.rooms.crisis.store import candidates, policies
from samen.rooms.crisis.store import selftest as store
from samen.rooms.crisis.training import ordinary

log = logging.getLogger("samen.crisis")

CONTENT = Path(__file__).parent.parent / "content"
SEALED = tuple(
    f"{folder}/{language}.toml" for folder in ("sealed", "dialogues", "answers", "ordinary") for language in LANGUAGES
)
TIMED = 10_000  # messages of which the time is taken
NIGHT = 3  # the hour at which it runs, in the service's time
EVERY = timedelta(hours=20)
AGAIN = timedelta(hours=1)  # a test that was denied is not tried each minute
_ASKED: dict[str, datetime] = {}  # when this process last put one in the queue


def room_systems() -> list[Registered]:
    """Give the AI systems of this room."""
    return [each for each in rights.systems() if each.id.startswith("crisis.")]


def run(
    actor: UUID | None, *, now: datetime, asked: Plan | None = None, contacts: int = queue.SCENARIO.contacts
) -> SelfTest | Denied:
    """Run the self-test and keep its report; gives the gate's no when the detector may not even be tried.

    `asked` is everything when left out; `contacts` is how many the queue is tried with.
    """
    asked = asked or read_plan()
    now_hears = systems.hears()
    material = [{**each, "hears": now_hears} for each in asked.material()]
    ran = gate.trial(systems.DETECT, material, actor=actor)
    if isinstance(ran, Denied):
        return ran
    heard = beside(asked, [answer(finding.value) for finding, _ in ran.findings])
    stamp = report.Stamp(
        at=now,
        systems={each.id: each.digest for each in room_systems()},
        files={name: sha256((CONTENT / "corpus" / name).read_bytes()).hexdigest() for name in SEALED},
        hears=now_hears,
        layers=systems.layers(),
    )
    return store.keep(report.build(heard, around(asked, now, contacts), stamp), at=now)


def read_plan() -> Plan:
    """Read the sealed messages and talks, and make the ordinary ones."""
    sealed = [each for language in LANGUAGES for each in corpus.messages(_toml("sealed", language), language)]
    talks = [each for language in LANGUAGES for each in corpus.talks(_toml("dialogues", language), language)]
    plain = [
        Ordinary(language, text)
        for language in LANGUAGES
        for text in ordinary.messages(ordinary.read_grammar(_toml("ordinary", language)), ORDINARY, seed=SEED)
    ]
    replies = [each for language in LANGUAGES for each in corpus.replies(_toml("answers", language), language)]
    return plan(sealed, plain, talks, replies)


def around(asked: Plan, now: datetime, contacts: int) -> report.Around:
    """Look at what stands around the detector: its speed, the directory, the policy in force, the hazard log."""
    texts = [each[0] for each in asked.turns()][:TIMED]
    return report.Around(
        # The shorter of two readings of each message: what else the machine was doing is not the detector's.
        seconds=[min(both) for both in zip(systems.time_each(texts), systems.time_each(texts), strict=True)],
        numbers=numbers.load(LANGUAGES[0], timezone.localdate(now)),
        policy=policies.current(),
        keywords=tomllib.loads((CONTENT / "baseline" / "keywords.toml").read_text()),
        log=hazards.hazards(tomllib.loads((CONTENT / "hazards.toml").read_text())),
        contacts=contacts,
    )


def _toml(folder: str, language: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / "corpus" / folder / f"{language}.toml").read_text())


# --- by itself --------------------------------------------------------------------------------------------------------


def due(now: datetime, last: SelfTest | None) -> bool:
    """Say whether a self-test is due: each night, and at once when the last one did not judge what is in use or was chosen here."""
    mine = room_systems()
    runs = store.versions({each.id: each.digest for each in mine}, systems.hears())
    changed = last is None or last.versions != runs
    if changed and (any(rights.in_use(each) for each in mine) or candidates.chosen_since(last.at if last else None)):
        return True
    return timezone.localtime(now).hour == NIGHT and (last is None or now - last.at > EVERY)


@task(queue_name="heavy")
def selftest() -> str:
    """Run the self-test if it is still due. Gives what came of it, for the task's log."""
    now = timezone.now()
    if not due(now, store.newest()):
        return "not due"
    found = run(None, now=now)
    if isinstance(found, Denied):
        log.error("The self-test of the crisis room was denied: %s. Run `samen systems check`.", found.code)
        return found.code
    if not found.passed:
        log.error("The self-test of the crisis room missed a bar: no computer reads along until one meets them all.")
    return "passed" if found.passed else "missed"


def look_each_minute(now: datetime) -> None:
    """Put a self-test in the queue when one is due."""
    if now - _ASKED.get("last", now - 2 * AGAIN) > AGAIN and due(now, store.newest()):
        _ASKED["last"] = now
        selftest.enqueue()


# --- for the ring -----------------------------------------------------------------------------------------------------


def validated(system: Registered) -> rights.Validation:
    """Give how one of the room's systems is validated: by the self-test, whose figures are those of its manifest."""

    def validate(actor: UUID | None) -> Sequence[rights.Figure] | Denied:
        found = run(actor, now=timezone.now())
        return found if isinstance(found, Denied) else store.figures(store.read(found.id).report, system)

    return validate


def register() -> None:
    """Tell the ring how this room's systems are validated, and the timetable when to look."""
    for each in room_systems():
        rights.add_validation(each.id, validated(each), page="crisis:safety")
    rights.every_minute("crisis-selftest", look_each_minute)
