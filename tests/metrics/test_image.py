"""MSE, PSNR and SSIM against their definitions, window by window."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from gencore.metrics import mse, psnr, ssim


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(3, 20, 16))
    return x, np.clip(x + 0.2 * rng.normal(size=x.shape), 0, 1)


def ssim_by_hand(x, y):
    """Wang et al. 2004, eq. 13, with a loop over the windows that lie inside the image."""
    line = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    w = np.outer(line, line) / line.sum() ** 2
    values = []
    for a, b in zip(x, y, strict=True):
        for i in range(a.shape[0] - 10):
            for j in range(a.shape[1] - 10):
                p, q = a[i : i + 11, j : j + 11], b[i : i + 11, j : j + 11]
                mp, mq = (w * p).sum(), (w * q).sum()
                vp, vq = (w * (p - mp) ** 2).sum(), (w * (q - mq) ** 2).sum()
                c = (w * (p - mp) * (q - mq)).sum()
                top = (2 * mp * mq + 0.01**2) * (2 * c + 0.03**2)
                values.append(top / ((mp**2 + mq**2 + 0.01**2) * (vp + vq + 0.03**2)))
    return np.mean(values)


def test_mse_is_the_mean_over_pixels_and_images(images):
    x, y = images
    assert mse(x, y) == pytest.approx(np.mean((x - y) ** 2), rel=1e-12)
    assert mse(x.reshape(3, -1), y.reshape(3, -1)) == pytest.approx(mse(x, y), rel=1e-12)


def test_psnr_is_taken_image_by_image(images):
    x, y = images
    expected = np.mean([10 * math.log10(1 / np.mean((a - b) ** 2)) for a, b in zip(x, y, strict=True)])
    assert psnr(x, y) == pytest.approx(expected, rel=1e-12)
    assert psnr(np.zeros((1, 4, 4)), np.full((1, 4, 4), 0.1)) == pytest.approx(20)


def test_psnr_of_equal_images_is_infinite_and_so_is_the_mean(images):
    x, y = images
    assert psnr(x, x) == math.inf
    y[1] = x[1]
    assert psnr(x, y) == math.inf


def test_ssim_is_the_definition(images):
    assert ssim(*images) == pytest.approx(ssim_by_hand(*images), rel=1e-10)


def test_ssim_of_flat_images_compares_their_brightness():
    a, b = 0.2, 0.7
    flat = [np.full((2, 12, 12), value) for value in (a, b)]
    assert ssim(*flat) == pytest.approx((2 * a * b + 1e-4) / (a**2 + b**2 + 1e-4), rel=1e-12)


def test_ssim_is_symmetric_and_one_for_equal_images(images):
    x, y = images
    assert ssim(x, y) == pytest.approx(ssim(y, x), rel=1e-14)
    assert ssim(x, x) == 1.0
    assert ssim(x, y) < 1


def test_ssim_sees_no_window_across_the_border(images):
    # an image of 11 pixels has one window; what a padding rule would invent does not count
    x, y = (v[:, :11, :11] for v in images)
    assert ssim(x, y) == pytest.approx(ssim_by_hand(x, y), rel=1e-10)


def test_ssim_sees_what_mse_cannot():
    # equal squared errors: a change of brightness leaves the structure, noise does not
    rng = np.random.default_rng(1)
    x = np.tile(np.linspace(0.2, 0.8, 28), (1, 28, 1))
    brighter, noisy = x + 0.1, x + rng.choice([-0.1, 0.1], size=x.shape)
    assert mse(x, brighter) == pytest.approx(mse(x, noisy))
    assert ssim(x, brighter) > ssim(x, noisy) + 0.3


def test_blocks_do_not_change_ssim(images, monkeypatch):
    whole = ssim(*images)
    monkeypatch.setattr("gencore.metrics.image._BLOCK", 2)
    assert ssim(*images) == pytest.approx(whole, rel=1e-14)


@pytest.mark.parametrize("metric", [mse, psnr, ssim])
def test_float32_and_jax_arrays_are_computed_in_float64(metric, images):
    x, y = (v.astype(np.float32) for v in images)
    exact = metric(x.astype(np.float64), y.astype(np.float64))
    assert metric(x, y) == metric(jnp.asarray(x), jnp.asarray(y)) == exact
    assert isinstance(exact, float)


@pytest.mark.parametrize("metric", [mse, psnr, ssim])
def test_bad_images_are_named(metric):
    good = np.zeros((2, 12, 12))
    with pytest.raises(ValueError, match=r"x has shape \(2, 12, 12\) and y \(1, 12, 12\)"):
        metric(good, good[:1])
    with pytest.raises(ValueError, match="y holds 288 values of 288"):
        metric(good, np.full_like(good, np.nan))


def test_ssim_says_what_it_needs():
    with pytest.raises(ValueError, match=r"x has shape \(2, 10, 28\); pass .* at least 11 pixels"):
        ssim(np.zeros((2, 10, 28)), np.zeros((2, 10, 28)))
    with pytest.raises(ValueError, match=r"x has shape \(2, 784\)"):
        ssim(np.zeros((2, 784)), np.zeros((2, 784)))
