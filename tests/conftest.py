"""Set-up of the whole test session.

A test module that compares with Keras imports it at its top: the import draws from NumPy's global
generator, and inside a test it would change the numbers that follow.
"""

import atexit
import contextlib
import ctypes
import gc
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

# Keras, the reference, reads these when it is first imported. Its settings go to a folder of their
# own, so that no test depends on the file in the user's home.
_keras_home = tempfile.TemporaryDirectory(prefix="keras-home-")
atexit.register(_keras_home.cleanup)
os.environ["KERAS_BACKEND"] = "jax"
# Most of the suite's time is compilation, of programs that run once on a few numbers.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
os.environ["KERAS_HOME"] = _keras_home.name


# Tracing makes many objects that live on: looking through them often takes a twentieth of the time.
gc.set_threshold(200_000, 20, 50)


class _Seeding:
    """Starts every test, doctests in `jaxkeras/` included, from the same random state."""

    @pytest.fixture(autouse=True)
    def _seed_numpy(self) -> None:
        np.random.seed(0)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self) -> None:
        _forget_programs()


@pytest.fixture(scope="session")
def assert_tells():
    """Asserts that an error's message, with the notes below it, holds some words."""

    def check(function, *words, kind=(ValueError, TypeError, RuntimeError)):
        with pytest.raises(kind) as error:
            function()
        text = " ".join([str(error.value), *getattr(error.value, "__notes__", [])])
        assert [word for word in words if word not in text] == [], text

    return check


_MEMORY = Path("/proc/self/statm")  # sizes in pages; the second is what lies in memory
_ENOUGH = 3e9  # bytes


def _forget_programs() -> None:
    """JAX keeps every program that it compiled, and thousands of tests compile many."""
    if not _MEMORY.exists():
        return
    pages = int(_MEMORY.read_text().split()[1])
    if pages * os.sysconf("SC_PAGE_SIZE") > _ENOUGH:
        import jax

        jax.clear_caches()
        gc.collect()
        with contextlib.suppress(AttributeError):  # another C library than GNU's
            ctypes.CDLL(None).malloc_trim(0)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Seeding(), "seeding")
