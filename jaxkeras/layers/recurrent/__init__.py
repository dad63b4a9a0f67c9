"""Layers that read a sequence step by step, and the wrappers that apply a layer along time."""

from jaxkeras.layers.recurrent.bidirectional import Bidirectional
from jaxkeras.layers.recurrent.conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from jaxkeras.layers.recurrent.gru import GRU, GRUCell
from jaxkeras.layers.recurrent.lstm import LSTM, LSTMCell
from jaxkeras.layers.recurrent.rnn import RNN
from jaxkeras.layers.recurrent.simple_rnn import SimpleRNN, SimpleRNNCell
from jaxkeras.layers.recurrent.stacked import StackedRNNCells
from jaxkeras.layers.recurrent.time_distributed import TimeDistributed

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "GRUCell",
    "LSTMCell",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
    "TimeDistributed",
]
