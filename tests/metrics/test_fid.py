"""FID against closed forms, on covariances of every rank, beside the implementations that get it wrong."""

from importlib import import_module
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg

import gencore
from gencore.metrics import Moments, feature_moments, frechet_distance, frechet_distance_from_moments


def rotation(d, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0]


def sample_with_moments(mean, root, rows, seed=0):
    """Rows whose sample mean and covariance are exactly ``mean`` and ``root @ root.T``."""
    z = np.random.default_rng(seed).normal(size=(rows, root.shape[1]))
    z -= z.mean(axis=0)
    white = np.linalg.svd(z, full_matrices=False)[0] * np.sqrt(rows - 1)
    return mean + white @ root.T


# Closed forms


@pytest.mark.parametrize(
    ("m1", "s1", "m2", "s2"), [(0, 1, 3, 2), (-5, 0.01, 7, 100), (1, 0, 1, 2), (2, 0, 5, 0)]
)
def test_one_dimension_is_the_distance_of_means_and_of_deviations(m1, s1, m2, s2):
    a = Moments(np.array([float(m1)]), np.array([[float(s1**2)]]), 50)
    b = Moments(np.array([float(m2)]), np.array([[float(s2**2)]]), 50)
    expected = (m1 - m2) ** 2 + (s1 - s2) ** 2
    assert frechet_distance_from_moments(a, b) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_two_by_two_covariances_that_do_not_commute(seed):
    # Cayley–Hamilton: for a 2 x 2 matrix M, tr √M = √(tr M + 2 √det M)
    rng = np.random.default_rng(seed)
    a, b = (r @ r.T for r in rng.normal(size=(2, 2, 2)))
    root_trace = np.sqrt(np.trace(a @ b) + 2 * np.sqrt(np.linalg.det(a) * np.linalg.det(b)))
    got = frechet_distance_from_moments(Moments(np.zeros(2), a, 9), Moments(np.ones(2), b, 9))
    assert got == pytest.approx(2 + np.trace(a + b) - 2 * root_trace, rel=1e-12)


@pytest.mark.parametrize("route", ["rows", "moments"])
def test_covariances_with_shared_axes(route):
    d, rows = 12, 60
    rng = np.random.default_rng(0)
    scales = rng.uniform(0.5, 2, size=(2, d))
    mean_a, mean_b, q = rng.normal(size=d), rng.normal(size=d), rotation(d)
    a = sample_with_moments(mean_a, q * scales[0], rows, seed=1)
    b = sample_with_moments(mean_b, q * scales[1], rows + 7, seed=2)
    expected = np.sum((mean_a - mean_b) ** 2) + np.sum((scales[0] - scales[1]) ** 2)
    got = (
        frechet_distance(a, b)
        if route == "rows"
        else frechet_distance_from_moments(feature_moments(a), feature_moments(b))
    )
    assert got == pytest.approx(expected, rel=1e-12)


def test_moments_are_the_sample_mean_and_the_unbiased_covariance():
    x = np.random.default_rng(0).normal(size=(30, 4))
    moments = feature_moments(x)
    np.testing.assert_allclose(moments.mean, x.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(moments.cov, np.cov(x, rowvar=False), rtol=1e-12, atol=1e-15)
    assert moments.count == 30


# Laws that hold for every pair of sets

SHAPES = {"many rows": (200, 120, 10), "fewer rows than features": (15, 12, 40), "one of each": (300, 9, 30)}


@pytest.fixture(params=SHAPES, ids=lambda name: name)
def pair(request):
    n, m, d = SHAPES[request.param]
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, d)), 0.3 + rng.normal(size=(m, d)) * rng.uniform(0.5, 2, size=d)


def test_it_is_symmetric(pair):
    x, y = pair
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x), rel=1e-12)


def test_it_does_not_see_a_rotation_or_a_shift_of_both(pair):
    x, y = pair
    q, shift = rotation(x.shape[1], seed=5), 100.0
    assert frechet_distance(x @ q + shift, y @ q + shift) == pytest.approx(frechet_distance(x, y), rel=1e-10)


