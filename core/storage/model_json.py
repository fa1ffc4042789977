"""A network as JSON and back: sizes, activations, weights.

{"inputs": 2, "layers": [{"activation": "tanh", "neurons": [{"w": [0.5, -1.0], "b": 0.0}]}]}
"""

from typing import Any

from core.nn import ACTIVATIONS, MLP
from core.storage.strict_json import StorageError, get, number, shown, to_json, typed

MAX_PARAMETERS = 1_000_000


def model_to_dict(model: MLP) -> dict[str, Any]:
    """The network's structure and weights, as JSON can hold them."""
    document: dict[str, Any] = to_json(
        {
            "inputs": len(model.layers[0].neurons[0].w),
            "layers": [
                {
                    "activation": layer.neurons[0].activation,
                    "neurons": [
                        {"w": [w.data for w in neuron.w], "b": neuron.b.data}
                        for neuron in layer.neurons
                    ],
                }
                for layer in model.layers
            ],
        },
        "model",
    )
    return document


def model_from_dict(document: dict[str, Any]) -> MLP:
    """The network that `model_to_dict` wrote. StorageError for anything else."""
    check_model(document)
    layers = document["layers"]
    *hidden, output = (layer["activation"] for layer in layers)
    sizes = [len(layer["neurons"]) for layer in layers]
    model = MLP(document["inputs"], sizes, activation=hidden, output=output, init="zero")
    for layer, written in zip(model.layers, layers):
        for neuron, parameters in zip(layer.neurons, written["neurons"]):
            for weight, value in zip(neuron.w, parameters["w"]):
                weight.data = float(value)
            neuron.b.data = float(parameters["b"])
    return model


def check_model(document: Any) -> None:
    """StorageError unless `model_from_dict` can make a network of it."""
    nin: int = get(typed(document, dict, "model"), "inputs", int, "model")
    layers = get(document, "layers", list, "model")
    if nin < 1 or not layers:
        raise StorageError("A network has at least one input and one layer.", "model")
    parameters = 0
    for index, layer in enumerate(layers):
        where = f"model.layers[{index}]"
        activation = get(typed(layer, dict, where), "activation", str, where)
        if activation not in ACTIVATIONS:
            raise StorageError(f"There is no activation {shown(activation)}.", where)
        neurons = get(layer, "neurons", list, where)
        if not neurons:
            raise StorageError("A layer has at least one neuron.", where)
        for position, neuron in enumerate(neurons):
            _check_neuron(neuron, nin, f"{where}.neurons[{position}]")
        parameters += len(neurons) * (nin + 1)
        nin = len(neurons)
    if parameters > MAX_PARAMETERS:
        raise StorageError(f"{parameters:,} parameters are more than {MAX_PARAMETERS:,}.", "model")


def _check_neuron(neuron: Any, nin: int, where: str) -> None:
    weights = get(typed(neuron, dict, where), "w", list, where)
    if len(weights) != nin:
        raise StorageError(f"It has {len(weights)} weights for {nin} inputs.", f"{where}.w")
    for index, weight in enumerate(weights):
        number(weight, f"{where}.w[{index}]")
    number(neuron.get("b"), f"{where}.b")
