"""Set-up of the whole test session.

A test module that compares with Keras imports it at its top: the import draws from NumPy's global
generator, and inside a test it would change the numbers that follow.
"""

import atexit
import os
import tempfile

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


class _Seeding:
    """Starts every test, doctests in `jaxkeras/` included, from the same random state."""

    @pytest.fixture(autouse=True)
    def _seed_numpy(self) -> None:
        np.random.seed(0)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Seeding(), "seeding")
