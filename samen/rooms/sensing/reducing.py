"""Identifiers in an event are reduced before anything is written: numbers and addresses to salted hashes, texts to lengths."""

import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Any

HASH_BYTES = 12  # 96 bits: no two contacts of one person alike by chance
HASHED = frozenset(
    {
        *("phone_number", "phonenumber", "number", "trace", "contact", "contact_id", "caller", "callee"),
        *("sender", "recipient", "email", "address", "bt_address", "bssid", "mac", "mac_address", "macaddress"),
        *("imei", "imsi", "serial", "hardware_id", "advertising_id"),
    }
)
TO_LENGTH = frozenset(
    {
        *("name", "bt_name", "ssid", "device_name", "contact_name", "display_name"),
        *("text", "body", "message", "content", "before_text", "current_text", "title"),
    }
)
PLACES_OF_NAMES = frozenset(
    {"calls", "texts", "bluetooth", "wifi", "keyboard", "apps"}
)  # elsewhere a `name` is no one's
# A whole value that is a telephone number or a hardware address, under whatever key it comes.
LOOKS_LIKE_ONE = re.compile(
    r"\s*(?:(?:\+|00)\d[\d\s().-]{6,}\d|0\d[\d\s().-]{6,}\d|(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2})\s*"
)

Salt = Callable[[], bytes]
HOLDERS = frozenset({str, dict, list})  # values that could hold an identifier


@lru_cache(maxsize=4096)
def _harmless(names: tuple[object, ...]) -> bool:
    """Say whether none of these names is one of an identifier or a text."""
    return not any(isinstance(each, str) and each.lower() in HASHED | TO_LENGTH for each in names)


@lru_cache(maxsize=4096)
def is_flat(names: tuple[object, ...]) -> bool:
    """Say whether these are plain names, none of them one of an identifier or a text."""
    return _harmless(names) and all(isinstance(each, str) and each.isidentifier() for each in names)


def reduced(data: Any, stream: str, salt: Salt) -> Any:
    """Give an event's data without identifiers. `salt` is asked for only when there is something to hash."""
    if type(data) is dict and _harmless(tuple(data)) and not HOLDERS & set(map(type, data.values())):
        return data
    if isinstance(data, list):
        return [reduced(each, stream, salt) for each in data]
    if not isinstance(data, dict):
        return _hash(data, salt) if isinstance(data, str) and LOOKS_LIKE_ONE.fullmatch(data) else data
    found: dict[str, Any] = {}
    for key, value in data.items():
        low = key.lower() if isinstance(key, str) else key
        if isinstance(value, float | int | bool) and low not in HASHED:
            found[key] = value
        elif low in HASHED and value not in (None, "") and not isinstance(value, dict | list):
            found[key] = _hash(value, salt)
        elif low in TO_LENGTH and stream in PLACES_OF_NAMES:
            found[f"{key}_length"] = len(value) if isinstance(value, str) else None
        else:
            found[key] = reduced(value, stream, salt)
    return found


def _hash(value: object, salt: Salt) -> str:
    return f"h{digest(''.join(str(value).split()).lower(), salt())}"


def digest(text: str, salt: bytes) -> str:
    """Give the salted hash that stands for an identifier, here and in files (`reading/reducing.py`)."""
    return blake2b(text.encode(), digest_size=HASH_BYTES, key=salt).hexdigest()
