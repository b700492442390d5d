"""Making a PDF of what a person takes along, in a program of its own: what it needs of memory ends with it."""

import json
import subprocess
import sys
import zipfile
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO

from samen.rooms.companion.paper import Paper, text_of

PROGRAM = (sys.executable, "-m", "samen.rooms.companion.paper")
LONGEST = 60  # seconds; a hundred long talks take three


@dataclass(frozen=True)
class Printed:
    """A PDF, and the signs that no font here could draw."""

    pdf: bytes
    unshown: str


def printed(paper: Paper, *, at: datetime) -> Printed:
    """Make a PDF. The words go through a pipe and touch no disk. Raises: CalledProcessError, TimeoutExpired."""
    asked = json.dumps({"paper": asdict(paper), "at": at.timestamp()})
    done = subprocess.run(PROGRAM, input=asked.encode(), stdout=subprocess.PIPE, timeout=LONGEST, check=True)
    unshown, _, pdf = done.stdout.partition(b"\n")
    return Printed(pdf, json.loads(unshown))


def file(paper: Paper, name: str, *, at: datetime) -> tuple[bytes, str]:
    """Give the file to hand out, and how its name ends: the PDF; or where it cannot draw every sign, a zip with the text beside it."""
    made = printed(paper, at=at)
    if not made.unshown:
        return made.pdf, "pdf"
    into = BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as both:
        both.writestr(f"{name}.pdf", made.pdf)
        both.writestr(f"{name}.txt", text_of(paper))
    return into.getvalue(), "zip"
