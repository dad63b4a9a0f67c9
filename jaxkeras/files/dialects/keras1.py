"""Keras 1: other names of classes and arguments.

Everything here becomes what Keras 2 would have written.
"""

from collections.abc import Mapping
from typing import Any

from jaxkeras.files.dialects.draft import Draft

__all__ = ["LAYOUTS", "MERGES", "WORDS", "turn_from_keras1", "turn_words"]

_CLASSES = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "AtrousConv1D": "Conv1D",
    "AtrousConv2D": "Conv2D",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Deconv2D": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
    "ThresholdedLinear": "ThresholdedReLU",
}
_RENAMED = {
    "W_constraint": "kernel_constraint",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "atrous_rate": "dilation_rate",
    "b_constraint": "bias_constraint",
    "b_regularizer": "bias_regularizer",
    "beta_init": "beta_initializer",
    "bias": "use_bias",
    "border_mode": "padding",
    "dropout_U": "recurrent_dropout",
    "dropout_W": "dropout",
    "filter_length": "kernel_size",
    "gamma_init": "gamma_initializer",
    "init": "kernel_initializer",
    "inner_activation": "recurrent_activation",
    "inner_init": "recurrent_initializer",
    "input_dtype": "dtype",
    "nb_filter": "filters",
    "output_dim": "units",
    "p": "rate",
    "pool_length": "pool_size",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
}
# The same words mean something else in some layers.
_RENAMED_IN = {
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
        "output_dim": "output_dim",
    },
    "GaussianNoise": {"sigma": "stddev"},
    "Model": {"input": "inputs", "output": "outputs"},
    "PReLU": {"init": "alpha_initializer"},
    "UpSampling1D": {"length": "size"},
    "ParametricSoftplus": {"beta_init": "beta_init"},
}
_SHORT = {"bias", "output_dim", "p", "stride"}  # which may stand elsewhere too
WORDS = (frozenset(_RENAMED) - _SHORT) | {"dim_ordering", "consume_less", "nb_row"}
_LEFT_OUT = (
    "W_learning_rate_multiplier", "b_learning_rate_multiplier", "cache_enabled", "consume_less",
    "input_length", "truncate_gradient", "weights",
)  # fmt: skip
_INITIALIZERS = {
    "normal": "random_normal",
    "one": "ones",
    "uniform": "random_uniform",
    "zero": "zeros",
}
# Layers of images that did not note where these have their channels.
_WITHOUT_LAYOUT = (
    "Cropping2D", "Cropping3D", "SpatialDropout2D", "SpatialDropout3D", "UpSampling2D",
    "UpSampling3D", "ZeroPadding2D", "ZeroPadding3D",
)  # fmt: skip
LAYOUTS = {"th": "channels_first", "tf": "channels_last", "default": None}
MERGES = {
    "ave": "Average",
    "concat": "Concatenate",
    "cos": "Dot",
    "dot": "Dot",
    "max": "Maximum",
    "mul": "Multiply",
    "sum": "Add",
}
_CONSTRAINTS = ("MaxNorm", "NonNeg", "UnitNorm")
_SIDES = {
    "ZeroPadding1D": ("left_pad", "right_pad"),
    "ZeroPadding2D": ("top_pad", "bottom_pad", "left_pad", "right_pad"),
}


def turn_from_keras1(draft: Draft, layout: str | None = None) -> None:
    """Turn the description of a layer of Keras 1 into that of Keras 2.

    Args:
        draft: of a layer.
        layout: ``"th"`` or ``"tf"``, of layers that do not tell theirs.

    Raises:
        ValueError: the layer merges by a function that is not at hand.

    Example:
        >>> from jaxkeras.files.dialects.draft import Draft
        >>> from jaxkeras.files.dialects.keras1 import turn_from_keras1
        >>> draft = Draft({"class_name": "Convolution1D", "config": {
        ...     "nb_filter": 8, "filter_length": 3, "border_mode": "same"}}, [])
        >>> turn_from_keras1(draft)
        >>> draft.finished()
        {'class_name': 'Conv1D', 'config': {'filters': 8, 'kernel_size': 3, 'padding': 'same'}}
    """
    config = draft.config
    if draft.class_name == "Merge":
        _turn_merge(draft)
        return
    _turn_input(draft)
    draft.drop(*_LEFT_OUT)
    if draft.class_name in _WITHOUT_LAYOUT and layout is not None:
        config.setdefault("dim_ordering", layout)
    if draft.class_name in ("Deconvolution2D", "Deconv2D", "Deconvolution3D"):
        draft.drop("output_shape")
    if draft.class_name == "BatchNormalization" and config.get("mode"):
        draft.become("BatchNormalizationByMode")
    if draft.class_name in _SIDES and "padding" in config:
        draft.turn("padding", padding=_sides(draft.class_name, config["padding"]))
    turn_words(draft)
    draft.become(_CLASSES.get(draft.class_name, draft.class_name))
    for field, value in list(config.items()):
        if field.endswith(("regularizer", "constraint")) and isinstance(value, Mapping):
            draft.turn(field, **{field: _penalty(value)})


