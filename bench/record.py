"""How fast the record takes in, finds and shows. Run by `make bench-record`; prints the machine and each figure.

Works in a home of its own, which it removes. Arguments: a folder with bundles, and the sizes of the population.
"""

import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="samen-bench-record-")
os.environ |= {"SAMEN_HOME": HOME, "DJANGO_SETTINGS_MODULE": "samen.web.settings"}

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django.urls import reverse
from django.utils import timezone

from samen.people import store as people
from samen.people.access import CarePurpose, Ground
from samen.people.events import SECOND_FACTOR
from samen.people.models import Person
from samen.people.roles import Role
from samen.rooms.record import commands, door
from samen.rooms.record.models import Resource, Version

BUNDLES = Path(__file__).parents[2] / "shared" / "data" / "synthea"
SIZES = (200, 50_000)
ENTRIES = 200  # of the person whose page is measured
LOOKS = 20


def main(folder: Path, sizes: tuple[int, ...]) -> None:
    """Measure and print."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}")
    call_command("migrate", verbosity=0, skip_checks=True)
    if folder.is_dir():
        imports(folder)
    for size in sizes:
        fill(size)
        pages(size)


def imports(folder: Path) -> None:
    """Import the bundles twice: as new, and as known."""
    for what in ("new", "known"):
        start = time.perf_counter()
        rows = [row for file in commands.find(folder) for some in commands.take_file(file) for row in some]
        seconds = time.perf_counter() - start
        count = sum(row.outcome in ("new", "same") for row in rows)
        print(f"import, {what}: {count} resources in {seconds:.2f} s = {count / seconds:.0f}/s (aim: 300/s)")
    print(
        f"  {Resource.objects.count()} rows, {Version.objects.count()} versions, sealed, each file one durable transaction"
    )


def fill(size: int) -> None:
    """Make people up to this number, with one resource each."""
    start = time.perf_counter()
    missing = size - Person.objects.count()
    for some in range(0, missing, 2000):
        names = [(f"Person {number}", "en", None) for number in range(some, min(some + 2000, missing))]
        made = people.create_people(names)
        door.save_many([(people.machine(each.id, Ground.IMPORT), weight(1)) for each in made])
    print(f"{size} people: made in {time.perf_counter() - start:.0f} s")


def weight(day: int) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}]},
        "effectiveDateTime": f"2026-{1 + day % 11:02}-{1 + day % 27:02}T10:00:00Z",
        "valueQuantity": {"value": 70 + day % 5, "unit": "kg"},
    }


def pages(size: int) -> None:
    """Ask for the timeline as the person and as a clinician."""
    account = people.create_account(f"noor{size}@example.org", "Noor", "en")
    sam = people.create_account(f"sam{size}@example.org", "Sam", "en")
    noor = people.create_person("Noor", "en", account)
    now = timezone.now()
    people.grant_role(sam, Role.CLINICIAN, now=now)
    people.grant_role(sam, Role.CLINICAL_LEAD, now=now)
    people.start_care(noor.id, sam, Role.CLINICIAN, CarePurpose.TREATMENT, by=sam, now=now)
    door.save_many([(people.machine(noor.id, Ground.IMPORT), weight(day)) for day in range(ENTRIES)])
    for who, address in ((account, reverse("record:mine")), (sam, reverse("record:person", args=[noor.id]))):
        client = Client()
        client.force_login(who)
        session = client.session
        session[SECOND_FACTOR] = str(who.pk)
        session.save()
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        queries = len(asked)  # now: the next request empties what was caught
        times = sorted(look(client, address) for _ in range(LOOKS))
        print(
            f"  {address[:8]:8} {queries} queries (at most 15), p50 {times[LOOKS // 2]:.0f} ms, slowest {times[-1]:.0f} ms (300)"
        )


def look(client: Client, address: str) -> float:
    start = time.perf_counter()
    client.get(address)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    setup_test_environment()
    try:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLES, tuple(map(int, sys.argv[2:])) or SIZES)
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
