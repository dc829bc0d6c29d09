"""Typical wrong answers to exercise 09: each replaces the solution cell of its question."""

WRONG = {
    "q1": {
        "the mask comes after the softmax": """
def window_attention(q, k, v, window, padding):
    back = np.arange(len(q))[:, None] - np.arange(len(q))
    seen = (back >= 0) & (back < window) & ~padding
    scores = q @ k.T / np.sqrt(q.shape[1])
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.where(seen, weights / weights.sum(axis=1, keepdims=True), 0.0) @ v
""",
        "the window is longer by one": """
def window_attention(q, k, v, window, padding):
    back = np.arange(len(q))[:, None] - np.arange(len(q))
    seen = (back >= 0) & (back <= window) & ~padding
    scores = np.where(seen, q @ k.T / np.sqrt(q.shape[1]), -1e30)
    weights = np.where(seen, np.exp(scores - scores.max(axis=1, keepdims=True)), 0.0)
    return weights @ v / np.maximum(weights.sum(axis=1, keepdims=True), 1e-30)
""",
        "the future is seen, and the past is not": """
def window_attention(q, k, v, window, padding):
    back = np.arange(len(q)) - np.arange(len(q))[:, None]
    seen = (back >= 0) & (back < window) & ~padding
    scores = np.where(seen, q @ k.T / np.sqrt(q.shape[1]), -1e30)
    weights = np.where(seen, np.exp(scores - scores.max(axis=1, keepdims=True)), 0.0)
    return weights @ v / np.maximum(weights.sum(axis=1, keepdims=True), 1e-30)
""",
        "the root of d is forgotten": """
def window_attention(q, k, v, window, padding):
    back = np.arange(len(q))[:, None] - np.arange(len(q))
    seen = (back >= 0) & (back < window) & ~padding
    scores = np.where(seen, q @ k.T, -1e30)
    weights = np.where(seen, np.exp(scores - scores.max(axis=1, keepdims=True)), 0.0)
    return weights @ v / np.maximum(weights.sum(axis=1, keepdims=True), 1e-30)
""",
        "not a number where there is nothing to look at": """
def window_attention(q, k, v, window, padding):
    back = np.arange(len(q))[:, None] - np.arange(len(q))
    seen = (back >= 0) & (back < window) & ~padding
    scores = np.where(seen, q @ k.T / np.sqrt(q.shape[1]), -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights @ v / weights.sum(axis=1, keepdims=True)
""",
        "a mask of large negative numbers, which a row of padding shares out evenly": """
def window_attention(q, k, v, window, padding):
    back = np.arange(len(q))[:, None] - np.arange(len(q))
    seen = (back >= 0) & (back < window) & ~padding
    scores = np.where(seen, q @ k.T / np.sqrt(q.shape[1]), -1e9)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights @ v / weights.sum(axis=1, keepdims=True)
""",
        "the exponential overflows": """
def window_attention(q, k, v, window, padding):
    back = np.arange(len(q))[:, None] - np.arange(len(q))
    seen = (back >= 0) & (back < window) & ~padding
    weights = np.where(seen, np.exp(q @ k.T / np.sqrt(q.shape[1])), 0.0)
    total = weights.sum(axis=1, keepdims=True)
    return weights @ v / np.where(total > 0, total, 1.0)
""",
    },
    "q2": {
        "the mean of the two results": """
def merge(level_a, out_a, level_b, out_b):
    return np.logaddexp(level_a, level_b), (out_a + out_b) / 2
""",
        "the levels are taken for the weights": """
def merge(level_a, out_a, level_b, out_b):
    a, b = level_a[:, None], level_b[:, None]
    return np.logaddexp(level_a, level_b), (a * out_a + b * out_b) / (a + b)
""",
        "the levels are added up": """
def merge(level_a, out_a, level_b, out_b):
    a = 1 / (1 + np.exp(level_b - level_a))[:, None]
    return level_a + level_b, a * out_a + (1 - a) * out_b
""",
        "the exponential overflows": """
def merge(level_a, out_a, level_b, out_b):
    a, b = np.exp(level_a)[:, None], np.exp(level_b)[:, None]
    total = a + b
    return np.log(total[:, 0]), (a * out_a + b * out_b) / np.where(total > 0, total, 1.0)
""",
        "two empty parts give something that is not a number": """
def merge(level_a, out_a, level_b, out_b):
    level = np.logaddexp(level_a, level_b)
    a, b = np.exp(level_a - level)[:, None], np.exp(level_b - level)[:, None]
    return level, a * out_a + b * out_b
""",
        "one weight for all queries": """
def merge(level_a, out_a, level_b, out_b):
    level = np.logaddexp(level_a, level_b)
    a = np.exp(level_a - level).mean()
    return level, a * out_a + (1 - a) * out_b
""",
    },
    "q3": {
        "the two terms are made equal, and not their slopes": """
def best_size(budget, tokens, law):
    _, a, alpha, b, beta = law
    pairs = np.asarray(budget, float) / 6
    d = np.minimum((b / a * pairs**alpha) ** (1 / (alpha + beta)), tokens)
    return pairs / d, d
""",
        "the exponents change places": """
def best_size(budget, tokens, law):
    _, a, alpha, b, beta = law
    pairs = np.asarray(budget, float) / 6
    d = np.minimum((beta * b / (alpha * a) * pairs**beta) ** (1 / (alpha + beta)), tokens)
    return pairs / d, d
""",
        "parameters and tokens grow alike, whatever the law": """
def best_size(budget, tokens, law):
    _, a, alpha, b, beta = law
    pairs = np.asarray(budget, float) / 6
    d = np.minimum(np.sqrt(beta * b / (alpha * a) * pairs), tokens)
    return pairs / d, d
""",
        "the six is forgotten": """
def best_size(budget, tokens, law):
    _, a, alpha, b, beta = law
    d = (beta * b / (alpha * a) * np.asarray(budget, float) ** alpha) ** (1 / (alpha + beta))
    d = np.minimum(d, tokens)
    return budget / d, d
""",
        "more tokens are read than there are": """
def best_size(budget, tokens, law):
    _, a, alpha, b, beta = law
    pairs = np.asarray(budget, float) / 6
    d = (beta * b / (alpha * a) * pairs**alpha) ** (1 / (alpha + beta))
    return pairs / d, d
""",
        "what the missing tokens save is not spent": """
def best_size(budget, tokens, law):
    _, a, alpha, b, beta = law
    pairs = np.asarray(budget, float) / 6
    d = (beta * b / (alpha * a) * pairs**alpha) ** (1 / (alpha + beta))
    return pairs / d, np.minimum(d, tokens)
""",
        "one size for all budgets": """
def best_size(budget, tokens, law):
    _, a, alpha, b, beta = law
    pairs = np.asarray(budget, float) / 6
    d = (beta * b / (alpha * a) * pairs.mean() ** alpha) ** (1 / (alpha + beta))
    d = np.minimum(d, tokens)
    return pairs / d, d
""",
    },
}
