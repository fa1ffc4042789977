"""The window: tabs, menus, keys, theme, status, and what is remembered."""

import pytest
from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSplitter, QTabWidget

from app import theme
from app.appearance import Appearance
from app.help import keys_text
from app.main_window import MainWindow
from app.settings import Settings
from app.top_bar import TabButton
from tests.app.building import without_style_sheet

L_GRAPH = "a = 2.0\nb = -3.0\nc = 10.0\nf = -2.0\ne = a * b\nd = e + c\nL = d * f\n"


def action(window: MainWindow, name: str) -> QAction:
    found = window.findChild(QAction, f"action_{name}")
    assert found is not None, name
    return found


@pytest.fixture
def is_training_deferred() -> bool:
    """As at the program's own start; `complete()` makes the other tabs."""
    return True


def tab_button(window: MainWindow, text: str) -> TabButton:
    return next(button for button in window.findChildren(TabButton) if button.text() == text)


def status_texts(window: MainWindow) -> list[str]:
    return [label.text() for label in window.status.labels if label.text()]


# ----- names that scripts rely on -----------------------------------------------------------


def test_a_window_without_arguments_shows_a_fresh_document(qtbot):
    with without_style_sheet():
        window = MainWindow()
    qtbot.addWidget(window)
    assert len(window.document.graph) == 0
    assert window.document.path is None
    assert not window.document.is_modified
    assert not window.document.undo_stack.canUndo()
    assert window.training.step == 0
    assert not window.training.is_running


NAMES = (
    "tabs build_tab training_tab expression_edit expression_error node_editor graph_view inspector "
    "backprop_first backprop_back backprop_step backprop_play backprop_last dataset activation "
    "loss optimizer noise train_ratio batch_size hidden_layers learning_rate train_button "
    "step_button reset_button loss_plot boundary_plot action_new action_open action_save "
    "action_save_as action_undo action_redo action_copy action_paste action_delete"
)


def test_names_that_scripts_rely_on_are_found(main_window):
    main_window.complete()
    found = {name: len(main_window.findChildren(QObject, name)) for name in NAMES.split()}
    assert found == dict.fromkeys(NAMES.split(), 1)


def test_pages_stand_in_the_tab_widget(main_window):
    main_window.complete()
    tabs = main_window.findChild(QTabWidget, "tabs")
    assert [tabs.widget(i).objectName() for i in range(2)] == ["build_tab", "training_tab"]
    assert tabs.currentIndex() == 0


def test_the_training_tab_can_wait_until_it_is_needed(qtbot):
    window = MainWindow(is_training_deferred=True)
    qtbot.addWidget(window)
    assert window.findChild(QObject, "training_tab") is None
    window.tabs.setCurrentIndex(1)
    assert window.tabs.currentWidget().objectName() == "training_tab"
    assert window.training is window.tabs.widget(1)


# ----- tabs ---------------------------------------------------------------------------------


