"""Writes a module back into the form of its file: what was read from it comes out equal. The shape is closed, so this is short.

Comments of the file are not kept: the texts speak for themselves, and the sources stand in a field of their own.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

LATER = ("variable", "screen")  # these have tables of their own


def write(raw: Mapping[str, Any]) -> str:
    """Give the text of a module's file from its content."""
    return "\n".join(_lines(raw)) + "\n"


def _lines(raw: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{_key(key)} = {value(each)}" for key, each in raw.items() if key not in LATER)
    for name, variable in raw.get("variable", {}).items():
        yield from ("", f"[variable.{_key(name)}]")
        yield from (f"{_key(key)} = {value(each)}" for key, each in variable.items())
    for screen in raw.get("screen", ()):
        yield from ("", "[[screen]]")
        yield from (f"{_key(key)} = {value(each)}" for key, each in screen.items() if key != "choice")
        for choice in screen.get("choice", ()):
            yield from ("", "[[screen.choice]]")
            yield from (f"{_key(key)} = {value(each)}" for key, each in choice.items())


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else _text(name)


def value(found: Any) -> str:
    """Write one value: text, number, yes or no, list or table on one line. Raises: TypeError for any other."""
    match found:
        case bool():
            return "true" if found else "false"
        case int() | float():
            return repr(found)
        case str():
            return _text(found)
        case list() | tuple():
            return f"[{', '.join(value(each) for each in found)}]"
        case dict():
            return (
                f"{{ {', '.join(f'{_key(key)} = {value(each)}' for key, each in found.items())} }}" if found else "{}"
            )
    raise TypeError(f"A module holds no {type(found).__name__}.")


def _text(found: str) -> str:
    """Write a text as TOML's basic string: JSON's escapes are among them, but for the one letter that JSON leaves bare."""
    return json.dumps(found, ensure_ascii=False).replace("\x7f", "\\u007f")
