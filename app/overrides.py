"""Errors that leave an override of one of Qt's methods, made safe for PySide under Python 3.11.

Until Python 3.12 the interpreter's own errors, such as those of `[][0]` or `1 / 0`, are made into
objects only when somebody catches them. Where Python calls Qt and Qt calls an override, as in
`super().mousePressEvent(event)` of a graphics view, PySide takes the error for such an object to
say in it whose override it left, and the process crashes. So each override catches what it raises
once and lets it go on: what nobody handles is told to the user, as everywhere.
"""

from __future__ import annotations

import functools
import sys
from types import FunctionType
from typing import Any

from shiboken6 import Shiboken

_HOOK = "__init_subclass__"  # Python calls it for each new class


def guard() -> None:
    """Guard the overrides of all classes that are defined from now on, where that is needed."""
    if sys.version_info < (3, 12):
        setattr(Shiboken.Object, _HOOK, classmethod(_guard_class))


def _guard_class(cls: type[Any], /, **arguments: Any) -> None:
    super(Shiboken.Object, cls).__init_subclass__(**arguments)
    of_qt = [base for base in cls.__mro__ if base.__module__.startswith("PySide6.")]
    for name, function in list(vars(cls).items()):
        is_override = isinstance(function, FunctionType) and any(name in vars(b) for b in of_qt)
        if is_override and not name.startswith("__"):
            setattr(cls, name, _guarded(function))


def _guarded(function: FunctionType) -> Any:
    """The function, whose errors are whole.

    It takes as many arguments: PySide counts them where a method is connected to a signal.
    """
    code = function.__code__
    has_options = bool(function.__defaults__ or code.co_kwonlyargcount or code.co_flags & 0x0C)

    @functools.wraps(function)
    def alone(self: Any) -> Any:
        try:
            return function(self)
        except BaseException:
            raise

    @functools.wraps(function)
    def with_one(self: Any, argument: Any) -> Any:
        try:
            return function(self, argument)
        except BaseException:
            raise

    @functools.wraps(function)
    def with_any(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except BaseException:
            raise

    if has_options or code.co_argcount > 2:
        return with_any
    return alone if code.co_argcount == 1 else with_one
