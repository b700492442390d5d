"""Taking an incoming text apart into resources: a bundle, one resource, or one resource per line.

Each piece keeps the exact text of its resource, so that what is stored is what came. A bundle is read entry by entry; only
the texts are held, never fifty megabytes of objects.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from samen.rooms.record.canonical import LENIENT, BadJson, read_at

_SPACE = re.compile(r"[ \t\n\r]*")
BUNDLES = frozenset({"transaction", "batch", "collection", "searchset", "document", "message"})


@dataclass(frozen=True)
class Piece:
    """One resource as it came, and what its entry says about it."""

    place: int  # entry or line, from 1
    text: str
    type: str
    id: str
    full_url: str = ""
    method: str = ""
    url: str = ""
    if_none_exist: str = ""


@dataclass(frozen=True)
class Bad:
    """Something that is refused before it is a resource; the code has its sentence in `record.importing`."""

    place: int
    code: str


def take_apart(text: str, *, lines: bool) -> list[Piece | Bad]:
    """Give the resources of a text in their order; what cannot be read is one `Bad` with its place (0: the whole text)."""
    if lines:
        return [_line(line, place) for place, line in enumerate(text.split("\n"), 1) if line.strip()]
    try:
        return _document(text)
    except BadJson as wrong:
        return [Bad(0, wrong.code)]


def _line(text: str, place: int) -> Piece | Bad:
    try:
        value, end = read_at(text, _skip(text, 0))
        if _skip(text, end) != len(text):
            return Bad(place, "NOT_JSON")
    except BadJson as wrong:
        return Bad(place, wrong.code)
    return _piece(place, text.strip(), value, {})


def _document(text: str) -> list[Piece | Bad]:
    head: dict[str, Any] = {}
    entries: list[Piece | Bad] = []
    start = _skip(text, 0)
    if text[start : start + 1] != "{":
        raise BadJson("NOT_JSON", start)
    end = start
    seen: set[str] = set()
    for name, at, end in _members(text, start, stop_at="entry"):
        if name in seen:
            raise BadJson("DUPLICATE_KEY", at)
        seen.add(name)
        if name == "entry" and text[at] == "[":
            entries = [_entry(text, one, place) for place, one in enumerate(_elements(text, at), 1)]
        elif at < end:
            head[name], _ = read_at(text, at)
    if _skip(text, end) != len(text):
        raise BadJson("NOT_JSON", end)
    if head.get("resourceType") != "Bundle":
        read_at(text, start)  # the members were read one by one; this finds what is wrong between them
        return [_piece(1, text.strip(), head, {})]
    if head.get("type") not in BUNDLES:
        return [Bad(0, "WRONG_BUNDLE")]
    return entries


def _entry(text: str, span: tuple[int, int], place: int) -> Piece | Bad:
    """Read one entry of a bundle without holding more of it than its texts."""
    if text[span[0]] != "{":
        return Bad(place, "NO_RESOURCE")
    entry: dict[str, Any] = {}
    resource = ""
    try:
        for name, at, end in _members(text, span[0]):
            if at == end:
                break
            if name in entry:
                return Bad(place, "DUPLICATE_KEY")
            entry[name], _ = read_at(text, at)
            resource = text[at:end] if name == "resource" else resource
    except BadJson as wrong:
        return Bad(place, wrong.code)
    return _piece(place, resource, entry.get("resource"), entry)


def _piece(place: int, text: str, resource: Any, entry: dict[str, Any]) -> Piece | Bad:
    if not isinstance(resource, dict):
        return Bad(place, "NO_RESOURCE")
    request = entry.get("request") if isinstance(entry.get("request"), dict) else {}
    return Piece(
        place=place, text=text, type=_text(resource, "resourceType"), id=_text(resource, "id"), full_url=_text(entry, "fullUrl"),
        method=_text(request, "method"), url=_text(request, "url"), if_none_exist=_text(request, "ifNoneExist"),
    )  # fmt: skip


def _text(holder: Any, name: str) -> str:
    value = holder.get(name, "")
    # A wrong type must look neither absent nor right; a number is a `Number`, which is text too.
    return value if type(value) is str else f"?{value}"


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


def _members(text: str, at: int, stop_at: str = "") -> Iterator[tuple[str, int, int]]:
    """Give name, start and end of each member of the object that starts here; last comes ("", end, end).

    The value of `stop_at` is walked over element by element. Raises: BadJson.
    """
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        if text[at : at + 1] != '"':
            raise BadJson("NOT_JSON", at)
        name, at = read_at(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise BadJson("NOT_JSON", at)
        start = _skip(text, at + 1)
        if name == stop_at and text[start : start + 1] == "[":
            end = start + 1
            for _, end in _elements(text, start):
                end = _skip(text, end)
            end = text.index("]", end) + 1
        else:
            end = _end(text, start)
        yield name, start, end
        at = _after(text, end, "}")
    yield "", at + 1, at + 1


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Give start and end of each element of the array that starts here. Raises: BadJson."""
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        end = _end(text, at)
        yield at, end
        at = _after(text, end, "]")


def _after(text: str, end: int, close: str) -> int:
    """Give where the next member or element starts, or where the closing bracket stands."""
    at = _skip(text, end)
    if text[at : at + 1] == close:
        return at
    following = _skip(text, at + 1)
    if text[at : at + 1] != "," or text[following : following + 1] == close:
        raise BadJson("NOT_JSON", at)
    return following


def _end(text: str, at: int) -> int:
    """Give where a value ends, also one that the rules will refuse, so that its neighbours can still be read."""
    try:
        return LENIENT.raw_decode(text, at)[1]
    except RecursionError as deep:
        raise BadJson("TOO_DEEP", at) from deep
    except ValueError as wrong:
        raise BadJson("NOT_JSON", at) from wrong
