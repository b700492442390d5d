"""`samen serve` as an operator meets it: it refuses while something is dangerous, and serves when nothing is."""

import os
import signal
import socket
import subprocess
import time
from urllib.request import urlopen

import pytest

from tests import service

pytestmark = pytest.mark.service
STARTS_WITHIN = 60  # seconds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A service of which the database is there."""
    return service.migrated(tmp_path_factory.mktemp("serving") / "home", "serving")


def answers(made, **more):
    """Start the service, ask for the help page, and stop it; gives what the page answered."""
    port = free_port()
    running = subprocess.Popen(
        [*service.SAMEN, "serve", "--port", str(port)], env=made.environment(**more), start_new_session=True
    )
    try:
        until = time.monotonic() + STARTS_WITHIN
        while running.poll() is None and time.monotonic() < until:
            try:
                with urlopen(f"http://127.0.0.1:{port}/help", timeout=5) as page:
                    return page.status
            except OSError:
                time.sleep(0.1)
        return None
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(20)


def test_a_well_set_up_service_serves(ready):
    assert answers(ready) == 200


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"SAMEN_DEBUG": "1"}, "Debug is on"),
        ({"SAMEN_HOST": "0.0.0.0"}, "without TLS"),
        ({"SAMEN_HOST": "0.0.0.0", "SAMEN_DEMO": "1", "SAMEN_HTTPS": "1"}, "walks in as anybody"),
    ],
)
def test_a_dangerous_setting_is_never_served(ready, more, why):
    done = ready.samen("serve", "--port", free_port(), **more)
    assert (done.returncode, why in done.stderr, "mend:" in done.stderr) == (1, True, True)


def test_secrets_that_others_can_read_are_never_served(ready):
    file = ready.home / "secrets.toml"
    file.chmod(0o644)
    try:
        done = ready.samen("serve", "--port", free_port())
        assert (done.returncode, "can read the service's secrets" in done.stderr) == (1, True)
    finally:
        file.chmod(0o600)


def test_a_default_secret_is_never_served(tmp_path):
    made = service.migrated(tmp_path / "home", "default_secret")
    file = made.home / "secrets.toml"
    lines = [
        line if not line.startswith("django_key") else 'django_key = "changeme"'
        for line in file.read_text().splitlines()
    ]
    file.write_text("\n".join(lines))
    done = made.samen("serve", "--port", free_port())
    assert (done.returncode, "django_key" in done.stderr) == (1, True)


def test_a_taken_port_is_said_in_one_line(ready):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = ready.samen("serve", "--port", taken.getsockname()[1])
    assert (done.returncode, "taken by another program" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


def test_a_setting_that_cannot_be_meant_stops_every_command_in_one_line(ready):
    done = ready.samen("doctor", SAMEN_TIME_ZONE="Mars")
    assert (done.returncode, done.stderr.startswith("SAMEN_TIME_ZONE")) == (1, True)
    assert "Traceback" not in done.stderr


def test_the_doctor_ends_with_one_only_for_a_danger(ready):
    assert ready.samen("doctor").returncode == 0
    assert ready.samen("doctor", SAMEN_DEBUG="1").returncode == 1


def test_an_empty_database_is_no_danger(tmp_path):
    done = service.new(tmp_path / "home", "empty").samen("doctor")
    assert (done.returncode, "The database is empty" in done.stdout) == (0, True)


def test_the_doctor_lists_every_setting_without_passwords(ready):
    said = ready.well("doctor", "--settings", SAMEN_EMAIL_URL="smtp://samen:hunter2@mail.example:587")
    assert "SAMEN_BACKUP_DAYS" in said
    assert "hunter2" not in said


def test_a_database_with_data_is_not_migrated_unasked(ready):
    ready.python(
        "from django.core.management import call_command; call_command('migrate', 'record', 'zero', verbosity=0)"
    )
    try:
        done = ready.samen("serve", "--port", free_port())
        assert (done.returncode, "samen backup" in done.stderr) == (1, True)
    finally:
        ready.well("migrate")


def test_a_heavy_task_runs_in_a_process_of_its_own_and_is_left_by_the_serving_one(ready):
    code = """
import os
from samen.rooms.crisis.jobs.retraining import retrain
from samen.web import worker
assert not worker.is_heavy_waiting()
retrain.enqueue(candidate="00000000-0000-4000-8000-000000000000")
assert worker.is_heavy_waiting()
worker.queue_worker(batch=True).run()  # the thread of the serving process leaves it
assert worker.is_heavy_waiting()
worker._work_apart()
from django_tasks_db.models import DBTaskResult
done = DBTaskResult.objects.get(task_path__endswith="retrain")
print(done.status, done.return_value, os.getpriority(os.PRIO_PROCESS, 0))
"""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert ready.python(code).splitlines()[-1] == f"SUCCESSFUL not waiting {before}"
    assert ready.well("work") == ""  # nothing waits, and it ends
