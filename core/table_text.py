"""A table as text, from a file or a spreadsheet: what separates its cells, and what they say.

Nothing is demanded of the text: encoding, delimiter, decimal comma and header are recognised.
Of a long table a random sample is kept, so that a million rows take no more room than a few.
"""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from core.own_data import MOST_ROWS

MOST_BYTES = 200_000_000
MOST_COLUMNS = 1000
_LOOKED_AT = 100  # rows by which a delimiter is chosen
_DELIMITERS = ("\t", ";", ",", "|", " ")  # the first of those that do equally well
_WORDS = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "bar", " ": "blank"}
_MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "?", "-"))
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?$")


@dataclass(frozen=True)
class Table:
    """Rows of cells. lines: where in the text each began, from 1. n_rows: of the whole table,
    without its header; of a long one only a sample is in `rows`."""

    header: tuple[str, ...] | None
    rows: list[list[str]]
    lines: list[int]
    n_rows: int
    delimiter: str
    encoding: str

    @property
    def is_sample(self) -> bool:
        """Whether there are more rows than were kept."""
        return self.n_rows > len(self.rows)

    @property
    def n_columns(self) -> int:
        """Cells of most rows."""
        return len(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns: their header, or their place."""
        if self.header is not None:
            return tuple(name or f"column {i}" for i, name in enumerate(self.header, start=1))
        width = Counter(map(len, self.rows)).most_common(1)[0][0]
        return tuple(f"column {i}" for i in range(1, width + 1))

    @property
    def told(self) -> str:
        """How it was understood, as a sentence."""
        header = "with a header" if self.header is not None else "without a header"
        return (
            f"{self.n_rows:,} rows of {self.n_columns}, {header}; "
            f"{_WORDS[self.delimiter]} between cells, {self.encoding}."
        )

    def with_header(self, has_header: bool) -> "Table":
        """The same with its first row taken for names, or for numbers."""
        if has_header == (self.header is not None):
            return self
        if has_header:
            header = tuple(cell.strip() for cell in self.rows[0])
            return replace(
                self, header=header, rows=self.rows[1:], lines=self.lines[1:],
                n_rows=self.n_rows - 1,
            )  # fmt: skip
        assert self.header is not None
        rows, lines = [list(self.header), *self.rows], [1, *self.lines]
        return replace(self, header=None, rows=rows, lines=lines, n_rows=self.n_rows + 1)


def read_table(content: bytes | str) -> Table:
    """The table that a file, or pasted text, has. ValueError, in words, where it is none."""
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"The table has more than {MOST_BYTES / 1e6:.0f} MB, the most that is read. Take a "
            "part of it."
        )
    text, encoding = _decoded(content) if isinstance(content, bytes) else (content, "pasted text")
    if not text.strip():
        raise ValueError("The table is empty.")
    first = _first_lines(text)
    delimiter = max(_DELIMITERS, key=lambda delimiter: _fit(first, delimiter))
    rows, lines, count = _sampled(_cells(text, delimiter))
    if not rows:
        raise ValueError("The table is empty.")
    width = Counter(map(len, rows[:_LOOKED_AT])).most_common(1)[0][0]
    if width < 2:
        raise ValueError(
            "Only one column was found: a table has features and a target, with commas, "
            "semicolons or tabs between them."
        )
    if width > MOST_COLUMNS:
        raise ValueError(f"The table has {width:,} columns; at most {MOST_COLUMNS:,} are read.")
    table = Table(None, rows, lines, count, delimiter, encoding)
    return table.with_header(_begins_with_header(rows))


def as_number(cell: str) -> float:
    """The number in a cell, with a decimal point or comma; nan where there is none.

    12 % is 0.12, as spreadsheets have it.
    """
    cell = cell.strip().replace("\N{MINUS SIGN}", "-")
    if cell.endswith("%"):
        return as_number(cell[:-1]) / 100.0 if cell.count("%") == 1 else math.nan
    if _NUMBER.match(cell):
        return float(cell.replace(",", "."))
    return {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf}.get(cell.lower(), math.nan)


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is nothing to say."""
    return cell.strip().lower() in _MISSING


def _decoded(content: bytes) -> tuple[str, str]:
    """The text of a file, and its encoding in words."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ValueError(
            "This is a spreadsheet's own file. Save it as CSV there, or copy its cells and "
            "paste them here."
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_as(content, "utf-16"), "UTF-16"
    head = content[:4096]
    if head.count(b"\0") > len(head) // 4:
        is_little = head[1::2].count(b"\0") > head[::2].count(b"\0")
        return _decode_as(content, "utf-16-le" if is_little else "utf-16-be"), "UTF-16"
    if b"\0" in head:
        raise ValueError("This is no table: it holds bytes that no text has.")
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "Latin-1"


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("This is no table: it begins as UTF-16 and goes on otherwise.") from None


def _first_lines(text: str) -> str:
    """As much of the text as a delimiter is chosen by."""
    return "".join(islice(io.StringIO(text[:1_000_000], newline=""), _LOOKED_AT))


def _cells(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The line where each row begins, and its cells; empty rows are passed over."""
    if delimiter == " ":
        for number, line in enumerate(io.StringIO(text), start=1):
            if cells := line.split():
                yield number, cells
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"Line {begin} can't be read: {error}.") from None


def _fit(text: str, delimiter: str) -> float:
    """How well a delimiter explains the first rows: how alike, and how full of numbers."""
    try:
        rows = [cells for _line, cells in _cells(text, delimiter)]
    except ValueError:
        return 0.0
    if not rows:
        return 0.0
    width, alike = Counter(map(len, rows)).most_common(1)[0]
    if width < 2:
        return 0.0
    cells = [cell for row in rows if len(row) == width for cell in row]
    numbers = sum(not math.isnan(as_number(cell)) for cell in cells)
    return alike / len(rows) * (0.2 + numbers / len(cells))


def _sampled(
    rows: Iterable[tuple[int, list[str]]],
) -> tuple[list[list[str]], list[int], int]:
    """At most MOST_ROWS of the rows besides the first, all equally likely (Vitter 1985)."""
    random = np.random.default_rng(0)
    kept: list[tuple[int, list[str]]] = []
    count = 0
    for row in rows:
        if len(kept) <= MOST_ROWS:
            kept.append(row)
        else:
            place = int(random.random() * count)
            if place < MOST_ROWS:
                kept[1 + place] = row
        count += 1
    kept[1:] = sorted(kept[1:], key=lambda row: row[0])
    return [cells for _line, cells in kept], [line for line, _cells in kept], count


def _begins_with_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: no number in it, though there are some beneath."""
    first, rest = rows[0], rows[1 : _LOOKED_AT + 1]
    if any(not math.isnan(as_number(cell)) for cell in first):
        return False
    return any(not math.isnan(as_number(cell)) for row in rest for cell in row)
