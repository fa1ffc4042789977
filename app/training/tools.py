"""The training tab's further commands, by the names that the menu has for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.training.data_tools import DataTools
from app.training.owner import Owner
from app.training.share_tools import ShareTools
from app.training.tool_names import OWN_DATA, SHARE
from app.training.view import TrainingView
from app.widgets.pop_up import PopUp


class TrainingTools:
    """data: the ways to data of one's own. share: those to give a run away or take one in."""

    def __init__(self, owner: Owner, view: TrainingView, draw: Callable[[], None]) -> None:
        self.data = DataTools(owner, view.toasts, draw)
        self.share = ShareTools(owner, view.toasts)
        self._button = view.share
        view.setup.own.wanted.connect(self.do)
        view.share.clicked.connect(self._open_menu)

    def do(self, name: str) -> None:
        """One of the commands. KeyError where there is no such one."""
        tools = self.data if name in dict(OWN_DATA) else self.share
        tools.do(name)

    def _open_menu(self) -> None:
        menu = PopUp(self._button)
        for name, words in SHARE:
            menu.add(words, partial(self.share.do, name))
        menu.open_under(self._button)
