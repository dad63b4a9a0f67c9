"""Configurations of layers, losses, optimizers and the like: Keras takes ours, we take Keras's."""

import json

import pytest

import jaxkeras
from jaxkeras import layers
from jaxkeras.utils import deserialize_keras_object, serialize_keras_object

keras = pytest.importorskip("keras")


def through_json(config):
    return json.loads(json.dumps(config))


ARGUMENTS = {
    "Activation": ("relu",), "AlphaDropout": (0.2,), "AveragePooling1D": (2,),
    "AveragePooling2D": (2,), "AveragePooling3D": (2,), "CategoryEncoding": (4,),
    "CenterCrop": (4, 4), "Dense": (3,), "DepthwiseConv1D": (3,), "DepthwiseConv2D": (3,),
    "Dot": (1,), "Dropout": (0.2,), "EinsumDense": ("ab,bc->ac", 3), "Embedding": (5, 3),
    "GRU": (3,), "GRUCell": (3,), "GaussianDropout": (0.2,), "GaussianNoise": (0.2,),
    "GroupQueryAttention": (4, 4, 2), "HashedCrossing": (4,), "Hashing": (4,),
    "InputLayer": ((3,),), "LSTM": (3,), "LSTMCell": (3,),
    "MaxNumBoundingBoxes": (4,), "MultiHeadAttention": (2, 4), "Normalization": (-1, [1.0], [4.0]),
    "Permute": ((2, 1),), "RandomBrightness": (0.2,), "RandomContrast": (0.2,),
    "RandomColorDegeneration": (0.2,), "RandomCrop": (4, 4), "RandomHue": (0.2,),
    "RandomPosterization": (4,), "RandomRotation": (0.2,), "RandomSaturation": (0.2,),
    "RandomTranslation": (0.1, 0.2), "RandomZoom": (0.2,), "RepeatVector": (2,), "Rescaling": (2,),
    "Resizing": (4, 4), "Reshape": ((2, -1),), "ReversibleEmbedding": (5, 3), "SimpleRNN": (3,),
    "SimpleRNNCell": (3,), "SpatialDropout1D": (0.2,), "SpatialDropout2D": (0.2,),
    "SpatialDropout3D": (0.2,), "Solarization": (0.2,), "AutoContrast": (), "Equalization": (),
}  # fmt: skip
KEYWORDS = {
    "Discretization": {"bin_boundaries": [0.0, 1.0]},
    "RandomColorJitter": {},
    "RandomSharpness": {"factor": 0.2},
    "RandomGrayscale": {"factor": 0.2},
}
NOT_IN_FILES = {"FlaxLayer", "JaxLayer", "Lambda", "Layer", "Wrapper"}  # hold code, or are bases


def layer_named(library, name):
    match name:
        case "Bidirectional":
            return library.Bidirectional(library.LSTM(3))
        case "TimeDistributed" | "SpectralNormalization":
            return getattr(library, name)(library.Dense(3))
        case "RNN":
            return library.RNN(library.GRUCell(3))
        case "Pipeline":
            return library.Pipeline([library.RandomFlip()])
        case "StackedRNNCells":
            return library.StackedRNNCells([library.GRUCell(3), library.LSTMCell(2)])
    convolves = "Conv" in name and name not in ARGUMENTS
    arguments = (4, 3) if convolves else ARGUMENTS.get(name, (2,) * name.startswith("Adaptive"))
    return getattr(library, name)(*arguments, **KEYWORDS.get(name, {}))


def is_layer(entry):
    return isinstance(entry, type) and issubclass(entry, layers.Layer)


def test_keras_and_we_take_each_others_layers():
    failures = {}
    for name in layers.__all__:
        cls = getattr(layers, name)
        if not is_layer(cls) or cls.__name__ != name or name in NOT_IN_FILES:
            continue
        try:
            theirs = layer_named(keras.layers, name)
        except ImportError:  # those that Keras computes with TensorFlow
            continue
        try:
            ours = layer_named(layers, name)
            own, other = serialize_keras_object(ours), keras.saving.serialize_keras_object(theirs)
            assert (own["module"], own["class_name"]) == (other["module"], other["class_name"])
            assert type(keras.layers.deserialize(through_json(own))) is type(theirs)
            twin = deserialize_keras_object(through_json(other))
            assert type(twin) is type(ours)
            config = through_json(ours.get_config())
            assert through_json(type(ours).from_config(config).get_config()) == config
        except Exception as error:
            failures[name] = f"{type(error).__name__}: {error}"[:300]
    assert not failures


PARTS = {
    "initializers": {"Constant": (2.0,)},
    "regularizers": {},
    "constraints": {},
    "losses": {},
    "metrics": {
        "IoU": (3, [0]), "MeanIoU": (3,), "OneHotIoU": (3, [0]), "OneHotMeanIoU": (3,),
        "PrecisionAtRecall": (0.5,), "RecallAtPrecision": (0.5,),
        "SensitivityAtSpecificity": (0.5,), "SpecificityAtSensitivity": (0.5,),
    },
    "optimizers": {},
    "optimizers.schedules": {
        "CosineDecay": (0.1, 10), "CosineDecayRestarts": (0.1, 10),
        "ExponentialDecay": (0.1, 10, 0.9), "InverseTimeDecay": (0.1, 10, 0.5),
        "PiecewiseConstantDecay": ([1, 2], [0.1, 0.2, 0.3]), "PolynomialDecay": (0.1, 10),
    },
}  # fmt: skip
BASES = {
    "Constraint", "Initializer", "LearningRateSchedule", "Loss", "LossFunctionWrapper",
    "LossScaleOptimizer", "MeanMetricWrapper", "Metric", "MetricVariable", "MultiOptimizer",
    "OptaxOptimizer", "Optimizer", "OptimizerMap", "Regularizer", "Rule",
}  # fmt: skip


@pytest.mark.parametrize("room", PARTS)
def test_keras_and_we_take_each_others_parts(room):
    own_room, other_room = jaxkeras, keras
    for part in room.split("."):
        own_room, other_room = getattr(own_room, part), getattr(other_room, part)
    classes = {n: c for n, c in vars(own_room).items() if isinstance(c, type) and n[0].isupper()}
    classes = {n: c for n, c in classes.items() if n not in BASES and hasattr(other_room, n)}
    assert len(classes) > 3
    for name, cls in classes.items():
        arguments = PARTS[room].get(name, ())
        ours, theirs = cls(*arguments), getattr(other_room, name)(*arguments)
        own, other = serialize_keras_object(ours), keras.saving.serialize_keras_object(theirs)
        assert (own["module"], own["class_name"]) == (other["module"], other["class_name"])
        assert type(keras.saving.deserialize_keras_object(through_json(own))) is type(theirs)
        assert type(deserialize_keras_object(through_json(other))) is cls
