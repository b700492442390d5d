"""How long a turn of the companion takes: alone, and with 50 people talking at once. `make bench-companion`.

A service of its own is served by `samen serve`, on SQLite as it is shipped. Each person is a thread with a connection and a session of
their own that presses a button every few seconds, as people do, over HTTP: addresses, gate, ledger and store are the real ones. A turn is
the press until its answer, which comes when the reply is kept; a page is what is then read. Also the start (what is written, read once)
and the memory of the process that answers; and, at the end, the search in a directory of 20,000 services (bench/guide.py, in a process of
its own). Arguments: people, seconds.
"""

import os
import platform
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

HOME = tempfile.mkdtemp(prefix="samen-bench-companion-")
os.environ |= {"SAMEN_HOME": HOME, "DJANGO_SETTINGS_MODULE": "samen.web.settings"}
sys.path.insert(0, str(Path(__file__).parents[1]))

import django

django.setup()

from django.core.management import call_command
from django.db import connection, connections

from samen.rooms.companion.inference import reply
from samen.rooms.companion.store import modules
from tests import named
from tests.rooms.companion import in_use

ALONE_MS, TOGETHER_MS, START_S, MEMORY_MB = 50, 150, 2.0, 250
PAUSE = (2.0, 8.0)  # seconds between two presses of one person
TURNS_ALONE = 300
STARTS_WITHIN = 30  # seconds
BUTTON = re.compile(r'name="press" value="([^"]*)"')
HIDDEN = re.compile(r'name="(turn|once|csrfmiddlewaretoken)" value="([^"]*)"')
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
    sessions = [named.session_of(each) for each in crowd]
    connections.close_all()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    server = subprocess.Popen([sys.executable, "-m", "samen.cli", "serve", "--port", str(port)], env=plain)
    try:
        wait_for(port, server)
        alone: Taken = {}
        walk(port, sessions[0], alone, lambda: len(alone.get("turn", ())) < TURNS_ALONE, pause=None)
        together: Taken = {}
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=walk, args=(port, each, together, lambda: time.monotonic() < until, PAUSE))
            for each in sessions
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        memory = memory_of(server.pid)
    finally:
        server.terminate()
        server.wait(30)
    return report(people, began, memory, alone, together)


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the service answers."""
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if time.monotonic() > until or server.poll() is not None:
                sys.exit("The service did not start. Run `samen serve` to read why.")
            time.sleep(0.1)


def memory_of(parent: int) -> float:
    """Give the most memory that the process which answers ever held, in MB: the largest child of `samen serve`."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    most = [re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{each}/status").read_text()) for each in children]
    return max(int(found[1]) for found in most if found) / 1024


def walk(port: int, session: str, taken: Taken, going: Callable[[], bool], pause: tuple[float, float] | None) -> None:
    """Be one person until it is over: read the page, press one of its buttons."""
    chance = random.Random(session)
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    wait(pause, chance, first=True)
    cookies, _ = ask(connection, "GET", "/companion/", {"sessionid": session})  # the first look begins the talk
    while going():
        cookies, page = timed(taken, "page", ask, connection, "GET", "/companion/", cookies)
        pressed = chance.choice([each for each in BUTTON.findall(page) if each not in NEVER] or ["later"])
        wait(pause, chance)
        sent = urlencode({**dict(HIDDEN.findall(page)), "press": pressed})
        cookies, _ = timed(taken, "turn", ask, connection, "POST", "/companion/give/", cookies, sent)
    connection.close()


def ask(
    connection: HTTPConnection, method: str, path: str, cookies: dict[str, str], sent: str = ""
) -> tuple[dict[str, str], str]:
    """Send one request as a browser does, and give the cookies from then on and the page."""
    headers = {
        "Accept-Language": "nl",
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request(method, path, sent or None, headers)
    answer: HTTPResponse = connection.getresponse()
    page = answer.read().decode()
    assert answer.status in (200, 302), (answer.status, page[:300])
    given = [each.split(";")[0].split("=", 1) for each in answer.headers.get_all("Set-Cookie") or ()]
    return {**cookies, **{name: value for name, value in given}}, page


def wait(pause: tuple[float, float] | None, chance: random.Random, *, first: bool = False) -> None:
    """Wait as a human would; people do not begin at the same moment."""
    if pause is not None:
        time.sleep(chance.uniform(0 if first else pause[0], pause[1]))


def timed(
    taken: Taken, what: str, do: Callable[..., tuple[dict[str, str], str]], *given: object
) -> tuple[dict[str, str], str]:
    """Do one thing, and keep how long it took."""
    start = time.perf_counter()
    answer = do(*given)
    taken.setdefault(what, []).append((time.perf_counter() - start) * 1000)
    return answer


def report(people: int, began: float, memory: float, alone: Taken, together: Taken) -> int:
    """Print what was measured."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}")
    print(f"what is written, read and made ready: {began:.2f} s; memory of the process that answers {memory:.0f} MB")
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
