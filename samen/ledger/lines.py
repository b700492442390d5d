"""The exported file, line by line: a header, the checkpoints by size, then every leaf in order.

Checkpoints stand first, so that a reader knows at once how many leaves must follow. Each line is JSON; a leaf's body
stands in it byte by byte as it was hashed.
"""

import json
import re
from base64 import b64encode
from typing import NamedTuple

FORMAT = "samen-ledger/1"
OPENS = b'{"hash":"'
BODY = b'","leaf":'
HASH_END = len(OPENS) + 44  # 32 bytes are 44 characters of base64
BODY_START = HASH_END + len(BODY)


class BadLine(ValueError):
    """A line is not in the form of an export."""


# Canonical JSON has one order of fields, so a body can be read without parsing it: verifying is twice as fast.
SHAPE = re.compile(
    rb'\{"at":"[^"\\]+","commitment":(?:null|"[0-9a-f]{64}"),"facts":\{.*\},"index":(0|[1-9][0-9]{0,15}),"kind":"([a-z-]+)"\}'
)


class Leaf(NamedTuple):
    """A leaf as exported: its body, the hash that the log kept of it in base64, and the place and kind it says it has."""

    body: bytes
    stated: bytes
    place: int
    kind: str


def header(key: str) -> bytes:
    """Give the first line: the format and the log's public key."""
    return _json({"format": FORMAT, "key": key})


def checkpoint(note: str) -> bytes:
    """Give the line of one checkpoint."""
    return _json({"checkpoint": note})


def leaf(body: bytes, kept: bytes) -> bytes:
    """Give the line of one leaf from its body and the hash kept of it."""
    return OPENS + b64encode(kept) + BODY + body + b"}\n"


def read_header(line: bytes) -> str:
    """Give the public key that the header names. Raises: BadLine."""
    fields = _fields(line)
    if fields.get("format") != FORMAT or not isinstance(fields.get("key"), str):
        raise BadLine(
            f"The file does not begin with the header of format {FORMAT}. Export it anew, or take a newer kit."
        )
    return str(fields["key"])


def read_checkpoint(line: bytes) -> str:
    """Give the checkpoint on a line. Raises: BadLine."""
    note = _fields(line).get("checkpoint")
    if not isinstance(note, str):
        raise BadLine("A line is neither a checkpoint nor a leaf.")
    return note


def is_leaf(line: bytes) -> bool:
    """Say whether a line holds a leaf."""
    return line.startswith(OPENS)


def read_leaf(line: bytes) -> Leaf:
    """Give the leaf on a line. Raises: BadLine."""
    if line[HASH_END:BODY_START] != BODY or line[-2:] != b"}\n" or not line.startswith(OPENS):
        raise BadLine("A line does not hold a whole leaf.")
    body = line[BODY_START:-2]
    said = SHAPE.fullmatch(body)
    if said is None:
        raise BadLine("A line holds something else than a leaf.")
    return Leaf(body, line[len(OPENS) : HASH_END], int(said[1]), said[2].decode())


def _json(value: dict[str, str]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _fields(line: bytes) -> dict[str, object]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        raise BadLine("A line is not JSON.") from wrong
    if not isinstance(fields, dict):
        raise BadLine("A line is not a JSON object.")
    return fields
