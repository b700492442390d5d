"""What was nearby: bluetooth devices and wifi access points, by their hashed addresses."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from samen.rooms.sensing.features.contacts import entropy, most_frequent
from samen.rooms.sensing.segments import joined, within
from samen.rooms.sensing.zones import stretches

ALL, OWN, OTHERS = "all", "own", "others"
ROUNDS = 100  # of k-means, which is still long before


@dataclass(frozen=True)
class Bluetooth:
    """RAPIDS' provider of bluetooth has no parameters."""

    TABLE: ClassVar[str] = "phone_bluetooth.rapids"


@dataclass(frozen=True)
class Wifi:
    """RAPIDS' provider of visible wifi has no parameters."""

    TABLE: ClassVar[str] = "phone_wifi_visible.rapids"


@dataclass(frozen=True)
class Doryab:
    """Doryab's provider has no parameters."""

    TABLE: ClassVar[str] = "phone_bluetooth.doryab"


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.nearby"

    scan_s: float = 30.0  # s: what is seen within this of each other belongs to one scan


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Bluetooth | Wifi) -> pl.DataFrame:
    """Bluetooth or wifi as RAPIDS has them.

    Takes:  bluetooth or wifi rows by person and time.
    Gives:  at, countscans (rows), uniquedevices, countscansmostuniquedevice (rows of the device most seen in all of the person's
            data; of several the one seen first).
    Source: RAPIDS, phone bluetooth and phone wifi visible, provider RAPIDS.
    """
    marked = most_frequent(rows.rename({"address": "contact"}), "is_top")
    return (
        within(marked, segments)
        .group_by("at", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("countscans"),
            pl.col("contact").drop_nulls().n_unique().cast(pl.Int64).alias("uniquedevices"),
            pl.col("is_top").sum().cast(pl.Int64).alias("countscansmostuniquedevice"),
        )
    )


def doryab(rows: pl.DataFrame, segments: pl.DataFrame, settings: Doryab) -> pl.DataFrame:
    """Bluetooth as Doryab's provider has it: of all devices, of the person's own, and of others'.

    Takes:  bluetooth rows by person and time, with local.
    Gives:  at, and ending in all, own and others: countscans, uniquedevices, meanscans, stdscans (n-1; rows by device),
            countscansmostfrequentdevice- and countscansleastfrequentdevice- withinsegments (of the device most or least seen
            in the segment), acrosssegments (in all segments of the same label, of these devices), acrossdataset (in all of the
            person's data, of all devices). Null where the segment holds no device of the kind.
            Own are the devices of the highest of three clusters (k-means on days and rows, both standardised); where all
            devices were seen on one day alone, none is.
    Source: RAPIDS, phone bluetooth, provider DORYAB, and its worked example; facts sheet, part 7.
    """
    rows = rows.drop_nulls("address")
    owned = _owned(rows)
    labels = segments.select("at", "segment")
    scans = (
        within(rows, segments)
        .group_by("at", "person", "address", maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("scans"))
        .join(owned, on=["person", "address"], how="left", maintain_order="left")
        .join(labels, on="at", how="left", maintain_order="left")
    )
    in_data = rows.group_by("person", "address").len("n")
    most, least = (_extreme(in_data, ["person"], descending=each) for each in (True, False))
    parts = [_doryab_of(scans, ALL, most, least)]
    parts += [_doryab_of(scans.filter(is_own), name, most, least) for name, is_own in _KINDS]
    return joined(scans, *parts)


_KINDS = ((OWN, pl.col("is_own")), (OTHERS, ~pl.col("is_own")))


def _extreme(counted: pl.DataFrame, whose: list[str], *, descending: bool) -> pl.DataFrame:
    """Give the address that has the most rows (or the least) of each `whose`; of several the first by name."""
    ordered = counted.sort("n", "address", descending=[descending, False], maintain_order=True)
    return ordered.unique(whose, keep="first", maintain_order=True).select(*whose, "address")


def _doryab_of(scans: pl.DataFrame, name: str, most: pl.DataFrame, least: pl.DataFrame) -> pl.DataFrame:
    n = pl.col("scans")
    found = scans.group_by("at", maintain_order=True).agg(
        n.sum().alias(f"countscans{name}"),
        pl.len().cast(pl.Int64).alias(f"uniquedevices{name}"),
        n.mean().alias(f"meanscans{name}"),
        n.std().alias(f"stdscans{name}"),
        n.max().alias(f"countscansmostfrequentdevicewithinsegments{name}"),
        n.min().alias(f"countscansleastfrequentdevicewithinsegments{name}"),
    )
    by_label = scans.group_by("person", "segment", "address").agg(n.sum().alias("n"))
    for word, of_data, descending in (("most", most, True), ("least", least, False)):
        across = _extreme(by_label, ["person", "segment"], descending=descending)
        for reach, chosen, on in (
            ("acrosssegments", across, ["person", "segment", "address"]),
            ("acrossdataset", of_data, ["person", "address"]),
        ):
            column = f"countscans{word}frequentdevice{reach}{name}"
            one = scans.join(chosen, on=on, how="semi").group_by("at").agg(n.sum().alias(column))
            found = found.join(one, on="at", how="left", maintain_order="left").with_columns(
                pl.col(column).fill_null(0)
            )
    return found


