"""JSON whose numbers keep the text they came with, and the two forms in which we compare and write it.

FHIR decimals carry their precision: 18.0 is not 18, and 15 digits must not pass through a float (hl7.org/fhir/R4/json.html).
"""

import json
from collections.abc import Callable
from typing import Any

MOST_DIGITS = 40  # R4 asks for at least 18; more than this is an attack or an error


class Number(str):
    """A JSON number as its text."""

    __slots__ = ()


class BadJson(ValueError):
    """A text that is not JSON as we accept it; `code` has its sentence in `record.importing`."""

    def __init__(self, code: str, where: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.where = where  # offset in characters


def _number(text: str) -> Number:
    if len(text) > MOST_DIGITS or len(text.lower().partition("e")[2].lstrip("+-0")) > 3:
        raise BadJson("HUGE_NUMBER")
    return Number(text)


def _no_constant(_text: str) -> Any:
    raise BadJson("NOT_A_NUMBER")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadJson("DUPLICATE_KEY")
    return members


DECODER = json.JSONDecoder(
    parse_float=_number, parse_int=_number, parse_constant=_no_constant, object_pairs_hook=_unique, strict=True
)

LENIENT = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)  # only to find where a value ends


def read(text: str) -> Any:
    """Read JSON with numbers kept as text. Raises: BadJson."""
    return _guarded(lambda: DECODER.decode(text))


def read_at(text: str, start: int) -> tuple[Any, int]:
    """Read one JSON value that starts at this offset; give it and the offset behind it. Raises: BadJson."""
    return _guarded(lambda: DECODER.raw_decode(text, start))


def _guarded(reading: Callable[[], Any]) -> Any:
    try:
        return reading()
    except RecursionError as deep:
        raise BadJson("TOO_DEEP") from deep
    except json.JSONDecodeError as wrong:
        raise BadJson("NOT_JSON", wrong.pos) from wrong


def deeper_than(value: Any, most: int) -> bool:
    """Say whether objects and lists nest deeper than `most`."""
    layer = [value]
    for _ in range(most):
        layer = [inner for one in layer for inner in _inner(one)]
        if not layer:
            return False
    return True


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [one for one in value.values() if isinstance(one, (dict, list))]
    return [one for one in value if isinstance(one, (dict, list))] if isinstance(value, list) else []


def write(value: Any) -> str:
    """Write JSON compactly, numbers as the text they came with."""
    return "".join(_pieces(value, sort=False))


def canonical(value: Any) -> str:
    """Write JSON in the one form by which two resources are compared: sorted members, no spaces, numbers by their text."""
    return "".join(_pieces(value, sort=True))


def plain(value: Any) -> Any:
    """Give the value with its numbers as Python numbers, for those who calculate with them."""
    if isinstance(value, Number):
        return float(value) if set(value) & set(".eE") else int(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _pieces(value: Any, *, sort: bool) -> list[str]:
    out: list[str] = []
    _put(value, out.append, sort)
    return out


def _put(value: Any, put: Callable[[str], object], sort: bool) -> None:
    if isinstance(value, dict):
        put("{")
        for number, key in enumerate(sorted(value) if sort else value):
            put(("," if number else "") + json.dumps(key, ensure_ascii=False) + ":")
            _put(value[key], put, sort)
        put("}")
    elif isinstance(value, list):
        put("[")
        for number, inner in enumerate(value):
            if number:
                put(",")
            _put(inner, put, sort)
        put("]")
    else:
        put(str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False))


def pretty(value: Any, margin: str = "") -> str:
    """Write JSON for a reader: one member a line, numbers by their text."""
    inner = margin + "  "
    if isinstance(value, dict) and value:
        rows = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {pretty(one, inner)}" for key, one in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{margin}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(inner + pretty(one, inner) for one in value) + f"\n{margin}]"
    return write(value)
