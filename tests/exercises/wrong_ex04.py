"""Typical wrong answers to exercise 04: each replaces the solution cell of its question."""

WRONG = {
    "q1": {
        "zero times log zero is not a number": """
def exact_bound(log_joint, q):
    bound = jnp.sum(q * (log_joint - jnp.log(q)), axis=1)
    return bound, jax.nn.logsumexp(log_joint, axis=1), jax.nn.softmax(log_joint, axis=1)
""",
        "the probabilities of an image are too small for a float": """
def exact_bound(log_joint, q):
    log_q = jnp.log(jnp.where(q > 0, q, 1.0))
    joint = jnp.exp(log_joint)
    total = joint.sum(axis=1)
    return jnp.sum(q * (log_joint - log_q), axis=1), jnp.log(total), joint / total[:, None]
""",
        "the entropy of q is forgotten": """
def exact_bound(log_joint, q):
    bound = jnp.sum(q * log_joint, axis=1)
    return bound, jax.nn.logsumexp(log_joint, axis=1), jax.nn.softmax(log_joint, axis=1)
""",
        "the loss is returned for the bound": """
def exact_bound(log_joint, q):
    log_q = jnp.log(jnp.where(q > 0, q, 1.0))
    loss = jnp.sum(q * (log_q - log_joint), axis=1)
    return loss, jax.nn.logsumexp(log_joint, axis=1), jax.nn.softmax(log_joint, axis=1)
""",
        "the batch is averaged": """
def exact_bound(log_joint, q):
    log_q = jnp.log(jnp.where(q > 0, q, 1.0))
    bound = jnp.sum(q * (log_joint - log_q), axis=1).mean()
    return bound, jax.nn.logsumexp(log_joint, axis=1).mean(), jax.nn.softmax(log_joint, axis=1)
""",
        "the posterior is normalized over the images": """
def exact_bound(log_joint, q):
    log_q = jnp.log(jnp.where(q > 0, q, 1.0))
    bound = jnp.sum(q * (log_joint - log_q), axis=1)
    return bound, jax.nn.logsumexp(log_joint, axis=1), jax.nn.softmax(log_joint, axis=0)
""",
    },
    "q2": {
        "the logarithm of the scale is taken for the scale": """
def laplace_draw(mean, log_scale, u):
    u = jnp.asarray(u)
    return mean + log_scale * jnp.where(u <= 0.5, jnp.log(2 * u), -jnp.log(2 * (1 - u)))
""",
        "the scale is taken for the standard deviation": """
def laplace_draw(mean, log_scale, u):
    u = jnp.asarray(u)
    standard = jnp.where(u <= 0.5, jnp.log(2 * u), -jnp.log(2 * (1 - u)))
    return mean + jnp.exp(log_scale) / jnp.sqrt(2.0) * standard
""",
        "the upper half has the wrong sign": """
def laplace_draw(mean, log_scale, u):
    u = jnp.asarray(u)
    return mean + jnp.exp(log_scale) * jnp.where(u <= 0.5, jnp.log(2 * u), jnp.log(2 * (1 - u)))
""",
        "the draw is cut off from its parameters": """
def laplace_draw(mean, log_scale, u):
    mean, log_scale, u = (np.asarray(jax.lax.stop_gradient(a)) for a in (mean, log_scale, u))
    standard = np.where(u <= 0.5, np.log(2 * u), -np.log(2 * (1 - u)))
    return jnp.asarray(mean + np.exp(log_scale) * standard)
""",
        "it throws its own dice": """
def laplace_draw(mean, log_scale, u):
    dice = jax.random.laplace(jax.random.key(0), jnp.shape(u))
    return mean + jnp.exp(log_scale) * dice
""",
        "the cloud is a Gaussian": """
def laplace_draw(mean, log_scale, u):
    return mean + jnp.exp(log_scale) * jax.scipy.stats.norm.ppf(u)
""",
        "one half of the numbers is the rule for all": """
def laplace_draw(mean, log_scale, u):
    return mean - jnp.exp(log_scale) * jnp.log(2 * (1 - jnp.asarray(u)))
""",
    },
    "q3": {
        "the clouds' own width is forgotten": """
def best_prior(means, log_vars):
    center = means.mean(axis=0)
    log_width = jnp.log(((means - center) ** 2).mean(axis=0))
    return center, log_width, 0.5 * (log_width - log_vars).sum(axis=1).mean()
""",
        "the distances between the clouds are forgotten": """
def best_prior(means, log_vars):
    log_width = jnp.log(jnp.exp(log_vars).mean(axis=0))
    return means.mean(axis=0), log_width, 0.5 * (log_width - log_vars).sum(axis=1).mean()
""",
        "logarithms are averaged": """
def best_prior(means, log_vars):
    center = means.mean(axis=0)
    log_width = jnp.log(jnp.exp(log_vars.mean(axis=0)) + ((means - center) ** 2).mean(axis=0))
    return center, log_width, 0.5 * (log_width - log_vars).sum(axis=1).mean()
""",
        "standard deviations are averaged": """
def best_prior(means, log_vars):
    center = means.mean(axis=0)
    width = jnp.exp(0.5 * log_vars).mean(axis=0) ** 2 + ((means - center) ** 2).mean(axis=0)
    return center, jnp.log(width), 0.5 * (jnp.log(width) - log_vars).sum(axis=1).mean()
""",
        "the KL divergence is still that from N(0, I)": """
def best_prior(means, log_vars):
    center = means.mean(axis=0)
    log_width = jnp.log((jnp.exp(log_vars) + (means - center) ** 2).mean(axis=0))
    kl = 0.5 * (means**2 + jnp.exp(log_vars) - 1 - log_vars).sum(axis=1).mean()
    return center, log_width, kl
""",
        "dimensions are averaged, too": """
def best_prior(means, log_vars):
    center = means.mean(axis=0)
    log_width = jnp.log((jnp.exp(log_vars) + (means - center) ** 2).mean(axis=0))
    return center, log_width, 0.5 * (log_width - log_vars).mean()
""",
    },
    "q4": {
        "no direction ever sleeps": """
def linear_vae(variances, std, beta):
    distortion = jnp.full(jnp.shape(variances), beta * std**2)
    return distortion, 0.5 * jnp.log(variances / distortion)
""",
        "the standard deviation is taken for the variance": """
def linear_vae(variances, std, beta):
    distortion = jnp.minimum(variances, beta * std)
    return distortion, 0.5 * jnp.log(jnp.where(variances > 0, variances / distortion, 1.0))
""",
        "a variance of zero is divided by itself": """
def linear_vae(variances, std, beta):
    distortion = jnp.minimum(variances, beta * std**2)
    return distortion, 0.5 * jnp.log(variances / distortion)
""",
        "the rate is in bits": """
def linear_vae(variances, std, beta):
    level = beta * std**2
    return jnp.minimum(variances, level), 0.5 * jnp.log2(jnp.maximum(variances, level) / level)
""",
        "beta divides": """
def linear_vae(variances, std, beta):
    level = std**2 / beta
    return jnp.minimum(variances, level), 0.5 * jnp.log(jnp.maximum(variances, level) / level)
""",
        "half of the derivative is lost": """
def linear_vae(variances, std, beta):
    level = beta * std**2 / 2
    return jnp.minimum(variances, level), 0.5 * jnp.log(jnp.maximum(variances, level) / level)
""",
    },
}
