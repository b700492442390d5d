"""Ingest over HTTP: eight devices send batches of 1,000 events to a served Samen; each answer means on disk.

    .venv/bin/python bench/sensing_ingest.py [--seconds 20] [--clients 8] [--events 1000]

Starts a service of its own in a new home, makes the devices with `samen sensing try`, sends for a while (bodies are made
beforehand, so that the senders cost little), and counts what the archive holds in the end.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from pathlib import Path
from statistics import quantiles

SAMEN = (sys.executable, "-m", "samen.cli")
PORT = 8138
T0 = 1_770_000_000_000


def main() -> None:
    """Measure, and print what was found."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=20)
    asked.add_argument("--clients", type=int, default=8)
    asked.add_argument("--events", type=int, default=1000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="samen-bench-") as home:
        # More than the default per key and minute: the bench is one key's whole day in a few seconds.
        more = {
            "SAMEN_HOME": home,
            "SAMEN_DEMO": "1",
            "SAMEN_PORT": str(PORT),
            "SAMEN_SENSING_EVENTS_MINUTE": "100000000",
        }
        environment = {**os.environ, **more}
        _run(environment, "migrate")
        devices = [_device(environment) for _ in range(given.clients)]
        server = subprocess.Popen(
            [*SAMEN, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait()
            took, times, stored = _send(devices, given.seconds, given.events)
        finally:
            server.terminate()
            server.wait(30)
        begun = time.perf_counter()
        _run(environment, "sensing", "archive")
        drained = time.perf_counter() - begun
        size = sum(file.stat().st_size for file in (Path(home) / "sensing").rglob("*") if file.is_file())
    cuts = quantiles(times, n=100)
    print(f"{stored:,} events acknowledged in {took:.1f} s: {stored / took:,.0f} events/s")
    print(
        f"acknowledgement: median {cuts[49] * 1000:.0f} ms, 99th percentile {cuts[98] * 1000:.0f} ms, {len(times)} batches"
    )
    print(
        f"moved into the archive in {drained:.1f} s (with the start of the command); {size / max(stored, 1):.1f} bytes an event"
    )


def _run(environment: dict[str, str], *words: str) -> str:
    return subprocess.run([*SAMEN, *words], env=environment, check=True, capture_output=True, text=True).stdout


def _device(environment: dict[str, str]) -> str:
    told = _run(environment, "sensing", "try", "--streams", "accelerometer", "--since", "2026-01-01")
    found = dict(line.split("=", 1) for line in told.splitlines())
    return b64encode(f"{found['device_access_key']}:{found['device_secret_key']}".encode()).decode()


def _wait() -> None:
    for _ in range(600):
        try:
            http.client.HTTPConnection("127.0.0.1", PORT, timeout=1).request("GET", "/lamp/")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The service did not start.")


def _send(devices: list[str], seconds: float, events: int) -> tuple[float, list[float], int]:
    times: list[float] = []
    stored = 0
    lock = threading.Lock()
    until = time.perf_counter() + seconds

    def send(credentials: str) -> None:
        nonlocal stored
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        number = 0
        body = json.dumps(
            [
                {"timestamp": "@", "sensor": "lamp.accelerometer", "data": {"x": 0.0123 * at, "y": -0.998, "z": 0.0457}}
                for at in range(events)
            ]
        ).split('"@"')
        ready = False  # the first batch of each is not counted: a new service still reads its own code
        while time.perf_counter() < until:
            start = T0 + number * events * 100
            text = "".join(part + (str(start + at * 100) if at < events else "") for at, part in enumerate(body))
            begun = time.perf_counter()
            line.request("POST", "/lamp/participant/me/sensor_event", body=text, headers=headers)
            answer = json.loads(line.getresponse().read())
            took = time.perf_counter() - begun
            with lock:
                if ready:
                    times.append(took)
                stored += answer["data"]["stored"]
            ready = True
            number += 1

    begun = time.perf_counter()
    threads = [threading.Thread(target=send, args=(each,)) for each in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun, times, stored


if __name__ == "__main__":
    main()
