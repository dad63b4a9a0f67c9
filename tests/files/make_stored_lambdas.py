# ruff: noqa
"""Write the functions below as this Python stores them, for `test_lambdas.py`.

    python2.7 make_stored_lambdas.py stored_lambdas.json

It runs on any Python since 2.7, and adds to what other versions wrote.
"""

import codecs
import json
import marshal
import sys

ARITHMETIC = [
    "lambda x: x / 127.5 - 1",
    "lambda x: -x ** 2 * 3 + (1 - x) // 2 % 5",
    "lambda x: x * 300 + 65536",
    "lambda x: x[:, 1:3]",
    "lambda x: x[1:]",
    "lambda x: x[..., ::2]",
    "lambda x, a=2.0: x * a",
    "lambda x: abs(x) > 0.5",
    "lambda t: K.sqrt(K.sum(K.square(t[0] - t[1]), axis=1, keepdims=True))",
    "lambda x: K.l2_normalize(x, axis=1)",
    "lambda x: K.concatenate([x, K.exp(-x)], axis=-1)",
    "lambda x: K.expand_dims(K.max(x, 1))",
    "lambda x: K.reshape(x, (-1, 2)) / K.epsilon()",
    "lambda x: tf.cast(tf.reduce_mean(x, [1], keep_dims=True) > 0.5, tf.float32)",
    "lambda x: tf.keras.backend.clip(x, 0, np.pi)",
]
CODE = [
    "lambda x: __import__('os').system('touch pwned')",
    "lambda x: os.system('touch pwned')",
    "lambda x: open('pwned', 'w')",
    "lambda x: x if x else 1",
    "lambda x: x.shape",
    "lambda x: [y for y in x]",
    "lambda x: (lambda y: y)(x)",
    "lambda x: K.exp(x)(x)",
    "lambda x, a=9: x * a ** a ** a ** a",
    "lambda x: K.repeat_elements(x, 1000000000, 1)",
    "lambda x: x * scale",
    "lambda *x: x",
    "lambda x, y: x * y",
]


def closure():
    scale = 3.0
    return lambda x: x * scale


def statements(x):
    x /= 255.0
    y = x - 0.5
    return (y, x)[0] * 2


def unpacked(pair):
    left, right = pair
    return K.abs(left - right)  # noqa: F821


def imported(x):
    from keras import backend as B
    import tensorflow as tf

    return B.sigmoid(tf.nn.relu(x))


def stored(function):
    cells = function.__closure__
    return [
        codecs.encode(marshal.dumps(function.__code__), "base64").decode("ascii").replace("\n", ""),
        function.__defaults__,
        [cell.cell_contents for cell in cells] if cells else None,
    ]


if __name__ == "__main__":
    path = sys.argv[1]
    try:
        with open(path) as file:
            written = json.load(file)
    except IOError:
        written = {}
    functions = {source: eval(source) for source in ARITHMETIC + CODE}
    for function in (closure(), statements, unpacked, imported):
        name = "closure" if function.__closure__ else function.__name__
        functions[name] = function
    version = "%d.%d" % sys.version_info[:2]
    written[version] = {name: stored(function) for name, function in functions.items()}
    with open(path, "w") as file:
        file.write(json.dumps(written, indent=0, sort_keys=True, separators=(",", ":")) + "\n")
