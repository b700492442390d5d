"""Places out of points: DBSCAN (Ester et al. 1996) by distance on the ground, points weighed, without a table of all pairs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from samen.rooms.sensing.sphere import Floats, Whole, chord, unit_vectors

FEW = 400  # points: so many are quicker by looking at every pair
OUTSIDE = -1  # the label of a point that belongs to no cluster


@dataclass(frozen=True)
class _Grid:
    """Points in cubes so small that all points of one cube are within reach of each other."""

    points: Floats
    weights: Floats
    cell: Whole  # number of the cube of each point
    order: Whole  # points by cube
    begins: Whole  # where each cube begins in `order`
    middles: Floats
    total: Floats  # weight in each cube
    half: float  # from the middle of a cube to its corner

    def of(self, cell: int) -> Whole:
        """Give the points of one cube."""
        return self.order[self.begins[cell] : self.begins[cell + 1]]


def dbscan(latitude: Floats, longitude: Floats, weights: Floats, *, within: float, least: float) -> Whole:
    """Give the number of each point's cluster, from 0; -1 for a point outside.

    Takes:  degrees; weights; within: m; least: weight within reach of a point (itself included) that makes it a core.
    A point that is no core belongs to the cluster of its nearest core within reach. Cost: near linear; points that lie
    close together are settled by the cube they share.
    """
    if not len(latitude):
        return np.zeros(0, dtype=np.int64)
    reach = chord(within)
    if len(latitude) <= FEW:
        return _of_few(unit_vectors(latitude, longitude), weights, reach, least)
    grid = _gridded(unit_vectors(latitude, longitude), weights, reach)
    is_core = _cores(grid, reach, least)
    labels = np.full(len(latitude), OUTSIDE, dtype=np.int64)
    if not is_core.any():
        return labels
    labels[is_core] = _joined(grid, is_core, reach)[grid.cell[is_core]]
    rest = np.flatnonzero(~is_core)
    if len(rest):
        apart, nearest = cKDTree(grid.points[is_core]).query(grid.points[rest], distance_upper_bound=reach * (1 + 1e-9))
        near = np.isfinite(apart)
        labels[rest[near]] = labels[is_core][nearest[near]]
    return _numbered(labels)


def _of_few(points: Floats, weights: Floats, reach: float, least: float) -> Whole:
    """Give the same as `dbscan` by looking at every pair."""
    square = sum((axis[:, None] - axis) ** 2 for axis in points.T)  # axis by axis: no table of three dimensions
    near = square <= (reach * (1 + 1e-9)) ** 2
    is_core = near @ weights >= least
    labels = np.full(len(points), OUTSIDE, dtype=np.int64)
    cores = np.flatnonzero(is_core)
    if len(cores):
        labels[cores] = _linked(near[np.ix_(cores, cores)])
        nearest = cores[np.argmin(square[:, cores], axis=1)]
        rest = ~is_core & near[np.arange(len(points)), nearest]
        labels[rest] = labels[nearest[rest]]
    return _numbered(labels)


def _linked(near: npt.NDArray[np.bool_]) -> Whole:
    """Give the number of the group of each point: who is near somebody of a group belongs to it."""
    labels = np.full(len(near), OUTSIDE, dtype=np.int64)
    for group, first in enumerate(range(len(near))):
        if labels[first] != OUTSIDE:
            continue
        reached = near[first]
        while (more := near[reached].any(axis=0)).sum() > reached.sum():
            reached = more
        labels[reached] = group
    return labels


def _gridded(points: Floats, weights: Floats, reach: float) -> _Grid:
    side = reach / np.sqrt(3)
    cubes, cell = np.unique(np.floor(points / side).astype(np.int64), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    order = np.argsort(cell, kind="stable")
    begins = np.r_[0, np.cumsum(np.bincount(cell, minlength=len(cubes)))]
    total = np.bincount(cell, weights, minlength=len(cubes)).astype(np.float64)
    return _Grid(points, weights, cell, order, begins, (cubes + 0.5) * side, total, side * np.sqrt(3) / 2)


def _cores(grid: _Grid, reach: float, least: float) -> npt.NDArray[np.bool_]:
    """Say which points have enough weight within reach: by their cube, by the cubes all within reach, else by counting."""
    is_core = (grid.total >= least)[grid.cell]
    unsure = np.flatnonzero(~is_core)
    if not len(unsure):
        return is_core
    inside = cKDTree(grid.middles).query_ball_point(grid.points[unsure], reach - grid.half)
    sure = np.array([grid.total[cells].sum() >= least for cells in inside], dtype=np.bool_)
    is_core[unsure[sure]] = True
    unsure = unsure[~sure]
    tree = cKDTree(grid.points)
    for start in range(0, len(unsure), 1000):
        some = unsure[start : start + 1000]
        around = tree.query_ball_point(grid.points[some], reach * (1 + 1e-9))
        is_core[some] = [grid.weights[near].sum() >= least for near in around]
    return is_core


def _joined(grid: _Grid, is_core: npt.NDArray[np.bool_], reach: float) -> Whole:
    """Give the cluster of each cube: cubes are joined when a core of one is within reach of a core of the other."""
    with_cores = np.unique(grid.cell[is_core])
    pairs = cKDTree(grid.middles[with_cores]).query_pairs(reach + 2 * grid.half, output_type="ndarray")
    cores = [grid.of(int(each))[is_core[grid.of(int(each))]] for each in with_cores]
    trees: dict[int, cKDTree] = {}
    linked = []
    for one, other in pairs.tolist():
        if one not in trees:
            trees[one] = cKDTree(grid.points[cores[one]])
        apart, _ = trees[one].query(grid.points[cores[other]], distance_upper_bound=reach * (1 + 1e-9))
        if np.isfinite(apart).any():
            linked.append((one, other))
    ends = np.array(linked, dtype=np.int64).reshape(-1, 2)
    n = len(with_cores)
    _, found = connected_components(coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n)))
    labels = np.full(len(grid.total), OUTSIDE, dtype=np.int64)
    labels[with_cores] = found
    return labels


def _numbered(labels: Whole) -> Whole:
    """Number clusters from 0 in the order in which they first appear."""
    shown, first, back = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.full(len(shown), OUTSIDE, dtype=np.int64)
    inside = shown != OUTSIDE
    rank[np.flatnonzero(inside)[np.argsort(first[inside])]] = np.arange(inside.sum())
    return rank[back.reshape(-1)]
