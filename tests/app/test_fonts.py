"""The two kinds of figures: numbers keep their places, words keep their hyphens."""

from PySide6.QtGui import QFontMetricsF

from app import fonts
from app.widgets.labels import TextLabel


def width(font, text):
    return QFontMetricsF(font).horizontalAdvance(text)


def test_numbers_have_figures_of_one_width(qapp):
    assert width(fonts.sans(), "1111") == width(fonts.sans(), "8888")
    label = TextLabel(is_number=True)
    assert width(label.font(), "1111") == width(label.font(), "8888")


def test_the_hyphen_of_a_word_is_narrower_than_a_figure(qapp):
    for font in (fonts.words(), TextLabel("Set-up").font()):
        assert width(font, "-") < 0.8 * width(font, "8")
