"""Sealing one person's text under one person's key, so that destroying the key makes every copy unreadable.

AES-256-GCM, a 96-bit nonce per message, the person's id and the text's purpose as associated data: a sealed text cannot
be moved to another person or another field. Source: NIST SP 800-38D; nonces come from the caller, never twice.

A person's key lies wrapped in the database. What unwraps it is made (HKDF, RFC 5869) from the service key and from the
person's half, which lies in a file of its own: a copy of the database, even with the service key, opens nothing of a
person whose half is gone.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
WRAPPING = "person-key"  # what a wrapped key is bound to


class Unreadable(ValueError):
    """A sealed text does not open: its key was destroyed, it was changed, or it belongs elsewhere."""


class KeyDestroyed(Unreadable):
    """The person's key was destroyed, and with it every text sealed under it. That is final, and meant."""


@dataclass(frozen=True)
class Service:
    """A service key: it wraps the keys of people and never touches a text itself."""

    key: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Give a short name of the key which tells nothing about it."""
        return sha256(b"samen service key" + self.key).hexdigest()[:16]


def seal(text: bytes, *, key: bytes, person: UUID, about: str, nonce: bytes) -> bytes:
    """Seal a text of one person; `about` names the field it belongs to. Gives nonce + ciphertext + tag."""
    return nonce + AESGCM(key).encrypt(nonce, text, _bound_to(person, about))


def unseal(sealed: bytes, *, key: bytes, person: UUID, about: str) -> bytes:
    """Open a sealed text. Raises: Unreadable."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(person, about))
    except (InvalidTag, ValueError) as wrong:
        raise Unreadable(f'Sealed text "{about}" does not open with this key.') from wrong


def wrap(key: bytes, *, service: Service, half: bytes, person: UUID, nonce: bytes) -> bytes:
    """Wrap a person's key under the service key and the person's half."""
    return seal(key, key=_wrapper(service, half, person), person=person, about=WRAPPING, nonce=nonce)


def unwrap(wrapped: bytes, *, service: Service, half: bytes, person: UUID) -> bytes:
    """Unwrap a person's key. Raises: Unreadable with another service key, another half or another person."""
    return unseal(wrapped, key=_wrapper(service, half, person), person=person, about=WRAPPING)


def _wrapper(service: Service, half: bytes, person: UUID) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=half, info=b"samen person key" + person.bytes).derive(
        service.key
    )


def _bound_to(person: UUID, about: str) -> bytes:
    return person.bytes + about.encode()
