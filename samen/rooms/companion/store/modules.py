"""The modules and subjects that are in use, read once."""

import tomllib
from functools import cache
from pathlib import Path

from samen.rooms.companion import library
from samen.rooms.companion.compiler import Banned, banned
from samen.rooms.companion.library import Intent, Library

CONTENT = Path(__file__).parent.parent / "content"


def files() -> list[Path]:
    """Give the files of the modules that the product ships."""
    return sorted((CONTENT / "modules").glob("*.toml"))


def subject_files() -> list[Path]:
    """Give the files of subjects."""
    return sorted((CONTENT / "rules" / "intents").glob("*.toml"))


@cache
def shipped() -> Library:
    """Give what is written, read once: a version that runs never changes its words on the way.

    Raises: BadModule for a file that has not the form of a module: a release with one does not start.
    """
    order = (CONTENT / "rules" / "order.txt").read_text().split()
    modules = [library.module_of(file.read_bytes()) for file in files()]
    modules.sort(key=lambda each: (order.index(each.theme) if each.theme in order else len(order), each.id))
    subjects: list[Intent] = []
    for file in subject_files():
        subjects += library.intents_of(tomllib.loads(file.read_text()))
    return library.library(modules, subjects)


@cache
def never() -> tuple[Banned, ...]:
    """Give the phrases that the companion never says."""
    return banned(tomllib.loads((CONTENT / "rules" / "banned.toml").read_text()))
