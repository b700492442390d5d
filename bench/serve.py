"""How long `samen serve` takes from nothing running to the first answered page. Reach: 3 s. Run by `make bench-serve`."""

import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

TIMES = 5
LONGEST = 60  # seconds


def main() -> None:
    """Start a service several times over one home, and print each start."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        environment = {**os.environ, "SAMEN_HOME": os.environ.get("SAMEN_HOME", str(Path(folder) / "home"))}
        first = _start(environment, port)
        rest = [_start(environment, port) for _ in range(TIMES)]
    cores = os.cpu_count()
    print(
        f"samen serve, {platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {cores} cores"
    )
    print(f"first start: {first:.2f} s (a new home also makes secrets and the database)")
    print(
        f"later starts: {statistics.median(rest):.2f} s in the middle, {max(rest):.2f} s at most, of {TIMES}; reach 3 s"
    )


def _start(environment: dict[str, str], port: int) -> float:
    """Start, wait for the help page, stop. Gives seconds."""
    command = [sys.executable, "-m", "samen.cli", "serve", "--port", str(port), "--migrate"]
    begun = time.perf_counter()
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        while not _answers(port):
            if running.poll() is not None or time.perf_counter() - begun > LONGEST:
                sys.exit("The service did not start. Run `samen serve` to read why.")
            time.sleep(0.01)
        return time.perf_counter() - begun
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(10)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/help", timeout=5) as page:
            return page.status == 200
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
