"""How long the program takes to refuse a text made to hang it.

Processor time, the least of three; at most 100 ms each, so that typing goes on.
`python -m tests.benchmarks refusals`
"""

from __future__ import annotations

import time

from core.expression import ExpressionError, parse
from tests.core.hostile_texts import HOSTILE

AT_MOST = 100.0  # ms


def _refuse(text: str) -> float:
    """Milliseconds until `text` is refused."""
    start = time.process_time()
    try:
        parse(text)
    except ExpressionError:
        return (time.process_time() - start) * 1e3
    raise AssertionError(f"{text[:40]!r} was not refused")


def main(arguments: list[str]) -> int:
    """Prints the slowest first; 1 if any is above the bar."""
    taken = {kind: min(_refuse(text) for _ in range(3)) for kind, text in HOSTILE.items()}
    for kind, ms in sorted(taken.items(), key=lambda item: -item[1]):
        print(f"{kind:24s} {ms:8.1f} ms{'  MISSED' if ms > AT_MOST else ''}")
    return int(max(taken.values()) > AT_MOST)
