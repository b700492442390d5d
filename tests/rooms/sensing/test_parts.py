"""A study that goes through in parts gives the same table as one that goes through at once."""

from pathlib import Path

import polars as pl

from samen.rooms.sensing import computing
from samen.rooms.sensing.participants import roster_of
from samen.rooms.sensing.reading import beiwe

T0 = 1_704_067_200_000  # 2024-01-01 00:00 UTC
ROSTER = roster_of(pl.DataFrame({"person": ["noor", "noor", "sam"], "device_id": ["a", "c", "b"]}))


def study_in(root: Path) -> None:
    for number, folder in enumerate(("a", "b", "c")):
        rows = "".join(
            f"{T0 + (number + 3 * hour) * 3_600_000},x,Screen turned {'off' if hour % 2 else 'on'}\n"
            for hour in range(20)
        )
        file = root / folder / "power_state" / "2024-01-01 00_00_00+00_00.csv"
        file.parent.mkdir(parents=True)
        file.write_text("timestamp,UTC time,event\n" + rows)


def test_people_in_parts_are_the_same_as_people_at_once(tmp_path: Path):
    study_in(tmp_path)
    study = computing.Study("samen", roster=ROSTER)
    batches = list(beiwe.batches(tmp_path, 1, {"a": "noor", "b": "sam", "c": "noor"}))
    assert [[folder.name for folder in batch] for batch in batches] == [["a", "c"], ["b"]]
    parts = [
        computing.part_of(beiwe.read(tmp_path, salt=b"x", people=batch), study, explained=True) for batch in batches
    ]
    whole = computing.all_parts([computing.part_of(beiwe.read(tmp_path, salt=b"x"), study, explained=True)], "samen")
    apart = computing.all_parts(parts, "samen")
    assert apart.features.equals(whole.features)
    assert apart.account.counts.equals(whole.account.counts)
    assert apart.missing.sort(pl.all()).equals(whole.missing.sort(pl.all()))


def test_a_small_study_is_one_part_and_an_empty_one_too(tmp_path: Path):
    assert list(beiwe.batches(tmp_path, 10**9, {})) == [[]]
    study_in(tmp_path)
    assert len(list(beiwe.batches(tmp_path, 10**9, {}))) == 1
