"""Seeded faults against the way in: nothing that was acknowledged is lost, and nothing is doubled.

    .venv/bin/python bench/torture_sensing.py [--runs 1000] [--seed 1]

Each run is a process of its own on one service's home. It takes batches in, doubled, reordered and late ones among them,
moves the inbox into the archive, and is ended at once (as by kill -9) at a moment that the seed picks, or meets a disk that takes no
more bytes. What it acknowledged before that, it told through a pipe. After a kill, files that were not yet known to be on
disk are torn as a loss of power tears them. In the end every acknowledged event must be there once, and no other, in the
events as in the typed table of their stream.
"""

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

T0 = 1_770_000_000_000
FAULTS = ("kill", "kill", "kill", "disk", "torn", "none")


def main() -> int:
    """Run, and print what was found; gives 1 when anything was lost or doubled."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="samen-torture-") as home:
        os.environ |= {"SAMEN_HOME": home, "SAMEN_DEMO": "1", "DJANGO_SETTINGS_MODULE": "samen.web.settings"}
        os.environ["POLARS_MAX_THREADS"] = "1"
        return torture(given.runs, given.seed)


def torture(runs: int, seed: int) -> int:
    """Prepare a service in a child, then break it again and again, each time in a child."""
    import django  # noqa: PLC0415 -- needs the home that was just named

    django.setup()  # once: each run begins as a copy of this process, which never touches the database or the archive
    _in_child(lambda tell: tell(_prepare()))
    acknowledged: set[int] = set()
    sent: list[list[int]] = []
    counts = dict.fromkeys(("kill", "disk", "torn", "none", "wrong"), 0)
    begun = time.monotonic()
    for run in range(runs):
        chance = random.Random(f"{seed} {run}")
        fault = chance.choice(FAULTS)
        batches = _batches(chance, run, sent)
        told, died = _in_child(lambda tell, b=batches, f=fault, c=chance: _work(tell, b, f, c))  # type: ignore[misc]
        for line in told:
            acknowledged |= set(batches[int(line)])
        counts[fault] += 1
        if fault == "torn" or (died and chance.random() < 0.3):
            _in_child(lambda tell, c=chance: _tear(c))  # type: ignore[misc]
        if (run + 1) % 25 == 0 or run + 1 == runs:
            counts["wrong"] += _wrong(acknowledged, {each for batch in sent for each in batch})
            if sys.stderr.isatty():
                print(f"{run + 1} of {runs} runs", file=sys.stderr)
    took = time.monotonic() - begun
    faults = ", ".join(f"{n} {name}" for name, n in counts.items() if name != "wrong")
    print(
        f"{runs} runs in {took:.0f} s ({faults}): {len(acknowledged):,} events acknowledged, {counts['wrong']} lost or doubled"
    )
    return 1 if counts["wrong"] else 0


def _batches(chance: random.Random, run: int, sent: list[list[int]]) -> list[list[int]]:
    """Give what a run sends: new batches, late ones, and some that were sent before, reordered or in part."""
    found = []
    for at in range(chance.randint(1, 4)):
        start = (run if chance.random() < 0.8 else chance.randint(0, run)) * 100_000 + at * 1000
        found.append([start + each for each in range(chance.randint(1, 60))])
    for old in chance.sample(sent, min(len(sent), chance.randint(0, 2))):
        found.append(chance.sample(old, chance.randint(1, len(old))))
    sent += found
    return found


def _in_child(work: Any) -> tuple[list[str], bool]:
    """Do work in a process of its own; gives the lines that it told, and whether it died of a signal."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            work(lambda line: os.write(writing, f"{line}\n".encode()))
            status = 0
        except BaseException as wrong:
            if os.environ.get("TORTURE_LOUD"):
                print(repr(wrong)[:300], file=sys.stderr)
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as lines:
        told = lines.read().splitlines()
    _, status = os.waitpid(child, 0)
    return told, os.WIFSIGNALED(status)


def _set_up() -> Any:
    from samen.people.models import Person  # noqa: PLC0415
    from samen.rooms.sensing.store import archive, events, inbox, keys  # noqa: PLC0415

    return Person, archive, events, inbox, keys


