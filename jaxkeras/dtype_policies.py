"""Policies of number types, by their names and as plain data.

Example:
    >>> from jaxkeras import dtype_policies
    >>> policy = dtype_policies.get("mixed_bfloat16")
    >>> dtype_policies.deserialize(dtype_policies.serialize(policy)) == policy
    True
"""

from collections.abc import Mapping
from typing import Any

from jaxkeras.config import DTypePolicy, FloatDTypePolicy, dtype_policy, standardize_dtype
from jaxkeras.registry import deserialize, serialize

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]


def get(identifier: Any) -> DTypePolicy:
    """The policy that the argument ``dtype`` of a layer stands for.

    Args:
        identifier: a name such as ``"mixed_bfloat16"`` or ``"float32"``, a type, a policy, or what
            Keras wrote down of one. ``None`` stands for the global policy.

    Raises:
        TypeError: it is no type.

    Example:
        >>> from jaxkeras import dtype_policies
        >>> dtype_policies.get({"class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}})
        DTypePolicy('mixed_bfloat16')
    """
    if identifier is None:
        return dtype_policy()
    made = deserialize(identifier) if isinstance(identifier, Mapping) else identifier
    if isinstance(made, DTypePolicy):
        return made
    return DTypePolicy(made if isinstance(made, str) else standardize_dtype(made))
