"""`samen audit` and the kit: what they print and the exit codes they give."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.db import transaction
from typer.testing import CliRunner

from samen.ledger import kit, store
from samen.ledger.commands import app
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.ledger.receipt import to_json

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(tmp_path):
    with transaction.atomic():
        store.append([Entry(Kind.CONSENT, {"n": n}, {"n": n}, b"s" * 16) for n in range(6)], at=AT)
    file = tmp_path / "log.jsonl"
    assert samen("export", file).exit_code == 0
    return file


def samen(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_an_untouched_export_holds(exported):
    result = samen("verify", exported, "--key", store.public_key())
    assert (result.exit_code, "The log holds." in result.output) == (0, True)


def test_an_edited_export_does_not_hold_and_the_leaf_is_named(exported):
    exported.write_bytes(exported.read_bytes().replace(b'"n":4', b'"n":5'))
    result = samen("verify", exported)
    assert (result.exit_code, "leaf 4" in result.output) == (1, True)


def test_the_live_log_is_verified(exported):
    assert samen("verify", "--live").exit_code == 0


def test_a_checkpoint_that_somebody_kept_is_held_against_the_log(exported, tmp_path):
    note = tmp_path / "kept.txt"
    note.write_text(samen("checkpoint").output)
    assert samen("verify", exported, "--known", note).exit_code == 0
    exported.write_bytes(b"".join(exported.read_bytes().splitlines(keepends=True)[:-1]))
    assert samen("verify", exported, "--known", note).exit_code == 1


@pytest.mark.parametrize("arguments", [[], ["no-such-file"], ["--live", "--key", "nonsense"], ["--live", "file"]])
def test_what_cannot_be_read_is_a_wrong_use(arguments):
    assert samen("verify", *arguments).exit_code == 2


def test_an_export_never_overwrites_a_file(exported):
    before = exported.read_bytes()
    assert samen("export", exported).exit_code == 2
    assert exported.read_bytes() == before


def test_a_receipt_is_verified(exported, tmp_path):
    file = tmp_path / "receipt.json"
    file.write_text(to_json(store.receipt(2, now=AT, secret={"n": 2})))
    assert samen("verify", file).exit_code == 0
    assert kit.main([str(file), "--key", str(store.public_key())]) == 0
    file.write_text(file.read_text().replace('"index": 2', '"index": 3'))
    assert samen("verify", file).exit_code == 1


def test_the_kit_needs_neither_django_nor_settings(exported):
    told = (
        "import sys; from samen.ledger import kit; code = kit.main(sys.argv[1:]); "
        "sys.exit(9 if any(name.partition('.')[0] == 'django' for name in sys.modules) else code)"
    )
    run = [sys.executable, "-c", told, str(exported), "--key", str(store.public_key())]
    assert subprocess.run(run, env={}, capture_output=True, check=False).returncode == 0


def test_the_kit_asks_for_the_key_of_a_receipt(exported, tmp_path):
    file = tmp_path / "receipt.json"
    file.write_text(to_json(store.receipt(2, now=AT)))
    assert kit.main([str(file)]) == 2
