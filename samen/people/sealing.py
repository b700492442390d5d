"""Sealing one person's text under one person's key, so that destroying the key makes every copy unreadable.

AES-256-GCM, a 96-bit nonce per message, the person's id and the text's purpose as associated data: a sealed text cannot be
moved to another person or another field. Source: NIST SP 800-38D; nonces come in from the caller and are never reused.
"""

from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class Unreadable(ValueError):
    """A sealed text does not open: its key was destroyed, it was changed, or it belongs to somebody or something else."""


def seal(text: bytes, *, key: bytes, person: UUID, about: str, nonce: bytes) -> bytes:
    """Seal a text of one person; `about` names the field it belongs to. Gives nonce + ciphertext + tag."""
    return nonce + AESGCM(key).encrypt(nonce, text, _bound_to(person, about))


def unseal(sealed: bytes, *, key: bytes, person: UUID, about: str) -> bytes:
    """Open a sealed text. Raises: Unreadable."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(person, about))
    except (InvalidTag, ValueError) as wrong:
        raise Unreadable(f'Sealed text "{about}" does not open with this key.') from wrong


def _bound_to(person: UUID, about: str) -> bytes:
    return person.bytes + about.encode()
