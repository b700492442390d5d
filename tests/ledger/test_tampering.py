"""A thousand ways to change a log that a real database exported, each found: edits, drops, swaps, cut ends and forks."""

import json
from base64 import b64decode
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from django.db import transaction

from samen.ledger import store
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.ledger.verify import verify_log
from tests.ledger import test_verify as tampering
from tests.ledger.test_verify import ATTEMPTS, START, Log, drop, edit, fork, swap, truncate

SIZES = (7, 20, 41, 64)


@pytest.fixture
def exported(db, monkeypatch) -> Log:
    """What the database gives as its log, with a checkpoint at each of SIZES. Whoever tampers holds the log's own key."""
    for number in range(SIZES[-1]):
        at = START + timedelta(minutes=number)
        entry = Entry(
            list(Kind)[number % len(Kind)], {"count": number}, secret={"n": number}, salt=uuid4().bytes, subject=uuid4()
        )
        with transaction.atomic():
            store.append([entry], at=at)
        if number + 1 in SIZES:
            store.checkpoint(at)
    monkeypatch.setattr(tampering, "SEED", store._seed())
    monkeypatch.setattr(tampering, "ORIGIN", store.origin())
    monkeypatch.setattr(tampering, "KEY", store.public_key())
    lines = [json.loads(line) for line in store.export_lines(START)]
    leaves = [(line, raw) for line, raw in zip(lines, store.export_lines(START), strict=True) if "leaf" in line]
    return Log(
        bodies=tuple(raw[raw.index(b'"leaf":') + len(b'"leaf":') : -2] for _, raw in leaves),
        hashes=tuple(b64decode(line["hash"]) for line, _ in leaves),
        notes=tuple(line["checkpoint"] for line in lines if "checkpoint" in line),
    )


def test_the_log_as_exported_holds(exported):
    assert len(exported.bodies) == SIZES[-1]
    assert len(exported.notes) == len(SIZES)
    assert verify_log(exported.file(), key=store.public_key(), known=exported.notes).ok


@pytest.mark.parametrize("tamper", [edit, drop, swap, truncate, fork])
def test_each_of_a_thousand_changes_to_an_exported_log_is_found(exported, tamper):
    missed = []
    for seed in range(ATTEMPTS):
        changed, at = tamper(exported, Random(f"exported {tamper.__name__} {seed}"))
        report = verify_log(changed.file(), key=store.public_key(), known=[exported.notes[-1]])
        if not any(f.first is not None and f.first <= at <= f.last for f in report.failures):
            missed.append((seed, report.failures))
    assert missed == []
