"""What the doctor finds in the database: whether it keeps what it must keep, and whether keys, log and clock agree."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import disk_usage

from django.db import DatabaseError, connection
from django.db.models import Max
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.checkpoint import BadCheckpoint, verify
from samen.ledger.models import Checkpoint, Head, Leaf
from samen.people import store as people
from samen.people.models import Account, PersonKey
from samen.rights.models.service import Case
from samen.rights.store import service, stopping
from samen.rooms.crisis.store import drift
from samen.web import serving
from samen.web.backup import halves_in, last_backup
from samen.web.config import Config
from samen.web.findings import Finding, Level

KEPT = (  # tables whose rows the database itself must refuse to change
    "ledger_leaf",
    "ledger_head",
    "ledger_tile",
    "ledger_checkpoint",
    "people_access",
    "rights_statement",
    "rights_permitrow",
    "rights_validationrun",
    "rights_inferencerecord",
    "rights_decision",
    "rights_stagechange",
)
MADE_UP = (".example", ".test", ".invalid", "@example.org", "@example.com", "@example.net", "@localhost")  # RFC 2606
LEAST_FREE = 2**30  # bytes; with less the log cannot grow for long
SLACK = timedelta(seconds=5)  # clocks of two processes differ a little
SYNCHRONISED = ("/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/ntpd.pid", "/run/openntpd.sock")
IN_THE_DATABASE = "the database"


def examine(config: Config, now: datetime) -> Iterator[Finding]:
    """Examine the database, as far as it can be reached."""
    try:
        lacking = serving.pending()
    except DatabaseError as wrong:
        yield Finding(
            Level.DANGER,
            "NO_DATABASE",
            f"The database does not answer ({type(wrong).__name__}).",
            "SAMEN_DATABASE",
            "Start it, or mend the address, user or password in SAMEN_DATABASE.",
        )
        return
    if lacking and serving.is_new():
        yield Finding(
            Level.NOTE,
            "NO_TABLES",
            "The database is empty.",
            IN_THE_DATABASE,
            "Run `samen serve`, which makes the tables, or `samen migrate`.",
        )
        return
    if lacking:
        yield Finding(
            Level.DANGER,
            "NOT_MIGRATED",
            f"The database lacks {len(lacking)} changes of this version, {lacking[0]} first.",
            IN_THE_DATABASE,
            "Make a backup with `samen backup`, then run `samen migrate`.",
        )
        return
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (
        kept,
        log,
        keys,
        lambda: clock(now),
        lambda: unfinished(now),
        lambda: demo(config),
        lambda: backups(config, now),
        postgresql,
        lambda: disk(config.home),
        line_changed,
    )
    for look in looks:
        yield from look()


def kept() -> Iterator[Finding]:
    """Find tables that must keep their rows and whose triggers are gone: then nothing is logged for sure any more."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
            )
        guarded = {name for (name,) in cursor.fetchall()}
    if open_tables := [name for name in KEPT if name not in guarded]:
        yield Finding(
            Level.DANGER,
            "NOT_KEPT",
            f"The database no longer refuses changes in {', '.join(open_tables)}: traces could be wiped unseen.",
            IN_THE_DATABASE,
            "Somebody took triggers away. Find out who, verify with `samen audit verify --live`, restore a backup from before.",
        )


def log() -> Iterator[Finding]:
    """Find a log whose head, leaves and last signature do not agree, or that another key signed. Quick, not a proof."""
    size = Head.objects.filter(id=1).values_list("size", flat=True).first() or 0
    last_index = Leaf.objects.aggregate(Max("index"))["index__max"]
    leaves = Leaf.objects.count()
    signed = Checkpoint.objects.order_by("-size").first()
    mend = "Run `samen audit verify --live`; keep the database as evidence and restore the newest backup that verifies."
    if leaves != size or (last_index is not None and last_index != size - 1):
        text = f"The log says {size} leaves and holds {leaves}."
        yield Finding(Level.DANGER, "LOG_DISAGREES", text, IN_THE_DATABASE, mend)
    if signed is None:
        return
    if signed.size > size:
        text = f"A checkpoint was signed at {signed.size} leaves and {size} are left: the log was cut."
        yield Finding(Level.DANGER, "LOG_CUT", text, IN_THE_DATABASE, mend)
    try:
        verify(signed.note, ledger.public_key())
    except BadCheckpoint:
        yield Finding(
            Level.DANGER,
            "LOG_KEY",
            "The log was signed with another key than the one in secrets.toml.",
            "secrets.toml, ledger_key",
            "Put your copy of secrets.toml back; do not go on with a new one.",
        )


