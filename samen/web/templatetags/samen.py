"""Template tags that every page may use without loading them."""

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from samen.words import say as sentence

register = template.Library()


@register.simple_tag
def say(key: str, *parts: object, **values: object) -> SafeString:
    """Give a sentence in the reader's language; further parts are joined to the key: `{% say "rights.denied" code %}`.

    Blanks are escaped before they are filled in; the sentence itself is ours.
    """
    full = ".".join([key, *map(str, parts)])
    filled = {name: value if isinstance(value, int) else conditional_escape(value) for name, value in values.items()}
    return mark_safe(sentence(full, get_language() or "en", **filled))  # noqa: S308
