"""Verify one exported log without its service: every leaf, every checkpoint, and those that outsiders kept."""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, islice

from samen.ledger import lines as form
from samen.ledger.checkpoint import BadCheckpoint, PublicKey, TreeHead, parse_key, verify
from samen.ledger.tree import EMPTY_ROOT, Frontier, leaf_hash

BATCH = 1024  # leaves between two reports of progress


class Fault(StrEnum):
    """What can be wrong with a log."""

    MALFORMED = "malformed"  # not in the form of an export
    OTHER_LOG = "other-log"  # signed by another key than the one asked for
    BAD_CHECKPOINT = "bad-checkpoint"
    NO_CHECKPOINT = "no-checkpoint"
    EDITED = "edited"  # a leaf is not what the log hashed
    MISSING = "missing"  # a leaf was dropped
    MOVED = "moved"  # a leaf stands in another's place
    REPEATED = "repeated"
    TRUNCATED = "truncated"  # the end is gone
    UNSIGNED = "unsigned"  # leaves that no checkpoint vouches for
    CHANGED = "changed"  # leaves between two checkpoints do not give the signed root
    FORKED = "forked"  # two signed histories


@dataclass(frozen=True)
class Failure:
    """One thing that is wrong, with the first and the last leaf that it is about (None = not about leaves)."""

    fault: Fault
    about: str
    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        if self.first is None:
            return f"{self.fault}: {self.about}"
        place = f"leaf {self.first}" if self.first == self.last else f"leaves {self.first} to {self.last}"
        return f"{self.fault}, {place}: {self.about}"


@dataclass(frozen=True)
class Report:
    """What verifying found. `trusted` says whether the key came from the reader and not from the file itself."""

    key: str
    trusted: bool
    leaves: int
    checkpoints: int
    counts: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()

    @property
    def ok(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.failures


@dataclass
class _Walk:
    """What is gathered on one way through the leaves."""

    frontier: Frontier = field(default_factory=Frontier)
    counts: Counter[str] = field(default_factory=Counter)
    places: list[int] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=lambda: {0: EMPTY_ROOT})
    failures: list[Failure] = field(default_factory=list)


