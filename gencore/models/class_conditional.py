r"""Generative classifiers: a density for each class. Bayes' rule turns them into a classifier, dice into a generator.

Both models here learn :math:`P(x, y) = P(y)\, P(x \mid y)` in closed form, without a training loop. They answer the
question of a classifier, :math:`P(y \mid x)`, and the one that no classifier can answer: draw an :math:`x`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy.linalg import cholesky

from gencore.types import AnyArray, Labels, PerExample, PRNGKey, Vectors

__all__ = ["ClassBernoullis", "ClassConditional", "ClassGaussians"]


class ClassConditional(ABC):
    r"""What every model of :math:`P(x, y)` over a few classes can do, once it has :math:`\log P(x, y)`.

    Attributes:
        log_prior: :math:`\log P(y)`, shape (classes,).

    Example:
        To draw from :math:`P(x, y)`, draw a class first and then its example: ancestral sampling.

        >>> x = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
        >>> model = ClassBernoullis.fit(x, np.array([0, 0, 1, 1]))
        >>> labels = model.sample_labels(jax.random.key(0), 5)
        >>> model.sample(jax.random.key(1), labels).shape
        (5, 2)
    """

    log_prior: Float[AnyArray, " classes"]

    @abstractmethod
    def log_joint(self, x: Vectors) -> Float[jax.Array, "batch classes"]:
        r""":math:`\log P(x, y)` in nats for every class: (batch, d) to (batch, classes)."""

    @abstractmethod
    def sample(self, key: PRNGKey, labels: Labels) -> Vectors:
        r"""Draw one :math:`x \sim P(x \mid y)` for each label: (batch,) to (batch, d)."""

    def log_prob(self, x: Vectors) -> PerExample:
        r""":math:`\log P(x) = \log \sum_y P(x, y)` in nats: (batch, d) to (batch,)."""
        return jax.nn.logsumexp(self.log_joint(x), axis=-1)

    def log_posterior(self, x: Vectors) -> Float[jax.Array, "batch classes"]:
        r""":math:`\log P(y \mid x)`, by Bayes' rule: (batch, d) to (batch, classes)."""
        return jax.nn.log_softmax(self.log_joint(x), axis=-1)

    def predict(self, x: Vectors) -> np.ndarray:
        """Most probable class of each row: (batch, d) to (batch,)."""
        return np.asarray(self.log_joint(x).argmax(axis=-1))

    def sample_labels(self, key: PRNGKey, n: int) -> jax.Array:
        r"""Draw ``n`` labels :math:`y \sim P(y)`: shape (n,)."""
        return jax.random.categorical(key, jnp.asarray(self.log_prior), shape=(n,))


