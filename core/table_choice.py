"""Which columns of a table are features and which is the target, and the points they make."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.datasets import CLASSIFICATION, REGRESSION
from core.own_data import LONGEST_TEXT, MOST_FEATURES, OwnPoints
from core.table_text import Table, as_number, is_missing

MOST_CLASSES = 30  # that are offered
_FEW = 10  # different whole numbers that are taken for classes
_MOSTLY = 0.5  # of a column's cells have to be numbers for it to be offered as a feature
_MOST_TOLD = 5  # classes or rows that a sentence lists


@dataclass(frozen=True)
class Choice:
    """What is to be learnt. positive: the class that is +1; all others are -1."""

    features: tuple[int, ...]
    target: int
    problem: str
    positive: str = ""
    is_standardized: bool = True


@dataclass(frozen=True)
class BadRow:
    """A row that can't be used, by its line in the text, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Chosen:
    """The points of a choice, the rows that are left out, and what there is to say of them."""

    points: tuple[tuple[float, ...], ...]
    classes: tuple[str, str]
    bad: list[BadRow]
    notes: list[str]


def usual_choice(table: Table) -> Choice:
    """The last column is the target, unless an earlier one is the only text."""
    columns = range(table.n_columns)
    is_number = [_share_of_numbers(table, i) >= _MOSTLY for i in columns]
    texts = [i for i in columns if not is_number[i]]
    target = texts[-1] if texts else table.n_columns - 1
    features = tuple(i for i in columns if is_number[i] and i != target)[:MOST_FEATURES]
    return with_target(table, Choice(features, target, CLASSIFICATION), target)


def with_target(table: Table, choice: Choice, target: int) -> Choice:
    """The choice with another target: a class where there are few values, else a number.

    The former target becomes a feature, if it has numbers.
    """
    values = classes(table, target)
    is_number = _share_of_numbers(table, target) >= _MOSTLY
    is_counted = all(as_number(value).is_integer() for value in values) and len(values) <= _FEW
    problem = CLASSIFICATION
    if is_number and len(values) > 2 and not is_counted:
        problem = REGRESSION
    features = tuple(i for i in choice.features if i != target)
    former = choice.target
    if former not in (target, *features) and _share_of_numbers(table, former) >= _MOSTLY:
        features = tuple(sorted((*features, former)))
    return Choice(features, target, problem, _usual_positive(values), choice.is_standardized)


def classes(table: Table, column: int) -> list[str]:
    """The values of a column, the most frequent first."""
    counts = Counter(
        cell for row in table.rows if column < len(row) and (cell := _label(row[column]))
    )
    return [value for value, _count in counts.most_common()]


def choose(table: Table, choice: Choice) -> Chosen:
    """The points. ValueError, in words, for a choice that is none."""
    if not choice.features:
        raise ValueError("Choose at least one column as a feature.")
    if len(choice.features) > MOST_FEATURES:
        raise ValueError(f"At most {MOST_FEATURES} features can be used.")
    if choice.target in choice.features:
        raise ValueError("The target can't be a feature as well.")
    points, bad = [], []
    for line, row in zip(table.lines, table.rows):
        found = _point(table, choice, row)
        if isinstance(found, str):
            bad.append(BadRow(line, found))
        else:
            points.append(found)
    names = _class_names(table, choice)
    notes = [
        *_class_notes(table, choice, names),
        *_constant_notes(table, choice, points),
        *_percent_notes(table, choice),
    ]
    return Chosen(tuple(points), names, bad, notes)


def own_points(title: str, table: Table, choice: Choice, chosen: Chosen) -> OwnPoints:
    """The data set. Raises ValueError, in words, where nothing could be learnt from it."""
    if not chosen.points:
        raise ValueError("No row can be used with this choice of columns.")
    names = table.names
    columns = tuple(names[i][:LONGEST_TEXT] for i in (*choice.features, choice.target))
    return OwnPoints(
        title[:LONGEST_TEXT], choice.problem, columns, chosen.points, chosen.classes,
        choice.is_standardized,
    )  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """All that there is to show of a choice. values: of the target, most frequent first.

    own: what would be trained on; None where it is nothing, and `complaint` says why.
    """

    choice: Choice
    values: list[str]
    bad: list[BadRow]
    notes: list[str]
    own: OwnPoints | None
    complaint: str


