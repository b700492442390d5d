"""Salted commitments: a leaf can bind content that it does not show.

Without the salt nobody can tell what a commitment is about, not even by trying likely contents. So destroying the salt
honours an erasure, and the tree stays as it was.
"""

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest

from samen.ledger import canonical

LEAST_SALT = 16  # bytes: 128 bits cannot be guessed


class WeakSalt(ValueError):
    """The salt is too short to hide anything: the message says how long it has to be."""


def commit(secret: Mapping[str, object], salt: bytes) -> str:
    """Give the commitment to a content, in hex: SHA-256 over the salt and the content as canonical JSON.

    Raises: WeakSalt under 16 bytes; NotCanonical when the content has no canonical form.
    """
    if len(salt) < LEAST_SALT:
        raise WeakSalt(
            f"A salt of {len(salt)} bytes can be guessed. Give at least {LEAST_SALT} random bytes, new for each leaf."
        )
    return sha256(salt + canonical.dumps(dict(secret))).hexdigest()


def opens(commitment: str, secret: Mapping[str, object], salt: bytes) -> bool:
    """Say whether this content and salt are what was committed to."""
    try:
        return compare_digest(commitment.encode(), commit(secret, salt).encode())
    except (WeakSalt, canonical.NotCanonical):
        return False
