"""The time strip: every past step of the run, with small pictures of what it answered then."""

from __future__ import annotations

import time
from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import fonts, theme
from app.training import heat
from app.widgets.buttons import Button, IconButton
from app.widgets.focus_ring import WANTS_RING
from app.widgets.labels import TextLabel
from app.widgets.paint import DISABLED, draw_box
from app.widgets.panel import Panel
from app.widgets.slider import THUMB, TRACK, draw_slider

HEIGHT, HEIGHT_NARROW = 60, 44
PICTURE = 36  # pixels, of a small picture's side
PITCH = 76  # from picture to picture
FOLLOWED_EVERY = 0.4  # seconds: at the end of a run that goes on little changes
MOST_PICTURES = 64
Levels = NDArray[np.uint8]


class TimePictures:
    """Small pictures of the output along a run: so many that they fit any window, no more."""

    def __init__(self) -> None:
        self._steps: list[int] = []
        self._levels: list[Levels] = []
        self._images: dict[tuple[int, str], QImage] = {}
        self._apart = 1

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, step: int, levels: Levels) -> None:
        """The output at a step later than the last; passed over where pictures lie closer."""
        if self._steps and step < self._steps[-1] + self._apart:
            return
        self._steps.append(step)
        self._levels.append(levels[::2, ::2].copy())
        if len(self._steps) > MOST_PICTURES:
            self._steps, self._levels = self._steps[::2], self._levels[::2]
            self._apart = max(2 * self._apart, self._steps[1] - self._steps[0])
            self._images.clear()

    def until(self, step: int) -> TimePictures:
        """The pictures of a run that parts from this one at a step."""
        part = TimePictures()
        n = bisect_right(self._steps, step)
        part._steps, part._levels, part._apart = self._steps[:n], self._levels[:n], self._apart
        return part

    def at(self, step: float) -> QImage | None:
        """The picture at or before a step."""
        place = bisect_right(self._steps, step) - 1
        if place < 0:
            return None
        key = (place, theme.current().name)
        if key not in self._images:
            self._images[key] = heat.image(self._levels[place])
        return self._images[key]


