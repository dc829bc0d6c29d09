"""Typical wrong answers to exercise 06: each replaces the solution cell of its question."""

WRONG = {
    "q1": {
        "the critic's belief is taken for the ratio of the densities": """
def data_mean(values, logits):
    weights = 1 / (1 + np.exp(-logits))
    return weights @ values / weights.sum()
""",
        "the weights do not sum to one": """
def data_mean(values, logits):
    return np.exp(logits) @ values / len(logits)
""",
        "the ratio is upside down": """
def data_mean(values, logits):
    weights = np.exp(np.min(logits) - logits)
    return weights @ values / weights.sum()
""",
        "the exponential overflows": """
def data_mean(values, logits):
    weights = np.exp(logits)
    return weights @ values / weights.sum()
""",
        "all quantities are added up": """
def data_mean(values, logits):
    weights = np.exp(logits - np.max(logits))
    columns = np.reshape(values, (len(logits), -1))
    return (weights[:, None] * columns).sum() / weights.sum()
""",
        "the logits are changed in place": """
def data_mean(values, logits):
    logits -= logits.max()
    weights = np.exp(logits)
    return weights @ values / weights.sum()
""",
    },
    "q2": {
        "the generator, too, takes many steps": """
def growth(rate, critic_steps, r1=0.0):
    critic = np.array([[1.0, 0.0], [-rate / 2, 1.0 - rate * r1]])
    generator = np.array([[1.0, rate / 2], [0.0, 1.0]])
    one_round = np.linalg.matrix_power(generator @ critic, critic_steps)
    return np.abs(np.linalg.eigvals(one_round)).max()
""",
        "both players move at once": """
def growth(rate, critic_steps, r1=0.0):
    step = np.array([[1.0, rate / 2], [-rate / 2 * critic_steps, 1.0 - critic_steps * rate * r1]])
    return np.abs(np.linalg.eigvals(step)).max()
""",
        "the real part is taken for the absolute value": """
def growth(rate, critic_steps, r1=0.0):
    critic = np.array([[1.0, 0.0], [-rate / 2, 1.0 - rate * r1]])
    generator = np.array([[1.0, rate / 2], [0.0, 1.0]])
    one_round = generator @ np.linalg.matrix_power(critic, critic_steps)
    return np.linalg.eigvals(one_round).real.max()
""",
        "the largest singular value is taken for the largest eigenvalue": """
def growth(rate, critic_steps, r1=0.0):
    critic = np.array([[1.0, 0.0], [-rate / 2, 1.0 - rate * r1]])
    generator = np.array([[1.0, rate / 2], [0.0, 1.0]])
    one_round = generator @ np.linalg.matrix_power(critic, critic_steps)
    return np.linalg.norm(one_round, 2)
""",
        "the penalty pushes away from the middle": """
def growth(rate, critic_steps, r1=0.0):
    critic = np.array([[1.0, 0.0], [-rate / 2, 1.0 + rate * r1]])
    generator = np.array([[1.0, rate / 2], [0.0, 1.0]])
    one_round = generator @ np.linalg.matrix_power(critic, critic_steps)
    return np.abs(np.linalg.eigvals(one_round)).max()
""",
        "one large step of the critic stands for many small ones": """
def growth(rate, critic_steps, r1=0.0):
    h = rate * critic_steps
    critic = np.array([[1.0, 0.0], [-h / 2, 1.0 - h * r1]])
    generator = np.array([[1.0, rate / 2], [0.0, 1.0]])
    return np.abs(np.linalg.eigvals(generator @ critic)).max()
""",
    },
    "q3": {
        "the kinds that were seen are counted": """
def variety(kinds):
    return float(len(np.unique(kinds)))
""",
        "a sample is paired with itself": """
def variety(kinds):
    _, counts = np.unique(kinds, return_counts=True)
    return 1 / ((counts / counts.sum()) ** 2).sum()
""",
        "pairs are counted once above and twice below": """
def variety(kinds):
    _, counts = np.unique(kinds, return_counts=True)
    n, agree = counts.sum(), (counts * (counts - 1)).sum()
    return n * (n - 1) / 2 / agree if agree else np.inf
""",
        "no pair agrees, and zero is divided by": """
def variety(kinds):
    kinds = list(kinds)
    pairs = [a == b for i, a in enumerate(kinds) for b in kinds[:i]]
    return len(pairs) / int(sum(pairs))
""",
        "the names of the kinds are taken for small counts": """
def variety(kinds):
    counts = np.bincount(np.abs(kinds) % 10)
    n, agree = counts.sum(), (counts * (counts - 1)).sum()
    return n * (n - 1) / agree if agree else np.inf
""",
    },
}
