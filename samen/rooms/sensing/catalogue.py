"""Which features there are: one group for each subject and profile, and what it reads. Add yours to GROUPS."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

PROFILES = ("samen", "rapids", "forest")


@dataclass(frozen=True)
class Group:
    """One function of features, for one profile.

    The function takes (rows, segments, settings) and gives a table by `at` with plain names of features; here stands what
    is put before each name. It gets one table when it names one stream; with several, their rows one after another with a
    column `stream`, and only the columns that it names beside person, time, device and local.
    """

    profile: str
    name: str
    prefix: str  # before each feature's name; "" when the names stand for themselves
    streams: tuple[str, ...]
    function: Callable[[pl.DataFrame, pl.DataFrame, Any], pl.DataFrame]
    settings: type  # frozen dataclass; its TABLE names the table of the file of settings
    columns: tuple[str, ...] = ()  # () = all of the stream's columns


GROUPS: tuple[Group, ...] = ()
