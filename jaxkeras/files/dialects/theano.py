"""What Theano computed, which pads other sides of an image than TensorFlow and JAX.

With ``padding="same"`` Theano adds ``kernel_size // 2`` zeros in front of a convolution; others add
what is needed altogether, divided by two. Both agree for odd kernels that go on by one step. For
pooling it has a rule of its own, and agrees for windows of size 1 or 3 that go on by one step.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["padding_before", "pooled_before"]

_PADDINGS = {"Conv1D": "ZeroPadding1D", "Conv2D": "ZeroPadding2D", "Conv3D": "ZeroPadding3D"}
_OF_FIRST = ("batch_input_shape", "batch_shape", "input_shape")  # what a first layer tells


def padding_before(entry: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """A layer of zeros and the convolution that follows, where Theano padded in its own way.

    Args:
        entry: of a layer, in the words of Keras 3.

    Returns:
        Both layers, or ``None`` where the padding is that of today.

    Example:
        >>> from jaxkeras.files.dialects.theano import padding_before
        >>> config = {"name": "c", "kernel_size": [3], "strides": [2], "padding": "same"}
        >>> zeros, convolution = padding_before({"class_name": "Conv1D", "config": config})
        >>> zeros["config"], convolution["config"]["padding"]
        ({'name': 'c_padding', 'padding': [1, 1]}, 'valid')
    """
    config, kind = entry["config"], entry["class_name"]
    if kind not in _PADDINGS or config.get("padding") != "same":
        return None
    rank = int(kind[4])
    sizes, steps, rates = (
        _each(config.get(name), rank) for name in ("kernel_size", "strides", "dilation_rate")
    )
    reach = [(size - 1) * rate + 1 for size, rate in zip(sizes, rates, strict=True)]
    if all(size % 2 for size in reach) and set(steps) == {1}:
        return None
    sides = [[size // 2, (size - 1) // 2] for size in reach]
    about = {"name": f"{config['name']}_padding", "padding": sides[0] if rank == 1 else sides}
    if "data_format" in config and rank > 1:
        about["data_format"] = config["data_format"]
    first = {key: config[key] for key in _OF_FIRST if key in config}
    kept = {key: value for key, value in config.items() if key not in first}
    about |= first
    zeros = {"class_name": _PADDINGS[kind], "config": about, "module": "keras.layers"}
    zeros["registered_name"] = None
    zeros |= {key: value for key, value in entry.items() if key == "inbound_nodes"}
    convolution = {**entry, "config": {**kept, "padding": "valid"}}
    if "name" in entry:
        zeros["name"] = about["name"]
    if nodes := entry.get("inbound_nodes"):
        convolution["inbound_nodes"] = [[[about["name"], call, 0]] for call in range(len(nodes))]
    return zeros, convolution


def pooled_before(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """A layer that pools as Theano did, or ``None`` where that is as today.

    Args:
        entry: of a layer, in the words of Keras 3.

    Example:
        >>> from jaxkeras.files.dialects.theano import pooled_before
        >>> config = {"name": "p", "pool_size": [2, 2], "strides": [2, 2], "padding": "same"}
        >>> pooled_before({"class_name": "MaxPooling2D", "config": config})["class_name"]
        'TheanoMaxPooling2D'
    """
    config, kind = entry["config"], entry["class_name"]
    if kind not in ("AveragePooling2D", "MaxPooling2D") or config.get("padding") != "same":
        return None
    sizes = _each(config.get("pool_size", 2), 2)
    steps = _each(config.get("strides") or sizes, 2)
    if set(sizes) <= {1, 3} and set(steps) == {1}:
        return None
    return {**entry, "class_name": f"Theano{kind}"}


def _each(value: Any, rank: int) -> list[int]:
    """A number for each axis; nothing stands for 1."""
    return list(value) if isinstance(value, (list, tuple)) else [value or 1] * rank
