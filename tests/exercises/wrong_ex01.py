"""Typical wrong answers to exercise 01: each replaces the solution cell of its question."""

WRONG = {
    "q1": {
        "the two towns are swapped": """
def move(log_posterior, old, new):
    return jax.nn.log_softmax(log_posterior + jnp.log(old) - jnp.log(new), axis=-1)
""",
        "nothing is normalized": """
def move(log_posterior, old, new):
    return log_posterior + jnp.log(new) - jnp.log(old)
""",
        "the old frequencies are forgotten": """
def move(log_posterior, old, new):
    return jax.nn.log_softmax(log_posterior + jnp.log(new), axis=-1)
""",
        "it is normalized over the images": """
def move(log_posterior, old, new):
    return jax.nn.log_softmax(log_posterior + jnp.log(new) - jnp.log(old), axis=0)
""",
        "probabilities underflow": """
def move(log_posterior, old, new):
    joint = jnp.exp(log_posterior) * new / old
    return jnp.log(joint / joint.sum(axis=-1, keepdims=True))
""",
        "a missing class gives NaN": """
def move(log_posterior, old, new):
    ratio = jnp.log(old) - jnp.log(new)
    scaled = log_posterior - ratio
    return scaled - scaled.max(axis=-1, keepdims=True) - jnp.log(
        jnp.sum(jnp.exp(scaled - scaled.max(axis=-1, keepdims=True)), axis=-1, keepdims=True)
    ) + 0 * ratio
""",
        "the input is changed in place": """
def move(log_posterior, old, new):
    log_posterior += np.log(np.maximum(new, 1e-30)) - np.log(old)
    log_posterior -= np.logaddexp.reduce(log_posterior, axis=-1, keepdims=True)
    return np.where(new > 0, log_posterior, -np.inf)
""",
    },
    "q2": {
        "the spread of the centers is forgotten": """
def one_bell(weights, means, covariances):
    return weights @ means, np.einsum("k,kij->ij", weights, covariances)
""",
        "every class counts the same": """
def one_bell(weights, means, covariances):
    away = means - means.mean(axis=0)
    return means.mean(axis=0), (covariances + away[:, :, None] * away[:, None]).mean(axis=0)
""",
        "the spread is taken around the origin": """
def one_bell(weights, means, covariances):
    outer = means[:, :, None] * means[:, None]
    return weights @ means, np.einsum("k,kij->ij", weights, covariances + outer)
""",
        "the covariance is a difference of large numbers": """
def one_bell(weights, means, covariances):
    weights, means = jnp.asarray(weights, jnp.float32), jnp.asarray(means, jnp.float32)
    mean = weights @ means
    second = jnp.einsum("k,kij->ij", weights, covariances + means[:, :, None] * means[:, None])
    return mean, second - jnp.outer(mean, mean)
""",
        "only the variances of the centers are kept": """
def one_bell(weights, means, covariances):
    mean = weights @ means
    spread = np.diag(weights @ (means - mean) ** 2)
    return mean, np.einsum("k,kij->ij", weights, covariances) + spread
""",
    },
    "q3": {
        "a point is its own nearest neighbor": """
def capped_dimension(points, cap):
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    first, second = np.sort(distances, axis=1)[:, :2].T
    ratios = second / np.maximum(first, 1e-12)
    return np.sum(ratios <= cap) / np.sum(np.log(np.minimum(ratios, cap)))
""",
        "ratios above the cap are thrown away": """
def capped_dimension(points, cap):
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    first, second = np.sort(distances, axis=1)[:, 1:3].T
    ratios = second / first
    return np.sum(ratios <= cap) / np.sum(np.log(ratios[ratios <= cap]))
""",
        "ratios above the cap count as seen": """
def capped_dimension(points, cap):
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    first, second = np.sort(distances, axis=1)[:, 1:3].T
    return len(points) / np.sum(np.log(np.minimum(second / first, cap)))
""",
        "squared distances": """
def capped_dimension(points, cap):
    squares = np.square(points[:, None] - points[None]).sum(axis=-1)
    first, second = np.sort(squares, axis=1)[:, 1:3].T
    ratios = second / first
    return np.sum(ratios <= cap) / np.sum(np.log(np.minimum(ratios, cap)))
""",
        "distances from squared norms, in float32": """
def capped_dimension(points, cap):
    x = np.asarray(points, np.float32)
    norms = np.sum(x**2, axis=1)
    squares = np.maximum(norms[:, None] + norms[None] - 2 * x @ x.T, 1e-12)
    np.fill_diagonal(squares, np.inf)
    first, second = np.sort(np.sqrt(squares), axis=1)[:, :2].T
    ratios = second / first
    return np.sum(ratios <= cap) / np.sum(np.log(np.minimum(ratios, cap)))
""",
    },
}
