"""All widgets in one window, in both themes and large type: they paint, and look different."""

import pytest
from PySide6.QtCore import QMargins, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from app import fonts, theme
from app.widgets.buttons import Button, IconButton, PrimaryButton, QuietButton
from app.widgets.empty_state import EmptyState
from app.widgets.focus_ring import FocusRing
from app.widgets.icons import icon
from app.widgets.labeled_slider import LabeledSlider
from app.widgets.log_slider import LogSlider
from app.widgets.number_field import NumberField
from app.widgets.panel import Divider, Panel
from app.widgets.segmented import SegmentedControl
from app.widgets.toast import ToastArea
from tests.app.building import without_style_sheet


class Gallery(QWidget):
    """One of everything."""

    def __init__(self):
        super().__init__()
        self.resize(1100, 640)
        self.panel = Panel("Controls")
        self.more = IconButton("dots-vertical", "More")
        self.panel.add_action_widget(self.more)
        body = QWidget()
        column = QVBoxLayout(body)
        self.train, self.reset = PrimaryButton("Train", "play"), Button("Reset")
        self.disabled = Button("Reset")
        self.disabled.setEnabled(False)
        self.lock = IconButton("lock", "Lock the scale", checkable=True)
        self.scale = SegmentedControl(["linear", "log"], value="log")
        self.field, self.large = NumberField(0.3), NumberField(-7.94)
        self.large.set_type(theme.SIZE_NUMBER, fonts.SEMIBOLD, 40)
        self.rate = LogSlider(1e-4, 10.0, 0.3)
        self.rate.set_limit(4.82, "stability limit")
        self.noise = LabeledSlider("Noise", 0, 50, step=5, value=10, suffix=" %")
        self.combo = QComboBox()
        self.combo.addItems(["tanh", "relu"])
        self.empty = EmptyState(
            "No nodes yet", "Type `L = a*b` below.", ("Add node", bool), ("Open an example", bool)
        )
        stock = [self.combo, QCheckBox("shuffle"), QLineEdit("4, 2"), QLabel("words")]
        rows = [
            [self.train, self.reset, self.disabled, QuietButton("Copy"), self.lock, self.scale],
            [self.field, self.large, *stock],
            [self.rate],
            [self.noise],
            [Divider()],
            [self.empty, QTableWidget(4, 3), QPlainTextEdit("a = 2.0")],
        ]
        for widgets in rows:
            row = QHBoxLayout()
            for widget in widgets:
                row.addWidget(widget)
            column.addLayout(row)
        self.panel.set_body(body)
        QVBoxLayout(self).addWidget(self.panel)
        self.toasts = ToastArea(self)


@pytest.fixture
def gallery(qtbot):
    with without_style_sheet():
        gallery = Gallery()
    qtbot.addWidget(gallery)
    with qtbot.waitExposed(gallery):
        gallery.show()
    gallery.activateWindow()
    return gallery


def colors_of(widget):
    """The opaque colours that a widget paints, with their counts."""
    image = widget.grab().toImage()
    counts = {}
    for y in range(image.height()):
        for x in range(image.width()):
            name = image.pixelColor(x, y).name()
            counts[name] = counts.get(name, 0) + 1
    return counts


def test_every_widget_follows_the_theme(gallery):
    pictures = {}
    for name, scale in (("dark", 1.0), ("light", 1.0), ("light", 1.35)):
        theme.set_current(name)
        fonts.set_scale(scale)
        QApplication.processEvents()
        pictures[name, scale] = gallery.grab().toImage()
        now = theme.current()
        assert colors_of(gallery.train)[now.accent.lower()] > 500
        assert colors_of(gallery.reset)[now.field.lower()] > 500
        assert now.error.lower() in colors_of(gallery.rate)
        assert colors_of(gallery.combo)[now.field.lower()] > 500
    assert pictures["dark", 1.0] != pictures["light", 1.0]
    assert pictures["light", 1.0] != pictures["light", 1.35]


def test_heights_are_those_of_the_design(gallery):
    assert gallery.train.height() == gallery.reset.height() == 28
    assert gallery.combo.height() == gallery.field.height() == gallery.scale.height() == 28
    assert gallery.large.height() == 40
    assert (gallery.lock.width(), gallery.lock.height()) == (28, 28)
    gallery.train.set_size(48, theme.SIZE_VALUE)
    QApplication.processEvents()
    assert gallery.train.height() == 48


