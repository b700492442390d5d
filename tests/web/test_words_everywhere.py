"""Sentences live in content files, in both languages, and nowhere else; every one is used, and every one used exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import DebugLexer, Token, TokenType

import samen
from samen.words import LANGUAGES, sentences

HOUSE = Path(samen.__file__).parent
TEMPLATES = sorted([*HOUSE.glob("**/templates/**/*.html"), *HOUSE.glob("**/templates/**/*.txt")])
PYTHON = sorted(path for path in HOUSE.glob("**/*.py") if "migrations" not in path.parts)

READ_ALOUD = ("alt", "aria-label", "aria-description", "title", "placeholder", "label")
# The only letters that a template may hold outside tags: names of classes of the stylesheet, such as page--narrow.
CLASS_NAME = re.compile(r"[a-z]+--[a-z]+")
# Code whose only use is to be shown as such.
SHOWN_AS_CODE = frozenset({"code", "pre", "kbd", "samp", "script", "style"})
# Sentences that code reaches by a key it is given: labels of forms, and the page that somebody looked at, by url name.
GIVEN = (
    "people.account.",
    "people.looked.",
    "record.looked.",
    "rights.looked.",
    "crisis.looked.",
    "companion.looked.",
    "crisis.measure.",
)

BLANK = re.compile(r"\{(\w+)[^}]*\}")


class Text(HTMLParser):
    """Collects what a reader would see or hear of a template whose tags were taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at what an element says in its attributes, and at what it must not have."""
        if tag in SHOWN_AS_CODE:
            self.inside.append(tag)
        for name, value in attrs:
            if name in READ_ALOUD and value:
                self.found.append(value)
            if name == "style" or name.startswith(("on", "hx-on")):
                self.wrong.append(f"{tag} {name}")
            if name in ("src", "href", "action", "srcset", "data", "poster") and value and "//" in value:
                self.wrong.append(f"{tag} {name}={value}")
        if tag == "style" or (tag == "script" and "src" not in dict(attrs) and dict(attrs).get("type") is None):
            self.wrong.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        """Leave code that is shown as such."""
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        """Keep text, unless it is code that is shown as such."""
        if not self.inside:
            self.found.append(data)


def tokens(source: str) -> list[Token]:
    """Split a template as Django does, without what stands in comments."""
    kept, hidden = [], False
    for token in DebugLexer(source).tokenize():
        if token.token_type == TokenType.BLOCK and token.contents.split()[:1] == ["comment"]:
            hidden = True
        if not hidden:
            kept.append(token)
        if token.token_type == TokenType.BLOCK and token.contents == "endcomment":
            hidden = False
    return kept


def read(source: str) -> Text:
    """Take a template's tags out and read what is left."""
    text = Text()
    text.feed("".join(token.contents if token.token_type == TokenType.TEXT else "" for token in tokens(source)))
    text.close()
    return text


def literals(source: str) -> list[str]:
    """Give the words that stand in a template itself."""
    pieces = [piece.strip() for piece in read(source).found]
    return [each for each in pieces if re.search(r"[^\W\d_]", each) and not CLASS_NAME.fullmatch(each)]


@cache
def groups() -> frozenset[str]:
    """Give the tables of sentences, each as a prefix with its full stop: `web.help.country.`."""
    parts = [key.split(".") for key in sentences()]
    return frozenset(".".join(each[:end]) + "." for each in parts for end in range(2, len(each)))


@cache
def used() -> tuple[frozenset[str], frozenset[str], dict[str, str]]:
    """Give the keys that templates and code name, the prefixes that they complete at run time, and where."""
    keys: set[str] = set()
    prefixes: set[str] = set(GIVEN)
    where: dict[str, str] = {}
    for path in TEMPLATES:
        for key, whole in said(path.read_text()):
            (keys if whole else prefixes).add(key)
            where[key] = path.name
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                if re.fullmatch(r"[a-z_]+\.[a-z_]+(\.[\w-]+)*\.?[\w-]*", start):
                    prefixes.add(start)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                keys.add(node.value)
                prefixes |= {f"{node.value}."} & groups()  # a system names its table of sentences
    return frozenset(keys), frozenset(prefixes), where


def said(source: str) -> Iterator[tuple[str, bool]]:
    """Give each key that a template says, and whether it is whole; if not, a value completes it."""
    for token in tokens(source):
        bits = token.split_contents() if token.token_type == TokenType.BLOCK else []
        if bits[:1] != ["say"] or bits[1][0] not in "\"'":
            continue
        key, whole = bits[1][1:-1], True
        for bit in bits[2:]:
            if bit == "as":
                break
            if "=" in bit and bit[0] not in "\"'":
                continue
            if whole and bit[0] in "\"'" and "|" not in bit:
                key += f".{bit[1:-1]}"
            elif whole:
                key, whole = f"{key}.", False
        yield key, whole


def test_every_sentence_is_written_in_both_languages():
    lacking = [key for key, forms in sentences().items() if not all(forms.get(each, "").strip() for each in LANGUAGES)]
    assert lacking == []


def test_both_languages_have_the_same_blanks():
    blanks = {key: [set(BLANK.findall(text)) for text in forms.values()] for key, forms in sentences().items()}
    assert [key for key, sets in blanks.items() if any(each != sets[0] for each in sets)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_template_holds_a_sentence_of_its_own(path):
    assert literals(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_template_has_inline_style_or_script_or_another_host(path):
    assert read(path.read_text()).wrong == []


@pytest.mark.parametrize(
    "source",
    ["<p>Hello</p>", '<img alt="A dog">', '<a aria-label="More" href="/">{{ x }}</a>', "{% if x %}Yes{% endif %}"],
)
def test_a_leftover_sentence_is_caught(source):
    assert literals(source)


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        '<a onclick="x()">',
        '<img src="//far.example/x">',
    ],
)
def test_inline_style_script_and_other_hosts_are_caught(source):
    assert read(source).wrong


def test_every_sentence_that_a_template_says_exists():
    _, _, where = used()
    known = sentences()
    missing = {key: at for key, at in where.items() if key not in known and f"{key.rstrip('.')}." not in groups()}
    assert missing == {}


def test_every_sentence_is_used_somewhere():
    keys, prefixes, _ = used()
    unused = [
        key
        for key in sentences()
        if key not in keys
        and key.removesuffix(".one").removesuffix(".other") not in keys
        and not any(key.startswith(prefix) for prefix in prefixes)
    ]
    assert unused == []
