"""The Merkle tree: official vectors, and properties over all small trees."""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.ledger import tiles, tree

VECTORS = Path(__file__).parents[3] / "shared/data/rfc6962/testdata"
LEAVES = [tree.leaf_hash(bytes([n])) for n in range(80)]


def vectors(kind):
    """Give the vectors of one kind, or one skipped case that says what is absent."""
    found = sorted((VECTORS / kind).rglob("*.json"))
    if not found:
        return [
            pytest.param(
                None,
                marks=pytest.mark.skip(
                    reason=f"no vectors at ../shared/data/rfc6962/{kind}: put the shared data there to run this"
                ),
            )
        ]
    return [pytest.param(json.loads(file.read_text()), id=f"{file.parent.name}/{file.stem}") for file in found]


def raw(text):
    return b64decode(text) if text else b""


def proof_in(vector):
    return [raw(each) for each in vector["proof"] or []]


def simple_root(leaves):
    """RFC 6962 section 2.1, word by word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = max(1 << bit for bit in range(8) if 1 << bit < len(leaves))
    return tree.node_hash(simple_root(leaves[:middle]), simple_root(leaves[middle:]))


def proof(ranges):
    nodes = {node for span in ranges for node in tree.complete_nodes(span)}
    hashes = {(level, index): simple_root(LEAVES[index << level : (index + 1) << level]) for level, index in nodes}
    return tree.proof_of(ranges, hashes)


@pytest.mark.parametrize("vector", vectors("inclusion"))
def test_inclusion_is_judged_as_the_official_vectors_say(vector):
    place = vector["leafIdx"], vector["treeSize"]
    holds = tree.inclusion_holds(raw(vector["leafHash"]), place, proof_in(vector), raw(vector["root"]))
    assert holds is not vector["wantErr"]


@pytest.mark.parametrize("vector", vectors("consistency"))
def test_consistency_is_judged_as_the_official_vectors_say(vector):
    old, new = (vector["size1"], raw(vector["root1"])), (vector["size2"], raw(vector["root2"]))
    assert tree.consistency_holds(old, new, proof_in(vector)) is not vector["wantErr"]


@pytest.mark.parametrize("size", range(71))
def test_the_frontier_gives_the_root_of_the_definition(size):
    assert tree.Frontier().extend(LEAVES[:size]).root() == simple_root(LEAVES[:size])


@given(st.integers(0, 70), st.integers(0, 70))
def test_growing_in_two_steps_gives_the_same_tree_as_in_one(first, second):
    first, second = sorted((first, second))
    grown = tree.Frontier().extend(LEAVES[:first]).extend(LEAVES[first:second])
    assert grown == tree.Frontier().extend(LEAVES[:second])


@pytest.mark.parametrize("size", range(1, 71))
def test_every_leaf_is_proved_in_every_tree_and_no_other_leaf_is(size):
    root = simple_root(LEAVES[:size])
    for index in range(size):
        path = proof(tree.inclusion_ranges(index, size))
        assert tree.inclusion_holds(LEAVES[index], (index, size), path, root)
        assert not tree.inclusion_holds(LEAVES[79], (index, size), path, root)


@pytest.mark.parametrize("size", range(1, 71))
def test_every_earlier_tree_is_proved_to_be_the_beginning_of_a_later_one(size):
    new = size, simple_root(LEAVES[:size])
    for old in range(1, size + 1):
        path = proof(tree.consistency_ranges(old, size))
        assert tree.consistency_holds((old, simple_root(LEAVES[:old])), new, path)
        assert not tree.consistency_holds((old, LEAVES[79]), new, path)


@given(st.integers(1, 70), st.integers(0, 255), st.data())
def test_one_wrong_bit_in_a_proof_breaks_it(size, bit, data):
    index = data.draw(st.integers(0, size - 1))
    path = list(proof(tree.inclusion_ranges(index, size)))
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        path[at] = (int.from_bytes(path[at], "big") ^ 1 << bit).to_bytes(32, "big")
        assert not tree.inclusion_holds(LEAVES[index], (index, size), path, simple_root(LEAVES[:size]))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_that_is_not_there_has_no_proof(index, size):
    with pytest.raises(tree.NoSuchProof, match="has no leaf"):
        tree.inclusion_ranges(index, size)


def test_no_proof_leads_from_a_larger_tree_to_a_smaller():
    with pytest.raises(tree.NoSuchProof):
        tree.consistency_ranges(4, 3)


def test_a_leaf_cannot_pose_as_a_node():
    left, right = LEAVES[:2]
    assert tree.leaf_hash(left + right) != tree.node_hash(left, right)


@pytest.mark.parametrize("steps", [[256], [255, 1], [1, 600, 1], [70_000], [65_535, 1], [300] * 220])
def test_tiles_come_to_be_the_same_however_the_leaves_arrive(steps):
    nodes = {0: []}
    made = []
    for step in steps:
        size = len(nodes[0])
        new = [size.to_bytes(4, "big") * 8] * step
        for tile in tiles.completed(size, new, lambda level, first, end: nodes[level][first:end]):
            nodes.setdefault(tile.level + 1, []).append(tile.root)
            made.append(tile)
        nodes[0] += new
    levels = [(tile.level, tile.index) for tile in made]
    expected = [(0, n) for n in range(sum(steps) // 256)] + [(1, n) for n in range(sum(steps) // 65_536)]
    assert sorted(levels) == expected
    assert all(tile.root == tree.Frontier().extend(tiles_hashes(tile)).root() for tile in made)
    assert b"".join(t.hashes for t in sorted(made, key=lambda t: (t.level, t.index)) if t.level == 0) == b"".join(
        nodes[0][: sum(steps) // 256 * 256]
    )


def tiles_hashes(tile):
    return [tile.hashes[at : at + 32] for at in range(0, len(tile.hashes), 32)]
