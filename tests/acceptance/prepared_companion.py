"""What stands for the blanks in the companion's addresses: a talk that Noor had and shares with her clinician, and one that she deleted."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from samen.people import store as people
from samen.people.roles import Scope
from samen.rooms.companion.recalling import Wrong
from samen.rooms.companion.rhythm import Rhythm
from samen.rooms.companion.store import drafts, history, modules, recalls, remarks, talk
from samen.rooms.companion.store import rhythm as wished
from samen.rooms.companion.store.remarks import Said
from tests.rights import example

REPLY = {
    "texts": ["Hello."],
    "says": [["a/worry-time", {}]],
    "buttons": [],
    "node": "hall",
    "level": 0,
    "numbers": "",
    "field": "",
    "leads": "",
    "ended": "",
}


def samples(house: example.House, now: datetime) -> dict[str, Any]:
    """Make what the addresses of a person's talks are about."""
    deleted = _talked(house, now)
    leaf = history.delete(house.own(Scope.TALK), deleted, at=now).leaf
    kept = _talked(house, now)
    clinician = people.account_of("clinician-in-care@example.org")
    assert clinician is not None
    until = now + timedelta(days=7)
    share = history.share(house.own(Scope.TALK), kept, clinician.id, mine=house.own(), until=until, at=now)
    assert share is not None
    content = modules.text("worry-time")
    draft = drafts.begin("worry-time", content, modules.in_use().exercises["worry-time"].digest, by=clinician, at=now)
    said = remarks.add(("worry-time", ""), draft.digest, Said("Clear."), by=clinician, at=now)
    lead = people.account_of("clinical-lead-in-care@example.org")
    assert lead is not None
    wrong = recalls.begin(Wrong(("worry-time",)), "", ("Sorry.", "Het spijt ons.", ""), by=lead, at=now)
    weekly = Rhythm("check-in", (0,), time(19), "Europe/Amsterdam", now.date() + timedelta(days=60))
    return {
        "rhythm": wished.begin(house.own(Scope.TALK), weekly, mail=False, language="nl", at=now),
        "companion:answer-offer.name": "gad-7",
        "draft": draft.id,
        "recall": wrong.id,
        "told": recalls.mine(house.own(Scope.TALK))[0].id,
        "remark": said.id,
        "talk": kept,
        "share": share,
        "leaf": leaf,
        "companion:read.name": "worry-time",
        "companion:summary.name": "worry-time",
        "companion:pdf-summary.name": "worry-time",
        **{f"companion:editor_{each}.name": "worry-time" for each in ("module", "begin", "preview", "remark")},
        **{f"companion:editor_{each}.name": "often" for each in ("screen", "remove", "move", "rename")},
    }


def _talked(house: example.House, now: datetime) -> UUID:
    access = house.own(Scope.TALK)
    found = talk.open_talk(access, at=now)
    talk.give(access, found.id, pressed="", typed="", client_id="walk", at=now)
    talk.answer(access, found.id, {"state": {}}, REPLY, record=uuid4(), at=now)
    return found.id
