"""The metrics work block by block: peak memory is a few times the features, whatever the number of pairs."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from gencore.metrics import density_coverage, frechet_distance, kernel_distance, precision_recall

METRICS = [frechet_distance, kernel_distance, precision_recall, density_coverage]


def peak(metric, x, y):
    """Most bytes that arrays took at one time during the call."""
    tracemalloc.start()
    try:
        metric(x, y)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def all_pairs(x, y):
    """What a metric that is not blockwise does: one matrix of all distances."""
    return np.sum(x**2, axis=1)[:, None] + np.sum(y**2, axis=1) - 2 * x @ y.T


@pytest.fixture(scope="module")
def features():
    rng = np.random.default_rng(0)
    return rng.normal(size=(2, 4000, 256)).astype(np.float32)


@pytest.mark.parametrize("metric", METRICS)
def test_peak_memory_does_not_hold_all_pairs(metric, features):
    # 2 GB for two sets of 10,000 x 2,048 is six times their size in float64; here that is 100 MB
    x, y = features
    allowed = 6 * (x.size + y.size) * 8
    assert peak(metric, x, y) < allowed < peak(all_pairs, x, y)


def test_fid_never_holds_two_centered_sets(features):
    x, y = features.astype(np.float64)  # of which no copy is made
    assert x.nbytes < peak(frechet_distance, x, y) < 1.5 * x.nbytes


# On Linux `ru_maxrss` begins with what the parent had when it forked, PyTorch and all; VmHWM begins anew.
SCRIPT = """
import re, resource, sys
from pathlib import Path
import numpy as np
from gencore import metrics

rng = np.random.default_rng(0)
x = rng.standard_normal((10_000, 2048), dtype=np.float32)
y = x[::-1] + np.float32(0.5)
value = getattr(metrics, sys.argv[1])(x, y)
if (status := Path("/proc/self/status")).exists():
    print(1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)  # bytes on macOS
print(value if isinstance(value, float) else value[0])
"""


@pytest.mark.reference
@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows does not report a process's peak memory this way"
)
@pytest.mark.parametrize(
    "metric",  # density and coverage walk over the same blocks of distances as precision and recall
    ["frechet_distance", "kernel_distance", "precision_recall"],
)
def test_ten_thousand_inception_features_fit_in_two_gigabytes(metric):
    # all of the process: the interpreter, JAX, both sets in float32, and the metric
    run = subprocess.run([sys.executable, "-c", SCRIPT, metric], capture_output=True, text=True, check=True)
    memory, value = map(float, run.stdout.split())
    print(f"{metric}: peak memory {memory / 1e9:.2f} GB")
    assert memory < 2e9
    if metric == "frechet_distance":
        assert value == pytest.approx(0.25 * 2048, rel=1e-6)  # the same rows, each moved by 0.5 in float32
