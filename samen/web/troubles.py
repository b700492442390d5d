"""What to say when something foreseeable goes wrong in a command: what happened, why, how to mend. Never anyone's data."""

import errno

from django.db import IntegrityError, OperationalError, ProgrammingError

from samen.ledger.store import LedgerDamaged
from samen.people.sealing import KeyDestroyed, Unreadable


class Trouble(RuntimeError):
    """Something that a command foresees; its message is what the operator reads."""


def explain(error: Exception) -> str | None:
    """Give the sentence for an error that can be foreseen; None for one that nobody expected."""
    if isinstance(error, Trouble | LedgerDamaged | Unreadable | KeyDestroyed):
        return str(error)
    if isinstance(error, OperationalError | ProgrammingError):
        return _database(str(error).strip())
    if isinstance(error, IntegrityError):
        return f"The database refused a change: {_first_line(error)}. Nothing was written."
    if isinstance(error, OSError):
        return _system(error)
    return None


def _database(said: str) -> str:
    """Explain what a database answered."""
    low = said.lower()
    if "no such table" in low or "no such column" in low or (("relation" in low or "column" in low) and "exist" in low):
        return "The database is not at this version: a table or column is missing. Run `samen migrate`, then try again."
    if "locked" in low:
        return "The database is busy with another change and did not come free in time. Try again; `samen doctor` if it stays."
    if "unable to open" in low or "readonly" in low:
        return "The database file cannot be opened for writing. Run as the user who owns SAMEN_HOME, or mend its permissions."
    if "password" in low or "authentication" in low or ("role" in low and "exist" in low):
        return "The database refused this user. Mend the user and password in SAMEN_DATABASE."
    if "connection" in low or "could not translate host" in low or "no such file" in low:
        return "The database does not answer. Start it, or mend SAMEN_DATABASE; `samen doctor --settings` shows where it is sought."
    if "malformed" in low or "not a database" in low:
        return "The database file is damaged. Keep it aside, restore the newest backup with `samen restore`, and verify it."
    return f"The database could not do this: {said.splitlines()[0] if said else 'it gave no reason'}. `samen doctor` may say more."


def _system(error: OSError) -> str | None:
    """Explain what the operating system answered."""
    where = error.filename or "that"
    if error.errno == errno.EADDRINUSE:
        return "The port is taken by another program. Stop that one, or choose another with SAMEN_PORT or --port."
    if isinstance(error, PermissionError):
        return f"No permission for {where}. Run as the user who owns it, or mend its permissions."
    if error.errno == errno.ENOSPC:
        return f"The disk is full; {where} was not written whole. Make room and try again."
    if isinstance(error, FileNotFoundError | FileExistsError | NotADirectoryError | IsADirectoryError):
        return f"{where}: {error.strerror}. Check the path."
    return None


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
