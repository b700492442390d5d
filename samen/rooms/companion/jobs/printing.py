"""Making a PDF of what a person takes along, in a program of its own: what it needs of memory ends with it."""

import json
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime

from samen.rooms.companion.paper import Paper

PROGRAM = (sys.executable, "-m", "samen.rooms.companion.paper")
LONGEST = 60  # seconds; a hundred long talks take three


def printed(paper: Paper, *, at: datetime) -> bytes:
    """Make a PDF. The words go through a pipe and touch no disk. Raises: CalledProcessError, TimeoutExpired."""
    asked = json.dumps({"paper": asdict(paper), "at": at.timestamp()})
    done = subprocess.run(PROGRAM, input=asked.encode(), stdout=subprocess.PIPE, timeout=LONGEST, check=True)
    return done.stdout
