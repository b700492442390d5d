"""Template tags that every page may use without loading them. /style shows each."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from samen.rooms.crisis.door import numbers as help_numbers
from samen.web.times import spoken
from samen.words import say as sentence

register = template.Library()


@register.simple_tag
def say(key: str, *parts: object, **values: object) -> SafeString:
    """Give a sentence in the reader's language; further parts are joined to the key: `{% say "rights.denied" code %}`.

    Blanks are escaped before they are filled in; the sentence itself is ours.
    """
    full = ".".join([key, *map(str, parts)])
    filled = {
        name: value if isinstance(value, int) else conditional_escape(cast(str, value))
        for name, value in values.items()
    }
    return mark_safe(sentence(full, _language(), **filled))


@register.filter
def figure(value: float) -> str:
    """Give a measured figure with three digits that count, with the reader's decimal sign."""
    shown = f"{value:.3g}"
    return shown.replace(".", ",") if _language() == "nl" else shown


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one icon of the sprite; it says nothing by itself, so always put a word beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("samen/icons.svg"),
        name,
    )


@register.inclusion_tag("components/ai_label.html")
def ai_label(name: str, href: str = "") -> dict[str, str]:
    """Mark what a computer inferred: dashed circle, "AI:" and the system's short name, linked to its sheet."""
    return {"name": name, "href": href}


@register.inclusion_tag("components/human_label.html")
def human_label(name: str) -> dict[str, str]:
    """Mark what a human decided or will decide, with the name."""
    return {"name": name}


@register.inclusion_tag("components/when.html", takes_context=True)
def when(context: Context, moment: datetime | date, clock: bool = False, capital: bool = False) -> dict[str, str]:
    """Say a moment or a day as people say it, inside a time element; clock gives the time on other days too."""
    request = context.get("request")
    now = getattr(request, "now", None) or timezone.now()
    local = timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment
    words = spoken(local, timezone.localtime(now), _language(), clock=clock)
    return {"machine": local.isoformat(), "words": words[:1].upper() + words[1:] if capital else words}


@register.inclusion_tag("components/yes_no.html", takes_context=True)
def yes_no(
    context: Context,
    action: str,
    subject: str,
    choice: bool | None = None,
    fields: Mapping[str, object] | None = None,
    name: str = "answer",
) -> dict[str, object]:
    """Ask for a yes or a no: two equal buttons, one press each, neither chosen until somebody chose.

    Takes: where to send it, what it is about (read aloud with each button), the answer so far (None = none yet),
    further hidden fields, and the field's name; sends "yes" or "no".
    """
    return {
        "action": action,
        "subject": subject,
        "yes": choice is True,
        "no": choice is False,
        "fields": fields or {},
        "name": name,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/state.html")
def state(kind: str, title: str, text: str = "", href: str = "", action: str = "", code: str = "") -> dict[str, str]:
    """Show a state in words: notice, done, waiting, denied, empty, error, loading, offline or imminent; with a way on."""
    return {
        "kind": kind,
        "icon": STATES[kind],
        "title": title,
        "text": text,
        "href": href,
        "action": action,
        "code": code,
    }


STATES: Mapping[str, str] = {
    "notice": "info-circle",
    "done": "check",
    "waiting": "clock",
    "denied": "lock",
    "empty": "leaf",
    "error": "alert-triangle",
    "loading": "loader-2",
    "offline": "wifi-off",
    "imminent": "lifebuoy",
}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """Show one field of a form: label, help and what is wrong with it, tied together for screen readers."""
    kind = getattr(bound.field.widget, "input_type", "select" if hasattr(bound.field, "choices") else "textarea")
    several = bound.use_fieldset
    bound.field.widget.attrs.pop("placeholder", None)  # a label that vanishes while one types helps nobody
    return {"field": bound, "kind": kind, "several": several, "error_id": f"{bound.auto_id}_error"}


@register.inclusion_tag("components/call.html")
def call(number: object) -> dict[str, object]:
    """Show one number to call (samen.rooms.crisis.numbers.Number)."""
    return {"number": number}


@register.inclusion_tag("components/numbers.html")
def numbers(first: int | None = None, *, rest: bool = False) -> dict[str, object]:
    """Show whom to call in the service's country, on any page that should not send somebody elsewhere first.

    Takes: how many to show, the most urgent first (None = all), or with `rest` how many to leave out.
    """
    listed = help_numbers.load(_language(), timezone.localdate())
    here = help_numbers.of_country(listed, settings.SAMEN.country)
    return {"numbers": here[first:] if rest else here[:first]}


def _language() -> str:
    return get_language() or "en"
