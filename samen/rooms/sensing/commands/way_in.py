"""`samen sensing try` and `samen sensing archive`: a way in to look around with, and moving what came in."""

import os
import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer
from django.conf import settings
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rights.words import Purpose
from samen.rooms.sensing import kinds
from samen.rooms.sensing.store import inbox, keys, studies
from samen.words import LANGUAGES, say

WRONG_USE, PROBLEM = 2, 1


def try_out(
    streams: Annotated[
        str, typer.Option("--streams", help="Streams that the person says yes to: gps,steps,activities.")
    ],
    since: Annotated[
        str, typer.Option("--since", help="Also for what was measured from this day or moment on: 2026-01-31.")
    ] = "",
    refuse: Annotated[str, typer.Option("--refuse", help="Streams that the person says no to.")] = "",
    for_research: Annotated[
        bool, typer.Option("--research/--no-research", help="Whether the yes is also for research.")
    ] = True,
) -> None:
    """Make a made-up person in a study, with their yes and no, and print keys for a device and a researcher. Demo mode only."""
    if not settings.SAMEN.demo:
        _stop("not_demo", PROBLEM)
    wanted, refused = _streams(streams), _streams(refuse)
    now = timezone.now()
    start = _moment(since) if since else None
    if start is not None and start > now:
        _stop("since_ahead", WRONG_USE, since=since)
    account = people.create_account(f"try-{secrets.token_hex(4)}@example.org", language=_language())
    person = people.create_person(say("sensing.try.person", _language()), _language(), account)
    access = Allowed(person.id, Scope.RIGHTS, Ground.OWN, Role.PERSON, account.id)
    study = studies.make(say("sensing.try.study", _language()), at=now)
    survey = {"spec": "lamp.survey", "name": say("sensing.try.activity", _language()), "category": ["assess"]}
    activity = studies.add_thing("activity", study, survey, at=now)
    for sensor, stream in kinds.SENSORS.items():
        if stream in wanted:
            studies.add_thing("sensor", study, {"spec": sensor, "name": sensor}, at=now)
    keys.enrol(access, study, at=now)
    purposes = [Purpose.SELF_UNDERSTANDING, *([Purpose.RESEARCH] if for_research else [])]
    for stream, yes in (*((each, True) for each in wanted), *((each, False) for each in refused)):
        handle = rights.stream(f"{kinds.SPACE}{stream}")
        if handle is None:
            raise LookupError(f"{stream} is not registered.")
        rights.tell(access, handle, at=now)
        for purpose in purposes:
            use = kinds.use_for(stream, purpose)
            asked = start if yes else None
            rights.say_of_stream(access, handle, use, yes=yes, at=now, language=_language(), since=asked)
    device = keys.make_for_device(access, say("sensing.try.device", _language()), at=now, study=study)
    researcher = keys.make_for_researcher(study, say("sensing.try.researcher", _language()), at=now)
    who = keys.participant_of(access, at=now)
    host = f"http://{settings.SAMEN.host}:{settings.SAMEN.port}/lamp"
    lines = {
        "host": host,
        "participant": who.code,
        "study": study.code,
        "researcher": study.researcher,
        "activity": activity,
        "device_access_key": device.access_key,
        "device_secret_key": device.secret,
        "researcher_access_key": researcher.access_key,
        "researcher_secret_key": researcher.secret,
        "streams": ",".join(wanted),
        "refused": ",".join(refused),
        "since": (start or now).isoformat(),
    }
    for name, value in lines.items():
        typer.echo(f"{name}={value}")


def archive() -> None:
    """Move what came in into the archive now. The service does so each minute."""
    moved = inbox.drain(at=timezone.now())
    typer.echo(say("sensing.try.moved", _language(), n=moved))


def _streams(text: str) -> list[str]:
    found = []
    for word in filter(None, (each.strip() for each in text.split(","))):
        stream = kinds.named(word)
        if stream is None:
            _stop("unknown_stream", WRONG_USE, name=word, known=", ".join(kinds.CATEGORIES))
        found.append(stream or "")
    return list(dict.fromkeys(found))


def _moment(text: str) -> datetime | None:
    try:
        if text.isdigit() and len(text) > 8:
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        _stop("since_unreadable", WRONG_USE, since=text)
        return None
    return found if found.tzinfo else timezone.make_aware(found)


def _stop(key: str, code: int, **values: object) -> None:
    typer.echo(say(f"sensing.try.{key}", _language(), **values), err=True)
    raise typer.Exit(code)


def _language() -> str:
    asked = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return asked[:2] if asked[:2] in LANGUAGES else "en"
