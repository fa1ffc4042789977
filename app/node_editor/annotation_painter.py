"""Paints frames, notes and the dots of links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QTransform

from app import theme
from app.node_editor.annotations import (
    DOT_RADIUS,
    NOTE_MARGIN,
    Annotations,
    DotBox,
    FrameBox,
    NoteBox,
)
from app.node_editor.colors import brush, pen
from app.node_editor.links import dot_color
from app.node_editor.painter import Marks
from app.node_editor.texts import Style, font_of

READABLE_FROM = 0.4  # zoom below which a note's text is left out
SMALLEST_TITLE = 12.0  # pixels: a title is read from far as well
RADIUS = 6.0

_RUNS = {"grey": 4, "violet": 1, "pink": 3, "yellow": 2}  # places in the theme's run colours


def frame_color(name: str) -> QColor:
    """A frame's colour in the theme in force; blue and orange are for signs alone."""
    return QColor(theme.current().runs[_RUNS[name]])


def frame_icon(name: str) -> QIcon:
    """A swatch of a frame's colour, for menus."""
    swatch = QPixmap(32, 32)
    swatch.fill(Qt.GlobalColor.transparent)
    painter = QPainter(swatch)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(frame_color(name))
    painter.drawRoundedRect(4, 4, 24, 24, 6, 6)
    painter.end()
    return QIcon(swatch)


def paint_beneath(
    painter: QPainter, annotations: Annotations, areas: Sequence[QRectF], marks: Marks
) -> None:
    """Frames and notes, in scene coordinates: beneath links and nodes."""
    for frame in annotations.frames.values():
        if any(map(frame.rect.adjusted(0, -40, 0, 0).intersects, areas)):
            _paint_frame(painter, frame, marks)
    for note in annotations.notes.values():
        if any(map(note.rect.intersects, areas)):
            _paint_note(painter, note, marks)


def _paint_frame(painter: QPainter, box: FrameBox, marks: Marks) -> None:
    world = painter.worldTransform()
    rect, zoom = world.mapRect(box.rect), world.m11()
    band = world.mapRect(box.title_rect)
    color = frame_color(box.frame.color)
    radius = max(2.0, RADIUS * min(zoom, 1.0))
    painter.save()
    painter.setTransform(QTransform())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_faint(color, 0.10))
    painter.drawRoundedRect(rect, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    is_hovered = marks.hovered_item is not None and marks.hovered_item.key == box.key
    painter.setPen(_faint(color, 0.9 if is_hovered else 0.5))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    if box.key == marks.drop_frame:
        painter.setPen(pen("accent", 2.0))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)
    elif box.key in marks.items:
        painter.setPen(pen("selection", 2.0))
        painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), radius + 3, radius + 3)
    if box.frame.title:
        _paint_title(painter, box.frame.title, band, zoom)
    painter.restore()


def _paint_title(painter: QPainter, title: str, band: QRectF, zoom: float) -> None:
    """In the band at the top, or above the frame where the band is too low for it."""
    font = font_of(Style.NAME)
    font.setPixelSize(round(max(SMALLEST_TITLE, font.pixelSize() * zoom)))
    painter.setFont(font)
    metrics = painter.fontMetrics()
    room = band.adjusted(max(4.0, 12 * zoom), 0, -4, 0)
    if metrics.height() > band.height():
        room = QRectF(
            band.left(), band.top() - metrics.height() - 2, band.width(), metrics.height()
        )
    painter.setPen(pen("text"))
    text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def _paint_note(painter: QPainter, box: NoteBox, marks: Marks) -> None:
    rect, zoom = box.rect, painter.worldTransform().m11()
    is_hovered = marks.hovered_item is not None and marks.hovered_item.key == box.key
    painter.setPen(pen("strong" if is_hovered else "line"))
    painter.setBrush(brush("panel"))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.fillRect(QRectF(rect.left(), rect.top() + 4, 3, rect.height() - 8), brush("text3"))
    if zoom >= READABLE_FROM:
        painter.setPen(pen("text2"))
        painter.setFont(font_of(Style.BODY))
        room = rect.adjusted(NOTE_MARGIN, 10, -NOTE_MARGIN, 0)
        painter.drawText(room, int(Qt.TextFlag.TextWordWrap), box.note.text)
    if box.key in marks.items:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen("selection", 2.0))
        painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), 7, 7)


def paint_dots_of_links(painter: QPainter, dots: Iterable[DotBox], marks: Marks) -> None:
    """The dots, in scene coordinates: on their links, in their colour."""
    for box in dots:
        center = QPointF(box.x, box.y)
        is_hovered = marks.hovered_item is not None and marks.hovered_item.key == box.key
        if is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush("line"))
            painter.drawEllipse(center, 10, 10)
        widest = max(box.links, key=lambda link: link.width)
        painter.setPen(pen("canvas", 3.0))
        painter.setBrush(dot_color(widest.share))
        radius = max(DOT_RADIUS, widest.width / 2 + 2)
        painter.drawEllipse(center, radius, radius)
        if box.key in marks.items:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen("selection", 2.0))
            painter.drawEllipse(center, radius + 4, radius + 4)


def _faint(color: QColor, opacity: float) -> QColor:
    made = QColor(color)
    made.setAlphaF(opacity)
    return made
