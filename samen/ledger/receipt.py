"""A receipt: one leaf with all that is needed to show, without the service, that it is on the log and what it binds."""

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass

from samen.ledger.checkpoint import BadCheckpoint, PublicKey, verify
from samen.ledger.commitment import opens
from samen.ledger.tree import inclusion_holds, leaf_hash

FORMAT = "samen-receipt/1"


class BadReceipt(ValueError):
    """The file is not a receipt."""


@dataclass(frozen=True)
class Receipt:
    """A leaf's body and place, the checkpoint that covers it, and the proof between them.

    `salt` and `secret` open the leaf's commitment; both are None when the receipt shows the place on the log alone.
    """

    body: bytes
    index: int
    checkpoint: str
    proof: tuple[bytes, ...]
    salt: bytes | None = None
    secret: Mapping[str, object] | None = None


def to_json(receipt: Receipt) -> str:
    """Write a receipt as a file to keep."""
    return json.dumps(
        {
            "format": FORMAT,
            "leaf": receipt.body.decode(),
            "index": receipt.index,
            "checkpoint": receipt.checkpoint,
            "proof": [b64encode(each).decode() for each in receipt.proof],
            "salt": None if receipt.salt is None else b64encode(receipt.salt).decode(),
            "secret": None if receipt.secret is None else dict(receipt.secret),
        },
        ensure_ascii=False,
        indent=2,
    )


def from_json(text: str | bytes) -> Receipt:
    """Read a receipt from a file. Raises: BadReceipt."""
    try:
        fields = json.loads(text)
        if fields["format"] != FORMAT or type(fields["index"]) is not int or not isinstance(fields["checkpoint"], str):
            raise BadReceipt(f"The file is not a receipt of format {FORMAT}.")
        salt, secret = fields["salt"], fields["secret"]
        return Receipt(
            body=fields["leaf"].encode(),
            index=fields["index"],
            checkpoint=fields["checkpoint"],
            proof=tuple(b64decode(each, validate=True) for each in fields["proof"]),
            salt=None if salt is None else b64decode(salt, validate=True),
            secret=None if secret is None else dict(secret),
        )
    except (ValueError, KeyError, TypeError, AttributeError, NotBase64, RecursionError) as wrong:
        raise BadReceipt(f"The file is not a whole receipt of format {FORMAT}. Ask for it again.") from wrong


def verify_receipt(receipt: Receipt, key: PublicKey) -> list[str]:
    """Give what is wrong with a receipt, each as a sentence; nothing when it holds.

    Takes: the log's public key as the reader knows it, from the service's public register or from a witness.
    """
    try:
        head = verify(receipt.checkpoint, key)
    except BadCheckpoint as wrong:
        return [f"The checkpoint cannot be believed. {wrong}"]
    wrongs: list[str] = []
    if not inclusion_holds(leaf_hash(receipt.body), (receipt.index, head.size), receipt.proof, head.root):
        wrongs.append("The leaf is not at this place of the log that was signed.")
    return wrongs + _leaf_wrongs(receipt)


def _leaf_wrongs(receipt: Receipt) -> list[str]:
    """Give what is wrong between the leaf and what the receipt says about it."""
    try:
        said = json.loads(receipt.body)
        index, commitment = said["index"], said["commitment"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ["The leaf cannot be read."]
    wrongs = [] if index == receipt.index else ["The leaf names another place than the receipt."]
    if (receipt.salt is None) != (receipt.secret is None):
        wrongs.append(
            "The receipt has a content without its salt, or a salt without content, so nothing can be opened."
        )
    elif (
        receipt.salt is not None
        and receipt.secret is not None
        and (not isinstance(commitment, str) or not opens(commitment, receipt.secret, receipt.salt))
    ):
        wrongs.append("The content is not what the leaf was bound to.")
    return wrongs
