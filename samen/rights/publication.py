"""The public register for machines: every system's sheet as JSON, and the changes of the register as a JSON Feed 1.1."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from samen.rights import register
from samen.rights.register import NOT_THERE_YET, SENTENCES, Registered
from samen.rights.words import Stage

LEAST = 5  # a count below this could point at somebody
SCHEMA = "samen-register/1"
FEED = "https://jsonfeed.org/version/1.1"

Say = Callable[[str, str], str]  # key, language


@dataclass(frozen=True)
class Known:
    """What is on file about a system, as plain values. Empty where nobody put anything on file."""

    entered: datetime | None = None
    digest_on_file: str = ""
    stage: Stage | None = None
    stage_since: datetime | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()
    panel: Mapping[str, Any] | None = None
    need: Mapping[str, Any] | None = None
    changes: tuple[Mapping[str, Any], ...] = ()
    numbers: Mapping[str, Any] | None = None


def suppressed(counts: Mapping[str, int]) -> dict[str, int | str]:
    """Give counts for the public: one to four becomes "<5", so that no number points at somebody. Zero stays zero."""
    return {name: f"<{LEAST}" if 0 < times < LEAST else times for name, times in counts.items()}


def system(each: Registered, known: Known, say: Say, languages: Sequence[str], url: str) -> dict[str, Any]:
    """Give one system as the register publishes it."""
    manifest = each.manifest
    return {
        **register.sheet(manifest),
        "url": url,
        "stage": str(known.stage) if known.stage else None,
        "stage_since": _when(known.stage_since),
        "entered": _when(known.entered),
        "digest": each.digest,
        "runs_as_entered": bool(known.digest_on_file) and known.digest_on_file == each.digest,
        "words": {
            language: {key: say(f"{manifest.words}.{key}", language) for key in SENTENCES} for language in languages
        },
        "validated_for": {
            language: [say(f"{manifest.words}.{key}", language) for key in manifest.validated_for]
            for language in languages
        },
        "not_validated_for": {
            language: [say(f"{manifest.words}.{key}", language) for key in manifest.not_validated_for]
            for language in languages
        },
        "evidence_on_file": list(known.evidence),
        "panel": known.panel,
        "need_on_file": known.need,
        "changes": list(known.changes),
        "numbers": known.numbers,
        "checks_not_there_yet": [
            {"id": check, **{language: say(f"rights.register.check.{check}", language) for language in languages}}
            for check in NOT_THERE_YET
        ],
    }


def register_of(
    systems: Sequence[Mapping[str, Any]], *, service: str, email: str, schema: str, at: datetime
) -> dict[str, Any]:
    """Give the whole register as one document."""
    return {
        "format": SCHEMA,
        "schema": schema,
        "service": service,
        "contact": email,
        "made": _when(at),
        "systems": list(systems),
    }


@dataclass(frozen=True)
class News:
    """One change of the register for the feed."""

    id: str
    url: str
    title: str
    text: str
    at: datetime
    leaf: int


def feed(news: Sequence[News], *, title: str, about: str, home: str, url: str, language: str) -> dict[str, Any]:
    """Give changes as a JSON Feed 1.1, newest first (https://www.jsonfeed.org/version/1.1/)."""
    return {
        "version": FEED,
        "title": title,
        "description": about,
        "home_page_url": home,
        "feed_url": url,
        "language": language,
        "items": [
            {
                "id": each.id,
                "url": each.url,
                "title": each.title,
                "content_text": each.text,
                "date_published": _when(each.at),
                "_samen": {"about": "place on the log", "leaf": each.leaf},
            }
            for each in news
        ],
    }


def _when(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
