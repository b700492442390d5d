"""`samen sensing features`: from a folder of streams, or from what a study may read in the archive, to one table of features."""

import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, NoReturn

import polars as pl
import typer
from django.conf import settings as service
from django.utils import timezone

from samen.rooms.sensing import computing, participants, segments, settings, sharing, zones
from samen.rooms.sensing.catalogue import GROUPS
from samen.rooms.sensing.models.way_in import Study
from samen.rooms.sensing.reading import aware, beiwe, flights, lamp, table
from samen.rooms.sensing.reading.receipt import Read
from samen.rooms.sensing.store import inbox, studies
from samen.rooms.sensing.store import sharing as shared
from samen.words import LANGUAGES, say

WRONG_USE, PROBLEM = 2, 1
BATCH_BYTES = 300_000_000  # of Beiwe's files at once: some 4 million rows
SPARK = (
    "pyspark",
    "pandas",
)  # what the extra `spark` brings; pyspark asks for pandas before it hands over an Arrow table
AGAIN = 3  # tries at the archive's files, which may be replaced or erased while they are read


class BadTable(ValueError):
    """A small table of a study cannot be read; `key` and `values` name the sentence that says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


FOUND_FAULTS = (
    BadTable,
    participants.BadParticipants,
    segments.BadSegments,
    settings.BadSettings,
    zones.BadZones,
    table.BadMapping,
)


class Format(StrEnum):
    """What the files are."""

    lamp = "lamp"
    beiwe = "beiwe"
    aware = "aware"
    flights = "flights"
    table = "table"


class Engine(StrEnum):
    """What computes."""

    polars = "polars"
    spark = "spark"


class Profile(StrEnum):
    """Whose meaning the features have."""

    samen = "samen"
    rapids = "rapids"
    forest = "forest"


def _language() -> str:
    asked = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return asked[:2] if asked[:2] in LANGUAGES else "en"


@dataclass(frozen=True)
class How:
    """How a table is made: with what, and whether it is said why values are missing and where the others come from."""

    engine: Engine
    master: str  # of Spark
    beside: Path  # the folder of the table
    explained: bool


def features(
    out: Annotated[Path, typer.Option("--out", help="Where the table goes: .csv or .parquet.")],
    files: Annotated[Path | None, typer.Option("--files", help="Folder (or file) of streams.")] = None,
    format: Annotated[Format | None, typer.Option("--format", help="What the files are.")] = None,
    study_code: Annotated[
        str,
        typer.Option("--study", help="Instead of --files: code of a study of this service, such as S0123456789abcdef."),
    ] = "",
    profile: Annotated[
        Profile | None,
        typer.Option("--profile", help="Whose meaning the features have; left out: samen, or the study's own."),
    ] = None,
    segments_file: Annotated[
        Path | None, typer.Option("--segments", help="CSV of time segments; left out: every local day.")
    ] = None,
    zones_file: Annotated[
        Path | None, typer.Option("--zones", help="CSV of time zones: device_id,tzcode,timestamp.")
    ] = None,
    participants_file: Annotated[
        Path | None, typer.Option("--participants", help="CSV: person,device_id,platform,start,end.")
    ] = None,
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="TOML with the peer's names of parameters in lower case.")
    ] = None,
    mapping_file: Annotated[
        Path | None, typer.Option("--mapping", help="TOML that maps files to streams (format table).")
    ] = None,
    zone: Annotated[
        str,
        typer.Option(
            "--zone", help="Zone of devices that no file of zones names; left out: UTC, or the service's own."
        ),
    ] = "",
    engine: Annotated[
        Engine, typer.Option("--engine", help="polars: on this machine; spark: also on several.")
    ] = Engine.polars,
    spark_master: Annotated[
        str, typer.Option("--spark-master", help="Where Spark runs: local[2], or spark://HOST:7077 for a cluster.")
    ] = "local[*]",
    report: Annotated[
        bool,
        typer.Option(
            "--report",
            help="Write beside --out: the account, what was held back, why values are missing, and provenance.",
        ),
    ] = False,
    language: Annotated[str, typer.Option("--language", help="en or nl.")] = "",
) -> None:
    """Compute features from plain files, or of a study's people who say yes to it. Exit code 1 when something cannot be read as said."""
    told = Told(language if language in LANGUAGES else _language())
    if out.suffix not in (".csv", ".parquet"):
        told.stop("out_ending", WRONG_USE, ending=out.suffix or "-")
    row = _row(study_code, told) if study_code else None
    if (files is None or format is None) == (row is None):
        told.stop("files_or_study", WRONG_USE)
    if row is not None and (files or format or zones_file or participants_file or mapping_file):
        told.stop("study_has_own", WRONG_USE)
    if files is not None and not files.exists():
        told.stop("no_files", WRONG_USE, path=files)
    out.parent.mkdir(parents=True, exist_ok=True)
    how = How(engine, spark_master, out.parent, report)
    meaning = profile or (row.profile if row is not None else Profile.samen)
    try:
        given = settings.settings_of(text_of(settings_file)) if settings_file else {}
        _warn(given, told)
        default = zone or (service.TIME_ZONE if row is not None else "UTC")
        study = _study(str(meaning), given, segments_file, zones_file, participants_file, default)
        mapping = table.mapping_of(text_of(mapping_file)) if mapping_file else ()
        if row is not None:
            found = _of_study(row, study, how, told)
        elif files is not None and format is not None:
            found = _of_files(_reads(files, format, study, mapping, told), study, how, told)
    except FOUND_FAULTS as wrong:
        told.stop(wrong.key, PROBLEM, **wrong.values)
    _write(found.features, out)
    _account(found.account, told)
    told.say("written", rows=found.features.height, features=found.features.width - 4, path=out)
    if report:
        _report(found, study.profile, out)


