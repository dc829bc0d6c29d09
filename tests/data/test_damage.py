import numpy as np
import pytest

from gencore.data import LabeledImages, blurred, class_sample, load_mnist, noisy

DIGITS = load_mnist("test", source="embedded")


def test_noise_has_the_strength_that_was_asked_for():
    gray = np.full((200, 28, 28), 0.5, np.float32)
    harmed = noisy(gray, 0.1)
    assert harmed.dtype == np.float32
    assert harmed.mean() == pytest.approx(0.5, abs=0.001)
    assert harmed.std() == pytest.approx(0.1, rel=0.01)


def test_noise_stays_in_range_and_zero_noise_changes_nothing():
    harmed = noisy(DIGITS.images, 0.8)
    assert harmed.min() == 0
    assert harmed.max() == 1
    np.testing.assert_array_equal(noisy(DIGITS.images, 0.0), DIGITS.images)


def test_doses_differ_in_strength_alone():
    gray = np.full((5, 28, 28), 0.5, np.float32)
    np.testing.assert_allclose(2 * (noisy(gray, 0.01) - gray), noisy(gray, 0.02) - gray, atol=1e-6)
    assert not np.array_equal(noisy(gray, 0.01), noisy(gray, 0.01, seed=1))


def test_blur_spreads_a_dot_like_a_gaussian():
    dot = np.zeros((1, 41, 41), np.float32)
    dot[0, 20, 20] = 1
    row, column = np.mgrid[-20:21, -20:21]
    expected = np.exp(-(row**2 + column**2) / (2 * 2.0**2))
    np.testing.assert_allclose(blurred(dot, 2.0)[0], expected / expected.sum(), atol=1e-5)


def test_blur_keeps_images_apart_and_zero_width_changes_nothing():
    pair = np.stack([np.zeros((28, 28)), DIGITS.images[0]]).astype(np.float32)
    assert not blurred(pair, 2.0)[0].any()
    np.testing.assert_array_equal(blurred(pair, 0.0), pair)


def test_class_sample_takes_equally_many_of_each_class_in_order():
    sample = class_sample(DIGITS, 100)
    assert np.bincount(sample.labels).tolist() == [10] * 10
    threes = class_sample(DIGITS, 5, classes=(3,))
    np.testing.assert_array_equal(threes.images, DIGITS.images[DIGITS.labels == 3][:5])


def test_class_sample_shares_a_remainder_and_repeats_what_runs_out():
    images = np.arange(4, dtype=np.float32)[:, None, None] * np.ones((1, 28, 28), np.float32)
    data = LabeledImages(images, np.array([0, 1, 1, 1], np.int32))
    assert class_sample(data, 5, classes=(1, 0)).images[:, 0, 0].tolist() == [0, 0, 1, 2, 3]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: noisy(DIGITS.images, -0.1), "std is -0.1"),
        (lambda: blurred(DIGITS.images, -1.0), "width is -1.0"),
        (lambda: class_sample(DIGITS, 3), "n is 3 and classes has 10"),
        (lambda: class_sample(DIGITS, 3, classes=()), "n is 3 and classes has 0"),
        (lambda: class_sample(DIGITS, 3, classes=(3, 11)), r"classes names \[11\]"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
