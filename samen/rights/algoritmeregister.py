"""The Dutch Algoritmeregister, publication standard 1.0: a system's sheet as its fields, and the rules that they must keep.

The standard is a list of fields, no JSON Schema, so required fields, lengths and permitted values are checked here.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from samen.rights.words import RiskClass, Stage, System

FILE = Path(__file__).parent / "content" / "register" / "algoritmeregister.toml"
STATUS = {
    Stage.DESIGN: "In ontwikkeling",
    Stage.PILOT: "In gebruik",
    Stage.GENERAL: "In gebruik",
    Stage.SUSPENDED: "Buiten gebruik",
    Stage.RETIRED: "Buiten gebruik",
}
CATEGORY = {
    RiskClass.HIGH: "Hoog-risico AI-systeem",
    RiskClass.LIMITED: "Impactvolle algoritmes",
    RiskClass.MINIMAL: "Overige algoritmes",
}
GDPR = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

Rules = Mapping[str, Mapping[str, Any]]
Say = Callable[[str], str]  # key of a sentence to the sentence, in Dutch


@dataclass(frozen=True)
class Publisher:
    """Who publishes: the service, how to reach it, and where the sheet stands."""

    organization: str
    email: str
    website: str
    url: str


@cache
def rules() -> Rules:
    """Give the rules of each field: type, required, max_length, permitted, parts."""
    return tomllib.loads(FILE.read_text("utf-8"))


def entry(
    system: System, stage: Stage, say: Say, publisher: Publisher, *, began: datetime | None, ended: datetime | None
) -> dict[str, Any]:
    """Give one system's entry in the fields of the standard; what is not known is left out, never made up."""

    def own(*keys: str) -> str:
        return " ".join(say(f"{system.words}.{key}") for key in keys)

    found = {
        "name": own("name"),
        "description_short": fitting(own("does", "does_not"), 400),
        "organization": publisher.organization,
        "category": ["Zorg en gezondheid"],
        "status": STATUS[stage],
        "begin_date": f"{began:%Y-%m}" if began else None,
        "end_date": f"{ended:%Y-%m}" if ended else None,
        "contact_email": publisher.email,
        "website": publisher.website,
        "url": publisher.url,
        "publication_category": CATEGORY[system.risk_class],
        "goal": fitting(own("need", "gives"), 2500),
        "proportionality": fitting(own("alternative", "say_no"), 2500),
        "human_intervention": fitting(own("who_decides", "objecting"), 2500),
        "risks": fitting(own("risks", "how_sure"), 2500),
        "lawful_basis": say("rights.register.export.lawful_basis"),
        "lawful_basis_grouping": [{"title": say("rights.register.export.law"), "link": GDPR}],
        "impacttoetsen": say("rights.register.export.no_assessment"),
        "source_data": fitting(own("reads"), 2500),
        "methods_and_models": fitting(own("method", "disclosure"), 5000),
        "provider": system.owner,
        "lang": "nld",
        "standard_version": "1.0",
        "source_id": system.id,
    }
    return {name: value for name, value in found.items() if value is not None}


def fitting(text: str, most: int) -> str:
    """Give as many whole sentences as fit; a text is never cut within one, unless its first alone is too long."""
    if len(text) <= most:
        return text
    end = max((each.end(1) for each in re.finditer(r"([.!?])(\s|$)", text) if each.end(1) <= most), default=0)
    return text[:end] or text[: most - 1] + "…"


def problems(entry: Mapping[str, Any], rules: Rules) -> list[str]:
    """Give every rule that an entry breaks: fields missing, unknown, of the wrong type, too long, or not permitted."""
    found = [f"{name}: no such field in the standard" for name in entry if name not in rules]
    for name, rule in rules.items():
        value = entry.get(name)
        if is_true(rule["required"]) and not value:
            found.append(f"{name}: required, and not there")
        elif value is not None:
            found += _wrong(name, value, rule)
    return found


def _wrong(name: str, value: object, rule: Mapping[str, Any]) -> list[str]:
    if rule["type"] == "array":
        if not isinstance(value, list):
            return [f"{name}: a list is due"]
        return [each for item in value for each in _wrong_item(name, item, rule)]
    if not isinstance(value, str):
        return [f"{name}: a text is due"]
    found = [f"{name}: {len(value)} characters, {rule['max_length']} at most"] if _too_long(value, rule) else []
    if "permitted" in rule and value not in rule["permitted"]:
        found.append(f"{name}: {value!r} is not among what is permitted")
    if name in ("begin_date", "end_date") and not MONTH.fullmatch(value):
        found.append(f"{name}: year and month are due, such as 2026-11")
    return found


def _wrong_item(name: str, item: object, rule: Mapping[str, Any]) -> list[str]:
    parts: Mapping[str, Mapping[str, Any]] = rule.get("parts", {})
    if not parts:
        return [] if item in rule.get("permitted", [item]) else [f"{name}: {item!r} is not among what is permitted"]
    if not isinstance(item, Mapping):
        return [f"{name}: each item has parts {', '.join(parts)}"]
    missing = [part for part, of in parts.items() if is_true(of["required"]) and not item.get(part)]
    long = [part for part, of in parts.items() if _too_long(str(item.get(part, "")), of)]
    return [f"{name}.{part}: required, and not there" for part in missing] + [
        f"{name}.{part}: too long" for part in long
    ]


def _too_long(value: str, rule: Mapping[str, Any]) -> bool:
    return "max_length" in rule and len(value) > rule["max_length"]


def is_true(flag: object) -> bool:
    """Read a yes or no that may stand there as text: the published list has "false" in quotes, which Python takes for true.

    Raises: ValueError for anything else.
    """
    known: Sequence[tuple[object, bool]] = ((True, True), (False, False), ("true", True), ("false", False))
    for word, meaning in known:
        if flag is word or (isinstance(flag, str) and flag == word):
            return meaning
    raise ValueError(f"{flag!r} is neither true nor false.")
