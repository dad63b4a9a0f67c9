"""PyTorch: the usual loop, over data that lies on the device."""

from collections.abc import Callable, Iterator

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from torch.nn import functional  # pyright: ignore[reportMissingImports]

from benchmarks.contenders.torch_models import MODELS
from benchmarks.workloads import Workload

__all__ = ["TorchProgram"]


class TorchProgram:
    """A loop in Python, without compilation. Sums stay on the device until the epoch ends."""

    def __init__(self) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.set_float32_matmul_precision("high")  # JAX's default on GPU, too

    def train(
        self, workload: Workload, x: np.ndarray, y: np.ndarray, turns: Iterator[dict[str, float]]
    ) -> None:
        torch.manual_seed(0)
        model = MODELS[workload.model]().to(self.device)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
        inputs, labels = self._on_device(x), torch.from_numpy(y).long().to(self.device)
        for turn in turns:
            total, hits = torch.zeros(2, device=self.device)
            for rows in torch.randperm(len(x), device=self.device).split(workload.batch_size):
                logits, targets = model(inputs[rows]), labels[rows]
                if logits.ndim == 1:
                    loss = functional.binary_cross_entropy_with_logits(logits, targets.float())
                    guesses = (logits > 0).long()
                else:
                    loss = functional.cross_entropy(logits, targets)
                    guesses = logits.argmax(-1)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.detach() * len(rows)
                hits += (guesses == targets).sum()
            turn["loss"] = total.item() / len(x)
            turn["accuracy"] = hits.item() / len(x)

    def predictor(self, workload: Workload) -> Callable[[np.ndarray], np.ndarray]:
        model = MODELS[workload.model]().to(self.device).eval()

        @torch.inference_mode()
        def predict(x: np.ndarray) -> np.ndarray:
            return model(self._on_device(x)).softmax(-1).cpu().numpy()

        return predict

    def _on_device(self, x: np.ndarray) -> torch.Tensor:
        """Inputs as PyTorch wants them: pictures are ``(batch, channels, height, width)``."""
        inputs = torch.from_numpy(x)
        if inputs.ndim == 4:
            inputs = inputs.movedim(-1, 1)
        return inputs.to(self.device)
