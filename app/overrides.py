"""Errors in overrides of Qt's methods: told like any other, and kept out of Qt.

PySide carries an error through Qt to whatever Python called Qt, and there are three ways in which
that ends the process or holds it up:

- Until Python 3.12 the interpreter's own errors, such as those of `[][0]` or `1 / 0`, are made
  into objects only when somebody catches them. Where Python has called Qt, as in
  `super().mousePressEvent(event)` of a graphics view, PySide takes them for objects: a crash.
- An error holds the frames that it came through, and with them the QPainter of a paint event,
  which then outlives what it paints on: another crash.
- While Qt goes on painting, each further override finds the error, and adds a line to it.

So an override that Qt expects no answer of tells of its error at once, by `sys.excepthook` as
PySide would in the end, and returns. One that has to answer lets the error go on, without frames.
"""

from __future__ import annotations

import functools
import sys
import traceback
from types import FunctionType
from typing import Any

from shiboken6 import Shiboken

_HOOK = "__init_subclass__"  # Python calls it for each new class
_WITHOUT_ANSWER = ("paint", "drawBackground", "drawForeground")
_WITH_ANSWER = ("nativeEvent", "sceneEvent", "viewportEvent")  # unlike other events


def guard() -> None:
    """Guard the overrides of all classes that are defined from now on."""
    setattr(Shiboken.Object, _HOOK, classmethod(_guard_class))


def _guard_class(cls: type[Any], /, **arguments: Any) -> None:
    super(Shiboken.Object, cls).__init_subclass__(**arguments)
    of_qt = [base for base in cls.__mro__ if base.__module__.startswith("PySide6.")]
    for name, function in list(vars(cls).items()):
        is_override = isinstance(function, FunctionType) and any(name in vars(b) for b in of_qt)
        if is_override and not name.startswith("__"):
            is_event = name.endswith("Event") and name not in _WITH_ANSWER
            setattr(cls, name, _guarded(function, has_answer=not is_event))


def _guarded(function: FunctionType, *, has_answer: bool) -> Any:
    """The function, its errors settled.

    It takes as many arguments: PySide counts them where a method is connected to a signal.
    """
    code = function.__code__
    has_answer = has_answer and function.__name__ not in _WITHOUT_ANSWER
    has_options = bool(function.__defaults__ or code.co_kwonlyargcount or code.co_flags & 0x0C)

    @functools.wraps(function)
    def alone(self: Any) -> Any:
        try:
            return function(self)
        except Exception as error:
            _settle(error, has_answer)
            if has_answer:
                raise

    @functools.wraps(function)
    def with_one(self: Any, argument: Any) -> Any:
        try:
            return function(self, argument)
        except Exception as error:
            _settle(error, has_answer)
            if has_answer:
                raise

    @functools.wraps(function)
    def with_any(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except Exception as error:
            _settle(error, has_answer)
            if has_answer:
                raise

    if has_options or code.co_argcount > 2:
        return with_any
    return alone if code.co_argcount == 1 else with_one


def _settle(error: Exception, has_answer: bool) -> None:
    """Tell of an error that goes no further; let go of what its frames hold in any case."""
    if not has_answer:
        sys.excepthook(type(error), error, error.__traceback__)
    traceback.clear_frames(error.__traceback__)
