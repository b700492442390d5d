"""Beiwe's folders: one folder for each person, in it one for each stream, in it one CSV for each hour."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from samen.rooms.sensing import codes, streams
from samen.rooms.sensing.reading import csv
from samen.rooms.sensing.reading.receipt import Read, settled, together, unreadable
from samen.rooms.sensing.reading.reducing import hashed

NUMBER, TEXT = pl.Float64, pl.String
IN_G_BELOW = 5.0  # the mean magnitude is near 9.8 in m/s² and near 1 in g; Forest's oak draws the line here too

Turn = Callable[[pl.DataFrame, bytes], dict[str, pl.DataFrame]]


@dataclass(frozen=True)
class Kind:
    """One of Beiwe's streams: its columns beside timestamp, and how its rows become rows of ours, stream by stream."""

    columns: Mapping[str, type[pl.DataType]]
    turned: Turn
    by_file: bool = False  # the path says what the columns do not: which survey, and when


def read(
    root: Path,
    *,
    salt: bytes,
    people: Sequence[Path] | None = None,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Read:
    """Read a study's folder or one person's, or only these people's folders in it.

    Takes: told is called with how many of how many folders of streams are read.
    """
    found = people_in(root) if people is None else people
    folders = [(person, folder) for person in found for folder in sorted(person.iterdir()) if folder.name in KINDS]
    parts: list[Read] = []
    for number, (person, folder) in enumerate(folders):
        parts += _stream(root, person.name, folder, salt)
        told(number + 1, len(folders))
    return together(parts)


def people_in(root: Path) -> list[Path]:
    """Give the folders of persons: those that hold folders of streams, at whatever depth the download put them."""
    if any(each.is_dir() and each.name in KINDS for each in root.iterdir()):
        return [root]
    return [found for each in sorted(root.iterdir()) if each.is_dir() for found in people_in(each)]


def batches(root: Path, most: int, person_of: Mapping[str, str]) -> Iterator[list[Path]]:
    """Give the folders of people in batches of at most so many bytes, one person's folders always together.

    Takes: person_of: folder's name -> person, where several folders are one person's.
    """
    folders: dict[str, list[Path]] = {}
    for folder in people_in(root):
        folders.setdefault(person_of.get(folder.name, folder.name), []).append(folder)
    batch, size = list[Path](), 0
    for _, own in sorted(folders.items()):
        weight = sum(file.stat().st_size for folder in own for file in folder.rglob("*.csv"))
        if batch and size + weight > most:
            yield batch
            batch, size = [], 0
        batch, size = batch + own, size + weight
    yield batch


def _stream(root: Path, person: str, folder: Path, salt: bytes) -> Iterator[Read]:
    yield from _files(root, person, folder.name, sorted(each for each in folder.rglob("*.csv")), salt)


def _files(root: Path, person: str, stream: str, files: Sequence[Path], salt: bytes) -> Iterator[Read]:
    for names, group in csv.alike([each for each in files if each.stat().st_size]):
        try:
            yield from _group(root, person, KINDS[stream], names, group, salt)
        except (pl.exceptions.PolarsError, UnicodeDecodeError):
            for file in group:
                yield from _alone(root, person, KINDS[stream], names, file, salt)


@dataclass(frozen=True)
class Part:
    """Files of one person and stream that are read at once."""

    person: str
    stream: str
    files: tuple[Path, ...]


def parts(root: Path, most: int) -> Iterator[Part]:
    """Give all files of all people in parts of at most so many bytes, always the same ones for the same files."""
    for person in people_in(root):
        for folder in sorted(each for each in person.iterdir() if each.name in KINDS):
            files, size = list[Path](), 0
            for file in sorted(folder.rglob("*.csv")):
                weight = file.stat().st_size
                if files and size + weight > most:
                    yield Part(person.name, folder.name, tuple(files))
                    files, size = [], 0
                files, size = [*files, file], size + weight
            if files:
                yield Part(person.name, folder.name, tuple(files))


def read_part(root: Path, part: Part, *, salt: bytes) -> Read:
    """Read one part."""
    return together(_files(root, part.person, part.stream, part.files, salt))


def _alone(root: Path, person: str, kind: Kind, names: tuple[str, ...], file: Path, salt: bytes) -> Iterator[Read]:
    """Read one file by itself, after the group in which it stood could not be read."""
    try:
        yield from _group(root, person, kind, names, [file], salt)
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        yield unreadable(str(file.relative_to(root)), "file_unreadable")


def _group(
    root: Path, person: str, kind: Kind, names: tuple[str, ...], files: Sequence[Path], salt: bytes
) -> list[Read]:
    """Read files of one person, stream and header."""
    rows = csv.rows_of(files, names, {"timestamp": NUMBER, **kind.columns}, path=kind.by_file)
    rows = rows.with_columns(
        pl.lit(person).alias("person"),
        pl.lit(person).alias("device"),
        pl.col("timestamp").cast(pl.Int64, strict=False).alias("time"),
    )

    def locate(at: list[int]) -> pl.DataFrame:
        return csv.places(csv.rows_of(files, names, {}, path=True)["file"], root, at)

    return [settled(stream, turned, locate) for stream, turned in kind.turned(rows, salt).items()]


def _gps(rows: pl.DataFrame, salt: bytes) -> dict[str, pl.DataFrame]:
    accuracy = pl.when(pl.col("accuracy") > 0).then(pl.col("accuracy"))  # 0 stands for unknown
    return {"gps": rows.with_columns(accuracy.alias("accuracy"))}


def _accelerometer(rows: pl.DataFrame, salt: bytes) -> dict[str, pl.DataFrame]:
    """Give m/s²: iOS writes g, and a file does not say which it is, but gravity does."""
    axes = [pl.col(axis) for axis in "xyz"]
    mean = rows.select((axes[0] ** 2 + axes[1] ** 2 + axes[2] ** 2).sqrt().mean()).item()
    if mean is not None and mean < IN_G_BELOW:
        rows = rows.with_columns(axis * streams.GRAVITY for axis in axes)
    return {"accelerometer": rows}


def _power(rows: pl.DataFrame, salt: bytes) -> dict[str, pl.DataFrame]:
    """Part the events of screen and of power; a word that neither knows is held back among the screen's."""
    screen, battery = codes.words_for("beiwe", "screen"), codes.words_for("beiwe", "battery")
    event, level = pl.col("event").str.strip_chars(), pl.col("level")
    is_part = rows.select((level <= 1).all())["level"][0]  # iOS writes 0 to 1, and below 0 for unknown
    rows = rows.with_columns(
        codes.worded(event, screen).alias("screen_word"),
        pl.coalesce(codes.worded(event, battery), _mode(event)).alias("status"),
        pl.when(level >= 0).then(level * 100 if is_part else level).alias("level"),
    )
    of_battery = pl.col("status").is_not_null()
    return {
        "screen": rows.filter(~of_battery).with_columns(pl.col("screen_word").alias("event")),
        "battery": rows.filter(of_battery),
    }


def _mode(event: pl.Expr) -> pl.Expr:
    """Read notices of saving power and of dozing, which differ in wording between versions."""
    ends = pl.when(event.str.contains("not in")).then(pl.lit("_off")).otherwise(pl.lit("_on"))
    return (
        pl.when(event.str.starts_with("Power Save Mode"))
        .then(pl.lit("power_save") + ends)
        .when(event.str.starts_with("Device Idle (Doze)"))
        .then(pl.lit("doze") + ends)
    )


def _calls(rows: pl.DataFrame, salt: bytes) -> dict[str, pl.DataFrame]:
    rows = rows.with_columns(
        codes.worded(pl.col("call type"), codes.words_for("beiwe", "calls")).alias("kind"),
        pl.col("duration in seconds").alias("seconds"),
        pl.col("hashed phone number").alias("contact"),
    )
    return {"calls": hashed(rows, "contact", salt)}


def _texts(rows: pl.DataFrame, salt: bytes) -> dict[str, pl.DataFrame]:
    way = pl.col("sent vs received")
    rows = rows.with_columns(
        codes.worded(way, codes.words_for("beiwe", "texts")).alias("kind"),
        way.str.contains("MMS").alias("mms"),
        pl.col("message length").cast(pl.Int64, strict=False).alias("length"),
        pl.col("hashed phone number").alias("contact"),
    )
    return {"texts": hashed(rows, "contact", salt)}


def _nearby(stream: str) -> Turn:
    def turned(rows: pl.DataFrame, salt: bytes) -> dict[str, pl.DataFrame]:
        rows = rows.with_columns(pl.col("hashed MAC").alias("address"), pl.col("RSSI").alias("rssi"))
        return {stream: hashed(rows, "address", salt)}

    return turned


def _survey(stream: str) -> Turn:
    def turned(rows: pl.DataFrame, salt: bytes) -> dict[str, pl.DataFrame]:
        parts = pl.col("file").str.split("/").list
        submitted = (
            parts.last()
            .str.extract(r"(\d{4}-\d{2}-\d{2}[ _]\d{2}[_:]\d{2}[_:]\d{2})")
            .str.replace_all(r"[_: ]", "-")
            .str.to_datetime("%Y-%m-%d-%H-%M-%S", time_unit="ms", strict=False)
            .cast(pl.Int64)
        )
        rows = rows.with_columns(
            pl.coalesce("time", submitted).alias("time"),
            pl.coalesce("survey id", parts.get(-2, null_on_oob=True)).alias("survey"),
            pl.col("question id").alias("question"),
            pl.col("question type").alias("question_type"),
            pl.col("question text").alias("question_text"),
            pl.col("question answer options").alias("options"),
        )
        return {stream: rows}

    return turned


def _as_is(stream: str) -> Turn:
    return lambda rows, salt: {stream: rows}


_AXES = {"x": NUMBER, "y": NUMBER, "z": NUMBER}
_SURVEY = {
    "survey id": TEXT,
    "question id": TEXT,
    "question type": TEXT,
    "question text": TEXT,
    "question answer options": TEXT,
    "answer": TEXT,
}
_CONTACT = {"hashed phone number": TEXT}

KINDS: Mapping[str, Kind] = {
    "gps": Kind(dict.fromkeys(("latitude", "longitude", "altitude", "accuracy"), NUMBER), _gps),
    "accelerometer": Kind(_AXES, _accelerometer),
    "gyro": Kind(_AXES, _as_is("gyro")),
    "magnetometer": Kind(_AXES, _as_is("magnetometer")),
    "power_state": Kind({"event": TEXT, "level": NUMBER}, _power),
    "calls": Kind({**_CONTACT, "call type": TEXT, "duration in seconds": NUMBER}, _calls),
    "texts": Kind({**_CONTACT, "sent vs received": TEXT, "message length": NUMBER}, _texts),
    "bluetooth": Kind({"hashed MAC": TEXT, "RSSI": NUMBER}, _nearby("bluetooth")),
    "wifi": Kind({"hashed MAC": TEXT, "RSSI": NUMBER, "frequency": NUMBER}, _nearby("wifi")),
    "survey_timings": Kind({**_SURVEY, "event": TEXT}, _survey("survey_timings"), by_file=True),
    "survey_answers": Kind(_SURVEY, _survey("survey_answers"), by_file=True),
}
