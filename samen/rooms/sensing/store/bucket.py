"""The archive's tables in a bucket of an S3-compatible store, and what such a store must hold before any row goes there.

On this machine stay the inbox, the lock and the notes of what is known to be kept. What a disk needs and a bucket does not: a
store that answers a write keeps it (so there is nothing to bring to disk), and an object is there whole or not at all (so nothing
is torn). What a bucket must show first, each time a process begins: a write that may only make something new fails where
something is, for the log of a table stands on that; no old versions of objects are kept, for what is erased would live on in them;
and nobody else's archive lies in the same place.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from samen.people.disk import sync
from samen.rooms.sensing.store.delta import Table

try:
    import obstore
    from obstore.exceptions import AlreadyExistsError, BaseError
    from obstore.store import S3Store
except ImportError:  # the extra `bucket` is not installed: `refusal` says so, and nothing goes anywhere
    obstore = None  # type: ignore[assignment]

SCHEME = "s3://"
NAMES = {  # what the environment says -> what it is called there
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_SESSION_TOKEN": "aws_session_token",
    "AWS_REGION": "aws_region",
    "AWS_ENDPOINT_URL": "aws_endpoint",
}
HERE = ("127.0.0.1", "localhost", "::1")
OWNER = "samen-owner"  # an object that says whose archive it is
PROBE = "samen-probe"
PATIENCE = timedelta(seconds=15)


class Refused(RuntimeError):
    """The bucket does not hold what the archive stands on. `code` says what: NO_EXTRA, OPEN, UNREACHABLE, NO_CONDITIONS, VERSIONED, TAKEN."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The archive cannot lie in this bucket ({code}). `samen doctor` says why and what to do.")
        self.code = code


def options() -> dict[str, str]:
    """Give what leads to the bucket: endpoint, region and keys, out of the environment."""
    found = {there: os.environ[name] for name, there in NAMES.items() if os.environ.get(name)}
    found.setdefault("aws_region", "us-east-1")
    return (
        {**found, "aws_allow_http": "true"} if _is_plain(found) else found
    )  # `refusal` lets it be on this machine alone


def _opened(url: str) -> "S3Store":
    """Open a place in a bucket for single objects."""
    found: Any = options()
    plain = found.pop("aws_allow_http", "") == "true"
    return S3Store.from_url(
        url,
        config=found,
        client_options={"allow_http": plain},
        retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
    )


def _is_plain(found: Mapping[str, str]) -> bool:
    return urlsplit(found.get("aws_endpoint", "")).scheme == "http"


@dataclass(frozen=True)
class InBucket(Table):
    """A table in a bucket. `place` is of no use here; `safe` is a note on this machine, as for every table."""

    url: str

    @property
    def address(self) -> str:
        """Give where deltalake finds the table."""
        return self.url

    @property
    def reached_by(self) -> dict[str, str]:
        """Give what leads there."""
        return options()

    def mend(self) -> int:
        """Nothing is half-written in a bucket: an entry of the log is there whole, after the files that it names."""
        return 0

    def make_safe(self, after: int) -> int:
        """Note the newest version: what the store answered for, it keeps."""
        found = self.newest()
        newest = after if found is None else max(after, found.version())
        if newest > after:
            self.safe.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._note(newest)
        return newest

    def forget(self) -> None:
        """Remove from the bucket what the table no longer names: files, and entries and checkpoints of the log."""
        found = self.newest()
        if found is None:
            return
        self.make_safe(self.safe_version())
        found.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
        found = self._at()
        found.create_checkpoint()
        self._note(found.version())
        found.cleanup_metadata()
        store = _opened(self.url)
        old = [name for name in listed(store, "_delta_log/") if 0 <= _version(name) < found.version()]
        for name in old:
            obstore.delete(store, name)


def _version(name: str) -> int:
    number = name.rpartition("/")[2].split(".")[0]
    return int(number) if number.isdigit() else -1


def listed(store: "S3Store", prefix: str) -> Iterator[str]:
    """Give the names of all objects that begin so."""
    for few in obstore.list(store, prefix=prefix):
        yield from (each["path"] for each in few)


def streams(url: str) -> set[str]:
    """Give the typed tables that a bucket has."""
    store = _opened(url)
    found = obstore.list_with_delimiter(store, prefix="streams/")
    return {each.rstrip("/").rpartition("/")[2] for each in found["common_prefixes"]}


# --- what it must hold -----------------------------------------------------------------------------------------------


def refusal(url: str, home: Path) -> str:
    """Say why the archive may not lie in a bucket; empty when it may. Looks once in a process, and again after a refusal."""
    try:
        _look(url, home)
    except Refused as wrong:
        return wrong.code
    return ""


def demand(url: str, home: Path) -> None:
    """Raises: Refused when a bucket does not hold what the archive stands on."""
    _look(url, home)


@cache
def _look(url: str, home: Path) -> None:
    if obstore is None:
        raise Refused("NO_EXTRA")
    found = options()
    if _is_plain(found) and urlsplit(found["aws_endpoint"]).hostname not in HERE:
        raise Refused("OPEN")
    try:
        store = _opened(url)
        _try_out(store)
        _own(store, home)
    except (BaseError, OSError, ValueError) as wrong:
        raise Refused("UNREACHABLE") from wrong


def _try_out(store: "S3Store") -> None:
    """Write, write again where something is, and take away."""
    name = f"{PROBE}-{secrets.token_hex(8)}"
    made = obstore.put(store, name, b"probe", mode="create")
    try:
        obstore.put(store, name, b"again", mode="create")
        raise Refused("NO_CONDITIONS")
    except AlreadyExistsError:
        kept = made["version"]
    finally:
        obstore.delete(store, name)
    if kept is not None:
        raise Refused("VERSIONED")


def _own(store: "S3Store", home: Path) -> None:
    """Claim the place for this service, or find that it is ours already."""
    note = home / OWNER
    ours = note.read_bytes() if note.exists() else b""
    try:
        there = bytes(obstore.get(store, OWNER).bytes())
    except FileNotFoundError:
        there = b""
    if there and there != ours:
        raise Refused("TAKEN")
    if there:
        return
    if ours or next(listed(store, ""), None) is not None:  # ours is gone, or somebody else's things lie here
        raise Refused("TAKEN")
    name = secrets.token_hex(16).encode()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    note.write_bytes(name)
    sync(note)
    sync(home)
    obstore.put(store, OWNER, name, mode="create")