def test_it_scales_with_the_square(pair):
    x, y = pair
    assert frechet_distance(1e3 * x, 1e3 * y) == pytest.approx(1e6 * frechet_distance(x, y), rel=1e-11)


def test_a_shift_of_one_adds_its_squared_length(pair):
    x, _ = pair
    assert frechet_distance(x, x + 2.0) == pytest.approx(4.0 * x.shape[1], rel=1e-11)


def test_both_routes_agree(pair):
    x, y = pair
    got = frechet_distance_from_moments(feature_moments(x), feature_moments(y))
    assert got == pytest.approx(frechet_distance(x, y), rel=1e-6)


def test_a_set_against_itself_is_zero_to_rounding_and_never_below(pair):
    for x in (*pair, np.ones((5, 3)), np.repeat(pair[0][:2], 10, axis=0)):
        scale = np.sum(np.var(x, axis=0)) + 1
        assert 0 <= frechet_distance(x, x) < 1e-12 * scale
        # a covariance has lost half the digits where its eigenvalues are zero
        assert 0 <= frechet_distance_from_moments(feature_moments(x), feature_moments(x)) < 1e-12 * scale


# Pitfall 1: float32 eigenvalues, and JAX's x64 switch


def decaying_pair(d=256, rows=600):
    scales = 1 / np.arange(1, d + 1.0)
    q = rotation(d)
    a = sample_with_moments(np.zeros(d), q * scales, rows, seed=1)
    b = sample_with_moments(np.zeros(d), q * scales * 1.05, rows, seed=2)
    return a, b, float(np.sum((0.05 * scales) ** 2))


def test_pitfall_float32_eigenvalues_are_wrong_on_a_decaying_spectrum():
    a, b, exact = decaying_pair()

    def wrong(x, y):
        s, t = (np.cov(v, rowvar=False).astype(np.float32) for v in (x, y))
        root = np.sqrt(np.linalg.eigvals(s @ t).astype(np.complex64)).real.sum()
        return np.trace(s) + np.trace(t) - 2 * root

    assert abs(wrong(a, b) / exact - 1) > 1e-2
    assert frechet_distance(a, b) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("x64", [False, True])
def test_pitfall_jax_x64_changes_nothing(x64):
    rng = np.random.default_rng(0)
    x, y = (rng.normal(5, s, size=(80, 6)).astype(np.float32) for s in (1, 2))
    # Its name before jax 0.8 was jax.experimental.enable_x64.
    owner = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")
    with owner.enable_x64(x64):
        lazy = jax.jit(lambda v: v + 0)  # a result that may still be on its way when it is handed over
        assert frechet_distance(lazy(jnp.asarray(x)), lazy(jnp.asarray(y))) == frechet_distance(x, y)


# Pitfall 2: covariances without full rank


def subspace_pair(rows, d=60, rank=6):
    """Two sets in two ``rank``-dimensional subspaces of d dimensions, with their exact distance.

    With Σ = U S² Uᵀ, the trace of the root is the sum of the singular values of S₁ U₁ᵀ U₂ S₂: a small matrix.
    """
    rng = np.random.default_rng(3)
    u, v = rotation(d, 1)[:, :rank], rotation(d, 2)[:, :rank]
    s, t = rng.uniform(0.5, 2, size=(2, rank))
    a = sample_with_moments(np.full(d, 0.1), u * s, rows, seed=4)
    b = sample_with_moments(np.zeros(d), v * t, rows, seed=5)
    root = np.linalg.svd((u * s).T @ (v * t), compute_uv=False).sum()
    return a, b, 0.01 * d + np.sum(s**2) + np.sum(t**2) - 2 * root


@pytest.mark.parametrize("rows", [20, 60, 61, 500], ids=lambda n: f"{n} rows of 60 features")
def test_pitfall_singular_covariances(rows):
    a, b, exact = subspace_pair(rows)
    assert frechet_distance(a, b) == pytest.approx(exact, rel=1e-9)
    assert frechet_distance_from_moments(feature_moments(a), feature_moments(b)) == pytest.approx(
        exact, rel=1e-6
    )


