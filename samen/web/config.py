"""Settings as typed values: from the environment first, then one TOML file, then a safe default.

`SAMEN_HOME` is the folder with everything a service must keep; `samen.toml` in it (or the file named by `SAMEN_CONFIG`)
holds what differs from the defaults. Secrets are never a default: they are made at first start, in a file of their own.
"""

import os
import re
import secrets
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import available_timezones


class BadSetting(ValueError):
    """A setting cannot be read: the message names it, what is wrong, and what would be right."""


def setting(default: object, about: str) -> Any:
    """Declare one setting: its default and one sentence on what it does."""
    return field(default=default, metadata={"about": about})


BOUNDS = {  # setting -> least and most
    "port": (1, 65535),
    "upload_mb": (1, 512),
    "threads": (1, 64),
    "review_days": (1, 90),
    "review_capacity": (1, 100_000),
    "break_glass_minutes": (5, 24 * 60),
    "backup_days": (1, 3650),
    "sensing_batch_events": (1, 1_000_000),
    "sensing_events_minute": (1000, 1_000_000_000),
    "sensing_ahead_minutes": (0, 24 * 60),
    "sensing_oldest_days": (0, 36_500),
}
CHOICES = {"country": ("nl", "be", "eu"), "language": ("en", "nl")}
SCHEMES = {"database": ("sqlite", "postgresql"), "email_url": ("smtp", "smtps"), "llm_url": ("https", "http")}
HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Config:
    """Every setting of the product, `SAMEN_<NAME>` in the environment and `name` in the TOML file."""

    home: Path = setting(Path("var"), "Folder with all that a service keeps: database, keys, secrets.")  # noqa: RUF009 (a Path never changes)
    database: str = setting("", "Database URL; empty = SQLite in home. postgresql://user:password@host:port/name else.")
    demo: bool = setting(False, "Demo mode: made-up people, walk-in sign-in. Never on a service with real people.")
    debug: bool = setting(
        False, "Developer pages on errors. `samen doctor` refuses to serve with it outside demo mode."
    )
    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "Port to listen on.")
    hosts: tuple[str, ...] = setting(
        ("127.0.0.1", "localhost", "[::1]"), "Host names that people use to reach the service."
    )
    https: bool = setting(False, "Behind TLS: cookies are sent over https alone, and browsers are told to insist.")
    service_name: str = setting("Samen", "Name of the service, as people read it.")
    service_email: str = setting(
        "privacy@example.org", "Address for questions about AI and rights; stands in the public register."
    )
    service_phone: str = setting("", "The service's own phone line, shown on the help page and in each denial.")
    country: str = setting("nl", "Country whose help lines come first: nl, be or eu.")
    language: str = setting("nl", "Language when a visitor's browser asks for none of ours: en or nl.")
    time_zone: str = setting("Europe/Amsterdam", "Time zone in which times are shown.")
    email_url: str = setting("", "smtp://user:password@host:port; empty = mail is written to home/mail.")
    sms_gateway: str = setting(
        "", "Address of an SMS gateway that sends the help line's answers: a form with to and text. Empty = no SMS."
    )
    line_mail: str = setting(
        "", "Maildir folder from which mail to the help line is taken each minute. Empty = no mail."
    )
    llm_url: str = setting(
        "", "Address of an OpenAI-compatible endpoint that may put texts of the companion in other words. Empty = none."
    )
    llm_model: str = setting("", "Name of the model there. Its key, if it wants one, is llm_key in secrets.toml.")
    upload_mb: int = setting(64, "Largest upload, in megabytes.")
    threads: int = setting(4, "Threads that answer requests.")
    review_days: int = setting(7, "Days within which a clinician decides on a held finding.")
    review_capacity: int = setting(
        50, "Open findings per person on duty above which AI systems of mode suggest stop running."
    )
    break_glass_minutes: int = setting(60, "Minutes after which emergency access ends by itself.")
    backup_days: int = setting(35, "Days that backups are kept; told to people who erase something.")

    crisis_meaning: bool = setting(
        False,
        "Hear English danger by what a sentence means too (needs the extra embeddings); off = by rules and words.",
    )

    sensing_batch_events: int = setting(50_000, "Events of phones and wearables in one batch, at most.")
    sensing_events_minute: int = setting(3_000_000, "Events that one key may send in a minute.")
    sensing_ahead_minutes: int = setting(
        10, "Minutes that the clock of a phone may run ahead; later events are held back."
    )
    sensing_oldest_days: int = setting(
        0, "Days ago that an event may have been; 0 = as far back as its person says yes."
    )
    sensing_archive: str = setting(
        "", "Where tables of phones and wearables lie: a folder, or s3://bucket/prefix. Empty = sensing in home."
    )

    @property
    def database_url(self) -> str:
        """Give the database's URL, SQLite in home when none was set."""
        return self.database or f"sqlite:///{(self.home / 'samen.sqlite3').resolve()}"


def read(env: Mapping[str, str], file: Mapping[str, object]) -> Config:
    """Read the settings from an environment and the parsed TOML file.

    Raises: BadSetting for a value of the wrong kind, or a name in the file that no setting has.
    """
    known = {each.name: each for each in fields(Config)}
    if unknown := set(file) - set(known):
        raise BadSetting(
            f"samen.toml: no setting is called {', '.join(sorted(unknown))}. `samen doctor --settings` lists them."
        )
    given: dict[str, Any] = {}
    for name, each in known.items():
        if (raw := env.get(f"SAMEN_{name.upper()}")) is not None:
            given[name] = _typed(f"SAMEN_{name.upper()}", raw, each.default)
        elif name in file:
            given[name] = _typed(f"{name} in samen.toml", file[name], each.default)
    found = Config(**given)
    for name, wrong in problems(found):
        where = f"SAMEN_{name.upper()}"
        raise BadSetting(f"{where if where in env else f'{name} in samen.toml'}: {wrong}")
    return found


