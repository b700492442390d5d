"""A leaf's body: what happened, when, and where in the log, without anything about a person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from samen.ledger import canonical
from samen.ledger.commitment import commit
from samen.ledger.kinds import Kind

MOST_FACTS = 16
MOST_CODES = 64  # in one list
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
CODE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}"
)  # no spaces, no @: ids and codes fit, sentences and addresses do not


class NotForTheLedger(ValueError):
    """An entry holds something that may never stand in a public log: the message names the fact, never its value."""


@dataclass(frozen=True)
class Entry:
    """One thing to put on the ledger.

    facts:   what anyone may read: ids of systems and rows, codes, counts.
    secret:  content that the leaf binds by a salted commitment; kept by the caller, not by the ledger.
    salt:    at least 16 random bytes, new for each entry; needed exactly when there is a secret.
    subject: an opaque id under which the salt is kept, so that `store.forget(subject)` can destroy it.
    """

    kind: Kind
    facts: Mapping[str, object] = field(default_factory=dict)
    secret: Mapping[str, object] | None = None
    salt: bytes | None = None
    subject: UUID | None = None


def body_of(entry: Entry, index: int, at: datetime) -> bytes:
    """Give the bytes of an entry's leaf: canonical JSON.

    Raises: NotForTheLedger for facts that are not codes, a naive time, a salt without a secret or the other way round;
            WeakSalt; NotCanonical for numbers beyond JSON.
    """
    if at.tzinfo is None:
        raise NotForTheLedger("The time has no zone, so nobody elsewhere can read it. Give an aware datetime.")
    if (entry.secret is None) != (entry.salt is None):
        raise NotForTheLedger("A secret needs a salt and a salt needs a secret. Give both or neither.")
    return canonical.dumps(
        {
            "at": at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "commitment": None if entry.secret is None or entry.salt is None else commit(entry.secret, entry.salt),
            "facts": _checked(entry.facts),
            "index": index,
            "kind": Kind(entry.kind).value,
        }
    )


def _checked(facts: Mapping[str, object]) -> dict[str, object]:
    """Give the facts back when each is an id, a code, a count, a yes or no, or a list of codes."""
    if len(facts) > MOST_FACTS:
        raise NotForTheLedger(
            f"{len(facts)} facts are too many for a leaf. Keep at most {MOST_FACTS}, and commit to the rest as secret=."
        )
    for name, value in facts.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise NotForTheLedger(
                "A fact has a name that is not a short lower-case word. Use names such as system or count."
            )
        codes = value if isinstance(value, list | tuple) else [value]
        if len(codes) > MOST_CODES or not all(_may_stand(code) for code in codes):
            raise NotForTheLedger(
                f'Fact "{name}" is no id, code or count. Leaves are public: pass it as secret=, with a salt.'
            )
    return dict(facts)


def _may_stand(value: object) -> bool:
    return value is None or isinstance(value, bool | int) or (isinstance(value, str) and bool(CODE.fullmatch(value)))
