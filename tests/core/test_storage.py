"""Project files: what goes in comes out, and whatever else comes in is explained."""

import json
import math
import os
import random
import stat
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import storage
from core.expression import parse
from core.nn import MLP
from core.storage import (
    Project,
    StorageError,
    dumps,
    load,
    loads,
    model_from_dict,
    model_to_dict,
    save,
)
from tests.core.strategies import graphs

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda parts: st.lists(parts, max_size=3)
    | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=10,
)  # fmt: skip


def project() -> Project:
    graph = parse("a = 2; b = -3; e = a*b; L = tanh(e + 10)*Value(-1) ; L.backward()")
    random.seed(1)
    return Project(
        graph=graph,
        text="a = 2  # ü\n",
        positions={id: (float(id) * 10, -0.5) for id in graph.nodes},
        model=model_to_dict(MLP(2, [3, 1], activation="tanh")),
        settings={"rate": 0.1, "layers": [4, 2], "nested": {"on": True, "none": None}},
    )


def document(**changes) -> str:
    return json.dumps({**json.loads(dumps(project())), **changes})


def refusal(text: str) -> StorageError:
    with pytest.raises(StorageError) as caught:
        loads(text)
    return caught.value


# ----- round trips ----------------------------------------------------------------------------


def test_a_project_comes_back_as_it_was():
    before = project()
    after = loads(dumps(before))
    assert after.graph.state() == before.graph.state()
    assert list(after.graph.nodes) == list(before.graph.nodes)
    assert after.graph.chosen_output == before.graph.chosen_output
    assert [n.grad for n in after.graph] == [n.grad for n in before.graph]
    assert (after.text, after.positions) == (before.text, before.positions)
    assert (after.model, after.settings) == (before.model, before.settings)


@settings(max_examples=70)
@given(graphs(), st.text(max_size=20), st.dictionaries(st.text(max_size=5), JSON, max_size=3))
def test_every_project_round_trips(graph, text, kept):
    positions = dict.fromkeys(list(graph.nodes)[::2], (1.5, -2.0))
    written = dumps(Project(graph, positions, None, kept, text))
    json.loads(written, parse_constant=pytest.fail)
    after = loads(written)
    assert dumps(after) == written
    assert repr(after.graph.state()) == repr(graph.state())
    assert [repr(n.data) for n in after.graph] == [repr(n.data) for n in graph]
    assert (after.text, after.positions, after.settings) == (text, positions, kept)


def test_numbers_that_are_not_finite_are_strings():
    graph = parse("a = inf; b = -inf; c = nan; d = a * -inf")
    written = dumps(Project(graph))
    nodes = json.loads(written)["graph"]["nodes"]
    assert [node.get("data") for node in nodes] == ["inf", "-inf", "nan", None]
    assert nodes[3]["inputs"] == [{"node": "1"}, "-inf"]
    assert math.isnan(loads(written).graph["c"].data)


def test_half_a_character_does_not_lose_the_document():
    graph = parse("a = 1")
    graph.set_label("1", "\ud800")
    assert loads(dumps(Project(graph)).encode().decode()).graph["a"].label == "\ud800"


def test_unknown_keys_are_ignored():
    extended = json.loads(document(news={"of": "a later version"}))
    extended["graph"]["nodes"][0]["colour"] = "red"
    assert loads(json.dumps(extended)).graph["a"].data == 2.0


def test_positions_of_nodes_that_are_gone_are_left_out():
    before = project()
    before.positions["gone"] = (1.0, 1.0)
    assert "gone" not in loads(dumps(before)).positions
    assert "gone" not in loads(document(positions={"gone": [1, 2]})).positions


@pytest.mark.parametrize("activation", ["relu", ["tanh", "sigmoid"]])
def test_a_network_comes_back_with_its_weights(activation):
    random.seed(4)
    model = MLP(3, [4, 2, 1], activation=activation, output="tanh")
    model.parameters()[5].data = math.inf
    again = model_from_dict(json.loads(json.dumps(model_to_dict(model), allow_nan=False)))
    assert repr(again) == repr(model)
    assert [p.data for p in again.parameters()] == [p.data for p in model.parameters()]
    model.parameters()[5].data = again.parameters()[5].data = 0.5
    assert again([1.0, -2.0, 0.5]).data == model([1.0, -2.0, 0.5]).data


