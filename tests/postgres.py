"""A private PostgreSQL for the tests: made, started and stopped here, reached through a socket file alone."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

STARTS_WITHIN = 30  # seconds; it takes about one
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    "max_locks_per_transaction=256",
    "shared_buffers=64MB",
)


class NoPostgres(RuntimeError):
    """PostgreSQL cannot be started here: the message says why and what to do."""


class Server:
    """One running PostgreSQL, with its data and socket in a folder that goes with it."""

    def __init__(self) -> None:
        self._bin = binaries()
        self._folder = Path(tempfile.mkdtemp(prefix="samen-postgres-"))
        self._as = _another_user()
        if self._as:  # PostgreSQL refuses to run as root
            shutil.chown(self._folder, "nobody")
        data = self._folder / "data"
        made = self._run(
            "initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"
        )
        if made.returncode:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise NoPostgres(f"initdb failed: {made.stderr[-400:]}")
        options = [word for option in ("listen_addresses=", *FAST) for word in ("-c", option)]
        command = [*self._as, str(self._bin / "postgres"), "-D", str(data), "-k", str(self._folder), *options]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        self._wait()

    def url(self, database: str = "postgres") -> str:
        """Give the address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def stop(self) -> None:
        """Stop it and remove everything it kept."""
        self._process.terminate()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:  # it waits for connections that nobody closed
            self._process.send_signal(3)
            self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while self._run("pg_isready", "-h", str(self._folder), "-U", "postgres").returncode:
            if time.monotonic() > until or self._process.poll() is not None:
                said = (self._folder / "log").read_text()[-400:]
                self.stop()
                raise NoPostgres(f"PostgreSQL did not start: {said}")
            time.sleep(0.05)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self._as, str(self._bin / program), *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=self._folder, check=False)


def binaries() -> Path:
    """Give the folder with PostgreSQL's programs. Raises: NoPostgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if there := shutil.which("initdb"):
        return Path(there).resolve().parent
    raise NoPostgres("PostgreSQL is not installed. Run: apt-get install postgresql-15")


def _another_user() -> Sequence[str]:
    """Give the words that start a program as nobody, which ends when this process ends; none unless we are root."""
    if os.geteuid() != 0:
        return ()
    return ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=INT")
