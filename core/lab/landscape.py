"""The loss over a plane through the current parameters, coarse to fine.

Three planes. "random": two random directions, each neuron's part as long as the neuron's own
weights, so that pictures of different networks can be compared; biases stay (Li et al. 2018,
"Visualizing the loss landscape of neural nets"). "gradient": the steepest direction and the
sharpest, the eigenvector of the Hessian's largest eigenvalue. "path": the two principal components
of the run's own path, in which most of its way lies (the same paper, section 7).

Parameters beside the plane are projected onto it; `Plane.distance` says how far off they are.
"""

import threading
import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.lab import tiles
from core.lab.executors import Workers, results
from core.lab.objective import Objective
from core.lab.problems import Problem
from core.lab.ranges import check_count, check_positive
from core.lab.running import Report, Reports
from core.lab.stability import Gauge
from core.lab.starts import Start
from core.lab.tiles import Tile
from core.ops import ieee

Floats = NDArray[np.float64]
PlaneKind = Literal["random", "gradient", "path"]
Span = tuple[float, float]

MOST_POINTS = 1024  # along a side
MARGIN = 0.25  # around a path, of its extent
SECONDS_BETWEEN_REPORTS = 0.05


@dataclass(frozen=True)
class Landscape:
    """The loss around `start`.

    extent: how far the plane reaches to each side, in lengths of the parameters. resolution:
    points along each side. path: (moments, n_parameters), of the run so far, where the plane is
    its own. seed: of the random directions.
    """

    problem: Problem
    start: Start
    plane: PlaneKind = "random"
    extent: float = 1.0
    resolution: int = 65
    seed: int = 0
    path: Floats | None = None

    def __post_init__(self) -> None:
        check_positive("extent", self.extent)
        check_count("points along a side", self.resolution, 2, MOST_POINTS)
        n = len(self.start.data)
        if n < 2:
            raise ValueError(
                "One parameter has no plane: “one step under the glass” shows its whole curve."
            )
        if self.path is not None and (self.path.ndim != 2 or self.path.shape[1] != n):
            raise ValueError(f"The path is of other parameters than these {n:,}.")
        if self.plane == "path" and (self.path is None or len(self.path) < 3):
            raise ValueError("The run has no path yet: train for a few steps first.")
        if not np.isfinite(self.start.data).all():
            raise ValueError("The parameters are not finite, so there is no landscape around them.")


@dataclass(frozen=True, eq=False)
class Plane:
    """origin + a u + b v. titles: what u and v are; explained: the path's share in the plane."""

    origin: Floats  # (n_parameters,)
    u: Floats  # (n_parameters,)
    v: Floats  # (n_parameters,)
    x: Span
    y: Span
    titles: tuple[str, str]
    explained: float

    def coordinates(self, parameters: Floats) -> Floats:
        """(k, n_parameters) or (n_parameters,) projected, (k, 2) or (2,)."""
        basis = np.column_stack([self.u, self.v])
        with ieee():
            found = np.linalg.lstsq(basis, np.atleast_2d(parameters - self.origin).T)[0].T
        return np.asarray(found if parameters.ndim == 2 else found[0])

    def is_within(self, a: float, b: float) -> bool:
        """Whether a place lies on the part that is looked at."""
        return self.x[0] <= a <= self.x[1] and self.y[0] <= b <= self.y[1]

    def distance(self, parameters: Floats) -> float:
        """How far beside the plane one parameter set lies."""
        a, b = self.coordinates(parameters)
        return float(np.linalg.norm(parameters - self.origin - a * self.u - b * self.v))

    def points(self, a: Floats, b: Floats) -> Floats:
        """Parameters at coordinates (k,) and (k,): (k, n_parameters)."""
        return np.asarray(self.origin + a[:, None] * self.u + b[:, None] * self.v)


@dataclass(frozen=True, eq=False)
class LandscapeResult:
    """So far. losses: (rows, columns), nan where not yet known; row 0 is the lowest b.

    path: (moments, 2), the question's path on the plane, and `here`, the start.
    """

    plane: Plane
    a: Floats  # (columns,)
    b: Floats  # (rows,)
    losses: Floats
    path: Floats
    here: Floats  # (2,)

    @property
    def picture(self) -> Floats:
        """Without holes as soon as the coarsest level is there."""
        return tiles.filled(self.losses)


