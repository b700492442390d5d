"""Background work beside the answering of requests: two queues of tasks, and the timetable that looks at the service every hour.

Tasks of the queue `default` are short and run in a thread of the serving process. Those of `heavy` keep a processor busy for minutes and
take hundreds of megabytes: they run in a process of their own, at low priority, whose memory ends with it.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils.crypto import get_random_string
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from samen.rights import door, jobs

log = logging.getLogger("samen.worker")

HOUR = timedelta(hours=1)
MINUTE = 60.0  # seconds between two looks at the clock
JUMP = 30.0  # seconds by which the wall clock may leave the steady one in a minute; beyond that somebody set it
AFTER_A_FAILURE = 5.0  # seconds before the queue is asked again
BETWEEN = 5.0  # seconds between two looks at the queue of heavy work
KINDLY = 10  # added to the priority's number of heavy work, so that requests go first
HEAVY = (sys.executable, "-m", "samen.cli", "work", "--as-child")


@dataclass
class Timetable:
    """When the hourly look is due. Two clocks are compared, so that setting the wall clock cannot put it off."""

    wall: datetime  # the wall clock at the last look
    steady: float  # the steady clock at the last look, in seconds
    last: datetime  # wall clock at the last hourly look

    def look(self, wall: datetime, steady: float) -> tuple[bool, float]:
        """Say whether the hourly look is due, and by how many seconds the wall clock jumped since the look before."""
        jumped = (wall - self.wall).total_seconds() - (steady - self.steady)
        self.wall, self.steady = wall, steady
        due = abs(jumped) > JUMP or wall - self.last >= HOUR
        if due:
            self.last = wall
        return due, jumped if abs(jumped) > JUMP else 0.0


def start() -> None:
    """Start the threads. They end with the process; work that was cut off is taken up again at the next start."""
    for name, work in (("samen-queue", _queue), ("samen-heavy", _start_heavy), ("samen-timetable", _keep_time)):
        threading.Thread(target=work, name=name, daemon=True).start()


def place() -> str:
    """Name the place from which this process serves: only one process can listen there, so only one works under this name."""
    return f"{socket.gethostname()[:30]}:{settings.SAMEN.port}"


def take_up_again() -> int:
    """Put tasks back in the queue that an earlier process at this place began and did not finish. Gives how many."""
    begun = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    mine = [task.pk for task in begun if task.worker_ids and task.worker_ids[-1].startswith(f"{place()}/")]
    return DBTaskResult.objects.filter(pk__in=mine).update(status=TaskResultStatus.READY, started_at=None)


def queue_worker(*, queue: str = "default", batch: bool = False) -> Worker:
    """Give a worker for a queue; a batch ends when the queue is empty."""
    return Worker(
        queue_names=[queue],
        interval=1.0,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"{place()}/{get_random_string(8)}",
        excluded_queue_names=[],
    )


def _queue() -> None:
    """Work on the queue for as long as the process lives."""
    _trying(take_up_again)
    while True:
        _trying(queue_worker().run)
        time.sleep(AFTER_A_FAILURE)


def is_heavy_waiting() -> bool:
    """Say whether a heavy task may begin now."""
    return DBTaskResult.objects.ready().filter(queue_name="heavy").exists()


def do_heavy(*, as_child: bool = False) -> None:
    """Work on heavy tasks until none waits, out of the way of whoever is answered on the same machine; a child ends with its parent."""
    os.nice(KINDLY)
    if as_child:
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    queue_worker(queue="heavy", batch=True).run()


def _end_with(parent: int) -> None:
    """End this process once its parent has gone: what was cut off is taken up again at the next start."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _start_heavy() -> None:
    """Start a process for heavy tasks whenever one waits, and wait for its end."""
    while True:
        _trying(_work_apart)
        time.sleep(BETWEEN)


def _work_apart() -> None:
    if is_heavy_waiting():
        connections.close_all()
        subprocess.run(HEAVY, env={**os.environ, "SAMEN_PORT": str(settings.SAMEN.port)}, check=True)


def _keep_time() -> None:
    """Finish what a crash interrupted, then look at the clock every minute."""
    _trying(jobs.finish_stops)
    now = datetime.now(UTC)
    timetable = Timetable(wall=now, steady=time.monotonic(), last=now)  # `samen serve` did the hourly look just now
    while True:
        time.sleep(MINUTE)
        due, jumped = timetable.look(datetime.now(UTC), time.monotonic())
        if jumped:
            log.error(
                "The clock of this machine jumped by %.0f s. Check its time service; `samen doctor` says more.", jumped
            )
        _trying(hourly if due else jobs.finish_stops)
        for work in door.EVERY_MINUTE.values():
            _trying(partial(work, datetime.now(UTC)))


def hourly() -> None:
    """Look at the service's own barriers and say in the log when one does not hold."""
    if not jobs.hourly():
        log.error("The hourly look found something wrong; AI systems stay off until it is mended. Run `samen doctor`.")


def _trying(work: Callable[[], object]) -> None:
    """Do one piece of work. What fails is logged by kind alone, without data, and does not end the thread."""
    try:
        work()
    except DatabaseError as wrong:
        log.error("Background work met a database error (%s) and will be tried again.", type(wrong).__name__)
    except Exception as wrong:  # a thread that dies in silence would leave stops undone
        log.error("Background work failed: %s.", type(wrong).__name__)
    finally:
        connections.close_all()
