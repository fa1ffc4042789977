"""Changes of the network in place, as fields of the set-up and the weights that stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.hyperparameters import Hyperparameters


@dataclass(frozen=True)
class Resize:
    """Fields that change, and for each layer, the output last, its place before; None if new."""

    fields: dict[str, Any]
    layers: Sequence[int | None]


def with_layer(setup: Hyperparameters) -> Resize:
    """One more hidden layer before the output, like the last one."""
    hidden, n = setup.hidden, len(setup.hidden)
    return Resize({"hidden": (*hidden, hidden[-1] if hidden else 4)}, (*range(n), None, n))


def resized(setup: Hyperparameters, layer: int, by: int) -> Resize | None:
    """So many neurons more or less; a layer without any is gone, the others keep what they do."""
    hidden, own = list(setup.hidden), setup.layer_activations
    if layer >= len(hidden):
        return None
    hidden[layer] += by
    places = range(len(hidden) + 1)
    if hidden[layer] > 0:
        return Resize({"hidden": tuple(hidden)}, places)
    fields = {
        "hidden": (*hidden[:layer], *hidden[layer + 1 :]),
        "layer_activations": (*own[:layer], *own[layer + 1 :]),
        "rate_factors": (*setup.rate_factors[:layer], *setup.rate_factors[layer + 1 :]),
    }
    return Resize(fields, (*places[:layer], *places[layer + 1 :]))


def with_activation(setup: Hyperparameters, layer: int, name: str) -> dict[str, Any]:
    """Another activation of one hidden layer, or of the output, which comes after them."""
    activations = list(setup.activations)
    if layer > len(activations):
        return {}
    if layer == len(activations):
        return {"output": name}
    activations[layer] = name
    if len(set(activations)) == 1:
        return {"activation": name, "layer_activations": ()}
    return {"layer_activations": tuple(activations)}
