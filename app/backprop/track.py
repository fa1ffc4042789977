"""The track of the transport bar: all steps from left to right, and where the walk is."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import fonts, theme
from app.backprop.debugger import Debugger
from app.widgets.focus_ring import WANTS_RING
from core.stepping import Kind, Step

_CAPTION, _LINE, _NAMES = 16.0, 34.0, 52.0  # heights of the rows' middles at 100 %
_ROW = 18.0  # height of a line of text at 100 %
_GAP = 4.0  # between sections
_LEAST_SECTION = 72.0
_STOP, _SMALL_DISC, _DISC = 4.0, 7.0, 10.0  # radii of a stop, and of the present one
_NAMED_FROM = 15.0  # pixels between stops from which others than the present one are named
_ELIDED_FROM = 26.0  # under it a name that is too long is left out
_DOTTED_FROM = 10.0
_TITLES = ("Forward", "Backward", "Update")


@dataclass(frozen=True)
class _Section:
    """Steps first .. last of one title, from x to x + width."""

    title: str
    first: int
    count: int
    x: float
    width: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def spacing(self) -> float:
        return self.width / self.count

    def stop(self, place: int) -> float:
        return self.x + (place - self.first + 0.5) * self.spacing

    def has(self, place: int | None) -> bool:
        return place is not None and self.first <= place < self.first + self.count


class StepTrack(QWidget):
    """Press or drag to be at a step; arrow keys, Home and End while it has the focus."""

    def __init__(self, debugger: Debugger, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._debugger = debugger
        self._sections: list[_Section] | None = None
        self._wheel = 0
        self.setObjectName("backprop_track")
        self.setAccessibleName("Steps of backpropagation")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(WANTS_RING, True)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        debugger.moved.connect(self.update)
        debugger.retraced.connect(self._forget)
        debugger.document.extras_changed.connect(self.update)
        theme.notifier.changed.connect(self._forget)

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(396), fonts.px(62))

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(220), fonts.px(62))

    def stop_position(self, place: int) -> QPointF:
        """Where a step stands on the track, in the widget."""
        section = next(s for s in self._laid_out() if s.has(place))
        return QPointF(section.stop(place), fonts.px(_LINE))

    # ----- geometry -------------------------------------------------------------------------

    def _laid_out(self) -> list[_Section]:
        if self._sections is None:
            self._sections = self._lay_out()
        return self._sections

    def _lay_out(self) -> list[_Section]:
        kinds = [step.kind for step in self._debugger.trace.steps]
        if not kinds:
            return []
        seed = kinds.index(Kind.SEED)
        counts = [seed, len(kinds) - seed - 1, 1]
        shown = [(title, count) for title, count in zip(_TITLES, counts) if count]
        side = _DISC + 2  # room for the disc at both ends
        room = self.width() - 2 * side - _GAP * (len(shown) - 1)
        least = min(fonts.px(_LEAST_SECTION), room / len(shown))
        spare = room - least * len(shown)
        steps = sum(count for title, count in shown if title != _TITLES[2]) or 1
        sections, x, first = [], side, 0
        for title, count in shown:
            share = 0.0 if title == _TITLES[2] else count / steps
            width = least + spare * share
            sections.append(_Section(title, first, count, x, width))
            x += width + _GAP
            first += count
        return sections

    def _place_at(self, x: float) -> int | None:
        """The step nearest to a place along the track."""
        sections = self._laid_out()
        if not sections:
            return None
        at = bisect_left([section.right + _GAP / 2 for section in sections], x)
        section = sections[min(at, len(sections) - 1)]
        index = int((x - section.x) / section.spacing)
        return section.first + max(0, min(index, section.count - 1))

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = self._debugger.place
        free_from = -math.inf
        for section in self._laid_out():
            self._paint_line(painter, section, place)
            self._paint_stops(painter, section, place)
            free_from = self._paint_names(painter, section, place, free_from)
        if place is not None:
            self._paint_present(painter, place)

    def _paint_line(self, painter: QPainter, section: _Section, place: int | None) -> None:
        now = theme.current()
        is_present = section.has(place)
        font = fonts.sans(theme.SIZE_CAPTION, fonts.SEMIBOLD if is_present else fonts.NORMAL)
        painter.setFont(font)
        is_ahead = place is not None and section.first > place
        role = "accent" if is_present else "text3" if is_ahead else "text2"
        painter.setPen(now.color(role))
        height = fonts.px(_ROW)
        caption = QRectF(section.x, fonts.px(_CAPTION) - height / 2, section.width, height)
        painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter, section.title)
        painter.setPen(Qt.PenStyle.NoPen)
        line = QRectF(section.x, fonts.px(_LINE) - 2, section.width, 4)
        painter.setBrush(now.color("line"))
        painter.drawRoundedRect(line, 2, 2)
        if place is None or is_ahead:
            return
        # What has been walked: light; of the section where the walk is, in the accent's colour.
        if is_present:
            line.setRight(section.stop(place))
        painter.setBrush(now.color("accent" if is_present else "text2"))
        painter.drawRoundedRect(line, 2, 2)

    def _paint_stops(self, painter: QPainter, section: _Section, place: int | None) -> None:
        now = theme.current()
        y = fonts.px(_LINE)
        steps = self._debugger.trace.steps[section.first : section.first + section.count]
        if section.spacing >= _DOTTED_FROM:
            painter.setBrush(now.color("panel"))
            for at in range(section.first, section.first + section.count):
                is_done = place is not None and at <= place
                role = "strong" if not is_done else "accent" if section.has(place) else "text2"
                painter.setPen(QPen(now.color(role), 2))
                painter.drawEllipse(QPointF(section.stop(at), y), _STOP, _STOP)
        stopping = self._debugger.breakpoints
        if not stopping:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.color("error"))
        for at, step in enumerate(steps, section.first):
            if step.node in stopping and step.kind in (Kind.FORWARD, Kind.BACKWARD):
                painter.drawEllipse(QPointF(section.stop(at), y - _DISC - 1), 2.5, 2.5)

    def _paint_names(
        self, painter: QPainter, section: _Section, place: int | None, free_from: float
    ) -> float:
        """As many names as find room right of `free_from`; returns where room begins after them."""
        if section.spacing < _NAMED_FROM or section.title == _TITLES[2]:
            return free_from
        font = fonts.sans(theme.SIZE_CAPTION)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.current().color("text2"))
        free_from = max(free_from, section.x - 20)
        taken = self._present_name_area(place) if place is not None else None
        for at in range(section.first, section.first + section.count):
            text = self._name(at)
            if section.spacing >= _ELIDED_FROM:
                room = max(section.spacing - 6, metrics.horizontalAdvance("seed"))
                text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
            width = metrics.horizontalAdvance(text)
            area = _centered(section.stop(at), fonts.px(_NAMES), width)
            is_free = area.left() >= free_from and not (
                taken is not None and area.intersects(taken)
            )
            if at != place and is_free:
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
                free_from = area.right() + 6
        return free_from

    def _paint_present(self, painter: QPainter, place: int) -> None:
        now = theme.current()
        middle = self.stop_position(place)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.color("accent"))
        name = self._name(place)
        font = fonts.sans(theme.SIZE_CAPTION, fonts.SEMIBOLD)
        painter.setFont(font)
        inside = self._fits_inside(name)
        radius = _DISC if inside else _SMALL_DISC
        painter.drawEllipse(middle, radius, radius)
        painter.setPen(now.color("on_accent" if inside else "accent"))
        area = self._present_name_area(place)
        if inside:
            area.moveCenter(middle)
        shown = QFontMetricsF(font).elidedText(
            name, Qt.TextElideMode.ElideMiddle, area.width() + 0.5
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown)

    def _present_name_area(self, place: int) -> QRectF:
        """Where the present step's name stands beneath the track, within the widget."""
        name = self._name(place)
        metrics = QFontMetricsF(fonts.sans(theme.SIZE_CAPTION, fonts.SEMIBOLD))
        width = min(metrics.horizontalAdvance(name), 160.0)
        y = fonts.px(_LINE if self._fits_inside(name) else _NAMES)
        area = _centered(self.stop_position(place).x(), y, width)
        if area.left() < 0:
            area.moveLeft(0)
        if area.right() > self.width():
            area.moveRight(self.width())
        return area

    def _fits_inside(self, name: str) -> bool:
        metrics = QFontMetricsF(fonts.sans(theme.SIZE_CAPTION, fonts.SEMIBOLD))
        return 0 < metrics.horizontalAdvance(name) <= 2 * _DISC - 6

    def _name(self, place: int) -> str:
        step = self._debugger.trace.steps[place]
        if step.kind is Kind.UPDATE:
            return ""  # its section says it
        if step.kind is Kind.SEED:
            return "seed"
        node = self._debugger.document.graph.nodes.get(step.node)
        return node.name if node else ""

    # ----- mouse and keys -------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrub(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event.position().x())

    def _scrub(self, x: float) -> None:
        place = self._place_at(x)
        if place is not None:
            self._debugger.pause()
            self._debugger.go_to(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A notch of the wheel is a step."""
        self._wheel += event.angleDelta().y() or -event.angleDelta().x()
        notches, self._wheel = (
            int(self._wheel / 120),
            int(self._wheel - 120 * int(self._wheel / 120)),
        )
        debugger = self._debugger
        if notches and debugger.place is not None:
            debugger.pause()
            debugger.go_to(debugger.place - notches)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        debugger = self._debugger
        commands: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_Right: debugger.forward,
            Qt.Key.Key_Left: debugger.back,
            Qt.Key.Key_Home: debugger.first,
            Qt.Key.Key_End: lambda: debugger.go_to(len(debugger.trace) - 1),
        }
        command = commands.get(Qt.Key(event.key()))
        if command is None:
            super().keyPressEvent(event)
        else:
            command()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._place_at(event.pos().x())
            if place is not None:
                words = _describe(self._debugger.trace.steps[place], self._name(place))
                total = len(self._debugger.trace)
                QToolTip.showText(event.globalPos(), f"Step {place + 1} of {total}: {words}", self)
            return True
        return super().event(event)

    # ----- within ---------------------------------------------------------------------------

    def _forget(self) -> None:
        self._sections = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._sections = None


def _centered(x: float, y: float, width: float) -> QRectF:
    height = fonts.px(_ROW)
    return QRectF(x - width / 2 - 1, y - height / 2, width + 2, height)


def _describe(step: Step, name: str) -> str:
    is_at_node = step.kind in (Kind.FORWARD, Kind.BACKWARD)
    return f"{step.kind.value}, {name}" if is_at_node else str(step.kind.value)
