"""Whoever changes an exported log is found out: 1,000 of 1,000 seeded attempts, and each names the leaf."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from samen.ledger import checkpoint as cp
from samen.ledger import lines
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry, body_of
from samen.ledger.tree import Frontier, leaf_hash
from samen.ledger.verify import Fault, verify_log

SEED = b"k" * 32
ORIGIN = cp.origin_of(SEED)
KEY = cp.public_key(SEED, ORIGIN)
START = datetime(2026, 3, 1, tzinfo=UTC)
ATTEMPTS = 200  # for each of five ways: 1,000 in all


@dataclass(frozen=True)
class Log:
    """A log as its keeper has it: bodies, the hashes kept of them, and the checkpoints."""

    bodies: tuple[bytes, ...]
    hashes: tuple[bytes, ...]
    notes: tuple[str, ...]

    def file(self):
        leaves = [lines.leaf(body, kept) for body, kept in zip(self.bodies, self.hashes, strict=True)]
        return [lines.header(str(KEY)), *map(lines.checkpoint, self.notes), *leaves]


def signed(bodies, sizes):
    hashes = tuple(map(leaf_hash, bodies))
    roots = [(size, Frontier().extend(hashes[:size]).root()) for size in sizes]
    return Log(tuple(bodies), hashes, tuple(cp.sign(cp.TreeHead(ORIGIN, size, root), SEED) for size, root in roots))


def log_of(random):
    size = random.randint(12, 60)
    entries = [Entry(random.choice(list(Kind)), {"count": random.randint(0, 9)}) for _ in range(size)]
    bodies = [body_of(entry, index, START + timedelta(minutes=index)) for index, entry in enumerate(entries)]
    return signed(bodies, sorted({random.randint(1, size) for _ in range(3)} | {size}))


def rewritten(body, index=None):
    """Change what a leaf says: its count, or its place."""
    said = json.loads(body)
    if index is None:
        said["facts"]["count"] += 1
    else:
        said["index"] = index
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def with_bodies(log, bodies, random):
    """Put other bodies in a log; half of the time with hashes to match, so that each line looks right by itself."""
    bodies = tuple(bodies)
    return replace(log, bodies=bodies, hashes=tuple(map(leaf_hash, bodies)))


def edit(log, random):
    at = random.randrange(len(log.bodies))
    bodies = [rewritten(body) if place == at else body for place, body in enumerate(log.bodies)]
    return (with_bodies(log, bodies, random) if random.random() < 0.5 else replace(log, bodies=tuple(bodies))), at


def drop(log, random):
    at = random.randrange(len(log.bodies) - 1)
    left = [body for place, body in enumerate(log.bodies) if place != at]
    if random.random() < 0.5:  # close the gap, so that the places run on
        left = [rewritten(body, place) if place >= at else body for place, body in enumerate(left)]
    return with_bodies(log, left, random), at


def swap(log, random):
    one, other = sorted(random.sample(range(len(log.bodies)), 2))
    bodies = list(log.bodies)
    bodies[one], bodies[other] = bodies[other], bodies[one]
    if random.random() < 0.5:  # each says it belongs where it now stands
        bodies[one], bodies[other] = rewritten(bodies[one], one), rewritten(bodies[other], other)
    return with_bodies(log, bodies, random), one


def truncate(log, random):
    left = random.randint(1, len(log.bodies) - 1)
    notes = log.notes
    if random.random() < 0.5:  # hide it: sign the shorter log, and show no other checkpoint
        notes = signed(log.bodies, [left]).notes
    return Log(log.bodies[:left], log.hashes[:left], notes), left


def fork(log, random):
    at = random.randrange(len(log.bodies))
    bodies = [rewritten(body) if place == at else body for place, body in enumerate(log.bodies)]
    return signed(bodies, [cp.parse(note).size for note in log.notes]), at


@pytest.mark.parametrize("tamper", [edit, drop, swap, truncate, fork])
def test_each_of_two_hundred_attempts_is_found_and_its_leaf_named(tamper):
    missed = []
    for seed in range(ATTEMPTS):
        random = Random(f"{tamper.__name__} {seed}")
        log = log_of(random)
        changed, at = tamper(log, random)
        report = verify_log(changed.file(), key=KEY, known=[log.notes[-1]])
        if not any(f.first is not None and f.first <= at <= f.last for f in report.failures):
            missed.append((seed, report.failures))
    assert missed == []


def test_two_hundred_untouched_logs_hold():
    logs = [log_of(Random(seed)) for seed in range(ATTEMPTS)]
    assert all(verify_log(log.file(), key=KEY, known=log.notes).ok for log in logs)


@pytest.fixture
def log():
    return signed([body_of(Entry(Kind.CONSENT, {"n": n}), n, START) for n in range(20)], [5, 10, 20])


def faults(log, **rest):
    return [(f.fault, f.first, f.last) for f in verify_log(log.file(), key=KEY, **rest).failures]


def test_an_edit_under_an_untouched_hash_names_exactly_its_leaf(log):
    bodies = (*log.bodies[:7], rewritten(log.bodies[7].replace(b'"n"', b'"count"')), *log.bodies[8:])
    assert faults(replace(log, bodies=bodies)) == [(Fault.EDITED, 7, 7), (Fault.CHANGED, 5, 9)]


def test_an_edit_with_a_hash_to_match_is_narrowed_to_two_checkpoints(log):
    bodies = (*log.bodies[:7], log.bodies[7].replace(b'"n":7', b'"n":8'), *log.bodies[8:])
    assert faults(with_bodies(log, bodies, None)) == [(Fault.CHANGED, 5, 9)]


def test_dropped_leaves_are_named(log):
    gone = Log(log.bodies[:6] + log.bodies[9:], log.hashes[:6] + log.hashes[9:], log.notes)
    assert (Fault.MISSING, 6, 8) in faults(gone)


def test_swapped_leaves_are_named_both_and_no_other(log):
    bodies, hashes = list(log.bodies), list(log.hashes)
    for row in (bodies, hashes):
        row[3], row[12] = row[12], row[3]
    swapped = Log(tuple(bodies), tuple(hashes), log.notes)
    assert [f[1:] for f in faults(swapped) if f[0] is Fault.MOVED] == [(12, 12), (3, 3)]


def test_a_cut_end_is_named(log):
    assert faults(Log(log.bodies[:15], log.hashes[:15], log.notes)) == [
        (Fault.TRUNCATED, 15, 19),
        (Fault.UNSIGNED, 10, 14),
    ]


def test_a_cut_end_with_its_checkpoint_is_found_by_whoever_kept_one(log):
    cut = Log(log.bodies[:10], log.hashes[:10], log.notes[:2])
    assert faults(cut) == []
    assert faults(cut, known=[log.notes[2]]) == [(Fault.TRUNCATED, 10, 19)]


def test_a_rewritten_and_signed_history_is_found_by_whoever_kept_a_checkpoint(log):
    other = signed([rewritten(log.bodies[0].replace(b'"n"', b'"count"')), *log.bodies[1:]], [5, 10, 20])
    assert faults(other) == []
    assert faults(other, known=[log.notes[0]]) == [(Fault.FORKED, 0, 4)]


def test_two_signed_roots_of_one_size_are_a_fork(log):
    other = signed([*log.bodies[:19], body_of(Entry(Kind.STOP), 19, START)], [20])
    assert (Fault.FORKED, 0, 19) in faults(replace(log, notes=log.notes + other.notes))


def test_leaves_after_the_last_checkpoint_count_as_unsigned(log):
    assert faults(replace(log, notes=log.notes[:2])) == [(Fault.UNSIGNED, 10, 19)]


def test_a_file_without_a_checkpoint_vouches_for_nothing(log):
    assert (Fault.NO_CHECKPOINT, None, None) in faults(replace(log, notes=()))


def test_a_log_signed_with_another_key_is_not_that_log(log):
    report = verify_log(log.file(), key=cp.public_key(b"z" * 32, ORIGIN))
    assert {Fault.OTHER_LOG, Fault.BAD_CHECKPOINT} <= {f.fault for f in report.failures}


def test_a_forged_checkpoint_is_named(log):
    forged = log.notes[1].replace("\n10\n", "\n11\n")
    assert (Fault.BAD_CHECKPOINT, None, None) in faults(replace(log, notes=(log.notes[0], forged, log.notes[2])))


def test_the_report_says_when_the_key_was_only_the_files_own(log):
    assert [verify_log(log.file()).trusted, verify_log(log.file(), key=KEY).trusted] == [False, True]


def test_the_report_counts_leaves_by_kind(log):
    assert verify_log(log.file(), key=KEY).counts == {"consent": 20}


@pytest.mark.parametrize(
    "junk", [b"", b"\n", b"{}\n", b"\xff\xfe", b"[" * 100_000, b'{"hash":"short","leaf":1}\n', b"null\n"]
)
def test_junk_anywhere_is_reported_and_never_crashes(log, junk):
    file = log.file()
    assert not verify_log([junk]).ok
    assert not verify_log([file[0], junk, *file[1:]], key=KEY).ok
    assert not verify_log([*file[:10], junk, *file[11:]], key=KEY).ok


def test_a_leaf_that_claims_a_place_far_away_does_not_swallow_memory(log):
    bodies = (*log.bodies[:19], rewritten(log.bodies[19], 10**15))
    report = verify_log(with_bodies(log, bodies, None).file(), key=KEY)
    assert len(report.failures) < 10
