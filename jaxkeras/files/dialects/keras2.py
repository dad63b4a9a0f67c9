"""Keras 2 and `tf.keras`: fields that layers no longer have, and numbers that changed silently.

Everything here becomes what Keras 3 would have written.
"""

from collections.abc import Mapping
from typing import Any

from jaxkeras.files.dialects.draft import INSIDE, Draft

__all__ = ["plain", "turn_from_keras2"]

_CLASSES = {
    "AddLoss": "Identity",  # what they add is a matter of training
    "AddMetric": "Identity",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "Model": "Functional",
    "SyncBatchNormalization": "BatchNormalization",
}
# Fields that layers had for a while, and whose values change no output.
_LEFT_OUT = {
    "Attention": ("causal",),
    "AdditiveAttention": ("causal",),
    "BatchNormalization": (
        "adjustment", "fused", "renorm", "renorm_clipping", "renorm_momentum", "virtual_batch_size",
    ),
    "Embedding": ("input_length",),
    "Identity": ("aggregation", "metric_name", "unconditional"),
    "InputLayer": ("type_spec",),
    "MultiHeadAttention": ("key_shape", "query_shape", "value_shape"),
    "StackedRNNCells": ("reverse_state_order",),
    **dict.fromkeys(("CategoryEncoding", "Discretization", "Hashing"), ("dtype",)),
}  # fmt: skip
_LEFT_OUT_EVERYWHERE = (
    "implementation", "num_constants", "ragged", "rng_type", "sparse", "synchronized", "time_major",
)  # fmt: skip
_RECURRENT = ("GRU", "GRUCell", "LSTM", "LSTMCell", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
# Of the convolutions that have a kernel for each channel: what all convolutions share.
_WITHOUT_KERNEL = ("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
_KERNEL = ("kernel_constraint", "kernel_initializer", "kernel_regularizer")
_UNGROUPED = (*_WITHOUT_KERNEL, "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
_ACTIVATIONS = ("activation", "recurrent_activation")
_MEANS_ANOTHER = {"hard_sigmoid": "legacy_hard_sigmoid"}


def turn_from_keras2(draft: Draft) -> None:
    """Turn the description of a layer of Keras 2 into that of Keras 3.

    Args:
        draft: of a layer.

    Raises:
        ValueError: the layer does something that no layer does today.

    Example:
        >>> from jaxkeras.files.dialects.draft import INSIDE, Draft
        >>> from jaxkeras.files.dialects.keras2 import turn_from_keras2
        >>> draft = Draft({"class_name": "CuDNNGRU", "config": {"name": "g", "units": 4}}, [])
        >>> turn_from_keras2(draft)
        >>> draft.finished()["config"]
        {'name': 'g', 'units': 4, 'recurrent_activation': 'sigmoid', 'reset_after': True}
        >>> print(draft.rewrites[0])
        g: class_name='CuDNNGRU' -> class_name='GRU'
    """
    made_for = draft.class_name
    draft.become(_CLASSES.get(made_for, made_for))
    kind, config = draft.class_name, draft.config
    if made_for in ("CuDNNGRU", "CuDNNLSTM"):
        draft.assume(recurrent_activation="sigmoid")
    if made_for == "CuDNNGRU":
        draft.assume(reset_after=True)
    for field, value in list(config.items()):
        if field not in INSIDE and (bare := plain(value)) != value:
            draft.turn(field, **{field: bare})
    if config.get("time_major"):
        raise ValueError(
            f"{kind} {draft.name!r} takes its input with time first (time_major=True), which no "
            "layer does today. Save it with time_major=False and transpose its input."
        )
    draft.drop(*_LEFT_OUT_EVERYWHERE, *_LEFT_OUT.get(kind, ()))
    if kind == "InputLayer":
        draft.rename({"batch_input_shape": "batch_shape"})
    axis = config.get("axis")
    if kind == "BatchNormalization" and isinstance(axis, (list, tuple)) and len(axis) == 1:
        draft.turn("axis", axis=axis[0])
    if kind in _UNGROUPED and config.get("groups", 1) == 1:
        draft.drop("groups")
    if kind in _WITHOUT_KERNEL:
        draft.drop(*_KERNEL)
    if kind == "DepthwiseConv2D":
        draft.drop("filters")
    if kind == "CategoryEncoding":
        draft.rename({"max_tokens": "num_tokens"})
        if config.get("output_mode") == "binary":
            draft.turn("output_mode", output_mode="multi_hot")
    if kind == "LeakyReLU":
        draft.rename({"alpha": "negative_slope"})
    if kind in _RECURRENT:
        draft.assume(recurrent_activation="hard_sigmoid")
    if kind in ("GRU", "GRUCell"):
        draft.assume(reset_after=False)
    for field in _ACTIVATIONS:
        if field in config:
            draft.turn(field, **{field: _activation(config[field])})


def _activation(stored: Any) -> Any:
    """The name of an activation, as it is called today and for the numbers that it gave then."""
    if isinstance(stored, Mapping) and stored.get("class_name") == "function":
        return _activation(stored["config"])
    if not isinstance(stored, str):
        return stored
    name = stored.removesuffix("_v2")
    return _MEANS_ANOTHER.get(name, name)


def plain(value: Any) -> Any:
    """A value without what TensorFlow or NumPy put around it.

    Example:
        >>> from jaxkeras.files.dialects.keras2 import plain
        >>> plain({"class_name": "TensorShape", "items": [None, 4]})
        [None, 4]
    """
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("type") == "ndarray" and "value" in value:
        return value["value"]
    if value.get("class_name") in ("TensorShape", "__tuple__"):
        return [plain(item) for item in value.get("items", ())]
    if value.get("class_name") in ("Policy", "PolicyV1"):
        return value["config"]["name"]
    inner = value.get("config")
    if "class_name" in value and isinstance(inner, Mapping):
        kept = {key: plain(item) for key, item in inner.items()}
        if not _is_layer(value) and isinstance(kept.get("dtype"), str):
            del kept["dtype"]
        return {**value, "config": kept}
    return dict(value)


def _is_layer(described: Mapping[str, Any]) -> bool:
    """Layers have names; initializers, regularizers and constraints have none."""
    return "name" in described["config"]
