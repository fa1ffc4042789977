"""The lanes of a race as they are typed and named: rates, optimizers, batches, initialisations."""

from __future__ import annotations

from collections.abc import Sequence

from core import optim
from core.lab.problems import Problem
from core.lab.race import MOST_LANES, Lane
from core.nn import INITS
from core.numbers import NumberError, format_number, parse_number
from core.optim import OPTIMIZERS

RATE, OPTIMIZER, BATCH, INIT = "rate", "optimizer", "batch_size", "init"
CHOICES = (
    (RATE, "learning rate"),
    (OPTIMIZER, "optimizer"),
    (BATCH, "batch size"),
    (INIT, "initial weights"),
)
DEFAULTS = {
    RATE: "0.01, 0.1, 0.5, 2, 8",
    OPTIMIZER: "sgd, momentum, rmsprop at 0.01, adam at 0.01",
    BATCH: "1, 10, 50, 250",
    INIT: "micrograd, playground, xavier, he, zero",
}
AT = " at "  # between what a lane is and its own rate
WHAT_DIFFERS = {
    RATE: "Same start, same data. Only the rate differs.",
    OPTIMIZER: "Same start, same data. Only the optimizer differs.",
    BATCH: "Same start, same data. Only the batch size differs.",
    INIT: "Same data, same rules. Only the initial weights differ.",
}


def words_of(text: str) -> list[str]:
    """The lanes of a text, one by one."""
    return [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]


def read(what: str, text: str, problem: Problem) -> tuple[Lane, ...]:
    """The lanes of a text with commas. ValueError, in words for the user, for a bad one."""
    words = words_of(text)
    if len(words) < 2:
        raise ValueError("A race needs two lanes at least: give them with commas between.")
    if len(words) > MOST_LANES:
        raise ValueError(f"A race has {MOST_LANES} lanes at most; these are {len(words)}.")
    return tuple(_lane(what, word, problem) for word in words)


def typed(lanes: Sequence[Lane]) -> tuple[str, str]:
    """What these lanes differ in, and the text that `read` makes them of; schedules are left out.

    What can't be typed, such as rates of a lane's layers, is left out as well.
    """
    found = [what for what in (OPTIMIZER, BATCH, INIT) if _all_have(lanes, what)]
    what = found[0] if found else RATE
    words = []
    for lane in lanes:
        if isinstance(lane.rate, float):
            kind = getattr(lane, what)
            kind = kind.name if isinstance(kind, optim.Optimizer) else str(kind)
            words.append(_exact(lane.rate) if what == RATE else f"{kind}{AT}{_exact(lane.rate)}")
    return what, ", ".join(words)


def _all_have(lanes: Sequence[Lane], what: str) -> bool:
    return all(getattr(lane, what) is not None for lane in lanes)


def _lane(what: str, word: str, problem: Problem) -> Lane:
    """What a word says: a rate, or another thing and perhaps its own rate, as in "adam at 0.01"."""
    if what == RATE:
        return Lane(_number(word, "a learning rate"))
    kind, has_rate, own_rate = word.lower().partition(AT)
    rate = _number(own_rate, "a learning rate") if has_rate else problem.rate
    kind = kind.strip()
    if what == OPTIMIZER:
        if kind not in OPTIMIZERS:
            raise ValueError(f"There is no optimizer {kind!r}; there are {', '.join(OPTIMIZERS)}.")
        return Lane(rate, optimizer=optim.find(kind))
    if what == BATCH:
        size = _number(kind, "a batch size")
        if not 1 <= size <= 1e9 or size != int(size):
            raise ValueError(f"A batch has a whole number of points, 1 at least, not {kind}.")
        return Lane(rate, batch_size=int(size))
    if kind not in INITS:
        raise ValueError(f"There are no initial weights {kind!r}; there are {', '.join(INITS)}.")
    return Lane(rate, init=kind)


def _number(word: str, what: str) -> float:
    try:
        return parse_number(word)
    except NumberError as error:
        raise ValueError(f"{word!r} is not {what}: {error}") from None


def names(lanes: Sequence[Lane], joined: Sequence[int], given: Sequence[str] = ()) -> list[str]:
    """What to call each lane, no two alike: by what differs; a fork by its rate and step.

    given: names of the first lanes that are known already.
    """
    first = [lane for lane, step in zip(lanes, joined) if not step]
    found: list[str] = []
    for k, (lane, step) in enumerate(zip(lanes, joined)):
        name = given[k] if k < len(given) else _name(lane, first)
        if step:
            name = f"{_rate(lane)} from {step:,}"
        while name in found:
            name += "′"
        found.append(name)
    return found


def _name(lane: Lane, lanes: Sequence[Lane]) -> str:
    parts = []
    if lane.optimizer is not None:
        parts.append(lane.optimizer.title)
    if lane.batch_size is not None:
        parts.append(f"batch {lane.batch_size:,}")
    if lane.init is not None:
        parts.append(lane.init)
    if not parts or len({other.rate for other in lanes}) > 1:
        parts.append(_rate(lane))
    return ", ".join(parts)


def _rate(lane: Lane) -> str:
    return format_number(lane.rate, 3) if isinstance(lane.rate, float) else "schedule"


def rank(lanes: Sequence[Lane], index: int) -> tuple[float, int]:
    """For sorting: by rate, then as typed."""
    rate = lanes[index].rate
    return (rate if isinstance(rate, float) else 0.0, index)


def with_one_more(what: str, text: str) -> str:
    """The text with another lane at its end. ValueError, in words, where there is none to add."""
    words = words_of(text)
    if len(words) >= MOST_LANES:
        raise ValueError(f"A race has {MOST_LANES} lanes at most.")
    if what == RATE:
        new = _short(max(_numbers(words), default=0.005) * 2)
    elif what == BATCH:
        new = str(int(max(_numbers(words), default=0.5) * 2))
    else:
        known = {word.lower().partition(AT)[0].strip() for word in words}
        left = [name for name in (OPTIMIZERS if what == OPTIMIZER else INITS) if name not in known]
        new = left[0] if left else f"{words[-1].lower().partition(AT)[0].strip()}{AT}0.01"
    return ", ".join([*words, new])


def with_rate(what: str, text: str, index: int, rate: float) -> str:
    """The text with another rate for one of its lanes."""
    words = words_of(text)
    kind = words[index].partition(AT)[0].strip()
    words[index] = _short(rate) if what == RATE else f"{kind}{AT}{_short(rate)}"
    return ", ".join(words)


def _numbers(words: Sequence[str]) -> list[float]:
    found = []
    for word in words:
        try:
            found.append(parse_number(word.partition(AT)[0]))
        except NumberError:
            continue
    return found


def _exact(rate: float) -> str:
    """With as many digits as it takes."""
    return short if float(short := _short(rate)) == rate else repr(rate)


def _short(rate: float) -> str:
    return f"{rate:.4g}"
