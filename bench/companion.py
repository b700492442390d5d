"""How long a turn of the companion takes: alone, and with 50 people talking at once. `make bench-companion`.

Each person is a thread with a browser of their own that presses a button every few seconds, as people do, through the real
addresses, the gate, the ledger and the store, on SQLite as it is shipped. A turn is the press until its reply is kept; a page is what
is then read. Also the start (what is written, read once) and the memory; and, at the end, the search in a directory of 20,000 services
(bench/guide.py, in a process of its own). Arguments: people, seconds.
"""

import os
import platform
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="samen-bench-companion-")
os.environ |= {"SAMEN_HOME": HOME, "DJANGO_SETTINGS_MODULE": "samen.web.settings"}
sys.path.insert(0, str(Path(__file__).parents[1]))

import django

django.setup()

from django.core.management import call_command
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client

from samen.people.models import Person
from samen.rooms.companion.inference import reply
from samen.rooms.companion.store import modules
from tests import named
from tests.rooms.companion import in_use

ALONE_MS, TOGETHER_MS, START_S, MEMORY_MB = 50, 150, 2.0, 250
PAUSE = (2.0, 8.0)  # seconds between two presses of one person
TURNS_ALONE = 60
BUTTON = re.compile(r'name="press" value="([^"]*)"')
HIDDEN = re.compile(r'name="(turn|once)" value="([^"]*)"')
NEVER = {"human", "later", "stop", "what"}  # they leave the exercise; the others go on with it

Taken = dict[str, list[float]]


def main(people: int, seconds: float) -> int:
    """Measure, print, and say by the exit code whether the bars were met."""
    start = time.perf_counter()
    for language in ("en", "nl"):
        reply.index_of(modules.shipped(), language)
    began = time.perf_counter() - start
    call_command("migrate", verbosity=0)
    in_use.in_service()
    crowd = [named.person(f"P{number}", "nl") for number in range(people)]
    for each in crowd:
        in_use.says_yes(each, "nl")
    alone: Taken = {}
    walk(crowd[0], alone, lambda: len(alone.get("turn", ())) < TURNS_ALONE, pause=None)
    together: Taken = {}
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=walk, args=(each, together, lambda: time.monotonic() < until, PAUSE)) for each in crowd
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return report(people, began, alone, together)


def walk(who: Person, taken: Taken, going: Callable[[], bool], pause: tuple[float, float] | None) -> None:
    """Be one person until it is over: read the page, press one of its buttons."""
    browser = named.sign_in(Client(SERVER_NAME="localhost", headers={"accept-language": "nl"}), who)
    chance = random.Random(str(who.id))
    wait(pause, chance, first=True)
    browser.get("/companion/")  # the first look begins the talk, and templates are read once
    while going():
        page = timed(taken, "page", browser.get, "/companion/").content.decode()
        hidden = dict(HIDDEN.findall(page))
        pressed = chance.choice([each for each in BUTTON.findall(page) if each not in NEVER] or ["later"])
        wait(pause, chance)
        timed(taken, "turn", browser.post, "/companion/give/", {**hidden, "press": pressed})
    connections.close_all()


def wait(pause: tuple[float, float] | None, chance: random.Random, *, first: bool = False) -> None:
    """Wait as a human would; people do not begin at the same moment."""
    if pause is not None:
        time.sleep(chance.uniform(0 if first else pause[0], pause[1]))


def timed(taken: Taken, what: str, do: Callable[..., HttpResponse], *given: object) -> HttpResponse:
    """Do one thing, and keep how long it took."""
    start = time.perf_counter()
    answer = do(*given)
    taken.setdefault(what, []).append((time.perf_counter() - start) * 1000)
    assert answer.status_code in (200, 302), answer.status_code
    return answer


def report(people: int, began: float, alone: Taken, together: Taken) -> int:
    """Print what was measured."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}")
    print(f"what is written, read and made ready: {began:.2f} s; memory of the whole process {memory:.0f} MB")
    met = began <= START_S and memory <= MEMORY_MB
    for name, taken, bar in (("alone", alone, ALONE_MS), (f"{people} at once", together, TOGETHER_MS)):
        for what, times in taken.items():
            half, p99 = at(times, 0.5), at(times, 0.99)
            print(
                f"  {name:12} {what:5} n={len(times):5}  p50 {half:6.0f} ms  p99 {p99:6.0f} ms  longest {max(times):6.0f} ms"
            )
        met = met and at(taken["turn"], 0.99) <= bar
    print(
        f"bars: turn alone p99 {ALONE_MS} ms, {people} at once {TOGETHER_MS} ms, start {START_S} s, {MEMORY_MB} MB: "
        + ("met" if met else "MISSED")
    )
    return 0 if met else 1


def at(times: list[float], share: float) -> float:
    """Give a quantile."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:]] + [50, 60][len(sys.argv) - 1 :]
    try:
        code = main(int(given[0]), given[1])
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
    directory = subprocess.run([sys.executable, str(Path(__file__).with_name("guide.py"))])
    sys.exit(code or directory.returncode)
