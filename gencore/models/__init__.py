"""Models: what is trained, and the frozen classifier that looks at what they make."""

from gencore.models.autoencoder import Autoencoder, reconstruction_loss
from gencore.models.layers import MLP
from gencore.models.likelihood import Bernoulli, Gaussian, Likelihood
from gencore.models.vae import VAE, ElboTerms, elbo, iwae_bound, reparameterize

__all__ = [
    "MLP",
    "VAE",
    "Autoencoder",
    "Bernoulli",
    "ElboTerms",
    "Gaussian",
    "Likelihood",
    "elbo",
    "iwae_bound",
    "reconstruction_loss",
    "reparameterize",
]
