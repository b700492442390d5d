"""Our own words for django-allauth's sentences: what is written is what is spoken."""

import gettext
import re
from pathlib import Path

import allauth
import pytest

from samen.web import views

LOCALE = Path(views.__file__).parent / "locale"
ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)


def written(language: str) -> dict[str, str]:
    """Read the sentences of one language's source file."""
    source = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text()
    return {key.replace('\\"', '"'): text.replace('\\"', '"') for key, text in ENTRY.findall(source)}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_compiled_file_says_what_the_source_says(language):
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        spoken = gettext.GNUTranslations(compiled)
    assert written(language)
    assert {key: spoken.gettext(key) for key in written(language)} == written(language)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_sentence_is_still_one_of_theirs(language):
    theirs = (Path(allauth.__file__).parent / "locale" / "nl" / "LC_MESSAGES" / "django.po").read_text()
    joined = theirs.replace('"\n"', "")  # long sentences stand on several lines there
    assert [key for key in written(language) if f'msgid "{key}"' not in joined] == []


def test_both_languages_keep_the_blanks():
    blanks = re.compile(r"%\(\w+\)s")
    for language in ("en", "nl"):
        assert all(
            sorted(blanks.findall(key)) == sorted(blanks.findall(text)) for key, text in written(language).items()
        )
