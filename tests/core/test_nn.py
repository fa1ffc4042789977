"""Networks: shapes, names, initialisation, and gradients that reach every parameter."""

import random
from typing import Any

import pytest

from core.engine import Value
from core.nn import ACTIVATIONS, INITS, MLP, Layer, Module, Neuron, initial_parameters


def data(module: Module) -> list[float]:
    return [p.data for p in module.parameters()]


def test_parameters_are_weights_then_bias_neuron_by_neuron() -> None:
    model = MLP(3, [4, 4, 1])
    expected = [p for layer in model.layers for n in layer.neurons for p in (*n.w, n.b)]
    assert model.parameters() == expected
    assert len(expected) == 41
    assert [len(layer.neurons) for layer in model.layers] == [4, 4, 1]


def test_one_neuron_gives_a_value_and_several_give_a_list() -> None:
    x = [Value(1.0), Value(2.0)]
    assert isinstance(Neuron(2)(x), Value)
    assert isinstance(Layer(2, 1)(x), Value)
    assert [type(v) for v in Layer(2, 3)(x)] == [Value] * 3
    assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)  # plain numbers as in the lecture
    assert len(MLP(2, [3, 2])(x)) == 2


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear", "sin", "softplus"])
def test_a_network_computes_what_its_formula_says(activation: str) -> None:
    random.seed(3)
    model = MLP(2, [2, 1], activation=activation, output="tanh")
    x = [0.5, -1.5]

    def neuron(n: Neuron, inputs: list[Value], name: str) -> Value:
        total = n.b
        for w, v in zip(n.w, inputs):
            total = total + w * v
        return total if name == "linear" else getattr(total, name)()

    hidden = [neuron(n, [Value(v) for v in x], activation) for n in model.layers[0].neurons]
    assert model(x).data == pytest.approx(
        neuron(model.layers[1].neurons[0], hidden, "tanh").data, rel=1e-15
    )


def test_each_hidden_layer_may_have_its_own_activation() -> None:
    model = MLP(2, [3, 3, 1], activation=["tanh", "sin"], output="sigmoid")
    names = [layer.neurons[0].activation for layer in model.layers]
    assert names == ["tanh", "sin", "sigmoid"]


def test_every_parameter_gets_a_gradient_and_zero_grad_clears_it() -> None:
    random.seed(1)
    model = MLP(3, [4, 4, 1], activation="tanh", output="tanh")
    loss = sum((model(x) - 1.0) ** 2 for x in ([2.0, 3.0, -1.0], [3.0, -1.0, 0.5]))
    loss.backward()
    first = [p.grad for p in model.parameters()]
    assert all(first)
    loss.backward()
    assert [p.grad for p in model.parameters()] == pytest.approx([2 * g for g in first], rel=1e-14)
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 41


def test_a_step_against_the_gradient_lowers_the_loss() -> None:
    random.seed(1)
    model = MLP(3, [4, 4, 1], activation="tanh", output="tanh", init="lecture")

    def loss() -> Value:
        return (model([2.0, 3.0, -1.0]) - 1.0) ** 2

    before = loss()
    before.backward()
    for p in model.parameters():
        p.data -= 0.001 * p.grad
    assert loss().data < before.data


# ----- initialisation ------------------------------------------------------------------------


@pytest.mark.parametrize("init", INITS)
def test_the_same_seed_gives_the_same_network(init: str) -> None:
    random.seed(7)
    first = data(MLP(3, [4, 2], init=init))
    random.seed(7)
    assert data(MLP(3, [4, 2], init=init)) == first
    assert init == "zero" or first != data(MLP(3, [4, 2], init=init))


def test_micrograds_order_of_drawing() -> None:
    random.seed(1337)
    expected = [random.uniform(-1, 1) for _ in range(2)] + [0.0]
    expected += [random.uniform(-1, 1) for _ in range(2)] + [0.0]
    random.seed(1337)
    assert data(Layer(2, 2)) == expected


