"""The body of a function, read like any other text, with its inputs as the first names."""

from __future__ import annotations

import ast

from core.expression.drafts import Draft
from core.expression.functions import Body, Functions
from core.expression.reader import Reader
from core.expression.source_map import Number
from core.expression.syntax import Lines
from core.graph import LEAF, Graph
from core.groups import Groups, Place
from core.groups.levels import Level


def read_body(
    statement: ast.FunctionDef, parameters: list[str], lines: Lines, functions: Functions
) -> Body:
    """What a function's body says. Raises ExpressionError."""
    reader = _BodyReader(statement, parameters, lines, functions)
    for part in statement.body:
        reader.read(part)
    return reader.body()


class _BodyReader(Reader):
    def __init__(
        self,
        statement: ast.FunctionDef,
        parameters: list[str],
        lines: Lines,
        functions: Functions,
    ) -> None:
        super().__init__(lines, ast.Module(statement.body, []), functions)
        self._is_outside = False
        self._statement = statement
        self._outputs: list[str] = []
        self._doc = ""
        self._parameters: dict[str, str] = {}  # name by id
        for name, argument in zip(parameters, statement.args.args):
            if name in functions.first_lines:
                message = f"{name} is the function of line {functions.first_lines[name]}."
                raise lines.error(message, lines.span(argument), "Give the input another name.")
            id = str(len(self._drafts) + 1)
            self._drafts[id] = Draft(LEAF)
            self._node_lines[id] = argument.lineno
            self._parameters[id] = name
            self._bindings[name] = id

    def read(self, statement: ast.stmt) -> None:
        if self._outputs:
            raise self._error("Nothing can follow return.", statement)
        match statement:
            case ast.Return(value=ast.expr() as value):
                self._return(value)
            case ast.Expr(value=ast.Constant(value=str() as text)) if (
                statement is self._statement.body[0]
            ):
                self._doc = text
            case ast.Assign() | ast.AugAssign():
                super().read(statement)
            case ast.FunctionDef():
                raise self._error("A function can't be defined in another one.", statement)
            case ast.Expr() | ast.Return():
                message = "In a function each line gives a name a value, or returns one."
                raise self._error(message, statement)
            case _:
                raise self._refusal(statement)

    def _return(self, value: ast.expr) -> None:
        for part in value.elts if isinstance(value, ast.Tuple) and value.elts else [value]:
            operand = self._evaluate(part)
            id = self._leaf(operand, part) if isinstance(operand, float) else operand
            if id in self._parameters:  # an output is a node of the group: the input, times one
                id = self._draft(Draft("mul", (id, 1.0)), part)
            if id in self._outputs:
                raise self._error("This is returned already.", part)
            self._outputs.append(id)

    def _set_label(self, target: ast.Attribute, value: ast.expr) -> None:
        super()._set_label(target, value)
        results = {id for item in self._calls.instances.values() for id in item.results}
        if self._tops[-1] in results or self._tops[-1] in self._parameters:
            message = "In a function only what an op computes can have a label."
            raise self._error(message, target)

    def _advice(self, name: str) -> str:
        return "A function knows only its inputs and what it computes."

    def _names(self) -> dict[str, list[str]]:
        """Inputs keep their names; what is given such a name later goes without."""
        taken = set(self._parameters.values())
        names = {id: [name] for id, name in self._parameters.items()}
        for name, id in self._bindings.items():
            if name not in taken:
                names.setdefault(id, []).append(name)
        return names

    def body(self) -> Body:
        """All that was read."""
        if not self._outputs:
            message = f"{self._statement.name} returns nothing."
            raise self._lines.error(
                message, self._lines.span(self._statement), "End it with return and a value."
            )
        graph = self.graph()
        places = self._places(graph)
        return Body(
            Level(graph, self._statement.name, list(self._parameters), self._outputs, self._doc),
            {places[number]: span for number, span in self._numbers.items() if number in places},
            {places[number] for number in self._needs_brackets if number in places},
            {
                node.name: self._node_lines[node.id]
                for node in graph
                if node.id not in graph.groups.owner
            },
        )

    def _places(self, graph: Graph) -> dict[Number, Place]:
        """Where in the definition the numbers stand that nodes and calls of this body have."""
        groups: Groups = graph.groups
        function = self._statement.name
        places = {
            number: Place(function, graph.nodes[number.id].name, number.input_index)
            for number in self._numbers
            if number.id not in groups.owner
        }
        for instance in groups.instances.values():
            if instance.parent is None:
                name = graph.nodes[instance.results[0]].name
                for index, (id, is_own) in enumerate(zip(instance.arguments, instance.is_own)):
                    if is_own:
                        places[Number(id)] = Place(function, name, index)
        return places
