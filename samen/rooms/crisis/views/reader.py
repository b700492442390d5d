"""The language of whoever reads a page, and sentences in it."""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import get_language

from samen.words import say


def reader_language() -> str:
    """Give the reader's language."""
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def saying(prefix: str) -> Callable[..., str]:
    """Give what says the sentences that begin with this key to the reader: `saying("crisis.policy")("title")`."""

    def sentence(key: str, **values: object) -> str:
        return say(f"{prefix}.{key}", reader_language(), **values)

    return sentence
