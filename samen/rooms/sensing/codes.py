"""Which word a source's code stands for: maps kept as data, by source, column, platform and version.

A code that no map knows, or a source whose version no map names, has no word: the row goes to quarantine. Never a guess.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

CONTENT = Path(__file__).parent / "content" / "codes"


@dataclass(frozen=True)
class CodeMap:
    """Words for the codes of one column of one source."""

    source: str  # beiwe, aware, lamp ...
    name: str  # what the code says: screen, battery, calls, texts
    variant: str  # platform or name of the variant; "" = all
    version: str  # of this map
    words: Mapping[str, str]


@cache
def maps() -> tuple[CodeMap, ...]:
    """Give every map that is shipped."""
    return tuple(
        CodeMap(file.stem, each["name"], each.get("variant", ""), each["version"], each["words"])
        for file in sorted(CONTENT.glob("*.toml"))
        for each in tomllib.loads(file.read_text())["map"]
    )


def words_for(source: str, name: str, variant: str = "") -> Mapping[str, str] | None:
    """Give the words of one map; None when nobody wrote a map for this variant."""
    found = [each for each in maps() if (each.source, each.name) == (source, name) and each.variant in (variant, "")]
    exact = [each for each in found if each.variant == variant]
    return (exact or found)[0].words if found else None


def worded(codes: pl.Expr, words: Mapping[str, str] | None) -> pl.Expr:
    """Put words for codes; null where there is none. Letters of either case are alike; 3.0 is 3."""
    text = codes.cast(pl.String).str.strip_chars().str.to_lowercase().str.replace(r"^(-?\d+)\.0+$", "$1")
    if not words:
        return pl.lit(None, dtype=pl.String)
    known = {code.lower(): word for code, word in words.items()}
    return text.replace_strict(known, default=None, return_dtype=pl.String)