def verify_log(
    lines: Iterable[bytes],
    *,
    key: PublicKey | None = None,
    known: Sequence[str] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> Report:
    """Verify an exported log.

    Takes:  the file's lines; the log's public key as the reader knows it (without it, the file's own is believed);
            checkpoints that the reader kept from earlier; a function that is told how many leaves are done.
    Gives:  a report that names each failure by leaf. Nothing in the file makes this raise.
    """
    stream = iter(lines)
    try:
        stated = parse_key(form.read_header(next(stream, b"")))
    except (form.BadLine, BadCheckpoint) as wrong:
        return Report("", key is not None, 0, 0, failures=(Failure(Fault.MALFORMED, str(wrong)),))
    failures: list[Failure] = []
    if key is not None and str(key) != str(stated):
        failures.append(
            Failure(Fault.OTHER_LOG, "The file names another key than the one you gave. It is not that log.")
        )
    trusted = key or stated
    notes, rest = _notes(stream, failures)
    kept = [head for note in known if (head := _head(note, trusted, failures, "The checkpoint you kept"))]
    heads = [head for note in notes if (head := _head(note, trusted, failures, "A checkpoint in the file"))]
    if not heads:
        failures.append(
            Failure(Fault.NO_CHECKPOINT, "The file has no good checkpoint, so nobody vouched for these leaves.")
        )
    walk = _walk(rest, sorted({head.size for head in [*heads, *kept]}), progress)
    failures += walk.failures
    failures += _order(walk.places, max((head.size for head in [*heads, *kept]), default=0))
    failures += _against(walk, heads, kept)
    return Report(str(trusted), key is not None, len(walk.places), len(heads), dict(walk.counts), tuple(failures))


def _notes(stream: Iterator[bytes], failures: list[Failure]) -> tuple[list[str], Iterator[bytes]]:
    """Read the checkpoints at the head of the file, and give the lines after them."""
    notes: list[str] = []
    for line in stream:
        if form.is_leaf(line):
            return notes, chain([line], stream)
        try:
            notes.append(form.read_checkpoint(line))
        except form.BadLine as wrong:
            failures.append(Failure(Fault.MALFORMED, str(wrong)))
            return notes, chain([line], stream)
    return notes, iter(())


def _head(note: str, key: PublicKey, failures: list[Failure], which: str) -> TreeHead | None:
    """Give what a checkpoint says, or note down what is wrong with it."""
    try:
        return verify(note, key)
    except BadCheckpoint as wrong:
        failures.append(Failure(Fault.BAD_CHECKPOINT, f"{which} cannot be believed. {wrong}"))
        return None


def _walk(lines: Iterator[bytes], sizes: Sequence[int], progress: Callable[[int], None]) -> _Walk:
    """Hash every leaf once, and keep the root at each size that somebody signed."""
    walk = _Walk()
    for size in [*(size for size in sizes if size), None]:
        while (done := walk.frontier.size) != size:
            left = BATCH if size is None else min(BATCH, size - done)
            batch = list(islice(lines, left))
            walk.frontier = walk.frontier.extend([_leaf_of(line, walk) for line in batch])
            progress(walk.frontier.size)
            if len(batch) < left:
                break
        if walk.frontier.size == size:
            walk.roots[size] = walk.frontier.root()
    return walk


def _leaf_of(line: bytes, walk: _Walk) -> bytes:
    """Give the hash of the leaf on a line, after noting what is wrong with it."""
    here = len(walk.places)
    try:
        body, stated, index, kind = form.read_leaf(line)
    except form.BadLine:
        walk.places.append(here)
        walk.failures.append(Failure(Fault.EDITED, "This line does not hold a whole leaf.", here, here))
        return leaf_hash(line)
    found = leaf_hash(body)
    if b64encode(found) != stated:
        walk.failures.append(
            Failure(Fault.EDITED, "The leaf is not what the log hashed when it was written.", here, here)
        )
    walk.places.append(index)
    walk.counts[kind] += 1
    return found


def _order(places: list[int], size: int) -> Iterator[Failure]:
    """Say which leaves are missing, repeated or moved, from the place that each says is its own."""
    if places == list(range(len(places))) and len(places) >= size:
        return
    seen = Counter(places)
    furthest = max(seen, default=-1) + 1
    end = max(
        size, furthest if furthest <= 2 * (size + len(places)) else 0
    )  # a forged place far away would run for ever
    tail = max((place for place in seen if place < end), default=-1) + 1
    for first, last in _runs(place for place in range(tail) if place not in seen):
        yield Failure(Fault.MISSING, "The leaf is not in the file.", first, last)
    if tail < end:
        yield Failure(Fault.TRUNCATED, "The file ends before what was signed.", tail, end - 1)
    for first, last in _runs(sorted(place for place, times in seen.items() if times > 1)):
        yield Failure(Fault.REPEATED, "The leaf is there more than once.", first, last)
    for first, last in _runs(said for said, due in zip(places, sorted(places), strict=True) if said != due):
        yield Failure(Fault.MOVED, "The leaf stands in another's place.", first, last)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Join neighbouring numbers to runs of first and last."""
    run: tuple[int, int] | None = None
    for number in numbers:
        if run and number == run[1] + 1:
            run = (run[0], number)
        else:
            if run:
                yield run
            run = (number, number)
    if run:
        yield run


def _against(walk: _Walk, heads: Sequence[TreeHead], kept: Sequence[TreeHead]) -> Iterator[Failure]:
    """Hold the recomputed roots against those that were signed."""
    good, total = 0, len(walk.places)
    signed: dict[int, bytes] = {}
    for head in sorted(heads, key=lambda each: each.size):
        if signed.setdefault(head.size, head.root) != head.root:
            yield Failure(
                Fault.FORKED, f"Two checkpoints of {head.size} leaves have different roots.", 0, max(head.size - 1, 0)
            )
    for size, root in signed.items():
        if size <= total and walk.roots[size] != root:
            yield Failure(
                Fault.CHANGED, f"These leaves do not give the root signed at {size}.", good, max(size - 1, good)
            )
            break
        good = size
    if total > (reached := max((size for size in signed if size <= total), default=0)):
        yield Failure(Fault.UNSIGNED, "No checkpoint that the file reaches covers these leaves.", reached, total - 1)
    for head in kept:
        if head.size <= total and walk.roots[head.size] != head.root:
            about = f"The checkpoint of {head.size} leaves that you kept was signed over another history."
            yield Failure(Fault.FORKED, about, 0, max(head.size - 1, 0))
