"""What is dangerous about how this service is set up, what it lacks, and how to mend each. Looks, and changes nothing."""

import stat
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

from samen.rights import door, gate
from samen.rooms.crisis.door import numbers as help_numbers
from samen.rooms.sensing import door as sensing
from samen.web import doctor_data
from samen.web.config import SECRETS, SECRETS_FILE, Config
from samen.web.findings import Finding, Level

LEAST_BYTES = 32  # of a secret
LEAST_DIFFERENT = 12  # different bytes in a secret: 32 random ones have about 30
EXTRAS = {  # optional install -> what it is for
    "spark": "sensor tables on a cluster",
    "bucket": "sensor tables in a bucket",
    "matching": "matching people and clinicians",
    "embeddings": "hearing danger by what an English sentence means",
    "population": "figures about groups with disclosure control",
    "llm": "other words by a language model",
}


def examine(*, now: datetime | None = None) -> list[Finding]:
    """Examine this service whole, worst first."""
    now = now or datetime.now(UTC)
    config: Config = settings.SAMEN
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: secrets(settings.SECRETS),
        lambda: switches(config),
        lambda: doors(config),
        lambda: files(config.home),
        lambda: database_address(config.database_url),
        extras,
        archive,
        lambda: numbers(now),
        lambda: doctor_data.examine(config, now),
    )
    found = [finding for look in looks for finding in look()]
    order = list(Level)
    return sorted(found, key=lambda each: order.index(each.level))


def secrets(held: Mapping[str, str]) -> Iterator[Finding]:
    """Find secrets that somebody could guess."""
    for name in SECRETS:
        if weak := _weak(held.get(name, "")):
            yield Finding(
                Level.DANGER,
                "WEAK_SECRET",
                f"The secret {name} is {weak}.",
                f"{SECRETS_FILE}, {name}",
                "Before anybody's data are in: stop the service, remove the file and start; good ones are made. "
                "After that: `samen keys rotate` for service_key; for the other two ask a developer, since signatures hang on them.",
            )
    values = [held[name] for name in SECRETS if name in held]
    if len(set(values)) < len(values):
        yield Finding(
            Level.DANGER,
            "SAME_SECRET",
            "Two secrets are the same.",
            SECRETS_FILE,
            "Each secret must be its own. See WEAK_SECRET.",
        )


def _weak(value: str) -> str:
    """Say what is weak about a secret; empty when nothing is."""
    try:
        raw = urlsafe_b64decode(value)
    except ValueError:
        return "not the kind that Samen makes, so perhaps typed by hand"
    if len(raw) < LEAST_BYTES:
        return "too short"
    return "not random" if len(set(raw)) < LEAST_DIFFERENT else ""


def switches(config: Config) -> Iterator[Finding]:
    """Find switches that must never be on where real people are."""
    if config.debug and not config.demo:
        yield Finding(
            Level.DANGER,
            "DEBUG",
            "Debug is on: an error would show code and data to whoever met it.",
            "SAMEN_DEBUG",
            "Set SAMEN_DEBUG=0.",
        )
    if config.demo:
        yield Finding(
            Level.NOTE,
            "DEMO",
            "Demo mode is on: whoever opens the page can walk in as anybody.",
            "SAMEN_DEMO",
            "Meant for made-up people. Set SAMEN_DEMO=0 anywhere else.",
        )


def doors(config: Config) -> Iterator[Finding]:
    """Find doors that stand open to other machines."""
    if is_here(config.host):
        return
    if not config.https:
        yield Finding(
            Level.DANGER,
            "OPEN_PORT",
            "Other machines can reach the service without TLS: passwords and records would travel readable.",
            f"SAMEN_HOST={config.host}",
            "Listen on 127.0.0.1 behind a TLS proxy (docs/operator/install.md), then set SAMEN_HTTPS=1.",
        )
    if config.demo:
        yield Finding(
            Level.DANGER,
            "OPEN_DEMO",
            "Other machines can reach a demo, in which anybody walks in as anybody.",
            f"SAMEN_HOST={config.host}",
            "Listen on 127.0.0.1, or turn demo mode off.",
        )
    if "*" in config.hosts:
        yield Finding(
            Level.DANGER,
            "ANY_HOST",
            "The service answers to every host name, so a page of somebody else could pose as it.",
            "SAMEN_HOSTS",
            "Name the host names that people use.",
        )


def is_here(host: str) -> bool:
    """Say whether an address is this machine alone: loopback, or a socket file."""
    if host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def files(home: Path) -> Iterator[Finding]:
    """Find files of the service that other users of the machine can read, and backups that lie too close."""
    private = [home / SECRETS_FILE, home / "keys.sqlite3"]
    wide = [path for path in private if path.exists() and path.stat().st_mode & 0o077]
    yield from (_readable(path, "secrets") for path in wide)
    if not _entered_by_others(home):
        return
    data = [*home.glob("*.sqlite3*"), home / "mail", home / "uploads", home / "backups"]
    kept = (path for path in data if path not in private and path.exists())
    yield from (_readable(path, "data") for path in kept if path.stat().st_mode & 0o007)


