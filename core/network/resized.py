"""Weights for a network that has gained or lost neurons: the others keep what they learnt.

A neuron that is added draws its own weights as any new network does, but those that lead from it
are 0 at first, as in Net2Net (Chen, Goodfellow and Shlens, 2016): the network answers as before,
and its loss goes on where it was.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from core.hyperparameters import Hyperparameters
from core.network.stored import Floats, by_layer


def resized_parameters(
    before: Hyperparameters,
    after: Hyperparameters,
    parameters: Floats,
    layers: Sequence[int | None],
) -> Floats:
    """Parameters of the network of `after`, from those that one of `before` has learnt.

    layers: for each layer of the new network, the output last, the place that it had among the
    old ones; None for a new one. A layer that follows another layer than before keeps its biases
    only, since its weights were for other inputs.
    """
    result = np.array([p.data for p in after.model().parameters()])
    old = by_layer(before.sizes, parameters)
    for (earlier, place), (weights, biases) in zip(
        pairwise((-1, *layers)), by_layer(after.sizes, result), strict=True
    ):
        if place is None:
            continue
        old_weights, old_biases = old[place]
        neurons = min(len(biases), len(old_biases))
        biases[:neurons] = old_biases[:neurons]
        if earlier == place - 1:
            inputs = min(weights.shape[1], old_weights.shape[1])
            weights[:neurons, :inputs] = old_weights[:neurons, :inputs]
            weights[:neurons, inputs:] = 0.0  # from the neurons that are new
    return result
