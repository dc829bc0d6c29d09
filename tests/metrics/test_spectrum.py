"""Agreement by frequency: waves of known frequency, Parseval's sum, and blur."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gencore.data import load_mnist
from gencore.metrics import band_agreement, band_power

DIGITS = load_mnist("test", source="embedded").images[:200].astype(float)


def wave(across, down, n=28):
    return np.cos(2 * np.pi * (across * np.arange(n) + down * np.arange(n)[:, None]) / n)


@pytest.mark.parametrize("across, down, band", [(1, 0, 0), (0, 2, 0), (3, 0, 1), (4, 4, 2), (0, 13, 3)])
def test_a_wave_lies_in_its_band_alone(across, down, band):
    signs = np.array([1.0, -1.0])[:, None, None]
    images = signs * wave(across, down)
    expected = np.zeros(4)
    expected[band] = 1
    np.testing.assert_allclose(band_agreement(images, images), expected, atol=1e-12)
    np.testing.assert_allclose(band_agreement(-images, images), -expected, atol=1e-12)


def test_all_bands_together_hold_the_variance():
    """Parseval: with one band for everything, the power is the mean variance of a pixel."""
    assert band_power(DIGITS, edges=(0, 99))[0] == pytest.approx(DIGITS.var(axis=0).mean(), rel=1e-9)


def test_blur_and_noise_spoil_fine_bands_first():
    blurred = band_power(gaussian_filter(DIGITS, (0, 1.5, 1.5))) / band_power(DIGITS)
    assert (np.diff(blurred) < 0).all() and blurred[0] > 0.5 > 0.01 > blurred[-1]
    noisy = band_agreement(DIGITS + np.random.default_rng(0).normal(size=DIGITS.shape), DIGITS)
    assert (np.diff(noisy) < 0).all() and noisy[0] > 0.6
    power = band_power(DIGITS)
    np.testing.assert_allclose(noisy, np.sqrt(power / (power + 1)), atol=0.1)


def test_what_all_images_share_does_not_count():
    shared = 5 * wave(1, 0)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 400, 28, 28)) + shared
    assert np.abs(band_agreement(x, y)).max() < 0.1


def test_an_empty_band_agrees_with_nothing():
    flat = np.stack([np.zeros((28, 28)), np.ones((28, 28))])
    assert np.abs(band_agreement(flat, DIGITS[:2])[1:]).max() < 1e-9
    assert band_agreement(flat, flat)[1:].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "edges, message", [((0,), "edges is"), ((0, 3, 2), "edges is"), ((0, 0.1, 0.2), "holds no frequency")]
)
def test_edges_are_checked(edges, message):
    with pytest.raises(ValueError, match=message):
        band_power(DIGITS, edges=edges)


def test_shapes_are_checked():
    with pytest.raises(ValueError, match=r"images has shape .*reshape"):
        band_power(DIGITS.reshape(-1, 784))
    with pytest.raises(ValueError, match=r"y has shape \(0, 28, 28\)"):
        band_agreement(DIGITS, DIGITS[:0])
