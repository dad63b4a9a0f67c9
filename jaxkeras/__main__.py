"""The command line, ``python -m jaxkeras``: demo, data prepare, inspect, convert and run."""

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

import jaxkeras
from jaxkeras.files.inspection import inspected
from jaxkeras.layers import Dense, Dropout, Flatten
from jaxkeras.legacy import run_script

_PREPARABLE = (
    "mnist",
    "fashion_mnist",
    "cifar10",
    "cifar100",
    "imdb",
    "reuters",
    "boston_housing",
    "california_housing",
)


class _Recipe(NamedTuple):
    """How the demonstration trains on one data set."""

    width: int
    epochs: int
    batch_size: int


_RECIPES = {
    "digits": _Recipe(width=128, epochs=30, batch_size=32),
    "mnist": _Recipe(width=512, epochs=5, batch_size=128),
    "fashion_mnist": _Recipe(width=512, epochs=10, batch_size=128),
    "cifar10": _Recipe(width=512, epochs=10, batch_size=128),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status: 0 only when it worked."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        if options.debug:
            raise
        message = " ".join(str(error).split()) or "no message; --debug shows where it happened"
        print(f"error: {type(error).__name__}: {message}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jaxkeras", description="Keras on JAX.")
    parser.add_argument("--version", action="version", version=f"jaxkeras {jaxkeras.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show the traceback of an error")

    demo = commands.add_parser(
        "demo",
        parents=[common],
        help="train a small network on images and print its accuracy",
        description="Load images, train a network with two hidden layers, evaluate it, and show a "
        "few predictions.",
    )
    demo.add_argument(
        "--dataset",
        choices=sorted(_RECIPES),
        default="digits",
        help="what to train on; digits comes with the package (default)",
    )
    demo.add_argument("--epochs", type=_positive, help="passes over the training data")
    demo.add_argument("--seed", type=int, default=0, help="seed of the run (default: 0)")
    demo.add_argument("--data-dir", type=Path, help="where prepared data lies")
    demo.add_argument("--plot", type=Path, metavar="FILE", help="save the learning curves")
    demo.set_defaults(run=_demo)

    data = commands.add_parser("data", help="prepare data sets")
    actions = data.add_subparsers(required=True, metavar="ACTION")
    prepare = actions.add_parser(
        "prepare",
        parents=[common],
        help="bring a data set into the standard folder",
        description="Prepare a data set in TFDS's folder and format, or as Keras's file in Keras's "
        "folder, from raw files or by downloading them.",
    )
    prepare.add_argument("name", choices=_PREPARABLE, metavar="NAME", help=", ".join(_PREPARABLE))
    prepare.add_argument(
        "--from",
        dest="raw_dir",
        type=Path,
        metavar="DIR",
        help="folder of the raw files; or Keras's file, such as imdb.npz",
    )
    prepare.add_argument("--data-dir", type=Path, metavar="DIR", help="folder to prepare it in")
    prepare.add_argument("--overwrite", action="store_true", help="prepare it again")
    prepare.set_defaults(run=_prepare)

    inspect = commands.add_parser(
        "inspect",
        parents=[common],
        help="tell what a model file holds",
        description="Tell what a file is, which Keras wrote it, its layers with their weights, and "
        "what of it is rewritten in loading. Nothing that the file holds is executed.",
    )
    inspect.add_argument("file", type=Path, metavar="FILE", help=".keras, .h5 or a folder")
    inspect.set_defaults(run=_inspect)

    convert = commands.add_parser(
        "convert",
        parents=[common],
        help="write a model of an older Keras in today's format",
        description="Load a whole model of any Keras and write it anew. Nothing that the file "
        "holds is executed.",
    )
    convert.add_argument("old", type=Path, metavar="OLD", help="a whole model")
    convert.add_argument(
        "new", type=Path, metavar="NEW", help="a name that ends with .keras, .h5 or .weights.h5"
    )
    convert.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    convert.set_defaults(run=_convert)

    script = commands.add_parser(
        "run",
        help="run a program written for keras or tensorflow.keras",
        description="Run a program in which `import keras` and `import tensorflow.keras` import "
        "jaxkeras, with the old names of modules.",
    )
    script.add_argument("script", type=Path, metavar="SCRIPT", help="a Python file")
    script.add_argument("arguments", nargs=argparse.REMAINDER, help="its own arguments")
    script.set_defaults(run=_run, debug=True)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {number}")
    return number


def _prepare(options: argparse.Namespace) -> None:
    started = time.perf_counter()
    folder = jaxkeras.datasets.prepare(
        options.name, options.raw_dir, options.data_dir, overwrite=options.overwrite
    )
    print(f"{options.name} is ready in {folder} ({time.perf_counter() - started:.1f} s)")


def _inspect(options: argparse.Namespace) -> None:
    print(inspected(options.file))


def _convert(options: argparse.Namespace) -> None:
    model, rewrites = jaxkeras.models.load_model(options.old, report=True)
    is_weights = options.new.name.endswith(".weights.h5")
    write = model.save_weights if is_weights else model.save
    write(options.new, overwrite=options.overwrite)
    what = "weights" if is_weights else "model"
    print(
        f"{options.new}: the {what} of {len(model.layers)} layers, {model.count_params():,} "
        f"parameters; {len(rewrites)} fields of an older format were rewritten"
    )


def _run(options: argparse.Namespace) -> None:
    if not options.script.is_file():
        options.debug = False  # the traceback would not be one of the script
        raise FileNotFoundError(f"There is no script {str(options.script)!r} in {Path.cwd()}.")
    run_script(options.script, options.arguments)


def _demo(options: argparse.Namespace) -> None:
    recipe = _RECIPES[options.dataset]
    if options.plot is not None:
        import matplotlib  # noqa: F401  # fail before the training, not after it
    jaxkeras.utils.set_random_seed(options.seed)
    (x_train, y_train), (x_test, y_test) = _load(options.dataset, options.data_dir)
    scale = float(x_train.max())
    x_train, x_test = x_train.astype("float32") / scale, x_test.astype("float32") / scale

    model = jaxkeras.Sequential(
        [
            jaxkeras.Input(x_train.shape[1:]),
            Flatten(),
            Dense(recipe.width, activation="relu"),
            Dropout(0.2),
            Dense(recipe.width, activation="relu"),
            Dropout(0.2),
            Dense(int(y_train.max()) + 1, activation="softmax"),
        ]
    )
    model.summary()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    hist = model.fit(
        x_train, y_train, batch_size=recipe.batch_size, epochs=options.epochs or recipe.epochs
    )
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)

    shown = 10
    guesses = model.predict_classes(x_test[:shown])
    print("predicted:", *guesses)
    print("truth:    ", *np.ravel(y_test[:shown]))
    if options.plot is not None:
        hist.plot(options.plot)
        print(f"learning curves: {options.plot}")
    print(f"test accuracy: {accuracy:.4f}")


def _load(name: str, data_dir: Path | None):
    if name == "digits":
        return jaxkeras.datasets.digits.load_data()
    return getattr(jaxkeras.datasets, name).load_data(data_dir=data_dir)


if __name__ == "__main__":
    sys.exit(main())
