"""The object that most users meet: a layer that can be trained."""

import json
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax
from flax import nnx

from jaxkeras.layers import Layer
from jaxkeras.layers.layer import catalog
from jaxkeras.layers.weighted import children_of
from jaxkeras.metrics import Mean
from jaxkeras.models import loading, saving
from jaxkeras.models.calls import Call
from jaxkeras.models.configuration import graph_config, tensors_of
from jaxkeras.models.diagram import diagram_of
from jaxkeras.models.graph import Aside, Graph
from jaxkeras.models.summary import print_summary
from jaxkeras.models.trainer import Trainer
from jaxkeras.registry import custom_object_scope, serialize, teaches_keywords, unique_name
from jaxkeras.symbolic import KerasTensor, is_symbolic
from jaxkeras.training.pure import PureModel
from jaxkeras.utils.drawing import Details, Diagram

__all__ = ["Model"]


class Model(Trainer):
    """A layer that can be compiled, trained, evaluated and asked for predictions.

    It is made either from symbolic tensors, or by a subclass that makes its layers in ``__init__``
    and uses them in ``call``.

    Args:
        inputs: the symbolic input, or a list or dictionary of several.
        outputs: the symbolic output that follows from it, or a list or dictionary of several.
        name: the model's name.
        **kwargs: see `Layer`.

    Raises:
        ValueError: an output depends on a tensor that is none of the inputs.

    Example:
        >>> import jaxkeras
        >>> inputs = jaxkeras.Input((4,))
        >>> hidden = jaxkeras.layers.Dense(16, activation="relu")(inputs)
        >>> model = jaxkeras.Model(inputs, jaxkeras.layers.Dense(3)(hidden))
        >>> model.output_shape, model.count_params()
        ((None, 3), 131)

        >>> import numpy as np, jaxkeras
        >>> class Classifier(jaxkeras.Model):
        ...     def __init__(self, classes):
        ...         super().__init__()
        ...         self.hidden = jaxkeras.layers.Dense(16, activation="relu")
        ...         self.out = jaxkeras.layers.Dense(classes, activation="softmax")
        ...     def call(self, inputs):
        ...         return self.out(self.hidden(inputs))
        >>> model = Classifier(3)
        >>> model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        >>> x, y = np.random.rand(64, 4), np.random.randint(3, size=64)
        >>> hist = model.fit(x, y, epochs=2, verbose=0)
        >>> model.predict(x, verbose=0).shape
        (64, 3)
    """

    def __init__(
        self, inputs: Any = None, outputs: Any = None, name: str | None = None, **kwargs: Any
    ):
        if (inputs is None) != (outputs is None):
            raise TypeError("A model of symbolic tensors needs both, inputs and outputs.")
        if inputs is not None and type(self) is Model:
            name = name or unique_name("functional")
        super().__init__(name=name, **kwargs)
        self._graph = None if inputs is None else Graph(inputs, outputs)
        if self._graph is not None:
            _refuse_equal_names(self.label, self._graph.layers)
            self._layers = nnx.List(self._graph.layers)
            self.built = True

    def call(self, inputs: Any) -> Any:
        """The outputs for arrays; a model made from symbolic tensors replays what was recorded."""
        if self._graph is None:
            return super().call(inputs)
        outputs, values = self._graph.run(self._layers, inputs, self.label)
        for (_, metric), value in zip(self._graph.asides, values, strict=True):
            if metric is None:
                super().add_loss(value)
            else:
                super().add_metric(value, metric)
        return outputs

    # ------------------------------------------------------------------ losses and metrics

    def add_loss(self, value: Any, inputs: Any = None) -> None:
        """Add to the loss: in `call` a value, outside of it a symbolic tensor of the model.

        Args:
            value: a scalar, an array whose sum counts, or a list of such. A symbolic tensor has to
                follow from the model's inputs, by layers and functions of this package.
            inputs: no matter here; Keras 2 wanted to know what the loss follows from.

        Raises:
            RuntimeError: it is an array outside of a call.
            ValueError: it does not follow from the inputs, or the model was not made of symbolic
                tensors.

        Source:
            ``Model.add_loss`` of Keras 2

        Example:
            >>> import numpy as np, jaxkeras
            >>> from jaxkeras import losses, ops
            >>> x = jaxkeras.Input((4,))
            >>> outputs = jaxkeras.layers.Dense(4)(jaxkeras.layers.Dense(2)(x))
            >>> model = jaxkeras.Model(x, outputs)
            >>> model.add_loss(ops.mean(losses.mean_squared_error(x, outputs)))
            >>> model.compile(optimizer="sgd")
            >>> sorted(model.fit(np.ones((8, 4)), verbose=0).history)
            ['loss']
        """
        if not is_symbolic(value):
            return super().add_loss(value, inputs)
        for tensor in jax.tree.leaves(value):
            self._tell(Aside(tensor))

    def add_metric(self, value: Any, name: str | None = None, aggregation: str = "mean") -> None:
        """Report the mean of a value: one in `call`, or a symbolic tensor of the model.

        Args:
            value: an array in `call`, or a symbolic tensor that follows from the model's inputs.
            name: under which it is reported.
            aggregation: only ``"mean"``.

        Raises:
            ValueError: there is no name, another aggregation, or a tensor of another model.
            RuntimeError: it is an array outside of a call.

        Source:
            ``Model.add_metric`` of Keras 2

        Example:
            >>> import numpy as np, jaxkeras
            >>> x = jaxkeras.Input((4,))
            >>> model = jaxkeras.Model(x, jaxkeras.layers.Dense(1)(x))
            >>> model.add_metric(jaxkeras.ops.max(x), name="largest")
            >>> model.compile("sgd", "mse")
            >>> model.evaluate(np.ones((8, 4)), np.ones(8), verbose=0, return_dict=True)["largest"]
            1.0
        """
        if not is_symbolic(value):
            return super().add_metric(value, name, aggregation)
        self._tell(Aside(value, self._metric_name(name, aggregation)))

    def _tell(self, aside: Aside) -> None:
        """Take a tensor of the graph for a loss or a metric; see `add_loss` and `add_metric`."""
        if self._graph is None or type(self).call is not Model.call:
            raise ValueError(
                f"{self.label} does not compute by symbolic tensors, so it has no place for one. "
                "Add the value in call(), or make Model(inputs, outputs) and add it to that."
            )
        if self._loop is not None and self.optimizer is not None:
            raise RuntimeError(
                f"{self.label} has run as it was compiled. Add losses and metrics before that, or "
                "after a new compile()."
            )
        graph = self._graph.beside(aside)
        _refuse_equal_names(self.label, graph.layers)
        self._graph = graph
        self._layers = nnx.List([*self._layers, *graph.layers[len(self._layers) :]])
        self._loop = self._trained = None
        if aside.metric is not None:
            self._added.metrics[aside.metric] = Mean(aside.metric)

    # ------------------------------------------------------------------ structure

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs."""
        return jax.tree.leaves(self.input)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs."""
        return jax.tree.leaves(self.output)

    @property
    def input(self) -> Any:
        """The symbolic input, in the structure in which the model takes its data."""
        return super().input if self._graph is None else self._graph.inputs

    @property
    def output(self) -> Any:
        """The symbolic output."""
        return super().output if self._graph is None else self._graph.outputs

    @property
    def input_shape(self) -> Any:
        """Shape of the input, batch included; a structure of shapes where there are several."""
        return jax.tree.map(lambda tensor: tensor.shape, self.input)

    @property
    def output_shape(self) -> Any:
        """Shape of the output, batch included; a structure of shapes where there are several."""
        return jax.tree.map(lambda tensor: tensor.shape, self.output)

    @property
    def output_names(self) -> list[str]:
        """Names of the outputs, by which losses and metrics can be given."""
        return self._names_of(self.output)

    def _names_of(self, outputs: Any) -> list[str]:
        return super()._names_of(outputs) if self._graph is None else self._graph.output_names()

    def _fed(self, x: Any) -> Iterable[tuple[Layer, Any]]:
        return () if self._graph is None else self._graph.fed(self._layers, x, self.label)

    def _batch_of_inputs(self) -> int | None:
        tensors = [] if self._graph is None else self._graph.input_tensors
        sizes = {tensor.shape[0] for tensor in tensors}
        return sizes.pop() if len(sizes) == 1 else None

    def detach_activations(self, names: Sequence[str | None]) -> list[Callable | None]:
        if self._graph is None:
            return super().detach_activations(names)
        owners = [self._graph.owner(tensor) for tensor in self._graph.output_tensors]
        return [
            None if name is None or owner is None else self._layers[owner].detach_activation(name)
            for name, owner in zip(names, owners, strict=True)
        ]

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside the model."""
        held = {id(child): child for child in children_of(self) if isinstance(child, Layer)}
        return list(held.values())

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name or at this index.

        Raises:
            ValueError: there is no such layer; the message lists those that there are.
        """
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(f"{self.label} has {len(layers)} layers, got index {index}.")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        names = ", ".join(layer.name for layer in layers)
        fix = f" For a position pass index={name}." if isinstance(name, int) else ""
        raise ValueError(f"{self.label} has no layer {name!r}. Its layers: {names or 'none'}.{fix}")

    @teaches_keywords()
    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Print the table of layers, output shapes and parameter counts.

        Args:
            line_length: width of the table.
            positions: where the columns end, as parts of ``line_length``.
            print_fn: called with the table as text; by default it is printed.
            expand_nested: whether the layers of models inside get lines of their own.
            show_trainable: whether to tell which layers are trained.
            layer_range: patterns of two layer names, the first and the last to show.

        Raises:
            ValueError: the model is not built yet, or it has no such layers.
        """
        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

    def calls(self) -> list[Call]:
        """The calls that the model consists of; of one's own `call` only the layers are known."""
        if self._graph is None:
            return [Call(layer.name, layer) for layer in self.layers]
        return self._graph.calls()

    def diagram(self, details: Details = Details()) -> Diagram:  # noqa: B008
        """The model as boxes and arrows, of which `jaxkeras.utils.plot_model` makes a drawing.

        Args:
            details: what to tell of each layer.

        Raises:
            ValueError: the model is not built yet.
        """
        return diagram_of(self, details)

    # ------------------------------------------------------------------ files

    save = saving.save_model
    save_weights = saving.save_weights
    load_weights = loading.load_weights
    to_archive = saving.to_archive

    # ------------------------------------------------------------------ configuration

    @property
    def keras_class(self) -> tuple[str, str] | None:
        """Module and class under which Keras has such a model, if not under its own."""
        is_functional = type(self) is Model and self._graph is not None
        return ("keras.src.models.functional", "Functional") if is_functional else None

    def get_config(self) -> dict[str, Any]:
        """The layers and their calls; of one's own class the arguments of its constructor.

        Raises:
            TypeError: a layer, a function or an argument has no configuration.
        """
        if self._graph is None or type(self).__init__ is not Model.__init__:
            return super().get_config()
        if self._graph.asides:
            warnings.warn(
                f"{self.label} is written down without the losses and metrics that were added as "
                "symbolic tensors. Call add_loss() and add_metric() again after loading.",
                stacklevel=2,
            )
        own = {"name": self.name, "trainable": self.trainable}
        bare = self._graph.bare
        return own | graph_config(bare, list(self._layers)[: len(bare.layers)])

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ):
        """A model of new layers, as `get_config` describes it, here or in Keras 3.

        Args:
            config: plain data.
            custom_objects: the caller's own classes and functions by name.

        Raises:
            ValueError: a class is unknown, or the calls do not fit together.

        Example:
            >>> import jaxkeras
            >>> x = jaxkeras.Input((4,))
            >>> model = jaxkeras.Model(x, jaxkeras.layers.Dense(3, name="out")(x))
            >>> twin = jaxkeras.Model.from_config(model.get_config())
            >>> twin.output_shape, twin.get_layer("out") is model.get_layer("out")
            ((None, 3), False)
        """
        with custom_object_scope(custom_objects):
            is_functional = {"layers", "input_layers", "output_layers"} <= config.keys()
            if not is_functional or cls.__init__ is not Model.__init__:
                return super().from_config(config)
            inputs, outputs = tensors_of(config)
            return cls(inputs, outputs, config.get("name"), trainable=config.get("trainable", True))

    def get_build_config(self) -> dict[str, Any] | None:
        """The shape of the input; a model of symbolic tensors needs none to be built."""
        return super().get_build_config() if self._graph is None else {"input_shape": None}

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as text, from which `jaxkeras.models.model_from_json` makes a model.

        It tells how the model was compiled too. The weights are not part of it.

        Args:
            **kwargs: go to `json.dumps`.

        Example:
            >>> import jaxkeras
            >>> model = jaxkeras.Sequential([jaxkeras.Input((4,)), jaxkeras.layers.Dense(3)])
            >>> jaxkeras.models.model_from_json(model.to_json()).output_shape
            (None, 3)
        """
        return json.dumps(serialize(self), **kwargs)

    # ------------------------------------------------------------------ the pure core

    def as_pure(self) -> PureModel:
        """The model as plain dictionaries of arrays and pure functions, for JAX's own tools.

        The arrays are copies: what is done with them leaves the model as it is.

        Raises:
            ValueError: the model has no weights yet.

        Example:
            >>> import jax, jax.numpy as jnp, jaxkeras
            >>> model = jaxkeras.Sequential(
            ...     [jaxkeras.Input((2,)), jaxkeras.layers.Dense(1, name="dense")])
            >>> pure = model.as_pure()
            >>> jax.tree.map(jnp.shape, pure.params)
            {'dense': {'bias': (1,), 'kernel': (2, 1)}}
            >>> def squared(params, x):
            ...     outputs, _ = pure.apply(params, pure.state, x)
            ...     return (outputs ** 2).sum()
            >>> jax.tree.map(jnp.shape, jax.grad(squared)(pure.params, jnp.ones((5, 2))))
            {'dense': {'bias': (1,), 'kernel': (2, 1)}}
        """
        if not self._is_built():
            raise ValueError(
                f"{self.label} has no weights yet. Give it an Input, or call it on data first."
            )
        if self._objective is not None:
            self._objective.bind(self.output_names if self._nodes or self._graph else ["output"])
        return self._require_loop().pure()


def _refuse_equal_names(label: str, layers: Sequence[Layer]) -> None:
    names = [layer.name for layer in layers]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"{label} has {names.count(name)} layers called {name!r}. Names must differ: "
                "give the layers other names with name=."
            )


catalog.register("Functional")(Model)
