"""The directions of the house hold, and each contract catches a violation that is seeded for it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

# contract -> files that break it
SEEDS = {
    "floors": {"ledger/seeded.py": "import samen.people.roles\n"},
    "floors, a folder that is not on the map": {"attic/__init__.py": ""},
    "doors": {"rooms/treatment/seeded.py": "import samen.rooms.record.extract\n"},
    "no-door-loop": {
        "rooms/record/views/seeded.py": "import samen.rooms.treatment.door\n",
        "rooms/treatment/door.py": "",
    },
    "pure": {"rooms/treatment/seeded.py": "from django.utils import timezone\n"},
    "pure, a store": {"rooms/treatment/seeded.py": "import samen.people.store\n"},
    "guarded": {"rooms/treatment/views/seeded.py": "import samen.rooms.treatment.inference\n"},
    "ring": {"rooms/treatment/door.py": "import samen.rights.models.inference\n"},
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code, to break."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(
        ROOT / "samen",
        copy / "samen",
        ignore=lambda at, names: [n for n in names if n in ("static", "templates", "__pycache__")],
    )
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(house: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    only = ["--contract", contract] if contract else []
    return subprocess.run([LINT, "--no-cache", *only], cwd=house, capture_output=True, text=True, check=False)


def test_every_contract_is_kept(house: Path):
    done = lint(house)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("name", SEEDS)
def test_a_seeded_violation_is_caught(house: Path, name: str, tmp_path: Path):
    broken = tmp_path / "house"
    shutil.copytree(house, broken)
    for path, code in SEEDS[name].items():
        file = broken / "samen" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent / "__init__.py").touch()
        was = file.read_text() if file.exists() else ""
        file.write_text(was + "\n" + code)
    done = lint(broken, name.split(",")[0])
    assert done.returncode != 0, done.stdout[-2000:]
    assert "BROKEN" in done.stdout or "attic" in done.stdout
