"""What is measured: the models, the sizes, and how each is asked for."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["WORKLOADS", "Workload"]


@dataclass(frozen=True)
class Workload:
    """One measurement.

    Attributes:
        name: how it is asked for.
        title: what it is, in a few words.
        kind: what a round takes: an epoch, the median call of `predict`, a pass through files
            without any model, or an import.
        model: name of the model that each contender builds.
        samples: samples in an epoch of the whole data.
        batch_size: samples in a batch, or in a call of `predict`.
        is_fresh: whether every round begins in a new process.
        platform: the only platform that it is meant for, or ``None``.
        workers: who prepare batches.
        contenders: who can do it, or ``None`` if all can.
    """

    name: str
    title: str
    kind: Literal["train", "predict", "feed", "import"]
    model: str = ""
    samples: int = 0
    batch_size: int = 0
    is_fresh: bool = False
    platform: str | None = None
    workers: int = 1
    contenders: tuple[str, ...] | None = None


_ALL = [
    Workload("A", "epoch of 784-512-512-10, dropout", "train", "mlp", 60_000, 128),
    Workload("A32", "epoch of 784-64-10", "train", "small_mlp", 60_000, 32),
    Workload("B", "epoch of a convnet, 28x28x1", "train", "convnet", 60_000, 128),
    Workload("C", "epoch of a convnet, 32x32x3", "train", "deep_convnet", 50_000, 128),
    Workload("lstm", "epoch of an LSTM, 80 words", "train", "lstm", 25_000, 32),
    Workload("transformer", "epoch of an encoder, 80 words", "train", "transformer", 25_000, 32),
    Workload(
        "resnet18",
        "epoch of a ResNet-18 in bfloat16, 32x32x3",
        "train",
        "resnet18",
        50_000,
        128,
        platform="gpu",
    ),
    Workload("predict-1", "predict for 1 sample, model of A", "predict", "mlp", batch_size=1),
    Workload("predict-32", "predict for 32 samples, model of A", "predict", "mlp", batch_size=32),
    Workload(
        "predict-128", "predict for 128 samples, model of A", "predict", "mlp", batch_size=128
    ),
    Workload("first-A", "first fit, 1 epoch of A", "train", "mlp", 60_000, 128, is_fresh=True),
    Workload("first-B", "first fit, 1 epoch of B", "train", "convnet", 60_000, 128, is_fresh=True),
    *(
        Workload(
            f"pipeline-{workers}",
            f"pass through folders of JPEG, augmented, workers={workers}",
            "feed",
            samples=2_000,
            batch_size=32,
            workers=workers,
            contenders=("jaxkeras", "keras", "torch"),
        )
        for workers in (1, 2)
    ),
    Workload("import", "import in a new process", "import", is_fresh=True),
]

WORKLOADS = {workload.name: workload for workload in _ALL}
