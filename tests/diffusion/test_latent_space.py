"""A latent space has the mean and the spread of noise, whoever encodes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.diffusion import latent_space
from gencore.models import Autoencoder, PrincipalCode


def test_codes_are_normalized_and_decoding_takes_it_back():
    x = jax.random.uniform(jax.random.key(0), (200, 12))
    model = Autoencoder(12, 4, (8,), rngs=nnx.Rngs(0))
    space = latent_space(model.encode, model.decode, x)
    z = space.encode(x)
    np.testing.assert_allclose(z.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(z.std(0), 1, atol=1e-5)
    np.testing.assert_allclose(space.decode(z), model(x), rtol=1e-4, atol=1e-5)


def test_principal_components_serve_as_well():
    x = np.asarray(jax.random.uniform(jax.random.key(0), (50, 6)))
    code = PrincipalCode(x, 6)
    space = latent_space(code.encode, code.decode, x)
    np.testing.assert_allclose(space.decode(space.encode(x)), x, atol=1e-4)


def test_a_dimension_that_never_differs_stays_finite():
    space = latent_space(lambda x: x, lambda z: z, jnp.array([[1.0, 5.0], [3.0, 5.0]]))
    np.testing.assert_array_equal(space.encode(jnp.array([[3.0, 6.0]])), [[1.0, 1.0]])


def test_one_example_is_too_few():
    with pytest.raises(ValueError, match="examples has 1 rows; give at least two"):
        latent_space(lambda x: x, lambda z: z, jnp.ones((1, 2)))
