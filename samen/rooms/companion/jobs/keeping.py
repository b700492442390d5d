"""A person's talks as they take them along: lines to read, a document for machines, one file with everything; and deleting them."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.people.access import Allowed
from samen.rights import door as rights
from samen.rooms.companion import saying
from samen.rooms.companion.jobs import turn
from samen.rooms.companion.store import asking, history, modules, recalls, rhythm, talk
from samen.rooms.companion.store.history import Gone
from samen.rooms.companion.store.talk import Kept, Open, Turn
from samen.rooms.record import door as record
from samen.words import has, say

FORMAT, BESIDES = "samen-talks/1", "samen-companion/1"


@dataclass(frozen=True)
class Summary:
    """What was answered in one exercise of a talk."""

    module: str
    title: str
    rows: tuple[tuple[str, str], ...]


def lines(turns: Sequence[Turn], language: str) -> list[dict[str, Any]]:
    """Give turns as a page shows them: what was pressed by its label, as it stood under the turn before."""
    made, before = [], dict[str, str]()
    for each in turns:
        given = each.typed or before.get(each.pressed) or _label(each.pressed, language)
        made.append(
            {
                "given": given,
                "at": each.at,
                "texts": each.reply["texts"],
                "turn": each.turn,
                "scripted": each.reply.get("scripted", ""),
                "worded": each.reply.get("worded", ""),
            }
        )
        before = dict(each.reply["buttons"])
    return made


def _label(pressed: str, language: str) -> str:
    key = f"{saying.FRAME}.button.{pressed}"
    return say(key, language) if has(key) else ""


def summaries(access: Allowed, kept: Kept) -> list[Summary]:
    """Give what was answered in each exercise of a talk, in the order of the exercises."""
    known = talk.state(access, kept.id).get("known", {})
    book = turn.book_of(access, Open(kept.id, kept.language, kept.turns))
    found = []
    for name, module in modules.in_use().exercises.items():
        if rows := saying.summary(book, module, known.get(name, {})):
            found.append(Summary(name, module.title[kept.language], tuple(rows)))
    return found


def document(access: Allowed, asked: Sequence[Kept], *, at: datetime) -> dict[str, Any]:
    """Give talks as a document that another program can read: every turn, and the answers by exercise."""
    closed = history.closings(access)
    return {
        "format": FORMAT,
        "made": at.isoformat(),
        "talks": [{**_talk(access, each), "closed": _time(closed.get(each.id))} for each in asked],
    }


def _talk(access: Allowed, kept: Kept) -> dict[str, Any]:
    turns = talk.turns(access, kept.id)
    said = lines(turns, kept.language)
    return {
        "id": str(kept.id),
        "language": kept.language,
        "begun": kept.begun_at.isoformat(),
        "last": kept.last_at.isoformat(),
        "open": kept.open,
        "turns": [
            {
                "turn": each.turn,
                "at": each.at.isoformat(),
                "pressed": each.pressed,
                "typed": each.typed,
                "given": line["given"],
                "reply": each.reply["texts"],
                "scripted": each.reply.get("scripted", ""),
                "buttons": each.reply["buttons"],
                "node": each.reply["node"],
                "level": each.reply["level"],
                "said_by": str(each.record or ""),
            }
            for each, line in zip(turns, said, strict=True)
        ],
        "answers": [
            {"module": each.module, "title": each.title, "answers": [list(row) for row in each.rows]}
            for each in summaries(access, kept)
        ],
        "stands": talk.state(access, kept.id),
    }


def _time(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def besides(access: Allowed, *, at: datetime) -> dict[str, Any]:
    """Give all that this room keeps of a person besides their talks: who could read them, rhythms, what they said to offers."""
    return {
        "format": BESIDES,
        "made": at.isoformat(),
        "shares": [
            {
                "talk": str(each.talk),
                "reader": str(each.account),
                "name": each.name,
                "from": each.at.isoformat(),
                "until": each.until.isoformat(),
                "ended": _time(each.ended_at),
            }
            for each in history.every_share(access)
        ],
        "rhythms": [_rhythm(each) for each in rhythm.mine(access)],
        "offers": [{"questionnaire": name, "said": answer} for name, answer in rhythm.said(access).items()],
        "corrections": [
            {
                "id": str(each.id),
                "exercises": each.recall.modules,
                "en": each.recall.en,
                "nl": each.recall.nl,
                "told": each.at.isoformat(),
                "read": _time(each.read_at),
            }
            for each in recalls.mine(access)
        ],
        "questions": [
            {"id": str(each.id), "text": each.text, "language": each.language, "at": each.at.isoformat()}
            for each in asking.mine(access)
        ],
        "unanswered": [
            {"talk": str(one), "turn": turn_, "at": given_at.isoformat(), **given}
            for one, turn_, given_at, given in history.unanswered(access)
        ],
    }


def _rhythm(kept: rhythm.Kept) -> dict[str, Any]:
    return {
        "id": str(kept.id),
        "what": kept.wish.what,
        "days": list(kept.wish.days),  # Monday is 0
        "at": kept.wish.at.isoformat("minutes"),
        "zone": kept.wish.zone,
        "until": kept.wish.until.isoformat(),
        "language": kept.language,
        "mail": kept.mail,
        "begun": kept.begun_at.isoformat(),
        "paused": _time(kept.paused_at),
        "aside": kept.aside_at.isoformat(),
        "next": _time(kept.next_at),
    }


def to_text(made: Mapping[str, Any]) -> str:
    """Write a document as the text of a file."""
    return json.dumps(made, ensure_ascii=False, indent=2)


@dataclass(frozen=True)
class Mine:
    """What opens a person's own areas that leave together."""

    talks: Allowed
    record: Allowed
    findings: Allowed


def everything(mine: Mine, pages: Mapping[str, bytes], *, at: datetime) -> bytes:
    """Give one file with all that is theirs here: talks for machines and as pages to read (by file name), what the companion
    keeps besides, the record as FHIR, when AI ran."""
    kept = talk.kept(mine.talks)
    resources = record.everything(mine.record)
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
    into = BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("talks.json", to_text(document(mine.talks, kept, at=at)))
        for name, page in pages.items():
            file.writestr(name, page)
        file.writestr("companion.json", to_text(besides(mine.talks, at=at)))
        file.writestr("record.json", json.dumps(bundle, ensure_ascii=False, indent=1))
        file.writestr("ai.json", to_text({"runs": _runs(mine.findings)}))
    history.note_taken(mine.talks, len(kept), at=at)
    return into.getvalue()


def _runs(findings: Allowed) -> list[dict[str, Any]]:
    return [
        {
            "system": each.system,
            "version": each.version,
            "at": each.at.isoformat(),
            "state": str(each.state),
            "ledger": each.leaf,
        }
        for system in rights.systems()
        for each in rights.inferences(findings, system.id)
    ]


def delete(access: Allowed, findings: Allowed, asked: UUID | None, *, at: datetime) -> Gone:
    """Delete one talk, or all (None), with all that the AI said in it: together, so that neither stays without the other."""
    with transaction.atomic():
        gone = history.delete(access, asked, at=at)
        rights.clear(findings, gone.records)
    return gone
