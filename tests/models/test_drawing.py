"""Drawings of models: which boxes and arrows there are, and the files that show them."""

import io
import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

import jaxkeras
from jaxkeras import Input, Model, Sequential
from jaxkeras.layers import LSTM, Bidirectional, Concatenate, Dense, Dropout, TimeDistributed
from jaxkeras.utils import model_to_dot, plot_model, vis_utils
from jaxkeras.utils.drawing import Details, Drawing
from jaxkeras.utils.drawing.coordinates import coordinates
from jaxkeras.utils.drawing.layers import layered
from jaxkeras.utils.drawing.picture import Line, Rectangle, Text, paint

SVG = "{http://www.w3.org/2000/svg}"


def chain():
    return Sequential(
        [Input((4,)), Dense(8, activation="relu", name="hidden"), Dense(3, name="out")], name="net"
    )


def siamese():
    """A nested model called twice, a nested model of two outputs, two inputs."""
    encoder = Sequential(
        [Input((6,)), Dense(4, name="e1"), Dropout(0.1, name="e2")], name="encoder"
    )
    z = Input((4,), name="z")
    hidden = Dense(8, name="d1")(z)
    decoder = Model(z, [Dense(6, name="recon")(hidden), Dense(2, name="size")(z)], name="decoder")
    left, right = Input((6,), name="left"), Input((6,), name="right")
    joined = encoder(left) - encoder(right)
    recon, size = decoder(joined)
    return Model([left, right], [Dense(3, name="classes")(recon), size], name="siamese")


def links(model, **details):
    """Pairs of names of boxes that an arrow connects."""
    diagram = model.diagram(Details(**details))
    boxes = dict(diagram.boxes())
    return {(boxes[a].name, boxes[b].name) for a, b in diagram.links()}


def test_a_chain():
    assert links(chain()) == {("hidden", "out")}
    boxes = [box for _, box in chain().diagram(Details(True, True, True, True, True, True)).boxes()]
    assert [box.text for box in boxes] == ["hidden (Dense)", "out (Dense)"]
    assert dict(boxes[0].rows) == {
        "input": "(None, 4)",
        "output": "(None, 8)",
        "dtype": "float32",
        "activation": "relu",
        "trainable": "yes",
    }


def test_nested_models_are_one_box_or_all_of_theirs():
    model = siamese()
    assert links(model) == {
        ("left", "encoder"),
        ("right", "encoder"),
        ("encoder", "subtract"),
        ("subtract", "decoder"),
        ("decoder", "classes"),
    }
    assert links(model, nested=True) == {
        ("left", "e1"),
        ("right", "e1"),
        ("e1", "e2"),
        ("e2", "subtract"),
        ("subtract", "z"),
        ("z", "d1"),
        ("d1", "recon"),
        ("z", "size"),
        ("recon", "classes"),
    }


def test_a_model_inside_a_model_inside_a_model():
    core = Sequential([Input((3,)), Dense(3, name="core")], name="inner")
    middle = Sequential([core, Dense(3, name="behind")], name="middle")
    model = Sequential([Input((3,)), Dense(3, name="before"), middle, Dense(1, name="end")])
    assert links(model, nested=True) == {
        ("before", "core"),
        ("core", "behind"),
        ("behind", "end"),
    }


def test_shared_layers_and_functions_have_a_box_each():
    x = Input((4,), name="x")
    again = Dense(4, name="again")
    y = again(again(x)) * 2
    model = Model(x, y * 3)
    found = links(model)
    assert ("again", "again") in found and ("x", "again") in found
    assert len([box for _, box in model.diagram().boxes() if box.kind == "function"]) == 2


def test_layers_around_layers_tell_what_is_inside():
    model = Sequential(
        [Input((5, 3)), Bidirectional(LSTM(2, return_sequences=True)), TimeDistributed(Dense(2))]
    )
    kinds = [box.kind for _, box in model.diagram().boxes()]
    assert kinds == ["Bidirectional(LSTM)", "TimeDistributed(Dense)"]


def test_several_inputs_are_listed_and_equal_ones_counted():
    a, b = Input((2,)), Input((3,))
    model = Model([a, b], Concatenate(name="cat")([a, a, b]))
    (cat,) = (box for _, box in model.diagram(Details(shapes=True)).boxes() if box.name == "cat")
    assert cat.rows == (("input", "2 × (None, 2)"), ("", "(None, 3)"), ("output", "(None, 7)"))


