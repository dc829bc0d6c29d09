"""Typical wrong answers to exercise 03: each replaces the solution cell of its question."""

WRONG = {
    "q1": {
        "all images count alike": """
def best_answers(images, probabilities):
    mean = images.mean(axis=0)
    cost = np.square(images - mean).sum(axis=1).mean()
    return mean, cost, np.median(images, axis=0)
""",
        "the median forgets the probabilities": """
def best_answers(images, probabilities):
    mean = probabilities @ images
    cost = probabilities @ np.square(images - mean).sum(axis=1)
    return mean, cost, np.median(images, axis=0)
""",
        "the likeliest image is taken for the best under absolute error": """
def best_answers(images, probabilities):
    mean = probabilities @ images
    cost = probabilities @ np.square(images - mean).sum(axis=1)
    return mean, cost, images[probabilities.argmax()]
""",
        "the cost is a mean over the pixels": """
def best_answers(images, probabilities):
    mean = probabilities @ images
    cost = probabilities @ np.square(images - mean).mean(axis=1)
    order = np.argsort(images, axis=0)
    middle = (np.cumsum(probabilities[order], axis=0) < 0.5).sum(axis=0)
    return mean, cost, np.take_along_axis(images, order, axis=0)[middle, np.arange(images.shape[1])]
""",
        "the images are sorted in place": """
def best_answers(images, probabilities):
    mean = probabilities @ images
    cost = probabilities @ np.square(images - mean).sum(axis=1)
    order = np.argsort(images, axis=0)
    images.sort(axis=0)
    middle = (np.cumsum(probabilities[order], axis=0) < 0.5).sum(axis=0)
    return mean, cost, images[middle, np.arange(images.shape[1])]
""",
        "the probabilities are not sorted with the pixels": """
def best_answers(images, probabilities):
    mean = probabilities @ images
    cost = probabilities @ np.square(images - mean).sum(axis=1)
    middle = (np.cumsum(probabilities) < 0.5).sum()
    return mean, cost, np.sort(images, axis=0)[middle]
""",
    },
    "q2": {
        "the standard deviation is taken for the variance": """
def errors_by_length(x, std):
    centered = x - x.mean(axis=0)
    variances = np.linalg.eigvalsh(centered.T @ centered / len(x))[::-1]
    lost = variances.sum() - np.concatenate([[0.0], np.cumsum(variances)])
    return lost + std * np.arange(len(variances) + 1)
""",
        "the smallest variances come first": """
def errors_by_length(x, std):
    centered = x - x.mean(axis=0)
    variances = np.linalg.eigvalsh(centered.T @ centered / len(x))
    lost = variances.sum() - np.concatenate([[0.0], np.cumsum(variances)])
    return lost + std**2 * np.arange(len(variances) + 1)
""",
        "the covariance is divided by n - 1": """
def errors_by_length(x, std):
    variances = np.linalg.eigvalsh(np.cov(x.T))[::-1]
    lost = variances.sum() - np.concatenate([[0.0], np.cumsum(variances)])
    return lost + std**2 * np.arange(len(variances) + 1)
""",
        "the images are not centered": """
def errors_by_length(x, std):
    variances = np.linalg.eigvalsh(x.T @ x / len(x))[::-1]
    lost = variances.sum() - np.concatenate([[0.0], np.cumsum(variances)])
    return lost + std**2 * np.arange(len(variances) + 1)
""",
        "all of the noise passes, whatever the length": """
def errors_by_length(x, std):
    centered = x - x.mean(axis=0)
    variances = np.linalg.eigvalsh(centered.T @ centered / len(x))[::-1]
    lost = variances.sum() - np.concatenate([[0.0], np.cumsum(variances)])
    return lost + std**2 * len(variances)
""",
        "the argument is centered in place": """
def errors_by_length(x, std):
    x -= x.mean(axis=0)
    variances = np.linalg.eigvalsh(x.T @ x / len(x))[::-1]
    lost = variances.sum() - np.concatenate([[0.0], np.cumsum(variances)])
    return lost + std**2 * np.arange(len(variances) + 1)
""",
    },
    "q3": {
        "each number of the code is scaled by itself": """
def standardized(encoder, decoder, x):
    (weight, bias), (out_weight, out_bias) = encoder, decoder
    codes = x @ weight + bias
    mean, std = codes.mean(axis=0), codes.std(axis=0)
    return (weight / std, (bias - mean) / std), (std[:, None] * out_weight, mean @ out_weight + out_bias)
""",
        "the decoder does not undo the shift": """
def standardized(encoder, decoder, x):
    (weight, bias), (out_weight, out_bias) = encoder, decoder
    codes = x @ weight + bias
    mean = codes.mean(axis=0)
    stretch = np.linalg.cholesky((codes - mean).T @ (codes - mean) / len(x)).T
    undo = np.linalg.inv(stretch)
    return (weight @ undo, (bias - mean) @ undo), (stretch @ out_weight, out_bias)
""",
        "the factor of the covariance is transposed": """
def standardized(encoder, decoder, x):
    (weight, bias), (out_weight, out_bias) = encoder, decoder
    codes = x @ weight + bias
    mean = codes.mean(axis=0)
    stretch = np.linalg.cholesky((codes - mean).T @ (codes - mean) / len(x))
    undo = np.linalg.inv(stretch)
    return (weight @ undo, (bias - mean) @ undo), (stretch @ out_weight, mean @ out_weight + out_bias)
""",
        "the covariance is divided out, not its root": """
def standardized(encoder, decoder, x):
    (weight, bias), (out_weight, out_bias) = encoder, decoder
    codes = x @ weight + bias
    mean = codes.mean(axis=0)
    covariance = (codes - mean).T @ (codes - mean) / len(x)
    undo = np.linalg.inv(covariance)
    return (weight @ undo, (bias - mean) @ undo), (covariance @ out_weight, mean @ out_weight + out_bias)
""",
        "the mean stays where it was": """
def standardized(encoder, decoder, x):
    (weight, bias), (out_weight, out_bias) = encoder, decoder
    codes = x @ weight + bias
    centered = codes - codes.mean(axis=0)
    stretch = np.linalg.cholesky(centered.T @ centered / len(x)).T
    undo = np.linalg.inv(stretch)
    return (weight @ undo, bias @ undo), (stretch @ out_weight, out_bias)
""",
        "a code of one number breaks it": """
def standardized(encoder, decoder, x):
    (weight, bias), (out_weight, out_bias) = encoder, decoder
    codes = x @ weight + bias
    mean = codes.mean(axis=0)
    stretch = np.linalg.cholesky(np.cov(codes.T, bias=True)).T
    undo = np.linalg.inv(stretch)
    return (weight @ undo, (bias - mean) @ undo), (stretch @ out_weight, mean @ out_weight + out_bias)
""",
    },
}