def test_pitfall_the_usual_routes_fail_on_singular_covariances():
    d, shift = 300, 0.003
    x = np.random.default_rng(0).normal(size=(100, d))
    y = x + shift
    exact = d * shift**2
    cov = feature_moments(x).cov
    rest = exact + 2 * np.trace(cov)

    by_eigvals = rest - 2 * np.sqrt(np.linalg.eigvals(cov @ cov).astype(complex)).real.sum()
    assert abs(by_eigvals / exact - 1) > 1e-5
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.cholesky(cov)
    assert frechet_distance(x, y) == pytest.approx(exact, rel=1e-9)
    assert frechet_distance_from_moments(feature_moments(x), feature_moments(y)) == pytest.approx(
        exact, rel=1e-6
    )


def test_pitfall_eigvalsh_of_a_product_reads_one_triangle_of_it():
    a, b, exact = subspace_pair(500)
    s, t = feature_moments(a), feature_moments(b)
    rest = np.sum((s.mean - t.mean) ** 2) + np.trace(s.cov + t.cov)
    wrong = rest - 2 * np.sqrt(np.maximum(np.linalg.eigvalsh(s.cov @ t.cov), 0)).sum()
    assert abs(wrong / exact - 1) > 1e-2
    assert frechet_distance(a, b) == pytest.approx(exact, rel=1e-9)


def test_dead_features_cost_no_digits():
    # ReLU features that are zero for every image: exactly singular, with any number of rows
    a, b, exact = decaying_pair(64, 300)
    pad = np.zeros((300, 40))
    assert frechet_distance(np.hstack([a, pad]), np.hstack([b, pad])) == pytest.approx(exact, rel=1e-9)


def test_nearly_singular_covariances_that_cholesky_would_accept():
    d, rows = 40, 400
    scales = np.logspace(0, -7, d)  # the covariance's condition number is 1e14
    q, p = rotation(d, 1), rotation(d, 2)
    a = sample_with_moments(np.zeros(d), q * scales, rows, seed=1)
    b = sample_with_moments(np.zeros(d), p * scales, rows, seed=2)
    root = np.linalg.svd((q * scales).T @ (p * scales), compute_uv=False).sum()
    exact = 2 * np.sum(scales**2) - 2 * root
    assert frechet_distance(a, b) == pytest.approx(exact, rel=1e-9)


def test_eigenvalues_that_are_all_above_zero_and_still_too_inaccurate():
    d, rows = 60, 400
    deviations = np.r_[np.ones(3), np.full(d - 3, 1e-3)]  # of Σ_y Σ_x: 1 and 1e-12, where rounding is 1e-15
    x = sample_with_moments(np.zeros(d), rotation(d) * deviations, rows)
    exact = 4 * np.sum(deviations**2)  # against three times itself: (3 - 1)² of the variance
    cov = feature_moments(x).cov
    squares = scipy.linalg.eigh(9 * cov, cov, type=2, eigvals_only=True)
    assert squares[0] > 0
    assert abs((10 * np.trace(cov) - 2 * np.sqrt(squares).sum()) / exact - 1) > 1e-12
    assert frechet_distance(x, 3 * x) == pytest.approx(exact, rel=1e-13)


def test_fewer_rows_than_features_need_no_covariance(monkeypatch):
    monkeypatch.delattr("gencore.metrics.fid._covariance")
    x = np.random.default_rng(0).normal(size=(5, 50))
    assert frechet_distance(x, x + 1) == pytest.approx(50, rel=1e-12)


# Pitfall 3: iterations that stop early, and a function that is gone


def test_pitfall_newton_schulz_stopped_early_is_wrong():
    a, b, exact = decaying_pair()
    s, t = feature_moments(a).cov, feature_moments(b).cov

    def wrong(product, tolerance=1e-5):
        norm = np.linalg.norm(product)
        y, z, eye = product / norm, np.eye(len(product)), np.eye(len(product))
        for _ in range(100):
            step = 0.5 * (3 * eye - z @ y)
            y, before, z = y @ step, y, step @ z
            if np.linalg.norm(y - before) < tolerance * np.sqrt(len(product)):
                break
        return np.trace(y) * np.sqrt(norm)

    traces = np.trace(s) + np.trace(t)
    assert abs((traces - 2 * wrong(s @ t)) / exact - 1) > 0.1
    assert frechet_distance(a, b) == pytest.approx(exact, rel=1e-9)


