"""Where the modules of Keras 1 and 2 are today, and which there are not."""

from collections.abc import Mapping

__all__ = ["LEFT_OUT", "RENAMED", "TODAY"]

_LAYERS = ("layers", "layers.legacy")
_ENGINE = ("", "layers")

TODAY: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "layers", "layers.advanced_activations", "layers.convolutional",
            "layers.convolutional_recurrent", "layers.core", "layers.cudnn_recurrent",
            "layers.embeddings", "layers.experimental", "layers.experimental.preprocessing",
            "layers.local", "layers.merge", "layers.noise", "layers.normalization",
            "layers.pooling", "layers.recurrent", "layers.wrappers",
        ),
        _LAYERS,
    ),
    **dict.fromkeys(
        (
            "engine", "engine.base_layer", "engine.input_layer", "engine.network",
            "engine.sequential", "engine.topology", "engine.training",
        ),
        _ENGINE,
    ),
    **dict.fromkeys(
        (
            "utils.data_utils", "utils.generic_utils", "utils.image_utils", "utils.io_utils",
            "utils.layer_utils", "utils.np_utils", "utils.vis_utils", "utils.visualize_util",
        ),
        ("utils",),
    ),
    "backend.common": ("backend",),
    "backend.tensorflow_backend": ("backend",),
    "initializations": ("initializers",),
    "objectives": ("losses",),
    "optimizers.legacy": ("optimizers",),
}  # fmt: skip
"""By the old path below ``keras``: the modules of this package that have its names."""

RENAMED: Mapping[str, Mapping[str, str]] = {
    "layers": {
        "AtrousConvolution1D": "Conv1D",
        "AtrousConvolution2D": "Conv2D",
        "Deconvolution2D": "Conv2DTranspose",
        "Deconvolution3D": "Conv3DTranspose",
        "TimeDistributedDense": "Dense",
    },
    "regularizers": {
        "WeightRegularizer": "L1L2",
        "activity_l1": "l1",
        "activity_l1l2": "l1_l2",
        "activity_l2": "l2",
        "l1l2": "l1_l2",
    },
    "utils": {"plot": "plot_model"},
}
"""By today's module: names of Keras 1 and what is called there instead."""

LEFT_OUT: Mapping[str, str] = {
    "applications": (
        "Its networks come with weights from the internet, which this package does not fetch. Save "
        "the model with Keras, model.save('model.keras'), and load that file: "
        "jaxkeras.models.load_model('model.keras')."
    ),
    "legacy": "It was Keras's own machinery. Leave the import out.",
    "utils.multi_gpu_utils": (
        "Leave multi_gpu_model out: the model as it is runs on one device, and on several where "
        "its batches are put on them with jax.sharding.NamedSharding."
    ),
    "wrappers": (
        "scikit-learn's interface is not part of this package. Wrap the model in a class with "
        "fit(x, y) and predict(x) for it."
    ),
}
"""By the old path below ``keras``: what to do without that module and those below it."""
