"""AWARE-style tables, and Fitbit's beside them: one CSV or Parquet file for each table, with device_id and timestamp (ms)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from samen.rooms.sensing import codes
from samen.rooms.sensing.reading import csv
from samen.rooms.sensing.reading.receipt import Read, account, settled, together, unreadable
from samen.rooms.sensing.reading.reducing import hashed, length

NUMBER, TEXT = pl.Float64, pl.String
ON_WALL_CLOCK = frozenset({"steps_day", "steps_minute", "heart_day", "heart_minute", "sleep_night", "sleep_level"})
ENDINGS = (".csv", ".parquet")
BESIDE = re.compile(
    r"participants?|segments?|time_?segments?|zones?|time_?zones?|settings"
)  # files of a study, no streams


@dataclass(frozen=True)
class Door:
    """What the reader is told beside the files: the salt, and each device's platform (android, ios, fitbit)."""

    salt: bytes
    platforms: Mapping[str, str]

    def variant(self, platform: str) -> pl.Expr:
        """Say which rows are of a platform; a device that nobody named is taken for Android, whose codes are AWARE's own."""
        named = pl.col("device").replace_strict(dict(self.platforms), default="android", return_dtype=TEXT)
        return named == platform


@dataclass(frozen=True)
class Kind:
    """One table: its columns beside device_id and timestamp, and how its rows become rows of ours."""

    stream: str
    columns: Mapping[str, type[pl.DataType]]
    turned: Callable[[pl.DataFrame, Door], pl.DataFrame]


