"""Typical wrong answers to exercise 02: each replaces the solution cell of its question."""

WRONG = {
    "q1": {
        "the frequencies are taken for the mean of the judge's answers": """
def ceiling(frequencies, doubt):
    def entropy(p):
        return -jnp.sum(p * jnp.log(jnp.where(p > 0, p, 1.0)), axis=-1)

    k = frequencies.shape[-1]
    one_image = jnp.full(k, doubt / (k - 1)).at[0].set(1 - doubt)
    return jnp.exp(entropy(jnp.asarray(frequencies)) - entropy(one_image))
""",
        "0 log 0 is NaN": """
def ceiling(frequencies, doubt):
    k = frequencies.shape[-1]
    one_image = jnp.full(k, doubt / (k - 1)).at[0].set(1 - doubt)
    p = (1 - doubt) * frequencies + doubt * (1 - frequencies) / (k - 1)
    return jnp.exp(jnp.sum(one_image * jnp.log(one_image)) - jnp.sum(p * jnp.log(p), axis=-1))
""",
        "the doubt is shared by all classes": """
def ceiling(frequencies, doubt):
    def entropy(p):
        return -jnp.sum(p * jnp.log(jnp.where(p > 0, p, 1.0)), axis=-1)

    k = frequencies.shape[-1]
    one_image = jnp.full(k, doubt / k).at[0].add(1 - doubt)
    return jnp.exp(entropy((1 - doubt) * frequencies + doubt / k) - entropy(one_image))
""",
        "the exponential is forgotten": """
def ceiling(frequencies, doubt):
    def entropy(p):
        return -jnp.sum(p * jnp.log(jnp.where(p > 0, p, 1.0)), axis=-1)

    k = frequencies.shape[-1]
    one_image = jnp.full(k, doubt / (k - 1)).at[0].set(1 - doubt)
    p = (1 - doubt) * frequencies + doubt * (1 - frequencies) / (k - 1)
    return entropy(p) - entropy(one_image)
""",
        "all rows are summed up": """
def ceiling(frequencies, doubt):
    def entropy(p):
        return -jnp.sum(p * jnp.log(jnp.where(p > 0, p, 1.0)))

    k = frequencies.shape[-1]
    one_image = jnp.full(k, doubt / (k - 1)).at[0].set(1 - doubt)
    p = (1 - doubt) * frequencies + doubt * (1 - frequencies) / (k - 1)
    return jnp.exp(entropy(p) - entropy(one_image))
""",
    },
    "q2": {
        "the total variances are made equal": """
def nearest_round(covariance):
    values = np.maximum(np.linalg.eigvalsh(covariance), 0)
    s = np.sqrt(values.mean())
    return s, np.sum((np.sqrt(values) - s) ** 2)
""",
        "the diagonal is taken for the eigenvalues": """
def nearest_round(covariance):
    spreads = np.sqrt(np.diag(covariance))
    s = spreads.mean()
    return s, np.sum((spreads - s) ** 2)
""",
        "the FID is a mean over the dimensions": """
def nearest_round(covariance):
    spreads = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0))
    return spreads.mean(), np.mean((spreads - spreads.mean()) ** 2)
""",
        "rounding below zero gives NaN": """
def nearest_round(covariance):
    values = np.linalg.eigvalsh(covariance)
    spreads = np.where(values < 0, np.nan, np.sqrt(np.abs(values)))
    return spreads.mean(), np.sum((spreads - spreads.mean()) ** 2)
""",
        "the variance is returned for the standard deviation": """
def nearest_round(covariance):
    spreads = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0))
    return spreads.mean() ** 2, np.sum((spreads - spreads.mean()) ** 2)
""",
    },
    "q3": {
        "the logarithms are mixed": """
def shared_perplexity(log_a, log_b, weight, lengths):
    real = np.arange(log_a.shape[1]) < lengths[:, None]
    mixed = weight * log_a[real] + (1 - weight) * log_b[real]
    return np.exp(-mixed.mean())
""",
        "the padding counts": """
def shared_perplexity(log_a, log_b, weight, lengths):
    mixed = jnp.logaddexp(log_a + jnp.log(weight), log_b + jnp.log1p(-weight))
    return jnp.exp(-mixed.mean())
""",
        "the mean of the texts' perplexities": """
def shared_perplexity(log_a, log_b, weight, lengths):
    real = np.arange(log_a.shape[1]) < lengths[:, None]
    mixed = jnp.logaddexp(log_a + jnp.log(weight), log_b + jnp.log1p(-weight))
    return jnp.exp(-jnp.sum(jnp.where(real, mixed, 0.0), axis=1) / lengths).mean()
""",
        "the mean of the texts' means": """
def shared_perplexity(log_a, log_b, weight, lengths):
    real = np.arange(log_a.shape[1]) < lengths[:, None]
    mixed = jnp.logaddexp(log_a + jnp.log(weight), log_b + jnp.log1p(-weight))
    return jnp.exp(-jnp.mean(jnp.sum(jnp.where(real, mixed, 0.0), axis=1) / lengths))
""",
        "NaN in the padding is multiplied by zero": """
def shared_perplexity(log_a, log_b, weight, lengths):
    real = np.arange(log_a.shape[1]) < lengths[:, None]
    mixed = jnp.logaddexp(log_a + jnp.log(weight), log_b + jnp.log1p(-weight))
    return np.exp(-np.sum(np.asarray(mixed) * real) / lengths.sum())
""",
        "probabilities underflow": """
def shared_perplexity(log_a, log_b, weight, lengths):
    real = np.arange(log_a.shape[1]) < lengths[:, None]
    mixed = jnp.log(weight * jnp.exp(log_a) + (1 - weight) * jnp.exp(log_b))
    return jnp.exp(-jnp.sum(jnp.where(real, mixed, 0.0)) / lengths.sum())
""",
    },
}