def _row(code: str, told: "Told") -> Study:
    found = studies.by_code(code)
    if found is None:
        told.stop("no_study", WRONG_USE, study=code)
    return found


def _of_files(reads: Iterator[Read], study: computing.Study, how: How, told: "Told") -> computing.Part:
    if how.engine is Engine.spark:
        spark = _spark(told)
        try:
            return spark.of_files(reads, study, master=how.master, beside=how.beside, explained=how.explained)
        except spark.NotStarted as wrong:
            told.stop("spark_not_started", PROBLEM, master=how.master, why=wrong)
        except spark.InTheOpen:
            told.stop("spark_in_the_open", PROBLEM, master=how.master)
    parts = [
        computing.part_of(read, study, explained=how.explained, told=lambda name: told.say("computing", group=name))
        for read in reads
    ]
    return computing.all_parts(parts, study.profile)


def _of_study(row: Study, study: computing.Study, how: How, told: "Told") -> computing.Part:
    """Compute what a study may read. Who takes back a yes while it is computed is left out: it is asked again at the end."""
    begun = timezone.now()
    inbox.drain(at=begun)
    those = shared.members(row, at=begun)
    told.say("people", n=len(those))
    found = _on_spark(those, study, how, told) if how.engine is Engine.spark else _here(those, study, how)
    if gone := shared.changed(row, those, at=timezone.now()):
        told.say("withdrawn", n=len(gone))
        still = [each for each in those if each.code not in gone]
        return _of_some(found, {each.code for each in still}, study)
    return found


def _of_some(found: computing.Part, codes: set[str], study: computing.Study) -> computing.Part:
    """Give a table without the others. What is said of sources tells of people together, so none is given."""
    kept = pl.col("person").is_in(codes)
    missing = found.missing.filter(kept) if found.missing.width else found.missing
    return replace(found, features=found.features.filter(kept), missing=missing, sources=())


def _here(those: list[sharing.Member], study: computing.Study, how: How) -> computing.Part:
    parts = [computing.part_of(Read({}), study, explained=how.explained)]
    for member in those:
        read = shared.of_member(member)
        parts.append(computing.part_of(read, sharing.study_of(member, study), explained=how.explained))
    return computing.all_parts(parts, study.profile)


def _on_spark(those: list[sharing.Member], study: computing.Study, how: How, told: "Told") -> computing.Part:
    spark = _spark(told)
    for _ in range(AGAIN):
        try:
            files = shared.files(those)
            return spark.of_archive(files, those, study, master=how.master, explained=how.explained)
        except spark.NotStarted as wrong:
            told.stop("spark_not_started", PROBLEM, master=how.master, why=wrong)
        except spark.InTheOpen:
            told.stop("spark_in_the_open", PROBLEM, master=how.master)
        except shared.HasVectors:
            told.stop("has_vectors", PROBLEM)
        except spark.FAILED as wrong:
            if not spark.is_gone(wrong):
                raise
    told.stop("replaced", PROBLEM)


def _spark(told: "Told") -> ModuleType:
    """Give the engine for several machines, or say what it lacks."""
    if any(find_spec(name) is None for name in SPARK):
        told.stop("no_spark", PROBLEM)
    if shutil.which("java", path=_java()) is None:
        told.stop("no_java", PROBLEM)
    # Here and not above: the extra may be absent, and reading pyspark would make every other command slow to start.
    from samen.rooms.sensing.commands import spark  # noqa: PLC0415

    return spark


def _java() -> str | None:
    """Give where Spark looks for Java: in JAVA_HOME alone, when that is set."""
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin") if home else None


