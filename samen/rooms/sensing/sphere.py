"""Distances on the globe, and paths made of straight lines; everything on whole arrays at once."""

import numpy as np
import numpy.typing as npt

EARTH = 6_371_000.0  # m, mean radius (IUGG)

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def distance(from_latitude: Floats, from_longitude: Floats, to_latitude: Floats, to_longitude: Floats) -> Floats:
    """Give the great-circle distance in metres between points in degrees (haversine)."""
    one, other = np.radians(from_latitude), np.radians(to_latitude)
    across = np.radians(to_longitude) - np.radians(from_longitude)
    half = np.sin((other - one) / 2) ** 2 + np.cos(one) * np.cos(other) * np.sin(across / 2) ** 2
    return np.asarray(2 * EARTH * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def unit_vectors(latitude: Floats, longitude: Floats) -> Floats:
    """Give points as rows x, y, z on the unit sphere: chords there grow with distances on the ground."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def chord(metres: float) -> float:
    """Give the straight line through the unit sphere that spans a distance on the ground."""
    return float(2 * np.sin(metres / EARTH / 2))


def corners(latitude: Floats, longitude: Floats, path: Whole, within: Floats) -> npt.NDArray[np.bool_]:
    """Say which points of paths are needed so that no point lies farther from the line between those than `within` metres.

    Takes:  points in order; path: number of the path of each point (equal numbers stand together); within: metres, for each
            point's path. All paths are split at the same time, level by level (Ramer 1972, Douglas & Peucker 1973).
    """
    phi = np.radians(latitude)
    plane = np.radians(longitude) * EARTH, phi * EARTH, np.cos(phi)
    starts = np.flatnonzero(np.r_[True, path[1:] != path[:-1]]) if len(path) else np.zeros(0, np.int64)
    stops = np.r_[starts[1:], len(path)] - 1 if len(path) else starts
    kept = np.zeros(len(path), dtype=np.bool_)
    kept[starts] = kept[stops] = True
    while True:
        wide = stops - starts > 1
        starts, stops = starts[wide], stops[wide]
        if not len(starts):
            return kept
        lengths = stops - starts - 1
        begin = np.cumsum(lengths) - lengths
        of = np.repeat(np.arange(len(starts)), lengths)
        inner = np.arange(len(of)) - begin[of] + starts[of] + 1
        apart = _from_line(plane, inner, starts[of], stops[of])
        farthest = np.maximum.reduceat(apart, begin)
        split = farthest > within[starts]
        first = np.full(len(starts), len(path))
        is_far = apart == farthest[of]
        np.minimum.at(first, of[is_far], inner[is_far])
        middle = first[split]
        kept[middle] = True
        starts, stops = np.r_[starts[split], middle], np.r_[middle, stops[split]]


def _from_line(plane: tuple[Floats, Floats, Floats], point: Whole, one: Whole, other: Whole) -> Floats:
    """Give metres from each point to the line between its two ends; to the end itself when the ends are one place.

    Takes: plane: metres to the east on the equator, metres to the north, and what the first shrinks by at each point.
    """
    east, north, shrinks = plane
    shrink = shrinks[one]
    px, py = (east[point] - east[one]) * shrink, north[point] - north[one]
    lx, ly = (east[other] - east[one]) * shrink, north[other] - north[one]
    length = np.hypot(lx, ly)
    is_line = length > 0
    across = np.abs(px * ly - py * lx) / np.where(is_line, length, 1)
    return np.asarray(np.where(is_line, across, np.hypot(px, py)))
