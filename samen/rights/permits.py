"""Permits are sealed by the gate: one made or changed elsewhere opens nothing."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from samen.rights.words import Category, Permit


class NotPermitted(PermissionError):
    """A store was asked for something its permit does not name. The message says what, and how to mend it; never whose."""


def sign(permit: Permit, key: bytes) -> Permit:
    """Give the permit with the gate's seal on it."""
    return replace(permit, seal=_seal(permit, key))


def require(permit: Permit, category: Category, person: UUID | None, *, key: bytes, now: datetime) -> None:
    """Let a store read this category of this person, or refuse.

    Raises: NotPermitted when the permit is not the gate's, has run out, is another person's, or does not name the category.
    """
    if not isinstance(permit, Permit) or not hmac.compare_digest(permit.seal, _seal(permit, key)):
        raise NotPermitted("This permit was not given by the gate. Call rights.gate.run; nothing else gives permits.")
    if now >= permit.expires:
        raise NotPermitted(
            f"{permit.system}: its permit ran out at {permit.expires:%H:%M:%S}. Run again for a new one."
        )
    if person is None or person != permit.person:
        raise NotPermitted(f"{permit.system} asked for a person whom its permit does not name.")
    if category not in permit.categories:
        named = ", ".join(sorted(f'"{each}"' for each in permit.categories))
        raise NotPermitted(
            f'{permit.system} asked for "{category}"; its permit names only {named}. Add it to uses= in systems.py, or stop asking.'
        )


def as_json(permit: Permit) -> Mapping[str, object]:
    """Give the permit as plain values, without its seal."""
    return {
        "id": str(permit.id),
        "system": permit.system,
        "digest": permit.digest,
        "uses": sorted(use.key for use in permit.uses),
        "issued": permit.issued.isoformat(),
        "expires": permit.expires.isoformat(),
        "epochs": [permit.epochs.system, permit.epochs.person],
        "person": permit.person and str(permit.person),
        "actor": permit.actor and str(permit.actor),
    }


def _seal(permit: Permit, key: bytes) -> bytes:
    return hmac.digest(key, repr(sorted(as_json(permit).items())).encode(), hashlib.sha256)
