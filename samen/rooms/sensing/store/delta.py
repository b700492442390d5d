"""One Delta table on this machine's disk: moves that happen once, what is known to be on disk, and taking away for good.

deltalake does not bring what it wrote to the disk itself; `make_safe` does. Statistics in the log would hold values, and
an erasure would have to look for them there: the log keeps none. Parts go by the bucket of a person's key, so that one
person is read, rewritten or erased without touching the others.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from samen.people.disk import sync
from samen.rooms.sensing.streams import is_of_one
from samen.rooms.sensing.turning import is_strict

APP = "samen.inbox"  # under this name a table counts the moves that it holds
CONFIGURATION = {
    "delta.dataSkippingNumIndexedCols": "0",
    "delta.logRetentionDuration": "interval 0 seconds",
    "delta.deletedFileRetentionDuration": "interval 0 seconds",
    "delta.checkpointInterval": "50",
}
FEW = 50_000  # rows: below this deltalake's own writing costs no more
ROWS_OF_GROUP = 262_144
FILES_OF_BUCKET = 12  # more files than this in one bucket are put together
AGAIN = 5  # reads that met a file which was just replaced
Result = TypeVar("Result")
Change = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Table:
    """A table: where it stands, where its safe version is noted, how its rows lie, and what makes a row the same."""

    place: Path
    safe: Path
    order: tuple[str, ...]  # within a bucket
    same: tuple[str, ...]

    # --- opening ------------------------------------------------------------------------------------------------

    def opened(self) -> DeltaTable | None:
        """Open the table as it is known to be on disk; None before anything was written.

        What a crash left half-written after that is not looked at: its batches still lie in the inbox, and are read there.
        """
        version = self.safe_version()
        return self._at(version) if version >= 0 else None

    def newest(self) -> DeltaTable | None:
        """Open the table with what was written last, for who is alone with it."""
        try:
            return self._at()
        except TableNotFoundError:
            return None

    def _at(self, version: int | None = None) -> DeltaTable:
        return DeltaTable(self.address, version=version, storage_options=self.reached_by)

    @property
    def address(self) -> str:
        """Give where deltalake finds the table."""
        return str(self.place)

    @property
    def reached_by(self) -> dict[str, str] | None:
        """Give what deltalake needs to get there; nothing on this machine."""
        return None

    def moved(self) -> int:
        """Give the number of the last move that the table holds; 0 for none."""
        found = self.newest()
        return (found.transaction_version(APP) or 0) if found is not None else 0

    def read(self, read: Callable[[DeltaTable], Result], otherwise: Result) -> Result:
        """Read, and again when a file was replaced meanwhile."""
        for tries in range(AGAIN):
            try:
                found = self.opened()
                return otherwise if found is None else read(found)
            except (OSError, pl.exceptions.ComputeError, DeltaError):
                if tries + 1 == AGAIN:
                    raise
                time.sleep(0.02)
        return otherwise

    # --- writing ------------------------------------------------------------------------------------------------

    def append(self, rows: pl.DataFrame, move: int) -> None:
        """Write rows and the number of their move in one commit."""
        rows = rows if self._lies_in_order(rows) else rows.sort("bucket", *self.order)
        numbered = CommitProperties(app_transactions=[Transaction(APP, move)], max_commit_retries=20)
        found = self.newest()
        if found is None or rows.height < FEW or self.reached_by is not None:
            options: dict[str, Any] = {"mode": "append", "partition_by": ["bucket"], "configuration": CONFIGURATION}
            self._write(rows, commit_properties=numbered, **options)
            return
        files: list[AddAction | RemoveAction] = [self._file(bucket, of) for bucket, of in _by_bucket(rows)]
        with _told_of_a_full_disk():
            found.create_write_transaction(files, "append", found.schema(), ["bucket"], commit_properties=numbered)

    def _file(self, bucket: int, rows: pl.DataFrame) -> AddAction:
        """Write a file of one bucket, several times as quick as deltalake writes it; it is nobody's until a commit names it."""
        place = self.place / f"bucket={bucket}" / f"part-00000-{uuid4()}-c000.zstd.parquet"
        place.parent.mkdir(exist_ok=True)
        rows.drop("bucket").write_parquet(place, compression="zstd", compression_level=1, row_group_size=ROWS_OF_GROUP)
        sync(place)
        path = str(place.relative_to(self.place))
        return AddAction(path, place.stat().st_size, {"bucket": str(bucket)}, int(time.time() * 1000), True, "{}")

    def _lies_in_order(self, rows: pl.DataFrame) -> bool:
        """Say whether rows are one person's in order of time, all of it different, so that no other column decides."""
        return self.order[:2] == ("person", "time") and is_of_one(rows) and is_strict(rows)

    def _write(self, rows: pl.DataFrame, **options: object) -> None:
        with _told_of_a_full_disk():
            write_deltalake(self.address, rows.to_arrow(), storage_options=self.reached_by, **options)  # type: ignore[call-overload]

    def rewrite(self, bucket: int, stays: pl.Expr, change: Change | None = None) -> int:
        """Write a bucket anew with the rows that stay, and change these where asked. Gives how many went."""
        found = self.newest()
        if found is None:
            return 0
        before = pl.scan_delta(found).filter(pl.col("bucket") == bucket).collect()
        if before.height == 0:
            return 0
        after = before.filter(stays)
        after = (change(after) if change else after).sort(*self.order, maintain_order=True)
        after = after.unique(list(self.same), keep="first", maintain_order=True)
        if after.height == 0:
            found.delete(f"bucket = {bucket}")
        else:
            self._write(after, mode="overwrite", predicate=f"bucket = {bucket}")
        return before.height - after.height

    def tidy(self) -> int:
        """Put the files of crowded buckets together. Gives how many buckets."""
        found = self.newest()
        if found is None:
            return 0
        files: dict[str, int] = {}
        for uri in found.file_uris():
            part = Path(uri).parent.name
            files[part] = files.get(part, 0) + 1
        crowded = [int(part.removeprefix("bucket=")) for part, n in files.items() if n > FILES_OF_BUCKET]
        for bucket in crowded:
            self.rewrite(bucket, pl.lit(True))
        if crowded:
            self.forget()
        return len(crowded)

    def forget(self) -> None:
        """Remove from the disk what the table no longer names: files, entries of the log, empty folders."""
        found = self.newest()
        if found is None:
            return
        self.make_safe(self.safe_version())  # what replaces must be on disk before what it replaces goes
        found.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
        found = DeltaTable(self.place)
        found.create_checkpoint()
        for file in [*self.log.iterdir(), self.log]:
            sync(file)
        self._note(found.version())  # from here on readers open the version that stays
        found.cleanup_metadata()
        for entry in self.versions():  # `cleanup_metadata` goes by whole days
            if int(entry.stem) < found.version():
                entry.unlink()
        for checkpoint in self.log.glob("*.checkpoint.parquet"):
            if int(checkpoint.name.split(".")[0]) < found.version():
                checkpoint.unlink()
        for part in self.place.glob("bucket=*"):
            if not any(part.iterdir()):
                part.rmdir()
        for crc in self.place.rglob("*.crc"):
            crc.unlink()

    # --- on disk ------------------------------------------------------------------------------------------------

    @property
    def log(self) -> Path:
        """Give the folder of the log."""
        return self.place / "_delta_log"

    def versions(self) -> list[Path]:
        """Give the entries of the log, oldest first."""
        return sorted(self.log.glob("[0-9]*.json"))

    def mend(self) -> int:
        """Take back what a crash left half-written after the last version that is known to be on disk.

        A commit whose entry or files are torn is removed, with all that came after it: their batches still lie in the inbox.
        Gives how many entries went.
        """
        safe, gone = self.safe_version(), 0
        later = [file for file in self.versions() if int(file.stem) > safe]
        for at, file in enumerate(later):
            if self._is_whole(file):
                continue
            for torn in later[at:]:
                torn.unlink()
                gone += 1
            for checkpoint in self.log.glob("*.checkpoint.parquet"):
                if int(checkpoint.name.split(".")[0]) >= int(file.stem):
                    checkpoint.unlink()
                    (self.log / "_last_checkpoint").unlink(missing_ok=True)
            break
        if gone:
            sync(self.log)
        return gone

    def _is_whole(self, entry: Path) -> bool:
        """Say whether an entry of the log can be read, and every file that it adds has the size it names and opens."""
        try:
            actions = [json.loads(line) for line in entry.read_text(encoding="utf-8").splitlines() if line.strip()]
            for action in actions:
                if (added := action.get("add")) is not None:
                    file = self.place / added["path"]
                    if file.stat().st_size != added["size"]:
                        return False
                    pl.read_parquet(file, memory_map=False)  # a torn page shows when it is read
            return bool(actions)
        except (OSError, ValueError, KeyError, pl.exceptions.PolarsError):
            return False

    def make_safe(self, after: int) -> int:
        """Bring to disk what the versions after this one wrote, and the log itself. Gives the newest version."""
        newest = after
        folders = {self.place, self.log}
        for entry in self.versions():
            if (version := int(entry.stem)) <= after:
                continue
            for line in entry.read_text(encoding="utf-8").splitlines():
                added = json.loads(line).get("add")
                file = self.place / added["path"] if added else None
                if file is not None and file.exists():
                    sync(file)
                    folders.add(file.parent)
            sync(entry)
            newest = max(newest, version)
        if newest == after:
            return newest
        for each in sorted(folders):
            sync(each)
        sync(self.place.parent)
        self._note(newest)
        return newest

    def safe_version(self) -> int:
        """Give the newest version that is known to be on disk; -1 for none."""
        try:
            return int(self.safe.read_text())
        except (OSError, ValueError):
            return -1

    def _note(self, version: int) -> None:
        new = self.safe.with_name(f".{self.safe.name}.new")
        with new.open("w") as file:
            file.write(str(version))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.safe)
        sync(self.safe.parent)


@contextmanager
def _told_of_a_full_disk() -> Iterator[None]:
    """Turn deltalake's answer to a full disk, which would end a thread, into an error."""
    try:
        yield
    except BaseException as wrong:
        if type(wrong).__name__ == "PanicException":
            raise OSError("The archive could not be written. Is the disk full?") from wrong
        raise


def _by_bucket(rows: pl.DataFrame) -> list[tuple[int, pl.DataFrame]]:
    """Give rows by bucket; of one bucket, as they are."""
    if (rows["bucket"] == rows["bucket"][0]).all():
        return [(rows["bucket"][0], rows)]
    return [(of["bucket"][0], of) for of in rows.partition_by("bucket", maintain_order=True)]


def of(found: DeltaTable, buckets: Sequence[int], people: Sequence[str]) -> pl.LazyFrame:
    """Give the rows of people, whose parts alone are opened."""
    return pl.scan_delta(found).filter(pl.col("bucket").is_in(sorted(set(buckets))), pl.col("person").is_in(people))
