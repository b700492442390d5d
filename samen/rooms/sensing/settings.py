"""Settings of a study: TOML with the peers' names of parameters in lower case; what nobody knows is said by name.

A settings class is a frozen dataclass with defaults; its TABLE says where its keys stand: `phone_screen.rapids` for
`[phone_screen.rapids]`. A key that is not there may stand one table higher, as the peers have it.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar


class BadSettings(ValueError):
    """A file of settings cannot be used; `key` and `values` name the sentence that says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True)
class SegmentSettings:
    """How segments are laid out."""

    TABLE: ClassVar[str] = "time_segments"

    include_past_periodic_segments: bool = True  # a periodic segment may begin before the first row


@dataclass(frozen=True)
class LampSettings:
    """What a file of LAMP events does not say by itself."""

    TABLE: ClassVar[str] = "lamp"

    device_state: str = ""  # documents (0 off, 1 on) or cortex (0 on, 1 off); "" = unknown


OF_STUDY: tuple[type, ...] = (SegmentSettings, LampSettings)


def settings_of(text: str) -> Mapping[str, Any]:
    """Read a file of settings, names in lower case. Raises: BadSettings."""
    try:
        return _lowered(tomllib.loads(text))
    except tomllib.TOMLDecodeError as wrong:
        raise BadSettings("settings_unreadable", why=str(wrong)) from wrong


def _lowered(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): _lowered(value) if isinstance(value, dict) else value for key, value in table.items()}


def filled(kind: type, given: Mapping[str, Any]) -> Any:
    """Give one settings class its values. Raises: BadSettings when a value is of another type than the default."""
    own = _at(given, kind.TABLE)  # type: ignore[attr-defined]
    above = _at(given, kind.TABLE.rpartition(".")[0]) if "." in kind.TABLE else {}  # type: ignore[attr-defined]
    values = {}
    for each in fields(kind):
        value = own.get(each.name, above.get(each.name, MISSING))
        if value is not MISSING and not isinstance(value, dict):
            values[each.name] = _fitting(kind, each.name, value, each.default)
    return kind(**values)


def _fitting(kind: type, name: str, value: Any, default: Any) -> Any:
    where = f"[{kind.TABLE}] {name}"  # type: ignore[attr-defined]
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if default is not None and (type(value) is not type(default)):
        raise BadSettings("settings_type", where=where, kind=type(default).__name__)
    return value


def unknown(given: Mapping[str, Any], kinds: Iterable[type]) -> list[str]:
    """Give the keys that no settings class knows, as `[table] key`."""
    known: dict[str, set[str]] = {}
    for kind in kinds:
        names = {each.name for each in fields(kind)}
        table = kind.TABLE  # type: ignore[attr-defined]
        known.setdefault(table, set()).update(names)
        if "." in table:
            known.setdefault(table.rpartition(".")[0], set()).update(names)
    return _strange(given, known, "")


def _strange(table: Mapping[str, Any], known: Mapping[str, set[str]], path: str) -> list[str]:
    found = []
    for key, value in table.items():
        inside = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            if inside in known or any(each.startswith(f"{inside}.") for each in known):
                found += _strange(value, known, inside)
            else:
                found.append(f"[{inside}]")
        elif key not in known.get(path, set()):
            found.append(f"[{path}] {key}" if path else key)
    return found


def _at(given: Mapping[str, Any], table: str) -> Mapping[str, Any]:
    for part in table.split("."):
        given = given.get(part, {})
        if not isinstance(given, dict):
            return {}
    return given
