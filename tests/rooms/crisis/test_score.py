"""`samen crisis score`: order, conversations over chunks, and what is wrong with a line."""

import json

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from samen.rights import jobs
from samen.rooms.crisis.commands.crisis import app
from samen.rooms.crisis.inference import listen
from samen.rooms.crisis.scoring import Asked, Talks, answers, asked, chunks, material


def line(**parts):
    return json.dumps(parts)


def value(piece):
    level = max([3 if "dood" in text else 0 for text in piece["turns"]] + [(piece["state"] or {}).get("level", 0)])
    return {
        "readings": [
            {"level": 0, "action": "none", "probability": 0.1, "topics": [], "spans": []} for _ in piece["turns"]
        ],
        "talk": [{"level": level, "action": "none"} for _ in piece["turns"]],
        "state": {"level": level},
    }


def test_a_conversation_goes_on_in_the_next_chunk():
    talks, found = Talks(), []
    rows = [Asked(1, "ik wil dood", "nl", "a"), Asked(2, "hoi", "nl", "b"), Asked(3, "niks", "nl", "a")]
    for chunk in chunks(rows, size=2):
        pieces, places = material(chunk, talks, ["rules"])
        found += answers(chunk, places, [value(piece) for piece in pieces], talks)
    assert [each["id"] for each in found] == [1, 2, 3]
    assert [each["conversation_level"] for each in found] == [3, 0, 3]


def test_answers_come_in_the_order_of_lines_also_when_talks_are_mixed():
    talks = Talks()
    chunk = [Asked(number, "hoi", None, "ab"[number % 2]) for number in range(6)]
    pieces, places = material(chunk, talks, ["rules"])
    assert [each["id"] for each in answers(chunk, places, [value(piece) for piece in pieces], talks)] == list(range(6))


def test_a_line_without_a_conversation_is_a_talk_of_its_own():
    pieces, _ = material([Asked(1, "a"), Asked(2, "b")], Talks(), ["rules"])
    assert [piece["turns"] for piece in pieces] == [["a"], ["b"]]


@pytest.mark.parametrize("wrong", ["{", "[]", line(id=1), line(text="x"), line(id=1, text="x", language="de")])
def test_a_wrong_line_is_named_and_never_quoted_and_the_others_are_read(wrong):
    told: list[str] = []
    found = list(asked([line(id=0, text="secret words"), wrong, line(id=2, text="more")], told))
    assert [each.id for each in found] == [0, 2]
    assert len(told) == 1
    assert told[0].startswith("Line 2 ")
    assert "secret" not in told[0]


@pytest.mark.django_db
def test_the_command_hears_what_it_can_names_each_wrong_line_and_says_so_by_its_exit_code(tmp_path):
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_text("\n".join([line(id=1, text="I want to die"), "{", line(id=3, text="see you on Friday")]))
    jobs.enter_systems(now=timezone.now())
    jobs.hourly(now=timezone.now())
    ran = CliRunner().invoke(app, ["score", str(file), "--out", str(out)])
    assert ran.exit_code == 1
    assert "Line 2 is not JSON" in ran.output
    found = [json.loads(each) for each in out.read_text().splitlines()]
    assert [(each["id"], each["action"]) for each in found] == [(1, "alarm"), (3, "none")]


def test_a_line_may_say_what_was_asked_before_it():
    wrong: list[str] = []
    lines = [
        line(id=1, text="yes", asked="thoughts", language="en"),
        line(id=2, text="yes"),
        line(id=3, text="x", asked="age"),
    ]
    rows = list(asked(lines, wrong))
    assert wrong == ['Line 3 has "asked" that is not "thoughts", "plan" or left out.']
    pieces, _ = material(rows, Talks(), ["rules"])
    heard = [listen.infer(listen.of_material(each)).value["readings"][0]["level"] for each in pieces]
    assert heard == [3, 0]
