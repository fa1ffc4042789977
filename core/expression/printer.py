"""From a Graph to the text that says it, so that reading the text gives the same Graph again."""

import math
from collections import Counter
from collections.abc import Iterable
from itertools import chain

from core.graph import Graph, Node, Source
from core.numbers import to_source
from core.ops import OPS

# How tightly what is written holds together: sums, products, signs, powers, names and calls.
_SUM, PRODUCT, _SIGN, _POWER, ATOM = range(1, 6)

# op: how tightly it binds, and what its left and right inputs need so that no brackets are.
_INFIX = {
    "add": (_SUM, _SUM, PRODUCT),
    "sub": (_SUM, _SUM, PRODUCT),
    "mul": (PRODUCT, PRODUCT, _SIGN),
    "div": (PRODUCT, PRODUCT, _SIGN),
    "pow": (_POWER, ATOM, _SIGN),
}

LONGEST_INLINE = 60  # characters of a formula that is written into another one
DEEPEST_INLINE = 12  # levels

Written = tuple[str, int]  # text, and how tightly it holds together


def to_text(graph: Graph) -> str:
    """The expression: leaves, then what is computed, the output last or named by backward().

    A node without a name of its own that is used once is written into the formula that uses it.
    """
    return Printer(graph).text()


class Printer:
    """Writes the statements of a graph.

    own_line: ids that get a statement of their own in any case. inline: ids that are written
    into their consumer's formula even where that becomes long.
    """

    def __init__(
        self, graph: Graph, own_line: Iterable[str] = (), inline: Iterable[str] = ()
    ) -> None:
        self._graph = graph
        self._own_line = frozenset(own_line)
        self._inline_anyway = frozenset(inline)
        self._uses = Counter(chain.from_iterable(node.sources for node in graph))
        self._formulas: dict[str, Written] = {}
        self._depths: dict[str, int] = {}
        self.inline: set[str] = set()
        for id in graph.topological_ids():
            node = graph.nodes[id]
            if not node.is_leaf:
                self._formulas[id] = self._formula(node)
                if self._fits_inline(node):
                    self.inline.add(id)

    # ----- statements -----------------------------------------------------------------------

    def text(self) -> str:
        """All statements."""
        lines = [self.statement(id) for id in self.order()]
        if self.needs_backward():
            lines.append(self.backward())
        return "\n".join(lines)

    def order(self) -> list[str]:
        """Ids of the nodes with a statement of their own, in the order of the text."""
        stated = [id for id in self._graph.topological_ids() if id not in self.inline]
        output = self._graph.output
        leaves = [id for id in self._graph.nodes if self._graph.nodes[id].is_leaf]
        computed = [id for id in stated if not self._graph.nodes[id].is_leaf]
        order = [*leaves, *computed]
        if output is not None and not self.needs_backward():
            order.remove(output)
            order.append(output)
        return order

    def needs_backward(self) -> bool:
        """Whether the output has to be told by `L.backward()`: it was chosen by name."""
        return self.is_output_explicit(self._graph)

    @staticmethod
    def is_output_explicit(graph: Graph) -> bool:
        """Whether the output was chosen by name, and is there."""
        chosen, is_explicit = graph.chosen_output
        return is_explicit and chosen in graph.nodes

    def backward(self) -> str:
        assert self._graph.output is not None
        return f"{self.name(self._graph.output)}.backward()"

    def name(self, id: str) -> str:
        """How a node is called in the text."""
        return self._graph.nodes[id].name

    def statement(self, id: str, *, with_label: bool = True, with_aliases: bool = True) -> str:
        """The line that makes a node, with its label and its other names."""
        node = self._graph.nodes[id]
        label = node.label if with_label else ""
        value = self._number(node.data) if node.is_leaf else self._formulas[id][0]
        if node.is_leaf and label:
            value = f"Value({value}, label={label!r})"
        parts = [f"{node.name} = {value}"]
        if with_aliases:
            parts += [f"{alias} = {node.name}" for alias in node.aliases]
        if label and not node.is_leaf:
            parts.append(self.label(id))
        return "; ".join(parts)

    def formula(self, id: str) -> str:
        """What a computed node is, without its name."""
        return self._formulas[id][0]

    def referred(self, id: str) -> set[str]:
        """The nodes that the statement of this one calls by name."""
        found: set[str] = set()
        stack = [id]
        while stack:
            for source in self._graph.nodes[stack.pop()].sources:
                if source in self.inline:
                    stack.append(source)
                else:
                    found.add(source)
        return found

    def label(self, id: str) -> str:
        """The statement that sets a node's label."""
        node = self._graph.nodes[id]
        return f"{node.name}.label = {node.label!r}"

    # ----- formulas -------------------------------------------------------------------------

    def _fits_inline(self, node: Node) -> bool:
        if not node.is_auto_named or node.label or node.aliases or node.id in self._own_line:
            return False
        if self._uses[node.id] != 1 or node.id == self._graph.output:
            return False
        if node.id in self._inline_anyway:
            return True
        formula = self._formulas[node.id][0]
        return len(formula) <= LONGEST_INLINE and self._depths[node.id] <= DEEPEST_INLINE

    def _formula(self, node: Node) -> Written:
        depths = [self._depths[source] for source in node.sources if source in self.inline]
        self._depths[node.id] = 1 + max(depths, default=0)
        return self._apply(node, [self._operand(source) for source in node.inputs])

    def _apply(self, node: Node, inputs: list[Written]) -> Written:
        # Operators on numbers alone are computed when read; as a function they stay a node.
        return self._operator(node, inputs) if node.sources else self._call(node, inputs)

    def _operator(self, node: Node, inputs: list[Written]) -> Written:
        """With Python's operator for the op, where there is one."""
        if node.op in _INFIX:
            tightness, left_needs, right_needs = _INFIX[node.op]
            left, right = bracket(inputs[0], left_needs), bracket(inputs[1], right_needs)
            return f"{left} {OPS[node.op].symbol} {right}", tightness
        if node.op == "neg":
            return f"-{bracket(inputs[0], _POWER)}", _SIGN
        return self._call(node, inputs)

    def _call(self, node: Node, inputs: list[Written]) -> Written:
        return f"{node.op}({', '.join(text for text, _ in inputs)})", ATOM

    def _operand(self, source: Source) -> Written:
        if isinstance(source, str):
            is_inline = source in self.inline
            return self._formulas[source] if is_inline else (self.name(source), ATOM)
        return self._number(source), _SIGN if math.copysign(1.0, source) < 0 else ATOM

    def _number(self, number: float) -> str:
        text = to_source(number)
        # A node may be named inf or nan.
        if not math.isfinite(number) and self._graph.find(text.lstrip("-")) is not None:
            return f"float({text!r})"
        return text


def bracket(written: Written, needed: int) -> str:
    """What is written, in brackets where it holds together less than needed."""
    text, tightness = written
    return text if tightness >= needed else f"({text})"
