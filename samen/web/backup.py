"""Backups that are consistent while the service runs, and that an erasure reaches. The why stands in docs/operator/backup.md.

A place for backups holds one folder for each (`samen-<time>`: the database, what devices sent, a manifest) and one folder `keys` with the
newest halves of people's keys, which each backup replaces. Whose half is not in it stays unreadable in every backup.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from samen.ledger import store as ledger
from samen.people import store as people
from samen.people.disk import sync
from samen.rooms.sensing import door as sensing
from samen.web import postgres_tools
from samen.web.troubles import Trouble

FORMAT = "samen-backup-1"
MANIFEST = "manifest.json"
KEYS = "keys"
HALVES = "keys.sqlite3"
KEYS_NOTE = "keys.json"
LAST = "last-backup.json"  # in home: where and when, for the doctor
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}

Say = Callable[[str], None]


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, so that a restore can be verified: counts, the signed log, and each file's SHA-256."""

    format: str
    at: str  # UTC, ISO 8601
    version: str  # of Samen
    database: str  # sqlite or postgresql
    origin: str  # name of the log, made from the ledger key
    service_keys: list[str]  # names of the keys that wrap people's keys; they tell nothing about them
    checkpoint: str  # the log as it was signed just before
    counts: dict[str, int]  # rows of each table
    files: dict[str, str]  # name -> SHA-256

    @property
    def made_at(self) -> datetime:
        """Give when it was made."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True)
class KeysNote:
    """What the newest halves are: of which service, how many, from when."""

    at: str
    origin: str
    halves: int
    sha256: str


@dataclass(frozen=True)
class Last:
    """The last backup that this service made."""

    path: Path
    at: datetime


def write(place: Path, *, now: datetime, say: Say) -> Path:
    """Write one backup and replace the halves. Gives the new folder. Raises: Trouble, OSError."""
    signed = ledger.checkpoint(now)
    target = place / f"samen-{now:%Y%m%dT%H%M%SZ}"
    if target.exists():
        raise Trouble(f"{target} exists already. Wait a second and try again.")
    part = place / f".{target.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    try:
        say("Copying the database")
        file = part / DATABASES[connection.vendor]
        counts = _copy_sqlite(file) if connection.vendor == "sqlite" else _dump_postgresql(file)
        say("Copying what devices sent, each person's under their own key")
        files = [file, *sensing.write_backup(part)]
        say("Writing the manifest")
        manifest = Manifest(
            format=FORMAT,
            at=now.isoformat(),
            version=version("samen"),
            database=connection.vendor,
            origin=ledger.origin(),
            service_keys=[each.id for each in people.service_keys()],
            checkpoint=signed.note,
            counts=counts,
            files={each.name: digest(each) for each in files},
        )
        _write_json(part / MANIFEST, asdict(manifest))
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    say("Replacing the halves of people's keys")
    write_keys(place / KEYS, now=now)  # after the database: nobody in the backup may lack their half
    sync(place)
    _write_json(Path(settings.SAMEN.home) / LAST, {"path": str(target.resolve()), "at": now.isoformat()})
    return target


def write_keys(folder: Path, *, now: datetime) -> KeysNote:
    """Replace the halves of people's keys in a folder by those of now, and overwrite the ones that lay there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = folder / f".{HALVES}.new"
    new.unlink(missing_ok=True)
    with closing(sqlite3.connect(people.halves_path(), timeout=20)) as source:
        source.execute("CREATE TABLE IF NOT EXISTS half (person BLOB PRIMARY KEY, half BLOB NOT NULL) WITHOUT ROWID")
        source.execute("VACUUM INTO ?", [str(new)])
    new.chmod(0o600)
    sync(new)
    note = KeysNote(at=now.isoformat(), origin=ledger.origin(), halves=halves_in(new), sha256=digest(new))
    _replace(new, folder / HALVES)
    _write_json(folder / KEYS_NOTE, asdict(note))
    sync(folder)
    return note


def prune(place: Path, *, now: datetime) -> list[Path]:
    """Remove backups older than people were told that backups are kept. Gives what was removed."""
    edge = now - timedelta(days=settings.SAMEN.backup_days)
    old = [folder for folder in found_in(place) if read_manifest(folder).made_at < edge]
    for folder in old:
        shutil.rmtree(folder)
    return old


