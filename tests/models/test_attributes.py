"""The direction of an attribute: planted ones are found, and other attributes stay out of it where labels are given."""

import numpy as np
import pytest

from gencore.models import attribute_direction

RNG = np.random.default_rng(0)


def planted(n=4000, k=6):
    """Codes whose second number is the attribute; the class, and with it the last number, go along with it."""
    amount = RNG.normal(size=n)
    labels = (amount + 0.5 * RNG.normal(size=n) > 0).astype(int)
    codes = RNG.normal(size=(n, k))
    codes[:, 1] = amount
    codes[:, -1] = 10 * labels
    return codes, amount, labels


def test_half_and_half_is_the_difference_of_two_means():
    codes, amount, _ = planted()
    upper = amount > np.median(amount)
    expected = codes[upper].mean(0) - codes[~upper].mean(0)
    np.testing.assert_allclose(attribute_direction(codes, amount, share=0.5), expected)


def test_what_goes_with_the_attribute_is_in_its_direction_unless_the_classes_are_balanced():
    codes, amount, labels = planted()
    mixed = attribute_direction(codes, amount)
    balanced = attribute_direction(codes, amount, labels)
    assert mixed[-1] > 8
    assert abs(balanced[-1]) < 1e-9
    assert balanced[1] > 1
    assert np.abs(np.delete(balanced, 1)).max() < 0.2


def test_every_class_counts_alike():
    codes = np.array([[0.0], [1.0]] * 50 + [[0.0], [3.0]])
    labels = np.array([0] * 100 + [1, 1])
    np.testing.assert_allclose(attribute_direction(codes, codes[:, 0], labels, share=0.5), [2.0])


def test_a_smaller_share_reaches_farther():
    codes, amount, _ = planted()
    lengths = [attribute_direction(codes, amount, share=share)[1] for share in (0.5, 0.25, 0.05)]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize("share", [0.0, 0.6, -1.0])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match=f"share is {share}"):
        attribute_direction(np.zeros((8, 2)), np.arange(8.0), share=share)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="attribute has 7 entries and codes has 8 rows"):
        attribute_direction(np.zeros((8, 2)), np.arange(7.0))
    with pytest.raises(ValueError, match="labels has 9 entries and codes has 8 rows"):
        attribute_direction(np.zeros((8, 2)), np.arange(8.0), np.zeros(9, int))
    with pytest.raises(ValueError, match="3 examples of class 5 is none"):
        attribute_direction(np.zeros((8, 2)), np.arange(8.0), np.array([4] * 5 + [5] * 3))
