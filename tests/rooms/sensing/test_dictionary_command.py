"""`samen sensing dictionary`: a row for each column, with what it means."""

import csv
from pathlib import Path

from typer.testing import CliRunner

from samen.rooms.sensing.catalogue import defined
from samen.rooms.sensing.commands.sensing import app


def test_every_column_of_a_profile_is_a_row_with_its_unit_and_range(tmp_path: Path):
    file = tmp_path / "words.csv"
    assert CliRunner().invoke(app, ["dictionary", "--profile", "rapids", "--out", str(file)]).exit_code == 0
    rows = {row["column"]: row for row in csv.DictReader(file.open())}
    assert set(rows) == {each.column for each in defined("rapids")}
    one = rows["phone_data_yield_rapids_ratiovalidyieldedhours"]
    assert (one["unit"], float(one["least"]), float(one["most"])) == ("share", 0, 1)
    printed = CliRunner().invoke(app, ["dictionary", "--profile", "rapids"]).output
    assert "phone_data_yield_rapids_ratiovalidyieldedhours" in printed
