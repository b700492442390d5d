"""Checkpoints: the log's size and root, signed, in the form that outside witnesses read (C2SP tlog-checkpoint).

A checkpoint is a signed note: lines of text, an empty line, then one signature line per key. The log signs with
Ed25519; others may add lines of their own, which we keep and leave alone.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"  # signature type in the C2SP signed-note specification
DASH = "\u2014 "  # an em dash and a space start each signature line
MOST_SIGNATURES = 100
NAME = re.compile(r"[^\s+]+")
SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class BadCheckpoint(ValueError):
    """This is no checkpoint of that key: the message says what is wrong with it."""


@dataclass(frozen=True)
class TreeHead:
    """What a checkpoint says: which log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class PublicKey:
    """A key by which a log's checkpoints are known; its text form is name+id+key."""

    name: str
    raw: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, type, key)."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.raw).decode()}"


def parse_key(text: str) -> PublicKey:
    """Read a public key from its text form.

    Raises: BadCheckpoint when it is not an Ed25519 key in that form, or its id does not fit.
    """
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        raw = b64decode(encoded, validate=True)
    except (ValueError, NotBase64) as wrong:
        raise BadCheckpoint(
            "The key is not of the form name+id+base64. Copy it whole from the service's public register."
        ) from wrong
    key = PublicKey(name, raw[1:])
    if len(raw) != 33 or raw[:1] != ED25519 or not NAME.fullmatch(name) or key.id.hex() != key_id:
        raise BadCheckpoint(
            "The key is damaged or not an Ed25519 key. Copy it whole from the service's public register."
        )
    return key


def public_key(seed: bytes, name: str) -> PublicKey:
    """Give the public key that belongs to a 32-byte seed."""
    return PublicKey(name, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def origin_of(seed: bytes) -> str:
    """Give a log's name from its key: it stays the same however the service is called or reached."""
    return f"samen-ledger/{sha256(public_key(seed, '').raw).hexdigest()[:16]}"


def sign(head: TreeHead, seed: bytes) -> str:
    """Give the checkpoint for a tree head, signed under its origin's name with the key of a 32-byte seed."""
    if not NAME.fullmatch(head.origin):
        raise BadCheckpoint("An origin has no spaces and no plus sign. Use a form such as example.org/log.")
    return sign_note(f"{head.origin}\n{head.size}\n{b64encode(head.root).decode()}\n", seed, head.origin)


def sign_note(text: str, seed: bytes, name: str) -> str:
    """Give a note with one signature under it. The text ends in a newline."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    return f"{text}\n{DASH}{name} {b64encode(public_key(seed, name).id + signature).decode()}\n"


def parse(note: str) -> TreeHead:
    """Read what a checkpoint says, without believing it yet.

    Raises: BadCheckpoint when it is not in the form of a checkpoint.
    """
    text, _ = _parts(note)
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines) or not SIZE.fullmatch(lines[1]):
        raise BadCheckpoint("A checkpoint has three lines: origin, number of leaves, root. This one has not.")
    root = _base64(lines[2])
    if len(root) != 32:
        raise BadCheckpoint("The root of a checkpoint has 32 bytes. This one has not.")
    return TreeHead(lines[0], int(lines[1]), root)


def verify(note: str, key: PublicKey) -> TreeHead:
    """Read what a checkpoint says once its signature by this key has been found good.

    Raises: BadCheckpoint when it is malformed, of another log, or not signed by this key.
    """
    head = parse(note)
    if head.origin != key.name:
        raise BadCheckpoint("The checkpoint belongs to another log than the key.")
    verify_note(note, key)
    return head


def verify_note(note: str, key: PublicKey) -> str:
    """Give a note's text once the signature by this key has been found good.

    Raises: BadCheckpoint when the key did not sign it, or the signature is wrong.
    """
    text, lines = _parts(note)
    for line in lines:
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        signature = _base64(encoded)
        if name == key.name and signature[:4] == key.id:
            try:
                Ed25519PublicKey.from_public_bytes(key.raw).verify(signature[4:], text.encode())
            except InvalidSignature as wrong:
                raise BadCheckpoint("The signature under the checkpoint is wrong.") from wrong
            return text
    raise BadCheckpoint("The checkpoint is not signed by this key.")


def _parts(note: str) -> tuple[str, list[str]]:
    """Split a note into its text and its signature lines."""
    text, gap, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if (
        not gap
        or lines.pop() != ""
        or not 0 < len(lines) <= MOST_SIGNATURES
        or not all(line.startswith(DASH) for line in lines)
    ):
        raise BadCheckpoint("A checkpoint is text, an empty line, and signature lines. This is not.")
    return text + "\n", lines


def _base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (ValueError, NotBase64) as wrong:
        raise BadCheckpoint("A part of the checkpoint that should be base64 is not.") from wrong
