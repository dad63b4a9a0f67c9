"""Functions that files store as code: read as data, recognised, never run."""

import base64
import json
import os
import random
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import jaxkeras
from jaxkeras import backend, ops
from jaxkeras.files import CorruptFileError, UnsafeCodeError
from jaxkeras.files.expressions import Expression, ExpressionError
from jaxkeras.files.lambdas import expression_of
from jaxkeras.files.marshal_data import CodeData, read_marshal
from jaxkeras.layers.expression import Formula

_HERE = Path(__file__).parent
STORED = json.loads((_HERE / "stored_lambdas.json").read_text())
VERSIONS = sorted(STORED)

# Of Keras 1.2.1 and 2.0.6 under Python 3.5, whose instructions are one or three bytes long.
OF_PYTHON_3_5 = {
    "x / 127.5 - 1.0": (
        "\xe3\x01\0\0\0\0\0\0\0\x01\0\0\0\x02\0\0\0S\0\0\0s\x0c\0\0\0|\0\0d\x01\0\x1bd\x02\0\x18S)"
        "\x03N\xe7\0\0\0\0\0\xe0_@\xe7\0\0\0\0\0\0\xf0?\xa9\0)\x01\xda\x01xr\x03\0\0\0r\x03\0\0\0"
        '\xfa\x08model.py\xda\x08<lambda>"\0\0\0s\0\0\0\0'
    ),
    "x / 255 - 0.5": (
        "\xe3\x01\0\0\0\0\0\0\0\x01\0\0\0\x02\0\0\0S\0\0\0s\x0c\0\0\0|\0\0d\x01\0\x1bd\x02\0\x18S)"
        "\x03N\xe9\xff\0\0\0g\0\0\0\0\0\0\xe0?\xa9\0)\x01\xda\x01xr\x02\0\0\0r\x02\0\0\0"
        "\xfa\x08model.py\xda\x08<lambda>\xe9\0\0\0\xf3\0\0\0\0"
    ),
}


SOURCES = runpy.run_path(str(_HERE / "make_stored_lambdas.py"))


def _meant():
    """What the globals of the functions mean, for those that Python itself computes."""
    tf = SimpleNamespace(
        cast=ops.cast,
        float32="float32",
        reduce_mean=lambda x, axis, keep_dims: ops.mean(x, axis, keepdims=keep_dims),
        keras=SimpleNamespace(backend=backend),
    )
    return {"K": backend, "tf": tf, "np": np}


@pytest.mark.parametrize("source", SOURCES["ARITHMETIC"])
def test_arithmetic_is_recognised_whichever_python_stored_it(source):
    expressions = {expression_of(STORED[version][source]) for version in VERSIONS}
    assert len(expressions) == 1
    expression = expressions.pop()
    assert Expression(json.loads(json.dumps(expression.to_data()))) == expression
    x = np.random.default_rng(0).normal(size=(2, 4, 4)).astype("float32")
    value = [x, 2 * x] if source.startswith("lambda t") else ops.convert_to_tensor(x)
    expected = eval(source, _meant())(value)
    np.testing.assert_allclose(expression(value, ops), expected, rtol=1e-6)
    shown = eval(f"lambda x: {expression}", {**vars(ops)})(value)
    np.testing.assert_allclose(shown, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("closure", "x * 3.0"),
        ("statements", "(x / 255.0 - 0.5, x / 255.0)[0] * 2"),
        ("unpacked", "abs(x[0] - x[1])"),
        ("imported", "sigmoid(relu(x))"),
    ],
)
def test_functions_of_several_statements_and_with_closures(name, text):
    assert {str(expression_of(STORED[version][name])) for version in VERSIONS} == {text}


def test_how_every_generation_stores_code():
    for text, code in OF_PYTHON_3_5.items():
        assert str(expression_of([code, None, None])) == str(expression_of(code)) == text
    code, defaults, closure = STORED["3.12"]["lambda x, a=2.0: x * a"]
    config = {"code": code + "\n", "defaults": defaults, "closure": closure}
    assert str(expression_of({"class_name": "__lambda__", "config": config})) == "x * 2.0"
    assert str(expression_of([code, defaults, None], {"a": 5})) == "x * 5"
    nested: list = []
    for _ in range(5000):
        nested = [nested]
    with pytest.raises(UnsafeCodeError):
        expression_of([code, nested, None])
    two = STORED["2.7"]["lambda x, y: x * y"]
    assert str(expression_of(two, {"y": 0.5})) == "x * 0.5"


