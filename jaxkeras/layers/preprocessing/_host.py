"""What is done with NumPy before data goes to a model: text, and learning from data."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from jaxkeras.layers.arguments import as_numpy
from jaxkeras.layers.layer import Layer
from jaxkeras.symbolic import KerasTensor

__all__ = ["HostLayer", "Learned", "as_terms", "batches"]


class HostLayer(Layer):
    """Base of layers that work on NumPy's arrays, text among them, before the model.

    No compiled program can hold text, so such a layer prepares data and is no part of a model.

    Args:
        **kwargs: see `Layer`.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers.preprocessing._host import HostLayer, as_terms
        >>> class Length(HostLayer):
        ...     def call(self, inputs):
        ...         return [len(text) for text in as_terms(self.label, inputs)]
        >>> Length()(["a", "word"])
        Array([1, 4], dtype=int32)
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.built = True

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        """Apply the layer to arrays, lists, or a single text.

        Args:
            inputs: what `call` takes.
            training: no matter here.

        Raises:
            TypeError: the inputs have no values, as inside a model.
        """
        if any(isinstance(leaf, (KerasTensor, Tracer)) for leaf in jax.tree.leaves(inputs)):
            return super().__call__(inputs)
        outputs = np.asarray(self.call(inputs))
        if outputs.dtype.kind in "OU":
            return outputs
        return jnp.asarray(as_numpy(outputs, f"The output of {self.label}"))


class Learned:
    """What a layer learned and compiled programs have inside, so that it cannot change afterwards.

    The copies of a layer that programs are compiled from share it.

    Args:
        value: what was learned, which never changes itself; None for nothing yet.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from jaxkeras.layers.preprocessing._host import Learned
        >>> learned = Learned(2.0).replaced("Scale", 3.0)
        >>> jax.jit(lambda x: x * learned.within(x))(jnp.ones(1))
        Array([3.], dtype=float32)
        >>> learned.replaced("Scale", 4.0)
        Traceback (most recent call last):
            ...
        RuntimeError: Scale is part of a compiled program, which would keep what it learned before.
        Make layer and model anew to change that.
    """

    def __init__(self, value: Any = None):
        self.value = value
        self._is_compiled = False

    def within(self, inputs: jax.Array) -> Any:
        """The value, for a computation on these inputs."""
        has_sizes = all(isinstance(size, int) for size in inputs.shape)
        if isinstance(inputs, Tracer) and has_sizes:  # without sizes only shapes are inferred
            self._is_compiled = True
        return self.value

    def replaced(self, label: str, value: Any) -> "Learned":
        """Another value in place of this one.

        Args:
            label: the layer, for the message.
            value: what it learned.

        Raises:
            RuntimeError: a compiled program has the old one inside.
        """
        if self._is_compiled:
            raise RuntimeError(
                f"{label} is part of a compiled program, which would keep what it learned before. "
                "Make layer and model anew to change that."
            )
        return Learned(value)


def as_terms(label: str, value: Any, encoding: str = "utf-8") -> np.ndarray:
    """Text as an object array of strings, or whole numbers as 64-bit integers.

    Args:
        label: whose input it is, for the message.
        value: an array, nested lists, or a single text or number. Floats are cut to whole numbers.
        encoding: of text that comes as bytes.

    Raises:
        TypeError: it holds something else, its rows differ in length, or it is part of a compiled
            program.

    Example:
        >>> from jaxkeras.layers.preprocessing._host import as_terms
        >>> as_terms("Hashing", [["a"], [b"b"]]), as_terms("Hashing", [1.0, 2.0])
        (array([['a'], ['b']], dtype=object), array([1, 2]))
        >>> as_terms("Hashing", ["a", None])
        Traceback (most recent call last):
            ...
        TypeError: Hashing expected text or whole numbers, got NoneType: None. Fill in what is
        missing, or leave those samples out.
    """
    if isinstance(value, Tracer):
        raise TypeError(
            f"{label} cannot be part of a model: text and hashes are no matter for a compiled "
            "program. Apply it to the data first: x = layer(texts), then model.fit(x, y)."
        )
    is_text = isinstance(value, (str, bytes))
    array = np.array(value, object) if is_text or _holds_text(value) else _as_numbers(label, value)
    if array.dtype.kind in "iuf":
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise _wrong_term(label, array[~np.isfinite(array)][0].item())
        return array.astype(np.int64)
    if array.dtype.kind not in "OSUT":
        raise _wrong_term(label, array.flat[0].item())
    terms = array.astype(object)
    for index, term in enumerate(terms.flat):
        if isinstance(term, bytes):
            terms.flat[index] = term.decode(encoding)
        elif not isinstance(term, str):
            raise _wrong_term(label, term)
    return terms


def _holds_text(value: Any) -> bool:
    """Whether the first entry of nested lists is text: each is then kept at its own length."""
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return isinstance(value, (str, bytes))


def _as_numbers(label: str, value: Any) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise TypeError(
            f"{label} got rows of different lengths. Pad or cut them to one length."
        ) from error
    is_integers = array.dtype == object and all(isinstance(item, int) for item in array.flat)
    return array.astype(np.int64) if is_integers else array


def _wrong_term(label: str, term: Any) -> TypeError:
    if isinstance(term, (list, tuple, np.ndarray)):
        fix = "Pad or cut the rows to one length."
    elif str(term) in ("None", "nan", "NaT", "<NA>"):
        fix = "Fill in what is missing, or leave those samples out."
    else:
        fix = "Convert it: [str(item) for item in x]."
    return TypeError(
        f"{label} expected text or whole numbers, got {type(term).__name__}: "
        f"{repr(term)[:60]}. {fix}"
    )


def batches(label: str, data: Any, steps: int | None = None) -> Iterator[Any]:
    """What `adapt` learns from, batch by batch.

    Args:
        label: whose data it is, for the message.
        data: one array; nested lists, which stand for one array; or an iterable of batches, a
            list of arrays among them. Of a batch ``(x, y)`` the ``x`` is taken.
        steps: the most batches to take from an iterable.

    Raises:
        ValueError: there is nothing.
        TypeError: it is not a collection of data.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.layers.preprocessing._host import batches
        >>> list(batches("Normalization", [[1, 2], [3, 4]]))
        [[[1, 2], [3, 4]]]
        >>> [b.shape for b in batches("Normalization", (np.ones((2, 3)) for _ in range(9)), 2)]
        [(2, 3), (2, 3)]
    """
    is_list = isinstance(data, (list, tuple))
    if is_list and any(getattr(item, "ndim", 0) for item in data):
        entries: Iterable[Any] = data
    elif is_list or hasattr(data, "__array__"):
        entries = [data] if len(data) else []
    elif hasattr(data, "__iter__") and not isinstance(data, (str, bytes, Mapping)):
        entries = data
    elif hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        entries = (data[index] for index in range(len(data)))
    else:
        raise TypeError(
            f"{label} learns from an array, a list or an iterable of batches. "
            f"Received: {type(data).__name__}."
        )
    taken = itertools.islice(entries, steps)
    first = next(taken, None)
    if first is None:
        raise ValueError(f"{label} got no data to learn from. Pass at least one batch.")
    for entry in itertools.chain([first], taken):
        is_pair = isinstance(entry, tuple) and np.ndim(entry[0]) > 0
        yield entry[0] if is_pair else entry