def run(question: Landscape, crew: Workers) -> Reports[LandscapeResult]:
    """Coarse to fine; reports a few times a second, the first with the plane alone."""
    n = question.resolution
    plane = make_plane(question)
    a, b = np.linspace(*plane.x, n), np.linspace(*plane.y, n)
    losses = np.full((n, n), np.nan)
    track = np.empty((0, 2)) if question.path is None else plane.coordinates(question.path)
    here = plane.coordinates(question.start.data)

    def result() -> LandscapeResult:
        return LandscapeResult(plane, a, b, losses.copy(), track, here)

    yield Report(0, n * n, result())
    done, reported = 0, time.perf_counter()
    jobs = (TileJob(question.problem, plane, a, b, tile) for tile in tiles.tiles(n, n))
    for answer in results(crew, compute, jobs):
        if answer is not None:
            job, found = answer
            losses[job.tile.pixels(n, n)] = found
            done += len(found)
        now = time.perf_counter()
        if now - reported >= SECONDS_BETWEEN_REPORTS or done == n * n:
            reported = now
            yield Report(done, n * n, result(), crew.note)


@dataclass(frozen=True, eq=False)
class TileJob:
    """What a worker is sent."""

    problem: Problem
    plane: Plane
    a: Floats
    b: Floats
    tile: Tile


def compute(job: TileJob) -> Floats:
    """The loss at each of the tile's points: a pure function. Infinite where it overflows."""
    rows, columns = job.tile.pixels(len(job.b), len(job.a))
    points = job.plane.points(job.a[columns], job.b[rows])
    objective = objective_of(job.problem)
    found = objective.losses(points)
    return np.asarray(np.where(np.isnan(found), np.inf, found))


_known = threading.local()


def objective_of(problem: Problem) -> Objective:
    """This thread's, of the problem that it worked on last."""
    if getattr(_known, "problem", None) != problem:
        _known.objective, _known.problem = Objective(problem.trainer()), problem
    objective: Objective = _known.objective
    return objective


# ----- planes -------------------------------------------------------------------------------


def make_plane(question: Landscape) -> Plane:
    """The plane that is asked for."""
    if question.plane == "path":
        return _path_plane(question)
    origin = question.start.data
    if question.plane == "random":
        random = np.random.default_rng(question.seed)
        u, v = (filter_normalised(question.problem, origin, random) for _ in range(2))
        titles = "random direction 1", "random direction 2"
    else:
        u, v = _steepest_and_sharpest(question)
        titles = "gradient", "sharpest direction"
    reach = -question.extent, question.extent
    return Plane(origin, u, v, reach, reach, titles, np.nan)


def filter_normalised(problem: Problem, parameters: Floats, random: np.random.Generator) -> Floats:
    """A random direction whose part in each neuron is as long as its weights; 0 for biases."""
    drawn = random.standard_normal(len(parameters))
    direction = np.zeros_like(parameters)
    for layer in problem.layers:
        for part in layer.filters:
            length = np.linalg.norm(drawn[part])
            direction[part] = drawn[part] * (np.linalg.norm(parameters[part]) / length)
    if not direction.any():  # all weights are 0: then no neuron has a length to go by
        direction[:] = drawn / np.linalg.norm(drawn)
    return direction


def _steepest_and_sharpest(question: Landscape) -> tuple[Floats, Floats]:
    """As long as the parameters, at right angles."""
    gauge = Gauge(question.problem)
    gradient = gauge.objective.gradient(question.start.data)
    sharpest = gauge.measure(question.start).direction
    length = float(np.linalg.norm(question.start.data)) or 1.0
    random = np.random.default_rng(question.seed).standard_normal(len(gradient))
    u = _unit(gradient, sharpest)
    v = sharpest - (sharpest @ u) * u
    if np.linalg.norm(v) < 1e-6:  # the gradient is the sharpest direction itself
        v = random - (random @ u) * u
    return length * u, length * v / np.linalg.norm(v)


def _unit(vector: Floats, otherwise: Floats) -> Floats:
    length = np.linalg.norm(vector)
    return np.asarray(vector / length if length > 0.0 and np.isfinite(length) else otherwise)


def _path_plane(question: Landscape) -> Plane:
    """Through the run's present place, along the two principal components of its path."""
    assert question.path is not None
    path = question.path[np.isfinite(question.path).all(axis=1)]
    origin = question.start.data
    _, sizes, components = np.linalg.svd(path - origin, full_matrices=False)
    if len(sizes) < 2 or sizes[0] == 0.0:
        raise ValueError("The run has not moved, so its path has no plane.")
    u, v = components[0], components[1]
    along = (path - origin) @ np.column_stack([u, v])
    explained = float(np.sum(sizes[:2] ** 2) / np.sum(sizes**2))
    longest = float(np.ptp(np.append(along[:, 0], 0.0)))
    x, y = (_around(np.append(along[:, i], 0.0), 0.2 * longest) for i in range(2))
    titles = "1st principal component", "2nd principal component"
    return Plane(origin, u, v, x, y, titles, explained)


def _around(places: Floats, least: float) -> Span:
    """From the first to the last, with a margin; at least so long."""
    low, high = float(places.min()), float(places.max())
    more = MARGIN * (high - low) + max(least - (high - low), 0.0) / 2.0
    return low - more, high + more
