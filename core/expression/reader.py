"""From the syntax tree to a Graph: the whitelist of what an expression may say.

What is not listed here is refused. Names, numbers and calls are looked up in our own tables, so
no text can reach anything of Python's.
"""

import ast
import math

from core.expression.drafts import Draft, Operand, graph_of
from core.expression.functions import CallReader, Functions
from core.expression.refusals import (
    PYTHON_MODULES,
    REFUSED,
    REFUSED_NAMES,
    did_you_mean,
    refused_import,
    shorten,
    written,
)
from core.expression.source_map import Number, SourceMap, Statement
from core.expression.syntax import (
    MAX_DEPTH,
    MAX_TERMS,
    TOO_LONG,
    ExpressionError,
    Lines,
    Span,
    decimal_comma,
    too_deep,
)
from core.graph import LEAF, Graph, GraphError, Source
from core.groups import Groups, Member
from core.numbers import CONSTANTS, SYMBOLS
from core.ops import OPS, Op, as_float64

NUMBERS = {**CONSTANTS, "nan": math.nan}


class Reader:
    """Reads statements one by one into drafts of nodes; `graph` and `source_map` come after."""

    def __init__(self, lines: Lines, tree: ast.Module, functions: Functions) -> None:
        self._lines = lines
        self._functions = functions
        self._calls = CallReader(functions, self._draft_of)
        self._tree = tree
        self._drafts: dict[str, Draft] = {}
        self._bindings: dict[str, str] = {}  # name -> id, the last binding of each
        self._backward: str | None = None
        self._last_assigned: str | None = None
        self._last_shown: str | None = None
        self._depth = 0
        self._is_outside = True  # not in a function
        # Of the present statement, as in `Statement`.
        self._kind = "value"
        self._tops: list[str] = []
        self._given: list[str] = []
        self._referred: set[str] = set()
        self._statements: list[Statement] = []
        self._node_lines: dict[str, int] = {}
        self._numbers: dict[Number, Span] = {}
        self._needs_brackets: set[Number] = set()

    # ----- statements -----------------------------------------------------------------------

    def read(self, statement: ast.stmt) -> None:
        """Take one statement over."""
        first = len(self._drafts)
        self._kind, self._tops, self._given, self._referred = "value", [], [], set()
        match statement:
            case ast.Assign():
                self._assign(statement)
            case ast.AugAssign(target=ast.Name(id=name)):
                target = ast.copy_location(ast.Name(name, ast.Load()), statement.target)
                combined = ast.BinOp(target, statement.op, statement.value)
                ast.copy_location(combined, statement)
                self._bind([name], self._evaluate(combined), statement.value)
            case ast.Expr():
                self._show(statement.value)
            case ast.FunctionDef(name=name):
                self._define(name)
            case ast.AugAssign(target=target):
                raise self._error("Only a name can be changed here.", target)
            case _:
                raise self._refusal(statement)
        self._finish(statement, first)

    def _finish(self, statement: ast.stmt, first: int) -> None:
        last_line = statement.end_lineno or statement.lineno
        ids = tuple(str(number + 1) for number in range(first, len(self._drafts)))
        for top in self._tops:
            if top in ids:  # found by its name, whatever line its formula begins on
                self._node_lines[top] = statement.lineno
        self._statements.append(
            Statement(
                self._lines.span(statement), statement.lineno, last_line, self._kind, ids,
                tuple(self._tops), tuple(self._given), frozenset(self._referred.difference(ids)),
            )
        )  # fmt: skip

    def _define(self, name: str) -> None:
        """A function, which has been read before everything else."""
        self._kind, self._given = "def", [name]

    def _assign(self, statement: ast.Assign) -> None:
        attributes = [t for t in statement.targets if isinstance(t, ast.Attribute)]
        if attributes:
            for target in attributes:
                self._set_label(target, statement.value)
            if len(attributes) < len(statement.targets):
                raise self._error("A label and a name can't be set at once.", statement.targets[0])
            return
        first = statement.targets[0]
        if isinstance(first, ast.Tuple | ast.List) and len(statement.targets) == 1:
            self._assign_several(first, statement.value)
            return
        names = [self._target_name(target) for target in statement.targets]
        self._bind(names, self._evaluate(statement.value), statement.value)

    def _assign_several(self, target: ast.Tuple | ast.List, value: ast.expr) -> None:
        names = [self._target_name(part) for part in target.elts]
        match value:
            case ast.Call(func=ast.Name(id=function)) if function in self._functions.definitions:
                results = self._call_function(function, value, len(names))
                for name, result in zip(names, results):
                    self._bind([name], result, value)
                return
        if not isinstance(value, ast.Tuple | ast.List) or len(value.elts) != len(names):
            raise self._error(f"{len(names)} names need {len(names)} values.", value)
        operands = [self._evaluate(part) for part in value.elts]
        for name, operand, part in zip(names, operands, value.elts):
            self._bind([name], operand, part)

    def _target_name(self, target: ast.expr) -> str:
        if isinstance(target, ast.Name):
            return target.id
        raise self._error("Only a name can stand left of =.", target)

    def _bind(self, names: list[str], operand: Operand, value: ast.expr) -> None:
        id = self._leaf(operand, value) if isinstance(operand, float) else operand
        for name in names:
            self._check_is_no_function(name, value)
            if self._bindings.get(name) != id:
                self._bindings.pop(name, None)
                self._bindings[name] = id
        self._last_assigned = id
        self._tops.append(id)
        self._given += names

    def _show(self, value: ast.expr) -> None:
        """A statement without =: `o.backward()`, `draw_dot(o)`, or a formula."""
        match value:
            case ast.Call(func=ast.Attribute(value=receiver, attr="backward"), args=[]):
                operand = self._evaluate(receiver)
                if isinstance(operand, float):
                    raise self._error("A constant has nothing to go back to.", receiver)
                self._backward = operand
                self._kind, self._tops = "backward", [operand]
            case ast.Call(func=ast.Name(id="draw_dot"), args=[shown]):
                operand = self._evaluate(shown)
                if isinstance(operand, float):
                    raise self._error("draw_dot takes a Value.", shown)
                self._kind, self._tops = "draw", [operand]
            case _:
                operand = self._evaluate(value)
                if isinstance(operand, float):
                    operand = self._leaf(operand, value)
                self._last_shown = operand
                self._tops = [operand]

    def _set_label(self, target: ast.Attribute, value: ast.expr) -> None:
        if target.attr != "label":
            raise self._error(f".{target.attr} can't be set here.", target, "Only .label can.")
        operand = self._evaluate(target.value)
        if isinstance(operand, float):
            raise self._error("A constant has no label.", target.value)
        self._drafts[operand].label = self._text(value)
        self._kind = "label"
        self._tops.append(operand)

    def _text(self, value: ast.expr) -> str:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
        raise self._error("A label is a text in quotes.", value)

    # ----- expressions ----------------------------------------------------------------------

    def _evaluate(self, node: ast.expr) -> Operand:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_deep(self._lines, self._lines.span(node))
        operand = self._evaluate_level(node)
        self._depth -= 1
        return operand

    def _evaluate_level(self, node: ast.expr) -> Operand:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return float(as_float64(number))
            case ast.Name(id=name):
                return self._look_up(name, node)
            case ast.BinOp():
                return self._binary(node)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._evaluate(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._apply(OPS["neg"], [operand], [self._evaluate(operand)], node)
            case ast.UnaryOp(op=operator):
                raise self._error(f"{written(operator)} is not understood here.", node)
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, node)
            case ast.Call(func=ast.Attribute()):
                return self._call_method(node)
            case ast.Attribute(attr=attribute):
                raise self._error(f".{attribute} is not understood here.", node)
            case ast.Constant(value=str() | bytes()):
                raise self._error("Text has no value.", node, "Only a label is in quotes.")
        raise self._refusal(node)

    def _binary(self, node: ast.BinOp) -> Operand:
        # a + b + c + ... nests to the left, as deep as it is long: a loop, not a recursion.
        chain_of_left: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain_of_left.append(left)
            left = left.left
        if len(chain_of_left) > MAX_TERMS:
            raise self._error(TOO_LONG, node, "Give parts of it names.")
        operand = self._evaluate(left)
        for step in reversed(chain_of_left):
            symbol = SYMBOLS.get(type(step.op))
            row = OPS.find(symbol) if symbol else None
            if row is None:
                suggestion = "Write a power as x**2." if isinstance(step.op, ast.BitXor) else ""
                message = f"{written(step.op)} is not understood here."
                raise self._error(message, step, suggestion)
            right = self._evaluate(step.right)
            operand = self._apply(row, [step.left, step.right], [operand, right], step)
        return operand

    def _apply(
        self, row: Op, written: list[ast.expr], operands: list[Operand], node: ast.expr
    ) -> Operand:
        """An operator on operands; on constants alone it is computed at once, in float64."""
        constants = [operand for operand in operands if isinstance(operand, float)]
        if len(constants) == len(operands):
            return row(*constants)
        return self._node(row, written, operands, node)

    def _node(
        self, row: Op, written: list[ast.expr], operands: list[Operand], node: ast.expr
    ) -> str:
        id = self._draft(Draft(row.name, tuple(operands)), node)
        for index, (part, operand) in enumerate(zip(written, operands)):
            if isinstance(operand, float):
                number = Number(id, index)
                self._numbers[number] = self._lines.span(part)
                is_receiver = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                if index == 0 and (row.name == "pow" or is_receiver):
                    self._needs_brackets.add(number)
        return id

    def _leaf(self, number: float, written: ast.expr, label: str = "") -> str:
        id = self._draft(Draft(LEAF, data=number, label=label), written)
        self._numbers[Number(id)] = self._lines.span(written)
        return id

    def _draft(self, draft: Draft, node: ast.expr) -> str:
        id = str(len(self._drafts) + 1)
        self._drafts[id] = draft
        self._node_lines[id] = node.lineno
        return id

    # ----- names and calls ------------------------------------------------------------------

    def _look_up(self, name: str, node: ast.expr) -> Operand:
        if name in self._bindings:
            self._referred.add(self._bindings[name])
            return self._bindings[name]
        if name in self._functions.definitions:
            message = f"{name} is a function."
            raise self._error(message, node, f"It needs its inputs in brackets, as {name}(x).")
        if name in NUMBERS:
            return NUMBERS[name]
        if name in OPS:
            raise self._error(f"{name} needs its input in brackets, as {name}(x).", node)
        message, suggestion = REFUSED_NAMES.get(name, (f"{name} has no value.", ""))
        later = self._line_that_assigns(name)
        if later:
            message, suggestion = f"{name} has no value yet.", f"Line {later} gives it one."
        suggestion = suggestion or did_you_mean(name, self._bindings) or self._advice(name)
        raise self._error(message, node, suggestion)

    def _advice(self, name: str) -> str:
        """What to do about a name that has no value."""
        return f"Give it one above: {shorten(name)} = 1."

    def _line_that_assigns(self, name: str) -> int | None:
        for statement in self._tree.body:
            for target in statement.targets if isinstance(statement, ast.Assign) else ():
                if isinstance(target, ast.Name) and target.id == name:
                    return statement.lineno
        return None

    def _call(self, name: str, node: ast.Call) -> Operand:
        if name == "Value":
            return self._value(node)
        if name == "float" and len(node.args) == 1 and not node.keywords:
            return self._float(node.args[0])
        if name in OPS:
            row = OPS[name]
            self._check_arguments(name, node, row.arity)
            # Not computed at once where all inputs are constants: tanh(0.5) shows a tanh node.
            operands = [self._evaluate(argument) for argument in node.args]
            return self._node(row, node.args, operands, node)
        if name in self._functions.definitions:
            return self._call_function(name, node, 1)[0]
        if name == "draw_dot":
            raise self._error("draw_dot stands on a line of its own.", node)
        functions = [op.name for op in OPS.values() if not op.is_infix]
        functions += self._functions.definitions
        message, suggestion = REFUSED_NAMES.get(name, (f"There is no function {name}.", ""))
        if name in self._bindings:
            message, suggestion = f"{name} is a value, not a function.", f"Write {name}*(…)?"
        raise self._error(message, node.func, suggestion or did_you_mean(name, functions))

    def _call_function(self, name: str, node: ast.Call, wanted: int) -> tuple[str, ...]:
        """The results of a function of the text; `wanted` is how many names they get."""
        definition = self._functions.definitions[name]
        line = self._functions.first_lines[name]
        if self._is_outside and line > node.lineno:
            raise self._error(f"{name} is defined below, on line {line}.", node.func)
        self._check_arguments(name, node, len(definition.parameters))
        given = len(definition.outputs)
        if given != wanted:
            values = "1 value" if given == 1 else f"{given} values"
            names = ", ".join(definition.outputs)
            suggestion = f"Write {names} = {name}(…)." if given > 1 else ""
            raise self._error(f"{name} gives {values}, not {wanted}.", node, suggestion)
        operands = [self._evaluate(argument) for argument in node.args]
        try:
            instance = self._calls.call(name, operands, node)
        except GraphError as error:
            raise self._error(str(error), node) from None
        for id, part, is_own in zip(instance.arguments, node.args, instance.is_own):
            if is_own:
                self._numbers[Number(id)] = self._lines.span(part)
        for result in instance.results:
            self._drafts[result].label = ""  # its label in the function is not seen here
        return instance.results

    def _draft_of(self, member: Member, inputs: tuple[Source, ...], node: ast.expr) -> str:
        """A node that a function makes."""
        return self._draft(Draft(member.op, inputs, member.data, member.label), node)

    def _check_is_no_function(self, name: str, node: ast.expr) -> None:
        if name in self._functions.definitions:
            line = self._functions.first_lines[name]
            message = f"{name} is the function of line {line}."
            raise self._error(message, node, "Give the value another name.")

    def _call_method(self, node: ast.Call) -> Operand:
        assert isinstance(node.func, ast.Attribute)
        receiver, name = node.func.value, node.func.attr
        row = OPS.get(name)
        module = receiver.id if isinstance(receiver, ast.Name) else ""
        if module in PYTHON_MODULES and module not in self._bindings:
            function = f"Write {name}(…)." if row else ""
            raise self._error(f"{module} is not understood here.", receiver, function)
        if name == "backward":
            raise self._error("backward() stands on a line of its own.", node)
        if row is None or row.is_infix:
            functions = [op.name for op in OPS.values() if not op.is_infix]
            suggestion = did_you_mean(name, functions)
            raise self._error(f".{name}() is not understood here.", node.func, suggestion)
        self._check_arguments(f".{name}", node, row.arity - 1)
        written = [receiver, *node.args]
        return self._node(row, written, [self._evaluate(part) for part in written], node)

    def _check_arguments(self, name: str, node: ast.Call, wanted: int) -> None:
        if node.keywords:
            raise self._error(f"{name} takes its inputs without names.", node.keywords[0].value)
        given = len(node.args)
        if given == wanted and not any(isinstance(part, ast.Starred) for part in node.args):
            return
        counts = ("nothing in its brackets", "one input", "two inputs")
        inputs = counts[wanted] if wanted < len(counts) else f"{wanted} inputs"
        message = f"{name} takes {inputs}, not {given}."
        raise self._error(message, node, self._decimal_comma(node.args))

    def _value(self, node: ast.Call) -> str:
        """`Value(2.0, label='a')`, or with micrograd's positions: data, children, op, label."""
        parts: dict[str, ast.expr] = dict(zip(("data", "_children", "_op", "label"), node.args))
        for keyword in node.keywords:
            if keyword.arg not in ("data", "label") or keyword.arg in parts:
                raise self._error("Value takes a number and a label.", keyword.value)
            parts[keyword.arg] = keyword.value
        children, op = parts.get("_children"), parts.get("_op")
        is_made = isinstance(op, ast.Constant) and op.value == ""
        is_childless = isinstance(children, ast.Tuple | ast.List) and not children.elts
        if len(node.args) > 4 or (children and not is_childless) or (op and not is_made):
            comma = self._decimal_comma(node.args)
            raise self._error("Value takes a number and a label.", node, comma)
        if "data" not in parts:
            raise self._error("Value needs a number, as in Value(2.0).", node)
        number = self._evaluate(parts["data"])
        if not isinstance(number, float):
            raise self._error("Value takes a number here, not a Value.", parts["data"])
        return self._leaf(number, parts["data"], self._text_or_none(parts.get("label")))

    def _text_or_none(self, value: ast.expr | None) -> str:
        return "" if value is None else self._text(value)

    def _float(self, argument: ast.expr) -> float:
        """`float('inf')`, as Python writes what has no literal."""
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            names = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
            if argument.value in names:
                return names[argument.value]
        elif isinstance(number := self._evaluate(argument), float):
            return number
        raise self._error("float() takes 'inf', '-inf' or 'nan' here.", argument)

    # ----- what comes out -------------------------------------------------------------------

    def graph(self) -> Graph:
        """All that was read, not evaluated."""
        groups = Groups(self._functions.definitions, self._calls.instances)
        taken = {*self._bindings, *self._functions.definitions}
        graph = graph_of(self._drafts, self._names(), groups, taken)
        self._choose_output(graph)
        return graph

    def source_map(self) -> SourceMap:
        """Where everything that was read stands."""
        groups = Groups(self._functions.definitions, self._calls.instances)
        numbers, needs_brackets, lines = self._functions.places_in(groups)
        lines |= {id: self._node_lines[id] for id in groups.results}
        return SourceMap.of(
            self._statements, self._node_lines | lines, self._numbers | numbers,
            self._needs_brackets | needs_brackets, self._bindings,
        )  # fmt: skip

    def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for name, id in self._bindings.items():
            names.setdefault(id, []).append(name)
        return names

    def _choose_output(self, graph: Graph) -> None:
        output = self._backward or self._last_assigned or self._last_shown
        graph.set_output(output, explicit=self._backward is not None)
        if graph.output != output:  # the last assigned name, though something follows from it
            graph.set_output(output)

    # ----- refusals -------------------------------------------------------------------------

    def _error(
        self, message: str, node: ast.expr | ast.stmt, suggestion: str = ""
    ) -> ExpressionError:
        return self._lines.error(message, self._lines.span(node), suggestion)

    def _refusal(self, node: ast.expr | ast.stmt) -> ExpressionError:
        parts = [node.elts[0]] if isinstance(node, ast.Tuple) and node.elts else [node]
        span = self._lines.span(parts[0])
        comma = decimal_comma(self._lines.text[span.start : span.start + 40].replace(" ", ""))
        if isinstance(node, ast.Tuple) and comma:
            return self._error("A number has a decimal point.", node, f"Write {comma}.")
        message, suggestion = REFUSED.get(type(node), ("", ""))
        if isinstance(node, ast.Import | ast.ImportFrom):
            message, suggestion = refused_import(node)
        if not message:
            word = self._lines.text[slice(*self._lines.span(node))].split(None, 1)
            message = f"{shorten(word[0]) if word else 'This'} is not understood here."
        return self._error(message, node, suggestion)

    def _decimal_comma(self, arguments: list[ast.expr]) -> str:
        for part in arguments:
            start = self._lines.span(part).start
            comma = decimal_comma(self._lines.text[start : start + 40])
            if comma:
                return f"Write {comma} with a decimal point."
        return ""
