"""What people read when the gate says no, and the words for every kind of data, purpose and recipient."""

import ast
import re
from pathlib import Path

import pytest

from samen import words
from samen.rights import checks, gate
from samen.rights.incidents import Kind
from samen.rights.oversight import Verdict
from samen.rights.register import vocabulary
from samen.rights.words import Stage

CODE = re.compile(r"(?=.{5})[A-Z]+(_[A-Z]+)*")


def codes(module: object) -> set[str]:
    """Every word in the module's source that is written as a code and nothing else."""
    tree = ast.parse(Path(module.__file__).read_text())
    found = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {each for each in found if CODE.fullmatch(each)}


def test_the_source_of_checks_and_gate_names_its_codes():
    assert {"NO_CONSENT", "WITHDRAWN", "STALE_PERMIT", "TIMEOUT"} <= codes(checks) | codes(gate)


@pytest.mark.row("R3.1e")
@pytest.mark.parametrize("code", sorted(codes(checks) | codes(gate)))
def test_each_denial_has_a_sentence_in_both_languages(code: str):
    for language in words.LANGUAGES:
        text = words.say(f"rights.denied.{code}", language)
        assert len(text) > 40, f"{code} says too little in {language}"
        assert text.endswith(".")
        assert "{" not in text, f"{code} has a blank, and pages give none"


def test_no_denial_blames_or_shouts():
    for key, forms in words.sentences().items():
        if key.startswith("rights.denied."):
            assert not any("!" in text or "helaas" in text.lower() for text in forms.values()), key


@pytest.mark.parametrize("key", vocabulary())
def test_each_category_purpose_and_recipient_has_words(key: str):
    assert all(words.say(key, language).strip() for language in words.LANGUAGES)


@pytest.mark.parametrize(
    "key",
    [
        *(f"rights.ask.kind.{kind}" for kind in Kind),
        *(f"rights.verdict.{verdict}" for verdict in Verdict),
        *(f"rights.me.stage.{stage}" for stage in (*Stage, "unknown")),
    ],
)
def test_each_word_that_pages_put_together_exists(key: str):
    assert words.has(key)
