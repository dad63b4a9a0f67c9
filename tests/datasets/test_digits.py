import numpy as np
import pytest

from jaxkeras.datasets import digits


def test_every_digit_is_in_exactly_one_part():
    sklearn = pytest.importorskip("sklearn.datasets")
    original = sklearn.load_digits()
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])

    found = sorted((*image.ravel(), label) for image, label in zip(x, y, strict=True))
    wanted = sorted(
        (*image.astype(np.uint8).ravel(), label)
        for image, label in zip(original.images, original.target, strict=True)
    )
    assert found == wanted


def test_shapes_dtypes_and_values():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert (x_train.shape, y_train.shape) == ((1438, 8, 8), (1438,))
    assert (x_test.shape, y_test.shape) == ((359, 8, 8), (359,))
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    assert (x_train.min(), x_train.max()) == (0, 16)


def test_the_split_is_stratified():
    (_, y_train), (_, y_test) = digits.load_data(test_split=0.25)
    share = np.bincount(y_test) / (np.bincount(y_test) + np.bincount(y_train))
    np.testing.assert_allclose(share, 0.25, atol=0.005)


def test_the_seed_chooses_the_split():
    same, again, other = (digits.load_data(seed=seed)[1][0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(same, again)
    assert not np.array_equal(same, other)


def test_the_default_split_never_changes():
    (_, y_train), (_, y_test) = digits.load_data()
    assert y_train[:10].tolist() == [8, 2, 0, 5, 9, 4, 1, 0, 0, 8]
    assert y_test[:10].tolist() == [4, 9, 9, 4, 8, 0, 2, 6, 7, 1]


def test_numpys_global_generator_is_left_alone():
    np.random.seed(0)
    expected = np.random.rand()
    np.random.seed(0)
    digits.load_data()
    assert np.random.rand() == expected


def test_no_test_set():
    (x_train, _), (x_test, _) = digits.load_data(test_split=0)
    assert (len(x_train), len(x_test)) == (1797, 0)


@pytest.mark.parametrize("test_split", [-0.1, 1, 20])
def test_a_test_split_that_is_no_fraction(test_split):
    with pytest.raises(ValueError, match=rf"in \[0, 1\). Received: test_split={test_split}"):
        digits.load_data(test_split=test_split)
