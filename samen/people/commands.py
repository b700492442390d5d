"""`samen user` and `samen keys`: who can sign in, and the keys under which people's texts lie sealed."""

import os
import secrets
import tomllib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store
from samen.people.jobs.links import address
from samen.people.models import Account, PersonKey, RoleGrant
from samen.people.roles import GRANTED, Role, needs_second_factor
from samen.people.sealing import KEY_BYTES, Service

app = typer.Typer(no_args_is_help=True)  # joined without a name: brings `user` and `keys`
user = typer.Typer(help="Accounts of people who sign in.", no_args_is_help=True)
keys = typer.Typer(help="Keys under which people's texts are sealed.", no_args_is_help=True)
app.add_typer(user, name="user")
app.add_typer(keys, name="keys")

Email = Annotated[str, typer.Argument(help="E-mail address, by which somebody signs in.")]
Roles = Annotated[list[Role] | None, typer.Option("--role", help="A role to work in; may be given more than once.")]


@user.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="Name as colleagues and people in care read it.")] = "",
    role: Roles = None,
    person: Annotated[bool, typer.Option("--person", help="Somebody the service is for, with a record.")] = False,
    language: Annotated[str, typer.Option(help="en or nl.")] = settings.LANGUAGE_CODE,
    ask_password: Annotated[bool, typer.Option("--ask-password", help="Ask for a password instead of a link.")] = False,
) -> None:
    """Make an account, and print a link with which its owner chooses a password."""
    roles = frozenset(role or ())
    if wrong := roles - set(GRANTED):
        _stop(f"{', '.join(sorted(wrong))}: nobody can be given this role. Use --person for somebody in care.")
    if language not in dict(settings.LANGUAGES):
        _stop(f"{language}: this language is not spoken here. Use en or nl.")
    if not _is_address(email):
        _stop(f"{email}: this is no e-mail address.")
    if store.account_of(email) is not None:
        _stop("An account with this address exists already. `samen user list` shows whom.")
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if ask_password else None
    now = timezone.now()
    with transaction.atomic():
        # Somebody in care keeps their name sealed, unless colleagues need it too.
        account = store.create_account(email, name if roles or not person else "", language, password)
        for each in roles:
            store.grant_role(account, each, now=now)
        if person:
            store.create_person(name, language, account, now=now)
    typer.echo(f"Made {account.email}.")
    if password is None:
        typer.echo(f"Choose a password within three days, once: {_link(account)}")
    if needs_second_factor(roles):
        typer.echo("This role needs a second factor: the first page of work leads to setting one up.")


@user.command("list")
def list_accounts() -> None:
    """List who works here, with their roles. People in care are not listed."""
    grants = RoleGrant.objects.filter(ends=None).select_related("account").order_by("account__email", "role")
    second = set(
        Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values_list("user_id", flat=True)
    )
    table = Table("E-mail", "Name", "Role", "Second factor", "Active")
    for grant in grants:
        who = grant.account
        table.add_row(
            who.email, who.name, grant.role, "yes" if who.pk in second else "no", "yes" if who.is_active else "no"
        )
    Console().print(table)


@user.command("reset-second-factor")
def reset_second_factor(email: Email) -> None:
    """Take away somebody's second factors and end their sessions, for a lost telephone. They set up a new one."""
    account = store.account_of(email)
    if account is None:
        _stop("No active account has this address.")
    with transaction.atomic():
        removed, _ = Authenticator.objects.filter(user=account).delete()
        for session in UserSession.objects.filter(user=account):
            session.end()
    typer.echo(f"Removed {removed}, and ended every session.")


@keys.command()
def rotate() -> None:
    """Make a new service key and wrap everyone's key under it. Stop the service first; stopped halfway, run it again."""
    path = Path(settings.SAMEN.home) / "secrets.toml"
    found = tomllib.loads(path.read_text())
    if "service_key_before" not in found:
        found["service_key_before"] = found["service_key"]
        found["service_key"] = urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        _write(path, found)
    settings.SECRETS.update(found)
    old, new = (Service(urlsafe_b64decode(found[name])) for name in ("service_key_before", "service_key"))
    done = store.rotate_service_key(old, new)
    if left := PersonKey.objects.filter(destroyed_at=None).exclude(service_key_id=new.id).count():
        _stop(f"{left} keys lie under another service key. Is the service still running? Stop it and run this again.")
    with transaction.atomic():
        ledger.append(
            [Entry(Kind.KEY, {"what": "service-key-rotated", "count": done, "key": new.id})], at=timezone.now()
        )
    _write(path, {name: value for name, value in found.items() if name != "service_key_before"})
    settings.SECRETS.pop("service_key_before")
    typer.echo(
        f"Wrapped {done} keys anew. Keep a new copy of {path.name} apart from the backups, and destroy the old one."
    )


@keys.command()
def sweep() -> None:
    """Remove what a crash right after an erasure may have left of destroyed keys."""
    typer.echo(f"Removed {store.sweep_halves()}.")


def _write(path: Path, values: dict[str, str]) -> None:
    """Write the secrets in one step, readable by their owner alone."""
    new = path.with_suffix(".new")
    handle = os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("# Keep a copy apart from the backups: without it they cannot be read.\n")
        file.writelines(f'{name} = "{value}"\n' for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True


def _link(account: Account) -> str:
    """Give the link that lets the owner of an account choose a password, once."""
    uid, token = user_pk_to_url_str(account), default_token_generator.make_token(account)
    return address("account_reset_password_from_key", uidb36=uid, key=token)


def _stop(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(2)