def test_inter_has_tabular_figures_and_its_own_weights(qapp):
    regular, bold = fonts.sans(14), fonts.sans(14, fonts.SEMIBOLD)
    if QFontInfo(regular).family() != theme.SANS:
        pytest.fail("Inter was not loaded from its package")
    metrics = QFontMetricsF(regular)
    assert metrics.horizontalAdvance("111") == metrics.horizontalAdvance("000")
    assert QFontMetricsF(bold).horizontalAdvance("hello") > metrics.horizontalAdvance("hello")


def test_buttons_show_their_states(gallery, qtbot):
    now = theme.current()
    assert now.hover.lower() not in colors_of(gallery.reset)
    qtbot.mouseMove(gallery.reset)
    qtbot.waitUntil(gallery.reset.underMouse)
    assert colors_of(gallery.reset)[now.hover.lower()] > 500
    qtbot.mousePress(gallery.reset, Qt.MouseButton.LeftButton)
    assert colors_of(gallery.reset)[now.line.lower()] > 500
    with qtbot.waitSignal(gallery.reset.clicked):
        qtbot.mouseRelease(gallery.reset, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(gallery.lock, Qt.MouseButton.LeftButton)
    assert gallery.lock.isChecked()
    assert colors_of(gallery.lock)[now.accent_soft.lower()] > 200
    assert now.text.lower() not in colors_of(gallery.disabled)


def test_the_focus_ring_goes_around_what_the_keyboard_reaches(gallery, qtbot):
    def ring():
        rings = [ring for ring in gallery.findChildren(FocusRing) if ring.isVisible()]
        return rings[0].geometry() if rings else None

    gallery.train.setFocus(Qt.FocusReason.TabFocusReason)
    top_left = gallery.train.mapTo(gallery, QPoint(0, 0))
    assert ring().topLeft() == top_left - QPoint(4, 4)
    assert ring().size() == gallery.train.size().grownBy(_margins(4))
    qtbot.keyClick(gallery.train, Qt.Key.Key_Tab)
    assert ring().topLeft() == gallery.reset.mapTo(gallery, QPoint(0, 0)) - QPoint(4, 4)
    gallery.resize(900, 600)
    QApplication.processEvents()
    assert ring().topLeft() == gallery.reset.mapTo(gallery, QPoint(0, 0)) - QPoint(4, 4)
    gallery.reset.hide()
    focused = QApplication.focusWidget()
    assert focused is not gallery.reset
    assert ring() is None or ring().center() == _center_in(gallery, focused)


def _center_in(gallery, widget):
    return QRect(widget.mapTo(gallery, QPoint(0, 0)), widget.size()).center()


def _margins(size):
    return QMargins(size, size, size, size)


def test_a_click_on_a_button_brings_no_ring(gallery, qtbot):
    qtbot.mouseClick(gallery.reset, Qt.MouseButton.LeftButton)
    assert not [ring for ring in gallery.findChildren(FocusRing) if ring.isVisible()]
    gallery.train.setFocus()
    assert not [ring for ring in gallery.findChildren(FocusRing) if ring.isVisible()]


def test_a_refused_number_has_an_error_edge_and_no_ring(gallery, qtbot):
    qtbot.mouseClick(gallery.field, Qt.MouseButton.LeftButton)
    assert [ring for ring in gallery.findChildren(FocusRing) if ring.isVisible()]
    qtbot.keyClicks(gallery.field, "1e999")
    qtbot.keyClick(gallery.field, Qt.Key.Key_Return)
    assert not [ring for ring in gallery.findChildren(FocusRing) if ring.isVisible()]
    assert colors_of(gallery.field)[theme.current().error.lower()] > 50


def test_icons_are_painted_in_the_theme_of_the_moment(qapp):
    plus = icon("plus")
    for name in ("light", "dark"):
        theme.set_current(name)
        image = plus.pixmap(24, 24).toImage()
        strongest = max(
            (image.pixelColor(x, y) for x in range(24) for y in range(24)),
            key=QColor.alpha,
        )
        assert strongest.name() == theme.current().text2.lower()


def test_an_unknown_icon_is_told_at_once(qapp):
    with pytest.raises(KeyError):
        icon("no-such-icon")