def test_pitfall_the_library_calls_no_matrix_root():
    # scipy.linalg.sqrtm lost its `disp` argument in SciPy 1.18, and is no better than the eigenvalues
    sources = Path(gencore.__file__).parent.rglob("*.py")
    assert not [path for path in sources if "sqrtm" in path.read_text(encoding="utf-8")]


def test_scipys_root_agrees_where_it_is_good():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 8)), rng.normal(size=(200, 8)) * 2 + 1
    s, t = feature_moments(x), feature_moments(y)
    root = np.trace(np.real(scipy.linalg.sqrtm(s.cov @ t.cov)))
    expected = np.sum((s.mean - t.mean) ** 2) + np.trace(s.cov + t.cov) - 2 * root
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-10)


# Pitfall 4: sums in float32


def test_pitfall_float32_sums_and_the_one_pass_covariance():
    rng = np.random.default_rng(0)
    x = (1000 + rng.normal(size=(20_000, 3))).astype(np.float32)
    y = (1000 + 3 * rng.normal(size=(20_000, 3))).astype(np.float32)
    exact_x, exact_y = (v.astype(np.longdouble) for v in (x, y))
    mean = exact_x.mean(axis=0)
    cov = (exact_x - mean).T @ (exact_x - mean) / (len(x) - 1)

    wrong_mean = np.add.accumulate(x, axis=0)[-1] / np.float32(len(x))  # one running float32 sum
    wrong_cov = x.T @ x / np.float32(len(x)) - np.outer(x.mean(axis=0), x.mean(axis=0))
    assert np.abs(wrong_mean - mean).max() > 1e-3
    assert np.abs(wrong_cov - cov).max() > 1e-2

    moments = feature_moments(x)
    np.testing.assert_allclose(moments.mean, mean.astype(float), rtol=1e-13)
    np.testing.assert_allclose(moments.cov, cov.astype(float), rtol=1e-9, atol=1e-12)
    shifted = frechet_distance((exact_x - 1000).astype(float), (exact_y - 1000).astype(float))
    assert frechet_distance(x, y) == pytest.approx(shifted, rel=1e-9)


# Kind errors


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((1, 3)), np.zeros((5, 3)), "x has 1 rows; this needs at least 2"),
        (np.zeros((5, 3)), np.zeros((5, 4)), "x has 3 features and y has 4"),
        (np.zeros((5, 3)), np.full((5, 3), np.nan), "y holds 15 values of 15 that are NaN or infinite"),
        (np.zeros((5, 0)), np.zeros((5, 0)), "no features"),
    ],
)
def test_bad_features_are_named(x, y, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(x, y)


@pytest.mark.parametrize(
    ("moments", "message"),
    [
        (Moments(np.zeros(2), np.eye(3), 9), r"a.mean has shape \(2,\) and a.cov \(3, 3\)"),
        (Moments(np.zeros(2), np.array([[1.0, 0.5], [0.0, 1.0]]), 9), "a.cov is not symmetric"),
        (Moments(np.zeros(2), np.array([[1.0, 0.0], [0.0, -1.0]]), 9), "a.cov has the eigenvalue -1"),
        (Moments(np.zeros(2), np.array([[1.0, np.nan], [np.nan, 1.0]]), 9), "a.cov holds 2 values of 4"),
        (Moments(np.zeros(2), np.eye(2), 1), "a.count is 1"),
        (Moments(np.zeros(2), np.eye(2), 2), "a.count is 2, but a.cov spans over 1 directions"),
        (Moments(np.zeros(3), np.eye(3), 9), "a has 3 features and b has 2"),
    ],
)
def test_bad_moments_are_named(moments, message):
    good = Moments(np.zeros(2), np.eye(2), 9)
    with pytest.raises(ValueError, match=message):
        frechet_distance_from_moments(moments, good)
