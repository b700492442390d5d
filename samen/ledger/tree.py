"""The Merkle tree of RFC 6962: one hash that stands for a whole list of leaves, and short proofs about it.

A node is named (level, index): level 0 are the leaves, node (l, i) covers 2**l leaves from i * 2**l on.
A range is named (first, end), end not included. Source: RFC 6962 section 2.1; verifiers: RFC 9162 section 2.1.3-2.1.4.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

Node = tuple[int, int]
Range = tuple[int, int]

HASH = 32  # bytes of a SHA-256 hash
EMPTY_ROOT = sha256(b"").digest()


class NoSuchProof(ValueError):
    """The proof asked for cannot exist: the message names the sizes."""


def leaf_hash(body: bytes) -> bytes:
    """Give the hash of a leaf; the 0x00 keeps a leaf from posing as a node."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of an inner node from its two children."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """All that a tree needs to grow: its size and the roots of its complete subtrees, largest first (at most 64)."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def extend(self, hashes: Iterable[bytes]) -> "Frontier":
        """Give the frontier after these leaf hashes have been added."""
        size, peaks = self.size, list(self.peaks)
        for each in hashes:
            peaks.append(each)
            size += 1
            rest = size
            while not rest & 1:
                right = peaks.pop()
                peaks[-1] = sha256(b"\x01" + peaks[-1] + right).digest()
                rest >>= 1
        return Frontier(size, tuple(peaks))

    def root(self) -> bytes:
        """Give the hash that stands for the whole tree."""
        return _fold(self.peaks)


def _fold(peaks: Sequence[bytes]) -> bytes:
    """Join the roots of complete subtrees, largest first, into one root."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Give the ranges whose roots prove that a leaf stands in a tree, nearest to the leaf first.

    Raises: NoSuchProof when the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise NoSuchProof(f"A tree of {size} leaves has no leaf {index}. Ask for a leaf from 0 to {size - 1}.")
    first, end, path = 0, size, []
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((first, middle))
            first = middle
    return path[::-1]


def consistency_ranges(old: int, size: int) -> list[Range]:
    """Give the ranges whose roots prove that a tree is an earlier one with leaves added.

    Raises: NoSuchProof unless 0 < old <= size.
    """
    if not 0 < old <= size:
        raise NoSuchProof(
            f"No proof leads from {old} leaves to {size}. The earlier size is at least 1 and at most the later one."
        )
    first, end, path, whole = 0, size, [], True
    while old != end:
        middle = first + _split(end - first)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((first, middle))
            first, whole = middle, False
    if not whole:
        path.append((first, end))
    return path[::-1]


def _split(width: int) -> int:
    """Give the largest power of two below a width of at least 2."""
    return 1 << (width - 1).bit_length() - 1


def complete_nodes(span: Range) -> Iterator[Node]:
    """Give the complete subtrees that make up a range, largest first."""
    first, end = span
    while first < end:
        level = (end - first).bit_length() - 1
        yield level, first >> level
        first += 1 << level


def proof_of(ranges: Sequence[Range], hashes: Mapping[Node, bytes]) -> tuple[bytes, ...]:
    """Give the proof for these ranges from the hashes of their complete nodes."""
    return tuple(_fold([hashes[node] for node in complete_nodes(span)]) for span in ranges)


def _are_hashes(given: Sequence[bytes]) -> bool:
    """Say whether each is as long as a SHA-256 hash: joined parts of other lengths could pose as another pair."""
    return all(len(each) == HASH for each in given)


def inclusion_holds(leaf: bytes, place: tuple[int, int], proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether the proof shows that a leaf hash stands at `place` = (index, size) in the tree with this root."""
    index, size = place
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        return False
    here, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(sibling, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Say whether the proof shows that the tree `new` = (size, root) is the tree `old` with leaves added."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == new_size > 0:
        return old_root == new_root and not proof
    if not 0 < old_size < new_size or not proof or not _are_hashes([old_root, new_root, *proof]):
        return False  # nothing can be shown from an empty tree, and no tree shrinks
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    found_old = found_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found_new = node_hash(found_new, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root
