"""Turns: who writes in one file waits in the order of coming, and a turn never stays with somebody who is gone."""

import gc
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from samen.people.models import Account
from samen.people.turns import Connection, Turns, reads
from tests import threads


def opened(file: Path, within: float = 5) -> Connection:
    made: Connection = sqlite3.connect(
        file, timeout=within, isolation_level=None, check_same_thread=False, factory=Connection
    )
    made.execute("pragma journal_mode = wal")
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = opened(tmp_path / "file.sqlite3")
    made.execute("create table t (id integer primary key, who text unique)")
    made.close()
    return tmp_path / "file.sqlite3"


def started(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_writers_go_in_the_order_in_which_they_came(file: Path) -> None:
    first = opened(file)
    first.execute("begin immediate")
    mine = [opened(file) for _ in range(12)]

    def write(at: int) -> None:
        mine[at].execute("insert into t (who) values (?)", [str(at)])

    waiting = []
    for at, each in enumerate(mine):
        waiting.append(started(lambda at=at: write(at)))  # type: ignore[misc]
        until(lambda at=at, each=each: len(each._queue._waiting) == at + 1)  # type: ignore[misc]
    first.execute("commit")
    for each in waiting:
        each.join(5)
    assert [who for (who,) in first.execute("select who from t order by id")] == [str(at) for at in range(12)]


@pytest.mark.parametrize("end", ["commit", "rollback", "close", "execute"])
def test_the_next_one_comes_when_a_write_is_over(file: Path, end: str) -> None:
    one, two = opened(file), opened(file, 0.2)
    one.execute("begin immediate")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        two.execute("begin immediate")
    getattr(one, end)(*(["rollback"] if end == "execute" else []))
    two.execute("begin immediate")
    assert two.in_transaction


def test_a_write_that_fails_gives_its_turn_back(file: Path) -> None:
    one, two = opened(file), opened(file, 0.2)
    one.execute("insert into t (who) values ('a')")
    with pytest.raises(sqlite3.IntegrityError):
        one.execute("insert into t (who) values ('a')")
    two.execute("insert into t (who) values ('b')")


def test_a_failure_within_a_write_keeps_the_turn_until_it_is_rolled_back(file: Path) -> None:
    one, two = opened(file), opened(file, 0.1)
    one.execute("begin immediate")
    with pytest.raises(sqlite3.OperationalError):
        one.execute("insert into nowhere values (1)")
    assert one._has_turn
    one.rollback()
    two.execute("insert into t (who) values ('b')")


def test_a_write_that_gives_rows_is_over_when_they_were_read(file: Path) -> None:
    one, two = opened(file), opened(file, 0.2)
    row = one.execute("insert into t (who) values ('a') returning id")
    assert one._has_turn
    assert row.fetchone() == (1,)
    two.execute("insert into t (who) values ('b')")


def test_the_turn_of_a_thread_that_died_in_a_write_goes_to_the_next(file: Path) -> None:
    two = opened(file)

    def die() -> None:
        opened(file).execute("begin immediate")

    started(die).join()
    gc.collect()
    two.execute("insert into t (who) values ('after')")
    assert two.execute("select count(*) from t").fetchone() == (1,)


def test_who_waits_finds_a_dead_one_without_anybody_else_coming() -> None:
    class Somebody:
        def __init__(self) -> None:
            self.came = False

    queue, dead, next_one = Turns(), Somebody(), Somebody()
    assert queue.take(dead, 1)
    waits = started(lambda: setattr(next_one, "came", queue.take(next_one, 5)))
    until(lambda: len(queue._waiting) == 1)
    del dead
    gc.collect()
    waits.join(4)
    assert next_one.came


def test_who_gives_up_waiting_leaves_the_queue(file: Path) -> None:
    one, two, three = opened(file), opened(file, 0.05), opened(file)
    one.execute("begin immediate")
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        two.execute("begin immediate")
    one.commit()
    three.execute("begin immediate")
    assert [each._has_turn for each in (one, two, three)] == [False, False, True]


def test_who_reads_waits_for_nobody(file: Path) -> None:
    one, two = opened(file), opened(file, 0.05)
    one.execute("begin immediate")
    one.execute("insert into t (who) values ('a')")
    assert two.execute("select count(*) from t").fetchone() == (0,)
    assert all(map(reads, (" SELECT 1", "PRAGMA foreign_keys = ON")))
    assert not any(map(reads, ("pragma wal_checkpoint(truncate)", "VACUUM", "with a as (select 1) delete", "")))


def test_two_files_have_two_queues(file: Path, tmp_path: Path) -> None:
    one, other = opened(file), opened(tmp_path / "other.sqlite3", 0.05)
    one.execute("begin immediate")
    other.execute("create table t (id integer)")


def test_one_file_under_two_names_has_one_queue(file: Path, tmp_path: Path) -> None:
    (tmp_path / "link.sqlite3").symlink_to(file)
    assert opened(file)._queue is opened(tmp_path / "link.sqlite3")._queue


def test_a_forked_process_begins_with_an_empty_queue(file: Path) -> None:
    one = opened(file)
    one.execute("begin immediate")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if one._queue.take(Turns(), 0.5) else 2
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def test_nothing_is_lost_and_nobody_waits_for_ever_with_many_writers(file: Path) -> None:
    def write(who: int) -> None:
        mine = opened(file)
        for at in range(20):
            mine.execute("begin immediate")
            mine.execute("insert into t (who) values (?)", [f"{who} {at}"])
            mine.execute("rollback" if at % 5 == 4 else "commit")
        mine.close()

    writers = [started(lambda who=who: write(who)) for who in range(8)]  # type: ignore[misc]
    for each in writers:
        each.join(20)
    assert opened(file).execute("select count(*) from t").fetchone() == (8 * 16,)


def half_done(number: int) -> None:
    with transaction.atomic():
        Account.objects.create_user(f"gone{number}@example.org", name="")
        raise ZeroDivisionError


@pytest.mark.on_sqlite
@pytest.mark.django_db(transaction=True)
def test_the_service_itself_writes_by_turns_also_within_another_write(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL lets many write at a time: make tests runs this on SQLite")
    with threads.shared(tmp_path):

        @threads.in_thread
        def write(number: int) -> None:
            with transaction.atomic():
                assert connections["default"].connection._has_turn
                with pytest.raises(ZeroDivisionError):
                    half_done(number)
                assert connections["default"].connection._has_turn
                Account.objects.create_user(f"stays{number}@example.org", name="")
            assert not connections["default"].connection._has_turn
            Account.objects.filter(email=f"stays{number}@example.org").update(
                name="x"
            )  # without a transaction of its own
            Account(email=f"alone{number}@example.org").save(force_insert=True)
            assert not connections["default"].connection._has_turn

        @threads.in_thread
        def count(_: int) -> int:
            return Account.objects.filter(name="x").count()

        mine = [started(lambda at=at: write(at)) for at in range(4)]  # type: ignore[misc]
        for each in mine:
            each.join(20)
        found: list[int] = []
        started(lambda: found.append(count(0))).join()
        assert found == [4]