def test_tabs_are_chosen_by_button_key_and_program(main_window, qtbot):
    build, training = (tab_button(main_window, text) for text in ("Build", "Training"))
    qtbot.mouseClick(training, Qt.MouseButton.LeftButton)
    assert main_window.tabs.currentIndex() == 1
    assert training.isChecked()
    assert not build.isChecked()
    qtbot.keyClick(main_window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert main_window.tabs.currentIndex() == 0
    assert build.isChecked()
    main_window.tabs.setCurrentIndex(1)
    assert training.isChecked()


# ----- menus and keys -----------------------------------------------------------------------


def test_no_two_commands_have_the_same_key(main_window):
    main_window.complete()
    keys: dict[str, str] = {}
    for command in main_window.findChildren(QAction):
        for key in command.shortcuts():
            name = key.toString()
            assert keys.setdefault(name, command.objectName()) == command.objectName(), name
    assert {"Ctrl+N", "Ctrl+O", "Ctrl+S", "Ctrl+Shift+S", "Ctrl+Z", "Ctrl+Shift+Z"} <= keys.keys()
    assert {"Ctrl+C", "Ctrl+V", "Del", "Ctrl+1", "Ctrl+2", "F11"} <= keys.keys()


def test_every_command_with_a_key_is_in_a_menu(main_window):
    main_window.complete()
    in_menus = set()
    for menu in main_window.findChildren(QObject):
        if menu.metaObject().className() == "QMenu":
            in_menus |= {command.objectName() for command in menu.actions()}
    for command in main_window.findChildren(QAction):
        if command.objectName().startswith("action_"):
            assert command.objectName() in in_menus


def test_keys_are_listed_in_help(main_window, answers):
    action(main_window, "keys").trigger()
    lines = [line.split() for line in answers.questions[0].details.splitlines()]
    for line in ("Ctrl+S Save", "Shift+A Add node", "F5 Train or pause"):
        assert line.split() in lines


def test_about_tells_the_versions(main_window, answers):
    action(main_window, "about").trigger()
    assert "PySide6" in answers.questions[0].text


def test_undo_says_what_it_takes_back(main_window, qtbot):
    undo, redo = action(main_window, "undo"), action(main_window, "redo")
    assert not undo.isEnabled()
    main_window.document.add_node("mul")
    assert undo.isEnabled()
    assert "Add mul" in undo.text()
    qtbot.keyClick(main_window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(main_window.document.graph) == 0
    assert "Add mul" in redo.text()
    for keys in ("Ctrl+Shift+Z", "Ctrl+Y"):
        assert QKeySequence(keys) in redo.shortcuts()
    qtbot.keyClick(main_window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(main_window.document.graph) == 1


def test_delete_takes_the_selected_nodes(main_window):
    document = main_window.document
    first, second = document.add_node("value"), document.add_node("value")
    document.select([first])
    action(main_window, "delete").trigger()
    assert list(document.graph.nodes) == [second]


def test_copy_and_paste_nodes(main_window):
    document = main_window.document
    document.set_text("a = 2.0\nb = 3.0\ne = a * b\n")
    document.select(list(document.graph.nodes))
    action(main_window, "copy").trigger()
    action(main_window, "paste").trigger()
    assert len(document.graph) == 6


def test_edit_commands_go_to_the_text_that_has_the_keyboard(main_window, qtbot):
    document = main_window.document
    node = document.add_node("value")
    document.select([node])
    text = main_window.findChild(QPlainTextEdit, "expression_edit")
    main_window.activateWindow()
    text.setFocus()
    qtbot.waitUntil(text.hasFocus)
    text.setPlainText("a = 1.0")
    text.selectAll()
    action(main_window, "copy").trigger()
    action(main_window, "delete").trigger()
    assert text.toPlainText() == ""
    action(main_window, "paste").trigger()
    action(main_window, "paste").trigger()
    assert text.toPlainText() == "a = 1.0a = 1.0"


def test_edit_commands_go_to_a_field_that_has_the_keyboard(main_window, qtbot):
    field = QLineEdit("12345", main_window)
    field.show()
    main_window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.setSelection(0, 2)
    action(main_window, "cut").trigger()
    assert field.text() == "345"
    action(main_window, "select_all").trigger()
    action(main_window, "delete").trigger()
    assert field.text() == ""


# ----- theme --------------------------------------------------------------------------------


def test_the_theme_switches_live_and_is_remembered(main_window):
    action(main_window, "theme_light").trigger()
    assert theme.current() is theme.LIGHT
    assert color_at(main_window, 4, 60) == theme.LIGHT.window.lower()
    assert Settings().theme == "light"
    action(main_window, "toggle_theme").trigger()
    assert theme.current() is theme.DARK
    assert color_at(main_window, 4, 60) == theme.DARK.window.lower()
    assert action(main_window, "theme_dark").isChecked()
    assert Settings().theme == "dark"


def test_the_chosen_theme_is_there_at_the_next_start(qtbot, main_window):
    action(main_window, "theme_light").trigger()
    theme.set_current("dark")
    with without_style_sheet():
        window = MainWindow(is_training_deferred=True)
    qtbot.addWidget(window)
    assert theme.current() is theme.LIGHT


def test_a_theme_for_one_session_is_not_remembered(main_window):
    main_window.appearance.show("light")
    assert theme.current() is theme.LIGHT
    assert Settings().theme == "system"


def color_at(window: MainWindow, x: int, y: int) -> str:
    return window.grab().toImage().pixelColor(x, y).name()


# ----- what is shown of the document --------------------------------------------------------


def test_the_status_bar_counts_and_names(main_window):
    assert status_texts(main_window)[:1] == ["0 nodes, 0 edges"]
    main_window.document.set_text(L_GRAPH)
    assert status_texts(main_window)[:1] == ["7 nodes, 6 edges"]
    graph = main_window.document.graph
    main_window.document.select([graph["a"].id])
    assert "a selected" in status_texts(main_window)
    main_window.document.rename(graph["a"].id, "alpha")
    assert "alpha selected" in status_texts(main_window)
    main_window.document.select([graph["b"].id, graph["c"].id])
    assert "2 selected" in status_texts(main_window)
    main_window.document.delete(list(main_window.document.selection))
    assert not any("selected" in text for text in status_texts(main_window))


def test_one_of_something_is_singular(main_window):
    main_window.document.set_text("a = 1.0\nb = tanh(a)\n")
    assert status_texts(main_window)[0] == "2 nodes, 1 edge"


def test_the_title_tells_name_and_changes(main_window, tmp_path):
    assert main_window.windowTitle() == "Untitled[*] – Micrograd Playground"
    assert not main_window.isWindowModified()
    main_window.document.add_node("value")
    assert main_window.isWindowModified()
    main_window.document.save(tmp_path / "a <b> & c.json")
    assert main_window.windowTitle().startswith("a <b> & c")
    assert not main_window.isWindowModified()


def test_a_refused_edit_is_told(main_window):
    document = main_window.document
    document.set_text("a = 1.0\nb = tanh(a)\nc = tanh(b)\n")
    graph = document.graph
    document.connect(graph["c"].id, graph["b"].id, 0)
    assert any("cycle" in toast.text for toast in main_window.toasts.toasts)


# ----- coming and going ---------------------------------------------------------------------


def test_size_and_splitters_are_remembered(qtbot):
    first = MainWindow()
    qtbot.addWidget(first)
    first.resize(800, 740)  # the offscreen screen has 800 x 800: no narrower than that
    with qtbot.waitExposed(first):
        first.show()
    named = [splitter for splitter in first.findChildren(QSplitter) if splitter.objectName()]
    assert named, "splitters without a name are not remembered"
    for splitter in named:
        sizes = splitter.sizes()
        splitter.setSizes([sizes[0] + 60, *sizes[1:]])
        splitter.splitterMoved.emit(sizes[0] + 60, 1)  # as by hand: else its owner's sizes count
    states = {splitter.objectName(): splitter.saveState() for splitter in named}
    assert not any(state.isEmpty() for state in states.values())
    first.close()
    second = MainWindow()
    qtbot.addWidget(second)
    assert second.size() == QSize(800, 740)
    for name, state in states.items():
        assert second.findChild(QSplitter, name).saveState() == state


def test_settings_that_make_no_sense_are_ignored(qtbot):
    settings = Settings()
    settings.theme = "purple"
    settings.set_layout("window", b"\x00nonsense")
    settings.write()
    with without_style_sheet():
        window = MainWindow()
    qtbot.addWidget(window)
    assert window.width() >= 640


def test_full_screen_and_back(main_window, qtbot):
    action(main_window, "full_screen").trigger()
    qtbot.waitUntil(main_window.isFullScreen)
    action(main_window, "full_screen").trigger()
    qtbot.waitUntil(lambda: not main_window.isFullScreen())


def test_presenter_mode_enlarges_the_type_and_is_remembered(main_window):
    before = main_window.status.labels[1].font().pixelSize()
    action(main_window, "presenter_mode").trigger()
    assert main_window.status.labels[1].font().pixelSize() == round(before * 1.35)
    assert main_window.settings.is_presenting
    assert action(main_window, "presenter_mode").isChecked()
    action(main_window, "presenter_mode").trigger()
    assert main_window.status.labels[1].font().pixelSize() == before
    assert not main_window.settings.is_presenting


def test_status_bar_says_how_long_a_pass_took_and_the_zoom(main_window, qtbot):
    main_window.document.set_text("a = 2\nb = a * a")
    qtbot.waitUntil(
        lambda: any("forward and backward" in label.text() for label in main_window.status.labels)
    )
    main_window.build_tab.node_editor.view.zoom_to(0.5)
    assert main_window.status.labels[-1].text() == "50 %"


def test_the_list_of_keys_is_by_menu_and_says_what_each_does(main_window):
    sections = keys_text(main_window).split("\n\n")
    rows = {s.split("\n")[0]: [r.strip() for r in s.split("\n")[1:]] for s in sections}
    assert rows["View"][0].split(maxsplit=1) == ["Ctrl+1", "Show Build"]
    assert rows["Edit"][0].split(maxsplit=1) == ["Ctrl+Z", "Undo"]
    assert any(row.endswith("Rename") for row in rows["Nodes"])
    assert not any(
        row[-1] in "…&" or row.split()[-1].isdecimal() for r in rows.values() for row in r
    )


def test_text_can_be_made_larger_and_stays_so(main_window, qtbot):
    label = main_window.status.labels[1]
    before = label.font().pixelSize()
    action(main_window, "text_larger").trigger()
    assert main_window.settings.text_size == 1.25
    assert action(main_window, "text_125").isChecked()
    assert label.font().pixelSize() == round(1.25 * before)
    action(main_window, "presenter_mode").trigger()
    assert label.font().pixelSize() == round(1.25 * 1.35 * before)
    action(main_window, "text_246").trigger()
    assert main_window.tabs.font().pixelSize() == 32  # 24 points, as large as it gets
    action(main_window, "text_smaller").trigger()
    action(main_window, "presenter_mode").trigger()
    assert main_window.settings.text_size == 2.0
    assert Appearance(main_window.settings, main_window).text_size == 2.0
    action(main_window, "text_system").trigger()
    assert label.font().pixelSize() == before


def test_at_24_points_every_tab_fits_the_width_and_scrolls_down(main_window, qtbot):
    main_window.resize(1280, 800)
    main_window.show()
    qtbot.waitExposed(main_window)
    main_window.appearance.choose_text_size(theme.LARGEST_SCALE)

    def fits(page, *panes):
        is_scrolled = page.width() <= 1280 and page.height() > 800
        return is_scrolled and all(
            pane.width() >= pane.minimumSizeHint().width()
            and pane.height() >= pane.minimumSizeHint().height()
            for pane in panes
        )

    tab = main_window.build_tab
    panes = (tab.node_editor, tab.graph_view, tab.expression, tab.inspector, tab.transport)
    qtbot.waitUntil(lambda: fits(tab, *panes))
    menu_bar = main_window.menus.bar
    assert menu_bar.width() >= menu_bar.sizeHint().width()
    main_window.tabs.setCurrentIndex(1)
    training = main_window.training
    view = training.view
    panes = (view.run_bar, view.setup, view.time, view.curves, view.network, view.outputs)
    qtbot.waitUntil(lambda: fits(training, *panes))
    main_window.tabs.setCurrentIndex(2)
    lab = main_window.lab
    qtbot.waitUntil(lambda: fits(lab, lab.experiments["race"]))


def test_at_24_points_what_a_key_opens_comes_into_sight(main_window, qtbot):
    main_window.resize(1280, 800)
    main_window.show()
    main_window.activateWindow()
    qtbot.waitUntil(main_window.isActiveWindow)
    main_window.appearance.choose_text_size(theme.LARGEST_SCALE)
    tab = main_window.build_tab
    qtbot.waitUntil(lambda: tab.height() > 800)
    action(main_window, "experiments").trigger()

    def is_in_sight():
        focus = main_window.focusWidget()
        is_there = focus is not None and tab.experiments.isAncestorOf(focus)
        return is_there and not focus.visibleRegion().isEmpty()

    qtbot.waitUntil(is_in_sight)
