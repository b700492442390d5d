"""Links between resources: found where FHIR says a link may stand, and answered with where the target really is.

A resource is kept exactly as received. Beside it stands a table "link as received -> Type/id"; `resolve` applies it when
somebody reads. Links stand in Reference.reference, in elements of type uri, url, oid and uuid, and in href and src of a
narrative. Elements of type string (Identifier.value) and canonical are no links, even when they look like one.
Source: hl7.org/fhir/R4/bundle.html#references and http.html#trules.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from samen.rooms.record.fhir import Json

# Elements whose type is uri, url, oid or uuid wherever R4 uses the name with a plain string that can hold a link.
LINK_ELEMENTS = frozenset(
    {
        "reference",
        "url",
        "uri",
        "valueUri",
        "valueUrl",
        "valueOid",
        "valueUuid",
        "system",
        "source",
        "policy",
        "instantiatesUri",
    }
)
_MARKUP_LINK = re.compile(r"""(\b(?:href|src)\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Links:
    """The links of one resource: those that must lead to a resource, with the words shown for them, and all others."""

    references: Mapping[str, str]  # link -> display
    others: frozenset[str]


def links(resource: Json) -> Links:
    """Give every link of a resource, contained ones and narratives included."""
    references: dict[str, str] = {}
    others: set[str] = set()
    _collect(resource, "", references, others)
    return Links(references, frozenset(others))


def _collect(value: Any, name: str, references: dict[str, str], others: set[str]) -> None:
    if isinstance(value, dict):
        link = value.get("reference")
        if isinstance(link, str):
            references[link] = references.get(link) or str(value.get("display") or "")
        for key, inner in value.items():
            if inner.__class__ is not str or (key != "reference" and (key in LINK_ELEMENTS or key == "div")):
                _collect(inner, key, references, others)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, name, references, others)
    elif isinstance(value, str):
        if name in LINK_ELEMENTS:
            others.add(value)
        elif name == "div":
            others.update(hit[3] for hit in _MARKUP_LINK.finditer(value))


def resolve(resource: Json, targets: Mapping[str, str]) -> Json:
    """Give a copy of the resource in which each link of the table is replaced by its target; nothing else changes."""
    return _walk(resource, lambda link: targets.get(link, link))


def conditional(link: str) -> tuple[str, str, str] | None:
    """Take `Type?identifier=system|value` apart into type, system and value; None when it is not of that form."""
    kind, mark, query = link.partition("?identifier=")
    if not mark or not kind.isalpha():
        return None
    system, bar, value = query.partition("|")
    return (kind, system, value) if bar else (kind, "", query)


def relative(link: str) -> tuple[str, str] | None:
    """Take `Type/id`, also with a version or behind a server's address, apart into type and id; None for other forms."""
    parts = link.split("/_history/")[0].split("/")
    if len(parts) < 2 or not parts[-2].isalpha() or not parts[-2][:1].isupper() or not parts[-1]:
        return None
    return parts[-2], parts[-1]


def _walk(value: Any, change: Callable[[str], str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _walk(inner, change, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner, change, name) for inner in value]
    if isinstance(value, str):
        if name in LINK_ELEMENTS:
            return change(value)
        if name == "div":
            return _MARKUP_LINK.sub(lambda hit: hit[1] + hit[2] + change(hit[3]) + hit[2], value)
    return value
