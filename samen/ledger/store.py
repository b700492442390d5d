"""Append to the ledger, prove what is on it, sign it, and hand it out.

Whoever appends does so inside the transaction of the thing that happened: either both are there or neither.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Q

from samen.ledger import checkpoint as notes
from samen.ledger import lines, tiles
from samen.ledger.leaf import Entry, body_of
from samen.ledger.models import Checkpoint, Head, Leaf, Tile
from samen.ledger.receipt import Receipt
from samen.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    Node,
    Range,
    complete_nodes,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    proof_of,
)

CHUNK = 5000  # leaves read at once when handing out the log
INSERT = 'INSERT INTO ledger_leaf ("index", kind, body, hash, salt, subject) VALUES (%s, %s, %s, %s, %s, %s)'
GROW = "UPDATE ledger_head SET size = %s, frontier = %s, root = %s WHERE id = 1 AND size = %s"


class NotInTransaction(RuntimeError):
    """Somebody appended outside a transaction."""


class LedgerDamaged(RuntimeError):
    """The ledger's tables contradict each other."""


@dataclass(frozen=True)
class Position:
    """Where an entry came to stand."""

    index: int
    hash: bytes


def append(entries: Sequence[Entry], *, at: datetime) -> list[Position]:
    """Put entries on the ledger in order, with three statements however many there are (two more when a tile is full).

    Raises: NotInTransaction outside `transaction.atomic()`; NotForTheLedger, WeakSalt, NotCanonical for an entry that
            may not stand there. Then nothing is written.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(
            "The ledger takes entries only together with what they are about. Call append inside transaction.atomic()."
        )
    if not entries:
        return []
    before = _locked()
    bodies = [body_of(entry, before.size + place, at) for place, entry in enumerate(entries)]
    hashes = [leaf_hash(body) for body in bodies]
    _insert(before.size, list(zip(entries, bodies, hashes, strict=True)))
    _insert_tiles(before.size, hashes)
    after = before.extend(hashes)
    with connection.cursor() as cursor:
        cursor.execute(GROW, [after.size, b"".join(after.peaks), after.root(), before.size])
        changed = cursor.rowcount
    if changed != 1:
        raise LedgerDamaged(
            "The ledger's head moved while it was locked. Run `samen audit verify --live` before going on."
        )
    return [Position(before.size + place, each) for place, each in enumerate(hashes)]


def _locked() -> Frontier:
    """Lock the head until the transaction ends (SQLite: since BEGIN IMMEDIATE), and give the frontier it keeps."""
    row = _head_for_update()
    if row is None:  # the very first entry
        Head.objects.bulk_create([Head(id=1, size=0, frontier=b"", root=EMPTY_ROOT)], ignore_conflicts=True)
        row = _head_for_update()
    if row is None:
        raise LedgerDamaged("The ledger has no head and takes none. Run `samen doctor`.")
    size, frontier = row
    kept = bytes(frontier)
    return Frontier(size, tuple(kept[at : at + tiles.HASH] for at in range(0, len(kept), tiles.HASH)))


def _head_for_update() -> tuple[int, bytes] | None:
    """Read the head. In plain SQL, as is `GROW`: each append pays for both, and the ORM would cost more than the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, frontier FROM ledger_head WHERE id = 1"
            + (" FOR UPDATE" if connection.vendor == "postgresql" else "")
        )
        return cursor.fetchone()


def _insert(first: int, rows: Sequence[tuple[Entry, bytes, bytes]]) -> None:
    to_column = Leaf._meta.get_field("subject").get_db_prep_value
    values = [
        (first + place, entry.kind, body.decode(), each, entry.salt, to_column(entry.subject, connection))
        for place, (entry, body, each) in enumerate(rows)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, values)


def _insert_tiles(size: int, hashes: Sequence[bytes]) -> None:
    made = tiles.completed(size, hashes, _nodes)
    if made:
        Tile.objects.bulk_create(
            [Tile(level=t.level, index=t.index, hashes=t.hashes, root=t.root) for t in made], batch_size=200
        )


def _nodes(level: int, first: int, end: int) -> list[bytes]:
    """Give the nodes of a tile level: leaf hashes, or the roots of the tiles below."""
    span = Q(index__gte=first, index__lt=end)
    if level == 0:
        rows = iter(Leaf.objects.filter(span).order_by("index").values_list("hash", flat=True))
    else:
        rows = iter(Tile.objects.filter(span, level=level - 1).order_by("index").values_list("root", flat=True))
    hashes = [bytes(each) for each in rows]
    if len(hashes) != end - first:
        raise LedgerDamaged("Hashes that the ledger must have are gone. Restore a backup, and verify it before use.")
    return hashes


def head() -> notes.TreeHead:
    """Give the log's name, its size and root as they are now."""
    row = Head.objects.filter(id=1).first()
    return notes.TreeHead(origin(), row.size, bytes(row.root)) if row else notes.TreeHead(origin(), 0, EMPTY_ROOT)


def origin() -> str:
    """Give the log's name."""
    return notes.origin_of(_seed())


def public_key() -> notes.PublicKey:
    """Give the key by which anyone can know this log's checkpoints."""
    return notes.public_key(_seed(), origin())


def _seed() -> bytes:
    return urlsafe_b64decode(settings.SECRETS["ledger_key"])


