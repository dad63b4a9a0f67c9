"""Programs written for older Keras: its modules by their old names, and `keras` itself.

The old modules of ``jaxkeras`` are always there, such as ``jaxkeras.layers.convolutional``. The
names ``keras`` and ``tensorflow.keras`` are not, unless asked for: by `install_keras_alias`, or by
``python -m jaxkeras run script.py``.
"""

from jaxkeras.legacy.alias import (
    find_old_modules,
    install_keras_alias,
    remove_keras_alias,
    run_script,
)

__all__ = ["install_keras_alias", "remove_keras_alias", "run_script"]

find_old_modules()