def _study(
    profile: str,
    given: Mapping[str, Any],
    segments_file: Path | None,
    zones_file: Path | None,
    participants_file: Path | None,
    zone: str,
) -> computing.Study:
    """Read what a study is. Raises: one of FOUND_FAULTS."""
    zones.check(zone)
    of_segments = settings.filled(settings.SegmentSettings, given)
    plan = segments.DAILY
    if segments_file:
        plan = segments.plan_of(study_table(segments_file), reaches_back=of_segments.include_past_periodic_segments)
    return computing.Study(
        profile=profile,
        plan=plan,
        roster=participants.roster_of(study_table(participants_file)) if participants_file else None,
        changes=zones.changes_of(study_table(zones_file)) if zones_file else None,
        zone=zone,
        given=given,
    )


class Told:
    """Says things on stderr, in one language: what goes on, what was wrong, and nobody's data."""

    def __init__(self, language: str) -> None:
        self.language = language or _language()
        self.is_live = sys.stderr.isatty()

    def say(self, key: str, **values: object) -> None:
        """Say one sentence."""
        typer.echo(say(f"sensing.features.{key}", self.language, **values), err=True)

    def progress(self, done: int, of: int) -> None:
        """Say how far the reading is: on a screen each step, in a log the end alone."""
        if self.is_live:
            end = "\n" if done == of else "\r"
            typer.echo(say("sensing.features.reading", self.language, done=done, of=of) + end, err=True, nl=False)
        elif done == of:
            self.say("reading", done=done, of=of)

    def stop(self, key: str, code: int, **values: object) -> NoReturn:
        """Say why this cannot be done, and stop."""
        self.say(key, **values)
        raise typer.Exit(code)


def text_of(file: Path) -> str:
    """Give a file's text."""
    return file.read_text(encoding="utf-8-sig")


def study_table(file: Path) -> pl.DataFrame:
    """Read a small table of a study. Raises: BadTable."""
    try:
        rows = pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_csv(file, infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as wrong:
        raise BadTable("table_unreadable", path=file, why=str(wrong).splitlines()[0][:200]) from wrong
    return rows.rename({name: name.strip().lower() for name in rows.columns})


def _warn(given: Mapping[str, Any], told: Told) -> None:
    kinds = {*settings.OF_STUDY, *(group.settings for group in GROUPS)}
    for key in settings.unknown(given, kinds):
        told.say("unknown_setting", name=key)


def _reads(
    files: Path, format: Format, study: computing.Study, mapping: tuple[table.Mapped, ...], told: Told
) -> Iterator[Read]:
    """Read the files, in parts where the format keeps people apart, so that memory does not grow with a study."""
    salt = secrets.token_bytes(32)  # hashes live as long as this run and leave it in no file
    progress: Callable[[int, int], None] = told.progress
    match format:
        case Format.beiwe:
            person_of = dict(study.roster.rows.select("device", "person").iter_rows()) if study.roster else {}
            for people in beiwe.batches(files, BATCH_BYTES, person_of):
                yield beiwe.read(files, salt=salt, people=people, told=progress)
        case Format.aware:
            platforms = study.roster.platforms if study.roster else None
            yield aware.read(files, salt=salt, platforms=platforms, told=progress)
        case Format.lamp:
            known = settings.filled(settings.LampSettings, study.given)
            yield lamp.read(files, salt=salt, device_state=known.device_state, told=progress)
        case Format.flights:
            yield flights.read(files)
        case Format.table:
            yield table.read(files, salt=salt, mapping=mapping)


def _write(found: pl.DataFrame, out: Path) -> None:
    part = out.with_name(f".{out.name}.part")
    if out.suffix == ".parquet":
        found.write_parquet(part)
    else:
        found.write_csv(part)
    part.replace(out)  # whole or not at all


def _account(read: Read, told: Told) -> None:
    """Say what became of the rows that were read, and why some were held back."""
    for row in read.counts.iter_rows(named=True):
        told.say("counts", **row)
    reasons = read.quarantine.group_by("stream", "reason").agg(pl.len().alias("n")).sort("stream", "reason")
    for stream, reason, n in reasons.iter_rows():
        told.say("held", stream=stream or "-", reason=say(f"sensing.quarantine.{reason}", told.language), n=n)


def _report(found: computing.Part, profile: str, out: Path) -> None:
    """Write beside the table: what was held back, why values are missing, and where the others come from."""
    found.missing.write_csv(out.with_suffix(".missing.csv"))
    found.account.quarantine.write_csv(out.with_suffix(".quarantine.csv"))
    account = {"profile": profile, "counts": found.account.counts.to_dicts(), "provenance": list(found.sources)}
    out.with_suffix(".report.json").write_text(json.dumps(account, indent=2, ensure_ascii=False), encoding="utf-8")
