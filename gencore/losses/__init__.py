"""Losses: one number for each example, or for each token of a text, in nats; the caller reduces."""

from gencore.losses.adversarial import (
    AdversarialLoss,
    gradient_penalty,
    hinge,
    interpolate,
    least_squares,
    minimax,
    non_saturating,
    r1_penalty,
    smoothed,
    wasserstein,
)
from gencore.losses.likelihood import bernoulli_nll, gaussian_kl, gaussian_nll, squared_error
from gencore.losses.tokens import cross_entropy

__all__ = [
    "AdversarialLoss",
    "bernoulli_nll",
    "cross_entropy",
    "gaussian_kl",
    "gaussian_nll",
    "gradient_penalty",
    "hinge",
    "interpolate",
    "least_squares",
    "minimax",
    "non_saturating",
    "r1_penalty",
    "smoothed",
    "squared_error",
    "wasserstein",
]