def test_the_lectures_order_draws_each_bias_after_its_weights() -> None:
    random.seed(1337)
    expected = [random.uniform(-1, 1) for _ in range(6)]
    random.seed(1337)
    assert data(Layer(2, 2, init="lecture")) == expected


@pytest.mark.parametrize(
    ("init", "limit", "bias"),
    [("micrograd", 1.0, 0.0), ("playground", 0.5, 0.1), ("xavier", (6 / 60) ** 0.5, 0.0)],
)
def test_uniform_initialisations_fill_their_range(init: str, limit: float, bias: float) -> None:
    random.seed(0)
    layer = Layer(40, 20, init=init)
    weights = [w.data for n in layer.neurons for w in n.w]
    assert max(map(abs, weights)) <= limit
    assert max(weights) > 0.97 * limit
    assert min(weights) < -0.97 * limit
    assert {n.b.data for n in layer.neurons} == {bias}


def test_he_is_normal_with_the_variance_of_the_paper() -> None:
    random.seed(0)
    weights = [w.data for n in Layer(50, 40, init="he").neurons for w in n.w]
    assert sum(w * w for w in weights) / len(weights) == pytest.approx(2 / 50, rel=0.1)


def test_zero_is_zero() -> None:
    assert set(data(MLP(2, [3, 1], init="zero"))) == {0.0}


# ----- micrograd's spelling ------------------------------------------------------------------


def test_a_neuron_is_relu_unless_told_otherwise_as_in_micrograd() -> None:
    assert Neuron(2).activation == "relu"
    assert Neuron(2).nonlin
    assert Neuron(2, nonlin=False).activation == "linear"
    assert not Neuron(2, False).nonlin
    assert repr(Neuron(2)) == "ReLUNeuron(2)"
    assert repr(Layer(2, 2, nonlin=False)) == "Layer of [LinearNeuron(2), LinearNeuron(2)]"
    assert repr(Neuron(3, activation="tanh")) == "TanhNeuron(3)"
    assert repr(MLP(1, [1])) == "MLP of [Layer of [LinearNeuron(1)]]"


# ----- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: MLP(0, [1]), "at least 1 input"),
        (lambda: MLP(2, []), "at least 1 input"),
        (lambda: MLP(2, [3, 0]), "at least 1 input"),
        (lambda: MLP(2, [3, 1], activation="gelu"), "no activation 'gelu'; there are linear"),
        (lambda: MLP(2, [3, 1], output="max"), "no activation 'max'"),
        (lambda: MLP(2, [3, 1], activation=["tanh", "tanh"]), "2 activations for 1 hidden"),
        (lambda: MLP(2, [3, 1], init="ones"), "no initialisation 'ones'; there are micrograd"),
        (lambda: Neuron(2, activation="gelu"), "no activation 'gelu'"),
        (lambda: initial_parameters("ones", 1, 1), "no initialisation 'ones'"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_names_that_do(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_a_refused_network_draws_no_random_number() -> None:
    random.seed(5)
    expected = random.random()
    random.seed(5)
    with pytest.raises(ValueError, match="no activation"):
        MLP(2, [3, 1], activation="gelu")
    assert random.random() == expected


def test_every_one_input_op_is_an_activation() -> None:
    assert {"linear", "tanh", "relu", "sigmoid", "sin", "softplus", "abs"} <= set(ACTIVATIONS)
    assert not {"add", "min", "max", "pow"} & set(ACTIVATIONS)


def test_a_wrong_number_of_inputs_is_refused():
    with pytest.raises(ValueError, match="2 weights was given 1 inputs"):
        MLP(2, [3, 1])([Value(1.0)])


def test_an_unknown_activation_is_refused_even_without_hidden_layers():
    with pytest.raises(ValueError, match="no activation 'bad'"):
        MLP(2, [1], activation="bad")
