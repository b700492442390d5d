"""The page that shows every part: a part that the stylesheet knows and this page does not show cannot be looked at."""

import re
from pathlib import Path

import pytest

from samen.web import views

HERE = Path(views.__file__).parent
CSS = (HERE / "static" / "samen" / "samen.css").read_text()
PARTS = sorted(set(re.findall(r"\.((?:button|call|card|label|state|tag)--\w+)", CSS)))
# What each template of a part writes, to know it by on a page.
MARKS = {
    "ai_label": 'class="label label--ai"',
    "call": 'class="call',
    "chart": 'class="chart"',
    "facts": 'class="facts"',
    "field": 'class="field"',
    "form_errors": 'role="alert"',
    "human_label": 'class="label label--human"',
    "mark": 'class="mark"',
    "messages": 'class="state state--done" role="status"',
    "numbers": 'class="stack"',
    "pages": 'class="pages"',
    "state": 'class="state state--notice"',
    "table": 'class="table"',
    "tabs": 'class="tabs"',
    "when": "<time ",
    "yes_no": 'class="pair"',
}

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["en", "nl"])
def page(client, request) -> str:
    """Open the page in each language."""
    client.cookies["django_language"] = request.param
    return client.get("/style").content.decode()


def test_every_kind_of_part_that_the_stylesheet_knows_is_shown(page):
    assert len(PARTS) > 20
    assert [each for each in PARTS if each not in page] == []


def test_every_template_of_a_part_is_shown(page):
    ours = {path.stem for path in (HERE / "templates" / "components").glob("*.html")}
    assert {name for name in ours if name not in MARKS} == set()
    assert [name for name in ours if MARKS[name] not in page] == []
