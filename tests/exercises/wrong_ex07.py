"""Typical wrong answers to exercise 07: each replaces the solution cell of its question."""

WRONG = {
    "q1": {
        "two jumps from the clean example, with fresh noise each": """
def two_stops(x0, noise_1, noise_2, left_s, left_t):
    x_s = np.sqrt(left_s) * x0 + np.sqrt(1 - left_s) * noise_1
    return x_s, np.sqrt(left_t) * x0 + np.sqrt(1 - left_t) * noise_2
""",
        "one noise for both stops": """
def two_stops(x0, noise_1, noise_2, left_s, left_t):
    x_s = np.sqrt(left_s) * x0 + np.sqrt(1 - left_s) * noise_1
    return x_s, np.sqrt(left_t) * x0 + np.sqrt(1 - left_t) * noise_1
""",
        "all the noise of the later stop is added once more": """
def two_stops(x0, noise_1, noise_2, left_s, left_t):
    x_s = np.sqrt(left_s) * x0 + np.sqrt(1 - left_s) * noise_1
    return x_s, np.sqrt(left_t / left_s) * x_s + np.sqrt(1 - left_t) * noise_2
""",
        "the difference of the two variances is added, though the walk shrinks": """
def two_stops(x0, noise_1, noise_2, left_s, left_t):
    x_s = np.sqrt(left_s) * x0 + np.sqrt(1 - left_s) * noise_1
    return x_s, np.sqrt(left_t / left_s) * x_s + np.sqrt(left_s - left_t) * noise_2
""",
        "the roots are forgotten": """
def two_stops(x0, noise_1, noise_2, left_s, left_t):
    x_s = np.sqrt(left_s) * x0 + np.sqrt(1 - left_s) * noise_1
    return x_s, left_t / left_s * x_s + (1 - left_t / left_s) * noise_2
""",
        "the clean example is changed in place": """
def two_stops(x0, noise_1, noise_2, left_s, left_t):
    x0 *= np.sqrt(left_s)
    x0 += np.sqrt(1 - left_s) * noise_1
    share = left_t / left_s
    return x0, np.sqrt(share) * x0 + np.sqrt(1 - share) * noise_2
""",
    },
    "q2": {
        "the next stop is computed, and not taken from the list": """
def sample(denoise, alpha_bar, stops, start):
    x, T, n = start, len(alpha_bar), len(stops)
    for i in range(n - 1, -1, -1):
        t = int(stops[i])
        left = alpha_bar[max(t - T // n, 0)] if i > 0 else 1.0
        noise = denoise(x, t)
        picture = (x - np.sqrt(1 - alpha_bar[t]) * noise) / np.sqrt(alpha_bar[t])
        x = np.sqrt(left) * picture + np.sqrt(1 - left) * noise
    return x
""",
        "the last step ends at time step 0, where noise is left": """
def sample(denoise, alpha_bar, stops, start):
    x = start
    for i in range(len(stops) - 1, -1, -1):
        t = int(stops[i])
        left = alpha_bar[stops[i - 1]] if i > 0 else alpha_bar[0]
        noise = denoise(x, t)
        picture = (x - np.sqrt(1 - alpha_bar[t]) * noise) / np.sqrt(alpha_bar[t])
        x = np.sqrt(left) * picture + np.sqrt(1 - left) * noise
    return x
""",
        "the variance multiplies the noise": """
def sample(denoise, alpha_bar, stops, start):
    x = start
    for i in range(len(stops) - 1, -1, -1):
        t = int(stops[i])
        left = alpha_bar[stops[i - 1]] if i > 0 else 1.0
        noise = denoise(x, t)
        picture = (x - (1 - alpha_bar[t]) * noise) / np.sqrt(alpha_bar[t])
        x = np.sqrt(left) * picture + np.sqrt(1 - left) * noise
    return x
""",
        "before the first entry of the list comes the last one": """
def sample(denoise, alpha_bar, stops, start):
    x = start
    for i in range(len(stops) - 1, -1, -1):
        t = int(stops[i])
        left = alpha_bar[stops[i - 1]]
        noise = denoise(x, t)
        picture = (x - np.sqrt(1 - alpha_bar[t]) * noise) / np.sqrt(alpha_bar[t])
        x = np.sqrt(left) * picture + np.sqrt(1 - left) * noise
    return x
""",
        "the noise of the stop that is left is put back": """
def sample(denoise, alpha_bar, stops, start):
    x = start
    for i in range(len(stops) - 1, -1, -1):
        t = int(stops[i])
        left = alpha_bar[stops[i - 1]] if i > 0 else 1.0
        noise = denoise(x, t)
        picture = (x - np.sqrt(1 - alpha_bar[t]) * noise) / np.sqrt(alpha_bar[t])
        x = np.sqrt(left) * picture + (np.sqrt(1 - alpha_bar[t]) * noise if i > 0 else 0)
    return x
""",
    },
    "q3": {
        "the weight w = s - 1 is taken for the scale": """
def aim(m0, v0, m1, v1, s):
    precision = (1 + s) / v1 - s / v0
    precision = np.where(precision > 0, precision, np.nan)
    return ((1 + s) * m1 / v1 - s * m0 / v0) / precision, 1 / precision
""",
        "means and variances are mixed, not the logarithms of the densities": """
def aim(m0, v0, m1, v1, s):
    variance = (1 - s) * v0 + s * v1
    variance = np.where(variance > 0, variance, np.nan)
    return (1 - s) * m0 + s * m1, variance
""",
        "the mean is mixed as if both variances were equal": """
def aim(m0, v0, m1, v1, s):
    precision = (1 - s) / v0 + s / v1
    precision = np.where(precision > 0, precision, np.nan)
    return (1 - s) * m0 + s * m1 + 0 / precision, 1 / precision
""",
        "all data are multiplied, and not divided by": """
def aim(m0, v0, m1, v1, s):
    precision = 1 / v0 + s / v1
    return (m0 / v0 + s * m1 / v1) / precision, 1 / precision
""",
        "the variances are taken for standard deviations": """
def aim(m0, v0, m1, v1, s):
    precision = (1 - s) / v0**2 + s / v1**2
    precision = np.where(precision > 0, precision, np.nan)
    return ((1 - s) * m0 / v0**2 + s * m1 / v1**2) / precision, 1 / precision
""",
        "a negative variance is returned": """
def aim(m0, v0, m1, v1, s):
    precision = (1 - s) / v0 + s / v1
    return ((1 - s) * m0 / v0 + s * m1 / v1) / precision, 1 / precision
""",
    },
}