@jax.tree_util.register_dataclass
@dataclass(frozen=True, eq=False)
class ClassGaussians(ClassConditional):
    r"""One Gaussian a class: :math:`P(x \mid y) = \mathcal N(x;\, \mu_y, \Sigma_y)`.

    With a covariance of its own for each class this is quadratic discriminant analysis, with one for all classes linear
    discriminant analysis, with diagonal ones Gaussian naive Bayes.

    Attributes:
        log_prior: :math:`\log P(y)`, shape (classes,).
        means: :math:`\mu_y`, shape (classes, d).
        factors: Lower Cholesky factors :math:`L_y` with :math:`\Sigma_y = L_y L_y^\top`, shape (classes, d, d).

    Example:
        >>> x = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [9.0, 9.0], [7.0, 9.0], [9.0, 7.0]])
        >>> model = ClassGaussians.fit(x, np.array([0, 0, 0, 1, 1, 1]), shrinkage=0.1)
        >>> model.predict(x).tolist()
        [0, 0, 0, 1, 1, 1]

    Reference:
        Hastie, Tibshirani and Friedman 2009, sec. 4.3.
    """

    log_prior: Float[AnyArray, " classes"]
    means: Float[AnyArray, "classes d"]
    factors: Float[AnyArray, "classes d d"]

    @classmethod
    def fit(
        cls,
        x: Vectors,
        y: Labels,
        *,
        shared: bool = False,
        diagonal: bool = False,
        shrinkage: float = 0.0,
    ) -> "ClassGaussians":
        r"""Fit by maximum likelihood, in float64.

        Args:
            x: Rows of data, shape (N, d).
            y: Their classes, shape (N,): every class from 0 to the largest occurs.
            shared: Use one covariance for all classes, the mean of the classes' own, weighted by their sizes.
            diagonal: Keep the variances only: the features are then independent within a class (naive Bayes).
            shrinkage: :math:`\alpha` from 0 to 1: :math:`(1 - \alpha) \Sigma + \alpha\, \tfrac{\operatorname{tr}
                \Sigma}{d} I`. Few rows in many dimensions need it.

        Returns:
            The fitted model.

        Raises:
            ValueError: The labels do not fit the rows, a class has no row, ``shrinkage`` is out of range, or a
                covariance is singular.
        """
        if not 0 <= shrinkage <= 1:
            raise ValueError(f"shrinkage is {shrinkage}; choose a number from 0 to 1")
        x, y, counts = _checked(x, y)
        d = x.shape[1]
        means = np.stack([x[y == k].mean(axis=0) for k in range(len(counts))])
        centered = x - means[y]
        covs = np.stack([centered[y == k].T @ centered[y == k] / n for k, n in enumerate(counts)])
        if shared:
            covs[:] = np.average(covs, axis=0, weights=counts)
        if diagonal:
            covs = covs * np.eye(d)
        sizes = np.trace(covs, axis1=1, axis2=2) / d
        covs = (1 - shrinkage) * covs + shrinkage * sizes[:, None, None] * np.eye(d)
        spectra = np.linalg.eigvalsh(covs)  # (classes, d), rising
        if not (spectra[:, 0] > 1e-12 * spectra[:, -1]).all():
            raise ValueError(
                f"x has {counts.min()} rows in its smallest class and {d} columns, and a covariance is singular; "
                "raise shrinkage above 0, share the covariance, or use fewer columns"
            )
        factors = np.stack([cholesky(cov, lower=True) for cov in covs])
        return cls(*(jnp.asarray(a, jnp.float32) for a in (np.log(counts / len(y)), means, factors)))

    def log_joint(self, x: Vectors) -> Float[jax.Array, "batch classes"]:
        r"""Log-density :math:`\log P(y) + \log \mathcal N(x;\, \mu_y, \Sigma_y)`: (batch, d) to (batch, classes)."""
        d = self.means.shape[-1]
        centered = jnp.asarray(x)[None] - self.means[:, None]  # (classes, batch, d)
        white = jax.scipy.linalg.solve_triangular(
            self.factors, centered.mT, lower=True
        )  # (classes, d, batch)
        log_dets = jnp.log(jnp.diagonal(self.factors, axis1=1, axis2=2)).sum(axis=1)
        constant = self.log_prior - log_dets - 0.5 * d * np.log(2 * np.pi)
        return constant - 0.5 * jnp.square(white).sum(axis=1).T

    def sample(self, key: PRNGKey, labels: Labels, *, temperature: float = 1.0) -> Vectors:
        r"""Draw one :math:`x` for each label, from :math:`P(x \mid y)^{1/T}`, normalized: (batch,) to (batch, d).

        Args:
            key: A key of ``jax.random.key``.
            labels: The classes to draw from, shape (batch,).
            temperature: :math:`T`, 0 or more; the covariance becomes :math:`T\, \Sigma_y`. At 1 the draws come from the
                model; at 0 they are the class means.

        Returns:
            The draws, in the order of the labels.

        Raises:
            ValueError: ``temperature`` is negative.
        """
        if not temperature >= 0:
            raise ValueError(f"temperature is {temperature}; choose 0 or more")
        noise = jax.random.normal(key, (len(labels), self.means.shape[1]))
        shaped = [
            jnp.einsum("ij,nj->ni", factor, noise) for factor in self.factors
        ]  # a stack of small products
        chosen = jnp.stack(shaped)[jnp.asarray(labels), jnp.arange(len(labels))]
        return jnp.asarray(self.means)[jnp.asarray(labels)] + temperature**0.5 * chosen


