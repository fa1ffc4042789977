"""The learning-rate laboratory's tab: what `core.lab` finds out, while it finds it out.

tab.py slots.py    the page: which experiment is large, what all start from; edges to drag
panels.py          the panels, each made when it is first needed
source.py          problem and start, taken from the training tab
experiment.py      what all experiments' panels have: Run, progress, keep, compare, export
job.py found.py    an experiment's thread; a question with what is found so far
time_question.py   asks before what takes long
kept.py            what the project keeps; kept_list.py experiment_list.py, on list_row.py
kept_shown.py      again, beside the present result or behind its curves; differences.py, told
                   in the panel's note_bar.py by notes.py
plot.py marks.py   curves, and what is marked on them; label_places.py thinning.py export.py
race_panel.py      with race_run.py race_plot.py race_lanes.py lane_cards.py lane_colors.py
map_panel.py       with map_controls.py map_axes.py map_view.py map_window.py map_colors.py
tile_store.py      a map's finished tiles, on disk
landscape_panel.py with plane_view.py surface_view.py run_on_plane.py backdrop.py
one_step_panel.py range_test_panel.py schedules_panel.py (schedule_drawing.py)
sharpness_panel.py zero_grad_panel.py, on two_plots.py; number_fields.py
"""
