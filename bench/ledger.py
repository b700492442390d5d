"""How fast the ledger is: one append, a proof among a million leaves, verifying an export.

    .venv/bin/python bench/ledger.py [LEAVES]

Builds a log of LEAVES (1,000,000 when not said) in a SQLite file of its own, through the store, and throws it away.
"""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

AT = datetime(2026, 3, 1, tzinfo=UTC)
BATCH = 10_000
PROOFS = 500
APPENDS = 300


def main(leaves: int) -> None:
    """Build, measure, print."""
    with tempfile.TemporaryDirectory(prefix="samen-bench-") as home:
        os.environ.update(SAMEN_HOME=home, DJANGO_SETTINGS_MODULE="samen.web.settings")
        os.environ.pop("SAMEN_DATABASE", None)
        import django  # noqa: PLC0415  settings read the home above

        django.setup()
        measure(leaves, Path(home))


def measure(leaves: int, home: Path) -> None:
    """Run each measurement on a database that is thrown away."""
    from django.db import connection, transaction  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    from samen.ledger import store  # noqa: PLC0415
    from samen.ledger.kinds import Kind  # noqa: PLC0415
    from samen.ledger.leaf import Entry  # noqa: PLC0415
    from samen.ledger.verify import verify_log  # noqa: PLC0415

    MigrationExecutor(connection).migrate([("ledger", "0001_initial")])
    facts = {"system": "treatment.progress", "version": "1.0", "permit": "6f0c9c1e-58d2-4b0c-9a3e-0e6f0a4f4a11"}
    entry = Entry(Kind.INFERENCE, facts, {"finding": 3}, b"0123456789abcdef")

    def append(count: int) -> float:
        start = perf_counter()
        with transaction.atomic():
            store.append([entry] * count, at=AT)
        return perf_counter() - start

    append(1)
    took = sum(append(min(BATCH, leaves - done)) for done in range(1, leaves, BATCH))
    said(f"append in batches of {BATCH:,}", f"{leaves / took:,.0f} leaves/s")
    said(f"append of one, durable, p50 at {leaves:,}", f"{median(append(1) for _ in range(APPENDS)) * 1000:.2f} ms")

    size, random = store.head().size, Random(1)
    times = []
    for _ in range(PROOFS):
        index = random.randrange(size)
        start = perf_counter()
        store.inclusion(index, size)
        times.append(perf_counter() - start)
    times.sort()
    said(f"inclusion proof at {size:,}, p50", f"{median(times) * 1000:.2f} ms")
    said(f"inclusion proof at {size:,}, p95", f"{times[int(PROOFS * 0.95)] * 1000:.2f} ms")
    start = perf_counter()
    store.consistency(size // 3, size)
    said(f"consistency proof at {size:,}", f"{(perf_counter() - start) * 1000:.2f} ms")

    file = home / "export.jsonl"
    start = perf_counter()
    with file.open("wb") as out:
        store.export(out, AT)
    said("export", f"{size / (perf_counter() - start):,.0f} leaves/s")
    start = perf_counter()
    with file.open("rb") as lines:
        report = verify_log(lines, key=store.public_key())
    said("verify the export", f"{size / (perf_counter() - start):,.0f} leaves/s, {'holds' if report.ok else 'FAILS'}")


def said(what: str, value: str) -> None:
    """Print one line of the table."""
    print(f"{what:48} {value}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
