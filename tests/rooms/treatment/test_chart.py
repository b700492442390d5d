"""The picture: safe, honest about gaps, and with the table's numbers."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.treatment.change import Point
from samen.rooms.treatment.chart import LETTER, TEXT, Band, Dot, Picture, runs, svg
from samen.rooms.treatment.page import strips

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def dot(total, days_ago):
    return Dot(NOW - timedelta(days=days_ago), total, f"day {days_ago}")


def picture(*dots, **more):
    words = {"id": "c", "title": "Mood", "description": "Two answers"} | more
    return Picture(dots=dots, lowest=0, highest=27, **words)


def strip(*rows):
    points = [Point("phq-9", "1", NOW - timedelta(days=ago), total, str(ago)) for total, ago in rows]
    (found,) = strips(points, NOW, "nl", lambda at: at.date().isoformat())
    return found


def test_a_picture_has_a_title_and_a_description_for_whoever_cannot_see_it():
    drawn = ElementTree.fromstring(svg(picture(dot(18, 60), dot(8, 1))))
    names = drawn.attrib["aria-labelledby"].split()
    assert {each.attrib.get("id") for each in drawn} >= set(names)


def test_the_picture_and_the_table_have_the_same_numbers():
    found = strip((18, 90), (12, 40), (8, 1))
    drawn = re.findall(r'class="chart__word"[^>]*>([^<]*)<', found.picture)
    assert drawn == [f"{line.total:g}" for line in reversed(found.lines)]


def test_no_line_is_drawn_over_a_long_silence_or_a_missing_total():
    lengths = [len(run) for run in runs([dot(18, 200), dot(17, 180), dot(9, 60), dot(None, 30), dot(8, 1)])]
    assert lengths == [2, 1, 1]


def test_a_course_without_any_total_draws_nothing():
    assert svg(picture(dot(None, 3))) == ""


@given(st.text(max_size=40))
def test_no_text_can_break_out_of_the_picture(text):
    clean = "".join(letter for letter in text if letter.isprintable())
    drawn = svg(picture(dot(18, 60), title=clean, description=clean, better=clean, band=Band(3, 9, clean), id=clean))
    assert ElementTree.fromstring(drawn) is not None


def test_hostile_words_stay_words():
    assert "<script" not in svg(picture(dot(18, 60), title="<script>alert(1)</script>"))


def test_nothing_is_styled_inline_and_nothing_is_red():
    drawn = svg(picture(dot(18, 60), dot(8, 1), band=Band(11, 25, "chance")))
    assert "style=" not in drawn
    assert not re.search(r"red|#[0-9A-Fa-f]{3}", drawn)


def test_the_band_stays_on_the_scale():
    assert 'height="0.0"' not in svg(picture(dot(26, 60), band=Band(20, 27, "chance")))


def test_a_single_answer_is_drawn_without_a_band():
    found = strip((18, 1))
    assert found.margin is None
    assert "chart__band" not in found.picture


def test_the_words_of_the_band_lie_beside_the_course_and_not_on_it():
    # The first answers lie at the top left of the band, where the words would otherwise stand.
    drawn = svg(picture(dot(16, 90), dot(19, 60), dot(11, 30), dot(6, 1), band=Band(8, 24, "can be chance")))
    words = re.search(r'x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)">can be chance', drawn)
    dots = [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn)]
    assert words is not None
    long = 13 * LETTER
    left = float(words[1]) - (long if words[3] == "end" else 0)
    top, bottom = float(words[2]) - TEXT, float(words[2])
    assert [at for at in dots if left <= at[0] <= left + long and top - 5 <= at[1] <= bottom + 25] == []
