"""The numbers beside a logarithmic axis: enough to read the scale by, and never crowded."""

import itertools

import pytest

from app.training.loss_axes import LossAxis


@pytest.mark.parametrize("size", [120, 300, 900])
@pytest.mark.parametrize(
    ("low", "high"), [(-30, 5), (-6, 3), (-2.2, 0.1), (-1.9, 0.05), (-0.6, 0.05), (-0.3, -0.25)]
)
def test_labels_of_a_logarithmic_axis_have_room_and_say_the_scale(qtbot, low, high, size):
    axis = LossAxis("left")
    axis.setLogMode(True, True)

    labelled = [
        place
        for spacing, places in axis.tickValues(low, high, size)
        for place, words in zip(places, axis.tickStrings(places, 1.0, spacing), strict=True)
        if words
    ]

    assert len(labelled) >= 2
    gaps = [right - left for left, right in itertools.pairwise(sorted(labelled))]
    assert min(gaps) * size / (high - low) >= 14  # the height of a line of captions
    assert all(low <= place <= high for place in labelled)


@pytest.mark.parametrize(("first", "step"), [(0.99936, 5e-7), (-120.0, 1e-3), (0.0, 0.5), (3.0, 0)])
def test_labels_of_a_linear_axis_tell_one_tick_from_the_next(qtbot, first, step):
    axis = LossAxis("left")
    words = axis.tickStrings([first + step * k for k in range(4)], 1.0, step)
    assert len(set(words)) == (4 if step else 1)
    assert max(map(len, words)) <= 9
