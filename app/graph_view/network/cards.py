"""Cards on a network: what a scalar is, where its gradient comes from, how it reaches the loss."""

from __future__ import annotations

import math

from app.graph_view.cards import Card, error_rows
from app.graph_view.network import names
from app.graph_view.network.health_panel import ratio_text
from app.graph_view.network.picture import NetworkPicture, Spot
from core.layout.crossbar import Part
from core.network.paths import paths_between
from core.network.reading import Reading
from core.numbers import format_full, format_number

MOST_FACTORS = 6


def card(picture: NetworkPicture, spot: Spot, sample: int | None = None) -> Card | None:
    """What is said about a spot; None where there is nothing to say.

    sample: of the batch, where the spot shows them side by side.
    """
    reading = picture.reading
    if reading is None:
        return None
    if sample is not None and spot.row is not None:
        return _sample_card(picture, reading, spot.layer, spot.row, sample)
    if spot.row is None:
        return _layer_card(picture, reading, spot.layer)
    node = picture.node_of(spot)
    if node is None:
        return _neuron_card(picture, reading, spot.layer, spot.row)
    if spot.layer < 0:
        heading = f"input {picture.reader.input_names[spot.row]}"
        return _end_card(picture, reading, heading, node)
    if spot.layer >= picture.n_layers:
        name, text = picture.loss_texts[spot.row]
        heading = f"{name} = {text}" if text else name
        return _end_card(picture, reading, heading, node)
    return _cell_card(picture, reading, spot, node)


def describe(picture: NetworkPicture, reading: Reading, spot: Spot | None) -> str:
    """The network and the selected spot, for people who do not see them."""
    sizes = [len(picture.trace.inputs), *(layer.n_neurons for layer in picture.trace.layers)]
    words = "network " + "-".join(map(str, sizes))
    if spot is not None and spot.row is not None and 0 <= spot.layer < picture.n_layers:
        words += f"; {names.where(spot.layer, spot.row, picture.n_layers)}"
    node = None if spot is None else picture.node_of(spot)
    if node is not None:
        words += f": data {format_number(float(reading.numbers.data[node]))}"
        words += f", grad {format_number(float(reading.numbers.grad[node]))}"
    return words


def _numbers(reading: Reading, node: int) -> list[tuple[str, str]]:
    """Data and gradient at full precision."""
    numbers = reading.numbers
    mean = "" if numbers.n_samples == 1 else f", mean of {numbers.n_samples:,}"
    return [
        (f"data{mean}", format_full(float(numbers.data[node]))),
        (f"grad{mean}", format_full(float(numbers.grad[node]))),
    ]


def _error(picture: NetworkPicture, node: int) -> list[tuple[str, str]]:
    """What the gradient check has found, where it is wanted."""
    found = picture.findings
    return [] if found is None else error_rows(found.errors[node], found.explained[node])


def _end_card(picture: NetworkPicture, reading: Reading, heading: str, node: int) -> Card:
    """An input, or a box of the loss."""
    rows = [*_numbers(reading, node), *_error(picture, node)]
    is_loss = node == int(picture.trace.loss[-1])
    if reading.numbers.n_samples == 1 and not is_loss:
        rows.append(_ways_to_loss(picture, reading, node))
    return Card(heading, tuple(rows))


def _cell_card(picture: NetworkPicture, reading: Reading, spot: Spot, node: int) -> Card:
    assert spot.row is not None
    assert spot.column is not None
    block, layer = picture.layout.blocks[spot.layer], spot.layer
    part, input = int(block.parts[spot.column]), int(block.inputs[spot.column])
    name = names.cell_name(picture.reader, layer, spot.row, part, input)
    text = names.cell_text(picture.reader, layer, part, input)
    heading = f"{name} = {text}" if text else name
    rows = [(names.where(layer, spot.row, picture.n_layers), "")]
    rows += _numbers(reading, node)
    rows += _error(picture, node)
    if reading.numbers.n_samples > 1:
        return Card(heading, tuple(rows))
    rows += _way_to_loss(picture, reading, spot, part, input)
    upstream, local = _upstream(picture, reading, spot, part, input), float(reading.local[node])
    if upstream is None:
        uses = _uses(picture, layer)
        return Card(heading, (*rows, ("its activation's slope", format_number(local)), uses))
    sums = (
        ("local derivative", format_number(local)),
        ("× upstream", format_number(upstream)),
        ("grad +=", format_number(local * upstream)),
    )
    return Card(heading, (*rows, *sums), sums=1)


def _upstream(
    picture: NetworkPicture, reading: Reading, spot: Spot, part: int, input: int
) -> float | None:
    """The gradient of the one scalar that uses this one; None for an output, which many use."""
    places = picture.trace.layers[spot.layer]
    row, grad = spot.row, reading.numbers.grad
    if part == Part.WEIGHT:
        return float(grad[places.product[row, input]])
    if part == Part.PRODUCT:
        return float(grad[places.sum[row, input]])
    if part == Part.BIAS:
        return float(grad[places.sum[row, 0]])
    if part == Part.SUM and input < places.n_inputs - 1:
        return float(grad[places.sum[row, input + 1]])
    if part == Part.SUM and places.has_activation:
        return float(grad[places.output[row]])
    return None


