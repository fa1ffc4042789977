"""What an experiment says of itself while it runs."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result")
ResultSoFar = TypeVar("ResultSoFar", covariant=True)


@dataclass(frozen=True)
class Report(Generic[ResultSoFar]):
    """The result so far. done, total: in an experiment's own units, such as steps or pixels.

    note: what it waits for, in a sentence for the user; "" where it goes on.
    """

    done: int
    total: int
    result: ResultSoFar
    note: str = ""

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self.done / self.total if self.total else 1.0

    @property
    def is_last(self) -> bool:
        """Whether nothing is left to do."""
        return self.done >= self.total


Reports = Generator[Report[Result], None, None]


def last(reports: Reports[Result]) -> Result:
    """Run an experiment to its end; the final result."""
    *_, final = reports
    return final.result