def _owned(rows: pl.DataFrame) -> pl.DataFrame:
    """Give person, address, is_own."""
    seen = (
        rows.group_by("person", "address")
        .agg(pl.col("local").dt.date().n_unique().alias("days"), pl.len().alias("scans"))
        .sort("person", "address")
    )
    days, scans = seen["days"].to_numpy().astype(np.float64), seen["scans"].to_numpy().astype(np.float64)
    is_own = np.zeros(seen.height, dtype=np.bool_)
    for low, high in stretches(seen["person"], seen["person"].unique()):
        if high > low and days[low:high].max() > 1:
            is_own[low:high] = _highest(np.column_stack([days[low:high], scans[low:high]]))
    return seen.select("person", "address").with_columns(pl.Series("is_own", is_own))


def _highest(points: np.ndarray) -> np.ndarray:
    """Say which points are of the cluster with the highest centre, of three (or as many as there are different points).

    k-means from each choice of starting points among five quantiles; the tightest result counts, so that it is always the same.
    """
    spread = points.std(axis=0)
    scaled = (points - points.mean(axis=0)) / np.where(spread > 0, spread, 1)
    different = np.unique(scaled, axis=0)
    different = different[np.argsort(different.sum(axis=1), kind="stable")]
    k = min(3, len(different))
    starts = different[np.unique(np.linspace(0, len(different) - 1, 7).round().astype(int))]
    best, least = np.zeros(len(points), dtype=np.int64), np.inf
    for chosen in _choices(len(starts), k):
        centres = starts[list(chosen)]
        for _ in range(ROUNDS):
            nearest = ((scaled[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
            moved = np.array(
                [
                    scaled[nearest == each].mean(axis=0) if (nearest == each).any() else centres[each]
                    for each in range(k)
                ]
            )
            if np.allclose(moved, centres):
                break
            centres = moved
        within_sum = ((scaled - centres[nearest]) ** 2).sum()
        if within_sum < least - 1e-12:
            sums = centres.sum(axis=1)
            best, least = (nearest == sums.argmax()).astype(np.int64), within_sum
    return best.astype(np.bool_)


def _choices(n: int, k: int) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for _ in range(k):
        found = [(*each, nxt) for each in found for nxt in range(each[-1] + 1 if each else 0, n)]
    return found


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """What was nearby, scan by scan.

    Takes:  bluetooth or wifi rows by person and time.
    Gives:  at, scans_count (looks at which anything was seen), seen_count (rows), devices_count, devices_per_scan, most_count and
            least_count (rows of the device seen most and least), once_share (of devices seen once, 0 to 1), entropy_nats (over
            rows by device). A segment in which nothing was seen has no row: a phone does not say that it looked and saw nothing.
    Source: own definition.
    """
    rows = rows.drop_nulls("address")
    same = (pl.col("person") == pl.col("person").shift()) & (pl.col("device") == pl.col("device").shift())
    begins = ~(same & (pl.col("time") - pl.col("time").shift() <= settings.scan_s * 1000)).fill_null(False)
    scans = rows.sort("person", "device", "time", maintain_order=True).with_columns(begins.cum_sum().alias("scan"))
    inside = within(scans.sort("person", "time", maintain_order=True), segments)
    of_devices = (
        inside.group_by("at", "address", maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("n"))
        .sort("at", "n", "address")
        .group_by("at", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("devices_count"),
            pl.col("n").max().alias("most_count"),
            pl.col("n").min().alias("least_count"),
            (pl.col("n") == 1).mean().alias("once_share"),
            entropy(pl.col("n")).alias("entropy_nats"),
        )
    )
    of_scans = inside.group_by("at", maintain_order=True).agg(
        pl.col("scan").n_unique().cast(pl.Int64).alias("scans_count"), pl.len().cast(pl.Int64).alias("seen_count")
    )
    by_scan = inside.group_by("at", "scan", maintain_order=True).agg(pl.col("address").n_unique().alias("n"))
    each = by_scan.group_by("at", maintain_order=True).agg(pl.col("n").mean().alias("devices_per_scan"))
    return joined(of_scans, of_scans, of_devices, each)
