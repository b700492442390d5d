"""LAMP's calls about events: take them in with a receipt, give them back page by page, delete one's own."""

import heapq
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from samen.people.roles import Scope
from samen.people.sealing import KeyDestroyed
from samen.rooms.sensing import systems
from samen.rooms.sensing.api import things
from samen.rooms.sensing.api.envelope import METER, Call, Wrong, limits
from samen.rooms.sensing.judging import ACTIVITY, Kept
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.store import erasing, events, inbox, studies
from samen.rooms.sensing.store.events import FIRST, LAST, Range
from samen.rooms.sensing.store.inbox import Sent

LIMIT = 1000  # events of a page when nothing else is asked for


def take_in(call: Call, number: str, kind: str) -> Any:
    """Take in one event or a list. The answer is a receipt, and what it says is stored is on disk.

    403 when all of it was refused; 507 when it could not be written, and nothing was kept.
    """
    who = things.whom(call, number)
    if call.caller.access is None or who.person_id != call.caller.access.person:
        raise Wrong(403, "forbidden")
    given = call.body()
    sent = given if isinstance(given, list) else [given]
    most = limits()
    if len(sent) > most.events:
        raise Wrong(413, "too-many-events", {"events": most.events})
    if wait := METER.add(str(call.caller.id), len(sent), most.events_a_minute, call.now):
        raise Wrong(429, "too-many-requests", {"events_a_minute": most.events_a_minute}, wait=wait)
    try:
        receipt = inbox.take_in(call.caller.access, Sent(kind, call.caller.id, sent, call.now, most, who))
    except KeyDestroyed as wrong:
        raise Wrong(410, "gone") from wrong
    except (DatabaseError, OSError) as wrong:
        raise Wrong(507, "not-kept", wait=30) from wrong
    told = receipt.plain()
    if told["refused"] and told["refused"] == told["received"]:
        raise Wrong(403, "no-consent", told)
    return told


def give(call: Call, number: str, kind: str) -> HttpResponseBase:
    """Give a participant's events."""
    who = things.whom(call, number)
    return _given(call, [who], kind)


def give_study(call: Call, number: str, kind: str) -> HttpResponseBase:
    """Give the events of who takes part in a study."""
    found = things.which(call, number)
    mine = studies.participant(call.caller.participant)
    return _given(call, [mine] if mine is not None else list(studies.taking_part(found)), kind)


def give_researcher(call: Call, number: str, kind: str) -> HttpResponseBase:
    """Give the events of who takes part in the studies of a researcher."""
    mine = studies.participant(call.caller.participant)
    people = [each for found in things.of_researcher(call, number) for each in studies.taking_part(found)]
    return _given(call, [mine] if mine is not None else people, kind)


def remove(call: Call, number: str, kind: str) -> Any:
    """Delete one's own events of a range, for good."""
    who = things.whom(call, number)
    if call.caller.access is None or who.person_id != call.caller.access.person:
        raise Wrong(403, "forbidden")
    asked = _range(call.query, kind)
    gone = erasing.events(call.caller.access, who, asked, at=call.now)
    if kind != ACTIVITY:
        systems.clear(replace(call.caller.access, scope=Scope.FINDINGS))  # what was said of days goes too
    return {"deleted": gone}


def _given(call: Call, people: list[Participant], kind: str) -> HttpResponseBase:
    asked, limit = _range(call.query, kind), _number(call.query, "limit", LIMIT)
    newest_first, limit = limit >= 0, abs(math.trunc(limit))
    pages = [_page(call, who, asked, limit, newest_first=newest_first) for who in people]
    together = heapq.merge(*pages, key=lambda each: (each.time, each.key), reverse=newest_first)
    rows = pages[0] if len(pages) == 1 else _cut(together, limit)
    first = list(islice(rows, limit))
    if (more := next(rows, None)) is None:
        return HttpResponse("".join(_written(first, kind)), content_type="application/json")
    return StreamingHttpResponse(_written(chain(first, [more], rows), kind), content_type="application/json")


def _page(call: Call, who: Participant, asked: Range, limit: int, *, newest_first: bool) -> Iterator[Kept]:
    access, opened = call.caller.access, None
    if access is None:
        found = things.own_study(call)
        shared = studies.shared(who, found, at=call.now)
        access, opened = shared.access, shared.open
        studies.note_look(who, found, at=call.now)
    wanted = Range(asked.kind, asked.first, asked.before, asked.name, newest_first, opened)
    return events.page(access, who, wanted, limit)


def _cut(rows: Iterable[Kept], limit: int) -> Iterator[Kept]:
    """Give what `events.page` gives of one person, of several: whose pages begin where theirs do."""
    last = None
    for at, each in enumerate(rows):
        if at == limit and last is not None and each.time != last:
            return
        last = each.time
        yield each


def _range(query: Mapping[str, str], kind: str) -> Range:
    first, before = _number(query, "from", FIRST), _number(query, "to", LAST)
    before = before + 1 if first == before else before  # from = to means that one millisecond
    return Range(kind, math.ceil(first), math.ceil(before), query.get("origin", ""))


def _number(query: Mapping[str, str], name: str, otherwise: int) -> float:
    text = query.get(name, "")
    if text in ("", "null", "undefined"):
        return otherwise
    try:
        found = float(text)
    except ValueError as wrong:
        raise Wrong(400, f"invalid-{name}") from wrong
    if not math.isfinite(found):
        raise Wrong(400, f"invalid-{name}")
    return max(FIRST, min(LAST, int(found) if found == int(found) else found))


def _written(rows: Iterable[Kept], kind: str) -> Iterator[str]:
    yield '{"data":['
    comma = ""
    for each in rows:
        yield comma + _text(each, kind)
        comma = ","
    yield "]}"


def _text(each: Kept, kind: str) -> str:
    """Give an event as it came, with its time; an activity's data under both names where it was sent under the other one."""
    if kind != ACTIVITY and '"timestamp"' not in each.body:
        return f'{{"timestamp":{each.time},{each.body[1:]}'
    event = json.loads(each.body)
    if kind == ACTIVITY and "static_data" not in event:
        event["static_data"] = event.get("data", {})
    return json.dumps({"timestamp": each.time, **event}, ensure_ascii=False)
