"""Edge energy against its eigenvalues: what a Fourier mode has, and what blur does to it."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gencore.data import load_mnist
from gencore.metrics import edge_energy


def test_a_wave_has_the_eigenvalue_of_the_second_difference():
    """Neumann modes cos(πk(j + ½)/n) are eigenvectors with eigenvalue 2 − 2 cos(πk/n)."""
    n, k, m = 16, 5, 3
    row, column = (np.cos(np.pi * f * (np.arange(n) + 0.5) / n) for f in (k, m))
    expected = sum(2 - 2 * np.cos(np.pi * f / n) for f in (k, m))
    assert edge_energy(np.outer(row, column)[None]) == pytest.approx(expected, rel=1e-12)


def test_it_falls_with_every_dose_of_blur_and_not_with_brightness():
    digits = load_mnist("test", source="embedded").images[:100]
    doses = [edge_energy(gaussian_filter(digits, (0, s, s))) for s in (0, 0.5, 1, 2)]
    assert doses == sorted(doses, reverse=True)
    assert edge_energy(0.3 * digits.astype(float)) == pytest.approx(doses[0], rel=1e-6)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="images has shape"):
        edge_energy(np.ones((3, 784)))
    with pytest.raises(ValueError, match="all 2 images are black"):
        edge_energy(np.zeros((2, 4, 4)))
