"""Training and rules cannot see what they are judged by."""

import ast
import os
from pathlib import Path

import pytest

from samen.rooms.crisis.training.shut import CORPUS, SEALED, Sealed, shut

ROOM = Path(__file__).parents[3] / "samen/rooms/crisis"
FILES = [file for folder in SEALED for file in folder.glob("*.toml")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_sealed_file_cannot_be_opened_while_something_is_trained(file: Path, tmp_path: Path):
    link = tmp_path / "innocent.toml"
    link.symlink_to(file)
    with shut():
        for way in (file.read_text, file.read_bytes, link.read_text, lambda: os.open(file, os.O_RDONLY)):
            with pytest.raises(Sealed, match="self-test"):
                way()
    assert file.read_text()


def test_other_files_open_as_ever():
    with shut():
        assert (CORPUS / "probe/nl.toml").read_text()


def test_two_at_once_keep_it_shut_until_both_are_done():
    with shut():
        with shut():
            pass
        with pytest.raises(Sealed):
            FILES[0].read_text()
    assert FILES[0].read_text()


def test_neither_training_nor_inference_imports_the_self_test():
    files = [*(ROOM / "training").rglob("*.py"), *(ROOM / "inference").rglob("*.py")]
    assert files
    assert [str(file) for file in files if any("selftest" in each for each in imports(file))] == []


def imports(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{each.name}" for each in node.names]
        elif isinstance(node, ast.Import):
            found += [each.name for each in node.names]
    return found