# ----- refusals -------------------------------------------------------------------------------


def node(**changes):
    return {"nodes": [{"id": "1", "op": "value", "name": "a", "data": 1.0, **changes}]}


def two(first, second):
    return {"nodes": [{"id": str(i), "op": "tanh", "name": f"n{i}", "inputs": [s]}
                      for i, s in ((1, first), (2, second))]}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "Line 1, column 1", "This is not JSON: expecting value."),
        ("[1, 2", "Line 1, column 6", "This is not JSON: expecting ',' delimiter."),
        ("null", "", "This is not a project of this program."),
        ("{}", "", "This is not a project of this program."),
        ('{"format": "other"}', "", "This is not a project of this program."),
        (document(version=2), "", "This project is of version 2; this program knows 1."),
        (document(version=0), "version", "There is no version 0."),
        (document(version="1"), "version", "This should be a whole number, not '1'."),
        (document(version=True), "version", "This should be a whole number, not True."),
        (document(version=1.0), "version", "This should be a whole number, not 1.0."),
        (document(graph=[]), "graph", "This should be an object, not []."),
        (document(graph={}), "graph", '"nodes" is missing.'),
        (document(graph={"nodes": [1]}), "graph.nodes[0]", "This should be an object, not 1."),
        (document(graph=node(id=1)), "graph.nodes[0].id", "This should be a text, not 1."),
        (document(graph=node(op="cube")), "graph.nodes[0].op", "There is no op 'cube'."),
        (document(graph=node(op="tanh", inputs=[])), "graph.nodes[0].inputs",
         "tanh takes 1 inputs, not 0."),
        (document(graph=node(name="2a")), "graph.nodes[0].name",
         "'2a' is not a name: use letters, digits and _, no digit first."),
        (document(graph=node(name="lambda")), "graph.nodes[0].name",
         "'lambda' is a word of Python and can't be a name."),
        (document(graph=node(data=None)), "graph.nodes[0].data",
         "This should be a number, not nothing."),
        (document(graph=node(data="1")), "graph.nodes[0].data",
         "This should be a number, not '1'."),
        (document(graph=node(data=True)), "graph.nodes[0].data",
         "This should be a number, not True."),
        (document(graph=node(label=3)), "graph.nodes[0].label", "This should be a text, not 3."),
        (document(graph=node(muted=1)), "graph.nodes[0].muted",
         "This should be true or false, not 1."),
        (document(graph=node(aliases=["a"])), "graph.nodes[0].name", "There are two nodes a."),
        (document(graph={"nodes": node()["nodes"] * 2}), "graph.nodes[1].id",
         "The id '1' is empty or there twice."),
        (document(graph=two({"node": "2"}, {"node": "1"})), "graph.nodes",
         "The connections make a cycle: n1 → n2 → n1"),
        (document(graph=two({"node": "1"}, 0)), "graph.nodes",
         "The connections make a cycle: n1 → n1"),
        (document(graph=two(0, {"node": "7"})), "graph.nodes[1].inputs", "There is no node '7'."),
        (document(graph={**node(), "output": {"node": "9"}}), "graph.output.node",
         "There is no node '9'."),
        (document(positions={"1": [1]}), "positions.1", "A position is a list of x and y."),
        (document(positions={"1": [1, "nan"]}), "positions.1", "A position is finite."),
        (document(text=None), "text", "This should be a text, not nothing."),
        (document(settings=[1]), "settings", "This should be an object, not [1]."),
        (document(model={}), "model", '"inputs" is missing.'),
        (document(model={"inputs": 2, "layers": []}), "model",
         "A network has at least one input and one layer."),
        (document(model={"inputs": 2, "layers": [{"activation": "x", "neurons": []}]}),
         "model.layers[0]", "There is no activation 'x'."),
        (document(model={"inputs": 2, "layers": [{"activation": "tanh",
                         "neurons": [{"w": [1.0], "b": 0.0}]}]}),
         "model.layers[0].neurons[0].w", "It has 1 weights for 2 inputs."),
        ('{"a": NaN}', "", "NaN is not JSON."),
        ('{"a": -Infinity}', "", "-Infinity is not JSON."),
        ('{"a": 1e999}', "", "The number 1e999 is too large."),
        ('{"a": 1, "a": 2}', "", "The key 'a' is there twice in one object."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_where(text, where, what):
    error = refusal(text)
    assert (error.where, error.what) == (where, what)
    assert str(error).startswith(f"{where}: {what}" if where else what)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, '"' + '\\"' * 1_000_000, "9" * 1_000_000, '"\\' * 500_000,
     '{"format": "micrograd-playground", "version": ' + "9" * 5000 + "}",
     dumps(Project(parse("a = 1"))).replace("1.0", "1" * 5000)],
    ids=range(7),
)  # fmt: skip
def test_hostile_documents_are_refused_in_a_sentence(text):
    error = refusal(text)
    assert len(str(error)) < 300