class TimeSlider(QWidget):
    """A slider over the steps of the run. Signals: sought(step), while it moves."""

    sought = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time_slider")
        self.setAccessibleName("Step of the run")
        self.setToolTip(
            "Drag to bring back an earlier step; arrow keys go step by step, "
            "Page up and down further, Home and End to the ends"
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(WANTS_RING, False)  # its ring goes around the thumb
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.pictures = TimePictures()
        self._first = self._last = self._step = 0
        self._has_pictures = True
        self._is_dragging = False
        self._shown = (0, 0, 0, 0)
        self._painted, self._is_late = 0.0, False
        self._pixmaps: dict[int, QPixmap] = {}  # of pictures, by their image
        theme.notifier.changed.connect(self._restyle)

    def sizeHint(self) -> QSize:
        height = HEIGHT - 4 if self._has_pictures else theme.HIT_AREA
        return QSize(fonts.px(160), fonts.px(height))

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(80), self.sizeHint().height())

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    @property
    def step(self) -> int:
        """The step that it shows."""
        return self._step

    @property
    def last(self) -> int:
        """The newest step."""
        return self._last

    def set_pictures_shown(self, is_shown: bool) -> None:
        """Whether there is room for the small pictures."""
        self._has_pictures = is_shown
        self.updateGeometry()
        self.update()

    def show_steps(self, first: int, last: int, step: int, *, is_running: bool = False) -> None:
        """The steps that can be brought back, and the one that is shown."""
        shown = (first, last, step, len(self.pictures))
        if shown == self._shown and step == self._step and not self._is_late:
            return
        is_at_end = step == last and self._step == self._last
        self._shown, self._first, self._last = shown, first, last
        if not self._is_dragging:
            self._step = step
        now = time.perf_counter()
        self._is_late = is_running and is_at_end and now - self._painted <= FOLLOWED_EVERY
        if not self._is_late:
            self._painted = now
            self.update()

    def place_of(self, step: float) -> float:
        """Where a step is, in pixels from the left."""
        left, right = THUMB / 2, self.width() - THUMB / 2
        return left + (step - self._first) / max(self._last - self._first, 1) * (right - left)

    # ----- gestures -------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._last > self._first:
            self._is_dragging = True
            self._seek_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self._seek_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragging = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.seek(self._step + round(event.angleDelta().y() / 120) * self._page() // 10)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = self._page()
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1,
            Qt.Key.Key_PageDown: -page, Qt.Key.Key_PageUp: page,
            Qt.Key.Key_Home: self._first - self._step, Qt.Key.Key_End: self._last - self._step,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if steps is None:
            super().keyPressEvent(event)
        else:
            self.seek(self._step + steps)

    def _page(self) -> int:
        return max((self._last - self._first) // 20, 10)

    def _seek_to(self, x: float) -> None:
        left, right = THUMB / 2, self.width() - THUMB / 2
        share = min(max((x - left) / max(right - left, 1.0), 0.0), 1.0)
        self.seek(round(self._first + share * (self._last - self._first)))

    def seek(self, step: int) -> None:
        """Go to a step, or as far towards it as the past reaches."""
        step = min(max(step, self._first), self._last)
        if step != self._step:
            self._step = step
            self.update()
            self.sought.emit(step)

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._last == self._first:
            painter.setOpacity(DISABLED)
        track = QRectF(0, self.height() - fonts.px(14), self.width(), fonts.px(12))
        if self._has_pictures:
            self._paint_pictures(painter)
        else:
            track = QRectF(self.rect())
        share = (self._step - self._first) / max(self._last - self._first, 1)
        is_full = self._last > self._first
        draw_slider(painter, track, share if is_full else 1.0, TRACK, 12 if self._has_pictures
                    else THUMB, is_active=self.hasFocus() or self._step < self._last)  # fmt: skip

    def _paint_pictures(self, painter: QPainter) -> None:
        side = fonts.px(PICTURE)
        n = max(int((self.width() - side) // fonts.px(PITCH)), 1)
        now, chosen = theme.current(), None
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        span = self._last - self._first
        for i in range(n + 1):
            step = self._first + span * i / n
            image = self.pictures.at(step)
            if image is None:
                continue
            x = (self.width() - side) * i / n
            box = QRectF(round(x), 1, side, side)
            painter.drawPixmap(box.topLeft() - QPointF(1, 1), self._framed(image, side))
            if abs(step - self._step) <= 0.5 * span / n:
                chosen = box
            if not span:
                break
        if chosen is not None:
            ring = chosen.adjusted(-2, -1, 2, 2)
            draw_box(painter, ring, None, now.color("accent"), width=2, radius=4)

    def _framed(self, image: QImage, side: int) -> QPixmap:
        """A picture at its size, with its frame; those that showed are kept."""
        key, ratio = image.cacheKey(), self.devicePixelRatioF()
        pixmap = self._pixmaps.get(key)
        if pixmap is None or pixmap.width() != round((side + 2) * ratio):
            if len(self._pixmaps) > MOST_PICTURES:
                self._pixmaps.clear()
            pixmap = self._pixmaps[key] = QPixmap(QSize(side + 2, side + 2) * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(1, 1, side, side), image)
            frame = QRectF(0, 0, side + 2, side + 2)
            draw_box(painter, frame, None, theme.current().color("strong"), radius=3)
            painter.end()
        return pixmap


class TimeStrip(Panel):
    """Signals: sought(step), while the slider moves; fork_wanted()."""

    sought = Signal(int)
    fork_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Time", parent)
        self.set_header_visible(False)
        self.slider = TimeSlider()
        self.slider.sought.connect(self.sought)
        self._title = TextLabel("Time", weight=fonts.SEMIBOLD)
        self._first = IconButton("skip-previous", "Back to the first step")
        self._first.setObjectName("time_first")
        self._first.clicked.connect(lambda: self.slider.seek(0))
        self._last_button = IconButton("skip-next", "On to the newest step")
        self._last_button.setObjectName("time_last")
        self._last_button.clicked.connect(lambda: self.slider.seek(self.slider.last))
        self._where = TextLabel("now", size=theme.SIZE_BODY, is_number=True)
        self._where.setObjectName("time_step")
        self._memory = TextLabel("", "text3", theme.SIZE_CAPTION, is_number=True)
        self._memory.setObjectName("history_memory")
        self._memory.setToolTip(
            "Memory for the past of this run and the earlier ones; where it is full, the oldest "
            "losses are kept as extremes, and checkpoints lie further apart"
        )
        self.fork = Button("Fork here", "source-branch")
        self.fork.setObjectName("fork_button")
        self.fork.setToolTip("Train on from this step as a run of its own; the other one is kept")
        self.fork.clicked.connect(self.fork_wanted)
        body, words = QWidget(), QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._where)
        words.addWidget(self._memory)
        row = QHBoxLayout(body)
        row.setContentsMargins(14, 0, 12, 0)
        row.setSpacing(theme.GAP)
        for widget in (self._title, self._first):
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        row.addWidget(self._last_button)
        row.addLayout(words)
        row.addWidget(self.fork)
        self.set_body(body)
        self._is_narrow = False
        theme.notifier.changed.connect(self._set_sizes)
        self._set_sizes()

    def set_narrow(self, is_narrow: bool) -> None:
        """Without pictures, in a narrow window."""
        self._is_narrow = is_narrow
        self.slider.set_pictures_shown(not is_narrow)
        self._title.setVisible(not is_narrow)
        self._set_sizes()

    def show_steps(self, first: int, last: int, step: int, *, is_running: bool = False) -> None:
        """The steps that can be brought back, and the one that is shown."""
        self.slider.show_steps(first, last, step, is_running=is_running)
        is_past = step < last
        for button in (self._first, self.slider):
            button.setEnabled(last > first)
        self._last_button.setEnabled(is_past)
        self.fork.setEnabled(is_past)
        self._where.setText(f"step {step:,}" if is_past else "now")

    def show_memory(self, n_bytes: int, most: int) -> None:
        """How much the past takes."""
        text = f"history {n_bytes / 2**20:.0f} of {most / 2**20:.0f} MB"
        if text != self._memory.text():
            self._memory.setText(text)

    def _set_sizes(self) -> None:
        self.setFixedHeight(fonts.px(HEIGHT_NARROW if self._is_narrow else HEIGHT))
        self._where.setMinimumWidth(fonts.px(116))
