"""What training knows of an author by the name of the file, and in which order it writes common words."""

import tomllib
from pathlib import Path

import pytest

from samen.rooms.crisis.inference.lexicon import built
from samen.rooms.crisis.training import material
from samen.rooms.crisis.training.material import PLAIN_WEIGHT, Row


@pytest.mark.parametrize(
    ("name", "blind", "exam", "weight"),
    [
        ("means.toml", False, False, 1.0),
        ("b1_1.toml", True, False, 1.0),  # hard on purpose, errors read by those who write rules
        ("c1_1.toml", True, True, PLAIN_WEIGHT),  # as an examiner would ask
        ("d1_1.toml", False, False, PLAIN_WEIGHT),  # the same, read since
        ("e1_1.toml", True, False, PLAIN_WEIGHT),  # what is seldom said: learnt from, and no measure
        ("p1_1.toml", True, False, PLAIN_WEIGHT),  # of ordinary days: nearly all of it is left alone
    ],
)
def test_a_files_name_says_how_far_its_author_may_be_trusted_as_a_measure(name, blind, exam, weight):
    file = material.CORPUS / "train" / "nl" / name
    rows = list(material._of_file(file, "nl"))
    assert rows
    assert {(row.blind, row.exam, row.weight) for row in rows} == {(blind, exam, weight)}
    assert all(row.ordinary == (name.startswith("p") and row.level == 0) for row in rows)


def test_common_words_are_those_that_several_families_hold_the_commonest_first(monkeypatch):
    texts = {
        "en": ["tea is nice"] * 4 + ["tea is here"] * 3 + ["coffee is here"] * 3 + ["gin"] * 8,
        "nl": ["koffie is fijn"] * 3 + ["tea"] * 3 + ["gin"] * 13,
    }
    made = {
        each: [Row(text, f"{each}{n}", each, 0, "", "") for n, text in enumerate(found)]
        for each, found in texts.items()
    }
    monkeypatch.setattr(material, "rows", made.__getitem__)
    # A word that the other language holds up to twice as often is of both: gin is.
    assert material.common_words("en", str.split) == ["is", "gin", "tea", "here"]
    assert material.common_words("nl", str.split) == ["gin"]


def test_words_that_follow_each_other_are_those_of_several_families_by_who_writes_a_language_plainly(monkeypatch):
    texts = ["so it goes"] * 3 + ["it was"] * 2
    made = [Row(text, f"f{n}", "en", 0, "", "") for n, text in enumerate(texts)]
    made += [Row("it was", f"typo{n}", "en", 0, "", "", style="typo") for n in range(3)]
    monkeypatch.setattr(material, "rows", lambda _: made)
    assert material.words_beside("en", lambda text: [".", *text.split(), "."]) == {
        ".": ["so"],
        "goes": ["."],
        "it": ["goes"],
        "so": ["it"],
    }


def test_a_file_of_words_that_follow_each_other_is_read_as_it_was_counted():
    counted = {".": ["ik", "zou"], "zou": [f"woord{n}" for n in range(40)]}
    lexicon = built("nl", [(Path("beside.toml"), tomllib.loads(material.beside_file(counted)))])
    assert lexicon.speller.beside == {f"{first} {other}" for first, others in counted.items() for other in others}
