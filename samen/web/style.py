"""The page that shows every part in every state, with made-up content in both languages."""

from datetime import timedelta

from django import forms
from django.contrib.messages import ERROR, SUCCESS, WARNING
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import localize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from samen.people.door import public_page
from samen.rooms.crisis.door import numbers as help_numbers
from samen.words import say

PAIRS = ("ink", "soft", "lake", "clay", "moss", "amber", "alarm", "help")
ERRORS = ("400", "403", "403_csrf", "404", "413", "429", "500")
HOURS = (7.5, 7, 7.75, 8, None, 7.25, 6.5, 8.5, 9, 8.75)  # made up: nights, None = not measured


def _words(key: str) -> str:
    return say(f"web.style.{key}", get_language() or "en")


def _form(sent: bool) -> forms.Form:
    """Make a form with one field of each kind; sent empty it shows its errors."""

    class Example(forms.Form):
        required_css_class = "required"
        name = forms.CharField(label=_words("field.name"), help_text=_words("field.name_help"))
        note = forms.CharField(label=_words("field.note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
        how = forms.ChoiceField(
            label=_words("field.how"),
            widget=forms.RadioSelect,
            choices=[("a", _words("field.walk")), ("b", _words("field.phone"))],
        )
        where = forms.ChoiceField(label=_words("field.where"), choices=[("a", _words("field.home"))], required=False)
        agree = forms.BooleanField(label=_words("field.agree"), required=False)

    form = Example({} if sent else None, prefix="wrong" if sent else "right")
    if sent:
        form.add_error(None, _words("form_wrong"))
    return form


def _said() -> list[Message]:
    """Give what a page says after something was sent: done, to know, and gone wrong."""
    states = ((SUCCESS, "done"), (WARNING, "notice"), (ERROR, "error"))
    return [Message(level, _words(f"state.{name}")) for level, name in states]


def _chart() -> SafeString:
    """Draw ten made-up nights: own usual as a band, a gap as a gap, a direct label."""
    day, top, unit = 36, 26, 24

    def point(place: int, hours: float) -> str:
        return f"{18 + place * day} {top + (10 - hours) * unit:g}"

    runs: list[list[str]] = [[]]
    for place, hours in enumerate(HOURS):
        if hours is None:
            runs.append([])
        else:
            runs[-1].append(point(place, hours))
    lines = "".join(f'<path class="chart__line" d="M{" L".join(run)}"/>' for run in runs)
    band = f'<rect class="chart__band" x="4" y="{top + 2 * unit}" width="352" height="{unit}"/>'
    words = f'<text x="10" y="{top + 3 * unit + 20}">{_words("chart.usual")}</text>'
    label = f'<text class="chart__word" x="356" y="{top + 4}" text-anchor="end">{_words("chart.longer")}</text>'
    return mark_safe(
        f'<svg viewBox="0 0 360 150" role="img" aria-label="{_words("chart.about")}">{band}{lines}{words}{label}</svg>'
    )


@public_page
@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Show every part in every state."""
    now = timezone.now()
    language = get_language() or "en"
    numbers = help_numbers.load(language, timezone.localdate() + timedelta(days=2 * help_numbers.STALE_DAYS))
    shown = ("nl-112", "nl-113", "nl-luisterlijn")
    rows = [
        [place + 1, _words("chart.none") if hours is None else localize(hours)] for place, hours in enumerate(HOURS)
    ]
    return render(
        request,
        "web/style.html",
        {
            "said": _said(),
            "pairs": PAIRS,
            "errors": ERRORS,
            "fresh": _form(sent=False),
            "wrong": _form(sent=True),
            "numbers": [each for each in numbers if each.id in shown],
            "moments": [now, now - timedelta(days=1), now + timedelta(days=1), now - timedelta(days=13)],
            "svg": _chart(),
            "columns": [_words("chart.night"), _words("chart.hours")],
            "rows": rows,
            "facts": [(_words("facts.reads"), _words("facts.sleep")), (_words("facts.decides"), "Sam")],
            "tabs": [
                {"url": "/style", "words": _words("tabs.first"), "current": True},
                {"url": "/help", "words": _words("tabs.second"), "current": False},
            ],
            "page": Paginator(range(90), 30).page(2),
        },
    )


@public_page
@require_GET
def error_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show one of the error pages, to look at."""
    if code not in ERRORS:
        raise Http404
    bare = {"language": get_language() or "en", "theme": "auto"}
    return HttpResponse(render_to_string(f"{code}.html", bare))
