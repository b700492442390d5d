"""Take in what somebody did: read the page that was sent, score it, keep it under their yes, and file surveys in the record.

A page that is sent twice, or once more after its answer was lost, counts once. It may have been filled in long before,
on a device without a connection; its own times are used then.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from samen.people.access import Allowed
from samen.rooms.record import door as record
from samen.rooms.sensing.activities import asking, fhir, known, results, scoring
from samen.rooms.sensing.activities.asking import Problem
from samen.rooms.sensing.activities.known import Activity
from samen.rooms.sensing.activities.results import Row, Sitting
from samen.rooms.sensing.api.envelope import limits
from samen.rooms.sensing.models.activities import Survey
from samen.rooms.sensing.store import activities as store
from samen.rooms.treatment import door as treatment
from samen.words import say

Given = Mapping[str, Sequence[str]]
LONGEST_NOTE = 4000  # characters; as the record takes them
OWN = "own"  # kept in the record alone: results of activities are not kept without a yes


@dataclass(frozen=True)
class Mine:
    """What opens somebody's own data to themselves."""

    rights: Allowed
    notes: Allowed
    answers: Allowed


@dataclass(frozen=True)
class Taken:
    """What became of a page that was sent."""

    kept: str = ""  # stored, doubled, off (no yes), refused, quarantined; "" = nothing was taken in
    problems: tuple[Problem, ...] = ()
    scored: scoring.Scored | None = None
    practice: bool = False  # the first sitting of a game
    filed: bool = False  # it is in the record
    hard: bool = False  # an answer opens the help page


def activity_for(access: Allowed, name: str) -> Activity | None:
    """Give an activity that a person can do: one of everybody's, or a survey that is open to them."""
    if name in known.activities():
        return known.activities()[name]
    row = store.survey_for(access, name)
    return of_survey(row) if row is not None else None


def of_survey(row: Survey) -> Activity:
    """Give a survey of one's own service as an activity."""
    found = asking.survey(row.body)
    minutes = max(1, round(len(found.questions) / 4))
    return Activity(row.code, "lamp.survey", "assess", "survey", found.title, found.about, minutes, survey=found)


@dataclass(frozen=True)
class Page:
    """One page as it was sent."""

    what: Activity
    given: Given
    sitting: Sitting
    sheet: UUID | None
    now: datetime
    language: str

    @property
    def at(self) -> datetime:
        """Give when it was filled in."""
        return datetime.fromtimestamp(self.sitting.ended / 1000, UTC)

    @property
    def id(self) -> UUID | str:
        """Give what makes this filling-in the same one when it is sent again."""
        return self.sheet or str(self.sitting.ended)


def take(mine: Mine, what: Activity, given: Given, *, now: datetime, language: str) -> Taken:
    """Take in one page. Raises: KeyDestroyed, DatabaseError; then nothing was kept."""
    page = Page(what, given, _sitting(what.id, given, now), _sheet(given), now, language)
    if page.sheet is not None and store.was_sent(mine.rights, page.sheet):
        return Taken("doubled")
    match what.shape:
        case "survey":
            return _survey(mine, page)
        case "journal":
            return _journal(mine, page)
        case "game":
            return _game(mine, page)
        case "reading" | "breathing":
            return _plain(mine, page)
        case _ if what.link[:1] == ("treatment:ask",):
            return _instrument(mine, page)
        case _:
            return Taken(problems=(Problem("", "elsewhere"),))


def _survey(mine: Mine, page: Page) -> Taken:
    asked = page.what.survey
    assert asked is not None
    answers, problems = asking.answers(asked, page.given)
    if problems:
        return Taken(problems=problems)
    yes, no = (say(f"sensing.asking.{word}", page.language) for word in ("yes", "no"))
    rows = [
        Row(
            each.id,
            each.text.of(page.language),
            asking.in_words(each, answers[each.id], page.language, yes=yes, no=no) if each.id in answers else None,
        )
        for each in asked.questions
    ]
    static = {"version": asked.version, "language": page.language}
    changes = results.changes(_json(page.given, "changes"))
    kept = _keep(mine, page, results.survey(page.sitting, rows, changes, static))
    filed = page.what.id not in known.activities()  # the mood log is one's own; a survey goes to those who asked
    with transaction.atomic():
        if not _note(mine, page):
            return Taken("doubled")
        if filed:
            id_ = uuid5(mine.rights.person, f"{page.what.id}/{page.id}")
            store.file(mine.answers, asked, fhir.Filled(id_, page.what.id, answers, page.at, page.language))
    return Taken(kept, filed=filed)


