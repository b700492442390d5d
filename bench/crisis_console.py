"""How long a counsellor waits for a page with 500 contacts waiting and 20 counsellors acting. `make bench-crisis_console`.

Contacts write through the line's own store, each under a key of their own. Every counsellor is a thread with a browser of
their own that acts every few seconds, as people do: looks at the queue, takes, reads, answers, closes. The pages go through
the real addresses, guards, views and templates, on SQLite as it is shipped. Arguments: contacts, counsellors, seconds.
"""

import os
import platform
import random
import shutil
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="samen-bench-console-")
os.environ |= {"SAMEN_HOME": HOME, "DJANGO_SETTINGS_MODULE": "samen.web.settings"}
sys.path.insert(0, str(Path(__file__).parents[1]))

import django

django.setup()

from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from samen.people.models import Account
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import contacts
from samen.rooms.crisis.store.contacts import Heard
from tests import named
from tests.rooms.crisis.service import counsellor

BAR_MS = 300
PAUSE = (2.0, 6.0)  # seconds between two acts of one counsellor
TEXT = "ik weet niet meer hoe het verder moet, alles loopt vast en ik slaap al weken niet"


def main(waiting: int, counsellors: int, seconds: float) -> int:
    """Measure, print, and say by the exit code whether the bar was met."""
    call_command("migrate", verbosity=0)
    now = timezone.now()
    for number in range(waiting):
        mine = contacts.of_token(contacts.begin("web", "nl", now=now).token)
        assert mine is not None
        at = now - timedelta(seconds=waiting - number)
        contacts.choose(mine.access, mine.contact, computer=number % 4 > 0, at=at)
        key = contacts.write(mine.access, mine.contact, TEXT, client_id="1", at=at)
        if number % 4 and key is not None:
            level = Level(4 if number % 40 == 1 else 3 if number % 20 == 2 else number % 3)
            contacts.heard(mine.access, mine.contact, Heard(level, 0.5, (), {key: [(0, 7, "bench")]}), at=at)
    crew = [counsellor(number, limit=2, now=now) for number in range(counsellors)]
    named.sign_in(Client(SERVER_NAME="localhost"), crew[0]).get("/line/console/")  # templates are read once
    taken: dict[str, list[float]] = {}
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=act, args=(each, until, taken)) for each in crew]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return report(taken, waiting, counsellors)


def act(account: Account, until: float, taken: dict[str, list[float]]) -> None:
    """Be one counsellor until the time is over."""
    browser = named.sign_in(Client(SERVER_NAME="localhost"), account)
    chance = random.Random(str(account.email))
    time.sleep(chance.uniform(0, PAUSE[1]))  # people do not begin at the same moment
    while time.monotonic() < until:
        timed(taken, "queue", lambda: browser.get("/line/console/"), chance)
        timed(taken, "take", lambda: browser.post("/line/console/take/"), chance)
        mine = Contact.objects.filter(taken_by=account, state="taken").first()
        if mine is None:
            continue
        page = f"/line/people/{mine.person_id}/"
        timed(taken, "read", lambda page=page: browser.get(page), chance)
        timed(taken, "answer", lambda page=page: browser.post(f"{page}reply/", {"text": "Vertel eens."}), chance)
        timed(taken, "close", lambda page=page: browser.post(f"{page}close/", {"outcome": "helped"}), chance)
    connections.close_all()


def timed(taken: dict[str, list[float]], what: str, do: object, chance: random.Random) -> None:
    """Do one thing, keep how long it took, and wait as a human would."""
    start = time.perf_counter()
    answer = do()  # type: ignore[operator]
    taken.setdefault(what, []).append((time.perf_counter() - start) * 1000)
    assert answer.status_code in (200, 302), answer.status_code
    time.sleep(chance.uniform(*PAUSE))


def report(taken: dict[str, list[float]], waiting: int, counsellors: int) -> int:
    """Print what was measured."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}")
    print(f"{waiting} waiting at first, {counsellors} counsellors acting; milliseconds")
    every = sorted(each for many in taken.values() for each in many)
    for what, many in [*taken.items(), ("all", every)]:
        ordered = sorted(many)
        half, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        print(f"  {what:8} n={len(ordered):5}  p50 {half:6.0f}  p99 {p99:6.0f}  longest {ordered[-1]:6.0f}")
    met = every[min(len(every) - 1, int(len(every) * 0.99))] <= BAR_MS
    print(f"bar: p99 of all at most {BAR_MS} ms: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:]] + [500, 20, 60][len(sys.argv) - 1 :]
    try:
        code = main(int(given[0]), int(given[1]), given[2])
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
    sys.exit(code)
