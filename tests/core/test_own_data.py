"""Data of one's own: points, functions and tables, from whatever text they come in."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from core import table_text
from core.hyperparameters import PRESETS, Hyperparameters
from core.own_data import OwnFunction, OwnPoints, as_points
from core.session import Session
from core.table_choice import Choice, choose, classes, own_points, told_bad, usual_choice
from core.table_text import read_table

CLOUDS = OwnPoints(
    "clouds", "classification", ("X₁", "X₂", "class"),
    as_points([[1, 2, 1], [2, 1, 1], [-1, -2, -1], [-2, -2, -1]]),
    is_drawn=True,
)  # fmt: skip


def set_up(own, **changes):
    return Hyperparameters(dataset="own", own=own, output=own.row.output, **changes)


def made(text, **changes):
    """The own data of a table with the columns that are chosen by themselves."""
    table = read_table(text)
    choice = usual_choice(table)
    choice = Choice(**{**choice.__dict__, **changes})
    return own_points("a table", table, choice, choose(table, choice))


@pytest.mark.parametrize("own", [CLOUDS, OwnFunction("sin(x) * x", -3.0, 4.0)])
def test_own_data_survives_the_project_file(own):
    text = json.dumps(set_up(own).to_dict(), allow_nan=False)
    assert Hyperparameters.from_dict(json.loads(text)) == set_up(own)


def test_own_points_are_all_there_in_an_order_that_mixes_the_classes():
    train, test = set_up(CLOUDS, train_percent=50.0).data()
    rows = np.column_stack([np.vstack([train.inputs, test.inputs]),
                            np.concatenate([train.targets, test.targets])])  # fmt: skip
    assert sorted(map(tuple, rows.tolist())) == sorted(CLOUDS.points)


def test_points_that_are_tested_on_stay_so_while_others_are_drawn_and_erased():
    rng = np.random.default_rng(0)
    points = as_points(np.column_stack([rng.uniform(-6, 6, (400, 2)), rng.choice([-1, 1], 400)]))

    def tested(some):
        own = replace(CLOUDS, points=some)
        return {tuple(point) for point in set_up(own).data()[1].inputs.tolist()}

    before, more, fewer = tested(points[:300]), tested(points), tested(points[60:300])
    erased = {point[:2] for point in points[:60]}
    assert len(before) == 150
    assert len(before - more) < 15
    assert len(before - fewer - erased) < 15


def test_own_data_is_trained_on():
    session = Session(set_up(CLOUDS, train_percent=100.0, learning_rate=0.3))
    before = session.snapshot().train_loss
    session.run(100)
    assert session.snapshot().train_loss < 0.1 * before


def test_other_own_data_begins_a_new_run_only_where_it_is_used():
    other = OwnFunction("x")
    assert set_up(CLOUDS).restarts(set_up(other))
    spiral = Hyperparameters(dataset="spiral", own=CLOUDS)
    assert spiral.differences(spiral.changed(own=other)) == []


def test_a_function_is_sampled_where_it_is_wanted_with_noise_around_it():
    own = OwnFunction("x**2 - 1", -2.0, 3.0)
    exact = own.row.make(1000, 0.0)
    assert exact.targets == pytest.approx(exact.inputs[:, 0] ** 2 - 1, rel=1e-12)
    assert (exact.inputs.min() >= -2.0, exact.inputs.max() <= 3.0) == (True, True)
    noisy = own.row.make(1000, 20.0)
    assert np.std(noisy.targets - exact.targets) == pytest.approx(0.2, rel=0.1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write a function"), ("log(x)", "x = −6"), ("3", "not depend on x"),
        ("1/x", "finite"), ("sin(", r"\w"), ("__import__('os')", "no function"),
        ("x" * 501, "at most 500"),
    ],
)  # fmt: skip
def test_what_is_no_function_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        # An odd number of places, so that 0 is one of them.
        OwnFunction(text, -6.0, 6.0 + 12.0 / 510 if text == "1/x" else 6.0)


@pytest.mark.parametrize(
    ("low", "high"), [(1.0, 1.0), (2.0, 1.0), (math.nan, 1.0), (0.0, math.inf), (1e9, 1e9 + 1e-6)]
)
def test_an_impossible_range_is_refused(low, high):
    with pytest.raises(ValueError, match="x"):
        OwnFunction("x", low, high)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no points yet"), ([[1, 2, 1], [2, 3, 1]], "all|All"), ([[1, 2, 0.5]] * 2, "−1 and"),
        ([[1, math.nan, 1], [1, 2, -1]], "finite"), ([[1, 1], [2, -1]], "columns"),
        ([[0, 0, 1], [0, 1, -1]] * 10_001, "20,000"),
    ],
)  # fmt: skip
def test_points_that_teach_nothing_are_refused_in_words(rows, words):
    with pytest.raises(ValueError, match=words):
        OwnPoints("t", "classification", ("a", "b", "c"), as_points(rows))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "code"}, {"points": [[1, 2, "3"]]}, {"points": 4}, {"classes": ["a"]},
        {"columns": [1, 2, 3]}, {"standardized": 1}, {"points": [[1, 2, 10**400]] * 2},
    ],
)  # fmt: skip
def test_a_malformed_document_of_own_data_is_refused(change):
    with pytest.raises(ValueError, match="own data"):
        Hyperparameters.from_dict({"dataset": "own", "own": {**CLOUDS.document, **change}})


def test_coordinates_are_called_as_in_the_table():
    assert set_up(CLOUDS).coordinates == ("X₁", "X₂")
    assert set_up(made("width,height,kind\n1,2,a\n2,3,b\n")).coordinates == ("width", "height")
    assert Hyperparameters(dataset="lecture").coordinates == ("X₁", "X₂", "X₃")


def test_a_set_up_without_own_data_cannot_ask_for_it():
    with pytest.raises(ValueError, match="no data of your own"):
        Hyperparameters(dataset="own")


def test_a_preset_keeps_own_data_aside():
    kept = PRESETS["spiral"].setup.changed(own=CLOUDS)
    assert kept.changed(dataset="own").row.title == "clouds"


# ----- tables -------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_the_encoding_is_recognised(encoding):
    table = read_table("größe;art\n1,5;Käfer\n2,5;Mücke\n".encode(encoding))
    assert table.names == ("größe", "art")
    assert table.rows == [["1,5", "Käfer"], ["2,5", "Mücke"]]


@pytest.mark.parametrize("delimiter", ["\t", ";", ",", "|", " "])
@pytest.mark.parametrize("header", ["", "a{0}b{0}c\r\n"])
def test_delimiter_and_header_are_recognised(delimiter, header):
    text = header.format(delimiter) + f"1.5{delimiter}2{delimiter}0\r\n3{delimiter}-4e1{delimiter}1"
    table = read_table(text)
    assert (table.delimiter, table.header is not None) == (delimiter, bool(header))
    own = made(text, is_standardized=False)
    assert own.points == ((1.5, 2.0, -1.0), (3.0, -40.0, 1.0))


def test_decimal_commas_are_no_delimiters():
    own = made("1,5;2,5;0\n3,5;-4,5;1\n", is_standardized=False)
    assert own.points == ((1.5, 2.5, -1.0), (3.5, -4.5, 1.0))


def test_bad_rows_are_reported_by_their_line():
    table = read_table('a,b,c\n1,2,x\n,4,y\n\n5,six,x\n"7\n",inf,y\n7,8\n1,2,y\n')
    chosen = choose(table, usual_choice(table))
    assert [row.line for row in chosen.bad] == [3, 5, 6, 8]
    reasons = told_bad(chosen.bad)
    for words in ("a is missing", "“six”", "“inf”", "2 cells where the others have 3"):
        assert words in reasons
    assert chosen.points == ((1.0, 2.0, -1.0), (1.0, 2.0, 1.0))


def test_text_becomes_two_classes_and_more_are_one_against_the_rest():
    two = made("1,no\n2,yes\n")
    assert ([point[-1] for point in two.points], two.classes) == ([-1.0, 1.0], ("no", "yes"))
    table = read_table("x,kind\n1,a\n2,b\n3,c\n4,c\n")
    chosen = choose(table, usual_choice(table))
    assert [point[-1] for point in chosen.points] == [-1.0, -1.0, 1.0, 1.0]
    assert chosen.notes == ["c becomes +1, all others (a, b) −1."]
    assert classes(table, 1) == ["c", "a", "b"]


def test_numbers_that_are_no_classes_make_a_regression_that_is_standardised():
    own = made("\n".join(f"{i},{i * i},{100 + i / 3}" for i in range(30)))
    assert own.problem == "regression"
    data = own.row.make()
    assert data.inputs.mean(axis=0) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert data.inputs.std(axis=0) == pytest.approx([1.0, 1.0])
    assert data.targets.std() == pytest.approx(1.0)


def test_the_test_points_have_no_say_in_how_numbers_are_standardised():
    own = made("\n".join(f"{i**3},{i % 7},{100 + i**2}" for i in range(40)))
    setup = set_up(own, train_percent=60.0, data_seed=3)
    train, test = setup.data()
    assert len(train.inputs) == 24
    assert train.inputs.mean(axis=0) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert train.inputs.std(axis=0) == pytest.approx([1.0, 1.0])
    assert (train.targets.mean(), train.targets.std()) == pytest.approx((0.0, 1.0))
    assert abs(test.inputs.mean(axis=0)).min() > 1e-3
    domain, everything = setup.row.domain, np.vstack([train.inputs, test.inputs])
    assert (everything > [domain.left, domain.bottom]).all()
    assert (everything < [domain.right, domain.top]).all()


def test_cells_in_percent_are_shares_and_said_to_be():
    table = read_table("a,b,kind\n12.5 %,1,x\n3%,2,y\n%,3,x\n5%%,4,y\n")
    chosen = choose(table, usual_choice(table))
    assert [point[0] for point in chosen.points] == [0.125, 0.03]
    assert [row.line for row in chosen.bad] == [4, 5]
    assert "Percent are shares: 12.5 % is read as 0.125." in chosen.notes


def test_a_constant_feature_is_told_and_does_not_break_the_run():
    table = read_table("a,b,c\n1,7,x\n2,7,y\n3,7,x\n4,7,y\n")
    chosen = choose(table, usual_choice(table))
    assert any("b is the same in every row" in note for note in chosen.notes)
    own = own_points("t", table, usual_choice(table), chosen)
    assert np.isfinite(Session(set_up(own)).run(5)).all()


@pytest.mark.parametrize("features", [1, 3, 20])
def test_any_number_of_features_is_trained_on_and_shown(features):
    rng = np.random.default_rng(0)
    rows = [(*x, 1 if x[0] > 0 else 0) for x in rng.standard_normal((40, features)).tolist()]
    session = Session(set_up(made("\n".join(",".join(map(str, row)) for row in rows))))
    session.run(10)
    assert session.snapshot().picture.output.shape == (100, 100)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"), (b"\n \n", "empty"), (b"1\n2\n3\n", "one column"),
        (b"PK\x03\x04" + b"\0" * 99, "spreadsheet"), (b"ab\0cd,e\n" * 9, "bytes"),
        (b"\xff\xfea", "UTF-16"), ("1," * 2000, "columns"), (",\n,", "column"),
        ('1,"2\n' + "x" * 200_000, "Line"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(content, words):
    with pytest.raises(ValueError, match=words):
        read_table(content)


def test_of_a_long_table_a_fair_sample_is_kept(monkeypatch):
    monkeypatch.setattr(table_text, "MOST_ROWS", 500)
    table = read_table("a,b\n" + "\n".join(f"{i},{i % 2}" for i in range(50_000)))
    assert (table.n_rows, len(table.rows), table.is_sample) == (50_000, 500, True)
    kept = [float(row[0]) for row in table.rows]
    assert kept == sorted(kept)
    assert np.mean(kept) == pytest.approx(25_000, rel=0.1)
    assert [line - 2 for line in table.lines] == kept


def test_a_header_can_be_overruled():
    table = read_table("a,b\n1,2\n3,4\n")
    plain = table.with_header(False)
    assert (plain.rows[0], plain.n_rows) == (["a", "b"], 3)
    assert plain.with_header(True) == table
