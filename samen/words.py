"""Words for people: sentences kept as data in each room's `content/`, English and Dutch side by side.

A key names where its sentence lives: `rights.denied.NO_CONSENT` is table `NO_CONSENT` of
`samen/rights/content/denied.toml`; rooms leave out `rooms`: `treatment.progress.title`. A table with `en` and
`nl` is a sentence; `{name}` in it is filled in by the caller; a sentence that counts has tables `one` and `other`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "nl")
HERE = Path(__file__).parent


class NoSuchSentence(LookupError):
    """Nobody wrote this sentence: the message names the key and the file where it should stand."""


def say(key: str, language: str, /, **values: object) -> str:
    """Give one sentence in one language, with its blanks filled in.

    A value called `n` picks the form: `one` when it is 1, else `other`.
    Raises: NoSuchSentence when the key, the language or a blank is missing.
    """
    forms = sentences().get(key)
    if forms is None and "n" in values:
        forms = sentences().get(f"{key}.{'one' if values['n'] == 1 else 'other'}")
    if forms is None:
        raise NoSuchSentence(f'No sentence "{key}". Write it, en and nl, in {file_of(key)}.')
    if language not in forms:
        raise NoSuchSentence(f'"{key}" has no "{language}". Add it in {file_of(key)}.')
    text = forms[language]
    try:
        return text.format_map(values) if "{" in text else text
    except KeyError as blank:
        raise NoSuchSentence(f'"{key}" has a blank {blank} that nobody filled. See {file_of(key)}.') from blank


def has(key: str) -> bool:
    """Say whether somebody wrote this sentence."""
    return key in sentences()


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Give every sentence of the product by key: language to text."""
    return {
        key: forms
        for file in content_files()
        for key, forms in _of_table(tomllib.loads(file.read_text()), _prefix(file))
    }


def content_files() -> list[Path]:
    """Give every file of sentences: TOML files directly in a `content` folder (deeper ones are other data)."""
    return sorted([*HERE.glob("*/content/*.toml"), *HERE.glob("rooms/*/content/*.toml")])


def file_of(key: str) -> str:
    """Give the file in which the key's sentence stands or should stand, seen from the repository."""
    place, name = key.split(".")[:2] if key.count(".") else (key, "?")
    floor = "" if (HERE / place).is_dir() else "rooms/"
    return f"samen/{floor}{place}/content/{name}.toml"


def _prefix(file: Path) -> str:
    return f"{file.parent.parent.name}.{file.stem}"


def _of_table(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, value in table.items():
        if isinstance(value, dict):
            key = f"{prefix}.{name}"
            if any(isinstance(value.get(language), str) for language in LANGUAGES):
                yield key, {language: value[language] for language in LANGUAGES if language in value}
            else:
                yield from _of_table(value, key)
