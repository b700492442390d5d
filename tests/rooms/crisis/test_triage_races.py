"""No contact is taken twice, and a message that was acknowledged is kept when the process dies at that very moment."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.utils import timezone

from samen.rooms.crisis.models.contact import Message
from samen.rooms.crisis.store import contacts
from tests import service
from tests.service import Service

BEGIN = "from samen.cli import set_up\nset_up()\n"
CONTACTS, COUNSELLORS, EACH = 100, 4, 250  # 1,000 takes race for 100 contacts


def started(apart: Service, script: str, *args: str) -> subprocess.Popen:
    """Start a process of this service, so that several run at once."""
    command = [sys.executable, "-c", BEGIN + script, *args]
    return subprocess.Popen(command, env=apart.environment(), stdout=subprocess.PIPE, text=True)


RACER = """
import sys
from django.utils import timezone
from samen.people.access import NotAllowed
from samen.people.models import Account
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.store import queue
account = Account.objects.get(email=sys.argv[1])
for _ in range(int(sys.argv[2])):
    try:
        got = queue.take_next(account, now=timezone.now())
    except NotAllowed:  # as many talks as they can hold: those are closed, and the race goes on
        Contact.objects.filter(taken_by=account, state="taken").update(state="closed", closed_at=timezone.now())
        continue
    if got is not None:
        print(got.contact, flush=True)
"""

PREPARE = """
from datetime import timedelta
from django.utils import timezone
from samen.people import store as people
from samen.people.roles import Role
from samen.rooms.crisis.store import contacts, duty
now = timezone.now()
for number in range(%d):
    made = people.create_account(f"c{number}@example.org", f"C {number}")
    people.grant_role(made, Role.COUNSELLOR, now=now - timedelta(days=1))
    duty.begin(made, limit=5, now=now)
for number in range(%d):
    mine = contacts.of_token(contacts.begin("web", "nl", now=now).token)
    contacts.write(mine.access, mine.contact, "hoi", client_id=str(number), at=now)
"""


@pytest.mark.slow
@pytest.mark.service
def test_in_a_thousand_races_no_contact_is_taken_twice_and_none_is_left(tmp_path: Path):
    apart = service.migrated(tmp_path / "home", "races")
    apart.python(PREPARE % (COUNSELLORS, CONTACTS))
    racers = [started(apart, RACER, f"c{number}@example.org", str(EACH)) for number in range(COUNSELLORS)]
    taken = Counter(line for each in racers for line in each.communicate(timeout=300)[0].split())
    assert [each.returncode for each in racers] == [0] * COUNSELLORS
    assert [each for each, n in taken.items() if n > 1] == []
    assert len(taken) == CONTACTS


@pytest.mark.django_db
def test_a_message_sent_twice_stands_once():
    now = timezone.now()
    mine = contacts.of_token(contacts.begin("web", "nl", now=now).token)
    assert contacts.write(mine.access, mine.contact, "hoi", client_id="7", at=now) is not None
    assert contacts.write(mine.access, mine.contact, "hoi", client_id="7", at=now) is None
    assert Message.objects.count() == 1


WRITER = """
from django.utils import timezone
from samen.rooms.crisis.store import contacts
now = timezone.now()
mine = contacts.of_token(contacts.begin("web", "nl", now=now).token)
for number in range(100000):
    contacts.write(mine.access, mine.contact, "hoi", client_id=str(number), at=now)
    print(number, flush=True)
"""


COUNT = """
from samen.rooms.crisis.models.contact import Contact, Message
print(*Message.objects.values_list("client_id", flat=True), Contact.objects.get().state)
"""


@pytest.mark.slow
@pytest.mark.service
def test_no_acknowledged_message_is_lost_at_kill_9(tmp_path: Path):
    apart = service.migrated(tmp_path / "home", "killed")
    writer = started(apart, WRITER)
    acknowledged = [writer.stdout.readline().strip() for _ in range(40)]
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    acknowledged += writer.stdout.read().split()[:-1]  # the last line may be half a number
    *kept, state = apart.python(COUNT).split()
    assert set(acknowledged) <= set(kept)
    assert state == "waiting"
