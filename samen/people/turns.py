"""Turns for those who write in one file of SQLite: one at a time, in the order in which they came.

SQLite lets one write at a time. Whoever comes second sleeps, looks again, and sleeps longer; a third who looks at the right
moment goes first, so that some wait for seconds while the file is free in between. Here the threads of this process stand in
a queue for each file, before SQLite is asked at all. Another process is still waited for in SQLite's own way.

A connection has its turn from the statement that begins a write until the write is over: committed, rolled back, failed, or the
connection closed. One that is dropped with its turn, as when its thread dies, loses it.

Order: whoever has a turn of the database may wait for one of the keys' file, never the other way round. A lock of another kind
(the archive's) is taken before the turn, never while having it. Who errs in that waits in vain for as long as SQLite would
wait, and is told what SQLite tells: the database is locked.
"""

import os
import re
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any
from weakref import ref

READS = frozenset({"SELECT", "PRAGMA", "EXPLAIN", "VALUES", "ATTACH", "DETACH"})
WORD = re.compile(r"\s*(\w*)")
CHANGING = re.compile(r"wal_checkpoint|vacuum", re.IGNORECASE)  # pragmas that wait for the file as a write does
LOOK = 1.0  # seconds between two looks whether the one who has the turn still lives


class Turns:
    """A queue: `take` waits until all who came before have given theirs back."""

    def __init__(self) -> None:
        self.anew()

    def anew(self) -> None:
        """Begin without anybody, as a forked process must."""
        self._guard = threading.Lock()
        self._waiting: deque[tuple[threading.Lock, ref[object]]] = deque()
        self._holder: ref[object] | None = None

    def take(self, who: object, within: float) -> bool:
        """Wait for a turn, at most so many seconds. Gives whether it came."""
        mine = threading.Lock(), ref(who)
        mine[0].acquire()
        with self._guard:
            self._waiting.append(mine)
            if self._holder is None or self._holder() is None:
                self._call_next()
        try:
            self._wait(mine[0], time.monotonic() + within)
        except BaseException:  # somebody pressed Ctrl+C
            if self._came(mine):
                self.give(who)
            raise
        return self._came(mine)

    def give(self, who: object) -> None:
        """Give a turn back. Of somebody who does not have it, nothing happens."""
        with self._guard:
            if self._holder is not None and self._holder() is who:
                self._call_next()

    def _wait(self, called: threading.Lock, until: float) -> None:
        while (left := until - time.monotonic()) > 0 and not called.acquire(timeout=min(LOOK, left)):
            with self._guard:
                if self._holder is not None and self._holder() is None:
                    self._call_next()

    def _came(self, mine: tuple[threading.Lock, ref[object]]) -> bool:
        """Leave the queue; gives whether the turn had come, also at the last moment."""
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
            return True

    def _call_next(self) -> None:
        """Let the next one in. Nobody comes in between, since the guard is held."""
        self._holder = None
        if self._waiting:
            called, self._holder = self._waiting.popleft()
            called.release()


_QUEUES: dict[str, Turns] = {}
_NAMING = threading.Lock()


def _queue_of(file: str) -> Turns:
    """Give the queue of a file; a database in the memory of one connection has one of its own."""
    if file in ("", ":memory:"):
        return Turns()
    name = file if file.startswith("file:") else os.path.realpath(file)
    with _NAMING:
        return _QUEUES.setdefault(name, Turns())


def _forked() -> None:
    global _NAMING
    _NAMING = threading.Lock()
    for queue in _QUEUES.values():
        queue.anew()


os.register_at_fork(after_in_child=_forked)


class Connection(sqlite3.Connection):
    """A connection that waits for its turn before it writes."""

    def __init__(self, database: Any, timeout: float = 5.0, *more: Any, **options: Any) -> None:
        self._queue, self._within = _queue_of(os.fsdecode(database)), timeout
        self._has_turn = self._is_read_out = False
        super().__init__(database, timeout, *more, **options)

    def cursor(self, factory: type[sqlite3.Cursor] = sqlite3.Cursor) -> sqlite3.Cursor:  # type: ignore[override]
        """Give a cursor of this kind that waits for its connection's turn."""
        return super().cursor(_in_turn(factory))

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        """Do one statement."""
        return self.cursor().execute(sql, *given)

    def executemany(self, sql: str, given: Any) -> sqlite3.Cursor:
        """Do one statement for each row."""
        return self.cursor().executemany(sql, given)

    def executescript(self, sql: str) -> sqlite3.Cursor:
        """Do many statements."""
        return self.cursor().executescript(sql)

    def commit(self) -> None:
        """Commit, and let the next one."""
        try:
            super().commit()
        finally:
            self.settle()

    def rollback(self) -> None:
        """Roll back, and let the next one."""
        try:
            super().rollback()
        finally:
            self.settle()

    def close(self) -> None:
        """Close, and let the next one: what was not committed is gone."""
        try:
            super().close()
        finally:
            self._let_go()

    def __exit__(self, *wrong: Any) -> Any:
        """Commit or roll back, and let the next one."""
        try:
            return super().__exit__(*wrong)
        finally:
            self.settle()

    def wait_for_turn(self, sql: str) -> None:
        """Wait before a statement that writes. Raises: OperationalError when the turn does not come in time."""
        if self._has_turn or reads(sql):
            return
        if not self._queue.take(self, self._within):
            raise sqlite3.OperationalError("database is locked")
        self._has_turn = True

    def settle(self) -> None:
        """Give the turn back when no write is under way any more."""
        if self._has_turn and not self.in_transaction:
            self._let_go()

    def _let_go(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._queue.give(self)


def reads(sql: str) -> bool:
    """Say whether a statement leaves the file as it is; what cannot be told counts as a write."""
    word = WORD.match(sql)
    first = word[1].upper() if word else ""
    return first in READS and not (first == "PRAGMA" and CHANGING.search(sql))


class _Turned:
    """What a cursor does around each statement."""

    connection: Connection

    def execute(self, sql: str, *given: Any) -> Any:
        self.connection.wait_for_turn(sql)
        try:
            done = super().execute(sql, *given)  # type: ignore[misc]
        except BaseException:
            self.connection.settle()
            raise
        if self.description is None:  # type: ignore[attr-defined]
            self.connection.settle()
        return done  # a write that gives rows is over when they were read

    def executemany(self, sql: str, given: Any) -> Any:
        self.connection.wait_for_turn(sql)
        try:
            return super().executemany(sql, given)  # type: ignore[misc]
        finally:
            self.connection.settle()

    def executescript(self, sql: str) -> Any:
        self.connection.wait_for_turn("")
        try:
            return super().executescript(sql)  # type: ignore[misc]
        finally:
            self.connection.settle()

    def fetchone(self) -> Any:
        return self._read(super().fetchone)  # type: ignore[misc]

    def fetchmany(self, *most: int) -> Any:
        return self._read(super().fetchmany, *most)  # type: ignore[misc]

    def fetchall(self) -> Any:
        return self._read(super().fetchall)  # type: ignore[misc]

    def close(self) -> None:
        self._read(super().close)  # type: ignore[misc]

    def _read(self, read: Callable[..., Any], *most: int) -> Any:
        try:
            return read(*most)
        finally:
            self.connection.settle()


@cache
def _in_turn(kind: type[sqlite3.Cursor]) -> type[sqlite3.Cursor]:
    return type(f"InTurn{kind.__name__}", (_Turned, kind), {})
