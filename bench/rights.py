"""The gate: one durable run, permit decisions a second, and many people end to end. `make bench-rights` runs it on both databases.

    .venv/bin/python bench/rights.py [postgresql]

A fresh SQLite file, durable (WAL, synchronous=FULL), or a private PostgreSQL with its own settings for durability (fsync on).
The system that runs does no work of its own, so the figures are the gate's.
"""

import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("SAMEN_HOME", tempfile.mkdtemp(prefix="samen-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samen.web.settings")
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import postgres

SERVER = None
if "postgresql" in sys.argv[1:]:
    postgres.FAST = ("max_connections=60", "shared_buffers=64MB")  # as a service would have it, not as the tests
    SERVER = postgres.Server()
    os.environ["SAMEN_DATABASE"] = SERVER.url()

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.roles import Role, Scope
from samen.rights import checks, gate
from samen.rights.store import consent
from samen.rights.words import Held, Stage
from tests.rights import example
from tests.rights.example import SUGGEST
from tests.rights.test_checks import ASK, GOOD, SYSTEM

RUNS = int(os.environ.get("RUNS", "400"))
PEOPLE = int(os.environ.get("PEOPLE", "5000"))


def one_run(made: example.House, now: object) -> None:
    times, worked = [], []
    for _ in range(RUNS):
        start, begun = time.perf_counter(), time.process_time()
        outcome = gate.run(SUGGEST, person=made.noor.id, clock=lambda: now)
        times.append(time.perf_counter() - start)
        worked.append(time.process_time() - begun)
        assert isinstance(outcome, Held), outcome
    times.sort()
    p50, p95 = statistics.median(times) * 1000, times[int(len(times) * 0.95)] * 1000
    print(f"one gate run, durable        p50 {p50:.2f} ms   p95 {p95:.2f} ms   ({RUNS} runs)")
    print(
        f"  of which on the processor  p50 {statistics.median(worked) * 1000:.2f} ms, which other work here does not change"
    )
    with CaptureQueriesContext(connection) as ran:
        gate.run(SUGGEST, person=made.noor.id, clock=lambda: now)
    statements = [each for each in ran if not each["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    print(f"statements in one run        {len(statements)}")


def decisions() -> None:
    number = 50_000
    start, begun = time.perf_counter(), time.process_time()
    for _ in range(number):
        checks.judge(SYSTEM, ASK, GOOD)
    took, worked = time.perf_counter() - start, time.process_time() - begun
    print(
        f"permit decisions             {number / took:,.0f} /s, {number / worked:,.0f} a second of processor time"
        f"   ({len(checks.CHECKS)} checks each)"
    )


def many(now: object) -> None:
    accounts = [people.create_account(f"p{place}@example.org", "P") for place in range(PEOPLE)]
    rows = people.create_people([("P", "nl", account) for account in accounts], now=now - timedelta(days=2))
    with transaction.atomic():
        for person in rows:
            own = Allowed(
                person=person.id, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=person.account_id
            )
            consent.notice(own, SUGGEST, at=now - timedelta(days=1))
            for use in SUGGEST.manifest.uses:
                consent.say(own, SUGGEST, use, yes=True, at=now - timedelta(days=1), language="nl")
    for number in (PEOPLE // 10, PEOPLE):
        chosen = [person.id for person in rows[:number]]
        with CaptureQueriesContext(connection) as ran:
            start, begun = time.perf_counter(), time.process_time()
            outcomes = gate.run_many(SUGGEST, chosen, clock=lambda: now)
            took, worked = time.perf_counter() - start, time.process_time() - begun
        held = sum(isinstance(each, Held) for each in outcomes.values())
        tiles = sum("ledger_tile" in each["sql"] for each in ran)
        print(
            f"run_many                     {number} people in {took:.2f} s, {worked:.2f} s on the processor"
            f" ({held} held, {number / took:,.0f} people/s), {len(ran) - tiles} statements"
        )


def main() -> None:
    call_command("migrate", verbosity=0)
    now = timezone.now()
    object.__setattr__(settings.SAMEN, "review_capacity", 10**9)
    made = example.house(at=now, stage=Stage.GENERAL)
    print(f"{connection.vendor}, {os.cpu_count()} cores")
    one_run(made, now)
    decisions()
    many(now)


if __name__ == "__main__":
    try:
        main()
    finally:
        if SERVER is not None:
            connection.close()
            SERVER.stop()
