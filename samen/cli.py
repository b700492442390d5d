"""The command `samen`: joins the commands of the floors and rooms, and says plainly what went wrong.

A command's module is imported, and Django set up, only when that command runs: `samen --help` answers at once. A new
command is one line in `COMMANDS`. Exit codes: 0 well, 1 a problem was found or the command refused, 2 wrong use.
"""

import os
import pkgutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from samen.web.config import SECRETS_FILE, BadSetting, home_of

PRIVATE = 0o077  # nothing that the command writes is for other users of the machine
PROBLEM = 1
DEMO_HOME = "var/demo"
HELP = frozenset({"--help", "-h"})


@dataclass(frozen=True)
class Command:
    """Where a command lives (module:name of a function or a Typer), and what it does in one line."""

    place: str
    about: str
    needs_secrets: bool = False  # True: the operator puts secrets.toml in place first; no new one may be made
    is_demo: bool = False  # True: in demo mode, in a home of its own unless SAMEN_HOME names one
    is_trial: bool = (
        False  # True: tries AI systems on material without a person; a new home is made ready for that first
    )


COMMANDS: Mapping[str, Command] = {
    "demo": Command("samen.web.commands:demo", "Serve a made-up clinic to look around in.", is_demo=True),
    "serve": Command("samen.web.commands:serve", "Serve Samen."),
    "work": Command(
        "samen.web.commands:work", "Do the heavy tasks that wait, then stop; `samen serve` starts it itself."
    ),
    "migrate": Command("samen.web.commands:migrate", "Bring the database to this version."),
    "doctor": Command("samen.web.commands:doctor_command", "Look for what is dangerous, and say how to mend it."),
    "backup": Command("samen.web.commands:backup", "Write a backup, also while the service runs."),
    "restore": Command("samen.web.commands:restore", "Restore a backup and verify it.", needs_secrets=True),
    "import": Command("samen.rooms.record.commands:imports", "Bring records in from elsewhere."),
    "export": Command("samen.rooms.record.commands:exports", "Hand a person their own copy."),
    "user": Command("samen.people.commands:user", "Accounts of people who sign in."),
    "keys": Command("samen.people.commands:keys", "Keys under which people's texts are sealed."),
    "systems": Command("samen.rights.commands:systems_app", "AI systems: what they are and where they stand."),
    "consent": Command("samen.rights.commands:consent_app", "What people said yes and no to."),
    "rights": Command("samen.rights.commands:rights_app", "Which rights are enforced, by which check and test."),
    "crisis": Command(
        "samen.rooms.crisis.commands.crisis:app", "The help line and what hears danger in it.", is_trial=True
    ),
    "companion": Command(
        "samen.rooms.companion.commands.companion:app",
        "The companion: check its modules, replay dialogues.",
        is_trial=True,
    ),
    "sensing": Command(
        "samen.rooms.sensing.commands.sensing:app", "Streams of phones and wearables: features from files."
    ),
    "selftest": Command(
        "samen.web.selftests:selftest",
        "Test a room on its sealed texts; what misses a bar is stopped.",
        is_trial=True,
    ),
    "audit": Command("samen.ledger.commands:app", "Sign the append-only log, hand it out, verify it."),
}


class Commands(TyperGroup):
    """The list of commands, each loaded when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give a command's name and line, for the list."""
        known = COMMANDS.get(cmd_name)
        return known and TyperCommand(cmd_name, help=known.about)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Load the command that was called."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and _load(name or "", COMMANDS[name or ""]), rest


app = typer.Typer(
    cls=Commands,
    help="Samen: AI in mental health care that people can see, stop and trust.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _samen() -> None:
    """Samen: AI in mental health care that people can see, stop and trust."""


def _load(name: str, command: Command) -> TyperCommand | TyperGroup:
    """Set Django up and import a command."""
    if command.is_demo:
        os.environ["SAMEN_DEMO"] = "1"
        os.environ.setdefault("SAMEN_HOME", DEMO_HOME)
    if command.needs_secrets and not (home_of(os.environ) / SECRETS_FILE).exists():
        raise BadSetting(
            f"There is no {SECRETS_FILE} in {home_of(os.environ)}. Without the secrets of the service that made the "
            f"backup nothing in it can be read. Put your copy of {SECRETS_FILE} there (mode 600), then try again."
        )
    set_up()
    if command.is_trial and not HELP & set(sys.argv):
        pkgutil.resolve_name("samen.web.serving:make_ready_to_try")()
    found = pkgutil.resolve_name(command.place)
    if isinstance(found, typer.Typer):
        return get_group(found)
    alone = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    alone.command(name)(found)
    return get_command(alone)  # type: ignore[return-value]  # one function gives one command


def set_up() -> None:
    """Set Django up for this process. Raises: BadSetting."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samen.web.settings")
    pkgutil.resolve_name("django:setup")()


def main() -> None:
    """Run the command line. An error that can be foreseen is a few plain lines, never a traceback."""
    os.umask(PRIVATE)
    try:
        app()
    except BadSetting as wrong:
        _stop(str(wrong))
    except Exception as wrong:
        said = pkgutil.resolve_name("samen.web.troubles:explain")(wrong)
        if said is None:
            raise
        _stop(said)


def _stop(why: str) -> None:
    typer.echo(why, err=True)
    sys.exit(PROBLEM)


if __name__ == "__main__":
    main()
