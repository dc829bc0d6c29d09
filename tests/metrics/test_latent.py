"""Active units against a construction whose variances are known."""

import numpy as np
import pytest

from gencore.metrics import active_units


def test_dimensions_that_move_are_counted():
    signs = np.array([1.0, -1.0] * 50)
    codes = signs[:, None] * np.array([1.0, 0.2, 0.09, 0.0])  # variances 1, 0.04, 0.0081, 0
    assert active_units(codes) == 2
    assert active_units(codes + 7.0) == 2
    assert active_units(codes, threshold=0.1) == 1


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="codes has 1 rows"):
        active_units(np.zeros((1, 3)))
