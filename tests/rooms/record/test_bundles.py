import json
import os
import shutil
import subprocess
import sys
from collections import Counter

import pytest
import rfc8785
from django.db import transaction
from typer.testing import CliRunner

from samen.ledger import store as ledger
from samen.people.access import Ground
from samen.people.models import Access, Person
from samen.rooms.record import source
from samen.rooms.record.commands import app
from samen.rooms.record.models import Identifier, Resource, Version
from tests import tables
from tests.incoming import SYNTHEA, bundle, needs_synthea, note, patient, take

FILES = sorted(SYNTHEA.glob("*.json"))
runner = CliRunner()


def exact(text):
    """Give the canonical form with each number as the text it came with, since 18.0 is not 18."""
    return rfc8785.dumps(
        json.loads(text, parse_float=lambda number: {"#": number}, parse_int=lambda number: {"#": number})
    )


def sent():
    return {
        f"{piece.type}/{piece.id}": piece.text
        for file in FILES
        for piece in source.take_apart(file.read_text(), lines=False)
    }


def state():
    return (
        list(Resource.objects.order_by("pk").values()),
        Version.objects.count(),
        Identifier.objects.count(),
        Person.objects.count(),
        ledger.head(),
    )


@pytest.fixture(scope="class")
def imported(django_db_setup, django_db_blocker):
    """Import the eight bundles once for a class of tests, and leave nothing behind."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield runner.invoke(app, ["import", "fhir", str(SYNTHEA)])
        transaction.set_rollback(True)


@needs_synthea
@pytest.mark.django_db
@pytest.mark.usefixtures("imported")
class TestTheEightBundles:
    def test_all_entries_come_in(self, imported):
        assert imported.exit_code == 0
        assert Counter(Resource.objects.values_list("origin", flat=True)) == {"import": 2120, "placeholder": 45}

    def test_each_belongs_to_one_of_eight_people(self):
        people = Counter(Resource.objects.filter(origin="import").values_list("person", flat=True))
        assert len(people) == 8
        assert None not in people

    def test_each_resource_goes_out_equal_to_how_it_came_in(self, tmp_path):
        out = {}
        for number, person in enumerate(Person.objects.all()):
            file = tmp_path / f"{number}.ndjson"
            assert (
                runner.invoke(app, ["export", "person", str(person.id), "--as-received", "--out", str(file)]).exit_code
                == 0
            )
            for line in file.read_text().splitlines():
                name = json.loads(line)
                out[f"{name['resourceType']}/{name['id']}"] = line
        came = sent()
        assert out.keys() == came.keys()
        assert [ref for ref in came if exact(out[ref]) != exact(came[ref])] == []

    def test_every_link_of_the_resolved_export_leads_to_something_in_it(self):
        person = Person.objects.order_by("id").first()
        result = runner.invoke(app, ["export", "person", str(person.id)])
        resources = [json.loads(line) for line in result.stdout.splitlines()]
        there = {f"{one['resourceType']}/{one['id']}" for one in resources}

        def references(value):
            inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            if isinstance(value, dict) and isinstance(value.get("reference"), str):
                yield value["reference"]
            for one in inner:
                yield from references(one)

        assert {ref for one in resources for ref in references(one) if not ref.startswith("#")} <= there

    def test_importing_them_again_changes_nothing(self):
        before = state()
        result = runner.invoke(app, ["import", "fhir", str(SYNTHEA)])
        assert "0 new, 0 changed, 2120 already here, 0 refused" in result.stdout
        assert state() == before


@pytest.mark.django_db
def test_the_person_sees_that_a_copy_was_made():
    take(bundle(patient(), note()))
    person = Person.objects.get()
    runner.invoke(app, ["export", "person", str(person.id)])
    assert list(Access.objects.values_list("person", "ground", "what")) == [
        (person.id, Ground.PORTABILITY, "record:export")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("how", [["--as-received"], []])
def test_a_bundle_that_goes_out_comes_in_again_without_change(tmp_path, how):
    take(bundle(patient(), note(valueQuantity={"value": 18.0})))
    file = tmp_path / "copy.json"
    person = Person.objects.get()
    runner.invoke(app, ["export", "person", str(person.id), *how, "--format", "bundle", "--out", str(file)])
    assert [row.outcome for row in take(file.read_text())] == ["same", "same"]


@pytest.mark.django_db
def test_the_report_says_of_each_refused_entry_which_and_why(tmp_path):
    file, report = tmp_path / "in.json", tmp_path / "report.csv"
    file.write_text(bundle(patient(), note(2, about=5)))
    result = runner.invoke(app, ["import", "fhir", str(file), "--report", str(report)])
    assert result.exit_code == 3
    assert (
        'in.json,2,Observation/00000000-0000-0000-0000-000000000002,refused,NO_PERSON,"We do not know'
        in report.read_text()
    )


@pytest.mark.django_db
def test_an_import_of_which_nothing_can_be_read_fails(tmp_path):
    file = tmp_path / "in.json"
    file.write_bytes(b"\xff\xfe")
    assert runner.invoke(app, ["import", "fhir", str(file)]).exit_code == 1


@pytest.mark.slow
@pytest.mark.django_db
def test_a_bundle_of_fifty_megabytes_comes_in(tmp_path):
    letter = "x" * 500_000
    file = tmp_path / "big.json"
    file.write_text(bundle(patient(), *[note(number, valueString=letter + str(number)) for number in range(2, 103)]))
    assert file.stat().st_size > 50 * 10**6
    assert runner.invoke(app, ["import", "fhir", str(file)]).exit_code == 0
    assert Version.objects.count() == 102


MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
"""
KILLED = """
import os, sys
import django
django.setup()
from samen.rooms.record import commands
from samen.rooms.record.store import intake
from pathlib import Path
intake.CHUNK = 40
for number, rows in enumerate(commands.take_file(Path(sys.argv[1]))):
    if number == int(sys.argv[2]):
        if sys.argv[3] == "inside":
            intake.ledger.append = lambda *_, **__: os.kill(os.getpid(), 9)
        else:
            os.kill(os.getpid(), 9)
"""
STATE = """
import hashlib, sys
import django
django.setup()
from samen.people.access import Ground
from samen.people.models import Person
from samen.people.store import machine
from samen.rooms.record.models import Identifier, Resource, Version
from samen.rooms.record.store import reading
lines = []
for person in Person.objects.all():
    held = list(reading.everything(machine(person.id, Ground.IMPORT)))
    patient = next(one.fhir_id for one in held if one.type == "Patient")
    lines += [repr((patient, one.ref, one.version, one.date, one.code, one.body)) for one in held]
shared = reading.shared({f"{kind}/{name}" for kind, name in Resource.objects.filter(person=None).values_list("type", "fhir_id")})
lines += [repr((one.ref, one.version, one.origin, one.body)) for one in shared]
lines.append(repr((Version.objects.count(), Identifier.objects.count(), Person.objects.count())))
print(hashlib.sha256("\\n".join(sorted(lines)).encode()).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.on_sqlite  # the service that is killed has a database of its own
@needs_synthea
@pytest.mark.parametrize("where", ["between", "inside"])
def test_an_import_that_was_killed_goes_on_and_ends_the_same(tmp_path, empty_service, where):
    shutil.copytree(empty_service, tmp_path / "killed")
    shutil.copytree(empty_service, tmp_path / "whole")
    killed, whole = environment(tmp_path / "killed"), environment(tmp_path / "whole")
    assert run(killed, KILLED, FILES[0], 3, where).returncode == -9
    cut = run(killed, STATE).stdout
    run(killed, KILLED, FILES[0], -1, where)
    run(whole, KILLED, FILES[0], -1, where)
    assert run(killed, STATE).stdout == run(whole, STATE).stdout != cut


@pytest.fixture(scope="module")
def empty_service(tmp_path_factory):
    """Give a home with an empty database."""
    home = tmp_path_factory.mktemp("empty")
    tables.fill_home(home)
    run(environment(home), MIGRATE)
    return home


def environment(home):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAMEN_", "PYTEST_"))}
    return {**kept, "SAMEN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "samen.web.settings"}


def run(env, code, *args):
    done = subprocess.run([sys.executable, "-c", code, *map(str, args)], env=env, capture_output=True, text=True)
    assert done.returncode in (0, -9), done.stderr
    return done
