"""A model that is a stack of layers."""

import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax
from flax import linen, nnx

from jaxkeras.layers import FlaxLayer, InputLayer, InputSpec, Layer
from jaxkeras.layers import deserialize as deserialize_layer
from jaxkeras.layers.arguments import as_shape
from jaxkeras.layers.configured import as_policy
from jaxkeras.models.calls import Call
from jaxkeras.models.model import Model
from jaxkeras.registry import custom_object_scope, deserialize, serialize
from jaxkeras.symbolic import KerasTensor, Shape

__all__ = ["Sequential"]


class Sequential(Model):
    """A stack of layers: each takes what the one before gives.

    Args:
        layers: layers, also Flax modules (NNX or Linen); an `Input` in front, or ``input_shape=``
            of the first layer, gives the model its weights at once. Without either it gets them
            with the first data.
        trainable: whether training changes the weights.
        name: the model's name.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers import Dense
        >>> model = jaxkeras.Sequential()
        >>> model.add(Dense(512, activation="relu", input_shape=(784,)))
        >>> model.add(Dense(10, activation="softmax"))
        >>> model.count_params(), model.output_shape
        (407050, (None, 10))
    """

    input_spec = InputSpec()  # one array

    def __init__(
        self,
        layers: Iterable[Any] | None = None,
        trainable: bool = True,
        name: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable)
        self._layers = nnx.List([])
        # Symbolic tensors: the input, then the output of each layer; empty while not built.
        self._chain: tuple[KerasTensor, ...] = ()
        if isinstance(layers, (Layer, KerasTensor)):
            raise TypeError(
                f"{self.label} takes its layers as a list: Sequential([Dense(10), ...])."
            )
        for layer in layers or ():
            self.add(layer)

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return [layer for layer in self._layers if not isinstance(layer, InputLayer)]

    @property
    def input(self) -> KerasTensor:
        """The symbolic input."""
        return self._require_chain()[0]

    @property
    def output(self) -> KerasTensor:
        """The symbolic output."""
        return self._require_chain()[-1]

    def _require_chain(self) -> tuple[KerasTensor, ...]:
        if not self._chain:
            raise ValueError(
                f"{self.label} does not know its input shape yet. Give it an Input, pass "
                "input_shape= to the first layer, or call build(input_shape)."
            )
        return self._chain

    def add(self, layer: Any) -> None:
        """Put a layer on top.

        Args:
            layer: a layer, an `Input`, or a Flax module.

        Raises:
            TypeError: it is none of these.
            ValueError: the name is taken, or the layer does not fit the output below.
        """
        layer = self._as_layer(layer)
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(
                f"{self.label} has a layer {layer.name!r} already. Names must differ: make another "
                "layer, or give this one another name=."
            )
        if not self._layers and not isinstance(layer, InputLayer):
            is_built_stack = isinstance(layer, Sequential) and layer._chain
            batch_shape = layer.input_shape if is_built_stack else layer._batch_shape
            if batch_shape:
                self._layers.append(InputLayer(batch_shape=batch_shape))
        if isinstance(layer, InputLayer) and self._layers:
            raise ValueError(f"{self.label} takes an input only as its first entry.")
        if not self._chain and self._layers and isinstance(self._layers[0], InputLayer):
            self._chain = (self._layers[0].output,)
        if self._chain:
            self._chain = (*self._chain, layer(self._chain[-1]))
        self._layers.append(layer)
        if isinstance(layer, InputLayer):
            self._chain = (layer.output,)
        self._layers_changed()

    def _fed(self, x: Any) -> Iterable[tuple[Layer, Any]]:
        arrays = jax.tree.leaves(x)
        layers = (layer for layer in self._layers if not isinstance(layer, InputLayer))
        return zip(layers, arrays, strict=False) if len(arrays) == 1 else ()

    def _batch_of_inputs(self) -> int | None:
        return self._chain[0].shape[0] if self._chain else None

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the top layer off and return it.

        Raises:
            ValueError: there is none.
        """
        if not self.layers:
            raise ValueError(f"{self.label} has no layers to pop.")
        layer = self._layers.pop()
        self._chain = self._chain[:-1]
        self._layers_changed()
        return layer

    def _layers_changed(self) -> None:
        self.built = len(self._chain) > 1
        self._loop = self._trained = None

    def _as_layer(self, layer: Any) -> Layer:
        match layer:
            case KerasTensor():
                return InputLayer(batch_shape=layer.shape, dtype=layer.dtype, name=layer.name)
            case Layer():
                return layer
            case nnx.Module() | linen.Module():
                return FlaxLayer(layer)
        if inspect.isclass(layer):
            raise TypeError(
                f"{self.label} takes layers, got the class {layer.__name__}. Call it to make a "
                f"layer: {layer.__name__}(...)."
            )
        hint = ""
        if isinstance(layer, str) or callable(layer):
            hint = " To apply a function, add Activation(function), with its name or itself."
        elif isinstance(layer, (list, tuple)):
            hint = " Add them one by one, or all at once: Sequential([...])."
        raise TypeError(
            f"{self.label} takes layers such as Dense(10), got {type(layer).__name__}: "
            f"{layer!r}.{hint}"
        )

    def build(self, input_shape: Shape | None = None) -> None:
        """Create the weights of all layers.

        Args:
            input_shape: shape of the input, batch included: ``(None, 784)``.
        """
        if self._chain:
            self.built = len(self._chain) > 1
            return
        if not self._layers:
            raise ValueError(f"{self.label} has no layers. Add some first: model.add(Dense(10)).")
        if input_shape is None:
            self._require_chain()
        if isinstance(input_shape, (tuple, list, dict)):
            InputSpec().check(self.label, input_shape)
        chain = [KerasTensor((None, *as_shape("input_shape", input_shape)[1:]))]
        for layer in self._layers:
            chain.append(layer(chain[-1]))
        self._chain = tuple(chain)
        self.built = True

    def _names_of(self, outputs: Any) -> list[str]:
        return [self._layers[-1].name]

    def call(self, inputs: jax.Array) -> Any:
        for layer in self._layers:
            inputs = layer(inputs)
        return inputs

    def detach_activations(self, names: Sequence[str | None]) -> list[Callable | None]:
        """Take the activation off the last layer; see `Model`."""
        return [None if name is None else self.detach_activation(name) for name in names]

    def detach_activation(self, name: str) -> Callable | None:
        """Take the activation off the last layer; see `Layer`."""
        return self._layers[-1].detach_activation(name)

    def calls(self) -> list[Call]:
        """The calls of the layers, one after the other."""
        if not self._chain:
            return super().calls()
        tensors = [tuple(jax.tree.leaves(tensor)) for tensor in self._chain]
        layers = self.layers
        return [
            Call(layer.name, layer, *pair)
            for layer, pair in zip(
                layers, itertools.pairwise(tensors[-len(layers) - 1 :]), strict=True
            )
        ]

    def get_config(self) -> dict[str, Any]:
        """The configurations of all layers; of one's own class its constructor's arguments."""
        if type(self).__init__ is not Sequential.__init__:
            return super().get_config()
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize(self.dtype_policy),
            "layers": [serialize(layer) for layer in self._layers],
        }
        return config | ({"build_input_shape": list(self.input_shape)} if self._chain else {})

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ):
        """A model of new layers, as `get_config` describes them, here or in Keras.

        Args:
            config: plain data.
            custom_objects: the caller's own classes and functions by name.
        """
        if "layers" not in config or cls.__init__ is not Sequential.__init__:
            return super().from_config(config, custom_objects)
        with custom_object_scope(custom_objects):
            layers = [
                (deserialize if "module" in entry else deserialize_layer)(entry)
                for entry in config["layers"]
            ]
        model = cls(layers, config.get("trainable", True), config.get("name"))
        if "dtype" in config:
            model.dtype_policy = as_policy(config["dtype"])
        if not model._chain and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        return model

    def get_build_config(self) -> dict[str, Any] | None:
        """The shape of the input, if it is known."""
        return {"input_shape": self.input_shape} if self._chain else None
