"""How well a network learns, layer by layer, in numbers and words: dead units, gradients, updates.

Source of the update ratio and of its healthy size, about 1e-3: A. Karpathy, Neural networks: zero
to hero, lecture 4.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.network.trace import NetworkTrace, Numbers
from core.numbers import format_number

Floats = NDArray[np.float64]

SATURATED = 0.01  # local derivative under which a unit hardly lets a gradient through
VANISHES = 1e-3  # the first layer's gradient beside the last one's
FAST, SLOW = 0.1, 1e-6  # update ratios that are worth a word


@dataclass(frozen=True)
class LayerHealth:
    """A layer over a batch. dead: units whose local derivative is 0 for every sample; saturated:
    under 0.01, but not 0. gradient: norm over weights and biases. update_ratio: norm of what a
    step of the optimizer changes in them over their own norm; nan where that is 0.
    """

    activation: str
    units: int
    dead: int
    saturated: int
    gradient: float
    update_ratio: float


def layer_health(
    trace: NetworkTrace, parameters: Floats, batch: Numbers, update: Floats
) -> list[LayerHealth]:
    """Every layer's health. batch: the numbers of `NetworkTrace.batch`.

    update (n_parameters,): what a step has changed, or will change.
    """
    found = []
    begin = 0
    for layer, slopes in zip(trace.layers, batch.slopes):
        size = np.abs(slopes).max(axis=0, initial=0.0)
        end = begin + layer.weight.size + layer.bias.size
        gradient = math.hypot(*batch.grad[trace.parameters[begin:end]].tolist())
        weights = math.hypot(*parameters[begin:end].tolist())
        ratio = math.hypot(*update[begin:end].tolist()) / weights if weights else math.nan
        dead, quiet = int((size == 0.0).sum()), int((size < SATURATED).sum())
        found.append(
            LayerHealth(layer.activation, layer.n_neurons, dead, quiet - dead, gradient, ratio)
        )
        begin = end
    return found


def sentences(layers: Sequence[LayerHealth]) -> list[str]:
    """What is wrong, the worst first; or that nothing is."""
    found = _gradients(layers)
    for number, layer in enumerate(layers, 1):
        kind = f"{layer.activation} unit" + ("s" if layer.units != 1 else "")
        of = f"of {layer.units} {kind}" if layer.units != 1 else f"of 1 {kind}"
        if layer.dead:
            verb = "is" if layer.dead == 1 else "are"
            found.append(
                f"Layer {number}: {layer.dead} {of} {verb} dead: no sample gets a gradient through."
            )
        if layer.saturated:
            verb = "is" if layer.saturated == 1 else "are"
            found.append(
                f"Layer {number}: {layer.saturated} {of} {verb} saturated: hardly any gradient "
                "gets through."
            )
    found += _updates(layers)
    return found or ["Every layer learns: no unit is dead, and the gradients are of similar size."]


def _updates(layers: Sequence[LayerHealth]) -> list[str]:
    """Which layers change too much or hardly at all in one step."""
    found = []
    fast = [number for number, layer in enumerate(layers, 1) if layer.update_ratio > FAST]
    slow = [number for number, layer in enumerate(layers, 1) if 0 < layer.update_ratio < SLOW]
    if fast:
        most = max(layers[number - 1].update_ratio for number in fast)
        share = format_number(100 * most, 2)
        verb = "changes by" if len(fast) == 1 else "change by up to"
        found.append(f"{_named(fast)} {verb} {share} % in one step; about 0.1 % is usual.")
    if slow:
        verb = "changes" if len(slow) == 1 else "change"
        found.append(f"{_named(slow)} hardly {verb}: by less than a millionth in one step.")
    return found


def _named(numbers: Sequence[int]) -> str:
    """`Layer 2`, or `Layers 1, 2 and 3`."""
    if len(numbers) == 1:
        return f"Layer {numbers[0]}"
    first = ", ".join(map(str, numbers[:-1]))
    return f"Layers {first} and {numbers[-1]}"


def _gradients(layers: Sequence[LayerHealth]) -> list[str]:
    """Whether gradients vanish or explode on their way back to the first layer."""
    norms = [layer.gradient for layer in layers]
    for number, norm in enumerate(norms, 1):
        if not math.isfinite(norm):
            return [f"Layer {number}: the gradient is no longer a number."]
    first, last = norms[0], norms[-1]
    if last == 0.0 or len(layers) < 2:
        return ["The gradient is 0: nothing changes any more."] if last == 0.0 else []
    if first == 0.0:
        return ["No gradient reaches layer 1: it cannot learn."]
    if first < VANISHES * last:
        times = format_number(last / first, 2)
        return [f"The gradient vanishes: it is {times} times smaller at layer 1 than at the end."]
    if first > last / VANISHES:
        times = format_number(first / last, 2)
        return [f"The gradient explodes: it is {times} times larger at layer 1 than at the end."]
    return []