def keys() -> Iterator[Finding]:
    """Find people's keys that nothing can open: a half that is gone, or a service key that is not here."""
    living = PersonKey.objects.filter(destroyed_at=None)
    known = [each.id for each in people.service_keys()]
    if foreign := living.exclude(service_key_id__in=known).count():
        yield Finding(
            Level.DANGER,
            "SERVICE_KEY",
            f"{foreign} keys lie under a service key that is not in secrets.toml.",
            "secrets.toml, service_key",
            "Put your copy of secrets.toml back. If a rotation was cut off, run `samen keys rotate` again.",
        )
    if lost := living.count() - halves_in(people.halves_path()):
        if lost > 0:
            yield Finding(
                Level.DANGER,
                "HALVES_LOST",
                f"{lost} people's halves of their keys are gone: what was sealed for them cannot be read.",
                str(people.halves_path()),
                "Restore keys.sqlite3 from the newest keys folder of your backups (docs/operator/backup.md).",
            )
        else:
            yield Finding(
                Level.WARNING,
                "HALVES_LEFT",
                f"{-lost} halves belong to keys that were destroyed or to nobody.",
                str(people.halves_path()),
                "Run `samen keys sweep`.",
            )


def clock(now: datetime) -> Iterator[Finding]:
    """Find a clock that stands before what was already written, or that nobody keeps right."""
    newest = Leaf.objects.order_by("-index").values_list("body", flat=True).first()
    written = _moment(newest) if newest else None
    if written is not None and written > now + SLACK:
        yield Finding(
            Level.DANGER,
            "CLOCK_BEHIND",
            f"The clock says {now:%Y-%m-%d %H:%M:%S} UTC, and the log has a leaf of {written:%Y-%m-%d %H:%M:%S} UTC.",
            "the clock of this machine",
            "Set the clock right (timedatectl). Terms, consents and permits hang on it.",
        )
    if not any(Path(each).exists() for each in SYNCHRONISED):
        yield Finding(
            Level.NOTE,
            "CLOCK_ALONE",
            "No time service was seen that keeps the clock right.",
            "the clock of this machine",
            "Install one (apt-get install systemd-timesyncd), unless the host of this machine keeps its clock.",
        )


