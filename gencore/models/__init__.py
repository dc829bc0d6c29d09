"""Models: what is trained, and the frozen classifier that looks at what they make."""

from gencore.models.adversarial_layers import MinibatchDiscrimination, MinibatchStd, SpectralLinear
from gencore.models.ascent import climb
from gencore.models.attributes import attribute_direction
from gencore.models.autoencoder import Autoencoder
from gencore.models.class_conditional import ClassBernoullis, ClassConditional, ClassGaussians
from gencore.models.classifier import DigitClassifier, Features, extract_features, load_classifier
from gencore.models.conv_gan import ConvCritic, ConvGenerator
from gencore.models.denoiser import MLPDenoiser, time_features
from gencore.models.dirac_gan import DiracGAN
from gencore.models.gan import Critic, Generator
from gencore.models.generation import generate, next_token_distribution, token_nll, write
from gencore.models.gpt import GPT, Block, KVCache
from gencore.models.gradients import pathwise_gradients, score_function_gradients
from gencore.models.interpolation import latent_path, lerp, nlerp, slerp
from gencore.models.layers import MLP
from gencore.models.likelihood import Bernoulli, Gaussian, Likelihood
from gencore.models.linear_gaussian import LinearGaussian
from gencore.models.mcmc import Chains, sample_chains
from gencore.models.ngram import NGram
from gencore.models.principal import PrincipalCode
from gencore.models.refined_denoiser import RefinedDenoiser, cut_windows, join_windows
from gencore.models.residual_denoiser import ResidualDenoiser
from gencore.models.self_attention import CausalSelfAttention, LayerCache, attention, causal_mask, rotate
from gencore.models.vae import VAE, ElboTerms, elbo, iwae_bound, reparameterize
from gencore.models.weights import WeightsError, pack_weights, read_weights, unpack_weights

__all__ = [
    "GPT",
    "MLP",
    "VAE",
    "Autoencoder",
    "Bernoulli",
    "Block",
    "CausalSelfAttention",
    "Chains",
    "ClassBernoullis",
    "ClassConditional",
    "ClassGaussians",
    "ConvCritic",
    "ConvGenerator",
    "Critic",
    "DigitClassifier",
    "DiracGAN",
    "ElboTerms",
    "Features",
    "Gaussian",
    "Generator",
    "KVCache",
    "LayerCache",
    "Likelihood",
    "LinearGaussian",
    "MLPDenoiser",
    "MinibatchDiscrimination",
    "MinibatchStd",
    "NGram",
    "PrincipalCode",
    "RefinedDenoiser",
    "ResidualDenoiser",
    "SpectralLinear",
    "WeightsError",
    "attention",
    "attribute_direction",
    "causal_mask",
    "climb",
    "cut_windows",
    "elbo",
    "extract_features",
    "generate",
    "iwae_bound",
    "join_windows",
    "latent_path",
    "lerp",
    "load_classifier",
    "next_token_distribution",
    "nlerp",
    "pack_weights",
    "pathwise_gradients",
    "read_weights",
    "reparameterize",
    "rotate",
    "sample_chains",
    "score_function_gradients",
    "slerp",
    "time_features",
    "token_nll",
    "unpack_weights",
    "write",
]
