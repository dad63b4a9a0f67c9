"""Blocks of Python run as a notebook runs its cells: one namespace, outputs and pictures kept."""

import ast
import builtins
import contextlib
import importlib
import io
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["MPLBACKEND"] = "agg"
# Most of a page's time is compilation, of programs that run once on a few numbers.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

__all__ = ["BlockError", "Picture", "Result", "Session", "fresh_state"]


class BlockError(Exception):
    """A block raised; the message is the traceback."""


@dataclass(frozen=True)
class Picture:
    """A picture that a block drew.

    Args:
        format: ``"svg"``, ``"png"`` or ``"html"``.
        data: the bytes of the file.
    """

    format: str
    data: bytes


@dataclass(frozen=True)
class Result:
    """What a block gave.

    Args:
        text: what it printed.
        pictures: what it drew, in order.
    """

    text: str
    pictures: tuple[Picture, ...]


class Session:
    """Runs blocks, one after another, in one namespace.

    A warning is an error: a reader would see it, so the page has to speak of it.

    Args:
        format: of matplotlib's figures; by default ``"svg"``, or ``"png"`` for one with an image.

    Example:
        >>> from running import Session
        >>> session = Session()
        >>> session.run("a = 2").text
        ''
        >>> session.run("print(a + 1)").text
        '3\\n'
    """

    def __init__(self, format: str | None = None):
        self.format = format
        self.namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}

    def run(self, code: str, path: str | Path = "<page>", line: int = 0) -> Result:
        """Run one block.

        Args:
            code: of the block.
            path: of the page, for the traceback.
            line: the number of the line before the code's first.

        Raises:
            BlockError: the code cannot be parsed, or it raised.
        """
        printed = io.StringIO()
        value = None
        try:
            body, last = _parse(code, str(path), line)
            with contextlib.redirect_stdout(printed), _strict_warnings():
                exec(body, self.namespace)
                value = eval(last, self.namespace) if last else None
                pictures = tuple(_pictures(value, self.format))
        except (Exception, SystemExit) as error:
            own = [
                frame
                for frame in traceback.extract_tb(error.__traceback__)
                if frame.filename != __file__
            ]
            lines = traceback.format_list(own) + traceback.format_exception_only(error)
            raise BlockError(printed.getvalue() + "".join(lines)) from error
        return Result(printed.getvalue(), pictures)


@contextlib.contextmanager
def fresh_state() -> Iterator[Path]:
    """A new folder to work in, and the settings of a new process; both are put back at the end.

    Yields:
        The folder.
    """
    jax, jaxkeras = _library("jax"), _library("jaxkeras")
    _library("matplotlib").use("agg")
    settings = dict(jax.config.values)
    environment, folder, arguments = dict(os.environ), Path.cwd(), sys.argv[:]
    objects = jaxkeras.utils.get_custom_objects()
    registered = dict(objects)
    modules = _take_keras()
    _reset(jaxkeras)
    _forget_compilation_cache()
    try:
        with tempfile.TemporaryDirectory(prefix="page-") as scratch:
            os.chdir(scratch)
            os.environ["TFDS_DATA_DIR"] = str(Path(scratch, "tensorflow_datasets"))
            os.environ["KERAS_HOME"] = str(Path(scratch, ".keras"))
            # No page downloads, wherever it runs: nobody listens there.
            os.environ["http_proxy"] = os.environ["https_proxy"] = "http://127.0.0.1:9"
            try:
                yield Path(scratch)
            finally:
                os.chdir(folder)
    finally:
        os.environ.clear()
        os.environ.update(environment)
        sys.argv[:] = arguments
        _library("jaxkeras.legacy").remove_keras_alias()
        _take_keras()
        sys.modules.update(modules)
        for name, value in settings.items():
            if jax.config.values[name] != value:
                jax.config.update(name, value)
        _forget_compilation_cache()
        _reset(jaxkeras)
        objects.update(registered)


def _parse(code: str, path: str, line: int) -> tuple[Any, Any]:
    """The program of a block, and of the expression at its end if it ends in one."""
    tree = ast.parse(code, path)
    ast.increment_lineno(tree, line)
    last = None
    end = tree.body[-1] if tree.body else None
    if isinstance(end, ast.Expr):
        tree.body.pop()
        last = compile(ast.Expression(end.value), path, "eval")
    return compile(tree, path, "exec"), last


@contextlib.contextmanager
def _strict_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # `plt.show()` is right in a script; here its figures stay open and are collected.
        warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
        yield


def _pictures(value: Any, format: str | None) -> Iterator[Picture]:
    """What a block shows: the figures that it left open, else the value of its last line."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    figures = [pyplot.figure(number) for number in pyplot.get_fignums()] if pyplot else []
    if not figures and hasattr(value, "savefig"):
        figures = [value]
    for figure in figures:
        yield _drawn(figure, format)
    if pyplot:
        pyplot.close("all")
    if figures:
        return
    if format == "png" and hasattr(value, "_repr_svg_") and hasattr(value, "create"):
        yield Picture("png", value.create(format="png"))
        return
    for name, kind in (("_repr_svg_", "svg"), ("_repr_html_", "html")):
        show = getattr(value, name, None)
        if callable(show):
            yield Picture(kind, str(show()).encode())
            return


def _drawn(figure: Any, format: str | None) -> Picture:
    """A figure of matplotlib as a file, the same bytes each time."""
    holds_images = any(axes.images for axes in figure.axes)
    format = format or ("png" if holds_images else "svg")
    matplotlib = _library("matplotlib")
    buffer = io.BytesIO()
    metadata = {"Date": None} if format == "svg" else None
    with matplotlib.rc_context({"svg.hashsalt": "jaxkeras", "svg.fonttype": "path"}):
        figure.savefig(buffer, format=format, metadata=metadata, dpi=144)
    return Picture(format, buffer.getvalue())


def _reset(jaxkeras: Any) -> None:
    """The settings with which a process begins; the random state is a fixed one."""
    config = jaxkeras.config
    config.set_dtype_policy(None)
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_image_data_format("channels_last")
    config.enable_interactive_logging()
    config.enable_traceback_filtering()
    jaxkeras.utils.clear_session()
    jaxkeras.utils.get_custom_objects().clear()
    jaxkeras.utils.set_random_seed(0)
    _library("matplotlib").rcdefaults()
    _library("matplotlib").use("agg")


def _forget_compilation_cache() -> None:
    """JAX looks once into the settings for its folder of programs, and then no more."""
    _library("jax.experimental.compilation_cache.compilation_cache").reset_cache()


def _take_keras() -> dict[str, Any]:
    """Unload Keras and TensorFlow: a page may give their names to jaxkeras."""
    names = [name for name in sys.modules if name.partition(".")[0] in ("keras", "tensorflow")]
    return {name: sys.modules.pop(name) for name in names}


def _library(name: str) -> Any:
    return importlib.import_module(name)