def outcome(title: str, table: Table, choice: Choice) -> Outcome:
    """What comes of a choice."""
    values = classes(table, choice.target)
    try:
        chosen = choose(table, choice)
    except ValueError as error:
        return Outcome(choice, values, [], [], None, str(error))
    try:
        own = own_points(title, table, choice, chosen)
    except ValueError as error:
        return Outcome(choice, values, chosen.bad, chosen.notes, None, str(error))
    return Outcome(choice, values, chosen.bad, chosen.notes, own, "")


def told_bad(bad: Sequence[BadRow]) -> str:
    """The first of the rows that can't be used, a line each."""
    lines = [f"Line {row.line:,}: {row.reason}" for row in bad[:200]]
    if len(bad) > len(lines):
        lines.append(f"… and {len(bad) - len(lines):,} more")
    return "\n".join(lines)


def _point(table: Table, choice: Choice, row: list[str]) -> tuple[float, ...] | str:
    """A row's point, or why it has none."""
    if len(row) != table.n_columns:
        return f"{len(row)} cells where the others have {table.n_columns}"
    numbers = []
    wanted = choice.features
    if choice.problem == REGRESSION:
        wanted = (*wanted, choice.target)
    for column in wanted:
        number = as_number(row[column])
        if not math.isfinite(number):
            name = table.names[column]
            if is_missing(row[column]):
                return f"{name} is missing"
            return f"{name} is “{_short(row[column])}”, which is no finite number"
        numbers.append(number)
    if choice.problem == REGRESSION:
        return tuple(numbers)
    label = _label(row[choice.target])
    if not label:
        return f"{table.names[choice.target]} is missing"
    return (*numbers, 1.0 if label == choice.positive else -1.0)


def _label(cell: str) -> str:
    """A cell as a class: 1, 1.0 and 1,0 are the same one; "" where it is missing."""
    if is_missing(cell):
        return ""
    number = as_number(cell)
    return f"{number:g}" if math.isfinite(number) else cell.strip()


def _share_of_numbers(table: Table, column: int) -> float:
    cells = [row[column] for row in table.rows if column < len(row) and not is_missing(row[column])]
    return sum(not math.isnan(as_number(cell)) for cell in cells) / max(len(cells), 1)


def _usual_positive(values: list[str]) -> str:
    """Of two classes the later by name, so that 1 beats 0 and yes beats no; else the first."""
    if not values:
        return ""
    return max(values) if len(values) == 2 else values[0]


def _class_names(table: Table, choice: Choice) -> tuple[str, str]:
    if choice.problem == REGRESSION:
        return ("−1", "+1")
    others = [value for value in classes(table, choice.target) if value != choice.positive]
    negative = others[0] if len(others) == 1 else f"not {choice.positive}"
    return (negative[:LONGEST_TEXT], choice.positive[:LONGEST_TEXT])


def _class_notes(table: Table, choice: Choice, names: tuple[str, str]) -> list[str]:
    if choice.problem == REGRESSION:
        return []
    others = [value for value in classes(table, choice.target) if value != choice.positive]
    if len(others) == 1:
        return [f"{_short(names[1])} becomes +1, {_short(names[0])} becomes −1."]
    told = ", ".join(_short(value) for value in others[:_MOST_TOLD])
    more = f" and {len(others) - _MOST_TOLD} more" if len(others) > _MOST_TOLD else ""
    return [f"{_short(names[1])} becomes +1, all others ({told}{more}) −1."] if others else []


def _constant_notes(table: Table, choice: Choice, points: Sequence[tuple[float, ...]]) -> list[str]:
    names = table.names
    return [
        f"{_short(names[column])} is the same in every row: it tells the network nothing."
        for place, column in enumerate(choice.features)
        if points and len({point[place] for point in points}) == 1
    ]


def _percent_notes(table: Table, choice: Choice) -> list[str]:
    """How cells in percent are read, where there are any."""
    columns = (*choice.features, choice.target)
    cells = (row[column] for row in table.rows for column in columns if column < len(row))
    cell = next((cell for cell in cells if cell.strip().endswith("%")), None)
    if cell is None or not math.isfinite(as_number(cell)):
        return []
    return [f"Percent are shares: {cell.strip()} is read as {as_number(cell):g}."]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 30 else f"{text[:30]}…"
