"""The archive: a Delta table of every event that was kept, in parts by the bucket of a person's key, sorted by person and time.

deltalake does not bring what it wrote to the disk itself; `make_safe` does. Statistics in the log would hold values, and
an erasure would have to look for them there: the log keeps none.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError
from django.conf import settings

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rooms.sensing.models.way_in import Participant

APP = "samen.inbox"  # under this name the table counts the moves that it holds
SCHEMA = pl.Schema(
    {
        "bucket": pl.Int32,
        "person": pl.String,  # the random key of the participant
        "kind": pl.String,  # sensor or activity
        "stream": pl.String,
        "name": pl.String,  # of the sensor, or the id of the activity
        "time": pl.Int64,  # ms
        "key": pl.String,  # of the event's content
        "device": pl.String,
        "body": pl.String,  # JSON
    }
)
CONFIGURATION = {
    "delta.dataSkippingNumIndexedCols": "0",
    "delta.logRetentionDuration": "interval 0 seconds",
    "delta.deletedFileRetentionDuration": "interval 0 seconds",
    "delta.checkpointInterval": "50",
}
FILES_OF_BUCKET = 12  # more files than this in one bucket are put together
AGAIN = 5  # reads that met a file which was just replaced
Result = TypeVar("Result")


def folder() -> Path:
    """Give the folder of this room."""
    return Path(settings.SAMEN.home) / "sensing"


def place() -> Path:
    """Give the folder of the table."""
    return folder() / "events"


@contextmanager
def alone() -> Iterator[None]:
    """Be the only one that changes the archive, among all processes of this machine, and find it whole."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder() / "archive.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            mend(safe_version())
            make_safe(safe_version())
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def table() -> DeltaTable | None:
    """Open the table as it is known to be on disk; None before anything was archived.

    What a crash left half-written after that is not looked at: its batches still lie in the inbox, and are read there.
    """
    version = safe_version()
    return DeltaTable(place(), version=version) if version >= 0 else None


def _newest() -> DeltaTable | None:
    """Open the table with what was written last, for who is alone with it."""
    try:
        return DeltaTable(place())
    except TableNotFoundError:
        return None


def moved() -> int:
    """Give the number of the last move that the table holds; 0 for none."""
    found = _newest()
    return (found.transaction_version(APP) or 0) if found is not None else 0


def append(rows: pl.DataFrame, move: int) -> None:
    """Write rows and the number of their move in one commit."""
    properties = CommitProperties(app_transactions=[Transaction(APP, move)], max_commit_retries=20)
    rows = rows.sort("bucket", "person", "kind", "time", "key")
    try:
        write_deltalake(
            place(),
            rows.to_arrow(),
            mode="append",
            partition_by=["bucket"],
            configuration=CONFIGURATION,
            commit_properties=properties,
        )
    except BaseException as wrong:
        if (
            type(wrong).__name__ == "PanicException"
        ):  # deltalake's answer to a full disk: no Exception, and ends a thread
            raise OSError("The archive could not be written. Is the disk full?") from wrong
        raise


# --- on disk -------------------------------------------------------------------------------------------------------


def versions() -> list[Path]:
    """Give the entries of the log, oldest first."""
    return sorted((place() / "_delta_log").glob("[0-9]*.json"))


def mend(safe_version: int) -> int:
    """Take back what a crash left half-written after the last version that is known to be on disk.

    A commit whose entry or files are torn is removed, with all that came after it: their batches still lie in the inbox.
    Gives how many entries went.
    """
    gone = 0
    later = [file for file in versions() if int(file.stem) > safe_version]
    for at, file in enumerate(later):
        if _is_whole(file):
            continue
        for torn in later[at:]:
            torn.unlink()
            gone += 1
        for checkpoint in (place() / "_delta_log").glob("*.checkpoint.parquet"):
            if int(checkpoint.name.split(".")[0]) >= int(file.stem):
                checkpoint.unlink()
                (place() / "_delta_log" / "_last_checkpoint").unlink(missing_ok=True)
        break
    if gone:
        _sync(place() / "_delta_log")
    return gone


def _is_whole(entry: Path) -> bool:
    """Say whether an entry of the log can be read, and every file that it adds has the size it names and opens."""
    try:
        actions = [json.loads(line) for line in entry.read_text(encoding="utf-8").splitlines() if line.strip()]
        for action in actions:
            if (added := action.get("add")) is not None:
                file = place() / added["path"]
                if file.stat().st_size != added["size"]:
                    return False
                pl.read_parquet(file, memory_map=False)  # a torn page shows when it is read
        return bool(actions)
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError):
        return False


def make_safe(after: int) -> int:
    """Bring to disk what the versions after this one wrote, and the log itself. Gives the newest version."""
    newest = after
    folders = {place(), place() / "_delta_log"}
    for entry in versions():
        if (version := int(entry.stem)) <= after:
            continue
        for line in entry.read_text(encoding="utf-8").splitlines():
            added = json.loads(line).get("add")
            file = place() / added["path"] if added else None
            if file is not None and file.exists():
                _sync(file)
                folders.add(file.parent)
        _sync(entry)
        newest = max(newest, version)
    if newest == after:
        return newest
    for each in sorted(folders):
        _sync(each)
    _sync(folder())
    _note(newest)
    return newest


