"""Windows are built as the program builds its own: without the style sheet, which comes last.

Under one, Qt works out the style of a widget and all in it anew for each parent that it gets;
that is half the time a window takes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QApplication

from app.style_sheet import style_sheet


@contextmanager
def without_style_sheet() -> Iterator[None]:
    """What is built within gets the style sheet in the end."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setStyleSheet("")
    try:
        yield
    finally:
        application.setStyleSheet(style_sheet())
