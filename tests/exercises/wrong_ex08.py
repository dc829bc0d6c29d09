"""Typical wrong answers to exercise 08: each replaces the solution cell of its question."""

WRONG = {
    "q1": {
        "the straight mix": """
def blend(codes, shares, center):
    return shares @ codes
""",
        "the variance is taken for the standard deviation": """
def blend(codes, shares, center):
    shares = np.asarray(shares)
    return center + shares @ (codes - center) / (shares**2).sum(axis=-1, keepdims=True)
""",
        "the center is forgotten": """
def blend(codes, shares, center):
    shares = np.asarray(shares)
    return shares @ codes / np.sqrt((shares**2).sum(axis=-1, keepdims=True))
""",
        "all shares are taken to be equal": """
def blend(codes, shares, center):
    return center + np.sqrt(len(codes)) * (shares @ (codes - center))
""",
        "the mix is scaled to the length of a standard normal code": """
def blend(codes, shares, center):
    straight = shares @ (codes - center)
    length = np.linalg.norm(straight, axis=-1, keepdims=True)
    return center + np.sqrt(codes.shape[1]) * straight / length
""",
        "one factor for all mixes": """
def blend(codes, shares, center):
    shares = np.asarray(shares)
    return center + shares @ (codes - center) / np.sqrt((shares**2).sum())
""",
    },
    "q2": {
        "the gradient itself": """
def pure_direction(gradients, which):
    g = gradients[which]
    return g / (g @ g)
""",
        "the others are taken out one after the other": """
def pure_direction(gradients, which):
    d = gradients[which].copy()
    for j, g in enumerate(gradients):
        if j != which:
            d = d - (d @ g) / (g @ g) * g
    return d / (d @ gradients[which])
""",
        "the right direction, of length 1": """
def pure_direction(gradients, which):
    wanted = np.eye(len(gradients))[which]
    d = gradients.T @ np.linalg.solve(gradients @ gradients.T, wanted)
    return d / np.linalg.norm(d)
""",
        "the direction is right and not the shortest": """
def pure_direction(gradients, which):
    m, k = gradients.shape
    d = np.zeros(k)
    d[:m] = np.linalg.solve(gradients[:, :m], np.eye(m)[which])
    return d
""",
        "rows and columns are mixed up": """
def pure_direction(gradients, which):
    return np.linalg.pinv(gradients)[which]
""",
    },
    "q3": {
        "the pull of the prior": """
def shell_pull(codes):
    return -codes
""",
        "k for k - 1": """
def shell_pull(codes):
    squared = (codes**2).sum(axis=1, keepdims=True)
    return (codes.shape[1] / np.where(squared > 0, squared, 1.0) - 1) * codes
""",
        "the sign is turned around": """
def shell_pull(codes):
    squared = (codes**2).sum(axis=1, keepdims=True)
    return (1 - (codes.shape[1] - 1) / np.where(squared > 0, squared, 1.0)) * codes
""",
        "not a number at the origin": """
def shell_pull(codes):
    r = np.linalg.norm(codes, axis=1, keepdims=True)
    return ((codes.shape[1] - 1) / r - r) * codes / r
""",
        "one length for all rows": """
def shell_pull(codes):
    squared = (codes**2).sum()
    return ((codes.shape[1] - 1) / squared - 1) * codes
""",
        "the slope is not divided by the length": """
def shell_pull(codes):
    r = np.linalg.norm(codes, axis=1, keepdims=True)
    return ((codes.shape[1] - 1) / np.where(r > 0, r, 1.0) - r) * codes
""",
    },
}
