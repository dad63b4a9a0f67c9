"""What the layers that prepare and augment images have in common."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.layers._spatial import SpatialLayer
from jaxkeras.random import to_stream
from jaxkeras.utils.bounding_boxes.formats import FORMATS

__all__ = ["ImageLayer", "RandomImageLayer", "Shape", "per_image"]

Shape = tuple[int, ...]

_KINDS = ("images", "labels", "segmentation_masks", "bounding_boxes")


class ImageLayer(SpatialLayer):
    """Base of layers on images and on what belongs to them.

    `call` takes one image, a batch of images, or a dictionary with ``"images"`` and any of
    ``"labels"``, ``"segmentation_masks"`` and ``"bounding_boxes"``; other keys pass through. A
    subclass sees none of that: its methods get batches with the channels last, whatever the data
    format, and give such batches back. It defines

    - ``transform_images(images, parameters)``: ``(batch, height, width, channels)`` in the compute
      type; what it returns is brought to that type too;

    and, where they do not stay as they are,

    - ``transform_labels(labels, parameters)``: ``(batch, ...)``;
    - ``transform_segmentation_masks(masks, parameters)``: ``(batch, height, width, channels)`` of
      any type, which should stay;
    - ``transform_bounding_boxes(bounding_boxes, parameters, size)``: a dictionary of ``"boxes"``
      ``(batch, boxes, 4)`` and ``"labels"`` ``(batch, boxes)``, and the height and width that the
      images had.

    `RandomImageLayer` adds the random ``parameters``; here they are ``None``. As in Keras, a call
    from outside of any other layer counts as training unless told otherwise.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        bounding_box_format: how the four numbers of a box are meant, see
            `jaxkeras.utils.bounding_boxes.convert_format`.
        **kwargs: see `Layer`.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.layers.preprocessing.image_base import ImageLayer
        >>> class Negative(ImageLayer):
        ...     def transform_images(self, images, parameters):
        ...         return 255 - images
        >>> float(Negative()(np.full((8, 8, 3), 55, "uint8")).max())
        200.0
        >>> sorted(Negative()({"images": np.zeros((2, 8, 8, 3)), "labels": np.array([1, 2])}))
        ['images', 'labels']
    """

    rank = 2
    # Whether images that come as integers stay so; by default they become the compute type.
    _keeps_type: ClassVar[bool] = False

    def __init__(
        self,
        data_format: str | None = None,
        bounding_box_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.input_spec = None
        self.data_format = self._layout(data_format)
        self.bounding_box_format = bounding_box_format and self._one_of(
            "bounding_box_format", bounding_box_format, FORMATS
        )

    # ------------------------------------------------------------------ what a subclass defines

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        """The images changed; see the class."""
        return images

    def transform_labels(self, labels: jax.Array, parameters: Any) -> jax.Array:
        """The labels of the changed images; see the class."""
        return labels

    def transform_segmentation_masks(self, masks: jax.Array, parameters: Any) -> jax.Array:
        """The masks of the changed images; see the class."""
        return masks

    def transform_bounding_boxes(
        self, bounding_boxes: dict[str, jax.Array], parameters: Any, size: tuple[int, ...]
    ) -> dict[str, jax.Array]:
        """The boxes of the changed images; see the class."""
        return bounding_boxes

    def _transform(self, data: dict[str, Any], training: bool) -> dict[str, Any]:
        """Images, labels, masks and boxes changed, all batches with the channels last."""
        return self._transform_all(data, None)

    # ------------------------------------------------------------------ calling

    def _as_array(self, value: Any) -> Any:
        """NumPy to JAX, of the type that it has: of what comes, images alone change theirs."""
        is_float = isinstance(value, (np.ndarray, jax.Array)) and value.dtype.kind == "f"
        return jnp.asarray(value) if is_float else super()._as_array(value)

    def call(self, data: Any, training: bool = True) -> Any:
        given = data if isinstance(data, dict) else {"images": data}
        if "images" not in given:
            raise ValueError(
                f'{self.label} expected an array, or a dictionary with the key "images". '
                f"Received keys: {sorted(given)}"
            )
        ndim = jnp.ndim(given["images"])
        if ndim not in (3, 4):
            raise ValueError(
                f"{self.label} expected one image or a batch of them, of 3 or 4 dimensions, got "
                f"shape {jnp.shape(given['images'])}. Grey images need an axis for their one "
                "channel: x[..., None]."
            )
        batch = {kind: self._as_batch(kind, given[kind], ndim) for kind in _KINDS if kind in given}
        changed = self._transform(batch, training)
        changed = {kind: self._as_given(kind, changed[kind], given[kind], ndim) for kind in changed}
        return {**given, **changed} if isinstance(data, dict) else changed["images"]

    def _transform_all(self, data: dict[str, Any], parameters: Any) -> dict[str, Any]:
        images = data["images"]
        changed = self.transform_images(images, parameters)
        outputs: dict[str, Any] = {"images": changed.astype(images.dtype)}
        if "labels" in data:
            outputs["labels"] = self.transform_labels(data["labels"], parameters)
        if "segmentation_masks" in data:
            masks = data["segmentation_masks"]
            outputs["segmentation_masks"] = self.transform_segmentation_masks(masks, parameters)
        if "bounding_boxes" in data:
            outputs["bounding_boxes"] = self.transform_bounding_boxes(
                data["bounding_boxes"], parameters, images.shape[1:3]
            )
        return outputs

    def _as_batch(self, kind: str, value: Any, ndim: int) -> Any:
        """One of the inputs as a batch, images and masks with the channels last."""
        if kind == "bounding_boxes":
            if not isinstance(value, dict) or not {"boxes", "labels"} <= value.keys():
                raise ValueError(
                    f'{self.label} expected "bounding_boxes" to be a dictionary with the keys '
                    f'"boxes" and "labels". Received: {value if value is None else list(value)}'
                )
            boxes = jnp.asarray(value["boxes"], "float32")
            value = {**value, "boxes": boxes, "labels": jnp.asarray(value["labels"])}
            return {key: item[None] if ndim == 3 else item for key, item in value.items()}
        value = jnp.asarray(value)
        batch = value[None] if ndim == 3 else value
        is_float = jnp.issubdtype(batch.dtype, jnp.floating)
        if kind == "images" and (is_float or not self._keeps_type):
            batch = batch.astype(self.compute_dtype)
        if kind == "segmentation_masks" and batch.ndim == 3:
            return batch[..., None]
        if kind != "labels" and self.data_format == "channels_first":
            batch = jnp.moveaxis(batch, 1, -1)
        return batch

    def _as_given(self, kind: str, value: Any, given: Any, ndim: int) -> Any:
        """One of the outputs in the layout of the input."""
        if kind == "segmentation_masks" and jnp.ndim(given) == ndim - 1:
            value = value[..., 0]
        elif kind in ("images", "segmentation_masks") and self.data_format == "channels_first":
            value = jnp.moveaxis(value, -1, 1)
        return jax.tree.map(lambda array: array[0], value) if ndim == 3 else value

    # ------------------------------------------------------------------ arguments

    def _factor(
        self, name: str, value: Any, low: float = -1.0, high: float = 1.0
    ) -> tuple[float, float]:
        """An argument that bounds a random number: a pair, or one number for both signs."""
        pair = list(value) if isinstance(value, (tuple, list)) else [value, value]
        is_number = [isinstance(item, (int, float)) and low <= item <= high for item in pair]
        if is_number != [True, True]:
            raise ValueError(
                f"{self.label}: {name} takes a number from {low:g} to {high:g}, or two of them. "
                f"Received: {name}={value!r}"
            )
        if isinstance(value, (tuple, list)):
            return float(min(pair)), float(max(pair))
        return max(-abs(float(value)), low), abs(float(value))

    def _value_range(self, value: Any) -> tuple[float, float]:
        """The argument ``value_range``: the least and the greatest value of a pixel."""
        if not isinstance(value, (tuple, list)) or len(value) != 2 or value[0] == value[1]:
            raise ValueError(
                f"{self.label}: value_range takes the least and the greatest value of a pixel, "
                f"such as (0, 255) or (0, 1). Received: value_range={value!r}"
            )
        return float(min(value)), float(max(value))


class RandomImageLayer(ImageLayer):
    """Base of layers that change images at random, each sample in its own way.

    A subclass defines, beside what `ImageLayer` says,

    - ``draw(key, shape)``: the random parameters for images of that shape, ``(batch, height, width,
      channels)``: arrays with the batch in front, in any structure. Its methods get them.

    The randomness is that of ``jax.random``, so it happens on the device, in ``jax.jit`` too. In
    inference nothing is drawn and nothing changes but the type.

    Args:
        seed: makes the numbers independent of the global seed.
        **kwargs: see `ImageLayer`.

    Example:
        >>> import jax, numpy as np
        >>> from jaxkeras.layers.preprocessing.image_base import RandomImageLayer
        >>> class RandomDim(RandomImageLayer):
        ...     def draw(self, key, shape):
        ...         return jax.random.uniform(key, shape[:1])
        ...     def transform_images(self, images, parameters):
        ...         return images * parameters[:, None, None, None]
        >>> layer = RandomDim(seed=1)
        >>> bool(layer(np.ones((8, 8, 3))).max() < 1)
        True
        >>> float(layer(np.ones((8, 8, 3)), training=False).max())
        1.0
    """

    def __init__(self, seed: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = to_stream(seed, "augmentation")

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        """The random parameters of a batch; see the class."""
        raise TypeError(f"{self.label} needs a method `draw(self, key, shape)` in its class.")

    def _transform(self, data: dict[str, Any], training: bool) -> dict[str, Any]:
        if not training:
            return data
        return self._transform_all(data, self.draw(self.seed_generator(), data["images"].shape))

    def _chosen(self, key: jax.Array, batch: int, factor: tuple[float, float]) -> jax.Array:
        """Which samples are changed, ``(batch,)``: the probability of each is drawn from a pair."""
        for_probability, for_choice = jax.random.split(key)
        probability = jax.random.uniform(for_probability, (batch,), float, *factor)
        return jax.random.uniform(for_choice, (batch,)) < probability


def per_image(values: jax.Array) -> jax.Array:
    """``(batch,)`` numbers so that they broadcast against ``(batch, height, width, channels)``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.preprocessing.image_base import per_image
        >>> per_image(jnp.arange(3)).shape
        (3, 1, 1, 1)
    """
    return jnp.reshape(values, (-1, 1, 1, 1))
