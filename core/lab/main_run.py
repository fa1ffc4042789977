"""A lane of a race as the main run: exactly as it is, optimizer memory and next batch included."""

from core import kernels
from core.hyperparameters import Hyperparameters
from core.lab.problems import Network
from core.lab.race import Lane, Race
from core.optim import Constant, Cosine, Drawn, LinearDecay, Schedule, StepDecay, WarmUp
from core.timeline import Checkpoint, Timeline
from core.training import Moment


def timeline_of(race: Race, lane: int) -> Timeline:
    """The past of a `Session` that goes on with this lane; its set-up is in its checkpoint.

    ValueError, in words for the user, where the training tab has no such run.
    """
    problem, chosen = race.problem_of(lane), race.lane(lane)
    if not isinstance(problem, Network):
        raise ValueError(f"The training tab has no “{problem.title}”.")
    setup = with_rate(problem.setup, chosen)
    if chosen.layer_factors:
        setup = setup.changed(rate_factors=chosen.layer_factors)
    lanes, index = race.track(lane)
    state = lanes.state(index)
    timeline = Timeline()
    timeline.tip = state.step
    is_compiled = kernels.loaded(wait=False) is not None
    moment = Moment(state, lanes.place)
    timeline.add(Checkpoint(state.step, 0, 0, setup, is_compiled, 0.0, moment))
    return timeline


def with_rate(setup: Hyperparameters, lane: Lane) -> Hyperparameters:
    """The set-up at the lane's rate. ValueError for a schedule that no set-up describes."""
    rate = lane.rate
    if not isinstance(rate, Schedule):
        return setup.changed(learning_rate=rate, schedule="constant")
    if isinstance(rate, Constant):
        return setup.changed(learning_rate=rate.rate, schedule="constant")
    if isinstance(rate, Drawn):
        highest = max(height for _, height in rate.points)
        shape = tuple((step, height / highest) for step, height in rate.points)
        return setup.changed(learning_rate=highest, schedule="drawn", schedule_shape=shape)
    described = {
        LinearDecay: ("linear", "steps", "start"), Cosine: ("cosine", "steps", "start"),
        StepDecay: ("step", "every", "start"), WarmUp: ("warm_up", "steps", ""),
    }  # fmt: skip
    name, length, height = described[type(rate)]
    first = getattr(rate, height) if height else rate(10**9)
    made = setup.changed(learning_rate=first, schedule=name, schedule_steps=getattr(rate, length))
    if made.rate_schedule() != rate:
        raise ValueError(f"The training tab has no {rate.title.lower()} with these settings.")
    return made