def _journal(mine: Mine, page: Page) -> Taken:
    """Keep words with the person's own notes, where they lie sealed; the event says that there are some, and how many."""
    text = _one(page.given, "text")
    if not text or len(text) > LONGEST_NOTE:
        return Taken(problems=(Problem("text", "answer_too_long" if text else "nothing"),))
    kept = _keep(mine, page, results.event(page.sitting, {"words": len(text.split())}))
    with transaction.atomic():
        if not _note(mine, page):
            return Taken("doubled")
        record.add_own_entry(mine.notes, "note", text, page.at, now=page.now)
    return Taken(kept, filed=True)


def _game(mine: Mine, page: Page) -> Taken:
    what = page.what
    try:
        found = scoring.GAMES[what.settings["game"]](scoring.raw(_json(page.given, "raw")), what.settings)
    except scoring.Unreadable:
        return Taken(problems=(Problem("", "no_taps"),))
    if not found.slices:
        return Taken(problems=(Problem("", "no_taps"),))
    is_first = not store.done(mine.rights, 1, activity=what.id)
    times = {"StartTime": page.sitting.started, "EndTime": page.sitting.ended}
    kept = _keep(mine, page, results.event(page.sitting, {**times, **found.static, "practice": is_first}, found.slices))
    _note(mine, page)
    return Taken(kept, scored=found, practice=is_first)


def _plain(mine: Mine, page: Page) -> Taken:
    minutes, settings = _one(page.given, "minutes"), page.what.settings
    static: dict[str, Any] = {}
    if page.what.shape == "breathing" and minutes.isdecimal() and int(minutes) in settings["minutes"]:
        static = {"minutes": int(minutes), "in_s": settings["in_s"], "out_s": settings["out_s"]}
    kept = _keep(mine, page, results.event(page.sitting, static))
    _note(mine, page)
    return Taken(kept)


def _instrument(mine: Mine, page: Page) -> Taken:
    """File a questionnaire that was filled in without a connection; `filled` hears of it and keeps its event."""
    name = page.what.link[1]
    items = treatment.asked(name, page.language).items
    read = {each.id: _one(page.given, each.id) for each in items}
    answers = {item: int(value) if value.isdecimal() else None for item, value in read.items()}
    hard = any((answers[each.id] or 0) > 0 for each in items if each.hard)
    if not any(value is not None for value in answers.values()):
        return Taken(problems=(Problem("", "nothing"),))
    sheet = page.sheet or uuid5(mine.rights.person, f"{name}/{page.id}")
    try:
        treatment.fill_in(mine.answers, name, answers, at=page.at, language=page.language, sheet=sheet)
    except ValueError:
        return Taken(problems=(Problem("", "cannot_be_chosen"),), hard=hard)
    _note(mine, page)
    return Taken("stored", filed=True, hard=hard)


def _keep(mine: Mine, page: Page, event: Mapping[str, Any]) -> str:
    return store.keep(mine.rights, event, at=page.now, limits=limits())


def _note(mine: Mine, page: Page) -> bool:
    return page.sheet is None or store.note_sent(mine.rights, page.sheet, at=page.now)


def _sitting(activity: str, given: Given, now: datetime) -> Sitting:
    """Read when it was begun and ended. What cannot be is not believed: then it ended now, and the beginning is not known."""
    now_ms = int(now.timestamp() * 1000)
    ended = int(text) if (text := _one(given, "ended")).isdecimal() and len(text) < 15 else now_ms
    ended = ended if 0 < ended <= now_ms + limits().ahead_ms else now_ms
    started = int(text) if (text := _one(given, "started")).isdecimal() and len(text) < 15 else None
    return Sitting(activity, started, ended)


def _sheet(given: Given) -> UUID | None:
    try:
        return UUID(_one(given, "sheet"))
    except ValueError:
        return None


def _one(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "").strip()


def _json(given: Given, name: str) -> Any:
    try:
        return json.loads(_one(given, name) or "null")
    except (ValueError, RecursionError):
        return None
