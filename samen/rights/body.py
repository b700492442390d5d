"""What an inference record keeps, sealed: the items read, the finding, and the explanation, as plain JSON and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from samen.rights.words import Category, Explanation, Finding, Gathered, Item, Phrase
from samen.words import say

MOST_BYTES = 200_000


class Incomplete(ValueError):
    """A finding or explanation lacks a part. The message names it."""


@dataclass(frozen=True)
class Body:
    """What was read, what was said, and why."""

    items: tuple[Item, ...]
    finding: Finding
    explanation: Explanation


def to_bytes(gathered: Gathered, finding: Finding, explanation: Explanation) -> bytes:
    """Write a body. Raises: Incomplete when something in it is not plain data, or it is absurdly large."""
    try:
        items = [{**_fields(item), "at": item.at and item.at.isoformat()} for item in gathered.items]
        raw = json.dumps(
            {"items": items, "finding": finding, "explanation": explanation},
            default=_fields,
            ensure_ascii=False,
            allow_nan=False,
        )
    except (TypeError, ValueError) as wrong:
        raise Incomplete(f"The finding holds something that is not plain data: {type(wrong).__name__}.") from wrong
    if len(raw) > MOST_BYTES:
        raise Incomplete(f"The finding is larger than {MOST_BYTES} characters.")
    return raw.encode()


def _fields(part: object) -> dict[str, Any]:
    """Give a dataclass as its fields. Raises: TypeError for anything else."""
    if not is_dataclass(part):
        raise TypeError(f"{type(part).__name__} is not plain data.")
    return {each.name: getattr(part, each.name) for each in fields(part)}


def from_bytes(raw: bytes) -> Body:
    """Read a body back."""
    kept = json.loads(raw)
    why = {name: _part(part) for name, part in kept["explanation"].items()}
    return Body(
        items=tuple(
            Item(
                category=Category(item["category"]),
                ref=item["ref"],
                label=item["label"],
                at=datetime.fromisoformat(item["at"]) if item["at"] else None,
                values=item["values"],
            )
            for item in kept["items"]
        ),
        finding=Finding(**kept["finding"]),
        explanation=Explanation(**why),
    )


def _part(part: Any) -> Any:
    return tuple(_phrase(each) for each in part) if isinstance(part, list) else _phrase(part)


def _phrase(part: Mapping[str, Any]) -> Phrase:
    blanks = {
        name: _phrase(value) if isinstance(value, dict) and set(value) == {"key", "values"} else value
        for name, value in part["values"].items()
    }
    return Phrase(part["key"], blanks)


def tell(phrase: Phrase, language: str) -> str:
    """Say a phrase in a language; blanks that are phrases are said first. Raises: samen.words.NoSuchSentence."""
    blanks = {
        name: tell(value, language) if isinstance(value, Phrase) else value for name, value in phrase.values.items()
    }
    return say(phrase.key, language, **blanks)


def check(finding: object, explanation: object, languages: tuple[str, ...]) -> None:
    """Refuse anything that is not a whole finding with a whole explanation that can be said in every language of the system.

    Raises: Incomplete, or samen.words.NoSuchSentence for a sentence that nobody wrote.
    """
    if not isinstance(finding, Finding):
        raise Incomplete(f"infer gave {type(finding).__name__} where a Finding was due.")
    if not finding.code or (finding.abstained and not finding.reason):
        raise Incomplete("The finding has no code, or abstains without a reason.")
    if not isinstance(explanation, Explanation) or not explanation.factors:
        raise Incomplete("There is no explanation with at least one factor.")
    for language in languages:
        for part in phrases_of(explanation):
            if not tell(part, language).strip():
                raise Incomplete(f'"{part.key}" is empty in {language}.')


def phrases_of(explanation: Explanation) -> list[Phrase]:
    """Give every phrase of an explanation."""
    return [
        explanation.says,
        explanation.says_to_staff,
        *explanation.factors,
        explanation.would_change,
        explanation.sure,
        explanation.decides,
        explanation.object,
    ]
