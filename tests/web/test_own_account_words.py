"""Our own words for the sentences of django-allauth and of Django's passwords: what is written is what is spoken."""

import gettext
import re
from pathlib import Path

import allauth
import pytest
from django.contrib import auth
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils import translation

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
    sources = (Path(each.__file__).parent / "locale" / "nl" / "LC_MESSAGES" / "django.po" for each in (allauth, auth))
    theirs = "".join(source.read_text() for source in sources)
    joined = theirs.replace('"\n"', "")  # long sentences stand on several lines there
    assert [key for key in written(language) if f'msgid "{key}"' not in joined] == []


def test_both_languages_keep_the_blanks():
    blanks = re.compile(r"%\(\w+\)s")
    for language in ("en", "nl"):
        assert all(
            sorted(blanks.findall(key)) == sorted(blanks.findall(text)) for key, text in written(language).items()
        )


def test_the_rules_for_passwords_say_je():
    with translation.override("nl"):
        rules = " ".join(password_validators_help_texts())
    assert re.search(r"\b(je|[Mm]instens)\b", rules)
    assert not re.search(r"\b[Uu]w?\b", rules)
