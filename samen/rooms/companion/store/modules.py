"""The modules and subjects that are in use: what the product ships, with this service's own approved versions in its place."""

import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from samen.rooms.companion import library
from samen.rooms.companion.compiler import Banned, banned
from samen.rooms.companion.dialogue import Module
from samen.rooms.companion.library import Intent, Library
from samen.rooms.companion.store import drafts

CONTENT = Path(__file__).parent.parent / "content"


def files() -> list[Path]:
    """Give the files of the modules that the product ships."""
    return sorted((CONTENT / "modules").glob("*.toml"))


def subject_files() -> list[Path]:
    """Give the files of subjects."""
    return sorted((CONTENT / "rules" / "intents").glob("*.toml"))


@cache
def themes() -> tuple[str, ...]:
    """Give the themes under which modules stand in the hall, in their order."""
    return tuple((CONTENT / "rules" / "order.txt").read_text().split())


@cache
def shipped() -> Library:
    """Give what is written, read once: a version that runs never changes its words on the way.

    Raises: BadModule for a file that has not the form of a module: a release with one does not start.
    """
    order = themes()
    modules = [library.module_of(file.read_bytes()) for file in files()]
    modules.sort(key=lambda each: (order.index(each.theme) if each.theme in order else len(order), each.id))
    subjects: list[Intent] = []
    for file in subject_files():
        subjects += library.intents_of(tomllib.loads(file.read_text()))
    return library.library(modules, subjects)


def adopted() -> str:
    """Give what humans here approved as one text; empty while everything is as it came. Part of the digest of what talks."""
    return " ".join(f"{module}:{digest}" for module, digest in sorted(drafts.approved().items()))


def in_use() -> Library:
    """Give what talks now. Asked of the database at each turn, so that every process notices at its next one."""
    return of(tuple(drafts.approved().values()))


def of(own: Sequence[str]) -> Library:
    """Give what talks with these versions of this service's own, by digest; those that were asked for just now are at hand."""
    return _in_use(tuple(own)) if own else shipped()


@lru_cache(maxsize=2)
def _in_use(digests: tuple[str, ...]) -> Library:
    """Read the versions of these digests, once: their texts never change."""
    found = shipped()
    for text in drafts.texts_of(digests).values():
        found = with_module(found, library.module_of(text.encode()))
    return found


def with_module(found: Library, module: Module) -> Library:
    """Give a library with one module in place of the one that has its name; it keeps its place."""
    return Library({**found.exercises, module.id: module}, found.intents)


def text(name: str) -> str:
    """Give the text of a module as it is in use. Raises: KeyError."""
    if own := drafts.approved().get(name):
        return drafts.texts_of([own])[name]
    if name not in shipped().exercises:
        raise KeyError(name)
    return (CONTENT / "modules" / f"{name}.toml").read_text()


@cache
def never() -> tuple[Banned, ...]:
    """Give the phrases that the companion never says."""
    return banned(tomllib.loads((CONTENT / "rules" / "banned.toml").read_text()))
