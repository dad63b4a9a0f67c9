"""The `ImageDataGenerator` of Keras 2: images changed at random and normalised."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from jaxkeras.config import floatx
from jaxkeras.files.dialects.keras1 import LAYOUTS
from jaxkeras.ops.operation import layout
from jaxkeras.preprocessing.image.arrays import check_images
from jaxkeras.preprocessing.image.flows import Flows
from jaxkeras.preprocessing.image.iterators import random_stream
from jaxkeras.preprocessing.image.transforms import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    draw_zoom,
    pair,
)
from jaxkeras.registry import takes_legacy_keywords, teaches_keywords

__all__ = ["ImageDataGenerator"]

_EPSILON = 1e-6
_AFFINE = ("theta", "tx", "ty", "shear", "zx", "zy")


def _todays_layout(dim_ordering: Any) -> Any:
    return LAYOUTS.get(dim_ordering, dim_ordering)


class ImageDataGenerator(Flows):
    """Batches of images, changed at random and normalised while a model is trained.

    Args:
        featurewise_center: whether to subtract the mean over the data, of every channel; this, the
            next but one and the whitening need `fit`.
        samplewise_center: whether to subtract from every image its mean.
        featurewise_std_normalization: whether to divide by the standard deviation over the data.
        samplewise_std_normalization: whether to divide every image by its standard deviation.
        zca_whitening: whether to take away the correlations between pixels.
        zca_epsilon: added to the singular values for that.
        rotation_range: the largest angle to turn by, in degrees.
        width_shift_range: how far to move: a fraction of the width if below 1, otherwise pixels;
            an int moves by whole pixels below it; a list gives the distances to choose from.
        height_shift_range: likewise, with fractions of the height. As in Keras, where the two
            directions are exchanged, this one moves to the left or right, the other up or down.
        brightness_range: the smallest and the largest factor of the brightness.
        shear_range: the largest angle to shear by, in degrees.
        zoom_range: the smallest and the largest zoom; a number stands for 1 minus and plus it.
        channel_shift_range: the largest amount to add to the values, or take.
        fill_mode: what lies outside of an image: ``"nearest"``, ``"constant"``, ``"reflect"`` or
            ``"wrap"``.
        cval: the value outside for ``"constant"``.
        horizontal_flip: whether to mirror half of the images, left to right.
        vertical_flip: whether to mirror half of the images, top to bottom.
        rescale: factor of the values, before all normalisation: ``1 / 255`` for instance.
        preprocessing_function: called with an image, changed by then; returns one of its shape.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        validation_split: fraction of the images that ``subset="validation"`` takes.
        interpolation_order: of the spline that interpolates between pixels.
        dtype: type of the batches; by default `jaxkeras.config.floatx`.

    Raises:
        ValueError: an argument has a value out of its range.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import ImageDataGenerator
        >>> generator = ImageDataGenerator(rescale=1 / 255, rotation_range=20, zoom_range=0.1)
        >>> batches = generator.flow(np.ones((10, 8, 8, 3)), np.arange(10), batch_size=4)
        >>> x, y = next(batches)
        >>> x.shape, len(batches)
        ((4, 8, 8, 3), 3)

    Keras name: ``keras.preprocessing.image.ImageDataGenerator`` of Keras 2.
    """

    @takes_legacy_keywords({"dim_ordering": _todays_layout}, dim_ordering="data_format")
    @teaches_keywords()
    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Any = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[np.ndarray], Any] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ):
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                f"validation_split must lie between 0 and 1. Received: {validation_split}."
            )
        if brightness_range is not None:
            brightness_range = pair("brightness_range", brightness_range)
        if np.ndim(zoom_range) == 0:
            zoom_range = 1 - zoom_range, 1 + zoom_range
        fill_modes = ("nearest", "constant", "reflect", "wrap")
        if fill_mode not in fill_modes:
            raise ValueError(f"fill_mode must be one of {fill_modes}. Received: {fill_mode!r}.")
        if zca_whitening and featurewise_std_normalization:
            warnings.warn(
                "zca_whitening normalises by itself: featurewise_std_normalization is left out.",
                stacklevel=2,
            )
            featurewise_std_normalization = False
        self.featurewise_center = featurewise_center or _implied(
            "featurewise_center",
            zca_whitening=zca_whitening,
            featurewise_std_normalization=featurewise_std_normalization,
        )
        self.samplewise_center = samplewise_center or _implied(
            "samplewise_center", samplewise_std_normalization=samplewise_std_normalization
        )
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = _shift("width_shift_range", width_shift_range)
        self.height_shift_range = _shift("height_shift_range", height_shift_range)
        self.brightness_range = brightness_range
        self.shear_range = shear_range
        self.zoom_range = list(pair("zoom_range", zoom_range))
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.data_format = layout(data_format)
        self.validation_split = validation_split
        self.interpolation_order = interpolation_order
        self.dtype = dtype or floatx()
        self.channel_axis = 3 if self.data_format == "channels_last" else 1
        self.row_axis, self.col_axis = (1, 2) if self.channel_axis == 3 else (2, 3)
        self.mean: Any = None
        self.std: Any = None
        self.zca_whitening_matrix: Any = None

    def standardize(self, x: Any) -> np.ndarray:
        """An image, or a batch of them, normalised as the arguments say.

        Args:
            x: an array; it is changed in place if it holds floating point numbers.

        Returns:
            The normalised array.

        Example:
            >>> import numpy as np
            >>> from jaxkeras.preprocessing.image import ImageDataGenerator
            >>> ImageDataGenerator(rescale=1 / 2).standardize(np.ones((1, 2, 1)))
            array([[[0.5],
                    [0.5]]])
        """
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        x = np.asarray(x)
        if not np.issubdtype(x.dtype, np.floating):
            x = x.astype(self.dtype)
        elif not x.flags.writeable:
            x = x.copy()
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + _EPSILON
        if self.featurewise_center and self._is_fitted("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._is_fitted(
            "featurewise_std_normalization", self.std
        ):
            x /= self.std + _EPSILON
        if self.zca_whitening and self._is_fitted("zca_whitening", self.zca_whitening_matrix):
            flat = x.reshape(-1, np.prod(x.shape[-3:]))
            x = (flat @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def _is_fitted(self, argument: str, statistic: Any) -> bool:
        if statistic is None:
            warnings.warn(
                f"This ImageDataGenerator has {argument}=True, but has seen no data, so it is left "
                "out. Call generator.fit(x_train) first.",
                stacklevel=3,
            )
        return statistic is not None

    def get_random_transform(self, img_shape: tuple[int, ...], seed: Any = None) -> dict[str, Any]:
        """Draw how to change an image.

        Args:
            img_shape: shape of the image.
            seed: a number, or a ``numpy.random.RandomState`` to draw from; by default NumPy's
                global generator.

        Returns:
            What `apply_transform` takes.

        Example:
            >>> from jaxkeras.preprocessing.image import ImageDataGenerator
            >>> ImageDataGenerator(height_shift_range=[2]).get_random_transform((8, 8, 3), 0)["zx"]
            1
        """
        stream = random_stream(seed)

        def up_to(largest: float) -> float:
            return stream.uniform(-largest, largest)

        theta = up_to(self.rotation_range) if self.rotation_range else 0
        tx = _draw_shift(stream, self.height_shift_range, img_shape[self.row_axis - 1])
        ty = _draw_shift(stream, self.width_shift_range, img_shape[self.col_axis - 1])
        shear = up_to(self.shear_range) if self.shear_range else 0
        zx, zy = draw_zoom(stream, self.zoom_range)
        is_mirrored, is_upside_down = stream.random_sample() < 0.5, stream.random_sample() < 0.5
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": is_mirrored and self.horizontal_flip,
            "flip_vertical": is_upside_down and self.vertical_flip,
            "channel_shift_intensity": (
                up_to(self.channel_shift_range) if self.channel_shift_range else None
            ),
            "brightness": stream.uniform(*self.brightness_range) if self.brightness_range else None,
        }

    def apply_transform(self, x: np.ndarray, transform_parameters: dict[str, Any]) -> np.ndarray:
        """Change an image as given.

        Args:
            x: an image of three axes.
            transform_parameters: any of ``theta``, ``tx``, ``ty``, ``shear``, ``zx`` and ``zy``,
                see `apply_affine_transform`; ``channel_shift_intensity`` and ``brightness``, see
                `apply_channel_shift` and `apply_brightness_shift`; ``flip_horizontal`` and
                ``flip_vertical``.

        Returns:
            An array of the shape of ``x``.

        Example:
            >>> import numpy as np
            >>> from jaxkeras.preprocessing.image import ImageDataGenerator
            >>> image = np.array([[[1.0], [2.0]]])
            >>> ImageDataGenerator().apply_transform(image, {"flip_horizontal": True}).ravel()
            array([2., 1.])
        """
        row_axis, col_axis, channel_axis = (
            self.row_axis - 1,
            self.col_axis - 1,
            self.channel_axis - 1,
        )
        x = apply_affine_transform(
            x,
            **{
                name: transform_parameters[name] for name in _AFFINE if name in transform_parameters
            },
            row_axis=row_axis,
            col_axis=col_axis,
            channel_axis=channel_axis,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        intensity = transform_parameters.get("channel_shift_intensity")
        if intensity is not None:
            x = apply_channel_shift(x, intensity, channel_axis)
        if transform_parameters.get("flip_horizontal"):
            x = np.flip(x, col_axis)
        if transform_parameters.get("flip_vertical"):
            x = np.flip(x, row_axis)
        brightness = transform_parameters.get("brightness")
        if brightness is not None:
            x = apply_brightness_shift(x, brightness, False, self.data_format)
        return x

    def random_transform(self, x: np.ndarray, seed: Any = None) -> np.ndarray:
        """Change an image at random: `get_random_transform` and `apply_transform`.

        Args:
            x: an image of three axes.
            seed: see `get_random_transform`.

        Example:
            >>> import numpy as np
            >>> from jaxkeras.preprocessing.image import ImageDataGenerator
            >>> ImageDataGenerator(rotation_range=90).random_transform(np.ones((4, 4, 3))).shape
            (4, 4, 3)
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    @teaches_keywords()
    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: Any = None) -> None:
        """Learn means, deviations and correlations from data.

        Args:
            x: images ``(samples, height, width, channels)``.
            augment: whether to learn from images changed at random.
            rounds: how often to change each of them.
            seed: see `get_random_transform`.

        Raises:
            ValueError: ``x`` has not four axes.

        Example:
            >>> import numpy as np
            >>> from jaxkeras.preprocessing.image import ImageDataGenerator
            >>> generator = ImageDataGenerator(featurewise_center=True)
            >>> generator.fit(np.full((5, 2, 2, 3), 7.0))
            >>> generator.mean
            array([[[7., 7., 7.]]], dtype=float32)
        """
        x = np.array(x, self.dtype)
        check_images(x, self.data_format)
        if self.rescale:
            x *= self.rescale
        if augment:
            stream = random_stream(seed)
            x = np.stack(
                [self.random_transform(image, stream) for _ in range(rounds) for image in x]
            )
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]
            x /= self.std + _EPSILON
        if self.zca_whitening:
            flat = x.reshape(len(x), -1)
            vectors, values, _ = np.linalg.svd(flat.T, full_matrices=False)
            inverse = np.sqrt(len(x)) / (values + self.zca_epsilon)
            self.zca_whitening_matrix = (vectors * inverse) @ vectors.T


def _implied(argument: str, **reasons: bool) -> bool:
    """Whether another argument asks for this one."""
    because = [name for name, is_set in reasons.items() if is_set]
    for name in because:
        warnings.warn(f"{name}=True asks for {argument}=True as well: it is set.", stacklevel=3)
    return bool(because)


def _shift(name: str, value: Any) -> Any:
    """How far to move: a number, or an array of distances to choose from."""
    if (
        np.ndim(value) > 1
        or (np.ndim(value) == 1 and np.size(value) == 0)
        or isinstance(value, str)
    ):
        raise ValueError(
            f"{name} must be a number, or a list of distances to choose from. Received: {value!r}."
        )
    return value if np.ndim(value) == 0 else np.asarray(value)


def _draw_shift(stream: Any, shift: Any, size: int) -> float:
    """A distance in pixels: below 1 the limit is a fraction of the size."""
    if np.ndim(shift) == 0 and not shift:
        return 0
    if np.ndim(shift) == 1 or isinstance(shift, (int, np.integer)):
        distance = stream.choice(shift) * stream.choice([-1, 1])
    else:
        distance = stream.uniform(-shift, shift)
    return distance * size if np.max(shift) < 1 else distance
