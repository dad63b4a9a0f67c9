"""Rearranging of axes by their names."""

import math
import re

from jaxkeras.ops.operation import Tensor, operation

__all__ = ["rearrange"]


@operation
def rearrange(tensor: Tensor, pattern: str, **axes_lengths: int) -> Tensor:
    """Move, split and join axes, as a pattern says.

    Rogozhnikov, "Einops", ICLR 2022.

    Args:
        tensor: tensor of any shape.
        pattern: names of the axes before and after, ``"b h w c -> b (h w) c"``; brackets hold what
            is one axis.
        **axes_lengths: sizes of the axes within brackets; one of each pair of brackets may miss.

    Raises:
        ValueError: the pattern does not fit the tensor, or has not the same names on both sides.

    Example:
        >>> from jaxkeras import ops
        >>> x = ops.ones((2, 6, 5))
        >>> ops.rearrange(x, "b (h w) c -> b c h w", h=2).shape
        (2, 5, 2, 3)
    """
    before, _, after = pattern.partition("->")
    sources, targets = _groups(before), _groups(after)
    names = [name for group in sources for name in group]
    new_names = [name for group in targets for name in group]
    if len(sources) != tensor.ndim or sorted(names) != sorted(new_names):
        raise ValueError(
            f"rearrange cannot follow {pattern!r} with a tensor of shape {tensor.shape}: the left "
            "side names every axis, and both sides have the same names."
        )
    sizes = dict(axes_lengths)
    for group, size in zip(sources, tensor.shape, strict=True):
        unknown = [name for name in group if name not in sizes]
        if len(unknown) > 1:
            raise ValueError(f"rearrange needs the sizes of all but one of {unknown}.")
        for name in unknown:
            sizes[name] = size // math.prod(sizes[own] for own in group if own != name)
    split = tensor.reshape([sizes[name] for name in names])
    moved = split.transpose([names.index(name) for name in new_names])
    return moved.reshape([math.prod(sizes[name] for name in group) for group in targets])


def _groups(side: str) -> list[list[str]]:
    """The names of each axis: ``"b (h w)"`` gives ``[["b"], ["h", "w"]]``."""
    return [re.findall(r"\w+", axis) for axis in re.findall(r"\w+|\([^)]*\)", side)]
