"""A run's way over a plane: the very run, and nowhere coarse where it can be seen."""

import numpy as np
import pytest

from core import kernels
from core.hyperparameters import Hyperparameters
from core.lab.landscape import Landscape, make_plane
from core.lab.problems import Network
from core.lab.run_path import GAP, moments, trace
from core.lab.running import last
from core.session import Session

SETUP = Hyperparameters(points=60, batch_size=10, hidden=(3,), learning_rate=0.3)
STEPS = 400


@pytest.fixture
def session() -> Session:
    """A run with only its first checkpoint, and a change of the rules and a weight on its way."""
    kernels.loaded(wait=True)
    made = Session(SETUP)
    made.timeline.seconds_apart = np.inf
    made.run(STEPS // 2)
    made.retune(SETUP.changed(learning_rate=0.1))
    made.edit(2, 0.75)
    made.run(STEPS // 2)
    assert len(made.timeline.checkpoints) == 1
    return made


def test_the_way_is_the_run_made_again_and_fine(session: Session) -> None:
    path = moments(session.timeline)
    np.testing.assert_array_equal(path[0], Network(SETUP).start().data)
    np.testing.assert_array_equal(path[-1], session.parameters())
    question = Landscape(Network(SETUP), Network(SETUP).start(), "path", path=path)
    plane = make_plane(question)
    found = last(trace(session.timeline, plane))
    assert found.steps[0] == 0
    assert found.steps[-1] == STEPS
    again = Session(SETUP, timeline=session.timeline.until(STEPS, len(session.timeline.changes)))
    for step, place in list(zip(found.steps.tolist(), found.places))[::10]:
        again.seek(step)
        again.advance()
        np.testing.assert_allclose(plane.coordinates(again.parameters()), place, atol=1e-9)
    sides = np.array([plane.x[1] - plane.x[0], plane.y[1] - plane.y[0]])
    apart = np.max(np.abs(np.diff(found.places, axis=0)) / sides, axis=1)
    assert (apart[np.diff(found.steps) > 1] < 2.0 * GAP).all()


def test_a_known_way_is_gone_on_with(session: Session) -> None:
    plane = make_plane(Landscape(Network(SETUP), Network(SETUP).start()))
    before = last(trace(session.timeline, plane))
    session.run(50)
    after = last(trace(session.timeline, plane, before))
    assert after.steps[-1] == STEPS + 50
    assert set(before.steps.tolist()[:-1]) <= set(after.steps.tolist())
    part = after.until(100)
    assert part.steps[-1] < 100 <= after.to(100, after.places[0]).steps[-1]