def _way_to_loss(
    picture: NetworkPicture, reading: Reading, spot: Spot, part: int, input: int
) -> list[tuple[str, str]]:
    """The one way to the neuron's own output, and from there on all ways to the loss.

    On the first the local derivatives are multiplied; the products of the others add up to the
    output's gradient.
    """
    places = picture.trace.layers[spot.layer]
    assert spot.row is not None
    output = int(places.output[spot.row])
    if part == Part.OUTPUT:
        return [_ways_to_loss(picture, reading, output)]
    factors = [1.0] * (places.n_inputs - (0 if part == Part.BIAS else input + (part == Part.SUM)))
    if part == Part.WEIGHT:
        factors.insert(0, float(reading.local[places.weight[spot.row, input]]))
    if places.has_activation:
        factors.append(float(reading.numbers.slopes[spot.layer][0, spot.row]))
    if not factors:  # a linear neuron's last sum is its output
        return [_ways_to_loss(picture, reading, output)]
    shown = [format_number(factor, 3) for factor in factors]
    if len(shown) > MOST_FACTORS:
        shown[2:-1] = ["…"]  # nothing but ones
    name, product = names.numbered("n", spot.row), math.prod(factors)
    caption, number = _ways_to_loss(picture, reading, output)
    total = product * float(reading.numbers.grad[output])
    return [
        (f"path to {name}:  {' × '.join(shown)}", format_number(product)),
        (f"× {name}, {caption}", number),
        ("= to the loss", format_number(total)),
    ]


def _ways_to_loss(picture: NetworkPicture, reading: Reading, node: int) -> tuple[str, str]:
    """How many paths lead from a scalar to the loss, and the sum of their products."""
    end = int(picture.trace.loss[-1])
    paths = paths_between(picture.trace, reading.numbers, node, end)
    if paths is None or paths.end != end:
        return "no path to the loss", ""
    total = format_number(paths.total)
    if paths.count == 1:
        return "1 path to the loss", total
    return f"{paths.count:,} paths to the loss, added up", total


def _uses(picture: NetworkPicture, layer: int) -> tuple[str, str]:
    last = picture.n_layers - 1
    if layer == last:
        return "used by", "the loss"
    return "used by", f"{picture.trace.layers[layer + 1].n_neurons:,} neurons"


def _neuron_card(picture: NetworkPicture, reading: Reading, layer: int, row: int) -> Card:
    places, numbers = picture.trace.layers[layer], reading.numbers
    slopes = reading.batch.slopes[layer][:, row]
    rows = _numbers(reading, int(places.output[row]))
    passing = int((slopes != 0.0).sum())
    if passing < len(slopes):
        rows.append(("a gradient passes for", f"{passing:,} of {len(slopes):,} samples"))
    grad = numbers.grad[[places.bias[row], *places.weight[row].tolist()]]
    rows.append(("weights' gradient, norm", format_number(math.hypot(*grad.tolist()))))
    name = names.numbered("n", row)
    return Card(f"{name}: {names.where(layer, row, picture.n_layers)}", tuple(rows))


def _sample_card(
    picture: NetworkPicture, reading: Reading, layer: int, row: int, sample: int
) -> Card:
    """One sample's output, among all of them."""
    number = int(picture.reader.rows[sample])
    numbers = reading.numbers
    data, grad = numbers.outputs[layer][sample, row], numbers.output_grads[layer][sample, row]
    inputs = picture.reader.inputs[number].tolist()
    rows = [
        (names.where(layer, row, picture.n_layers), ""),
        *zip(picture.reader.input_names, map(format_number, inputs)),
        ("target", format_number(float(picture.reader.targets[number, 0]))),
        ("data", format_full(float(data))),
        ("grad", format_full(float(grad))),
        ("double-click to show this sample", ""),
    ]
    return Card(f"{names.numbered('n', row)} for sample {number + 1:,}", tuple(rows))


def _layer_card(picture: NetworkPicture, reading: Reading, layer: int) -> Card | None:
    if not 0 <= layer < picture.n_layers:
        return None
    name, kind = names.layer_title(picture.trace, layer)
    health = reading.health[layer]
    places = picture.trace.layers[layer]
    scalars = places.weight.size * 3 + places.n_neurons * (1 + places.has_activation)
    is_open = layer in picture.open_layers
    hint = "double-click a row to open its neuron" if is_open else "click the title to open it"
    return Card(
        f"{name}: {kind}",
        (
            ("scalars", f"{scalars:,}"),
            ("gradient, norm", format_number(health.gradient)),
            ("update ratio", ratio_text(health)),
            (hint, ""),
        ),
    )
