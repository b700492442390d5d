"""Restoring a backup, and showing that what came back is what was backed up, and that what was erased stays erased."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, connections

from samen.ledger import store as ledger
from samen.ledger.verify import verify_log
from samen.people import store as people
from samen.people.models import PersonKey
from samen.rights import door
from samen.rights.store import service
from samen.rooms.sensing import door as sensing
from samen.web import backup, postgres_tools, serving
from samen.web.backup import Manifest, Say
from samen.web.troubles import Trouble

AT_ONCE = 500  # keys opened at once


@dataclass(frozen=True)
class Restored:
    """What a restore did, and what its verification found; no problems means that all held."""

    folder: Path
    made_at: datetime
    rows: int
    leaves: int
    keys: int  # people whose texts can be read
    erased_again: int  # people erased after the backup was made
    problems: list[str]


def newest(path: Path) -> Path:
    """Give the backup that a path means: the one it is, or the newest in the place that it is. Raises: Trouble."""
    if (path / backup.MANIFEST).exists():
        return path
    if found := backup.found_in(path):
        return found[-1]
    raise Trouble(
        f"{path} holds no backup. Name the folder that `samen backup` wrote, or the place that holds such folders."
    )


def restore(path: Path, *, keys: Path | None, force: bool, now: datetime, say: Say) -> Restored:
    """Put a backup in place and verify it. Raises: Trouble before anything is changed, when it must not or cannot be done."""
    folder = newest(path)
    manifest = backup.read_manifest(folder)
    say("Checking the files")
    _check_files(folder, manifest)
    _check_secrets(manifest)
    halves = _choose_halves(keys, folder, manifest)
    _check_room(force)
    say("Putting the database in place")
    _put_database(folder / backup.DATABASES[manifest.database], force=force, now=now)
    if halves is not None:
        _put_halves(halves, now)
    _set_aside(sensing.archive_folder(), now)
    problems = _differences(manifest)
    if serving.pending():
        say("Bringing the database to this version")
        serving.bring_up_to_date()
    say("Verifying the log")
    report = verify_log(ledger.export_lines(now), key=ledger.public_key(), known=[manifest.checkpoint])
    problems += [str(failure) for failure in report.failures[:20]]
    if not (counts := service.count()).agree:
        problems.append(f"Permits {counts.permits}, records {counts.records} and leaves {counts.leaves} differ.")
    say("Opening keys, and erasing again whom was erased since")
    opened, again = _erase_again(now)
    say("Bringing back what devices sent")
    sensing.restore_backup(folder)
    return Restored(folder, manifest.made_at, sum(manifest.counts.values()), report.leaves, opened, again, problems)


def _check_files(folder: Path, manifest: Manifest) -> None:
    if wrong := list(backup.checked_files(folder, manifest)):
        raise Trouble(
            f"{', '.join(wrong)} in {folder} is not the file that was backed up. Take another copy of this backup."
        )
    if manifest.database != connection.vendor:
        raise Trouble(
            f"The backup holds a {manifest.database} database, and SAMEN_DATABASE names a {connection.vendor} one. "
            "Restore into the same kind."
        )


def _check_secrets(manifest: Manifest) -> None:
    mine = {each.id for each in people.service_keys()}
    if manifest.origin != ledger.origin() or not set(manifest.service_keys) & mine:
        raise Trouble(
            f"secrets.toml in {settings.SAMEN.home} is not the one of the service that made this backup: nothing could be read. "
            "Put your copy of that file there."
        )


def _choose_halves(keys: Path | None, folder: Path, manifest: Manifest) -> Path | None:
    """Give the halves to put in place; None when those that are here stay, since no copy is as new as they are."""
    if keys is None and backup.halves_in(people.halves_path()):
        return None
    return _check_halves(keys or folder.parent / backup.KEYS, manifest)


def _check_halves(folder: Path, manifest: Manifest) -> Path:
    """Check the halves that decide who can be read: whole, of this service, and not older than the backup."""
    note = backup.read_keys_note(folder)
    file = folder / backup.HALVES
    if not file.is_file() or backup.digest(file) != note.sha256 or backup.halves_in(file) != note.halves:
        raise Trouble(f"{file} is not the file that was backed up. Take another copy of the keys folder.")
    if note.origin != manifest.origin:
        raise Trouble(f"The halves in {folder} belong to another service. Name the right folder with --keys.")
    if datetime.fromisoformat(note.at) < manifest.made_at:
        raise Trouble(
            f"The halves in {folder} are older than the backup, so people who came in between could not be read and would "
            "count as erased. Name the newest keys folder with --keys."
        )
    return file


def _check_room(force: bool) -> None:
    """Refuse to write over a database that holds something. A file without tables holds nothing."""
    if _file() is not None and not _file_exists():
        return
    if not serving.is_new() and not force:
        raise Trouble(
            "There is a database here already. Restore into an empty SAMEN_HOME, or write over it with --force."
        )


def _file() -> Path | None:
    return Path(str(connection.settings_dict["NAME"])) if connection.vendor == "sqlite" else None


def _file_exists() -> bool:
    file = _file()
    return file is not None and file.exists()


def _put_database(source: Path, *, force: bool, now: datetime) -> None:
    file = _file()
    if file is None:
        if force:
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
        connections.close_all()
        postgres_tools.restore(source)
        return
    connections.close_all()
    _set_aside(file, now)
    for rest in ("-wal", "-shm"):
        Path(f"{file}{rest}").unlink(missing_ok=True)
    _copy(source, file)


def _put_halves(source: Path, now: datetime) -> None:
    people.close_halves()
    _set_aside(people.halves_path(), now)
    _copy(source, people.halves_path())


def _set_aside(file: Path, now: datetime) -> None:
    """Keep what lay there, a file or a folder, under another name, for the operator to remove."""
    if file.exists():
        file.rename(file.with_name(f"{file.name}.replaced-{now:%Y%m%dT%H%M%SZ}"))


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that it is there whole or not at all, for its owner alone."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, new)
    new.chmod(0o600)
    with new.open("rb") as copied:
        os.fsync(copied.fileno())
    new.replace(target)


def _differences(manifest: Manifest) -> list[str]:
    """Give the tables whose number of rows is not what the manifest says."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if not name.startswith("sqlite_")]

        def number(query: str) -> int:
            cursor.execute(query)
            return int(cursor.fetchone()[0])

        found = backup.counts_of(number, tables)
    differ = sorted(
        name for name in found.keys() | manifest.counts.keys() if found.get(name) != manifest.counts.get(name)
    )
    return [f"{name} has {found.get(name, 0)} rows and had {manifest.counts.get(name, 0)}." for name in differ]


def _erase_again(now: datetime) -> tuple[int, int]:
    """Open every key, and erase whoever has no half any more: they were erased after the backup was made.

    Gives how many keys open and how many people were erased again. Raises: Unreadable when a half is another's: then nobody is erased.
    """
    ids = list(PersonKey.objects.filter(destroyed_at=None).order_by("person").values_list("person", flat=True))
    opened: dict[UUID, bool] = {}
    for start in range(0, len(ids), AT_ONCE):
        found = people.sealers(ids[start : start + AT_ONCE])
        opened |= {person: sealer.key is not None for person, sealer in found.items()}
    gone = [person for person, readable in opened.items() if not readable]
    for person in gone:
        door.erase(person, at=now)
    people.sweep_halves()
    return len(opened) - len(gone), len(gone)