def test_a_model_with_its_own_call_is_one_box():
    class Net(Model):
        def __init__(self):
            super().__init__(name="mine")
            self.out = Dense(1)

        def call(self, inputs):
            return self.out(inputs)

    model = Net()
    with pytest.raises(
        ValueError, match='Net "mine" is not built yet, so there is nothing to draw'
    ):
        model_to_dot(model)
    model.build((None, 2))
    assert [box.text for _, box in model.diagram().boxes()] == ["mine (Net)"]


def overlap(a, b):
    return (
        a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    )


@pytest.mark.parametrize("rankdir", ["TB", "LR", "BT", "RL"])
@pytest.mark.parametrize("splines", ["ortho", "curved", "line"])
def test_nothing_overlaps_and_all_is_inside(rankdir, splines):
    picture = paint(siamese().diagram(Details(shapes=True, nested=True)), rankdir, splines)
    rectangles = [shape for shape in picture.shapes if isinstance(shape, Rectangle)]
    boxes = [shape for shape in rectangles if not shape.is_dashed]
    frames = [shape for shape in rectangles if shape.is_dashed]
    assert len(boxes) == 10 and len(frames) == 2
    assert not any(overlap(a, b) for a, b in itertools.combinations(boxes, 2))
    for frame in frames:  # a box is in a frame as a whole, or not at all
        for box in boxes:
            inside = (
                frame.x < box.x < box.x + box.width < frame.x + frame.width
                and frame.y < box.y < box.y + box.height < frame.y + frame.height
            )
            assert inside or not overlap(box, frame)
    for line in (shape for shape in picture.shapes if isinstance(shape, Line)):
        for x, y in (line.start, *itertools.chain.from_iterable(line.pieces), *line.head):
            assert 0 <= x <= picture.width and 0 <= y <= picture.height
    heads = [shape.head[0] for shape in picture.shapes if isinstance(shape, Line) and shape.head]
    edges = {"TB": lambda b: b.y, "BT": lambda b: b.y + b.height}
    edges |= {"LR": lambda b: b.x, "RL": lambda b: b.x + b.width}
    axis = rankdir in ("TB", "BT")
    for head in heads:  # every arrow ends at the side of a box where computation comes in
        assert any(edges[rankdir](box) == pytest.approx(head[axis]) for box in boxes)


def test_computation_runs_in_the_direction_that_was_asked_for():
    places = {}
    for rankdir in ("TB", "LR", "BT", "RL"):
        shapes = paint(chain().diagram(), rankdir).shapes
        names = {s.text: (s.x, s.y) for s in shapes if isinstance(s, Text) and s.is_bold}
        places[rankdir] = np.subtract(names["out"], names["hidden"])
    assert places["TB"][1] > 0 > places["BT"][1] and places["LR"][0] > 0 > places["RL"][0]


def test_an_edge_past_other_layers_runs_straight_and_trunks_stand_in_the_middle():
    graph = layered(5, [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4)])
    place = coordinates(graph, lambda a, b: 10.0)
    (first, second) = graph.chains[0, 3][1:-1]
    assert place[first] == place[second] != place[1] == place[2]
    assert place[0] == place[3] == place[4] == (place[1] + place[first]) / 2


def test_crossings_are_taken_away():
    graph = layered(6, [(0, 4), (1, 3), (2, 5), (0, 3)])
    order = {node: (rank, i) for rank, row in enumerate(graph.layers) for i, node in enumerate(row)}
    edges = [(order[a][1], order[b][1]) for a, b in [(0, 4), (1, 3), (2, 5), (0, 3)]]
    assert not any((a - c) * (b - d) < 0 for (a, b), (c, d) in itertools.combinations(edges, 2))


