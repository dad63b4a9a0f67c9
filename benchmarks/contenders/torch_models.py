"""The models as PyTorch modules; they give logits."""

from collections.abc import Callable

import torch  # pyright: ignore[reportMissingImports]
from torch import nn  # pyright: ignore[reportMissingImports]

from benchmarks.data import LENGTH, WORDS

__all__ = ["MODELS"]


def _mlp() -> nn.Module:
    return nn.Sequential(
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 10),
    )


def _small_mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))


def _convnet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(5 * 5 * 64, 10),
    )


def _deep_convnet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * 8 * 64, 512),
        nn.ReLU(),
        nn.Linear(512, 10),
    )


def _embedding(rows: int, width: int) -> nn.Embedding:
    """Rows as small as the other contenders begin with."""
    table = nn.Embedding(rows, width)
    nn.init.uniform_(table.weight, -0.05, 0.05)
    return table


class _LSTM(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = _embedding(WORDS, 128)
        self.recurrent = nn.LSTM(128, 128, batch_first=True)
        self.last = nn.Linear(128, 1)
        self.recurrent.bias_ih_l0.data[128:256] = 1.0  # of the gate that forgets

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, (hidden, _) = self.recurrent(self.words(x))
        return self.last(hidden[0])[:, 0]


class _Transformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = _embedding(WORDS, 64), _embedding(LENGTH, 64)
        block = nn.TransformerEncoderLayer(64, 4, 256, dropout=0.0, batch_first=True)
        self.blocks = nn.TransformerEncoder(block, 2)
        self.last = nn.Linear(64, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.blocks(self.words(x) + self.places.weight)
        return self.last(x.mean(1))[:, 0]


def _normed_conv(before: int, after: int, size: int, strides: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(before, after, size, strides, padding=size // 2, bias=False),
        nn.BatchNorm2d(after),
    )


class _Residual(nn.Module):
    def __init__(self, before: int, after: int, strides: int) -> None:
        super().__init__()
        self.first = _normed_conv(before, after, 3, strides)
        self.second = _normed_conv(after, after, 3, 1)
        self.shortcut = _normed_conv(before, after, 1, strides) if strides > 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (self.second(self.first(x).relu()) + self.shortcut(x)).relu()


class _ResNet18(nn.Module):
    """In bfloat16 with float32 weights, channels last, as PyTorch's guide to tuning advises."""

    def __init__(self) -> None:
        super().__init__()
        sizes = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
        blocks = [
            nn.Sequential(_Residual(before, after, strides), _Residual(after, after, 1))
            for before, after, strides in sizes
        ]
        self.features = nn.Sequential(_normed_conv(3, 64, 3, 1), nn.ReLU(), *blocks)
        self.last = nn.Linear(512, 10)
        self.to(memory_format=torch.channels_last)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        with torch.autocast(x.device.type, torch.bfloat16):
            x = self.features(x)
        return self.last(x.float().mean((2, 3)))


MODELS: dict[str, Callable[[], nn.Module]] = {
    "mlp": _mlp,
    "small_mlp": _small_mlp,
    "convnet": _convnet,
    "deep_convnet": _deep_convnet,
    "lstm": _LSTM,
    "transformer": _Transformer,
    "resnet18": _ResNet18,
}
