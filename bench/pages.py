"""How long each page takes for each role: in the demo's service, and in the same service grown to 50,000 people. `make bench-pages`.

The demo's people came in through the real paths. The others are written in bulk at the database, since this is a bench: each with
a key, choices, an inference that a human decided, looks, denied runs and resources, cared for by clinicians of their own. Pages go
through the real addresses, views and templates. Arguments: the sizes of the larger services.
"""

import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

HOME = tempfile.mkdtemp(prefix="samen-bench-pages-")
os.environ |= {"SAMEN_HOME": HOME, "SAMEN_DEMO": "1", "DJANGO_SETTINGS_MODULE": "samen.web.settings"}
sys.path.insert(0, str(Path(__file__).parents[1]))

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samen.people import store as people
from samen.people.models import Access, Account, CareRelationship, Person, RoleGrant
from samen.people.roles import Role
from samen.rights.models.consent import Notice, Statement
from samen.rights.models.inference import Decision, DeniedRun, InferenceRecord, PermitRow
from samen.rights.models.service import Case
from samen.rights.oversight import State
from samen.rights.store import tallies
from samen.rooms.record.models import Resource, Version
from samen.web.demo import prepare
from tests import sights

LARGE = 50_000
CASELOAD = 40  # people per clinician
LOOKS = 5
MOST_QUERIES, MOST_MS = 15, 300
BATCH = 2000

Figures = dict[tuple[str, str], tuple[int, float]]  # (who, path) -> queries, milliseconds in the middle


