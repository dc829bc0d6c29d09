"""Slant and stroke width of shapes that can be computed by hand, and of digits that are changed on purpose."""

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, gaussian_filter

from gencore.data import load_mnist
from gencore.metrics import slant, stroke_width

DIGITS = load_mnist("test", source="embedded").images[:200]


def bar(height, width):
    image = np.zeros((1, 28, 28))
    image[:, 3 : 3 + height, 5 : 5 + width] = 1
    return image


def sheared(images, amount):
    """Move every row of images with a wide margin by whole pixels: ``amount`` to the right for each row up."""
    wide = np.pad(images, ((0, 0), (0, 0), (40, 40)))
    return np.stack([np.roll(wide[:, r], amount * (14 - r), axis=1) for r in range(wide.shape[1])], axis=1)


def test_upright_ink_has_no_slant_wherever_it_stands():
    np.testing.assert_allclose(slant(np.concatenate([bar(20, 3), bar(5, 17)])), 0, atol=1e-12)


def test_a_line_has_the_slant_of_its_slope():
    steep = np.zeros((1, 28, 28))
    steep[0, np.arange(27, -1, -2), np.arange(14)] = 1  # one to the right for every two up
    np.testing.assert_allclose(slant(steep), 0.5)
    np.testing.assert_allclose(slant(steep[:, :, ::-1]), -0.5)


@pytest.mark.parametrize("amount", [1, -1])
def test_a_shear_adds_its_amount_to_every_digit(amount):
    np.testing.assert_allclose(slant(sheared(DIGITS, amount)), slant(DIGITS) + amount, atol=1e-6)


def test_slant_ignores_brightness_and_place():
    moved = np.roll(0.3 * np.pad(DIGITS, ((0, 0), (5, 5), (5, 5))), (3, -4), axis=(1, 2))
    np.testing.assert_allclose(slant(moved), slant(DIGITS), atol=1e-6)


@pytest.mark.parametrize(("height", "width"), [(20, 1), (20, 3), (18, 6)])
def test_a_bar_has_the_width_of_the_formula(height, width):
    """Its edges are as long as its outline, but for one corner that the diagonal cuts."""
    outline = 2 * (height + width) - 2 + np.sqrt(2)
    expected = 2 * height * width / outline
    np.testing.assert_allclose(stroke_width(bar(height, width)), expected)
    np.testing.assert_allclose(stroke_width(np.transpose(bar(height, width), (0, 2, 1))), expected)


def test_width_ignores_brightness_and_nearly_ignores_blur():
    wide = bar(20, 6)
    np.testing.assert_allclose(stroke_width(0.2 * wide), stroke_width(wide))
    np.testing.assert_allclose(stroke_width(gaussian_filter(wide, (0, 1, 1))), stroke_width(wide), rtol=0.1)


def test_ink_at_the_border_has_edges_too():
    at_the_edge = np.roll(bar(20, 3), -5, axis=2)
    np.testing.assert_allclose(stroke_width(at_the_edge), stroke_width(bar(20, 3)))


def test_a_thicker_digit_is_wider():
    black = DIGITS > 0.5
    thicker = np.stack([binary_dilation(digit) for digit in black]).astype(float)
    assert (stroke_width(thicker) > stroke_width(black.astype(float)) + 0.3).all()


@pytest.mark.parametrize("measure", [slant, stroke_width])
def test_arguments_are_checked(measure):
    with pytest.raises(ValueError, match=r"images\[1\] holds no ink"):
        measure(np.concatenate([bar(5, 5), np.zeros((1, 28, 28))]))
    with pytest.raises(ValueError, match=r"images has shape \(3, 784\)"):
        measure(np.ones((3, 784)))
    with pytest.raises(ValueError, match="images holds 1 values"):
        measure(np.full((1, 1, 1), np.nan))


def test_ink_in_one_row_has_no_slant():
    with pytest.raises(ValueError, match=r"images\[0\] has all its ink in one row"):
        slant(bar(1, 9))