@jax.tree_util.register_dataclass
@dataclass(frozen=True, eq=False)
class ClassBernoullis(ClassConditional):
    r"""Naive Bayes for black and white pixels: within a class, every pixel is a coin of its own.

    .. math:: P(x \mid y) = \prod_{j=1}^{d} p_{yj}^{x_j} (1 - p_{yj})^{1 - x_j}

    Attributes:
        log_prior: :math:`\log P(y)`, shape (classes,).
        log_odds: :math:`\log p_{yj} - \log(1 - p_{yj})`, shape (classes, d).

    Example:
        >>> x = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
        >>> model = ClassBernoullis.fit(x, np.array([0, 0, 1, 1]))
        >>> jax.nn.sigmoid(model.log_odds).round(2).tolist()  # (ones + 1) / (rows + 2)
        [[0.75, 0.5], [0.25, 0.75]]

    Reference:
        Ng and Jordan 2002, sec. 2.
    """

    log_prior: Float[AnyArray, " classes"]
    log_odds: Float[AnyArray, "classes d"]

    @classmethod
    def fit(cls, x: Vectors, y: Labels, *, alpha: float = 1.0) -> "ClassBernoullis":
        r"""Count: :math:`p_{yj} = (\text{ones} + \alpha) / (\text{rows} + 2 \alpha)`.

        Args:
            x: Rows of zeros and ones, shape (N, d).
            y: Their classes, shape (N,): every class from 0 to the largest occurs.
            alpha: Pseudo-counts, positive; they keep a pixel that was never white from being impossible.

        Returns:
            The fitted model.

        Raises:
            ValueError: An entry is neither 0 nor 1, the labels do not fit the rows, a class has no row, or ``alpha``
                is not positive.
        """
        if not alpha > 0:
            raise ValueError(f"alpha is {alpha}; choose a positive number")
        x, y, counts = _checked(x, y)
        if not np.isin(x, (0.0, 1.0)).all():
            raise ValueError("x must hold zeros and ones only; cut gray pixels first, as in (x > 0.5) * 1.0")
        ones = np.stack([x[y == k].sum(axis=0) for k in range(len(counts))])
        log_odds = np.log(ones + alpha) - np.log(counts[:, None] - ones + alpha)
        return cls(jnp.asarray(np.log(counts / len(y)), jnp.float32), jnp.asarray(log_odds, jnp.float32))

    def log_joint(self, x: Vectors) -> Float[jax.Array, "batch classes"]:
        r"""Log-probability :math:`\log P(y) + \sum_j \log P(x_j \mid y)`: (batch, d) to (batch, classes)."""
        constant = self.log_prior - jax.nn.softplus(jnp.asarray(self.log_odds)).sum(axis=1)
        return constant + jnp.asarray(x) @ self.log_odds.T

    def sample(self, key: PRNGKey, labels: Labels) -> Vectors:
        r"""Toss every pixel's coin, once for each label: (batch,) to (batch, d), zeros and ones."""
        p = jax.nn.sigmoid(jnp.asarray(self.log_odds))[jnp.asarray(labels)]
        return jax.random.bernoulli(key, p).astype(jnp.float32)


def _checked(x: Vectors, y: Labels) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows in float64, their labels, and the number of rows of each class."""
    x, y = np.asarray(x, np.float64), np.asarray(y)
    if x.ndim != 2 or y.shape != x.shape[:1] or not len(y):
        raise ValueError(
            f"x has shape {x.shape} and y {y.shape}; give rows (N, d) and one label for each, (N,)"
        )
    if y.min() < 0:
        raise ValueError(f"y holds {y.min()}; number the classes from 0")
    counts = np.bincount(y)
    if not counts.all():
        absent = np.flatnonzero(counts == 0).tolist()
        raise ValueError(f"y has no row of class {absent}; number the classes from 0 without a gap")
    return x, y, counts
