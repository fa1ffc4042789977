"""The scalar autograd engine: Value, topological order, backward.

micrograd's Value with the lecture's names, in float64. A Value keeps its inputs in order in
`_prev` and the op that made it in `_op`; what that op does, forward and backward, stands in the
op table (`core.ops`). So backward is one line at every node, whatever the op.

Source of the method: A. Karpathy, micrograd, https://github.com/karpathy/micrograd.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from core.ops import OPS, Op, as_float64, ieee, rule


class Value:
    """A float64 number that remembers how it was computed, so that gradients can flow back.

    data: the number. grad: d output / d this Value, after `output.backward()`; 0.0 before.
    label: free text. _prev: the inputs, in order. _op: the op's symbol, '' for a leaf.
    """

    # Slots and no closures: no reference cycles, so a graph is freed as soon as it is dropped.
    __slots__ = ("__weakref__", "_op", "_prev", "data", "grad", "label")

    def __init__(self, data: Any, _children: Any = (), _op: str = "", label: str = "") -> None:
        self.data = data if type(data) is float else as_float64(data)
        self.grad = 0.0
        self.label = label
        self._prev: tuple[Value, ...] = _children if type(_children) is tuple else tuple(_children)
        self._op = _op

    # ----- ops ------------------------------------------------------------------------------

    def __add__(self, other: Any) -> "Value":
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data + other.data, (self, other), "+")

    def __mul__(self, other: Any) -> "Value":
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data * other.data, (self, other), "*")

    def __sub__(self, other: Any) -> "Value":
        return apply(OPS["sub"], self, other)

    def __truediv__(self, other: Any) -> "Value":
        return apply(OPS["div"], self, other)

    def __pow__(self, exponent: Any) -> "Value":
        """A number as exponent is a constant, not an input: `_prev` is (x,), `_op` is '**3'."""
        if isinstance(exponent, Value):
            return apply(OPS["pow"], self, exponent)
        if type(exponent) is not int or abs(exponent) > 2**53:  # as float64 no longer exact
            exponent = as_float64(exponent)
        op = f"**{exponent}"
        return Value(rule(op)(self.data), (self,), op)

    def __neg__(self) -> "Value":
        return apply(OPS["neg"], self)

    def __abs__(self) -> "Value":
        return apply(OPS["abs"], self)

    # exp, log, tanh, relu ...: one method per named row of the op table, added below.
    if TYPE_CHECKING:

        def __getattr__(self, op: str) -> Callable[..., "Value"]: ...

    # ----- backward -------------------------------------------------------------------------

    def local_derivatives(self) -> tuple[float, ...]:
        """d self / d input for each input in `_prev`, at the present data."""
        with ieee():
            return self._local_derivatives()

    def _local_derivatives(self) -> tuple[float, ...]:
        if self._op == "+":
            return (1.0, 1.0)
        if self._op == "*":
            a, b = self._prev
            return (b.data, a.data)
        if not self._prev:
            return ()
        inputs = tuple(child.data for child in self._prev)
        return rule(self._op).local_derivatives(inputs, self.data)

    def backward(self) -> None:
        """Add d self / d leaf to the grad of every leaf; start anew at every Value in between.

        Called twice it doubles the leaves' gradients: that is why training needs zero_grad.
        """
        order = topological_order(self)
        for v in order:
            if v._prev:
                v.grad = 0.0
        self.grad += 1.0
        with ieee():
            for v in reversed(order):
                if v._op == "+":  # the two commonest ops without a detour, for speed alone
                    a, b = v._prev
                    a.grad += v.grad
                    b.grad += v.grad
                elif v._op == "*":
                    a, b = v._prev
                    a.grad += b.data * v.grad
                    b.grad += a.data * v.grad
                elif v._prev:
                    v._backward()

    def _backward(self) -> None:
        """The chain rule at this node alone, for doing it by hand as the lecture does first."""
        for child, local_derivative in zip(self._prev, self._local_derivatives()):
            child.grad += local_derivative * self.grad

    # ----- derived ops ----------------------------------------------------------------------

    def __radd__(self, other: Any) -> "Value":  # other + self
        return Value(other) + self

    def __rmul__(self, other: Any) -> "Value":  # other * self
        return Value(other) * self

    def __rsub__(self, other: Any) -> "Value":  # other - self
        return Value(other) - self

    def __rtruediv__(self, other: Any) -> "Value":  # other / self
        return Value(other) / self

    def __rpow__(self, other: Any) -> "Value":  # other ** self
        return Value(other) ** self

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"


def apply(op: Op, *inputs: Any) -> Value:
    """The Value that `op` makes of these inputs; plain numbers become leaves."""
    values = tuple(v if isinstance(v, Value) else Value(v) for v in inputs)
    return Value(op(*(v.data for v in values)), values, op.symbol)


def topological_order(output: Value) -> list[Value]:
    """Every Value that `output` depends on and itself, each after its inputs.

    The order of micrograd's recursive build_topo, as a loop: a graph may be deeper than the
    recursion limit.
    """
    order: list[Value] = []
    visited: set[Value] = {output}
    path = [(output, iter(output._prev))]
    while path:
        v, inputs = path[-1]
        for child in inputs:
            if child not in visited:
                visited.add(child)
                if child._prev:
                    path.append((child, iter(child._prev)))
                    break
                order.append(child)
        else:
            order.append(v)
            path.pop()
    return order


def forward(order: Iterable[Value]) -> None:
    """Compute every Value anew from its inputs; `order` is topological, leaves keep their data."""
    with ieee():
        for v in order:
            if v._op == "+":  # the two commonest ops without a detour, as in backward
                a, b = v._prev
                v.data = as_float64(a.data + b.data)
            elif v._op == "*":
                a, b = v._prev
                v.data = as_float64(a.data * b.data)
            elif v._prev:
                v.data = as_float64(rule(v._op).function(*[child.data for child in v._prev]))


def _method(op: Op) -> Callable[..., Value]:
    def method(self: Value, *others: Any) -> Value:
        return apply(op, self, *others)

    method.__name__ = op.name
    method.__qualname__ = f"Value.{op.name}"
    method.__doc__ = f"{op.word}: {op.explanation}."
    return method


for _op in OPS.values():
    if not _op.is_infix:
        setattr(Value, _op.name, _method(_op))