def _prepare() -> str:
    from django.core.management import call_command  # noqa: PLC0415

    from samen.rooms.sensing.commands import way_in  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 -- the keys are not needed here
    way_in.try_out("steps", since="2026-01-01", refuse="", for_research=True)
    return "ready"


def _access(people: Any, keys: Any) -> Any:
    from samen.people.access import Allowed, Ground  # noqa: PLC0415
    from samen.people.roles import Role, Scope  # noqa: PLC0415

    person = people.objects.get()
    access = Allowed(person.id, Scope.RIGHTS, Ground.OWN, Role.PERSON, person.account_id)
    return access, keys.participant_of(access, at=datetime.now(UTC))


def _work(tell: Any, batches: list[list[int]], fault: str, chance: random.Random) -> None:
    people, _, _, inbox, keys = _set_up()
    from samen.rooms.sensing.judging import Limits  # noqa: PLC0415

    access, who = _access(people, keys)
    limits = Limits(10**6, 10**9, 10**9, 10**9, 0)
    now = datetime.now(UTC)
    if fault == "kill":
        signal.setitimer(signal.ITIMER_REAL, chance.random() ** 2 * 0.25 + 0.001)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if fault == "disk":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        most = chance.choice([1, 4_096, 20_000, 200_000])
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    steps = [*(("send", at) for at in range(len(batches))), ("move", 0), ("move", 0)]
    chance.shuffle(steps)
    for what, at in steps:
        try:
            if what == "move":
                inbox.drain(at=now, told=_dies(chance) if fault == "torn" else lambda step: None)
                continue
            events = [{"timestamp": T0 + each, "sensor": "lamp.steps", "data": {"value": each}} for each in batches[at]]
            chance.shuffle(events)
            inbox.take_in(access, inbox.Sent("sensor", who_device(who), events, now, limits))
        except Exception:  # a full disk: not acknowledged, and tried again another time
            if fault != "disk":
                raise
            continue
        tell(at)


def who_device(who: Any) -> Any:
    """Give the id of the device that sends."""
    return who.keys.get().id


def _dies(chance: random.Random) -> Any:
    last = chance.choice(["claimed", "read", "typed", "written", "safe", "emptied"])

    def told(step: str) -> None:
        if step == last:
            os.kill(os.getpid(), signal.SIGKILL)

    return told


def _tear(chance: random.Random) -> None:
    _, archive, *_ = _set_up()
    for table in archive.tables():
        _tear_table(table, chance)


def _tear_table(table: Any, chance: random.Random) -> None:
    later = [file for file in table.versions() if int(file.stem) > table.safe_version()]
    if not later:
        return
    since = later[0].stat().st_mtime - 1
    files = [*later, *(file for file in table.place.rglob("*.parquet") if file.stat().st_mtime >= since)]
    named = b"".join(file.read_bytes() for file in table.versions() if int(file.stem) <= table.safe_version())
    torn = [file for file in files if file.name.encode() not in named and "checkpoint" not in file.name]
    one: Path = chance.choice(torn or later)
    size = one.stat().st_size
    one.write_bytes(one.read_bytes()[: chance.randint(0, max(0, size - 1))])


def _wrong(acknowledged: set[int], sent: set[int]) -> int:
    """Say how many events are lost, doubled or from nowhere, now and after everything was moved."""
    found = 0
    for moves in (False, True):
        told, _ = _in_child(lambda tell, m=moves: _look(tell, m))  # type: ignore[misc]
        if not told or told[-1] != "whole":
            return found + 1
        seen = [int(line) for line in told[:-1]]
        found += len(acknowledged - set(seen)) + len(seen) - len(set(seen)) + len(set(seen) - sent)
    return found


def _look(tell: Any, moves: bool) -> None:
    people, _, events, inbox, keys = _set_up()
    from samen.rooms.sensing.store import tables  # noqa: PLC0415

    access, who = _access(people, keys)
    if moves:
        inbox.drain(at=datetime.now(UTC))
    seen = [each.time for each in events.read(access, who, events.Range("sensor"))]
    for moment in seen:
        tell(moment - T0)
    rows = tables.between(access, who, {"steps": 0}, 0, 2**60).get("steps_minute")
    typed = rows["time"].to_list() if rows is not None else []
    tell("whole" if typed == sorted(seen) else "the typed table holds other rows")


if __name__ == "__main__":
    sys.exit(main())
