"""The queue under a policy, from the command line."""

from pathlib import Path

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from samen.ledger.store import counts
from samen.rights import jobs
from samen.rooms.crisis.commands.crisis import app

pytestmark = pytest.mark.django_db

SCENARIO = "counsellors = 5\nload = 0.8\ncontacts = 2000\nsensitivity = 0.95\nspecificity = 0.95\n"


def said(tmp_path: Path, text: str) -> tuple[int, str]:
    file = tmp_path / "scenario.toml"
    file.write_text(text)
    jobs.enter_systems(now=timezone.now())
    jobs.hourly(now=timezone.now())
    ran = CliRunner().invoke(app, ["simulate", str(file)])
    return ran.exit_code, ran.output


@pytest.mark.row("A-P3a", "S10")
def test_each_group_is_shown_under_each_policy_and_first_come_is_always_there(tmp_path: Path):
    code, text = said(tmp_path, SCENARIO + '[[policy]]\nname = "ours"\nreserved = 0.2\novertaken = 10\n')
    assert code == 0
    assert text.count("in danger") >= 2
    assert "first come" in text
    assert "ours" in text


def test_a_try_of_a_policy_is_on_the_ledger_as_a_validation_run(tmp_path: Path):
    said(tmp_path, SCENARIO)
    assert counts()["validation-run"] == 1


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("counsellors = 0\nload = 0.5\n", 1, "At least one human"),
        ("counsellors = 2\nload = 0.5\ncolour = 'red'\n", 1, "colour"),
        ("counsellors =", 2, "cannot be read"),
    ],
)
def test_what_cannot_be_simulated_says_what_is_wrong(tmp_path: Path, text: str, code: int, why: str):
    found, output = said(tmp_path, text)
    assert found == code
    assert why in output