def _moment(body: str) -> datetime | None:
    """Read the time in a leaf; None when there is none."""
    try:
        found = datetime.fromisoformat(str(json.loads(body)["at"]))
    except (ValueError, KeyError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def unfinished(now: datetime) -> Iterator[Finding]:
    """Find what was begun and not ended: stops, cases past their term, barriers that did not hold at the last look."""
    if stops := len(stopping.unfinished()):
        yield Finding(
            Level.WARNING,
            "STOPS",
            f"{stops} stops were ordered and are not carried out to the end. What they stop is off already.",
            IN_THE_DATABASE,
            "Start the service: it finishes them within a minute.",
        )
    if late := Case.objects.filter(closed_at=None, due__lt=now).count():
        yield Finding(
            Level.WARNING,
            "CASES_LATE",
            f"{late} cases are past their term (a reported incident has days, a data breach 72 hours).",
            "the page with cases to answer",
            "Answer them, the oldest first.",
        )
    for name, answer in sorted(service.probes().items()):
        if answer.good_at is None:
            yield Finding(
                Level.WARNING,
                "BARRIER",
                f"At the last look {name} was not well: {answer.detail}",
                f"looked at {timezone.localtime(answer.asked_at):%Y-%m-%d %H:%M}",
                "AI systems stay off until it is. Mend what it says; the service looks again within the hour and at each start.",
            )


def demo(config: Config) -> Iterator[Finding]:
    """Find demo mode where real people are."""
    if not config.demo:
        return
    real = Account.objects.filter(is_active=True).exclude(email="")
    for ending in MADE_UP:
        real = real.exclude(email__endswith=ending)
    if found := real.count():
        yield Finding(
            Level.DANGER,
            "DEMO_WITH_PEOPLE",
            f"Demo mode is on, and {found} accounts have an address that somebody could really have.",
            "SAMEN_DEMO",
            "Set SAMEN_DEMO=0 now, and find out who walked in (each look stands in the person's list).",
        )


def backups(config: Config, now: datetime) -> Iterator[Finding]:
    """Find a service without a fresh backup, or with one that others can read."""
    if config.demo:
        return
    last = last_backup(config.home)
    if last is None:
        yield Finding(Level.NOTE, "NO_BACKUP", "No backup was made yet.", str(config.home), "Run: samen backup PLACE")
        return
    if now - last.at > timedelta(days=2):
        text = f"The last backup was made {(now - last.at).days} days ago."
        yield Finding(
            Level.WARNING, "OLD_BACKUP", text, str(last.path), "Run `samen backup` each day, from cron or a timer."
        )
    if last.path.exists() and last.path.stat().st_mode & 0o077:
        text = "Other users of this machine can read the last backup."
        yield Finding(Level.DANGER, "READABLE", text, str(last.path), f"Run: chmod -R go-rwx {last.path}")


def postgresql() -> Iterator[Finding]:
    """Find a PostgreSQL that other machines can reach readable, or in which Samen may do too much."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        is_super = cursor.fetchone() == (True,)
        cursor.execute(
            "SELECT coalesce(host(inet_server_addr()), ''), coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)"
        )
        address, encrypted = cursor.fetchone()
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'listen_addresses'")
        listens = [each.strip() for each in (cursor.fetchone() or ("",))[0].split(",") if each.strip()]
    yield from reach(listens, address=address, encrypted=encrypted)
    if is_super:
        yield Finding(
            Level.WARNING,
            "SUPERUSER",
            "Samen signs in to the database as a superuser, who may do all, also to other databases.",
            "SAMEN_DATABASE",
            "Make a role that owns this one database alone (docs/operator/install.md).",
        )


def reach(listens: Iterable[str], *, address: str, encrypted: bool) -> Iterator[Finding]:
    """Find a database that listens for other machines: a danger when what is said to it can be read on the way."""
    outside = [each for each in listens if each not in ("localhost", "127.0.0.1", "::1")]
    if not outside:
        return
    what = f"The database listens for other machines ({', '.join(outside)})"
    yield Finding(
        Level.WARNING if encrypted else Level.DANGER,
        "DATABASE_OPEN",
        f"{what}." if encrypted else f"{what}, and speaks without encryption.",
        f"listen_addresses of PostgreSQL{f' at {address}' if address else ''}",
        "On one machine: listen_addresses = 'localhost' in postgresql.conf. Across machines: turn on ssl in PostgreSQL, "
        "and let a firewall and pg_hba.conf admit this machine alone.",
    )


def disk(home: Path) -> Iterator[Finding]:
    """Find a disk that is nearly full."""
    if (free := disk_usage(home).free) < LEAST_FREE:
        text = f"{free // 2**20} MB are free where the service keeps its data."
        yield Finding(Level.WARNING, "DISK", text, str(home), "Make room: a full disk stops every change.")


def line_changed() -> Iterator[Finding]:
    """Find that what the help line hears has left its limits, and that nobody who leads care has looked yet."""
    if found := drift.open_ones():
        yield Finding(
            Level.WARNING,
            "LINE_DRIFT",
            f"What the help line hears has changed since {min(each.at for each in found):%Y-%m-%d}, and nobody has looked yet.",
            "/line/drift",
            "Ask a clinician to look at that page: new messages to label, or other thresholds, may be due.",
        )
