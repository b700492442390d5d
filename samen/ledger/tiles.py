"""Tiles: 256 neighbouring hashes kept together, so that a proof in a tree of millions reads a few rows.

Tile (level, index) holds the nodes of tree level 8 * level from index * 256 on, once all 256 are complete (after C2SP
tlog-tiles). Its root is the node (8 * (level + 1), index): the tiles of the level above are made of these roots.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from samen.ledger.tree import HASH, Frontier, Node

WIDTH = 256
HEIGHT = 8  # tree levels in a tile: 2**8 = WIDTH

TileName = tuple[int, int]


@dataclass(frozen=True)
class Tile:
    """256 hashes and the root over them."""

    level: int
    index: int
    hashes: bytes
    root: bytes


def completed(size: int, hashes: Sequence[bytes], read: Callable[[int, int, int], list[bytes]]) -> list[Tile]:
    """Give the tiles that become complete when leaf hashes are added to a tree of this size.

    Takes: `read(level, first, end)`, which gives the nodes of tile level `level` that are there already.
    """
    made: list[Tile] = []
    level, start, nodes = 0, size, list(hashes)
    while (start + len(nodes)) // WIDTH > start // WIDTH:
        begin = start - start % WIDTH
        if begin < start:
            nodes = read(level, begin, start) + nodes
        groups = [nodes[at : at + WIDTH] for at in range(0, len(nodes) - WIDTH + 1, WIDTH)]
        new = [
            Tile(level, begin // WIDTH + place, b"".join(group), Frontier().extend(group).root())
            for place, group in enumerate(groups)
        ]
        made += new
        level, start, nodes = level + 1, begin // WIDTH, [tile.root for tile in new]
    return made


def place_of(node: Node) -> tuple[TileName, int, int]:
    """Give the tile in which a node lies, the first of the tile's hashes below it, and how many there are."""
    level, index = node
    below = 1 << level % HEIGHT
    first = index * below
    return (level // HEIGHT, first // WIDTH), first % WIDTH, below


def node_in(hashes: bytes, first: int, count: int) -> bytes:
    """Give the node above `count` hashes of a tile, from the `first` on."""
    return Frontier().extend(hashes[at * HASH : (at + 1) * HASH] for at in range(first, first + count)).root()
