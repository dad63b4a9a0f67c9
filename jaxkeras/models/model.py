"""The object that most users meet: a layer that can be trained."""

from collections.abc import Callable
from typing import Any

from jaxkeras.layers import Layer
from jaxkeras.layers.layer import children_of
from jaxkeras.models.summary import print_summary
from jaxkeras.models.trainer import Trainer
from jaxkeras.symbolic import Shape
from jaxkeras.training.pure import PureModel

__all__ = ["Model"]


class Model(Trainer):
    """A layer that can be compiled, trained, evaluated and asked for predictions.

    A subclass makes its layers in ``__init__`` and uses them in ``call``.

    Example:
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

    # ------------------------------------------------------------------ structure

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside the model."""
        return [child for child in children_of(self) if isinstance(child, Layer)]

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
        raise ValueError(f"{self.label} has no layer {name!r}. Its layers: {names or 'none'}.")

    def summary(
        self,
        line_length: int | None = None,
        print_fn: Callable[[str], Any] | None = None,
    ) -> None:
        """Print the table of layers, output shapes and parameter counts.

        Args:
            line_length: width of the table.
            print_fn: called with the table as text; by default it is printed.

        Raises:
            ValueError: the model is not built yet.
        """
        print_summary(self, line_length=line_length, print_fn=print_fn)

    def rows(self) -> list[tuple[Layer, Shape | None]]:
        """What `summary` lists: layers, and the shapes of their outputs where they are known."""
        return [(layer, None) for layer in self.layers]

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
            self._objective.bind(self._names_of(getattr(self, "output", None)) or ["output"])
        return self._require_loop().pure()
