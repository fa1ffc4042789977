"""What the panels of all experiments have in common: Run, progress, larger or smaller, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from app import theme
from app.lab import export
from app.lab.found import Found
from app.lab.job import Job
from app.lab.note_bar import NoteBar
from app.lab.notes import AGAIN, BEHIND, BESIDE, Notes
from app.lab.plot import Curve, Plot
from app.lab.source import Source
from app.lab.time_question import TimeQuestion
from app.training.choices import Choice
from app.widgets.buttons import IconButton, PaintedButton
from app.widgets.empty_state import EmptyState
from app.widgets.labels import TextLabel
from app.widgets.paint import accent_hover
from app.widgets.panel import Panel
from app.widgets.pop_up import PopUp
from app.widgets.wrapped_row import WrappedRow
from core.lab.estimates import Estimate, TimeLeft
from core.lab.problems import Network
from core.lab.running import Report, Reports
from core.timeline import Timeline

NOT_RUN, STARTING = "not run yet", "starting …"
LONG = 3.0  # seconds: what takes longer is said while it begins
SIDES = (14, 0, 14, 0)  # left, top, right and bottom of what a panel shows


class RunButton(PaintedButton):
    """Run or Stop; filled only where its panel is the large one: a view has one filled button."""

    is_filled = True

    def _colors(self) -> tuple[QColor | None, QColor | None, QColor]:
        now = theme.current()
        if self.is_filled:
            is_lit = self.isEnabled() and (self.isDown() or self._is_hovered())
            return accent_hover() if is_lit else now.color("accent"), None, now.color("on_accent")
        fill = now.color("hover" if self._is_hovered() else "field")
        return fill, now.color("strong"), now.color("text")


class Experiment(Panel):
    """Base of the experiments' panels.

    A subclass gives `name`, `heading` and `sentence`, and says what is run (`make_reports`), shown
    (`show_report`), forgotten (`forget`) and exported (`columns`). plots: of `plot_kinds`, made
    before, since each takes half a frame to make.

    Signals: state_changed(): `state` has other words. activity_changed(words): for the status
    bar. refused(sentence): why it can't be run, or how it went wrong. large_wanted(): the user
    wants this panel to be the large one. keep_wanted(): what is found is to be kept in the
    project. menu_opens(menu): somebody may add entries about what is kept. rate_wanted(rate): of
    the training tab. setup_wanted(changes): of the training tab's set-up. run_wanted(timeline):
    what was found is to become the training tab's run. run_asked(): by the user, just before it
    begins: the source should be what the training tab has now. source_wanted(choice): of
    `app.lab.source`.
    """

    state_changed = Signal()
    activity_changed = Signal(str)
    refused = Signal(str)
    large_wanted = Signal()
    keep_wanted = Signal()
    menu_opens = Signal(object)
    rate_wanted = Signal(float)
    setup_wanted = Signal(object)
    run_wanted = Signal(object)
    run_asked = Signal()
    source_wanted = Signal(str)

    name: ClassVar[str]
    heading: ClassVar[str]  # as in the list of experiments
    sentence: ClassVar[str]  # what it finds out
    is_repeated_live: ClassVar[bool] = False  # cheap enough to follow the source by itself
    plot_kinds: ClassVar[tuple[Callable[[], Plot], ...]] = ()
    takes_less: ClassVar[str] = "Fewer steps take less; what is found can be seen at once."

    def __init__(self, parent: QWidget | None = None, plots: Sequence[Plot] = ()) -> None:
        super().__init__(self.heading, parent)
        self.plots = tuple(plots) or tuple(make() for make in self.plot_kinds)
        self.setObjectName(f"lab_{self.name}")
        self.state = NOT_RUN
        self._words = NOT_RUN  # of what was found last
        self._is_whole = True  # what was found last
        self._is_starting = False  # nothing found yet of what runs
        self._left = TimeLeft()
        self.source: Source | None = None
        self.job = Job(self)
        self.job.reported.connect(self._on_report)
        self.job.ended.connect(self._on_ended)
        self._handover = Job(self)
        self._handover.reported.connect(lambda report: self.run_wanted.emit(report.result))
        self._handover.ended.connect(self._tell)
        self._comparison = Job(self)
        self._comparison.reported.connect(self._show_behind)
        self.found: Found | None = None
        self.run_button = RunButton("Run", "play")
        self.run_button.setObjectName(f"lab_{self.name}_run")
        self.run_button.setToolTip(self.sentence)
        self.run_button.clicked.connect(self.toggle)
        self._enlarge = IconButton("arrow-expand-all", f"Show {self.heading} large")
        self._enlarge.clicked.connect(self.large_wanted)
        self._more = IconButton("dots-vertical", f"More about {self.heading}")
        self._more.clicked.connect(self._show_menu)
        self.controls = QWidget()
        self.control_rows = QVBoxLayout(self.controls)
        self.control_rows.setContentsMargins(14, 0, 14, 6)
        self.control_rows.setSpacing(theme.GAP)
        self.control_row = WrappedRow()
        self.control_rows.addLayout(self.control_row)
        self.control_row.setSpacing(theme.GAP)
        self.note = NoteBar()
        self.note.closed.connect(self._close_note)
        self.note.used.connect(self._use_setup)
        self.notes = Notes(self, self.note)
        self.time_question = TimeQuestion(self.takes_less)
        self.time_question.agreed.connect(self.run)
        self.is_kept = False  # it shows one kept result, beside the panel of its experiment
        self.foot = TextLabel("", "text2")
        self.foot.setWordWrap(True)
        self.foot.setContentsMargins(14, 6, 14, 10)
        self.foot.setTextFormat(Qt.TextFormat.PlainText)
        self.empty = EmptyState(
            self.heading, self.sentence, has_edge=False, example=("Run it", self.run)
        )

    def complete(self, body: QWidget) -> None:
        """Put the panel together around what it shows; the subclass calls this at last."""
        for choice in self.controls.findChildren(Choice):
            choice.show_whole()
        for widget in (self.run_button, self._enlarge, self._more):
            self.add_action_widget(widget)
        self._picture = body
        holder = QWidget()
        self._stack = QStackedLayout()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.note)
        column.addWidget(self.time_question)
        column.addLayout(self._stack, 1)
        # Not before: a stack shows its first widget, which would be a window of its own.
        self._stack.addWidget(self.empty)
        self._stack.addWidget(body)
        column.addWidget(self.foot)
        self.set_body(holder)
        self.foot.hide()
        self.set_large(False)

    # ----- for subclasses -------------------------------------------------------------------

    def make_reports(self, source: Source) -> Callable[[], Reports[Found]]:
        """What the thread is to do; ValueError, in words for the user, for a bad question."""
        raise NotImplementedError

    def show_report(self, report: Report[Found]) -> str:
        """Draw the result so far; returns the words for the list of experiments."""
        raise NotImplementedError

    def forget(self) -> None:
        """The source is another one: what was found is not about it."""

    def show_question(self, question: Any) -> None:
        """Set the controls to what was asked, so that it can be asked again."""

    def again(self, found: Found) -> Reports[Found]:
        """The reports, for the thread, that show what was found another time."""
        yield Report(1, 1, found)

    def curves_of(self, found: Found) -> list[Curve]:
        """The curves of its largest plot, for comparisons; none where it has no such plot."""
        return []

    def show_rate(self, rate: float) -> None:
        """The training tab's rate is another one."""

    def largest_plot(self) -> Plot | None:
        """The plot that such curves belong in."""
        return None

    def keeps_result(self) -> bool:
        """Whether what is found does not depend on the source."""
        return False

    def columns(self) -> dict[str, Any]:
        """What is found, as columns of a table by their names, for CSV; may differ in length."""
        return {}

    def add_to_menu(self, menu: PopUp) -> None:
        """Entries of its own at the beginning of its menu."""

    # ----- running --------------------------------------------------------------------------

    def go_on_from(self, source: Source) -> None:
        """Start from somewhere else on the same problem; what was found stays."""
        self.source = source

    def set_source(self, source: Source) -> None:
        """Start from something else; what runs is given up."""
        self.source = source
        if self.keeps_result():
            return
        self.job.give_up()
        self.time_question.forget()
        self.found = None
        self.notes.clear(AGAIN)
        self._stack.setCurrentIndex(0)
        self.foot.hide()
        self.forget()
        self.show_running()
        self._words = NOT_RUN
        self.say(NOT_RUN)

    def toggle(self) -> None:
        """Run, or stop with what was found so far."""
        if self.job.is_running:
            self.job.stop()
        else:
            self.run_asked.emit()
            self.run()

    def run(self) -> None:
        """Begin anew."""
        if self.source is None:
            return
        try:
            make_reports = self.make_reports(self.source)
        except ValueError as error:
            self.refused.emit(str(error))
            return
        self.begin(make_reports)

    def show_kept(self, found: Found, words: str) -> None:
        """Show what the project keeps; the note tells where it is about another set-up."""
        self.show_again(found)
        self.notes.say(AGAIN, found, words)

    def become_kept(self, present: Experiment, found: Found, words: str) -> None:
        """Be the panel of one kept result, beside the one with the present result."""
        self.set_title(f"{self.heading}, kept")
        self.notes.partner = present
        present.state_changed.connect(self.notes.refresh)
        for widget in (self.run_button, self._enlarge, self._more, self.controls):
            widget.hide()
        self.controls.setEnabled(False)
        self.is_kept = True
        self.notes.say(BESIDE, found, words)

    def show_again(self, found: Found) -> None:
        """Show what was found another time."""
        self.show_question(found.question)
        self.job.start(lambda: self.again(found))

    def show_at_once(self, found: Found) -> None:
        """The same where no window waits for it."""
        for report in self.again(found):
            self._on_report(report)

    def compare_with(self, found: Found, words: str) -> None:
        """Show its curves behind the present ones."""
        self._comparison.start(lambda: self.again(found))
        self.notes.say(BEHIND, found, words)

    def _show_behind(self, report: Report[Found]) -> None:
        plot = self.largest_plot()
        if plot is not None:
            self.show_body()
            plot.show_behind(self.curves_of(report.result))

    def stop_comparing(self) -> None:
        """Show the present curves alone."""
        self._comparison.give_up()
        plot = self.largest_plot()
        if plot is not None:
            plot.show_behind(())
        self.notes.clear(BEHIND)

    def _close_note(self) -> None:
        self.stop_comparing()
        self.notes.clear(AGAIN)

    def _use_setup(self) -> None:
        """Give the training tab what the kept result is about."""
        problem = self.notes.other_problem
        if isinstance(problem, Network):
            setup = problem.setup
            self.setup_wanted.emit({f.name: getattr(setup, f.name) for f in fields(setup)})

    def take(self, make_reports: Callable[[int], Reports[Timeline]], lane: int) -> None:
        """Let a thread make a run of the training tab from a lane, and hand it over."""
        self._handover.start(lambda: make_reports(lane))

    def repeat(self) -> None:
        """Find it out anew from a little further on, unless it is still at it."""
        if not self.job.is_running:
            self.run()

    def begin(self, make_reports: Callable[[], Reports[Found]]) -> None:
        """Let the thread go through these reports."""
        self.notes.clear(AGAIN)
        self.time_question.hide()
        self.job.start(make_reports)
        if not self.is_repeated_live:  # which is over before it could be read
            self._is_starting, self._left = True, TimeLeft()
            self.say(STARTING)
            self.activity_changed.emit(f"{self.heading}: starting")
            self.show_running()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.is_repeated_live and self.found is None:
            self.run()

    def show_body(self) -> None:
        """Show what the panel holds although nothing has been run yet."""
        self._stack.setCurrentIndex(1)

    def say(self, words: str) -> None:
        """Other words for the list of experiments."""
        self.state = words
        self.state_changed.emit()

    def say_below(self, words: str) -> None:
        """A sentence under the picture."""
        self.foot.setText(words)
        self.foot.setVisible(bool(words))

    def set_large(self, is_large: bool) -> None:
        """Be the large panel, with controls, or one beside it."""
        self.run_button.is_filled = is_large
        self.run_button.update()
        self._enlarge.setVisible(not is_large and not self.is_kept)
        self.controls.setVisible(is_large and not self.is_kept and self.control_row.count() > 0)

    def shut_down(self) -> None:
        """End for good."""
        self.job.shut_down()
        self._comparison.shut_down()
        self._handover.shut_down()

    def show_running(self) -> None:
        is_running = self.job.is_running
        words = "Stop" if is_running else "Run again" if self.found is not None else "Run"
        self.run_button.setText(words)
        self.run_button.set_icon_name("stop" if is_running else "play")

    def _on_report(self, report: Report[Found]) -> None:
        if report.result.result is None:
            self._show_estimate(report)
            return
        self.found, self._is_starting = report.result, False
        self._stack.setCurrentIndex(1)
        self._words, self._is_whole = self.show_report(report), report.is_last
        self.say(self._words)
        self.notes.refresh()
        if not report.is_last:
            words = f"{self.heading}: {report.share:.0%}".replace("%", " %")
            told = filter(None, (words, self._left.words(report.share)))
            self.activity_changed.emit(", ".join(told))

    def _show_estimate(self, report: Report[Found]) -> None:
        """What a trial says before it begins; it asks where that is too long."""
        estimate: Estimate | None = report.result.extra
        if estimate is None:
            self.say_below(report.note)
            self.say("waiting" if report.note else "trying how long it takes")
            return
        if report.is_last:
            self.say_below("")
            self._is_starting, self._is_whole = False, True  # which leaves these words
            self.say(f"{estimate.brief}: start it?")
            self.time_question.ask(estimate)
        elif estimate.seconds > LONG:
            self.say_below(estimate.words)
            self.say(estimate.brief)

    def _on_ended(self, complaint: str) -> None:
        self.show_running()
        self.activity_changed.emit("")
        self._tell(complaint)
        if complaint and self.found is None:
            self.say("could not be run")
        elif self._is_starting:  # it was stopped before it had found anything
            self.say(self._words)
        elif not self._is_whole:
            self._words = f"stopped: {self._words}"
            self.say(self._words)

    def _tell(self, complaint: str) -> None:
        if complaint:
            self.refused.emit(complaint)

    # ----- export ---------------------------------------------------------------------------

    def _show_menu(self) -> None:
        menu = PopUp(self)
        self.add_to_menu(menu)
        if self.found is not None:
            menu.add("Keep in the project", self.keep_wanted.emit)
        plot = self.largest_plot()
        if plot is not None and plot.is_comparing:
            menu.add("Stop comparing", self.stop_comparing)
        self.menu_opens.emit(menu)
        if self.found is not None:
            for words, suffix in (("CSV", "csv"), ("PNG", "png"), ("SVG", "svg")):
                menu.add(f"Export as {words} …", partial(self._ask_where, suffix))
        else:
            menu.addAction("Run it first: there is nothing to keep or export").setEnabled(False)
        menu.open_under(self._more)

    def _ask_where(self, suffix: str) -> None:
        export.ask(self, f"{self.name}.{suffix}", self.export)

    def export(self, path: Path) -> None:
        """Write what is found, as the name's ending says; a failure is told."""
        try:
            export.write(path, self.columns(), self._picture)
        except OSError as error:
            self.refused.emit(f"{path.name} can't be written: {error.strerror or error}.")
