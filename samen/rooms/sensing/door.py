"""What other rooms, and the house's own pages and commands, may ask of the sensing room."""

from pathlib import Path

from samen.rooms.sensing.store import archive, backups

COMPUTED = (
    "sensing_value",
)  # tables of what was computed from the archive: in no backup, and computed anew after a restore


def archive_folder() -> Path:
    """Give the folder in which the archive lies."""
    return archive.folder()


def archive_refusal() -> str:
    """Say by a word why the archive may not lie where it is set to lie; empty when it may."""
    return archive.refusal()


def write_backup(folder: Path) -> list[Path]:
    """Write the archive into a backup, each person's rows under their key; gives the files. After the copy of the database."""
    return backups.write(folder)


def restore_backup(folder: Path) -> int:
    """Bring the archive back from a backup, as far as people's keys open; gives how many people. After the database."""
    return backups.restore(folder)
