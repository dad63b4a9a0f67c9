"""Drawings of models, at the address that they had in Keras 2."""

import importlib.util
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jaxkeras.registry import teaches_keywords
from jaxkeras.utils.drawing import Details, Diagram, Drawing

__all__ = ["model_to_dot", "plot_model"]


@teaches_keywords()
def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> Any:
    """Draw a model.

    Args:
        model: a model that is built.
        show_shapes: whether to show shapes of inputs and outputs.
        show_dtype: whether to show the types of outputs.
        show_layer_names: whether to show the names of layers beside their classes.
        rankdir: which way the computation runs: ``"TB"`` down, ``"LR"`` to the right, ``"BT"`` up,
            ``"RL"`` to the left.
        expand_nested: whether to draw what is inside models that are used as layers.
        dpi: pixels in an inch, for pictures made of pixels.
        subgraph: whether the drawing is to stand inside another one.
        show_layer_activations: whether to show the activations of layers.
        show_trainable: whether to show which layers are trained.
        splines: how arrows run: ``"ortho"``, ``"curved"``, ``"spline"``, ``"polyline"`` or
            ``"line"``.

    Returns:
        A ``pydot.Dot`` (a ``pydot.Cluster`` for a subgraph) where both pydot and Graphviz are
        installed; otherwise a `Drawing`, which has the methods ``create``, ``write`` and
        ``to_string`` too, and draws by itself.

    Raises:
        TypeError: this is no model, or there is no such argument.
        ValueError: the model is not built.

    Example:
        >>> import jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> drawing = jaxkeras.utils.model_to_dot(model, show_shapes=True)
        >>> b"(None, 1)" in drawing.create(prog="dot", format="svg")
        True
    """
    details = Details(
        show_shapes,
        show_dtype,
        show_layer_names,
        expand_nested,
        show_layer_activations,
        show_trainable,
    )
    diagram = _diagram(model_to_dot, model, details)
    drawing = Drawing(diagram, rankdir, splines, dpi, subgraph)
    has_graphviz = importlib.util.find_spec("pydot") is not None and shutil.which("dot") is not None
    return _as_pydot(drawing) if has_graphviz else drawing


@teaches_keywords()
def plot_model(
    model: Any,
    to_file: str | os.PathLike[str] = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> Drawing:
    """Draw a model and write the drawing to a file.

    It looks the same everywhere: no other program takes part.

    Args:
        model: a model that is built.
        to_file: the file, whose ending tells the format: .png, .svg, .pdf, .jpg, .dot, .mmd, ...
        show_shapes: see `model_to_dot`, as for all that follow.
        show_dtype: types of outputs.
        show_layer_names: names of layers.
        rankdir: which way the computation runs.
        expand_nested: models inside.
        dpi: pixels in an inch.
        show_layer_activations: activations.
        show_trainable: what is trained.
        splines: how arrows run.

    Returns:
        The `Drawing`, which a notebook shows.

    Raises:
        TypeError: this is no model, or there is no such argument.
        ValueError: the model is not built, or the format is unknown.

    Example:
        >>> import jaxkeras, pathlib, tempfile
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)], name="m")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     drawing = jaxkeras.utils.plot_model(model, f"{folder}/model.png")
        ...     pathlib.Path(f"{folder}/model.png").stat().st_size > 1000
        True
        >>> drawing
        <Drawing of m (Sequential), 1 boxes>
    """
    details = Details(
        show_shapes,
        show_dtype,
        show_layer_names,
        expand_nested,
        show_layer_activations,
        show_trainable,
    )
    diagram = _diagram(plot_model, model, details)
    drawing = Drawing(diagram, rankdir, splines, dpi)
    drawing.write(to_file, format=Path(to_file).suffix[1:] or "png")
    return drawing


def _diagram(caller: Callable, model: Any, details: Details) -> Diagram:
    describe = getattr(model, "diagram", None)
    if describe is None:
        raise TypeError(
            f"{caller.__name__} draws a model. Received: {model!r}. Put layers into one first: "
            "Sequential([...])."
        )
    return describe(details)


def _as_pydot(drawing: Drawing) -> Any:
    import pydot  # type: ignore[import-not-found]

    text = drawing.to_string()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydot calls its parser by names that are out of date
        graphs: Any = pydot.graph_from_dot_data(
            f"digraph {{ {text} }}" if drawing.is_subgraph else text
        )
    (graph,) = graphs
    if not drawing.is_subgraph:
        return graph
    (inside,) = graph.get_subgraphs()
    return pydot.Cluster(obj_dict=inside.obj_dict)