def sign_text(text: str) -> str:
    """Sign any text with the log's key, as a note that `verify_text` reads. The text ends in a newline.

    Raises: ValueError for a text that could be taken for one of the log's own checkpoints.
    """
    if text.startswith(f"{origin()}\n"):
        raise ValueError("This text begins as a checkpoint of the log does. Give it another first line.")
    return notes.sign_note(text, _seed(), origin())


def verify_text(note: str) -> str:
    """Give a note's text once the signature by the log's key has been found good. Raises: BadCheckpoint."""
    return notes.verify_note(note, public_key())


def checkpoint(now: datetime) -> Checkpoint:
    """Sign the log as it is now; when it has not grown since the last checkpoint, give that one."""
    current = head()
    if (last := Checkpoint.objects.filter(size=current.size).first()) is not None:
        return last
    new = Checkpoint(size=current.size, root=current.root, note=notes.sign(current, _seed()), at=now)
    Checkpoint.objects.bulk_create([new], ignore_conflicts=True)  # two at once sign the same words
    return Checkpoint.objects.get(size=current.size)


def counts() -> dict[str, int]:
    """Give how many leaves there are of each kind."""
    return dict(Leaf.objects.order_by().values_list("kind").annotate(Count("index")))


def inclusion(index: int, size: int) -> tuple[bytes, ...]:
    """Give the proof that a leaf stands in the tree of this size. Raises: NoSuchProof."""
    return _proof(inclusion_ranges(index, size))


def consistency(old: int, new: int) -> tuple[bytes, ...]:
    """Give the proof that the tree of size `new` is that of size `old` with leaves added. Raises: NoSuchProof."""
    return _proof(consistency_ranges(old, new))


def _proof(ranges: Sequence[Range]) -> tuple[bytes, ...]:
    nodes = [node for span in ranges for node in complete_nodes(span)]
    return proof_of(ranges, _hashes_of(nodes))


def _hashes_of(nodes: Sequence[Node]) -> Mapping[Node, bytes]:
    """Read the hashes of complete nodes: one query for full tiles, one for each level of the growing edge."""
    names = {tiles.place_of(node)[0] for node in nodes}
    levels, indexes = {level for level, _ in names}, {index for _, index in names}
    rows = Tile.objects.filter(level__in=levels, index__in=indexes).values_list("level", "index", "hashes")
    full = {(level, index): bytes(hashes) for level, index, hashes in rows}
    edges: dict[tiles.TileName, tuple[int, bytes]] = {}
    for name in names - full.keys():
        spots = [(first, first + count) for where, first, count in map(tiles.place_of, nodes) if where == name]
        first, end = min(spot[0] for spot in spots), max(spot[1] for spot in spots)
        base = name[1] * tiles.WIDTH
        edges[name] = first, b"".join(_nodes(name[0], base + first, base + end))
    hashes: dict[Node, bytes] = {}
    for node in nodes:
        name, first, count = tiles.place_of(node)
        skipped, kept = edges[name] if name in edges else (0, full[name])
        hashes[node] = tiles.node_in(kept, first - skipped, count)
    return hashes


def receipt(index: int, *, now: datetime, secret: Mapping[str, object] | None = None) -> Receipt:
    """Give all that shows, without this service, that a leaf is on the log; with its content, also what the leaf binds.

    Signs a checkpoint when none covers the leaf yet. Without `secret` or salt it shows the place alone.
    Raises: Leaf.DoesNotExist.
    """
    leaf = Leaf.objects.get(index=index)
    covering = Checkpoint.objects.filter(size__gt=index).order_by("-size").first() or checkpoint(now)
    salt = bytes(leaf.salt) if leaf.salt is not None and secret is not None else None
    return Receipt(
        body=leaf.body.encode(),
        index=index,
        checkpoint=covering.note,
        proof=inclusion(index, covering.size),
        salt=salt,
        secret=secret if salt is not None else None,
    )


def forget(subject: UUID) -> int:
    """Destroy a subject's salts and give how many: the tree stays valid, the commitments say nothing more."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")  # overwrite the bytes, not only the pointer to them
    return Leaf.objects.filter(subject=subject).update(salt=None, subject=None)


def export_lines(now: datetime) -> Iterator[bytes]:
    """Give the log as the lines of an export, signed as it is now."""
    last = checkpoint(now)
    yield lines.header(str(public_key()))
    for note in Checkpoint.objects.filter(size__lte=last.size).order_by("size").values_list("note", flat=True):
        yield lines.checkpoint(note)
    for first in range(0, last.size, CHUNK):
        end = min(first + CHUNK, last.size)
        rows = Leaf.objects.filter(index__gte=first, index__lt=end).order_by("index").values_list("body", "hash")
        for body, kept in rows:
            yield lines.leaf(body.encode(), bytes(kept))


def export(file: IO[bytes], now: datetime) -> int:
    """Write the log to a file that anyone can verify without this service, and give the number of lines."""
    written = 0
    for line in export_lines(now):
        file.write(line)
        written += 1
    return written


def last_checkpoint_size() -> int:
    """Give the size of the newest checkpoint, 0 when there is none."""
    return Checkpoint.objects.aggregate(Max("size"))["size__max"] or 0
