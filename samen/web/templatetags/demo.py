"""The walk-in door of the demo, for the first page."""

from django import template
from django.template import Context

from samen.web.demo.doors import DOORS, GROUPS

register = template.Library()


@register.inclusion_tag("web/_demo_doors.html", takes_context=True)
def demo_doors(context: Context) -> dict[str, object]:
    """Give a button for each made-up person whom a visitor can be, in groups."""
    groups = [(group, [each for each in DOORS if each.group == group]) for group in GROUPS]
    return {"groups": groups, "csrf_token": context.get("csrf_token")}
