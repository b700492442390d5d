"""`samen sensing import` and `samen sensing erase`: files into the store under people's yes, and a study out of it."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, NoReturn

import polars as pl
import typer
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.roles import Scope
from samen.rooms.sensing import participants, zones
from samen.rooms.sensing.commands.features import FOUND_FAULTS, PROBLEM, WRONG_USE, Told, study_table, text_of
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.participants import Roster
from samen.rooms.sensing.reading import aware, beiwe, lamp, table
from samen.rooms.sensing.reading.receipt import QUARANTINE, Read
from samen.rooms.sensing.store import erasing, importing, inbox, keys, studies
from samen.rooms.sensing.store.importing import Brought
from samen.words import LANGUAGES, say

BYTES_AT_ONCE = 50_000_000  # of Beiwe's files: some 700,000 rows; a part is read, checked and on disk before the next
EVENTS_AT_ONCE = 5_000
DIGEST_BYTES = 16


class Format(StrEnum):
    """What the files are."""

    lamp = "lamp"
    beiwe = "beiwe"
    aware = "aware"
    table = "table"


@dataclass(frozen=True)
class Part:
    """A part of the files: what it is known by, and how it is read. LAMP events come as they are, other formats as tables."""

    files: tuple[Path, ...]
    kind: Format
    of_beiwe: beiwe.Part | None = None


@dataclass
class Job:
    """An import: where from, for whom, and what was said of it so far."""

    root: Path
    format: Format
    one: Participant | None  # everything is theirs; None = the names in the files are participants' codes
    roster: Roster | None
    changes: pl.DataFrame | None
    mapping: tuple[table.Mapped, ...]
    counts: list[pl.DataFrame] = field(default_factory=list)
    held: list[pl.DataFrame] = field(default_factory=list)
    known: int = 0
    found: dict[str, Participant | None] = field(default_factory=dict)

    def participant(self, code: str) -> Participant | None:
        """Give whose rows under a name in the files are; None for nobody's here."""
        if self.one is not None:
            return self.one
        if code not in self.found:
            self.found[code] = studies.participant(code)
        return self.found[code]

    def take(self, brought: Brought) -> None:
        """Count what became of a part."""
        self.counts.append(brought.counts)
        self.held.append(brought.quarantine)


