"""Images mixed with others of the same batch, and their labels with them."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.preprocessing.image_base import RandomImageLayer, Shape
from jaxkeras.layers.preprocessing.image_erasing import rectangles

__all__ = ["CutMix", "MixUp"]


class _MixingLayer(RandomImageLayer):
    """Base of layers whose parameters have ``"mix_weight"`` and ``"permutation_order"``."""

    def transform_labels(self, labels: jax.Array, parameters: Any) -> jax.Array:
        if labels.ndim == 1 and not jnp.issubdtype(labels.dtype, jnp.floating):
            raise ValueError(
                f"{self.label} mixes labels, and numbers of classes cannot be mixed: got shape "
                f"{labels.shape}, {labels.dtype}. Pass one row of probabilities a sample: "
                "jaxkeras.utils.to_categorical(labels)."
            )
        return self._mixed(labels, parameters)

    def _mixed(self, values: jax.Array, parameters: Any) -> jax.Array:
        """``(batch, ...)``, each sample averaged with its partner."""
        weight = jnp.reshape(parameters["mix_weight"], (-1,) + (1,) * (values.ndim - 1))
        if jnp.issubdtype(values.dtype, jnp.floating):
            weight = weight.astype(values.dtype)
        return weight * values + (1 - weight) * values[parameters["permutation_order"]]


class MixUp(_MixingLayer):
    """Average each image with another one of the batch, and labels and masks likewise.

    Bounding boxes of both are kept, so their number doubles.

    Args:
        alpha: both parameters of the beta distribution that the weight of the average is drawn
            from: the smaller, the less is mixed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes partners and weights independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        a dictionary with ``"images"`` and ``"labels"`` ``(batch, classes)``, see `ImageLayer`; or
        images alone

    Output shape:
        same as the input

    Raises:
        ValueError: ``alpha`` is not positive, or the labels are numbers of classes.

    Source:
        Zhang et al., 2017, https://arxiv.org/abs/1710.09412.

    Example:
        >>> import numpy as np, jaxkeras
        >>> data = {"images": np.ones((4, 8, 8, 3)), "labels": np.eye(4)}
        >>> outputs = jaxkeras.layers.MixUp(seed=1)(data)
        >>> outputs["labels"].sum(axis=1).round(3)
        Array([1., 1., 1., 1.], dtype=float32)
    """

    def __init__(
        self,
        alpha: float = 0.2,
        data_format: str | None = None,
        seed: Any = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if not alpha > 0:
            raise ValueError(f"{self.label} needs a positive alpha. Received: alpha={alpha!r}")
        self.alpha = alpha

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_partners, for_weights = jax.random.split(key)
        return {
            "permutation_order": jax.random.permutation(for_partners, shape[0]),
            "mix_weight": jax.random.beta(for_weights, self.alpha, self.alpha, shape[:1]),
        }

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        return self._mixed(images, parameters)

    def transform_segmentation_masks(self, masks: jax.Array, parameters: Any) -> jax.Array:
        return self._mixed(masks, parameters)

    def transform_bounding_boxes(
        self, bounding_boxes: dict[str, jax.Array], parameters: Any, size: tuple[int, ...]
    ) -> dict[str, jax.Array]:
        order = parameters["permutation_order"]
        return {
            key: jnp.concatenate([values, values[order]], axis=1)
            for key, values in bounding_boxes.items()
        }


class CutMix(_MixingLayer):
    """Replace a rectangle of each image by that of another one of the batch.

    Masks are treated likewise; labels are averaged by area.

    Args:
        factor: bounds of ``alpha``, both parameters of the beta distribution that the part of the
            area which stays is drawn from: a pair from 0 to 1, or one number for ``(0, factor)``.
            ``alpha`` is drawn once a batch.
        seed: makes partners and rectangles independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        a dictionary with ``"images"`` and ``"labels"`` ``(batch, classes)``, see `ImageLayer`,
        without bounding boxes; or images alone

    Output shape:
        same as the input

    Raises:
        ValueError: the factor is none of these, or the labels are numbers of classes.

    Source:
        Yun et al., 2019, https://arxiv.org/abs/1905.04899.

    Example:
        >>> import numpy as np, jaxkeras
        >>> data = {"images": np.ones((4, 8, 8, 3)), "labels": np.eye(4)}
        >>> outputs = jaxkeras.layers.CutMix(seed=1)(data)
        >>> outputs["labels"].sum(axis=1).round(3)
        Array([1., 1., 1., 1.], dtype=float32)
    """

    def __init__(
        self, factor: Any = 1.0, seed: Any = None, data_format: str | None = None, **kwargs: Any
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._factor("factor", factor, low=0)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_alpha, for_weights, for_places, for_partners = jax.random.split(key, 4)
        batch, height, width, _ = shape
        alpha = 1e-6 + jax.random.uniform(for_alpha, (), float, *self.factor)
        weight = jax.random.beta(for_weights, alpha, alpha, (batch,))
        size = jnp.asarray([height, width], float)
        lengths = jnp.sqrt(1 - weight)[:, None] * size
        starts = jax.random.uniform(for_places, (batch, 2)) * (size - lengths)
        return {
            "permutation_order": jax.random.permutation(for_partners, batch),
            "batch_masks": rectangles(shape, starts, starts + lengths),
            "mix_weight": weight,
        }

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        partners = images[parameters["permutation_order"]]
        return jnp.where(parameters["batch_masks"], partners, images)

    def transform_segmentation_masks(self, masks: jax.Array, parameters: Any) -> jax.Array:
        return self.transform_images(masks, parameters)

    def transform_bounding_boxes(
        self, bounding_boxes: dict[str, jax.Array], parameters: Any, size: tuple[int, ...]
    ) -> dict[str, jax.Array]:
        raise ValueError(
            f"{self.label} cuts through objects and has no rule for bounding boxes. Leave them out "
            "of its input, or use MixUp."
        )
