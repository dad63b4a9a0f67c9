"""Augmentations that choose among many others."""

import functools
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.preprocessing.image_affine import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
)
from jaxkeras.layers.preprocessing.image_base import ImageLayer, RandomImageLayer, Shape
from jaxkeras.layers.preprocessing.image_color import RandomColorDegeneration
from jaxkeras.layers.preprocessing.image_filtering import RandomSharpness
from jaxkeras.layers.preprocessing.image_histogram import AutoContrast, Equalization
from jaxkeras.layers.preprocessing.image_tone import (
    RandomBrightness,
    RandomContrast,
    RandomPosterization,
    Solarization,
)

__all__ = ["AugMix", "RandAugment"]


class _PolicyLayer(RandomImageLayer):
    """Base of layers that apply others, chosen at random for the whole batch."""

    def _make_steps(
        self, value_range: Any, factor: Any, interpolation: str, all_ops: bool = True
    ) -> None:
        """The augmentations that there are to choose from."""
        self.value_range = self._value_range(value_range)
        self.factor = self._factor("factor", factor, low=0)
        self.interpolation = self._one_of("interpolation", interpolation, ("bilinear", "nearest"))
        strength, values, seed = self.factor, self.value_range, self.seed
        moves: Any = {
            "interpolation": self.interpolation,
            "seed": seed,
            "bounding_box_format": self.bounding_box_format,
        }
        bits = max(1, int(8 * strength[1]))
        steps: list[ImageLayer] = [
            RandomShear(strength, strength, **moves),
            RandomTranslation(strength, strength, **moves),
            RandomRotation(strength, **moves),
            RandomPosterization(bits, values, seed=seed),
            Solarization(strength, strength, values, seed=seed),
            AutoContrast(values),
            Equalization(values),
        ]
        if all_ops:
            steps += [
                RandomBrightness(strength, values, seed=seed),
                RandomColorDegeneration(strength, values, seed=seed),
                RandomContrast(strength, values, seed=seed),
                RandomSharpness(strength, values, seed=seed),
            ]
        self.steps = steps

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        return self._transform_all({"images": images}, parameters)["images"]


