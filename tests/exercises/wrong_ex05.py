"""Typical wrong answers to exercise 05: each replaces the solution cell of its question."""

WRONG = {
    "q1": {
        "the share is forgotten": """
def best_detective(real, fake, share):
    total = real + fake
    belief = np.where(total > 0, real / np.where(total > 0, total, 1.0), share)
    return belief, 0.5 * np.maximum(real, fake).sum(axis=-1)
""",
        "the share enters the belief only": """
def best_detective(real, fake, share):
    total = share * real + (1 - share) * fake
    belief = np.where(total > 0, share * real / np.where(total > 0, total, 1.0), share)
    return belief, 0.5 * np.maximum(real, fake).sum(axis=-1)
""",
        "an empty place is divided by zero": """
def best_detective(real, fake, share):
    shown_real, shown_fake = share * real, (1 - share) * fake
    return shown_real / (shown_real + shown_fake), np.maximum(shown_real, shown_fake).sum(axis=-1)
""",
        "all forgers share one accuracy": """
def best_detective(real, fake, share):
    shown_real, shown_fake = share * real, (1 - share) * fake
    total = shown_real + shown_fake
    belief = np.where(total > 0, shown_real / np.where(total > 0, total, 1.0), share)
    return belief, np.maximum(shown_real, shown_fake).sum()
""",
        "the belief is that a point is forged": """
def best_detective(real, fake, share):
    shown_real, shown_fake = share * real, (1 - share) * fake
    total = shown_real + shown_fake
    belief = np.where(total > 0, shown_fake / np.where(total > 0, total, 1.0), share)
    return belief, np.maximum(shown_real, shown_fake).sum(axis=-1)
""",
        "the accuracy is the mean belief": """
def best_detective(real, fake, share):
    shown_real, shown_fake = share * real, (1 - share) * fake
    total = shown_real + shown_fake
    belief = np.where(total > 0, shown_real / np.where(total > 0, total, 1.0), share)
    return belief, np.maximum(belief, 1 - belief).mean(axis=-1)
""",
        "an empty place counts as a toss": """
def best_detective(real, fake, share):
    shown_real, shown_fake = share * real, (1 - share) * fake
    total = shown_real + shown_fake
    belief = np.where(total > 0, shown_real / np.where(total > 0, total, 1.0), 0.5)
    return belief, np.maximum(shown_real, shown_fake).sum(axis=-1)
""",
    },
    "q2": {
        "standard deviations are added": """
def one_jump(shrink, noise):
    scales, spreads, scale, spread = [], [], 1.0, 0.0
    for a, b in zip(shrink, noise, strict=True):
        scale, spread = a * scale, a * spread + b
        scales.append(scale)
        spreads.append(spread)
    return np.array(scales), np.array(spreads)
""",
        "earlier noise is not shrunk": """
def one_jump(shrink, noise):
    return np.cumprod(shrink), np.sqrt(np.cumsum(noise**2))
""",
        "the chapter's shortcut is used for every walk": """
def one_jump(shrink, noise):
    scale = np.cumprod(shrink)
    return scale, np.sqrt(np.maximum(1 - scale**2, 0))
""",
        "the variance is taken for the spread": """
def one_jump(shrink, noise):
    scales, variances, scale, variance = [], [], 1.0, 0.0
    for a, b in zip(shrink, noise, strict=True):
        scale, variance = a * scale, a**2 * variance + b**2
        scales.append(scale)
        variances.append(variance)
    return np.array(scales), np.array(variances)
""",
        "the variance is shrunk like the data": """
def one_jump(shrink, noise):
    scales, spreads, scale, variance = [], [], 1.0, 0.0
    for a, b in zip(shrink, noise, strict=True):
        scale, variance = a * scale, a * variance + b**2
        scales.append(scale)
        spreads.append(np.sqrt(variance))
    return np.array(scales), np.array(spreads)
""",
        "a step that erases everything is divided out": """
def one_jump(shrink, noise):
    scale = np.cumprod(shrink)
    return scale, scale * np.sqrt(np.cumsum((noise / scale) ** 2))
""",
        "the arguments are overwritten": """
def one_jump(shrink, noise):
    for t in range(1, len(shrink)):
        noise[t] = np.sqrt(shrink[t] ** 2 * noise[t - 1] ** 2 + noise[t] ** 2)
        shrink[t] *= shrink[t - 1]
    return shrink, noise
""",
    },
    "q3": {
        "exponentials of millions": """
def best_guess(x, points, weights, a, b):
    squares = jnp.square(x[:, None] - a * points).sum(axis=-1)
    chance = weights * jnp.exp(-squares / (2 * b**2))
    probability = chance / chance.sum(axis=1, keepdims=True)
    guess = probability @ points
    doubt = (probability * jnp.square(points - guess[:, None]).sum(axis=-1)).sum(axis=1)
    return guess, doubt
""",
        "the points are not shrunk": """
def best_guess(x, points, weights, a, b):
    squares = jnp.square(x[:, None] - points).sum(axis=-1)
    probability = jax.nn.softmax(jnp.log(weights) - squares / (2 * b**2), axis=1)
    guess = probability @ points
    doubt = (probability * jnp.square(points - guess[:, None]).sum(axis=-1)).sum(axis=1)
    return guess, doubt
""",
        "all points count alike": """
def best_guess(x, points, weights, a, b):
    squares = jnp.square(x[:, None] - a * points).sum(axis=-1)
    probability = jax.nn.softmax(-squares / (2 * b**2), axis=1)
    guess = probability @ points
    doubt = (probability * jnp.square(points - guess[:, None]).sum(axis=-1)).sum(axis=1)
    return guess, doubt
""",
        "the nearest point is the guess": """
def best_guess(x, points, weights, a, b):
    squares = jnp.square(x[:, None] - a * points).sum(axis=-1)
    probability = jax.nn.softmax(jnp.log(weights) - squares / (2 * b**2), axis=1)
    guess = jnp.asarray(points)[probability.argmax(axis=1)]
    doubt = (probability * jnp.square(points - guess[:, None]).sum(axis=-1)).sum(axis=1)
    return guess, doubt
""",
        "the standard deviation is taken for the variance": """
def best_guess(x, points, weights, a, b):
    squares = jnp.square(x[:, None] - a * points).sum(axis=-1)
    probability = jax.nn.softmax(jnp.log(weights) - squares / (2 * b), axis=1)
    guess = probability @ points
    doubt = (probability * jnp.square(points - guess[:, None]).sum(axis=-1)).sum(axis=1)
    return guess, doubt
""",
        "the doubt is a mean over the dimensions": """
def best_guess(x, points, weights, a, b):
    squares = jnp.square(x[:, None] - a * points).sum(axis=-1)
    probability = jax.nn.softmax(jnp.log(weights) - squares / (2 * b**2), axis=1)
    guess = probability @ points
    doubt = (probability * jnp.square(points - guess[:, None]).mean(axis=-1)).sum(axis=1)
    return guess, doubt
""",
        "the probabilities are normalized over the batch": """
def best_guess(x, points, weights, a, b):
    squares = jnp.square(x[:, None] - a * points).sum(axis=-1)
    probability = jax.nn.softmax(jnp.log(weights) - squares / (2 * b**2), axis=0)
    guess = probability @ points
    doubt = (probability * jnp.square(points - guess[:, None]).sum(axis=-1)).sum(axis=1)
    return guess, doubt
""",
    },
}