def turn_words(draft: Draft) -> None:
    """Turn Keras 1's names of arguments, and its words for their values, into those of Keras 2.

    Args:
        draft: of a layer.

    Example:
        >>> from jaxkeras.files.dialects.draft import Draft
        >>> from jaxkeras.files.dialects.keras1 import turn_words
        >>> draft = Draft({"class_name": "Conv2D", "config": {
        ...     "nb_filter": 8, "nb_row": 3, "nb_col": 3, "dim_ordering": "th"}}, [])
        >>> turn_words(draft)
        >>> draft.config["kernel_size"], draft.config["data_format"]
        ([3, 3], 'channels_first')
    """
    config = draft.config
    for sizes in (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3")):
        if all(name in config for name in sizes):
            size = [config[name] for name in sizes]
            draft.turn(sizes[0], kernel_size=size)
            for name in sizes[1:]:
                del config[name]
    if draft.class_name == "BatchNormalization" and not config.get("mode"):
        config.pop("mode", None)
    if "forget_bias_init" in config:
        draft.turn("forget_bias_init", unit_forget_bias=config["forget_bias_init"] == "one")
    if config.get("dim_ordering") in LAYOUTS:
        draft.turn("dim_ordering", data_format=LAYOUTS[config["dim_ordering"]])
    if draft.class_name in ("SeparableConvolution2D", "SeparableConv2D"):
        init = config.get("init", "glorot_uniform")
        draft.turn("init", depthwise_initializer=init, pointwise_initializer=init)
    draft.rename(_RENAMED | _RENAMED_IN.get(draft.class_name, {}))
    for field, value in list(config.items()):
        if field.endswith("initializer") and isinstance(value, str) and value in _INITIALIZERS:
            draft.turn(field, **{field: _INITIALIZERS[value]})


def _turn_input(draft: Draft) -> None:
    """The other ways in which a first layer could tell the shape of its input."""
    config = draft.config
    if draft.class_name != "InputLayer":
        draft.drop("input_dtype")
    has_shape = bool({"batch_input_shape", "input_shape"} & config.keys())
    if draft.class_name == "Embedding":
        draft.drop("dropout")
        if config.get("input_length") and not has_shape:
            draft.turn("input_length", input_shape=[config["input_length"]])
        return
    if config.get("input_dim") and not has_shape:
        is_series = "input_length" in config
        length = [config["input_length"]] if is_series else []
        draft.turn("input_dim", input_shape=[*length, config["input_dim"]])
    draft.drop("input_dim")


def _sides(class_name: str, padding: Any) -> Any:
    """The rows and columns to add, of which Keras 1 named those of each side."""
    if isinstance(padding, Mapping):
        padding = [padding.get(side, 0) for side in _SIDES[class_name]]
    if isinstance(padding, list) and len(padding) == 4:
        return [padding[:2], padding[2:]]
    return padding


def _penalty(stored: Mapping[str, Any]) -> Any:
    """A regularizer or constraint, whose class stands among its arguments."""
    if "name" not in stored:
        return dict(stored)
    name = stored["name"]
    if name in _CONSTRAINTS:
        config = {key: value for key, value in stored.items() if key in ("axis", "max_value")}
        if "m" in stored:
            config["max_value"] = stored["m"]
        return {"class_name": name, "config": config}
    if "l1" in stored or "l2" in stored:
        sizes = {key: float(stored.get(key) or 0.0) for key in ("l1", "l2")}
        return {"class_name": "L1L2", "config": sizes}
    return None


def _turn_merge(draft: Draft) -> None:
    mode = draft.config.get("mode", "sum")
    if not isinstance(mode, str) or mode not in MERGES:
        raise ValueError(
            f"Merge {draft.name!r} joins its inputs by a function of its author, which is not run "
            f"from a file. Pass custom_objects={{{draft.name!r}: f}}, where f takes the list of "
            "inputs."
        )
    if mode == "concat":
        kept = {"axis": draft.config.get("concat_axis", -1)}
    elif mode in ("dot", "cos"):
        kept = {"axes": draft.config.get("dot_axes", -1), "normalize": mode == "cos"}
    else:
        kept = {}
    name = draft.name
    draft.become(MERGES[mode])
    draft.config = {"name": name, **kept}