def main(sizes: Sequence[int]) -> None:
    """Measure and print; whatever is above its bound, or grows with the people, is named."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}")
    call_command("migrate", verbosity=0)
    prepare.prepare(lambda *_: None, now=timezone.localtime())
    pages, unknown = sights._walk()
    chosen = [(each["who"], each["path"]) for each in pages]
    print(f"{Person.objects.count()} people, {len(chosen)} pages by role; not walked: {', '.join(unknown) or 'none'}")
    small = measure(chosen)
    said(small)
    for size in sizes:
        start = time.perf_counter()
        grow(size)
        print(f"\n{Person.objects.count()} people (made in {time.perf_counter() - start:.0f} s)")
        large = measure(chosen)
        said(large)
        more = {key: (small[key][0], large[key][0]) for key in chosen if small[key][0] != large[key][0]}
        print(f"  pages that ask the database another number of times than in the demo: {more or 'none'}")


def measure(chosen: Sequence[tuple[str, str]]) -> Figures:
    """Look at each page as its role several times; the first look warms up and does not count."""
    found: Figures = {}
    clients: dict[str, Client] = {}
    for who, path in chosen:
        client = clients.get(who) or clients.setdefault(who, _signed_in(who))
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        # Read now: the next request empties what was caught. Openings and endings of a transaction are no questions.
        queries = sum(not each["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for each in asked)
        found[who, path] = queries, statistics.median(_look(client, path) for _ in range(LOOKS))
    return found


def _signed_in(who: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "en"})
    if who != "visitor":
        client.post(f"/demo/enter/{who}")
    return client


def _look(client: Client, path: str) -> float:
    """Give milliseconds of processor time, so that other work on this machine does not count."""
    start = time.process_time()
    client.get(path)
    return (time.process_time() - start) * 1000


def said(found: Figures) -> None:
    """Print the middle and the worst, and each page above a bound."""
    queries, took = [each[0] for each in found.values()], [each[1] for each in found.values()]
    print(f"  queries: {statistics.median(queries):.0f} in the middle, {max(queries)} at most (bound {MOST_QUERIES})")
    print(
        f"  server time: {statistics.median(took):.0f} ms in the middle, {max(took):.0f} ms at most (bound {MOST_MS})"
    )
    for (who, path), (asked, ms) in sorted(found.items(), key=lambda each: -each[1][1]):
        if asked > MOST_QUERIES or ms > MOST_MS:
            print(f"  ABOVE: {who} {path}: {asked} queries, {ms:.0f} ms")


def grow(size: int) -> None:
    """Write people in bulk until there are so many."""
    now = timezone.now()
    leaves = count(10**9)
    record = InferenceRecord.objects.filter(state=State.RELEASED).select_related("permit").first()
    decision = Decision.objects.first()
    statements = list(Statement.objects.filter(person=record.person_id)[:2])
    while (missing := size - Person.objects.count()) > 0:
        made = people.create_people([(f"Person {number}", "nl", None) for number in range(min(BATCH, missing))])
        with transaction.atomic():
            _care(made, now)
            _choices(made, statements)
            _inferences(made, record, decision, leaves, now)
            _resources(made, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tallies.fold(now)  # as the hourly look does


def _care(made: Sequence[Person], now: datetime) -> None:
    workers = [Account(email=f"{uuid4()}@example.org", name="A colleague") for _ in made[::CASELOAD]]
    Account.objects.bulk_create(workers)
    since = now - timedelta(days=30)
    role = Role.CLINICIAN
    RoleGrant.objects.bulk_create(RoleGrant(account=each, role=role, starts=since) for each in workers)
    CareRelationship.objects.bulk_create(
        CareRelationship(
            person=each, account=workers[place // CASELOAD], role=role, purpose="treatment", starts=since, ends=None
        )
        for place, each in enumerate(made)
    )
    Access.objects.bulk_create(
        Access(
            person=each, account=workers[place // CASELOAD], role=role, ground="care", scope="record",
            purpose="treatment", what="record:person", at=now - timedelta(days=day),
        )
        for place, each in enumerate(made)
        for day in range(1, 5)
    )  # fmt: skip


def _choices(made: Sequence[Person], statements: Sequence[Statement]) -> None:
    first = statements[0]
    Notice.objects.bulk_create(
        Notice(person=each, subject=first.subject, words=first.words, at=first.at) for each in made
    )
    Statement.objects.bulk_create(_copy(said, id=uuid4(), person=each) for each in made for said in statements)


def _inferences(
    made: Sequence[Person], record: InferenceRecord, decision: Decision, leaves: Iterator[int], now: datetime
) -> None:
    permits = [_copy(record.permit, id=uuid4(), person=each) for each in made]
    PermitRow.objects.bulk_create(permits)
    held = [place % 100 == 0 for place in range(len(made))]
    records = [
        _copy(
            record, id=uuid4(), permit=permit, person=each, leaf=next(leaves), body=b"sealed",
            state=State.HELD, due=now + timedelta(days=5),
        )
        for each, permit in zip(made, permits, strict=True)
    ]  # fmt: skip
    InferenceRecord.objects.bulk_create(records)
    Decision.objects.bulk_create(
        _copy(decision, record=each, body=b"sealed", leaf=each.leaf)
        for each, waits in zip(records, held, strict=True)
        if not waits
    )
    # The database lets no finding out before a human decided on it, not even here.
    InferenceRecord.objects.filter(leaf__gte=records[0].leaf, decision__isnull=False).update(state=State.RELEASED)
    DeniedRun.objects.bulk_create(
        DeniedRun(person=each, system=record.system_id, code="NO_CONSENT", at=now) for each in made
    )
    Case.objects.bulk_create(
        Case(
            kind="human", person=each, opened_at=now, due=now + timedelta(days=2), leaf=next(leaves),
            closed_at=now if place % 400 else None, closed_by=decision.by if place % 400 else None,
            outcome="answered" if place % 400 else "",
        )
        for place, each in enumerate(made[::50])
    )  # fmt: skip


def _resources(made: Sequence[Person], now: datetime) -> None:
    rows = [
        Resource(
            type="Observation", fhir_id=uuid4().hex, person=each, order=1, version=1, updated_at=now, date=now,
            code="http://loinc.org|29463-7", status="final", origin="import",
        )
        for each in made
        for _ in range(3)
    ]  # fmt: skip
    Resource.objects.bulk_create(rows)
    Version.objects.bulk_create(Version(resource=each, number=1, at=now, body=b"sealed") for each in rows)


def _copy(row, **other):
    """Give a new row like another, with some fields of its own."""
    same = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
    for name, value in other.items():
        same.pop(row._meta.get_field(name).attname)
        same[name] = value
    return type(row)(**same)


if __name__ == "__main__":
    try:
        main(tuple(map(int, sys.argv[1:])) or (LARGE,))
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
