"""Distances and dimensions against closed forms, loops, and surfaces whose dimension is known."""

import numpy as np
import pytest
from scipy.stats import chi
from sklearn.datasets import make_swiss_roll

from gencore.metrics import distance_variation, levina_bickel_dimension, relative_contrast, two_nn_dimension

ESTIMATORS = [two_nn_dimension, levina_bickel_dimension]


def embed(x: np.ndarray, dimensions: int = 100) -> np.ndarray:
    """Turn a surface rigidly into a space of many dimensions, away from the origin."""
    frame = np.linalg.qr(np.random.default_rng(9).normal(size=(dimensions, x.shape[1])))[0]
    return x @ frame.T + 7


def sphere(n: int, d: int) -> np.ndarray:
    x = np.random.default_rng(1).normal(size=(n, d + 1))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


SURFACES = {
    "line": (np.random.default_rng(0).uniform(size=(3000, 1)), 1),
    "plane": (np.random.default_rng(0).uniform(size=(3000, 2)), 2),
    "swiss roll": (make_swiss_roll(3000, random_state=0)[0], 2),
    "sphere": (sphere(3000, 2), 2),
    "sphere of five dimensions": (sphere(5000, 5), 5),
}


@pytest.mark.parametrize("estimate", ESTIMATORS)
@pytest.mark.parametrize("name", SURFACES)
def test_known_surfaces_have_their_dimension(estimate, name: str):
    x, d = SURFACES[name]
    assert estimate(embed(x)) == pytest.approx(d, rel=0.1)


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_moving_and_scaling_does_not_change_the_dimension(estimate):
    x = SURFACES["swiss roll"][0][:500]
    assert estimate(3 * embed(x) - 50) == pytest.approx(estimate(x), rel=1e-6)


def test_two_nn_is_the_slope_through_the_origin():
    x = np.random.default_rng(3).normal(size=(40, 3))
    ratios = []
    for i, point in enumerate(x):
        near = np.sort(np.linalg.norm(np.delete(x, i, axis=0) - point, axis=1))
        ratios.append(near[1] / near[0])
    ratios = np.sort(ratios)[:36]  # the lower nine tenths
    expected = np.linalg.lstsq(np.log(ratios)[:, None], -np.log(1 - np.arange(1, 37) / 40), rcond=None)[0][0]
    assert two_nn_dimension(x) == pytest.approx(expected, rel=1e-9)
    assert two_nn_dimension(x, discard=0.0) != pytest.approx(expected, rel=1e-3)


def test_levina_bickel_is_its_formula():
    x, k = np.random.default_rng(4).normal(size=(30, 2)), 5
    inverse = []
    for i, point in enumerate(x):
        near = np.sort(np.linalg.norm(np.delete(x, i, axis=0) - point, axis=1))
        inverse.append(np.mean([np.log(near[k - 1] / near[j]) for j in range(k - 1)]))
    assert levina_bickel_dimension(x, k=k) == pytest.approx(1 / np.mean(inverse), rel=1e-9)


@pytest.mark.parametrize("d", [1, 3, 30, 784])
def test_distances_of_gaussians_vary_as_a_chi_variable(d: int):
    x = np.random.default_rng(5).normal(size=(1500, d))
    assert distance_variation(x) == pytest.approx(chi(d).std() / chi(d).mean(), rel=0.04)


def test_distances_of_uniform_points_vary_as_their_moments_say():
    # A squared difference of two uniforms has mean 1/6 and variance 7/180; many of them add up to a Gaussian
    d = 500
    x = np.random.default_rng(6).uniform(size=(1500, d))
    assert distance_variation(x) == pytest.approx(0.5 * np.sqrt(7 / 180 * d) / (d / 6), rel=0.04)


def test_relative_contrast_is_its_formula():
    rng = np.random.default_rng(7)
    x, queries = rng.normal(size=(30, 4)), rng.normal(size=(6, 4))
    by_hand = []
    for q in queries:
        far = [np.linalg.norm(q - p) for p in x]
        by_hand.append((max(far) - min(far)) / min(far))
    assert relative_contrast(x, queries) == pytest.approx(np.mean(by_hand), rel=1e-9)


def test_contrast_vanishes_as_the_dimension_grows():
    rng = np.random.default_rng(8)
    contrast = [relative_contrast(rng.random((500, d)), rng.random((20, d))) for d in (2, 20, 200, 2000)]
    assert contrast == sorted(contrast, reverse=True)
    assert contrast[-1] < 0.2 < 5 < contrast[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: two_nn_dimension(np.ones((20, 2))), "x has 19 rows that repeat another"),
        (lambda: two_nn_dimension(np.eye(9)), "x has 9 rows; this needs at least 10"),
        (lambda: two_nn_dimension(np.eye(20), discard=1.0), "discard is 1.0"),
        (lambda: levina_bickel_dimension(np.eye(20), k=1), "k is 1"),
        (lambda: levina_bickel_dimension(np.eye(5), k=5), "at least 6"),
        (lambda: distance_variation(np.ones((3, 2))), "one point, over and over"),
        (lambda: relative_contrast(np.eye(3), np.eye(3)), "3 queries are rows of x"),
        (lambda: relative_contrast(np.eye(3), np.eye(2)), "x has 3 features and queries has 2"),
    ],
)
def test_bad_input_is_named(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()