class RandAugment(_PolicyLayer):
    """Apply a few augmentations of many, others in every batch, to each image by another amount.

    They are shear, translation, rotation, posterization, solarization, contrast to the full range,
    equalization, brightness, color degeneration, contrast and sharpness.

    Args:
        value_range: the least and the greatest value of a pixel.
        num_ops: how many are applied, one after the other.
        factor: how strong they are, from 0 to 1: a number, for ``(0, factor)``, or a pair.
        interpolation: ``"bilinear"`` or ``"nearest"``; masks always take the nearest pixel.
        seed: makes the choice independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, 3)`` or ``(height, width, 3)``, or with the channels first; or a
        dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: an argument is none of these.

    Source:
        Cubuk et al., 2019, https://arxiv.org/abs/1909.13719.

    Example:
        >>> import numpy as np, jaxkeras
        >>> jaxkeras.layers.RandAugment(seed=1)(np.full((2, 8, 8, 3), 99, "uint8")).shape
        (2, 8, 8, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.num_ops = whole_number(f"{self.label}: num_ops", num_ops)
        self._make_steps(value_range, factor, interpolation)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_choice, for_steps = jax.random.split(key)
        return {
            "choices": jax.random.randint(for_choice, (self.num_ops,), 0, len(self.steps)),
            "keys": jax.random.split(for_steps, self.num_ops),
        }

    def _transform_all(self, data: dict[str, Any], parameters: Any) -> dict[str, Any]:
        return _applied(tuple(self.steps), data, parameters["choices"], parameters["keys"])


class AugMix(_PolicyLayer):
    """Mix each image with the results of several chains of augmentations.

    The augmentations are shear, translation, rotation, posterization, solarization, contrast to the
    full range, equalization, and nothing. Masks are mixed likewise; labels and boxes stay.

    Args:
        value_range: the least and the greatest value of a pixel; the result stays within.
        num_chains: number of chains.
        chain_depth: number of augmentations in a chain.
        factor: how strong they are, from 0 to 1: a number, for ``(0, factor)``, or a pair.
        alpha: parameter of the Dirichlet distribution of the chains' weights, and of the beta
            distribution of the weight of the image itself.
        all_ops: whether brightness, color degeneration, contrast and sharpness are among the
            augmentations too.
        interpolation: ``"bilinear"`` or ``"nearest"``; masks always take the nearest pixel.
        seed: makes the choice independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, 3)`` or ``(height, width, 3)``, or with the channels first; or a
        dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: an argument is none of these.

    Source:
        Hendrycks et al., 2019, https://arxiv.org/abs/1912.02781.

    Example:
        >>> import numpy as np, jaxkeras
        >>> jaxkeras.layers.AugMix(seed=1)(np.full((2, 8, 8, 3), 99, "uint8")).shape
        (2, 8, 8, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.num_chains = whole_number(f"{self.label}: num_chains", num_chains)
        self.chain_depth = whole_number(f"{self.label}: chain_depth", chain_depth)
        if not alpha > 0:
            raise ValueError(f"{self.label} needs a positive alpha. Received: alpha={alpha!r}")
        self.alpha = alpha
        self.all_ops = all_ops
        self._make_steps(value_range, factor, interpolation, all_ops)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_choice, for_steps, for_chains, for_weight = jax.random.split(key, 4)
        chains = (self.num_chains, self.chain_depth)
        alphas = jnp.full(self.num_chains, self.alpha)
        return {
            "choices": jax.random.randint(for_choice, chains, 0, len(self.steps) + 1),
            "keys": jax.random.split(for_steps, chains),
            "chain_mixing_weights": jax.random.dirichlet(for_chains, alphas),
            "weight_sample": jax.random.beta(for_weight, self.alpha, self.alpha),
        }

    def _transform_all(self, data: dict[str, Any], parameters: Any) -> dict[str, Any]:
        mixed = {kind: data[kind] for kind in ("images", "segmentation_masks") if kind in data}
        chains = _chains((*self.steps, None), mixed, parameters["choices"], parameters["keys"])
        weight = parameters["weight_sample"]

        def mix(values: jax.Array, results: jax.Array) -> jax.Array:
            of_chains = jnp.tensordot(parameters["chain_mixing_weights"], results, axes=1)
            return weight * values + (1 - weight) * of_chains

        mixed = {kind: mix(data[kind], results) for kind, results in chains.items()}
        images = jnp.clip(mixed["images"], *self.value_range).astype(data["images"].dtype)
        return {**data, **mixed, "images": images}


@functools.partial(jax.jit, static_argnums=0)
def _applied(
    steps: tuple[ImageLayer | None, ...], data: Any, choices: jax.Array, keys: jax.Array
) -> Any:
    """The data after a chain of augmentations, of which one and the same program has them all.

    Args:
        steps: augmentations; ``None`` for none.
        data: see `ImageLayer._transform_all`.
        choices: ``(depth,)``, indices of augmentations.
        keys: ``(depth,)``, random keys for them.
    """

    def apply(step: ImageLayer | None, data: Any, key: jax.Array) -> Any:
        if step is None:
            return data
        is_random = isinstance(step, RandomImageLayer)
        drawn = step.draw(key, data["images"].shape) if is_random else None
        return step._transform_all(data, drawn)

    branches = [functools.partial(apply, step) for step in steps]

    def advance(data: Any, chosen: Any) -> Any:
        choice, key = chosen
        return jax.lax.switch(choice, branches, data, key), None

    return jax.lax.scan(advance, data, (choices, keys))[0]


@functools.partial(jax.jit, static_argnums=0)
def _chains(
    steps: tuple[ImageLayer | None, ...], data: Any, choices: jax.Array, keys: jax.Array
) -> Any:
    """The results of several chains, stacked; arguments as those of `_applied`, stacked too."""
    return jax.lax.map(lambda chain: _applied(steps, data, *chain), (choices, keys))
