"""How one version of a resource lies in the database: the received text untouched, and beside it where its links lead.

Form: one byte, `j` (plain) or `z` (zlib), then one line of JSON "link as received -> Type/id", then the received text.
The store seals the whole with the person's key when the resource is about somebody.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from samen.rooms.record import canonical, references
from samen.rooms.record.fhir import Json

WORTH_PACKING = 200  # bytes; below this zlib saves nothing


@dataclass(frozen=True)
class Body:
    """One version of a resource: its text as received, and where its links lead."""

    text: str
    links: Mapping[str, str]

    @cached_property
    def received(self) -> Json:
        """Give the resource as received, numbers as text."""
        return canonical.read(self.text)

    @property
    def resolved(self) -> Json:
        """Give the resource with its links leading to where their targets are in this record, numbers as text."""
        return references.resolve(self.received, self.links) if self.links else self.received


def pack(body: Body) -> bytes:
    """Give the bytes to keep."""
    plain = json.dumps(dict(body.links), separators=(",", ":")).encode() + b"\n" + body.text.encode()
    return b"z" + zlib.compress(plain, 3) if len(plain) > WORTH_PACKING else b"j" + plain


def unpack(kept: bytes) -> Body:
    """Give back what was packed. Raises: ValueError when the bytes are something else."""
    if kept[:1] not in (b"z", b"j"):
        raise ValueError("These bytes are not a packed resource.")
    plain = zlib.decompress(kept[1:]) if kept[:1] == b"z" else kept[1:]
    links, _, text = plain.partition(b"\n")
    return Body(text=text.decode(), links=json.loads(links))
