"""Programs for older Keras: old modules, and `keras` as a name of this package."""

import importlib
import subprocess
import sys
import textwrap

import pytest

import jaxkeras
from jaxkeras.__main__ import main
from jaxkeras.legacy.alias import View
from jaxkeras.legacy.paths import LEFT_OUT, RENAMED, TODAY

DENSE = """
    from __future__ import print_function
    import sys
    import numpy as np
    import keras
    from keras import backend as K
    from keras.datasets import mnist
    from keras.layers.advanced_activations import LeakyReLU, ThresholdedReLU
    from keras.layers.core import Activation, Dense, Dropout
    from keras.models import Sequential
    from keras.objectives import mean_squared_error
    from keras.optimizers import SGD
    from keras.regularizers import WeightRegularizer, l2
    from keras.utils import np_utils

    np.random.seed(1337)
    x = np.random.rand(64, 4)
    y = np_utils.to_categorical((x.sum(axis=1) > 2).astype(int), 2)
    model = Sequential()
    model.add(Dense(8, input_dim=4, kernel_regularizer=l2(1e-4)))
    model.add(LeakyReLU(alpha=0.1))
    model.add(Dropout(0.1))
    model.add(Dense(2))
    model.add(Activation('softmax'))
    model.compile(loss='categorical_crossentropy', optimizer=SGD(lr=0.5), metrics=['accuracy'])
    model.fit(x, y, batch_size=16, epochs=10, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.7
    assert K.floatx() == 'float32' and mnist.load_data
    print(keras.__version__, *sys.argv[1:])
"""

CONVOLUTION = """
    import numpy as np
    from keras.callbacks import EarlyStopping, ModelCheckpoint
    from keras.engine.topology import Layer
    from keras.layers import *
    from keras.layers.convolutional import Convolution2D, MaxPooling2D
    from keras.layers.normalization import BatchNormalization
    from keras.models import Model
    from keras.preprocessing.image import ImageDataGenerator, load_img

    class Doubled(Layer):
        def call(self, x):
            return 2 * x

    images = np.random.rand(16, 8, 8, 1)
    labels = np.arange(16) % 2
    inputs = Input(shape=(8, 8, 1))
    x = Convolution2D(4, (3, 3), activation='relu')(inputs)
    x = MaxPooling2D((2, 2))(BatchNormalization()(x))
    outputs = Dense(1, activation='sigmoid')(Flatten()(Doubled()(x)))
    model = Model(inputs=inputs, outputs=outputs)
    model.compile('rmsprop', 'binary_crossentropy')
    flow = ImageDataGenerator(horizontal_flip=True).flow(images, labels, batch_size=8)
    hist = model.fit_generator(flow, steps_per_epoch=2, epochs=1, verbose=0)
    print(sorted(hist.history), isinstance(model.layers[-1], Dense))
"""

KERAS_1 = """
    import numpy as np
    np.random.seed(1337)
    from keras import backend as K
    from keras.layers import Dense, Dropout, Flatten, Input, merge
    from keras.layers.convolutional import Convolution2D, MaxPooling2D
    from keras.models import Model, Sequential
    from keras.optimizers import SGD
    from keras.utils import np_utils

    K.set_image_dim_ordering('tf')
    nb_classes, nb_epoch = 2, 3
    X = np.random.rand(32, 8, 8, 1)
    Y = np_utils.to_categorical((X.mean((1, 2, 3)) > 0.5).astype(int), nb_classes)
    model = Sequential()
    model.add(Convolution2D(4, 3, 3, border_mode='valid', init='uniform', input_shape=(8, 8, 1)))
    model.add(MaxPooling2D(pool_size=(2, 2), border_mode='same'))
    model.add(Dropout(p=0.1))
    model.add(Flatten())
    model.add(Dense(output_dim=nb_classes, activation='softmax'))
    model.compile(loss='categorical_crossentropy', optimizer=SGD(lr=0.1), metrics=['accuracy'])
    hist = model.fit(X, Y, batch_size=8, nb_epoch=nb_epoch, verbose=0)
    left, right = Input((3,)), Input((2,))
    both = Model(input=[left, right], output=Dense(1)(merge([left, right], mode='concat')))
    print(model.layers[0].output_shape, len(hist.history['acc']), both.output_shape)
"""

