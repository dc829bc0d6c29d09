"""Principal components as a code: against the eigenvalues that are left out."""

import numpy as np
import pytest

from gencore.data import load_mnist
from gencore.models import PrincipalCode
from gencore.types import Decoder, Encoder

DIGITS = load_mnist("train", source="embedded").flat[:1000]


def test_the_error_is_the_variance_of_the_components_left_out():
    code = PrincipalCode(DIGITS, 100)
    variances = np.linalg.eigvalsh(np.cov(DIGITS.T.astype(float), bias=True))
    unclipped = code.pca.inverse_transform(code.encode(DIGITS))
    error = np.square(unclipped - DIGITS).sum(axis=1).mean()
    assert error == pytest.approx(variances[:-100].sum(), rel=1e-3)
    assert (
        np.square(code.decode(code.encode(DIGITS)) - DIGITS).sum(axis=1).mean() < error
    )  # clipping only helps


def test_decoded_pixels_are_pixels():
    code = PrincipalCode(DIGITS, 20)
    images = code.decode(1000 * np.random.default_rng(0).normal(size=(50, 20)))
    assert images.dtype == np.float32
    assert (images.min(), images.max()) == (0, 1)
    assert isinstance(code, Encoder)
    assert isinstance(code, Decoder)


def test_a_white_code_has_unit_variance_and_decodes_alike():
    plain, white = PrincipalCode(DIGITS, 20), PrincipalCode(DIGITS, 20, whiten=True)
    np.testing.assert_allclose(white.encode(DIGITS).std(axis=0), 1, rtol=1e-3)
    np.testing.assert_allclose(
        white.decode(white.encode(DIGITS)), plain.decode(plain.encode(DIGITS)), atol=1e-3
    )


def test_too_many_components_are_refused():
    with pytest.raises(ValueError, match="components is 785; images has shape"):
        PrincipalCode(DIGITS, 785)
    with pytest.raises(ValueError, match="take 1 to 5"):
        PrincipalCode(DIGITS[:5], 6)
