"""What the metrics say to input that is no use to them, before the run-time types can."""

import ml_dtypes
import numpy as np
import pytest

from gencore.metrics import _checks


def test_integers_are_refused_and_small_floats_are_not():
    with pytest.raises(ValueError, match="x holds uint8; pass floating-point numbers"):
        _checks.as_float64("x", np.zeros((2, 2), dtype=np.uint8))
    with pytest.raises(ValueError, match="x holds complex128"):
        _checks.as_float64("x", np.zeros(2, dtype=complex))
    for dtype in (np.float16, ml_dtypes.bfloat16, np.float32):
        assert _checks.as_float64("x", np.ones(2, dtype=dtype)).dtype == np.float64


def test_float64_is_not_copied():
    x = np.ones((3, 2))
    assert _checks.as_features("x", x, least=2) is x


def test_features_are_a_matrix():
    with pytest.raises(ValueError, match=r"x has shape \(3,\); pass one row a sample"):
        _checks.as_features("x", np.ones(3), least=2)


def test_images_are_a_batch():
    with pytest.raises(ValueError, match=r"x has shape \(3,\); pass a batch"):
        _checks.as_image_pair(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"x has shape \(0, 4\); pass a batch"):
        _checks.as_image_pair(np.ones((0, 4)), np.ones((0, 4)))