TENSORFLOW = """
    import tensorflow as tf
    from tensorflow import keras
    from tensorflow.keras import layers
    from tensorflow.keras.layers.experimental import preprocessing
    import numpy as np

    tf.random.set_seed(1)
    model = tf.keras.Sequential([
        layers.Embedding(10, 4), keras.layers.LSTM(3), layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(1e-2), loss='mse')
    words = np.random.randint(0, 10, (8, 5))
    model.fit(words, words.mean(axis=1), epochs=1, verbose=0)
    assert tuple(map(int, tf.__version__.split('.')[:1])) >= (2,)
    try:
        tf.constant(1)
    except AttributeError as error:
        print(model.predict(words, verbose=0).shape, error)
"""


@pytest.fixture(autouse=True)
def _forget_views():
    """An import makes a view an attribute of the package that it is in."""
    yield
    for name in [name for name, module in sys.modules.items() if isinstance(module, View)]:
        del sys.modules[name]
        package, _, own = name.rpartition(".")
        if package in sys.modules:
            vars(sys.modules[package]).pop(own, None)


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        (DENSE, f"{jaxkeras.__version__} --fast 3"),
        (CONVOLUTION, "['loss'] True"),
        (KERAS_1, "(None, 6, 6, 4) 3 (None, 1)"),
        (TENSORFLOW, "(8, 1) tensorflow has no 'constant' here: jaxkeras stands in for"),
    ],
    ids=["dense", "convolution", "keras 1", "tensorflow"],
)
def test_textbook_scripts_run_unchanged(source, printed, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(textwrap.dedent(source), encoding="utf-8")
    command = [sys.executable, "-m", "jaxkeras", "run", str(script), "--fast", "3"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1].startswith(printed)


def test_keras_is_itself_unless_asked_and_after_it():
    program = """
        import importlib.util, sys, jaxkeras
        from jaxkeras.legacy import install_keras_alias, remove_keras_alias
        assert not any(name.split('.')[0] in ('keras', 'tensorflow') for name in sys.modules)
        install_keras_alias()
        import keras.layers
        assert keras.layers.Dense is jaxkeras.layers.Dense
        assert 'Dense' in dir(keras.layers) and not hasattr(keras.layers, 'nonsense')
        assert importlib.util.find_spec('keras.nonsense') is None
        remove_keras_alias()
        assert 'keras' not in sys.modules and 'keras.layers' not in sys.modules
        sys.modules['keras'] = type(sys)('keras')
        try:
            install_keras_alias()
        except RuntimeError as error:
            print(error)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("keras itself is imported already. Install the alias at the")


@pytest.mark.parametrize("path", TODAY)
def test_old_modules_have_the_names_of_today(path):
    module = importlib.import_module(f"jaxkeras.{path}")
    for place in TODAY[path]:
        today = importlib.import_module(f"jaxkeras.{place}".rstrip("."))
        assert all(getattr(module, name) is getattr(today, name) for name in today.__all__[:5])


def test_what_textbooks_import_from_modules_that_are_others_today():
    from jaxkeras.layers.convolutional import Convolution2D, ZeroPadding2D
    from jaxkeras.layers.local import LocallyConnected1D
    from jaxkeras.layers.wrappers import TimeDistributed

    from jaxkeras.layers.core import Dropout, Flatten
    from jaxkeras.layers.normalization import BatchNormalization
    from jaxkeras.layers.recurrent import LSTM

    names = (Convolution2D, ZeroPadding2D, Dropout, Flatten, BatchNormalization, LSTM)
    assert all(name is getattr(jaxkeras.layers, name.__name__) for name in names[1:])
    assert LocallyConnected1D is jaxkeras.layers.legacy.LocallyConnected1D
    assert TimeDistributed is jaxkeras.layers.TimeDistributed
    with pytest.raises(ImportError, match="cannot import name 'Densse'"):
        from jaxkeras.layers.core import Densse  # noqa: F401


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_is_left_out_is_answered(path):
    name = f"jaxkeras.{path}.vgg16"
    with pytest.raises(ModuleNotFoundError, match=rf"There is no jaxkeras\.{path}.*[.]$"):
        importlib.import_module(name)


def test_renamed_things_exist():
    for place, names in RENAMED.items():
        module = importlib.import_module(f"jaxkeras.{place}")
        assert all(hasattr(module, name) for name in names.values())


def test_a_script_that_is_not_there(capsys):
    assert main(["run", "nowhere.py"]) == 1
    assert "There is no script 'nowhere.py' in " in capsys.readouterr().err
