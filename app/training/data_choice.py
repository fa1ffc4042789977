"""What a data set or a problem that is chosen takes along: output, number of points, loss."""

from __future__ import annotations

from typing import Any

from core.datasets import (
    CLASSIFICATION,
    DATASETS,
    PLAYGROUND_DOMAIN,
    REGRESSION,
    Dataset,
    Domain,
)
from core.hyperparameters import Hyperparameters
from core.losses import LOSSES
from core.own_data import OWN, OwnData, OwnPoints

# Hinge and logistic loss take a target for the side of a boundary.
LOSSES_FOR = {
    CLASSIFICATION: tuple(LOSSES),
    REGRESSION: ("half_squared_error", "squared_error"),
}


def changes_for(setup: Hyperparameters, row: Dataset, own: OwnData | None = None) -> dict[str, Any]:
    """The fields that change with another data set; `own` where that is new data of one's own."""
    changes: dict[str, Any] = {"dataset": row.name, "output": row.output, "points": row.points}
    if own is not None:
        changes["own"] = own
    changes["train_percent"] = float(row.train_percent)
    if row.problem == CLASSIFICATION and not row.is_fixed and not setup.row.is_fixed:
        changes["train_percent"] = setup.train_percent
        if setup.row.problem == row.problem:
            changes["points"] = setup.points
    if row.noise:
        changes["noise"] = float(row.noise)
    if setup.loss not in LOSSES_FOR[row.problem]:
        changes["loss"] = row.loss
    return changes


def changes_for_problem(setup: Hyperparameters, problem: str, usual: str) -> dict[str, Any]:
    """The fields that change with the problem: drawn points stay, other data becomes `usual`.

    Raises ValueError, in words, where the drawn points don't say two classes.
    """
    own = setup.own
    if setup.dataset != OWN or not isinstance(own, OwnPoints) or not own.is_drawn:
        return changes_for(setup, DATASETS[usual])
    if own.n_features == 1:  # values, which say no classes
        return changes_for(setup, DATASETS[usual])
    own = drawn_data(own.points, problem, own.plane)
    return changes_for(setup, own.row, own)


def drawn_data(
    points: tuple[tuple[float, ...], ...], problem: str, plane: Domain = PLAYGROUND_DOMAIN
) -> OwnPoints:
    """Points as data of one's own. Raises ValueError, in words, where nothing can be learnt."""
    if problem == REGRESSION:
        return OwnPoints("Drawn values", REGRESSION, ("X₁", "X₂", "value"), points,
                         is_drawn=True, plane=plane)  # fmt: skip
    sides = tuple((a, b, 1.0 if t > 0 else -1.0) for a, b, t in points)
    return OwnPoints("Drawn points", CLASSIFICATION, ("X₁", "X₂", "class"), sides,
                     ("orange", "blue"), is_drawn=True, plane=plane)  # fmt: skip


def drawn_values(
    points: tuple[tuple[float, ...], ...], names: tuple[str, ...], plane: Domain
) -> OwnPoints:
    """Points over a line, each its x and its value. Raises ValueError, in words, for too few."""
    return OwnPoints("Drawn values", REGRESSION, names, tuple((x, y) for x, y, *_rest in points),
                     is_drawn=True, plane=plane)  # fmt: skip