def test_a_document_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(storage, "MAX_BYTES", 10_000)
    assert "at most" in refusal(" " * 10_001).what


def test_every_beginning_of_a_document_is_refused():
    whole = dumps(project()).rstrip()
    for length in range(0, len(whole), 7):
        refusal(whole[:length])
    assert refusal(whole[: len(whole) // 2]).advice or refusal(whole[: len(whole) // 2]).where


PATHS = st.lists(st.integers(0, 50), max_size=6)


@settings(max_examples=200)
@given(PATHS, JSON | st.sampled_from(["1", "2", "inf", "value", "tanh", "a", {}, [], 1e300, -1]))
def test_a_changed_document_is_a_project_or_a_storage_error(path, value):
    changed = json.loads(dumps(project()))
    place = changed
    for step in path:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = keys[step % len(keys)]
        if not isinstance(place[key], dict | list) or step == path[-1]:
            place[key] = value
            break
        place = place[key]
    try:
        after = loads(json.dumps(changed))
    except StorageError as error:
        refused = error
    else:
        assert dumps(loads(dumps(after))) == dumps(after)
        return
    assert len(str(refused)) < 600


@given(st.integers(0, 10_000), st.text(max_size=3), st.integers(0, 5))
def test_a_damaged_document_is_a_project_or_a_storage_error(place, inserted, dropped):
    whole = dumps(project())
    place %= len(whole)
    damaged = whole[:place] + inserted + whole[place + dropped :]
    try:
        after = loads(damaged)
    except StorageError:
        return
    assert isinstance(after, Project)


@pytest.mark.parametrize(
    ("settings_", "what"),
    [
        ({"a": object()}, "A object can't be saved."),
        ({1: 2}, "1 can't be saved: a key is a text."),
        ({"a": 10**400}, "This number is too large to be saved."),
    ],
)
def test_what_is_no_json_is_refused_before_anything_is_written(settings_, what, tmp_path):
    path = tmp_path / "p.json"
    with pytest.raises(StorageError) as caught:
        save(Project(settings=settings_), path)
    assert caught.value.what == what
    assert not path.exists()
    endless: dict[str, object] = {}
    endless["again"] = endless
    with pytest.raises(StorageError):
        dumps(Project(settings=endless))


# ----- files ----------------------------------------------------------------------------------


def test_a_file_comes_back(tmp_path):
    path = tmp_path / "ein projekt ü.mgp"
    save(project(), str(path))
    assert dumps(load(path)) == dumps(project())
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(path).graph["a"].data == 2.0


def test_saving_keeps_permissions_and_links(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    save(Project(), target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~_umask()
    target.chmod(0o640)
    link.symlink_to(target)
    save(project(), link)
    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert load(link).graph["b"].data == -3.0


def _umask() -> int:
    return int(subprocess.check_output(
        [sys.executable, "-c", "import os; print(os.umask(0))"], text=True
    ))  # fmt: skip


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failed_save_leaves_the_old_file_and_nothing_else(failing, tmp_path, monkeypatch):
    path = tmp_path / "p.mgp"
    save(project(), path)
    before = path.read_bytes()

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(StorageError) as caught:
        save(Project(), path)
    assert caught.value.what == "p.mgp can't be written: no space left on device."
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["p.mgp"]


def test_an_interrupted_save_leaves_no_temporary_file(tmp_path, monkeypatch):
    def interrupt(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(Project(), tmp_path / "p.mgp")
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "missing" / "p", tmp_path / "nul\0", tmp_path / ("x" * 5000)):
        with pytest.raises(StorageError):
            save(Project(), path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\0\0", "p is not a project file."),
        ("{}".encode("utf-16"), "p is not a project file."),
        ("{\n\"ü".encode("latin-1"), "p is not a project file: it is not UTF-8 text."),
        (b"", "This is not JSON: expecting value."),
        (bytes(range(1, 256)), "p is not a project file: it is not UTF-8 text."),
    ],
)  # fmt: skip
def test_other_files_are_refused(content, what, tmp_path):
    path = tmp_path / "p"
    path.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        load(path)
    assert caught.value.what == what


def test_what_is_no_file_is_refused_without_waiting(tmp_path):
    pipe = tmp_path / "pipe"
    if hasattr(os, "mkfifo"):
        os.mkfifo(pipe)
    for path in (tmp_path, pipe, tmp_path / "nothing", tmp_path / "nul\0"):
        with pytest.raises(StorageError):
            load(path)


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(10**12)  # sparse: takes no room
    with pytest.raises(StorageError, match="1,000,000 MB"):
        load(path)


def test_a_large_graph_is_saved_and_loaded(tmp_path):
    graph = parse("x = 0.5\n" + "\n".join(f"v{i} = tanh(x * {i})" for i in range(2000)))
    save(Project(graph), tmp_path / "p")
    assert len(load(tmp_path / "p").graph) == 4001


# ----- what stands on the canvas --------------------------------------------------------------

VIEW = {
    "frame/1": {"title": "neuron", "color": "violet", "nodes": ["1", "2"]},
    "note/1": {"text": "try a = 0", "x": 1.0, "y": -2.5, "width": 200.0},
    "dots:1": [{"x": 3.0, "y": 4.0, "links": [["3", 0]]}],
    "slider:1": [-5.0, 5.0],
    "collapsed:2": True,
}


def test_frames_notes_dots_and_sliders_come_back():
    kept = project()
    kept.settings["view"] = VIEW
    assert loads(dumps(kept)).settings["view"] == VIEW


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("frame/1", [], "settings.view.frame/1"),
        ("frame/1", {"title": 3, "color": "grey", "nodes": []}, "frame/1.title"),
        ("frame/1", {"title": "t" * 300, "color": "grey", "nodes": []}, "frame/1.title"),
        ("frame/1", {"title": "", "color": "red", "nodes": []}, "frame/1.color"),
        ("frame/1", {"title": "", "color": "grey", "nodes": ["1", 2]}, "frame/1.nodes[1]"),
        ("frame/1", {"title": "", "color": "grey", "nodes": ["1", "1"]}, "frame/1.nodes"),
        ("note/1", {"text": "", "x": "nan", "y": 0, "width": 200}, "note/1.x"),
        ("note/1", {"text": "", "x": 0, "y": 0, "width": 1e9}, "note/1.width"),
        ("note/1", {"text": "", "x": 0, "y": 0}, "note/1.width"),
        ("note/1", {"text": "t" * 20_000, "x": 0, "y": 0, "width": 200}, "note/1.text"),
        ("dots:1", {}, "dots:1"),
        ("dots:1", [{"x": 0, "y": "inf", "links": []}], "dots:1[0].y"),
        ("dots:1", [{"x": 0, "y": 0, "links": [["3"]]}], "dots:1[0].links[0]"),
        ("dots:1", [{"x": 0, "y": 0, "links": [["3", "0"]]}], "dots:1[0].links[0]"),
        ("slider:1", [1.0], "slider:1"),
        ("slider:1", [5.0, -5.0], "slider:1"),
        ("slider:1", [0.0, "inf"], "slider:1"),
    ],
)
def test_a_spoilt_detail_of_the_canvas_is_refused_where_it_stands(key, value, where):
    settings = {"view": {key: value}}
    assert refusal(document(settings=settings)).where.endswith(where)
