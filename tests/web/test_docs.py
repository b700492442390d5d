"""The docs are true where a machine can tell: drawn pages are current, links lead somewhere, commands exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from samen.cli import COMMANDS
from samen.rights import stages

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("samen/**/README.md"), *ROOT.glob("bench/*.md")]
)
LINK = re.compile(r"\]\(([^)#\s]+)")


def test_pages_that_are_drawn_from_tables_are_current():
    command = [sys.executable, "scripts/reference", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_about_stages_holds_the_diagram_of_the_table():
    assert stages.diagram() in (ROOT / "docs/panel/stages.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page):
    links = [each for each in LINK.findall(page.read_text("utf-8")) if "://" not in each]
    assert [each for each in links if not (page.parent / each).exists()] == []


def test_every_page_that_code_refers_to_is_there():
    code = [*ROOT.glob("samen/**/*.py"), *ROOT.glob("bench/*.py"), *ROOT.glob("tests/**/*.py"), ROOT / "Makefile"]
    named = {each for path in code for each in re.findall(r"docs/[\w/-]+\.md", path.read_text("utf-8"))}
    assert named
    assert sorted(each for each in named if not (ROOT / each).exists()) == []


def test_every_command_has_a_row_in_the_page_of_commands():
    page = (ROOT / "docs/operator/commands.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"`samen {name}" not in page and f"`{name} " not in page] == []


def test_every_command_that_a_page_names_exists():
    known = {*COMMANDS, "COMMAND", "--help"}
    named = {each for page in PAGES for each in re.findall(r"`(?:\.venv/bin/)?samen ([\w-]+)", page.read_text("utf-8"))}
    assert named - known == set()
