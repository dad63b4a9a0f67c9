"""The contenders: who they are, whether they are here, and what each can be asked to do."""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchmarks.contenders.without import TRICKS, leave_out
from benchmarks.workloads import Workload

__all__ = ["CONTENDERS", "USUAL", "Contender", "Program", "Turn", "load", "missing_modules"]

Turn = dict[str, float]
"""What a contender tells of one epoch, such as its loss."""


class Program(Protocol):
    """How a contender does the work."""

    def train(
        self, workload: Workload, x: np.ndarray, y: np.ndarray, turns: Iterator[Turn]
    ) -> None:
        """Train for one epoch a turn, and write loss and accuracy into the turn."""
        ...

    def predictor(self, workload: Workload) -> Callable[[np.ndarray], np.ndarray]:
        """A function from inputs to probabilities, arrays of NumPy both."""
        ...


@dataclass(frozen=True)
class Contender:
    """Who takes part.

    Attributes:
        title: what it is, in a few words.
        imports: the modules that a program in this style imports.
    """

    title: str
    imports: tuple[str, ...]


CONTENDERS = {
    "jaxkeras": Contender("jaxkeras", ("jaxkeras",)),
    "keras": Contender("Keras on JAX", ("keras",)),
    "flax": Contender("Flax NNX and optax, one step at a time", ("jax", "flax.nnx", "optax")),
    "jax": Contender("JAX and optax by hand, many steps a program", ("jax", "optax")),
    "torch": Contender("PyTorch", ("torch",)),
}
USUAL = tuple(CONTENDERS)
"""Those that take part unless others are named."""

CONTENDERS |= {
    f"without-{trick}": Contender(f"jaxkeras without {what}", ("jaxkeras",))
    for trick, what in TRICKS.items()
}


def load(name: str) -> Program:
    """Import what a contender needs."""
    match name:
        case "jaxkeras" | "keras":
            from benchmarks.contenders.keras_program import KerasProgram

            return KerasProgram(name)
        case "flax":
            from benchmarks.contenders.flax_program import FlaxProgram

            return FlaxProgram()
        case "jax":
            from benchmarks.contenders.jax_program import JaxProgram

            return JaxProgram()
        case "torch":
            from benchmarks.contenders.torch_program import TorchProgram

            return TorchProgram()
    if name in CONTENDERS:
        program = load("jaxkeras")
        leave_out(name.removeprefix("without-"))
        return program
    raise ValueError(f"Unknown contender: {name!r}. There are: {', '.join(CONTENDERS)}.")


def missing_modules(name: str) -> list[str]:
    """Which of a contender's modules are not installed; nothing is imported."""
    packages = [module.partition(".")[0] for module in CONTENDERS[name].imports]
    return [package for package in packages if importlib.util.find_spec(package) is None]