def test_svg_is_valid_self_contained_and_readable():
    model = Sequential(
        [Input((2,)), Dense(1, name='a<b>&"c"'), Dense(1, name="은닉층")], name="<m>"
    )
    drawing = Drawing(model.diagram(Details(shapes=True)))
    svg = drawing.create(prog="dot", format="svg").decode()
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg" and root.get("role") == "img"
    labels = root.get("aria-labelledby").split()
    assert [root.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")] == labels
    assert root.find(f"{SVG}title").text == "<m> (Sequential)"
    assert root.find(f"{SVG}desc").text == 'a<b>&"c" (Dense) leads to 은닉층 (Dense).'
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {'a<b>&"c"', "은닉층", "(None, 2)", "(None, 1)"} <= set(texts)
    assert "href" not in svg and "<style" not in svg and "<script" not in svg
    assert drawing._repr_svg_() == svg
    assert drawing.create(format="png")[:8] == b"\x89PNG\r\n\x1a\n"  # with letters of any script


def test_dot_and_mermaid_escape_names():
    model = Sequential([Input((2,)), Dense(1, name='a"<b>')], name='m"')
    drawing = Drawing(model.diagram())
    assert drawing.to_string().startswith('digraph "m\\"" {')
    assert "<b>a&quot;&lt;b&gt;</b>" in drawing.to_string()
    assert '"a#34;#60;b#62; (Dense)"' in drawing.to_mermaid()


def test_clusters_in_dot_and_mermaid():
    drawing = Drawing(siamese().diagram(Details(nested=True)), rankdir="LR")
    dot, mermaid = drawing.to_string(), drawing.to_mermaid()
    assert dot.count("subgraph") == 2 and dot.count("->") == 9
    assert dot.count("{") == dot.count("}") == 3
    assert mermaid.startswith("flowchart LR\n")
    assert mermaid.count("subgraph") == mermaid.count("\n  end") == 2
    assert mermaid.count("-->") == 9


@pytest.fixture
def without_graphviz(monkeypatch):
    monkeypatch.setattr(vis_utils.shutil, "which", lambda name: None)


def test_the_line_of_the_textbooks(without_graphviz):
    svg = model_to_dot(chain(), show_shapes=True).create(prog="dot", format="svg")
    assert b"(None, 8)" in svg and b"<svg" in svg
    assert vis_utils.model_to_dot is model_to_dot and vis_utils.plot_model is plot_model


def test_with_pydot_its_own_objects_are_given(monkeypatch):
    pydot = pytest.importorskip("pydot")
    monkeypatch.setattr(vis_utils.shutil, "which", lambda name: "/usr/bin/dot")
    graph = model_to_dot(siamese(), show_shapes=True, expand_nested=True, rankdir="LR")
    assert isinstance(graph, pydot.Dot) and len(graph.get_subgraphs()) == 2
    assert len(graph.get_edges()) == 9
    assert isinstance(model_to_dot(chain(), subgraph=True), pydot.Cluster)


def test_plot_model_writes_what_the_ending_says(tmp_path):
    model = siamese()
    for ending in ("svg", "dot", "mmd", "png", "pdf", "jpg"):
        path = tmp_path / f"model.{ending}"
        drawing = plot_model(model, path, show_shapes=True, expand_nested=True, dpi=60)
        assert path.read_bytes() == drawing.create(format=ending) or ending == "pdf"
    assert (tmp_path / "model.pdf").read_bytes().startswith(b"%PDF")
    image = Image.open(io.BytesIO((tmp_path / "model.png").read_bytes()))
    larger = Image.open(io.BytesIO(Drawing(drawing.diagram, dpi=120).create(format="png")))
    assert larger.width == pytest.approx(2 * image.width, abs=2)
    colours = {colour for _, colour in image.getcolors(maxcolors=1 << 20)}
    assert (255, 255, 255) in colours and len(colours) > 20
    plot_model(model, str(tmp_path / "bare"))  # without an ending: png, as in Keras
    assert (tmp_path / "bare").read_bytes()[1:4] == b"PNG"


def test_what_cannot_be_drawn_is_answered(tmp_path, without_graphviz):
    with pytest.raises(ValueError, match=r"no format 'pgn'\. Did you mean 'png'\?"):
        plot_model(chain(), tmp_path / "model.pgn")
    with pytest.raises(
        ValueError, match="no format 'eps'.*write a .dot file and give it to Graphv"
    ):
        plot_model(chain(), tmp_path / "model.eps")
    with pytest.raises(TypeError, match="no argument 'show_shape'. Did you mean 'show_shapes'"):
        plot_model(chain(), tmp_path / "model.png", show_shape=True)
    with pytest.raises(TypeError, match=r"model_to_dot draws a model\. Received: <Dense"):
        model_to_dot(Dense(1))
    with pytest.raises(ValueError, match="rankdir must be one of 'TB', .*Received: 'UP'"):
        model_to_dot(chain(), rankdir="UP")
    with pytest.raises(ValueError, match="splines must be .*Did you mean 'curved'"):
        model_to_dot(chain(), splines="curve")
    with pytest.raises(ValueError, match="is not built yet"):
        plot_model(Sequential([Dense(1)]), tmp_path / "model.png")
    assert not list(tmp_path.iterdir())


def test_a_deep_model_is_drawn_soon(tmp_path):
    x = start = Input((4,))
    for _ in range(60):
        x = jaxkeras.layers.add([x, Dense(4)(x)])
    svg = Drawing(Model(start, x).diagram()).create().decode()
    assert len(re.findall("<polygon", svg)) == 180
