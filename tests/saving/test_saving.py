"""What the names promise: errors that teach, files that are refused, nothing that is half done."""

import json
import os
import zipfile

import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers
from jaxkeras.files import ConfigurationError, CorruptFileError
from jaxkeras.models import load_model, save_model


class Scaled(jaxkeras.Model):
    """A model of one's own, with arguments."""

    def __init__(self, units, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.dense = layers.Dense(units, activation=halved)

    def call(self, inputs):
        return self.factor * self.dense(inputs)


def halved(x):
    return x / 2


def _dense(units=2, **arguments):
    return jaxkeras.Sequential([jaxkeras.Input((3,)), layers.Dense(units, **arguments)])


def test_own_classes_come_by_custom_objects_and_nothing_else(tmp_path):
    model = Scaled(2, factor=3.0)
    x = np.ones((1, 3))
    expected = model(x)
    model.save(tmp_path / "own.keras")
    with pytest.raises(ValueError, match="Unknown class or function 'Scaled'.*custom_objects"):
        load_model(tmp_path / "own.keras")
    own = {"Scaled": Scaled, "halved": halved}
    twin = load_model(tmp_path / "own.keras", custom_objects=own)
    np.testing.assert_array_equal(twin(x), expected)
    with jaxkeras.utils.custom_object_scope(own):
        assert load_model(tmp_path / "own.keras").factor == 3.0


def test_errors_tell_the_file_and_the_layer_unless_they_are_of_the_callers_own_code(tmp_path):
    path = _changed_config(tmp_path, lambda config: config.pop("units"))
    with pytest.raises(ConfigurationError, match="changed.keras describes no model") as raised:
        load_model(path)
    assert "'units'" in str(raised.value) and "configuration of Dense 'dense" in str(raised.value)
    assert isinstance(raised.value.__cause__, TypeError)
    with pytest.raises(ConfigurationError, match="model_from_json describes no model.*Expecting"):
        jaxkeras.models.model_from_json('{"class_name": "Sequential", "config": ')

    class Broken(Scaled):
        @classmethod
        def from_config(cls, config):
            raise KeyError("mine")

    model = Scaled(2)
    model(np.ones((1, 3)))
    model.save(tmp_path / "own.keras")
    with pytest.raises(KeyError, match="mine"):
        load_model(tmp_path / "own.keras", custom_objects={"Scaled": Broken, "halved": halved})


def test_stored_code_is_never_run(tmp_path):
    code = {"class_name": "__lambda__", "config": {"code": "4wA=", "defaults": None}}
    path = _changed_config(tmp_path, lambda config: config.update(activation=code))
    for safe_mode in (True, False):
        with pytest.raises(ValueError, match="lambda, that is code, which is not run here"):
            load_model(path, safe_mode=safe_mode)
    call = {"module": "os", "class_name": "function", "config": "system", "registered_name": None}
    path = _changed_config(tmp_path, lambda config: config.update(activation=call))
    with pytest.raises(ValueError, match="'system' of the module 'os': nothing is imported"):
        load_model(path)


def _changed_config(folder, change):
    _dense().save(folder / "model.keras")
    with zipfile.ZipFile(folder / "model.keras") as old:
        members = {name: old.read(name) for name in old.namelist()}
    config = json.loads(members["config.json"])
    change(config["config"]["layers"][1]["config"])
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(folder / "changed.keras", "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    return folder / "changed.keras"


def test_names_that_do_not_say_the_format(tmp_path):
    model = _dense()
    for name in ("model", "model.tf", "model.ckpt", "model.weights"):
        with pytest.raises(ValueError, match=r"ends with '.keras', or with '.h5'"):
            model.save(tmp_path / name)
        with pytest.raises(ValueError, match=r"ends with '.weights.h5'"):
            model.save_weights(tmp_path / name)
    with pytest.raises(ValueError, match="With zipped=False .* to a folder, whose name has no end"):
        model.save(tmp_path / "model.keras", zipped=False)
    with pytest.raises(ValueError, match="Received: save_format='tf'"):
        model.save(tmp_path / "model.keras", save_format="tf")
    model.save(tmp_path / "model", save_format="h5")
    assert os.listdir(tmp_path) == ["model"]
    np.testing.assert_array_equal(
        load_model(tmp_path / "model").get_weights()[0], model.get_weights()[0]
    )


def test_overwriting_has_to_be_meant(tmp_path):
    model, other = _dense(), _dense()
    for name, save in (("m.keras", "save"), ("m.weights.h5", "save_weights")):
        path = tmp_path / name
        getattr(model, save)(path)
        with pytest.raises(FileExistsError, match="exists already and overwrite=False"):
            getattr(other, save)(path, overwrite=False)
        twin = _dense()
        twin.load_weights(path)
        np.testing.assert_array_equal(twin.get_weights()[0], model.get_weights()[0])
    save_model(other, tmp_path / "m.keras")
    twin.load_weights(tmp_path / "m.keras")
    np.testing.assert_array_equal(twin.get_weights()[0], other.get_weights()[0])


def test_weights_that_do_not_fit_change_nothing(tmp_path):
    model, wider = _dense(2), _dense(4)
    before = wider.get_weights()
    for name in ("x.weights.h5", "x.h5"):
        model.save_weights(tmp_path / name)
        message = r'Dense "dense_\d+".* has weights of shapes \(3, 4\), \(4,\), the file weights of'
        with pytest.raises(ValueError, match=message):
            wider.load_weights(tmp_path / name)
        with pytest.warns(UserWarning, match="They keep their weights"):
            wider.load_weights(tmp_path / name, skip_mismatch=True)
        np.testing.assert_array_equal(wider.get_weights()[0], before[0])
    with pytest.raises(ValueError, match="has no weights yet, so load_weights"):
        jaxkeras.Sequential([layers.Dense(2)]).load_weights(tmp_path / "x.h5")
    with pytest.raises(ValueError, match="has no weights yet, so save"):
        jaxkeras.Sequential([layers.Dense(2)]).save(tmp_path / "y.keras")
    with pytest.raises(ValueError, match="holds weights, but no model"):
        load_model(tmp_path / "x.weights.h5")
    (tmp_path / "x.weights.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(50))
    with pytest.raises(CorruptFileError, match="damaged or incomplete"):
        model.load_weights(tmp_path / "x.weights.h5")


def test_weights_by_the_names_of_layers(tmp_path):
    def build(*names):
        stack = [layers.Dense(3, name=name) for name in names]
        return jaxkeras.Sequential([jaxkeras.Input((3,)), *stack])

    model, other = build("a", "b"), build("b", "c", "a")
    model.save_weights(tmp_path / "x.h5")
    kept = other.get_layer("c").get_weights()[0]
    other.load_weights(tmp_path / "x.h5", by_name=True)
    for name in "ab":
        np.testing.assert_array_equal(
            other.get_layer(name).kernel[...], model.get_layer(name).kernel[...]
        )
    np.testing.assert_array_equal(other.get_layer("c").kernel[...], kept)
    with pytest.raises(ValueError, match="has 3 layers with weights, .* holds 2: a, b"):
        other.load_weights(tmp_path / "x.h5")
    model.save_weights(tmp_path / "x.weights.h5")
    with pytest.raises(ValueError, match="by_name=True is not possible"):
        other.load_weights(tmp_path / "x.weights.h5", by_name=True)


def test_without_compilation_or_optimizer(tmp_path):
    model = _dense()
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((2, 3)), np.ones((2, 2)))
    model.save(tmp_path / "m.keras")
    assert load_model(tmp_path / "m.keras", compile=False).optimizer is None
    for name in ("small.keras", "small.h5"):
        model.save(tmp_path / name, include_optimizer=False)
        assert load_model(tmp_path / name).optimizer is None
    assert os.path.getsize(tmp_path / "small.keras") < os.path.getsize(tmp_path / "m.keras")


def test_16_bit_weights_keep_their_type(tmp_path):
    model = _dense(dtype="bfloat16")
    model.save(tmp_path / "m.keras")
    twin = load_model(tmp_path / "m.keras")
    assert str(twin.weights[0].dtype) == "bfloat16"
    np.testing.assert_array_equal(twin.get_weights()[0], model.get_weights()[0])


def test_vocabularies_beside_the_weights_are_taken(tmp_path):
    def build(vocabulary=None):
        lookup = layers.IntegerLookup(vocabulary=vocabulary)
        return jaxkeras.Sequential([jaxkeras.Input((2,), dtype="int64"), lookup])

    x = np.array([[7, 4], [5, 7]])
    path = tmp_path / "m.keras"
    build([1, 2]).save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("assets/layers/integer_lookup/vocabulary.txt", "-1\n4\n7")
    np.testing.assert_array_equal(load_model(path)(x), build([4, 7])(x))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("assets/layers/other/vocabulary.txt", "a")
    with pytest.warns(UserWarning, match="assets/layers/other/vocabulary.txt, for which"):
        load_model(path)


def test_a_folder_instead_of_an_archive(tmp_path):
    keras = pytest.importorskip("keras")
    model, x = _dense(), np.ones((1, 3), "float32")
    folder = tmp_path / "model"
    model.save(folder, zipped=False)
    assert sorted(os.listdir(folder)) == ["config.json", "metadata.json", "model.weights.h5"]
    np.testing.assert_array_equal(load_model(folder)(x), model(x))
    np.testing.assert_allclose(keras.models.load_model(folder)(x), model(x), rtol=1e-5)
    with pytest.raises(FileExistsError, match="and overwrite=False"):
        model.save(folder, overwrite=False, zipped=False)
    other = _dense()
    other.save(folder, zipped=False)
    np.testing.assert_array_equal(load_model(folder)(x), other(x))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(FileExistsError, match="Name a new folder"):
        model.save(tmp_path / "mine", zipped=False)
    assert os.listdir(tmp_path / "mine") == ["thesis.tex"]


class Remembering(layers.Layer):
    """A layer that says by itself how it is built and what is stored of it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.words, self.width = [], None

    def build(self, width):
        self.width = width if isinstance(width, int) else width[-1]
        self.scale = self.add_weight(shape=(self.width,), initializer="ones", name="scale")

    def call(self, inputs):
        return inputs * self.scale

    def get_build_config(self):
        return {"width": self.width}

    def build_from_config(self, config):
        self.build(config["width"])

    def save_own_variables(self, store):
        super().save_own_variables(store)
        store["count"] = np.array(len(self.words))

    def load_own_variables(self, store):
        store = dict(store)
        assert store.pop("count") == 2
        super().load_own_variables(store)

    def save_assets(self, dir_path):
        with open(os.path.join(dir_path, "words.txt"), "w") as file:
            file.write(" ".join(self.words))

    def load_assets(self, dir_path):
        with open(os.path.join(dir_path, "words.txt")) as file:
            self.words = file.read().split()


@pytest.mark.parametrize("zipped", [True, False])
def test_layers_that_store_themselves(tmp_path, zipped):
    layer = Remembering(name="memory")
    model = jaxkeras.Sequential([jaxkeras.Input((3,)), layer, layers.Dense(2)])
    layer.words = ["to", "remember"]
    model.set_weights([np.random.rand(*w.shape) for w in model.get_weights()])
    path = tmp_path / ("own.keras" if zipped else "own")
    model.save(path, zipped=zipped)
    twin = load_model(path, custom_objects={"Remembering": Remembering})
    assert twin.layers[0].words == layer.words
    for mine, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    if zipped:
        with zipfile.ZipFile(path) as opened:
            assert opened.read("assets/layers/remembering/words.txt") == b"to remember"