def read(
    root: Path,
    *,
    salt: bytes,
    platforms: Mapping[str, str] | None = None,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Read:
    """Read a folder of tables, or one file. A table that we do not know is held back with its name."""
    door = Door(salt, platforms or {})
    files = [root] if root.is_file() else sorted(each for each in root.rglob("*") if each.suffix in ENDINGS)
    files = [file for file in files if file.stat().st_size and not BESIDE.fullmatch(file.stem.lower())]
    base = root.parent if root.is_file() else root
    parts = []
    for number, file in enumerate(files):
        parts.append(_file(base, file, door))
        told(number + 1, len(files))
    return together(parts)


def name_of(file: Path) -> str:
    """Give the name of the table in a file: `sensor_wifi.csv` and `wifi.csv` are one."""
    name = re.sub(r"^(sensor|plugin|phone|aware)_|_(raw|with_datetime)$", "", file.stem.lower())
    return ALIASES.get(name, name)


def _file(root: Path, file: Path, door: Door) -> Read:
    shown = str(file.relative_to(root))
    kind = KINDS.get(name_of(file))
    if kind is None:
        return unreadable(shown, "table_unknown", file.stem)
    try:
        rows = csv.table_of(file, {"device_id": TEXT, "timestamp": NUMBER, "local_date_time": TEXT, **kind.columns})
    except pl.exceptions.PolarsError:
        return unreadable(shown, "file_unreadable", kind.stream)
    rows = rows.with_columns(
        pl.col("device_id").alias("person"),
        pl.col("device_id").alias("device"),
        pl.col("timestamp").cast(pl.Int64, strict=False).alias("time"),
    )
    received = rows.height
    shown_in = "local_start_date_time" if kind.stream == "sleep_night" else "local_date_time"
    is_local = kind.stream in ON_WALL_CLOCK and bool(rows[shown_in].count())
    if is_local:  # Fitbit's tables carry 0 or a guess at UTC; what the watch showed rules
        rows = rows.with_columns(_shown(pl.col(shown_in)).alias("time"))
    if received:
        rows = kind.turned(rows, door)

    def locate(at: list[int]) -> pl.DataFrame:
        return pl.DataFrame({"file": [shown] * len(at), "row": [each + 1 for each in at]})

    found = settled(kind.stream, rows, locate) if received else Read({})
    merged = received - rows.height  # rows of which several make one, such as the states of one call
    counts = [found.counts, account(kind.stream, merged, 0, 0)] if merged else [found.counts]
    clocks = frozenset({kind.stream}) if is_local else frozenset()
    return Read(found.tables, found.quarantine, pl.concat(counts), clocks)


def _shown(text: pl.Expr) -> pl.Expr:
    """Give ms of a wall clock, as if it were UTC."""
    return text.str.replace("T", " ").str.to_datetime(time_unit="ms", strict=False).cast(pl.Int64)


def _coded(rows: pl.DataFrame, door: Door, name: str, column: str, into: str) -> pl.DataFrame:
    """Put words for codes, by the platform of each device."""
    word = (
        pl.when(door.variant("ios"))
        .then(codes.worded(pl.col(column), codes.words_for("aware", name, "ios")))
        .otherwise(codes.worded(pl.col(column), codes.words_for("aware", name, "android")))
    )
    return rows.with_columns(word.alias(into))


def _locations(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    return rows.with_columns(
        pl.col("double_latitude").alias("latitude"),
        pl.col("double_longitude").alias("longitude"),
        pl.col("double_altitude").alias("altitude"),
        pl.col("double_speed").alias("speed"),
    )


def _screen(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    return _coded(rows, door, "screen", "screen_status", "event")


def _battery(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    """Read status and level; the first iOS client used other codes and is known by never using 4."""
    status = pl.col("battery_status")
    is_old = door.variant("ios") & ~(status == 4).any().over("device")
    word = (
        pl.when(is_old)
        .then(codes.worded(status, codes.words_for("aware", "battery", "ios-1")))
        .otherwise(codes.worded(status, codes.words_for("aware", "battery")))
    )
    scale = pl.when(pl.col("battery_scale") > 0).then(pl.col("battery_scale")).otherwise(100)
    level = pl.when(pl.col("battery_level") >= 0).then(pl.col("battery_level") * 100 / scale)
    return rows.with_columns(word.alias("status"), level.alias("level"))


def _calls(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    """Read calls; iOS logs the states of each call, which together make one."""
    rows = rows.with_columns(pl.col("call_duration").alias("seconds"), pl.col("trace").alias("contact"))
    has_states = (pl.col("call_type") == 4).any().over("device") | door.variant("ios")
    rows = rows.with_columns(has_states.fill_null(False).alias("has_states"))
    whole = rows.filter(~pl.col("has_states")).with_columns(
        codes.worded(pl.col("call_type"), codes.words_for("aware", "calls", "android")).alias("kind")
    )
    names = ["person", "device", "time", "kind", "seconds", "contact", "position"]
    both = pl.concat([whole.select(names), _from_states(rows.filter("has_states")).select(names)])
    return hashed(both.sort("position"), "contact", door.salt)


def _from_states(rows: pl.DataFrame) -> pl.DataFrame:
    """Make one call of the states of one trace: 1 incoming, 2 connected, 3 dialling, 4 disconnected.

    1,2,4 is an incoming call and 3,2,4 an outgoing one, as long as it was connected; 1,4 is missed and 3,4 outgoing, both of
    0 s. Without 4 nobody knows when it ended: held back.
    """
    states = rows.sort("time", "position").group_by("device", "trace", maintain_order=True)
    has = {number: (pl.col("call_type") == number).any() for number in (1, 2, 3, 4)}
    ended = pl.col("seconds").filter(pl.col("call_type") == 4).last()
    connected, closed = (pl.col("time").filter(pl.col("call_type") == number).first() for number in (2, 4))
    word = (
        pl.when(~has[4])
        .then(None)
        .when(has[3])
        .then(pl.lit("out"))
        .when(has[1] & has[2])
        .then(pl.lit("in"))
        .when(has[1])
        .then(pl.lit("missed"))
    )
    lasted = (
        pl.when(has[2]).then(pl.coalesce(pl.when(ended > 0).then(ended), (closed - connected) / 1000)).otherwise(0.0)
    )
    return states.agg(
        pl.col("person").first(),
        pl.col("time").first(),
        word.alias("kind"),
        lasted.alias("seconds"),
        pl.col("contact").first(),
        pl.col("position").first(),
    )


def _messages(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    word = codes.worded(pl.col("message_type"), codes.words_for("aware", "texts"))
    rows = rows.with_columns(word.alias("kind"), pl.col("trace").alias("contact"), pl.lit(False).alias("mms"))
    return hashed(rows, "contact", door.salt)


def _axes(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    return rows.rename({f"double_values_{number}": axis for number, axis in enumerate("xyz")})


def _keyboard(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    """Keep lengths: the text stands in brackets, which are no part of it."""
    return rows.with_columns(
        pl.col("package_name").alias("app"),
        _typed(pl.col("before_text")).alias("before_length"),
        _typed(pl.col("current_text")).alias("length"),
        _truth(pl.col("is_password")).alias("is_password"),
    ).drop("before_text", "current_text")


def _typed(text: pl.Expr) -> pl.Expr:
    text = text.fill_null("")
    in_brackets = text.str.starts_with("[") & text.str.ends_with("]") & (text.str.len_chars() >= 2)
    return length(text) - pl.when(in_brackets).then(2).otherwise(0)


def _truth(value: pl.Expr) -> pl.Expr:
    return value.cast(TEXT).str.to_lowercase().is_in(["1", "1.0", "true"])


def _apps(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    return rows.with_columns(
        pl.col("package_name").alias("package"),
        pl.col("application_name").alias("name"),
        _truth(pl.col("is_system_app")).alias("is_system"),
    )


def _nearby(address: str, name: str, rssi: str) -> Callable[[pl.DataFrame, Door], pl.DataFrame]:
    def turned(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
        rows = rows.with_columns(
            pl.col(address).alias("address"), length(pl.col(name)).alias("name_length"), pl.col(rssi).alias("rssi")
        )
        return hashed(rows, "address", door.salt).drop(name)

    return turned


def _renamed(**names: str) -> Callable[[pl.DataFrame, Door], pl.DataFrame]:
    return lambda rows, door: rows.with_columns(pl.col(theirs).alias(ours) for ours, theirs in names.items())


def _sleep_night(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    return rows.with_columns(
        pl.coalesce(_shown(pl.col("local_start_date_time")), "time").alias("time"),
        _shown(pl.col("local_end_date_time")).alias("ends"),
        _truth(pl.col("is_main_sleep")).alias("is_main"),
    )


def _sleep_level(rows: pl.DataFrame, door: Door) -> pl.DataFrame:
    return rows.with_columns(pl.col("duration").alias("seconds"))


ALIASES = {
    "google_activity_recognition": "activity_recognition",
    "ios_activity_recognition": "activity_recognition",
    "sms": "messages",
    "location": "locations",
    "gyro": "gyroscope",
    "foreground": "applications_foreground",
}
_VALUES = {f"double_values_{number}": NUMBER for number in range(3)}

KINDS: Mapping[str, Kind] = {
    "locations": Kind(
        "gps",
        {
            **{f"double_{name}": NUMBER for name in ("latitude", "longitude", "altitude", "speed")},
            "provider": TEXT,
            "accuracy": NUMBER,
        },
        _locations,
    ),
    "screen": Kind("screen", {"screen_status": NUMBER}, _screen),
    "battery": Kind("battery", dict.fromkeys(("battery_status", "battery_level", "battery_scale"), NUMBER), _battery),
    "calls": Kind("calls", {"call_type": NUMBER, "call_duration": NUMBER, "trace": TEXT}, _calls),
    "messages": Kind("texts", {"message_type": NUMBER, "trace": TEXT}, _messages),
    "accelerometer": Kind("accelerometer", _VALUES, _axes),
    "gyroscope": Kind("gyro", _VALUES, _axes),
    "magnetometer": Kind("magnetometer", _VALUES, _axes),
    "keyboard": Kind(
        "keyboard", dict.fromkeys(("package_name", "before_text", "current_text", "is_password"), TEXT), _keyboard
    ),
    "applications_foreground": Kind(
        "apps", dict.fromkeys(("package_name", "application_name", "is_system_app"), TEXT), _apps
    ),
    "bluetooth": Kind(
        "bluetooth",
        {"bt_address": TEXT, "bt_name": TEXT, "bt_rssi": NUMBER},
        _nearby("bt_address", "bt_name", "bt_rssi"),
    ),
    "wifi": Kind(
        "wifi", {"ssid": TEXT, "bssid": TEXT, "frequency": NUMBER, "rssi": NUMBER}, _nearby("bssid", "ssid", "rssi")
    ),
    "activity_recognition": Kind(
        "activity_recognition",
        {"activity_type": NUMBER, "activity_name": TEXT, "confidence": NUMBER},
        _renamed(activity="activity_name"),
    ),
    "fitbit_steps_summary": Kind("steps_day", {"steps": NUMBER}, _renamed()),
    "fitbit_steps_intraday": Kind("steps_minute", {"steps": NUMBER}, _renamed()),
    "fitbit_heartrate_summary": Kind(
        "heart_day",
        {
            "heartrate_daily_restinghr": NUMBER,
            "heartrate_daily_caloriesoutofrange": NUMBER,
            "heartrate_daily_caloriesfatburn": NUMBER,
            "heartrate_daily_caloriescardio": NUMBER,
            "heartrate_daily_caloriespeak": NUMBER,
        },
        _renamed(resting="heartrate_daily_restinghr"),
    ),
    "fitbit_heartrate_intraday": Kind(
        "heart_minute", {"heartrate": NUMBER, "heartrate_zone": TEXT}, _renamed(rate="heartrate", zone="heartrate_zone")
    ),
    "fitbit_sleep_summary": Kind(
        "sleep_night",
        {
            "local_start_date_time": TEXT,
            "local_end_date_time": TEXT,
            "is_main_sleep": TEXT,
            "efficiency": NUMBER,
            **{f"minutes_{name}": NUMBER for name in ("after_wakeup", "asleep", "awake", "to_fall_asleep", "in_bed")},
        },
        _sleep_night,
    ),
    "fitbit_sleep_intraday": Kind("sleep_level", {"level": TEXT, "duration": NUMBER}, _sleep_level),
}