def safe_version() -> int:
    """Give the newest version that is known to be on disk; -1 for none."""
    try:
        return int((folder() / "safe").read_text())
    except (OSError, ValueError):
        return -1


def _note(version: int) -> None:
    new = folder() / ".safe.new"
    with new.open("w") as file:
        file.write(str(version))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder() / "safe")
    _sync(folder())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- reading -------------------------------------------------------------------------------------------------------


def _steady(read: Callable[[DeltaTable], Result], otherwise: Result) -> Result:
    """Read, and again when a file was replaced meanwhile."""
    for tries in range(AGAIN):
        try:
            found = table()
            return otherwise if found is None else read(found)
        except (OSError, pl.exceptions.ComputeError, DeltaError):
            if tries + 1 == AGAIN:
                raise
            time.sleep(0.02)
    return otherwise


def _of(found: DeltaTable, participants: Sequence[Participant]) -> pl.LazyFrame:
    buckets, keys = sorted({each.bucket for each in participants}), [each.key for each in participants]
    return pl.scan_delta(found).filter(pl.col("bucket").is_in(buckets), pl.col("person").is_in(keys))


def keys_between(access: Allowed, participant: Participant, first: int, last: int) -> set[bytes]:
    """Give the keys of a person's events between two times, both included."""
    access.require(Scope.RIGHTS, participant.person_id)

    def read(found: DeltaTable) -> set[bytes]:
        rows = _of(found, [participant]).filter(pl.col("time").is_between(first, last)).select("key").collect()
        return {bytes.fromhex(key) for key in rows["key"]}

    return _steady(read, set())


def known(participants: Sequence[Participant], first: int, last: int) -> pl.DataFrame:
    """Give person and key of the events of these people between two times: what a move need not write again."""

    def read(found: DeltaTable) -> pl.DataFrame:
        return _of(found, participants).filter(pl.col("time").is_between(first, last)).select("person", "key").collect()

    return _steady(read, pl.DataFrame(schema={"person": pl.String, "key": pl.String}))


def window(
    access: Allowed, participant: Participant, wanted: pl.Expr, *, newest_first: bool, limit: int
) -> pl.DataFrame:
    """Give the first events of a person that meet a condition: time, key, stream, name, body."""
    access.require(Scope.RIGHTS, participant.person_id)

    def read(found: DeltaTable) -> pl.DataFrame:
        rows = _of(found, [participant]).filter(wanted).select("time", "key", "stream", "name", "body")
        return rows.sort("time", "key", descending=newest_first).head(limit).collect()

    return _steady(
        read, pl.DataFrame(schema={name: SCHEMA[name] for name in ("time", "key", "stream", "name", "body")})
    )


# --- putting together, taking away -----------------------------------------------------------------------------------


def tidy() -> int:
    """Put the files of crowded buckets together. Gives how many buckets."""
    found = _newest()
    if found is None:
        return 0
    files: dict[str, int] = {}
    for uri in found.file_uris():
        part = Path(uri).parent.name
        files[part] = files.get(part, 0) + 1
    crowded = [int(part.removeprefix("bucket=")) for part, n in files.items() if n > FILES_OF_BUCKET]
    for bucket in crowded:
        rewrite(bucket, pl.lit(True))
    if crowded:
        forget()
    return len(crowded)


def rewrite(bucket: int, stays: pl.Expr) -> int:
    """Write a bucket anew with the rows that stay. Gives how many went."""
    found = _newest()
    if found is None:
        return 0
    before = pl.scan_delta(found).filter(pl.col("bucket") == bucket).collect()
    after = before.filter(stays).unique(["person", "key"], keep="first", maintain_order=True)
    after = after.sort("person", "kind", "time", "key")
    if after.height == 0:
        found.delete(f"bucket = {bucket}")
    else:
        write_deltalake(found, after.to_arrow(), mode="overwrite", predicate=f"bucket = {bucket}")
    return before.height - after.height


def forget() -> None:
    """Remove from the disk what the table no longer names: files, entries of the log, empty folders."""
    found = _newest()
    if found is None:
        return
    make_safe(safe_version())  # what replaces must be on disk before what it replaces goes
    found.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
    found = DeltaTable(place())
    found.create_checkpoint()
    for file in [*(place() / "_delta_log").iterdir(), place() / "_delta_log"]:
        _sync(file)
    _note(found.version())  # from here on readers open the version that stays
    found.cleanup_metadata()
    for entry in versions():  # `cleanup_metadata` goes by whole days
        if int(entry.stem) < found.version():
            entry.unlink()
    for checkpoint in (place() / "_delta_log").glob("*.checkpoint.parquet"):
        if int(checkpoint.name.split(".")[0]) < found.version():
            checkpoint.unlink()
    for part in place().glob("bucket=*"):
        if not any(part.iterdir()):
            part.rmdir()
    for crc in place().rglob("*.crc"):
        crc.unlink()
