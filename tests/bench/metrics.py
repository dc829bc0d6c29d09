"""Metrics: the same arrays to gencore and to the packages that papers use."""

import numpy as np
from peers import load_peer, load_torch

from bench.turns import Job
from gencore.metrics import (
    frechet_distance,
    inception_score,
    kernel_distance,
    precision_recall,
)

ROWS = 10_000
INCEPTION_FEATURES = 2048
CLASSIFIER_FEATURES = 128


def two_sets(rows: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of correlated features, float64, not far from each other."""
    rng = np.random.default_rng(0)
    mix = np.eye(d) + 0.3 * rng.normal(size=(d, d)) / np.sqrt(d)
    x, y = rng.normal(size=(2, rows, d)) @ mix
    return x, 1.1 * y + 0.05


def fid(rows: int = ROWS, d: int = INCEPTION_FEATURES) -> Job:
    """The Fréchet distance, from features to the number."""
    torch = load_torch()
    x, y = two_sets(rows, d)
    fidelity, classic = load_peer("torch_fidelity.metric_fid"), load_peer("pytorch_fid.fid_score")
    lightning = load_peer("torchmetrics.image.fid")

    class Identity(torch.nn.Module):
        num_features = d

        def forward(self, features):
            return features

    def torch_fidelity():
        statistics = [fidelity.fid_features_to_statistics(torch.from_numpy(v)) for v in (x, y)]
        return fidelity.fid_statistics_to_metric(*statistics, False)["frechet_inception_distance"]

    def torchmetrics():
        metric = lightning.FrechetInceptionDistance(feature=Identity())
        metric.update(torch.from_numpy(x), real=True)
        metric.update(torch.from_numpy(y), real=False)
        return metric.compute().item()

    def pytorch_fid():
        moments = [(v.mean(axis=0), np.cov(v, rowvar=False)) for v in (x, y)]
        return classic.calculate_frechet_distance(*moments[0], *moments[1])

    return Job(
        "FID",
        lambda: frechet_distance(x, y),
        {"torch-fidelity": torch_fidelity, "torchmetrics": torchmetrics, "pytorch-fid": pytorch_fid},
        {"torch-fidelity": 0.7, "pytorch-fid": 0.25},
        note=f"two arrays of {rows:,} × {d:,}, float64",
    )


def kid(rows: int = ROWS, d: int = INCEPTION_FEATURES, subsets: int = 10, size: int = 1000) -> Job:
    """The kernel distance, a mean over random subsets, as its packages take it."""
    torch = load_torch()
    x, y = two_sets(rows, d)
    module = load_peer("torch_fidelity.metric_kid")
    features = torch.from_numpy(x), torch.from_numpy(y)

    def torch_fidelity():
        scores = module.kid_features_to_metric(
            *features, kid_subsets=subsets, kid_subset_size=size, verbose=False
        )
        return scores["kernel_inception_distance_mean"]

    return Job(
        "KID",
        lambda: kernel_distance(x, y, subset_size=size, subsets=subsets),
        {"torch-fidelity": torch_fidelity},
        note=f"two arrays of {rows:,} × {d:,}, {subsets} subsets of {size:,}",
    )


def inception(rows: int = ROWS, classes: int = 1008) -> Job:
    """The inception score, from logits to the number."""
    torch = load_torch()
    logits = 3 * np.random.default_rng(0).normal(size=(rows, classes))
    module = load_peer("torch_fidelity.metric_isc")

    def ours():
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        return inception_score(p / p.sum(axis=1, keepdims=True)).mean

    def torch_fidelity():
        return module.isc_features_to_metric(torch.from_numpy(logits), splits=1)["inception_score_mean"]

    return Job(
        "inception score",
        ours,
        {"torch-fidelity": torch_fidelity},
        note=f"{rows:,} × {classes:,} logits, 1 split",
    )


def precision(rows: int = ROWS, d: int = CLASSIFIER_FEATURES) -> Job:
    """Precision and recall of nearest-neighbor manifolds."""
    torch = load_torch()
    real, fake = two_sets(rows, d)
    module = load_peer("torch_fidelity.metric_prc")
    tensors = torch.from_numpy(fake), torch.from_numpy(real)  # fake first

    def torch_fidelity():
        scores = module.prc_features_to_metric(
            *tensors, prc_neighborhood=3, save_cpu_ram=False, verbose=False
        )
        return scores["precision"]

    return Job(
        "precision and recall",
        lambda: precision_recall(real, fake, k=3).precision,
        {"torch-fidelity": torch_fidelity},
        note=f"two arrays of {rows:,} × {d:,}, k = 3",
    )
