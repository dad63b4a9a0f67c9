"""Comparison with Keras for layers whose eager calls take long to compile."""

import functools
from collections.abc import Callable

import pytest


@pytest.fixture
def assert_same_layer(assert_same_layer: Callable[..., None]) -> Callable[..., None]:
    """The comparison of the folder above, on layers that are only built, not called, before."""
    return functools.partial(assert_same_layer, eager=False)
