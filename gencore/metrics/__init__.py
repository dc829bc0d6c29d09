"""Metrics: arrays in, numbers out. All of it in float64, and none of it knows of a model.

What each one needs, and what it tells:

=======================================  ============================  =======================================
Metric                                   Needs                         Tells
=======================================  ============================  =======================================
:func:`frechet_distance` (FID)           features of real and fake     how far apart two sets are
:func:`kernel_distance` (KID)            features of real and fake     the same without bias, for few rows
:func:`energy_distance`                  points of real and fake       how far apart two sets are, any shape
:func:`off_support`                      points and a shape            how many lie where no data are
:func:`precision_recall`                 features of real and fake     quality and diversity, apart
:func:`density_coverage`                 features of real and fake     the same, less moved by outliers
:func:`inception_score` (IS)             class probabilities of fake   sure of a class, and all classes there
:func:`mse`, :func:`psnr`, :func:`ssim`  images and their targets      how well a picture is given back
:func:`edge_energy`                      images                        how sharp they are
:func:`slant`, :func:`stroke_width`      images of digits              how they are written
:func:`active_units`                     posterior means of codes      how many latent dimensions are in use
:func:`mode_coverage`                    samples and a mixture         how many of the modes are reached
:func:`jensen_shannon_bound`             a critic's logits of both     how far apart they are, at least
:func:`path_steps`                       features along paths          whether pictures change evenly
:func:`perplexity`                       log-likelihood of a text      how hard the next token is to guess
:func:`text_scores`                      the same, and the text        perplexity in every unit
:func:`bits_per_byte`                    the same, and the text        what compares across tokenizers
:func:`bits_per_dimension`               log-likelihood of images      how many bits a pixel costs
:func:`distinct_n`                       written texts                 how much they repeat themselves
:func:`overlap_n`                        texts and a reference         how much of them stands there, too
:func:`two_nn_dimension`                 any points                    how many dimensions they really fill
:func:`levina_bickel_dimension`          any points                    the same, from more neighbors
:func:`distance_variation`               any points                    how alike their distances are
:func:`relative_contrast`                any points, and queries       what "nearest" means among them
:func:`kernel_density_samples`           a dimension                   how many samples a density costs
:func:`bootstrap_interval`               any of these, and its arrays  how sure the number is
=======================================  ============================  =======================================

Features are arrays of shape (rows, features), from ``gencore.models.extract_features`` or any other network.
Lower is better for FID, KID, energy distance, points off the support, MSE, perplexity, bits per byte or dimension
and divergences; higher is better for the other scores.
"""

from gencore.metrics.bootstrap import Interval, bootstrap_interval
from gencore.metrics.density import (
    SamplesNeeded,
    kernel_density_error,
    kernel_density_samples,
    samples_for_error,
)
from gencore.metrics.dimension import (
    distance_variation,
    levina_bickel_dimension,
    relative_contrast,
    two_nn_dimension,
)
from gencore.metrics.divergence import jensen_shannon_bound
from gencore.metrics.diversity import distinct_n, overlap_n
from gencore.metrics.energy import energy_distance, off_support
from gencore.metrics.fid import Moments, feature_moments, frechet_distance, frechet_distance_from_moments
from gencore.metrics.image import mse, psnr, ssim
from gencore.metrics.inception import InceptionScore, inception_score
from gencore.metrics.kid import kernel_distance
from gencore.metrics.latent import active_units
from gencore.metrics.likelihood import (
    TextScores,
    bits_per_byte,
    bits_per_dimension,
    perplexity,
    text_scores,
)
from gencore.metrics.manifold import DensityCoverage, PrecisionRecall, density_coverage, precision_recall
from gencore.metrics.modes import ModeCoverage, mode_coverage
from gencore.metrics.sharpness import edge_energy
from gencore.metrics.smoothness import PathSteps, path_steps
from gencore.metrics.spectrum import band_agreement, band_power
from gencore.metrics.strokes import slant, stroke_width

__all__ = [
    "DensityCoverage",
    "InceptionScore",
    "Interval",
    "ModeCoverage",
    "Moments",
    "PathSteps",
    "PrecisionRecall",
    "SamplesNeeded",
    "TextScores",
    "active_units",
    "band_agreement",
    "band_power",
    "bits_per_byte",
    "bits_per_dimension",
    "bootstrap_interval",
    "density_coverage",
    "distance_variation",
    "distinct_n",
    "edge_energy",
    "energy_distance",
    "feature_moments",
    "frechet_distance",
    "frechet_distance_from_moments",
    "inception_score",
    "jensen_shannon_bound",
    "kernel_density_error",
    "kernel_density_samples",
    "kernel_distance",
    "levina_bickel_dimension",
    "mode_coverage",
    "mse",
    "off_support",
    "overlap_n",
    "path_steps",
    "perplexity",
    "precision_recall",
    "psnr",
    "relative_contrast",
    "samples_for_error",
    "slant",
    "ssim",
    "stroke_width",
    "text_scores",
    "two_nn_dimension",
]
