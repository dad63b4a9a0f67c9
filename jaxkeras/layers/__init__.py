"""The layers: one room per family, all alike."""

from jaxkeras.layers.activation import ELU, LeakyReLU, PReLU, ReLU, Softmax
from jaxkeras.layers.batch_normalization import BatchNormalization
from jaxkeras.layers.core import Activation, Dense, Input, InputLayer
from jaxkeras.layers.einsum_dense import EinsumDense
from jaxkeras.layers.embedding import Embedding, Masking, ReversibleEmbedding
from jaxkeras.layers.flax_module import FlaxLayer
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.joining import Concatenate, Dot, concatenate, dot
from jaxkeras.layers.layer import Layer, catalog
from jaxkeras.layers.merging import (
    Add,
    Average,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    maximum,
    minimum,
    multiply,
    subtract,
)
from jaxkeras.layers.noise import (
    ActivityRegularization,
    AlphaDropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from jaxkeras.layers.normalization import (
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    SpectralNormalization,
    UnitNormalization,
)
from jaxkeras.layers.recurrent import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    ConvLSTM1D,
    ConvLSTM2D,
    ConvLSTM3D,
    GRUCell,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
    StackedRNNCells,
    TimeDistributed,
)
from jaxkeras.layers.regularization import Dropout
from jaxkeras.layers.reshaping import Flatten, Reshape
from jaxkeras.layers.weight import NonTrainableWeight, Weight
from jaxkeras.layers.wrapping import Identity, Lambda, Wrapper

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Dense",
    "Dot",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "FlaxLayer",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GroupNormalization",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "Maximum",
    "Minimum",
    "Multiply",
    "NonTrainableWeight",
    "PReLU",
    "RMSNormalization",
    "ReLU",
    "Reshape",
    "ReversibleEmbedding",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "Subtract",
    "TimeDistributed",
    "UnitNormalization",
    "Weight",
    "Wrapper",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]

deserialize = catalog.deserialize