def problems(config: Config) -> Iterator[tuple[str, str]]:
    """Give each setting whose value is of the right kind and can still not be meant, with what would be right."""
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(config, name) <= most:
            yield name, f"{getattr(config, name)} is not between {least} and {most}."
    for name, words in CHOICES.items():
        if getattr(config, name) not in words:
            yield name, f"{getattr(config, name)!r} is not one of {', '.join(words)}."
    if config.time_zone not in available_timezones():
        yield (
            "time_zone",
            f"{config.time_zone!r} is no time zone that is known here. Write one such as Europe/Amsterdam.",
        )
    if not config.hosts:
        yield "hosts", "no host name is left. Name those that people use, with commas between."
    for name, schemes in SCHEMES.items():
        value = getattr(config, name)
        if value and urlsplit(value).scheme not in schemes:
            yield name, f"it must begin with {' or '.join(f'{each}://' for each in schemes)}."
    if (place := config.sensing_archive) and not place.startswith(("/", "s3://")):
        yield "sensing_archive", "it must be a folder's whole path, from / on, or begin with s3://."
    if _is_open(config.llm_url):
        yield "llm_url", "it must begin with https:// unless the model runs on this machine."
    if bool(config.llm_url) != bool(config.llm_model):
        yield "llm_model", "an address and a model go together. Set llm_url and llm_model, or neither."


def _is_open(url: str) -> bool:
    """Say whether what is sent to an address could be read on the way."""
    return urlsplit(url).scheme == "http" and urlsplit(url).hostname not in HERE


def _typed(name: str, raw: object, like: object) -> object:
    """Turn one raw value into the type of the setting's default."""
    if isinstance(like, bool):
        if str(raw).lower() in ("1", "true", "yes", "on"):
            return True
        if str(raw).lower() in ("0", "false", "no", "off", ""):
            return False
        raise BadSetting(f"{name}: {raw!r} is neither yes nor no. Write 1 or 0.")
    if isinstance(like, int):
        try:
            return int(cast(str, raw))
        except (TypeError, ValueError) as wrong:
            raise BadSetting(f"{name}: {raw!r} is not a whole number.") from wrong
    if isinstance(like, tuple):
        return (
            tuple(raw) if isinstance(raw, list) else tuple(part.strip() for part in str(raw).split(",") if part.strip())
        )
    if isinstance(like, Path):
        return Path(str(raw)).expanduser()
    return str(raw)


def load(env: Mapping[str, str]) -> Config:
    """Read the settings that hold here: the environment and the TOML file it points to."""
    return read(env, from_file(env))


def home_of(env: Mapping[str, str]) -> Path:
    """Give the folder with everything a service must keep."""
    return Path(env.get("SAMEN_HOME", "var")).expanduser()


def from_file(env: Mapping[str, str]) -> dict[str, object]:
    """Give what stands in the TOML file, nothing when there is none. Raises: BadSetting."""
    path = Path(env.get("SAMEN_CONFIG", home_of(env) / "samen.toml")).expanduser()
    if not path.exists():
        if "SAMEN_CONFIG" in env:
            raise BadSetting(f"SAMEN_CONFIG names {path}, which is not there. Write the file, or unset SAMEN_CONFIG.")
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise BadSetting(f"{path} is not valid TOML: {wrong}. Mend that line, or move the file away.") from wrong


@dataclass(frozen=True)
class Listed:
    """One setting as `samen doctor --settings` lists it."""

    name: str
    value: str
    default: str
    source: str  # environment, file or default
    about: str


def listing(config: Config, env: Mapping[str, str], file: Mapping[str, object]) -> list[Listed]:
    """Give every setting with where its value came from. Passwords in addresses are left out."""
    return [
        Listed(
            name=f"SAMEN_{each.name.upper()}",
            value=_shown(getattr(config, each.name)),
            default=_shown(each.default),
            source="environment" if f"SAMEN_{each.name.upper()}" in env else "file" if each.name in file else "default",
            about=each.metadata["about"],
        )
        for each in fields(Config)
    ]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return PASSWORD.sub(r"\1:***@", str(value))


SECRETS_FILE = "secrets.toml"
PASSWORD = re.compile(r"(://[^:/@]*):.*@")
SECRETS = {
    "django_key": "signs sessions and forms",
    "service_key": "wraps each person's own key",
    "ledger_key": "signs the ledger's checkpoints",
}


def load_secrets(home: Path) -> dict[str, str]:
    """Give the service's secrets, making them at first start in a file that only its owner can read."""
    path = home / SECRETS_FILE
    if not path.exists():
        _make_secrets(path)
    found = tomllib.loads(path.read_text())
    if missing := set(SECRETS) - set(found):
        raise BadSetting(
            f"{path} lacks {', '.join(sorted(missing))}. Restore the file from your copy; do not write a new one over it."
        )
    return found


def _make_secrets(path: Path) -> None:
    """Make new secrets in one step: the file is whole or not there, and never replaces one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [
        f'# {about}\n{name} = "{urlsafe_b64encode(secrets.token_bytes(32)).decode()}"\n'
        for name, about in SECRETS.items()
    ]
    new = path.with_suffix(f".{secrets.token_hex(4)}")
    with open(new, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write("# Made at first start. Keep a copy apart from the backups: without it they cannot be read.\n")
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # another process made them a moment ago: those hold
        os.link(new, path)
    new.unlink()