@pytest.mark.parametrize("source", SOURCES["CODE"])
def test_other_code_is_shown_and_refused(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for version in VERSIONS:
        with pytest.raises(UnsafeCodeError) as caught:
            expression_of(STORED[version][source], layer="lambda_7")
        message = str(caught.value)
        assert message.startswith('The Lambda layer "lambda_7" was saved with code, which is not')
        assert "custom_objects={'lambda_7': f}" in message
        assert caught.value.listing.startswith("<lambda>(") and "\n    " in caught.value.listing
    assert os.listdir(tmp_path) == []


def test_the_listing_names_what_the_code_wants():
    for version in VERSIONS:
        stored = STORED[version]["lambda x: os.system('touch pwned')"]
        with pytest.raises(UnsafeCodeError, match=r"LOAD_GLOBAL os\n.* system\n.*'touch pwned'"):
            expression_of(stored)
    with pytest.raises(UnsafeCodeError) as caught:
        raise UnsafeCodeError("a\x1b[2J", "it calls \x07", "")
    assert "\x1b" not in str(caught.value).split("custom_objects")[0] and "\x07" not in str(caught)


def test_any_bytes_are_answered_and_soon():
    """Genuine code with bytes changed or cut off, and bytes that are none."""
    chance = random.Random(0)
    codes = [base64.b64decode(STORED[v][s][0]) for v in VERSIONS for s in STORED[v]]
    answers = {"read": 0, "unsafe": 0, "corrupt": 0}
    for _ in range(6000):
        code = bytearray(chance.choice(codes))
        for _ in range(chance.randint(1, 6)):
            code[chance.randrange(len(code))] = chance.choice(
                (0, 1, 127, 255, chance.randrange(256))
            )
        if chance.random() < 0.2:
            code = code[: chance.randrange(len(code))]
        if chance.random() < 0.1:
            code[1:] = chance.randbytes(40)
        try:
            expression_of(base64.b64encode(bytes(code)).decode())
            answers["read"] += 1
        except UnsafeCodeError:
            answers["unsafe"] += 1
        except CorruptFileError:
            answers["corrupt"] += 1
    assert min(answers.values()) > 300, answers
    for text in ("", "????", "c", "\xe3\u1234", "x" * 2_000_000, "4w=="):
        with pytest.raises(CorruptFileError):
            expression_of(text)
    for stored in (None, 3, [], ["4w==", None, None, None], {"name": "f"}, [None, None, None]):
        with pytest.raises(CorruptFileError):
            expression_of(stored)


def test_marshalled_data_is_read_within_bounds():
    def tuples(count: int, inner: bytes) -> bytes:
        return b")\x01" * count + inner

    assert read_marshal(tuples(40, b"N"), "x") is not None
    doubling = b"\xa9\x02i\0\0\0\0N" + b"".join(
        b"\xa9\x02r" + number.to_bytes(4, "little") + b"r" + number.to_bytes(4, "little")
        for number in range(60)
    )
    bombs = {
        "nested": tuples(60, b"N"),
        "a long list": b"[\xff\xff\xff\x7f",
        "a long text": b"u\xff\xff\xff\x7fabc",
        "a large number": b"l\xff\xff\0\0" + bytes(200_000),
        "itself": b"\xa9\x01r\0\0\0\0",
        "doubling": b"(\x3d\0\0\0" + doubling,
    }
    for data in bombs.values():
        with pytest.raises(CorruptFileError, match="^it cannot be read: .*marshalled data"):
            read_marshal(data, "it")
    code = read_marshal(base64.b64decode(STORED["2.7"]["lambda x: x[1:]"][0]), "it")
    assert isinstance(code, CodeData) and code.python == (2, 0) and code.varnames == ("x",)


@pytest.mark.parametrize(
    "data",
    [
        ["call", "system", [["const", "ls"]], []],
        ["call", "__class__", [["input"]], []],
        ["call", "sum", [["input"]], [["where", ["const", True]]]],
        ["attribute", ["input"], "shape"],
        ["const", "touch pwned"],
        ["const", 10**30],
        ["binary", "<<", ["input"], ["const", 1]],
        ["tuple", *[["input"]] * 600],
        "x",
    ],
)
def test_data_that_is_no_expression_is_refused(data):
    with pytest.raises(ExpressionError):
        Formula(data)
    deep = ["input"]
    for _ in range(100):
        deep = ["unary", "-", deep]
    with pytest.raises(ExpressionError, match="at most 500 parts, 60 deep"):
        Expression(deep)


def test_operators_are_for_arrays():
    bomb = ["binary", "*", ["list", ["input"]], ["const", 10**9]]
    power = ["binary", "**", ["const", 99], ["binary", "**", ["const", 99], ["const", 99]]]
    for data in (bomb, power):
        with pytest.raises(TypeError, match="is for arrays"):
            Expression(data)(np.ones(2), ops)
    with pytest.raises(TypeError, match=r"Choose one of several inputs: x\[0\]"):
        Expression(["unary", "-", ["input"]])([np.ones(2)], ops)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_the_layer_that_holds_an_expression_is_saved_and_loaded(tmp_path, ending):
    source = "lambda t: K.sqrt(K.sum(K.square(t[0] - t[1]), axis=1, keepdims=True))"
    expression = expression_of(STORED["2.7"][source])
    inputs = [jaxkeras.Input((3,)), jaxkeras.Input((3,))]
    distance = Formula(expression.to_data(), name="distance")(inputs)
    assert distance.shape == (None, 1)
    model = jaxkeras.Model(inputs, distance)
    model.save(tmp_path / f"model{ending}")
    twin = jaxkeras.models.load_model(tmp_path / f"model{ending}")
    assert twin.get_layer("distance").expression == expression
    x = np.array([[0.0, 3.0, 0.0]], "float32")
    np.testing.assert_allclose(twin([x, x + np.float32(2)]), [[12**0.5]], rtol=1e-6)