def found_in(place: Path) -> list[Path]:
    """Give the backups in a place, oldest first."""
    return sorted(manifest.parent for manifest in place.glob(f"samen-*/{MANIFEST}"))


def read_manifest(folder: Path) -> Manifest:
    """Read a backup's manifest. Raises: Trouble."""
    try:
        found = json.loads((folder / MANIFEST).read_text())
        if found.get("format") != FORMAT:
            raise Trouble(
                f"{folder} was written in another form ({found.get('format')}). Use the version that wrote it."
            )
        return Manifest(**found)
    except (OSError, ValueError, TypeError) as wrong:
        raise Trouble(f"{folder} is not a backup that can be read: its {MANIFEST} is missing or damaged.") from wrong


def read_keys_note(folder: Path) -> KeysNote:
    """Read what a folder with halves says of itself. Raises: Trouble."""
    try:
        return KeysNote(**json.loads((folder / KEYS_NOTE).read_text()))
    except (OSError, ValueError, TypeError) as wrong:
        raise Trouble(
            f"{folder} holds no halves of people's keys that can be read ({KEYS_NOTE} is missing or damaged). "
            "Without them no sealed text opens. Name the right folder with --keys."
        ) from wrong


def last_backup(home: Path) -> Last | None:
    """Give the last backup that this service made."""
    try:
        found = json.loads((home / LAST).read_text())
        return Last(Path(found["path"]), datetime.fromisoformat(found["at"]))
    except (OSError, ValueError, KeyError):
        return None


def halves_in(file: Path) -> int:
    """Count the halves in a file; none when there is no such file.

    Opened for writing, which never makes a file: what a process left half done when it was killed is rolled back first.
    """
    if not file.exists():
        return 0
    with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True, timeout=20)) as opened:
        return int(opened.execute("SELECT count(*) FROM half").fetchone()[0])


def digest(file: Path) -> str:
    """Give a file's SHA-256."""
    found = sha256()
    with file.open("rb") as opened:
        while block := opened.read(2**20):
            found.update(block)
    return found.hexdigest()


def counts_of(rows: Callable[[str], Any], tables: list[str]) -> dict[str, int]:
    """Count each table's rows; `rows` runs one query and gives its number."""
    return {table: int(rows(f'SELECT count(*) FROM "{table}"')) for table in sorted(tables)}


def _copy_sqlite(file: Path) -> dict[str, int]:
    """Copy the database as it is at one moment, without what deleted rows left in free pages."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as source:
        source.execute("VACUUM INTO ?", [str(file)])
    file.chmod(0o600)
    _leave_out_computed(file)
    sync(file)
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        if (said := copy.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise Trouble(f"The copy of the database is damaged, so the database may be too: {said}. Nothing was kept.")
        tables = [
            name
            for (name,) in copy.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        return counts_of(lambda query: copy.execute(query).fetchone()[0], tables)


def _leave_out_computed(file: Path) -> None:
    """Take out of a copy what was computed about people: it lies open, so that no erasure would reach it there."""
    with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True, isolation_level=None)) as copy:
        there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in there & set(sensing.COMPUTED):
            copy.execute(f'DELETE FROM "{name}"')
        copy.execute("VACUUM")


def _dump_postgresql(file: Path) -> dict[str, int]:
    """Dump the database as it is at one moment, and count in that same moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        postgres_tools.dump(file, snapshot, without=sensing.COMPUTED)

        def number(query: str) -> int:
            cursor.execute(query)
            return int(cursor.fetchone()[0])

        counts = counts_of(number, connection.introspection.table_names(cursor))
    counts |= {name: 0 for name in sensing.COMPUTED if name in counts}
    file.chmod(0o600)
    sync(file)
    return counts


def _replace(new: Path, old: Path) -> None:
    """Put a file in another's place, and overwrite the bytes of the one that lay there, as far as a disk allows."""
    before = old.open("r+b") if old.exists() else None
    new.replace(old)
    if before is not None:
        with before:
            before.write(bytes(os.fstat(before.fileno()).st_size))
            before.flush()
            os.fsync(before.fileno())


def _write_json(path: Path, value: Mapping[str, object]) -> None:
    new = path.with_name(f".{path.name}.new")
    new.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
    new.chmod(0o600)
    sync(new)
    new.replace(path)


def checked_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Give the name of each file that is not the one that was backed up."""
    for name, kept in manifest.files.items():
        path = folder / Path(name).name
        if not path.is_file() or digest(path) != kept:
            yield name
