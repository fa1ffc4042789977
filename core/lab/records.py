"""Questions and results as strict JSON and back: frozen dataclasses, by their annotations.

Numbers come back to the last bit. What is read is checked against the annotation of its field and
then by the class itself; whatever does not fit is a StorageError that says where. Arrays of more
than a few numbers are the base64 of their little-endian bytes, a third of the size of their
digits.
"""

import base64
import binascii
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.lab.problems import Problem, problem_from_dict
from core.optim import Optimizer, Schedule, optimizer_from_dict, schedule_from_dict
from core.storage.strict_json import StorageError, get, number, shown, to_json, typed

SHORT = 16  # numbers in an array that are written as digits
ARRAY = typing.get_origin(NDArray[np.float64])
MOST_NUMBERS = 1 << 25  # in an array that is read
ADDED = {"first"}  # fields that documents of earlier versions do not have
KINDS = {"float64": "<f8", "int64": "<i8"}


def written(value: Any, where: str = "record") -> Any:
    """A question, a result or a part of one, as JSON can hold it."""
    if isinstance(value, Problem | Optimizer | Schedule):
        return to_json(value.to_dict(), where)
    if isinstance(value, np.ndarray):
        return _written_array(value, where)
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        return {name: written(getattr(value, name), f"{where}.{name}") for name in names}
    if isinstance(value, tuple | list):
        return [written(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, np.generic):
        value = value.item()
    return to_json(value, where)


def read(document: Any, hint: Any, where: str = "record") -> Any:
    """What `written` wrote, of the type that `hint` says. StorageError for anything else."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union or origin is types.UnionType:
        return _read_union(document, arguments, where)
    if origin is typing.Literal:
        if document not in arguments:
            raise StorageError(f"There is no {shown(document)} here.", where)
        return document
    if origin is tuple:
        return _read_tuple(document, arguments, where)
    if origin is ARRAY:
        # NumPy 2.4 has ndarray[shape, dtype[kind]] here, 2.5 an alias of one argument, the kind.
        (kind,) = typing.get_args(arguments[-1]) or arguments
        return _read_array(document, kind.__name__, where)
    if hint is float:
        return number(document, where)
    if hint in (int, str, bool):
        return typed(document, hint, where)
    return _read_object(typed(document, dict, where), hint, where)


def _read_object(document: dict[str, Any], kind: type[Any], where: str) -> Any:
    try:
        for base, reader in (
            (Problem, problem_from_dict), (Optimizer, optimizer_from_dict),
            (Schedule, schedule_from_dict),
        ):  # fmt: skip
            if issubclass(kind, base):
                return reader(_with_numbers(document))
        hints = typing.get_type_hints(kind)
        parts = {
            field.name: read(get(document, field.name, object, where), hints[field.name],
                             f"{where}.{field.name}")
            for field in fields(kind)
            if field.name in document or field.name not in ADDED  # then its default
        }  # fmt: skip
        return kind(**parts)
    except (TypeError, ValueError) as error:
        raise StorageError(f"{error}", where) from None


def _with_numbers(document: Any) -> Any:
    """With the numbers that are not finite as numbers again."""
    if isinstance(document, Mapping):
        return {key: _with_numbers(value) for key, value in document.items()}
    return float(document) if document in ("inf", "-inf", "nan") else document


def _read_union(document: Any, hints: tuple[Any, ...], where: str) -> Any:
    if document is None and type(None) in hints:
        return None
    others = [hint for hint in hints if hint is not type(None)]
    if len(others) > 1:  # such as a rate: a number, or a schedule, which is an object
        is_object = isinstance(document, dict)
        others = [h for h in others if (h not in (int, float, str, bool)) == is_object] or others
    return read(document, others[0], where)


def _read_tuple(document: Any, hints: tuple[Any, ...], where: str) -> Any:
    items: list[Any] = typed(document, list, where)
    if len(hints) == 2 and hints[1] is Ellipsis:
        hints = (hints[0],) * len(items)
    if len(items) != len(hints):
        raise StorageError(f"There should be {len(hints)} of these, not {len(items)}.", where)
    return tuple(
        read(item, hint, f"{where}[{i}]") for i, (item, hint) in enumerate(zip(items, hints))
    )


def _written_array(array: np.ndarray[Any, Any], where: str) -> dict[str, Any]:
    if array.dtype.name not in KINDS:
        raise StorageError(f"An array of {array.dtype.name} can't be saved.", where)
    document: dict[str, Any] = {"kind": array.dtype.name, "shape": list(array.shape)}
    if array.size <= SHORT:
        return document | {"numbers": to_json(array.ravel().tolist(), where)}
    content = np.ascontiguousarray(array, dtype=KINDS[array.dtype.name]).tobytes()
    return document | {"base64": base64.b64encode(content).decode("ascii")}


def _read_array(document: Any, wanted: str, where: str) -> np.ndarray[Any, Any]:
    kind = get(typed(document, dict, where), "kind", str, where)
    if kind != wanted:
        raise StorageError(f"This should be an array of {wanted}, not of {shown(kind)}.", where)
    shape = tuple(typed(n, int, where) for n in get(document, "shape", list, where))
    size = math.prod(shape)
    if len(shape) > 3 or min(shape, default=0) < 0 or size > MOST_NUMBERS:
        raise StorageError(f"There is no array of the shape {shown(list(shape))}.", where)
    if "base64" in document:
        try:
            content = base64.b64decode(get(document, "base64", str, where), validate=True)
        except (binascii.Error, ValueError):
            raise StorageError("This is not base64.", where) from None
        if len(content) != 8 * size:
            raise StorageError(f"There should be {size:,} numbers here.", where)
        array = np.frombuffer(content, dtype=KINDS[kind]).astype(kind)
    else:
        numbers = [number(x, where) for x in get(document, "numbers", list, where)]
        if len(numbers) != size:
            raise StorageError(f"There should be {size:,} numbers here.", where)
        array = np.array(numbers).astype(kind)
    return array.reshape(shape)