def bring_in(
    path: Annotated[Path, typer.Argument(help="Folder or file of streams.")],
    format: Annotated[Format, typer.Option("--format", help="What the files are.")],
    person: Annotated[
        str, typer.Option("--person", help="Code of the participant whose files these are, such as U012345678901.")
    ] = "",
    participants_file: Annotated[
        Path | None,
        typer.Option("--participants", help="CSV: person (a participant's code),device_id,platform,start,end."),
    ] = None,
    zones_file: Annotated[
        Path | None, typer.Option("--zones", help="CSV of time zones: device_id,tzcode,timestamp.")
    ] = None,
    mapping_file: Annotated[
        Path | None, typer.Option("--mapping", help="TOML that maps files to streams (format table).")
    ] = None,
    quarantine: Annotated[
        Path | None, typer.Option("--quarantine", help="CSV to write: each row that was held back, and why.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="en or nl.")] = "",
) -> None:
    """Bring files into the store, under each person's yes. May be stopped and begun again; the same files change nothing."""
    told = _Told(language)
    if not path.exists():
        told.stop("no_files", WRONG_USE, path=path)
    one = studies.participant(person) if person else None
    if person and one is None:
        told.stop("nobody", WRONG_USE, code=person)
    try:
        job = Job(
            path,
            format,
            one,
            participants.roster_of(study_table(participants_file)) if participants_file else None,
            zones.changes_of(study_table(zones_file)) if zones_file else None,
            table.mapping_of(text_of(mapping_file)) if mapping_file else (),
        )
        _run(job, told)
    except FOUND_FAULTS as wrong:
        told.of_files.stop(wrong.key, PROBLEM, **wrong.values)
    _report(job, told, quarantine)


class _Told:
    """Says things on stderr in one language."""

    def __init__(self, language: str) -> None:
        self.of_files = Told(language if language in LANGUAGES else "")
        self.language = self.of_files.language

    def say(self, key: str, **values: object) -> None:
        typer.echo(say(f"sensing.importing.{key}", self.language, **values), err=True)

    def stop(self, key: str, exit_code: int, /, **values: object) -> NoReturn:
        self.say(key, **values)
        raise typer.Exit(exit_code)


def _run(job: Job, told: _Told) -> None:
    parts = list(_parts(job))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(say("sensing.importing.reading", told.language), total=len(parts))
        for part in parts:
            if part.kind is Format.lamp:
                _lamp(job, part)
            else:
                _tables(job, part)
            bar.advance(task)
    if job.known:
        told.say("known", n=job.known, of=len(parts))
    if job.format is Format.lamp:
        inbox.drain(at=timezone.now())


def _parts(job: Job) -> Iterator[Part]:
    if job.format is Format.beiwe:
        yield from (Part(part.files, job.format, part) for part in beiwe.parts(job.root, BYTES_AT_ONCE))
        return
    endings = {Format.lamp: lamp.ENDINGS, Format.aware: aware.ENDINGS, Format.table: table.ENDINGS}[job.format]
    every = [job.root] if job.root.is_file() else sorted(each for each in job.root.rglob("*") if each.suffix in endings)
    files = [file for file in every if file.stat().st_size]
    if job.format is Format.table:  # its mapping looks at where a file stands in the folder
        yield Part(tuple(files), job.format)
        return
    yield from (Part((file,), job.format) for file in files if not aware.BESIDE.fullmatch(file.stem.lower()))


def _digests(job: Job, part: Part) -> Callable[[Participant], str]:
    """Give what tells by what a part is known for each of its people; its files are read once for all of them."""
    known: dict[str, str] = {}

    def of(who: Participant) -> str:
        if who.key not in known:
            known[who.key] = _digest(job, part, who)
        return known[who.key]

    return of


def _digest(job: Job, part: Part, who: Participant) -> str:
    """Give what a part is known by: the format, and the names and bytes of its files."""
    found = blake2b(f"{job.format} {who.key} {job.mapping} {job.roster}".encode(), digest_size=DIGEST_BYTES)
    for file in part.files:
        found.update(str(file.relative_to(job.root) if job.root.is_dir() else file.name).encode())
        with file.open("rb") as opened:
            while chunk := opened.read(2**20):
                found.update(chunk)
    return found.hexdigest()


def _machine(who: Participant) -> Allowed:
    return people.machine(who.person_id, Ground.IMPORT, Scope.RIGHTS)


def _tables(job: Job, part: Part) -> None:
    """Read one part once for all its people, and keep what is each one's."""
    now, salt, digest = timezone.now(), _salt(job), _digests(job, part)
    likely = job.one or (job.participant(part.of_beiwe.person) if part.of_beiwe and job.roster is None else None)
    if likely is not None and importing.came_before(_machine(likely), likely, digest(likely)):
        job.known += 1
        return
    read = importing.in_utc(_read(job, part, salt), job.roster, job.changes)
    people_in = {name for rows in read.tables.values() for name in rows["person"].unique()}
    taken = Brought(pl.DataFrame(), read.quarantine)
    rest = read
    for name in sorted(people_in):
        who = job.participant(name)
        mine, rest = _divided(rest, name)
        if who is None:
            job.take(importing.refused(mine))
            continue
        if job.changes is not None:
            importing.set_clock(_machine(who), who, job.changes)
        job.take(importing.bring(_machine(who), who, mine, digest(who), at=now))
    job.take(Brought(rest.counts, taken.quarantine))


def _divided(read: Read, name: str) -> tuple[Read, Read]:
    """Part one person's rows from the others'; what was held back or doubled stays in the account of the others."""
    mine, others = dict[str, pl.DataFrame](), dict[str, pl.DataFrame]()
    for stream, rows in read.tables.items():
        own = rows["person"] == name
        is_all = bool(own.all())  # as of a folder of Beiwe: then nothing need be copied
        mine[stream], others[stream] = (rows, rows.clear()) if is_all else (rows.filter(own), rows.filter(~own))
    n = pl.col("stream").replace_strict({stream: rows.height for stream, rows in mine.items()} or {"": 0}, default=0)
    none = [pl.lit(0, dtype=pl.Int64).alias(what) for what in ("doubled", "quarantined", "refused")]
    of_mine = read.counts.filter(pl.col("stream").is_in(sorted(mine))).with_columns(
        n.alias("received"), n.alias("stored"), *none
    )
    of_others = read.counts.with_columns(pl.col("received") - n, pl.col("stored") - n)
    return Read(mine, pl.DataFrame(schema=QUARANTINE), of_mine), Read(others, read.quarantine, of_others)


def _read(job: Job, part: Part, salt: bytes) -> Read:
    if part.of_beiwe is not None:
        return beiwe.read_part(job.root, part.of_beiwe, salt=salt)
    if part.kind is Format.aware:
        return aware.read(part.files[0], salt=salt, platforms=job.roster.platforms if job.roster else None)
    return table.read(job.root, salt=salt, mapping=job.mapping)


def _salt(job: Job) -> bytes:
    """Give the salt of hashes: the person's own, so that a contact is the same in every import; of several, each name's hash differs."""
    who = job.one or next((each for each in job.found.values() if each is not None), None)
    return keys.salt_of(_machine(who), who) if who is not None else importing.salt_of_service()


def _lamp(job: Job, part: Part) -> None:
    """Keep the events of one file, some thousands at a time, each under the yes of its person."""
    now, (file,) = timezone.now(), part.files
    shown = str(file.relative_to(job.root)) if job.root.is_dir() else file.name
    if job.one is not None and importing.came_before(_machine(job.one), job.one, _digest(job, part, job.one)):
        job.known += 1
        return
    events: Iterable[tuple[int, tuple[str, Mapping[str, Any]]]] = enumerate(lamp.events_of(file), start=1)
    events, counted = iter(events), list[pl.DataFrame]()
    while chunk := list(islice(events, EVENTS_AT_ONCE)):
        of: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        for row, (owner, event) in chunk:
            of.setdefault(owner, []).append((row, importing.without_owner(event, lamp.OWNERS)))
        for owner, mine in sorted(of.items()):
            who = job.participant(owner)
            if who is None:
                job.take(importing.of_nobody(len(mine)))
                continue
            brought = importing.bring_events(_machine(who), who, mine, shown, at=now)
            counted.append(brought.counts)
            job.take(brought)
    if job.one is not None:
        counts = importing.summed(counted)
        importing.note_part(_machine(job.one), job.one, _digest(job, part, job.one), counts, at=now)


def _report(job: Job, told: _Told, quarantine: Path | None) -> None:
    """Say what became of every row."""
    counts, held = importing.summed(job.counts), pl.concat([pl.DataFrame(schema=QUARANTINE), *job.held])
    for row in counts.iter_rows(named=True):
        told.say("counts", **row)
    for stream, reason, n in held.group_by("stream", "reason").len("n").sort("stream", "reason").iter_rows():
        told.say("held", stream=stream or "-", reason=say(f"sensing.quarantine.{reason}", told.language), n=n)
    if counts["refused"].sum():
        told.say("refused")
    if quarantine is not None:
        held.write_csv(quarantine)
        told.say("quarantine", path=quarantine)


def erase(
    study: Annotated[str, typer.Option("--study", help="Code of the study to erase.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it.")] = False,
    language: Annotated[str, typer.Option("--language", help="en or nl.")] = "",
) -> None:
    """Erase a study and what was kept for it alone. People erase their own under My signals; a whole person: samen rights."""
    told = _Told(language)
    found = studies.by_code(study)
    if found is None:
        told.stop("erase_no_study", WRONG_USE, code=study)
    if not yes:
        told.stop("erase_sure", WRONG_USE, code=study)
    told.say("erase_done", code=study, n=erasing.study(found, at=timezone.now()))
