"""What the tests of the laboratory do to its panels."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox

LEFT = Qt.MouseButton.LeftButton
SIDE = 32  # pixels of a small map


def run(qtbot, lab, name):
    """Click on an experiment's Run and wait for its end."""
    panel = lab.experiments[name]
    with qtbot.waitSignal(panel.job.ended):
        qtbot.mouseClick(panel.run_button, LEFT)
    return panel


def forks(panel):
    """The columns of lanes that have forked."""
    return [name for name in panel.columns() if " from " in name]


def small_map(qtbot, lab):
    """A map of this network, large and done."""
    choose(qtbot, lab, "map")
    panel = lab.experiments["map"]
    lab.findChild(QComboBox, "map_network").setCurrentIndex(1)
    size = lab.findChild(QComboBox, "map_size")
    size.setCurrentIndex(size.findData(str(SIDE)))
    panel.options.steps.setValue(10)
    return run(qtbot, lab, "map")


def choose(qtbot, lab, name):
    qtbot.mouseClick(lab.findChild(QAbstractButton, f"lab_row_{name}"), LEFT)