def _entered_by_others(folder: Path) -> bool:
    """Say whether other users of the machine may enter a folder and every folder above it."""
    whole = folder.resolve()
    return all(each.stat().st_mode & stat.S_IXOTH for each in (whole, *whole.parents))


def _readable(path: Path, kind: str) -> Finding:
    what = f"Other users of this machine can read the service's {kind}."
    return Finding(Level.DANGER, "READABLE", what, str(path), f"Run: chmod -R go-rwx {path}")


def database_address(url: str) -> Iterator[Finding]:
    """Find a database that is reached in a way which Vastaamo taught us to refuse: far, or without a password."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    if host.startswith("/") or not host:
        return
    if not parts.password:
        yield Finding(
            Level.DANGER,
            "NO_PASSWORD",
            "The database lets this service in without a password, and so whoever else reaches its port.",
            "SAMEN_DATABASE",
            "Give the role a password, require scram-sha-256 in pg_hba.conf, and write it into SAMEN_DATABASE.",
        )
    if parts.username in ("postgres", "root", "admin"):
        yield Finding(
            Level.DANGER,
            "DEFAULT_USER",
            f"The database is reached as {parts.username}, the name that every attacker tries first and that may do all.",
            "SAMEN_DATABASE",
            "Make a role for Samen that owns this one database and is no superuser (docs/operator/install.md).",
        )


REFUSALS = {  # why the tables of phones and wearables may not lie in a bucket -> what is the matter, and what mends it
    "NO_EXTRA": (
        "The extra bucket is not installed.",
        ".venv/bin/uv pip install --require-hashes -r requirements/bucket.txt",
    ),
    "OPEN": ("Everybody on the way to the endpoint could read along.", "Give AWS_ENDPOINT_URL an address with https."),
    "UNREACHABLE": (
        "The store does not answer, or not to this key.",
        "Mend AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment. "
        "The key must list, read, write and delete.",
    ),
    "NO_CONDITIONS": (
        "The store writes over an object where a write asked for a new one alone (If-None-Match): two moves could undo each other.",
        "Use a store with conditional writes, or a folder.",
    ),
    "VERSIONED": (
        "The bucket keeps old versions of objects, so what people erase would live on.",
        "Use a bucket that never had versioning, or a folder.",
    ),
    "TAKEN": (
        "The archive of another service, or something else, lies under this prefix; or our own mark is gone from it.",
        "Name an empty prefix. After a restore that is always so.",
    ),
}


def archive() -> Iterator[Finding]:
    """Find a place of the sensing archive that does not hold what it stands on."""
    if code := sensing.archive_refusal():
        wrong, mend = REFUSALS[code]
        yield Finding(Level.DANGER, "ARCHIVE_REFUSED", wrong, "SAMEN_SENSING_ARCHIVE", mend)


def extras() -> Iterator[Finding]:
    """Find optional installs that are absent, and the AI systems that stay off without them."""
    for extra, purpose in EXTRAS.items():
        if (off := _off_without(extra)) is None:
            continue
        systems = f" Off: {', '.join(off)}." if off else ""
        yield Finding(
            Level.WARNING if off else Level.NOTE,
            "EXTRA_MISSING",
            f"The optional part {extra} ({purpose}) is not installed.{systems}",
            f"requirements/{extra}.txt",
            f"If you want it: .venv/bin/uv pip install --require-hashes -r requirements/{extra}.txt",
        )


def _off_without(extra: str) -> list[str] | None:
    """Give the AI systems that are off without an optional install; None when it is there."""
    if not gate.extra_missing(extra):
        return None
    return [each.id for each in door.systems() if each.manifest.extra == extra]


def numbers(now: datetime) -> Iterator[Finding]:
    """Find a directory of help lines that is old or broken. Never a reason not to serve: an old number beats none."""
    where = "samen/rooms/crisis/content/help/numbers.toml"
    try:
        old = [each for each in help_numbers.load("en", now.date()) if each.stale]
    except (OSError, ValueError) as wrong:
        yield Finding(
            Level.WARNING, "NUMBERS_BROKEN", f"The help lines cannot be read: {wrong}", where, "Restore the file."
        )
        return
    if old:
        yield Finding(
            Level.WARNING,
            "NUMBERS_STALE",
            f"{len(old)} help lines were checked more than {help_numbers.STALE_DAYS} days ago; the page says so beside each.",
            where,
            "Check each against its source, then change number and date.",
        )
