"""Serving: what must hold before anybody is let in, and the server itself."""

import errno
import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from samen.people import store as people
from samen.rights import jobs
from samen.rights.store import service
from samen.web import worker
from samen.web.demo import prepare
from samen.web.troubles import Trouble

# A thread that asks the database gives up the interpreter for each question, and would wait this long each time until a busy thread
# lets go of it again: with Python's 5 ms one page of thirty questions waits a quarter of a second behind another one.
SWITCH_S = 0.0005
NEVER_WITHOUT = ("canary", "reconciliation")  # one failure, and nobody is served


def pending() -> list[str]:
    """Give the migrations that the database lacks, as app.name."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def is_new() -> bool:
    """Say whether the database has no tables at all."""
    return not connection.introspection.table_names()


def bring_up_to_date() -> None:
    """Run the migrations that are pending."""
    call_command("migrate", interactive=False, verbosity=0)


def make_ready_to_try() -> None:
    """Make the database of a new home, enter what is installed, and look at the barriers: then systems can be tried.

    Raises: Trouble for a database that waits for a migration; that is for its operator to decide.
    """
    if is_new():
        bring_up_to_date()
    elif lacking := pending():
        raise Trouble(f"The database lacks {len(lacking)} changes of this version. Run `samen migrate` first.")
    jobs.enter_systems()
    jobs.hourly()


def forget_demo() -> None:
    """Remove the made-up clinic, and nothing else: a database with other people in it stays. Raises: Trouble."""
    if is_new():
        return
    if not settings.SAMEN.demo or pending() or not prepare.is_prepared():
        raise Trouble(
            f"The database of {settings.SAMEN.home} holds no made-up clinic, so it stays as it is. "
            "Choose another SAMEN_HOME for the demo, or remove that folder yourself."
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    connections.close_all()
    people.close_halves()
    for file in (str(connection.settings_dict["NAME"]), str(people.halves_path())):
        for rest in ("", "-wal", "-shm"):
            Path(f"{file}{rest}").unlink(missing_ok=True)


def look_at_barriers() -> None:
    """Enter new systems, do the hourly look, and refuse when an ungated run got through or the counts differ.

    Raises: Trouble.
    """
    jobs.enter_systems()
    jobs.hourly()
    answers = service.probes()
    bad = [name for name in NEVER_WITHOUT if name not in answers or answers[name].good_at is None]
    if bad:
        said = "; ".join(f"{name}: {answers[name].detail if name in answers else 'did not answer'}" for name in bad)
        raise Trouble(
            f"Samen does not serve: its own check of the gate failed ({said}). Somebody or something went round the gate, "
            "or rows are missing. Verify the log with `samen audit verify --live`, and find out before serving again."
        )


def claim(host: str, port: int) -> None:
    """Raise the error that the server would only log when the address cannot be used. Raises: OSError, Trouble."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as wrong:
        raise Trouble(f"{host} is not an address of this machine. Set SAMEN_HOST to one, such as 127.0.0.1.") from wrong
    except OSError as wrong:
        if wrong.errno == errno.EADDRNOTAVAIL:
            raise Trouble(
                f"{host} is not an address of this machine. Set SAMEN_HOST to one, such as 127.0.0.1."
            ) from wrong
        raise


def serve(host: str, port: int) -> None:
    """Serve until stopped: one process answers, with threads; this one watches over it and starts it anew if it dies."""
    connections.close_all()  # the answering process is a fork, and shares no connection
    server = Granian(
        f"{__name__}:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.SAMEN.threads,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        process_name=None,
    )
    server.serve()


def application() -> Callable[..., Any]:
    """Give what answers requests, and start the background work beside it. Called once in the answering process."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is not there
    answer = get_wsgi_application()
    sys.setswitchinterval(SWITCH_S)
    worker.start()
    return answer
